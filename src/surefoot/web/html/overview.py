"""From the overview's page object to what its template uses: pictures drawn, links made, nothing computed anew."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup
from msgspec.structs import replace

from surefoot import charts
from surefoot.model import Status
from surefoot.pages.comparison import bounds
from surefoot.pages.counting import View
from surefoot.pages.marks import Mark
from surefoot.pages.mending import Where, happened, mend_of
from surefoot.pages.moved import Moved
from surefoot.pages.outlets import camel
from surefoot.pages.overview import CategoryScore, HistoryDay, Overview, Synced, is_old
from surefoot.pages.review import Review
from surefoot.web.html import formats
from surefoot.web.html.contexts import Frame, HistoryRow, Link, Notice, Page
from surefoot.web.html.falls import falls, told

RANGES = {
    "30": ("30 d", "Last 30 days"),
    "90": ("90 d", "Last 90 days"),
    "365": ("1 y", "Last year"),
    "all": ("All", "All days"),
}
STATUS_ORDER = (
    Status.COMPLETED,
    Status.THIRD_PARTY,
    Status.ALTERNATE,
    Status.IN_PROGRESS,
    Status.PLANNED,
    Status.RISK_ACCEPTED,
    Status.TO_ADDRESS,
)
TABLE_DAYS = 366


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


class MarkLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a number above the line stands for."""

    number: int
    mark: Mark
    href: str
    """The day on the history's page."""


class ReviewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A count of actions that somebody should look at."""

    label: str
    count: int
    href: str
    small: str | None = None
    kind: str = ""
    """`loss` for what got worse or is late."""


class WhyCard(msgspec.Struct, frozen=True, kw_only=True):
    """Why the score moved."""

    moved: Moved
    charts: tuple[Markup, ...]
    """Empty when nothing moved or a percent is not known."""
    paragraph: str
    """To send to a customer."""
    href: str


class VersusLine(msgspec.Struct, frozen=True, kw_only=True):
    """A bar of the comparison."""

    name: str
    small: str
    meter: Markup
    percent: float | None
    href: str


class OverviewPage(Page, frozen=True, kw_only=True):
    """`overview.html`."""

    overview: Overview
    bounds: tuple[str, str]
    """Of the estimate among all tenants, in percent; empty: there is none."""
    old_until: dt.date | None
    """The newest day, where it is so old that changes up to it have to say so; None: it is not."""
    notice: Notice | None
    plan: str | None
    """The licences in a few words; None when Graph does not tell."""
    shown: View | None
    """The score that stands large; None when it is not known."""
    included: str
    """Its key: `raw`, or what is included."""
    includes: tuple[Link, ...]
    score_bar: Markup | None
    planned_swatch: Markup
    achievable_swatch: Markup
    charts: tuple[Markup, ...]
    """The wide and the narrow form; empty when there is nothing to draw."""
    marks: tuple[MarkLine, ...]
    ranges: tuple[Link, ...]
    range_title: str
    rows: tuple[HistoryRow, ...]
    """Newest first; beyond a year one row a month."""
    rows_thinned: bool
    tiles: tuple[Tile, ...]
    stack: Markup
    lines: tuple[StatusLine, ...]
    actions_href: str
    quick_wins_href: str
    reviews: tuple[ReviewLine, ...]
    """What Microsoft's own page counts."""
    waits: tuple[ReviewLine, ...]
    """What waits for somebody; nothing of which there is none."""
    why: WhyCard | None
    """None: there is only one day."""
    versus: tuple[VersusLine, ...]
    comparison_href: str
    sync_href: str | None
    """None: this process cannot read from Graph, or the viewer may not ask."""


def path(tenant_id: str, page: str, **query: str) -> str:
    """Give the address of a tenant's page."""
    if not query:
        return f"/tenants/{tenant_id}/{page}"
    plain = all(map(_PLAIN.fullmatch, query.values()))  # as days and words are: quoting them takes ten times as long
    told = "&".join([f"{name}={value}" for name, value in query.items()]) if plain else urlencode(query)
    return f"/tenants/{tenant_id}/{page}?{told}"


_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")


def view(overview: Overview, frame: Frame, *, chosen: str, sync: bool, include: str = "raw") -> OverviewPage:
    """Prepare the overview for its template.

    `chosen` is a key of RANGES, `include` one of INCLUDES or `raw`, `sync` offers Sync now.
    """
    tenant = overview.tenant.id
    query = {} if include == "raw" else {"include": include}
    marks = _marks(overview)
    rows = rows_of(overview.history)
    kept = thinned(rows)
    return OverviewPage(
        frame=frame,
        overview=overview,
        bounds=bounds(overview.among.estimate.range if overview.among else None),
        old_until=_old(overview.as_of, frame.now.date()),
        notice=notice(tenant, overview.synced, overview.as_of, frame.now),
        plan=_plan(overview.licences),
        shown=next((v for v in overview.views if v.key == include and v.percent is not None), None),
        included=include,
        includes=_includes(tenant, chosen, include),
        score_bar=_score_bar(overview),
        planned_swatch=Markup(charts.swatch("planned-score", key="score")),  # noqa: S704 - charts escapes
        achievable_swatch=Markup(charts.swatch("achievable")),  # noqa: S704
        charts=line(
            overview.history, f"Secure Score, {RANGES[chosen][1].lower()}", marks=[(m.mark, m.number) for m in marks]
        ),
        marks=marks,
        ranges=tuple(
            Link(label=label, href=path(tenant, "overview", days=key, **query), current=key == chosen)
            for key, (label, _) in RANGES.items()
        ),
        range_title=RANGES[chosen][1],
        rows=kept,
        rows_thinned=len(kept) < len(rows),
        tiles=tuple(_tile(c, tenant) for c in overview.categories),
        stack=_stack(overview),
        lines=_lines(overview),
        actions_href=path(tenant, "actions"),
        quick_wins_href=path(tenant, "actions", show="quick"),
        reviews=_reviews(tenant, overview.review) if overview.review else (),
        waits=_waits(tenant, overview.review) if overview.review else (),
        why=_why(overview) if overview.moved else None,
        versus=_versus(overview) if overview.among else (),
        comparison_href=path(tenant, "comparison"),
        sync_href=path(tenant, "sync") if sync else None,
    )


def _old(as_of: dt.date | None, today: dt.date) -> dt.date | None:
    return as_of if as_of is not None and is_old(as_of, today) else None


def notice(tenant: str, synced: Synced, as_of: dt.date | None, now: dt.datetime) -> Notice | None:
    """Say what is wrong with a tenant's numbers: reading fails, or the newest day is old.

    `tenant` is its id: where a person can do something, the notice leads to its connection.
    """
    there = path(tenant, "connection")
    if synced.error is not None:
        title = "Reading from Microsoft fails"
        return Notice(
            kind="error",
            title=f"{title}; these numbers are from {formats.day(as_of)}" if as_of else title,
            text=_failed(synced.error, synced.message or synced.error),
            since=synced.failing_since,
            request_id=synced.request_id,
            href=there,
            label="See how to mend it",
        )
    if as_of is None or not is_old(as_of, now.date()):
        return None
    old = f"The newest score is {(now.date() - as_of).days} days old"
    if synced.at is None:
        text = "It was imported. Connected to Microsoft, the tenant is read every day."
        return Notice(kind="info", title=old, text=text, href=there, label="Connect it")
    return Notice(kind="stale", title=old, text="Microsoft has not published a newer one. Nothing to do but wait.")


def _failed(error: str, message: str) -> str:
    """Say what happened, and what to do where that is nothing; what a person can do is on the connection's page."""
    said, mend = happened(error, message), mend_of(error)
    return f"{said} {mend.what}" if mend.where is Where.NOWHERE else said


def _score_bar(overview: Overview) -> Markup | None:
    if overview.percent is None:
        return None
    planned = overview.planned_score.percent if overview.planned_score else None
    achievable = overview.achievable_score.percent if overview.achievable_score else None
    label = (
        f"{formats.percent(overview.percent)} now, {formats.percent(planned)} planned, "
        f"{formats.percent(achievable)} achievable"
    )
    return Markup(charts.score_bar(overview.percent, planned, achievable, label=label, key="score"))  # noqa: S704


ROOM = 28
"""What the numbers above a line need."""


def line(history: Sequence[HistoryDay], title: str, *, marks: Sequence[tuple[Mark, int]] = ()) -> tuple[Markup, ...]:
    """Draw days as a line, in a wide and a narrow form; nothing where no percent is known."""
    if not any(d.percent is not None for d in history):
        return ()
    points = [charts.Point(d.date, d.percent) for d in history]
    caption = charts.Caption(
        key="history",
        title=title,
        summary=f"From {formats.percent(history[0].percent)} on {formats.day(history[0].date)} "
        f"to {formats.percent(history[-1].percent)} on {formats.day(history[-1].date)}. "
        "The days are in the table below.",
    )
    span = (history[0].date, history[-1].date)
    numbers = [charts.Mark(m.date, n, "down" if formats.direction(m.change) == "down" else "plain") for m, n in marks]
    room = ROOM if marks else 0
    forms = [replace(f, top=f.top + room, height=f.height + room) for f in (charts.WIDE, charts.NARROW)]
    drawn = (charts.history(points, caption, form=form, span=span, marks=numbers) for form in forms)
    return tuple(Markup(svg) for svg in drawn)  # noqa: S704 - charts escapes


def rows_of(history: Sequence[HistoryDay]) -> list[HistoryRow]:
    """List the days, newest first, each with its difference to the one before."""
    before: tuple[HistoryDay | None, ...] = (None, *history)
    rows = [
        HistoryRow(
            day=day.date,
            percent=day.percent,
            points=day.points,
            max_points=day.max_points,
            change=_change(earlier, day),
            source=day.source,
        )
        for earlier, day in zip(before, history, strict=False)
    ]
    return rows[::-1]


def _change(earlier: HistoryDay | None, day: HistoryDay) -> float | None:
    if earlier is None or earlier.percent is None or day.percent is None:
        return None
    return day.percent - earlier.percent


def thinned(rows: Sequence[HistoryRow]) -> tuple[HistoryRow, ...]:
    """Keep a year of days, and of the months before it the last day each."""
    older = groupby(rows[TABLE_DAYS:], key=lambda row: (row.day.year, row.day.month))
    return (*rows[:TABLE_DAYS], *(next(month) for _, month in older))


INCLUDES = {"planned": "Planned", "achievable": "Achievable", "adjusted": "Without accepted risks"}


def _includes(tenant: str, chosen: str, include: str) -> tuple[Link, ...]:
    """Offer each way to count; the one that is shown leads back to the score itself."""
    query = {} if chosen == "90" else {"days": chosen}
    return tuple(
        Link(
            label=label,
            href=path(tenant, "overview", **query, **({} if key == include else {"include": key})),
            current=key == include,
        )
        for key, label in INCLUDES.items()
    )


SUITES = ("Microsoft 365 E5", "Microsoft 365 E3", "Microsoft 365 Business Premium")


def _plan(licences: Sequence[str]) -> str | None:
    """Name the suite where there is one, else the first two licences."""
    suite = next((s for s in SUITES if s in licences), None)
    if suite or not licences:
        return suite
    more = f" and {len(licences) - 2} more" if len(licences) > 2 else ""  # noqa: PLR2004 - two are named
    return ", ".join(licences[:2]) + more


def _marks(overview: Overview) -> tuple[MarkLine, ...]:
    return tuple(
        MarkLine(
            number=number,
            mark=mark,
            href=_led(overview.tenant.id, mark),
        )
        for number, mark in enumerate(overview.marks, 1)
    )


def _led(tenant: str, mark: Mark) -> str:
    """Lead to why the score moved on a day; on the first shown one, to the day itself."""
    since = mark.since or mark.date
    page = "history" if mark.since is None else "history/why"
    return path(tenant, page, **{"from": since.isoformat(), "to": mark.date.isoformat()})


def _reviews(tenant: str, review: Review) -> tuple[ReviewLine, ...]:
    """Count what Microsoft's own page counts, each leading to the list of exactly these."""
    recent = f"since {formats.day(review.recent_since)}"

    def to(**query: str) -> str:
        return path(tenant, "actions", **query)

    dismissed = f"; {review.dismissed} of them dismissed" if review.dismissed else ""
    lost, gain = formats.points(review.regressed_lost), formats.gain(review.regressed_to_gain)
    fell = f"lost {lost} points since, {gain} to gain{dismissed}" if review.regressed else None
    return (
        ReviewLine(
            label="Regressed", count=review.regressed, href=to(show="regressed"), small=fell,
            kind="loss" if review.regressed else "",
        ),
        ReviewLine(label="To address", count=review.to_address, href=to(status="toAddress", show="all")),
        ReviewLine(label="Planned", count=review.planned, href=to(status="planned", show="all")),
        ReviewLine(label="Risk accepted", count=review.risk_accepted, href=to(status="riskAccepted", show="all")),
        ReviewLine(
            label="Recently added", count=review.recently_added, href=to(recent="added", show="all"), small=recent
        ),
        ReviewLine(
            label="Recently updated", count=review.recently_updated, href=to(recent="updated", show="all"), small=recent
        ),
    )  # fmt: skip


def _waits(tenant: str, review: Review) -> tuple[ReviewLine, ...]:
    """List what waits for somebody; what there is none of is left out."""
    by = f"expected by {formats.day(review.expected_by.date())}" if review.expected_by else "to be sent"
    late = f"{review.late} of them late" if review.late else by
    outbox, risks = path(tenant, "outbox"), path(tenant, "risks")
    lines = (
        ReviewLine(
            label="Waiting for Microsoft", count=review.waiting, href=outbox, small=late,
            kind="loss" if review.late else "",
        ),
        ReviewLine(label="Refused by Microsoft", count=review.refused, href=outbox, kind="loss"),
        ReviewLine(label="Conflicts", count=review.conflicts, href=outbox, small="say which side holds", kind="loss"),
        ReviewLine(label="Requests", count=review.requests, href=risks, small="wait for a second person"),
        ReviewLine(
            label="Overdue", count=review.overdue, href=path(tenant, "actions", due="overdue"),
            small="the due date has passed", kind="loss",
        ),
        ReviewLine(
            label="Acceptances that end", count=review.ending, href=risks, small=f"within {review.ending_days} days"
        ),
    )  # fmt: skip
    return tuple(line for line in lines if line.count)


def _why(overview: Overview) -> WhyCard | None:
    moved = overview.moved
    if moved is None:
        return None
    ends = {"from": moved.since.isoformat(), "to": moved.until.isoformat()}
    return WhyCard(
        moved=moved,
        charts=falls(moved),
        paragraph=told(
            overview.tenant.name,
            (moved.since, moved.percent_before),
            (moved.until, moved.percent_after),
            moved.sentence,
        ),
        href=path(overview.tenant.id, "history/why", **ends),
    )


def _versus(overview: Overview) -> tuple[VersusLine, ...]:
    among = overview.among
    if among is None:
        return ()
    href = path(overview.tenant.id, "comparison")

    def bar(name: str, small: str, value: float | None, kind: str = "other") -> VersusLine:
        label = f"{name}: {formats.percent(value)}"
        meter = Markup(charts.meter(value, label=label, kind=kind))  # noqa: S704 - charts escapes
        return VersusLine(name=name, small=small, meter=meter, percent=value, href=href)

    lines = [bar(overview.tenant.name, formats.day(overview.as_of), overview.percent, "accent")]
    for group in among.groups:
        name = _GROUPS.get(group.basis, group.name)
        of = "" if name == group.name else f"{group.about}, "
        lines.append(bar(name, f"{of}average", group.average))
    own = among.own
    if own.tenants is not None:
        rank = "rank not known" if own.rank is None else f"rank {own.rank} of {own.tenants}"
        lines.append(bar(f"Your {own.tenants} tenants", f"{rank}, median", own.median))
    return tuple(lines)


_GROUPS = {"TotalSeats": "Similar size", "IndustryTypes": "Your industry"}


def _tile(category: CategoryScore, tenant: str) -> Tile:
    label = f"{category.category}: {formats.percent(category.percent)}"
    kind = formats.category_class(category.category)
    return Tile(
        category=category,
        meter=Markup(charts.meter(category.percent, label=label, kind=kind)),  # noqa: S704
        href=path(tenant, "actions", category=category.category, show="all"),
    )


def _stack(overview: Overview) -> Markup:
    counts = [(s, overview.statuses.get(s, 0)) for s in STATUS_ORDER]
    parts = [charts.Part(formats.status(s), formats.slug(s), n) for s, n in counts]
    label = ", ".join(f"{n} {formats.status(s).lower()}" for s, n in counts if n) or "no actions"
    return Markup(charts.stacked(parts, label=label))  # noqa: S704


def _lines(overview: Overview) -> tuple[StatusLine, ...]:
    return tuple(
        StatusLine(
            status=s,
            count=overview.statuses.get(s, 0),
            href=path(overview.tenant.id, "actions", status=camel(s), show="all"),
            swatch=Markup(charts.swatch(formats.slug(s))),  # noqa: S704
        )
        for s in STATUS_ORDER
    )
