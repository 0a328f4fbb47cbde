"""What each template may use: one documented struct per page, checked against the template by a test."""

import datetime as dt

import msgspec

from surefoot.model import Source
from surefoot.pages.overview import TenantName


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link among others, of which one may be the page itself."""

    label: str
    href: str
    current: bool = False
    count: int | None = None
    """Shown beside the label."""


class Flash(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the form that was just sent."""

    kind: str
    """`good` or `bad`."""
    text: str
    undo_href: str | None = None
    """Where a form takes it back; None: it cannot be, or is not offered."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A banner: what is wrong with the numbers on the page, since when, what to do."""

    kind: str
    """`error`, `stale` or `info`."""
    title: str
    text: str
    since: dt.datetime | None = None
    request_id: str | None = None
    href: str | None = None
    """Where it is mended, on this site or at Microsoft."""
    label: str | None = None
    """The words of that link."""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody filled in for many actions before any was chosen: it stands in the list's form again."""

    status: str = ""
    owner: str = ""
    due: str = ""
    comment: str = ""
    review_on: str = ""
    evidence: str = ""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds every page."""

    title: str
    now: dt.datetime
    who: str | None = None
    """The name of the one who is signed in; None: nobody."""
    tenant: TenantName | None = None
    """Whose page it is."""
    tenants: tuple[Link, ...] = ()
    """To switch to, at most 30 of them; empty when only one is visible."""
    visible: int = 0
    """How many tenants there are to see."""
    tabs: tuple[Link, ...] = ()
    more: tuple[Link, ...] = ()
    """Pages that are opened less often, in a menu behind the tabs."""
    crumbs: tuple[Link, ...] = ()
    """The way from the first page to this one, which is the last; empty on a first page."""
    flash: Flash | None = None
    filled: Filled = Filled()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What every template gets."""

    frame: Frame


class HistoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the history's table; the chart's script steps through these rows, too."""

    day: dt.date
    percent: float | None
    points: float
    max_points: float | None
    change: float | None
    """Points of percent against the stored day before; None when that is not known."""
    source: Source


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a column, which sorts by it."""

    key: str
    label: str
    href: str | None
    """None: the column sorts nothing."""
    order: str
    """As `aria-sort` says it: `none`, `ascending` or `descending`."""
    number: bool


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """An option of a list."""

    value: str
    label: str
    selected: bool


class Select(msgspec.Struct, frozen=True, kw_only=True):
    """A list to choose from."""

    name: str
    label: str
    choices: tuple[Choice, ...]


class SignInPage(Page, frozen=True, kw_only=True):
    """`sign_in.html`."""

    link: str | None
    """The one-time link's secret, to be sent by the form; None: none was given."""
    expired: bool = False
    signed_out: bool = False


class MessagePage(Page, frozen=True, kw_only=True):
    """`message.html`: a page that could not be shown, and why."""

    heading: str
    text: str
    status: int
    home: bool
    """Offer the way to the first page."""
    back: str | None = None
    """The page that the form was on, to try again; None: it is not known."""
