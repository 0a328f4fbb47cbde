"""What each template may use: one documented struct per page, checked against the template by a test."""

import datetime as dt

import msgspec
from markupsafe import Markup

from surefoot.model import AcceptanceRequest, Conflict, Decision, Level, Source, StateUpdate, Status
from surefoot.pages.changes import ChangeRow
from surefoot.pages.outbox import Sending
from surefoot.pages.overview import CategoryScore, Overview, TenantName
from surefoot.scoring.actions import Action


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


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A banner: what is wrong with the numbers on the page, since when, what to do."""

    kind: str
    """`error`, `stale` or `info`."""
    title: str
    text: str
    since: dt.datetime | None = None
    request_id: str | None = None


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


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What every template gets."""

    frame: Frame


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """A category and its bar."""

    category: CategoryScore
    meter: Markup
    href: str


class StatusLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the status legend."""

    status: Status
    count: int
    href: str
    swatch: Markup


class HistoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the history's table; the chart's script steps through these rows, too."""

    day: dt.date
    percent: float | None
    points: float
    max_points: float | None
    change: float | None
    """Points of percent against the stored day before; None when that is not known."""
    source: Source


class OverviewPage(Page, frozen=True, kw_only=True):
    """`overview.html`."""

    overview: Overview
    notice: Notice | None
    score_bar: Markup | None
    planned_swatch: Markup
    achievable_swatch: Markup
    charts: tuple[Markup, ...]
    """The wide and the narrow form; empty when there is nothing to draw."""
    ranges: tuple[Link, ...]
    range_title: str
    rows: tuple[HistoryRow, ...]
    """Newest first; beyond a year one row a month."""
    rows_thinned: bool
    tiles: tuple[Tile, ...]
    stack: Markup
    lines: tuple[StatusLine, ...]
    actions_href: str
    regressed_href: str
    quick_wins_href: str
    sync_href: str | None
    """None: this process cannot read from Graph, or the viewer may not ask."""


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


class ActionPage(Page, frozen=True, kw_only=True):
    """`action.html`."""

    action: Action
    meter: Markup
    cost: Level | None
    user_impact: Level | None
    threats: tuple[str, ...]
    remediation: Markup | None
    """Cleaned HTML."""
    remediation_impact: Markup | None
    learn_href: str | None
    """https or mailto."""
    decisions: tuple[Decision, ...]
    """Newest first."""
    updates: tuple[StateUpdate, ...]
    """What was set in Microsoft's portal or through Graph, newest first."""
    statuses: tuple[Choice, ...]
    can_write: bool
    actions_href: str
    here: str
    refused: str | None = None
    """Why the form that was just sent was not taken."""
    sending: Sending | None = None
    """On its way to Microsoft, or why it stays here."""
    conflict: Conflict | None = None
    request: AcceptanceRequest | None = None
    """What waits for a second person."""
    steps: Markup | None = None
    """The MSP's own steps, as cleaned HTML."""
    charts: tuple[Markup, ...] = ()
    """Its score over the last year, in a wide and a narrow form."""
    days: tuple[HistoryRow, ...] = ()
    """The days of the chart, newest first."""
    changes: tuple[ChangeRow, ...] = ()
    """When its points changed, newest first, with candidate causes."""
    others: str | None = None
    """How many of one's tenants have all of its points."""
    comment: str = ""
    owner: str = ""
    due: str = ""
    review_on: str = ""
    evidence: str = ""


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
