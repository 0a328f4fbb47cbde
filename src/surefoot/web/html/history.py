"""The history, and why the score moved: pictures drawn, links made, nothing computed anew."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from itertools import groupby, pairwise
from math import fsum

import msgspec
from fastapi import Request, Response
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.datastructures import QueryParams

from surefoot import charts, waterfalls
from surefoot.access.viewers import tenant_for, visible_to
from surefoot.errors import InputRefused, NotStored
from surefoot.model import Event, EventSource, Tenant
from surefoot.pages import changes as changes_page
from surefoot.pages import comparison as comparison_page
from surefoot.pages import events as events_page
from surefoot.pages import history as history_page
from surefoot.pages import past as pasts
from surefoot.pages.changes import ChangeRow, Changes, DayChange, Told
from surefoot.pages.groups import Group as Averaged
from surefoot.pages.history import History, Wanted
from surefoot.pages.overview import HistoryDay, Synced
from surefoot.pages.overview import synced as synced_of
from surefoot.scoring.changes import Kind
from surefoot.scoring.products import licence
from surefoot.store import tenants as stored
from surefoot.store.database import reading
from surefoot.web import queries
from surefoot.web.html import formats
from surefoot.web.html.contexts import Choice, Frame, Link, Notice, Page
from surefoot.web.html.day_rows import DayRow, Legend
from surefoot.web.html.falls import KINDS, told
from surefoot.web.html.overview import TABLE_DAYS, notice, path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, viewer_of
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

routes = guarded_router()

RANGES = {
    "7": ("7 d", "Last 7 days"),
    "30": ("30 d", "Last 30 days"),
    "90": ("90 d", "Last 90 days"),
    "365": ("1 y", "Last year"),
    "all": ("All", "All days"),
}
BASES = ("AllTenants", "TotalSeats", "IndustryTypes")
MOST_MARKS = 9
"""More numbers above a line are not read."""
MOST_EVENTS = 100
"""Events in the list under the chart; the API has them all."""
MOVED = 0.05
"""A day that moved less, in points of percent, gets its number from its events alone."""
WEIGHTS = {
    EventSource.NOTE: 0.5,
    EventSource.INCIDENT: 0.3,
    EventSource.PORTAL: 0.2,
    EventSource.DECISION: 0.1,
}
"""What an event of a day is worth beside the points of percent that the day moved; audits alone make no mark."""
SUMMED = {
    Kind.CONTROL_ADDED: "controls added",
    Kind.CONTROL_RETIRED: "controls retired",
    Kind.MAX_CHANGED: "maxima changed",
}
"""What Microsoft does to many controls at once has one row in the waterfall from MANY on."""
MANY = 3
NAMED = 7
"""Changes with a row of their own in the waterfall."""
SOURCES = {
    EventSource.INCIDENT: "Incident",
    EventSource.DIRECTORY_AUDIT: "Directory audit",
    EventSource.INTUNE_AUDIT: "Intune audit",
    EventSource.NOTE: "Note",
    EventSource.DECISION: "Decision",
    EventSource.PORTAL: "Microsoft's portal",
}
_BROAD_MARKS = charts.Form(
    name="broad", width=1300, height=330, left=44, right=16, top=44, bottom=28, dates=8, label=52
)
_WIDE_MARKS = charts.Form(name="wide", width=760, height=280, left=40, right=14, top=44, bottom=28, dates=5, label=52)
_NARROW_MARKS = charts.Form(
    name="narrow", width=328, height=260, left=34, right=10, top=44, bottom=28, dates=3, label=52
)
FORMS = (_BROAD_MARKS, _WIDE_MARKS, _NARROW_MARKS)


Key = tuple[EventSource, str]
"""What tells an event from all others of its tenant."""
Marked = Mapping[dt.date, Sequence[Event]]
"""The days with a mark, oldest first, and what happened on each."""


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event, as the page tells it."""

    event: Event
    source: str
    """Where it comes from, in words."""
    href: str | None
    """Its control's page; None when it is about no control."""
    about: str | None
    """Its control's name; None where the page says it already, or when it is about no control."""


class MarkLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a number above the line stands for."""

    number: int
    day: dt.date
    change: float | None
    """Points of percent against the stored day before; None when not known."""
    why_href: str | None
    """None for the first day that is shown."""
    sentence: str | None
    """What moved on that day, in words; None where nothing did or the line is not the score's."""
    events: tuple[EventLine, ...]
    more: int
    """Further events of the day."""
    day_href: str
    """The day alone, with all its events."""


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison line to ask for."""

    value: str
    label: str
    checked: bool


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Choices under one head of a list."""

    label: str
    choices: tuple[Choice, ...]


class HistoryPage(Page, frozen=True, kw_only=True):
    """`history.html`."""

    history: History
    last: dt.date | None
    """The newest stored day."""
    notice: Notice | None
    """What is wrong with the numbers, as on the overview."""
    refused: str | None
    """Why the range that was asked for could not be used; the last 90 days are shown."""
    charts: tuple[Markup, ...]
    ranges: tuple[Link, ...]
    range_title: str
    since: str
    """The first day of a range of one's own, for its field; else empty."""
    until: str
    subjects: tuple[Options, ...]
    of: str
    days: str
    """The range by its key; empty for a range of one's own."""
    boxes: tuple[Box, ...]
    legend: tuple[Legend, ...]
    marks: tuple[MarkLine, ...]
    events: tuple[EventLine, ...]
    events_total: int
    rows: tuple[DayRow, ...]
    """Newest first; beyond a year one row a month."""
    rows_thinned: bool
    here: str
    why_href: str
    overview_href: str
    control_href: str | None
    """The page of the action whose history it is."""


class More(msgspec.Struct, frozen=True, kw_only=True):
    """What the history's page shows beside the history itself."""

    chosen: str
    """A key of RANGES; empty for a range of one's own."""
    subjects: Mapping[str, tuple[str, str]]
    """Name and category of each control that there ever was."""
    events: Sequence[Event] = ()
    events_total: int = 0
    told: Mapping[dt.date, DayChange] = {}
    """What moved, by day."""
    causes: frozenset[Key] = frozenset()
    """The events that are candidate causes of what moved."""
    asked: Sequence[str] = ()
    """The comparison lines that are wanted, by Graph's names."""
    groups: Sequence[Averaged] = ()
    """Those that there are."""
    refused: str | None = None
    last: dt.date | None = None
    synced: Synced | None = None


class ChangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A change in the table."""

    change: ChangeRow
    kind: str
    """What sort of change, in words."""
    swatch: Markup
    href: str | None
    """None for what no control stands for."""
    causes: tuple[EventLine, ...]
    whys: tuple[str, ...]
    """What speaks for each of the causes."""


class DayLine(msgspec.Struct, frozen=True, kw_only=True):
    """A day between on which something moved."""

    day: DayChange
    href: str


class WhyPage(Page, frozen=True, kw_only=True):
    """`why.html`."""

    changes: Changes | None
    """None: the two days cannot be compared, and `refused` says why."""
    refused: str | None
    stored: bool
    """Whether any day of the tenant is stored."""
    near: tuple[Link, ...]
    """Pairs of days that can be compared instead."""
    since: str
    until: str
    first: str
    """The first and the last stored day bound the fields."""
    last: str
    spans: tuple[Link, ...]
    charts: tuple[Markup, ...]
    """Empty when nothing moved or a percent is not known."""
    swatches: tuple[tuple[str, Markup], ...]
    """The colours that the waterfall uses, in words."""
    paragraph: str
    """To send to a customer."""
    licences: tuple[str, ...]
    lines: tuple[ChangeLine, ...]
    days: tuple[DayLine, ...]
    here: str
    history_href: str
    overview_href: str


@routes.get("/tenants/{tenant_id}/history")
@needs(Permission.READ)
def show_history(request: Request, tenant_id: str) -> Response:
    """Show the score over time."""
    site, query = site_of(request), request.query_params
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), tenant_id)
        wanted, refused = _wanted(query)
        try:
            page = history_page.build(conn, tenant, ratings=site.ratings, wanted=wanted, figures=False)
        except (InputRefused, NotStored) as refusal:
            refused, wanted = refusal.sentence, Wanted()
            page = history_page.build(conn, tenant, ratings=site.ratings, wanted=wanted, figures=False)
        asked = [b for b in BASES if b in query.getlist("with")] if page.of.kind == "score" else []
        groups: tuple[Averaged, ...] = ()
        if asked:
            visible = visible_to(conn, viewer_of(request))
            compared = comparison_page.build(conn, tenant, visible, ratings=site.ratings, days=None)
            groups = tuple(g for b in asked for g in compared.groups if g.basis == b)
        past = pasts.of(conn, tenant, ratings=site.ratings)
        days = page.history
        happened = events_page.build(conn, tenant, since=days[0].date, until=days[-1].date) if days else None
        subjects = {c.control: (c.name, c.category) for c in past.courses}
        events = happened.events if happened else ()
        moved = _told(conn, tenant, request, page, _marked(page, _mine(page, events, subjects)))
        synced = synced_of(stored.sync_state(conn, tenant))
        everybody = stored.all_of(conn, viewer_of(request).tenants)
    around = frame(request, "History", visible=everybody, tenant=tenant, tab="history")
    chosen = "" if wanted.since or wanted.until else "all" if wanted.days is None else str(wanted.days)
    more = More(
        chosen=chosen,
        subjects=subjects,
        events=events,
        events_total=happened.total if happened else 0,
        told=moved.days if moved else {},
        causes=moved.causes if moved else frozenset(),
        asked=asked,
        groups=groups,
        refused=refused,
        last=past.totals[-1].day if past.totals else None,
        synced=synced,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "history.html", history_view(page, around, more), status=status)


def _told(conn: Connection, tenant: Tenant, request: Request, page: History, marked: Marked) -> Told | None:
    """Explain the marked days of the score's line; a part of the score, or a single day, is not explained."""
    days = page.history
    if page.of.kind != "score" or len(days) < 2:  # noqa: PLR2004 - one day moved nowhere
        return None
    ratings, stored_days = site_of(request).ratings, {d.date for d in days}
    about = {*marked, *(day for events in marked.values() for e in events if (day := _day_of(e)) not in stored_days)}
    return changes_page.told(conn, tenant, ratings=ratings, since=days[0].date, until=days[-1].date, days=about)


def _wanted(query: QueryParams) -> tuple[Wanted, str | None]:
    """Read the address; old links and empty fields fall back to the last 90 days, a wrong day is refused."""
    kind, _, key = query.get("of", "").partition(":")
    of = {kind: key} if kind in {"category", "control"} and key else {}
    days = query.get("days", "90")
    back = None if days == "all" else int(days) if days in RANGES else 90
    try:
        since, until = queries.day(query, "from"), queries.day(query, "to")
    except InputRefused as refusal:
        return Wanted(**of), refusal.sentence  # type: ignore[arg-type]
    if since and until and since > until:
        sentence = f"The first day ({since}) is after the last ({until}): turn them round."
        return Wanted(**of), sentence  # type: ignore[arg-type]
    if until and not since:
        return Wanted(since=dt.date.min, until=until, **of), None  # type: ignore[arg-type]
    return Wanted(days=back, since=since, until=until, **of), None  # type: ignore[arg-type]


def history_view(page: History, around: Frame, more: More) -> HistoryPage:
    """Prepare the history for its template."""
    chosen, subjects, asked = more.chosen, more.subjects, more.asked
    tenant, days = page.tenant.id, page.history
    mine = _mine(page, more.events, subjects)
    marks = _marks(page, mine, more)
    numbers = {m.day: m.number for m in marks}
    lines = [_line(g, days) for g in more.groups]
    rows = _rows(page, numbers, lines)
    kept = _thinned(rows)
    of = f"{page.of.kind}:{page.of.key}" if page.of.key else ""
    title = RANGES[chosen][1] if chosen else _own_range(days)
    query = {"of": of} if of else {}
    return HistoryPage(
        frame=around,
        history=page,
        last=more.last,
        notice=notice(tenant, more.synced, more.last, around.now) if more.synced else None,
        refused=more.refused,
        charts=_charts(page, title, marks, lines),
        ranges=tuple(
            Link(label=label, href=_with(path(tenant, "history", days=k, **query), asked), current=k == chosen)
            for k, (label, _) in RANGES.items()
        ),
        range_title=title,
        since=formats.iso(days[0].date) if days and not chosen else "",
        until=formats.iso(days[-1].date) if days and not chosen else "",
        subjects=_options(subjects, of),
        of=of,
        days=chosen,
        boxes=tuple(Box(value=b, label=label, checked=b in asked) for b, label in zip(BASES, _BOXES, strict=True)),
        legend=tuple(_legend(n, g, days) for n, g in enumerate(more.groups, 1)),
        marks=marks,
        events=tuple(_event(e, tenant, subjects) for e in mine[:MOST_EVENTS]),
        events_total=more.events_total if page.of.kind == "score" else len(mine),
        rows=kept,
        rows_thinned=len(kept) < len(rows),
        here=path(tenant, "history"),
        why_href=path(tenant, "history/why"),
        overview_href=path(tenant, "overview"),
        control_href=_action(tenant, page.of.key) if page.of.kind == "control" else None,
    )


_BOXES = ("All Microsoft 365 tenants", "Similar size", "Same industry")


def _with(address: str, asked: Iterable[str]) -> str:
    return address + "".join(f"&with={b}" for b in asked)


def _own_range(days: Sequence[HistoryDay]) -> str:
    if not days:
        return "Own range"
    first, last = formats.day(days[0].date), formats.day(days[-1].date)
    return first if first == last else f"{first} to {last}"


def _concerns(event: Event, page: History, subjects: Mapping[str, tuple[str, str]]) -> bool:
    """Leave out what was decided about other controls than those of the line."""
    if page.of.kind == "score" or event.control is None:
        return True
    if page.of.kind == "control":
        return event.control.casefold() == (page.of.key or "").casefold()
    return subjects.get(event.control, ("", ""))[1] == page.of.key


def _options(subjects: Mapping[str, tuple[str, str]], of: str) -> tuple[Options, ...]:
    categories = sorted({category for _, category in subjects.values() if category})
    whole = Choice(value="", label="Secure Score", selected=not of)
    groups = [
        Choice(value=f"category:{c}", label=c, selected=f"category:{c}".casefold() == of.casefold()) for c in categories
    ]
    found = [Options(label="Whole", choices=(whole, *groups))]
    for category in categories:
        named = sorted((name, key) for key, (name, own) in subjects.items() if own == category)
        choices = tuple(
            Choice(value=f"control:{key}", label=name, selected=f"control:{key}".casefold() == of.casefold())
            for name, key in named
        )
        found.append(Options(label=category, choices=choices))
    return tuple(found)


def _moves(days: Sequence[HistoryDay]) -> dict[dt.date, tuple[dt.date, float | None]]:
    """Give of each day but the first the one before it, and the difference to it."""
    return {
        b.date: (a.date, None if a.percent is None or b.percent is None else b.percent - a.percent)
        for a, b in pairwise(days)
    }


def _mine(page: History, events: Iterable[Event], subjects: Mapping[str, tuple[str, str]]) -> list[Event]:
    return [e for e in events if _concerns(e, page, subjects)]


def _marked(page: History, events: Iterable[Event]) -> Marked:
    """Choose the days that moved most or on which people noted something."""
    days, moves = {d.date for d in page.history}, _moves(page.history)
    held: dict[dt.date, list[Event]] = {}
    for event in events:
        held.setdefault(_shown_on(event, days), []).append(event)
    weights: dict[dt.date, float] = {}
    for day in days:
        moved = abs(moves.get(day, (day, None))[1] or 0.0)
        tale = max(WEIGHTS.get(e.source, 0.0) for e in held[day]) if day in held else 0.0
        if moved >= MOVED or tale:
            weights[day] = tale + (1.0 + moved if moved >= MOVED else 0.0)
    shown = sorted(sorted(weights, key=lambda d: (-weights[d], -d.toordinal()))[:MOST_MARKS])
    return {day: held.get(day, ()) for day in shown}


def _marks(page: History, events: Sequence[Event], more: More) -> tuple[MarkLine, ...]:
    """Number the marked days."""
    moves = _moves(page.history)
    return tuple(
        _mark(number, day, moves.get(day), _ranked(happened, more), page.tenant.id, more)
        for number, (day, happened) in enumerate(_marked(page, events).items(), 1)
    )


def _day_of(event: Event) -> dt.date:
    return event.at.astimezone(dt.UTC).date()


def _shown_on(event: Event, days: set[dt.date]) -> dt.date:
    """Put an event of a day without data on the next stored one."""
    day = _day_of(event)
    return day if day in days else min((d for d in days if d > day), default=day)


EVENTS_OF_A_DAY = 3


def _key(event: Event) -> Key:
    return (event.source, event.id)


def _ranked(events: Iterable[Event], more: More) -> list[Event]:
    """Put candidate causes and what people noted before the daily bustle."""
    return sorted(events, key=lambda e: -max(WEIGHTS.get(e.source, 0.0), 0.4 if _key(e) in more.causes else 0.0))


def _mark(
    number: int,
    day: dt.date,
    move: tuple[dt.date, float | None] | None,
    events: Sequence[Event],
    tenant: str,
    more: More,
) -> MarkLine:
    told = more.told.get(day)
    return MarkLine(
        number=number,
        day=day,
        change=move[1] if move else None,
        why_href=_why(tenant, move[0], day) if move else None,
        sentence=told.sentence if told else None,
        events=tuple(_event(e, tenant, more.subjects) for e in events[:EVENTS_OF_A_DAY]),
        more=max(0, len(events) - EVENTS_OF_A_DAY),
        day_href=path(tenant, "history", **{"from": day.isoformat(), "to": day.isoformat()}),
    )


def _why(tenant: str, since: dt.date, until: dt.date) -> str:
    return f"{path(tenant, 'history/why')}?from={since.isoformat()}&to={until.isoformat()}"  # days need no quoting


def _action(tenant: str, control: str | None) -> str | None:
    return path(tenant, f"actions/{formats.quoted(control)}") if control else None


def _event(event: Event, tenant: str, subjects: Mapping[str, tuple[str, str]] | None = None) -> EventLine:
    about = (subjects or {}).get(event.control or "", ("", ""))[0] or None
    return EventLine(event=event, source=SOURCES[event.source], href=_action(tenant, event.control), about=about)


def _line(group: Averaged, days: Sequence[HistoryDay]) -> dict[dt.date, float | None]:
    shown = {d.date for d in days}
    return {d.date: d.average for d in group.history if d.date in shown}


def _legend(number: int, group: Averaged, days: Sequence[HistoryDay]) -> Legend:
    known = [a for a in _line(group, days).values() if a is not None]
    return Legend(
        name=group.name,
        meaning=group.meaning,
        swatch=Markup(charts.line_swatch(f"b{number}")),  # noqa: S704 - charts escapes
        average=known[-1] if known else None,
    )


def _charts(
    page: History, title: str, marks: Sequence[MarkLine], lines: Sequence[Mapping[dt.date, float | None]]
) -> tuple[Markup, ...]:
    days = page.history
    if not days:
        return ()
    points = [charts.Point(d.date, d.percent) for d in days]
    missing = f" {formats.plural(page.missing, 'day has', 'days have')} no data." if page.missing else ""
    caption = charts.Caption(
        key="history",
        title=f"{page.of.name}, {title if title[0].isdigit() else title.lower()}",
        summary=f"From {formats.percent(days[0].percent)} on {formats.day(days[0].date)} to "
        f"{formats.percent(days[-1].percent)} on {formats.day(days[-1].date)}.{missing} "
        "The numbers are explained under the chart, the days are in the table below.",
    )
    numbers = [charts.Mark(m.day, m.number, _way(m.change)) for m in marks]
    beside = [charts.Beside(f"b{n}", [charts.Point(d, v) for d, v in s.items()]) for n, s in enumerate(lines, 1)]
    span = (days[0].date, days[-1].date)
    drawn = (charts.history(points, caption, form=f, span=span, marks=numbers, beside=beside) for f in FORMS)
    return tuple(Markup(svg) for svg in drawn)  # noqa: S704 - charts escapes


def _way(change: float | None) -> str:
    return "down" if formats.direction(change) == "down" else "plain"


def _rows(
    page: History, numbers: Mapping[dt.date, int], lines: Sequence[Mapping[dt.date, float | None]]
) -> list[DayRow]:
    moves = _moves(page.history)
    rows = [
        DayRow(
            day=d.date,
            percent=d.percent,
            points=d.points,
            max_points=d.max_points,
            change=moves[d.date][1] if d.date in moves else None,
            source=d.source,
            why_href=_why(page.tenant.id, moves[d.date][0], d.date) if d.date in moves else None,
            number=numbers.get(d.date),
            averages=tuple(line.get(d.date) for line in lines),
        )
        for d in page.history
    ]
    return rows[::-1]


def _thinned(rows: Sequence[DayRow]) -> tuple[DayRow, ...]:
    """Keep a year of days, and of the months before it the last day each."""
    older = groupby(rows[TABLE_DAYS:], key=lambda row: (row.day.year, row.day.month))
    return (*rows[:TABLE_DAYS], *(next(month) for _, month in older))


@routes.get("/tenants/{tenant_id}/history/why")
@needs(Permission.READ)
def show_why(request: Request, tenant_id: str) -> Response:
    """Show why the score moved between two days."""
    site, query = site_of(request), request.query_params
    changes, refused, status = None, None, HTTPStatus.OK
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), tenant_id)
        stored_days = [t.day for t in pasts.of(conn, tenant, ratings=site.ratings).totals]
        try:
            since, until = queries.day(query, "from"), queries.day(query, "to")
            changes = changes_page.build(conn, tenant, ratings=site.ratings, since=since, until=until)
        except InputRefused as refusal:
            refused, status = refusal.sentence, HTTPStatus.UNPROCESSABLE_ENTITY
        except NotStored as refusal:
            refused, status = refusal.sentence, HTTPStatus.NOT_FOUND if stored_days else HTTPStatus.OK
        everybody = stored.all_of(conn, viewer_of(request).tenants)
    around = frame(request, "Why it moved", visible=everybody, tenant=tenant, tab="history")
    asked = (query.get("from", ""), query.get("to", ""))
    view = why_view(changes, around, tenant=tenant.id, days=stored_days, asked=asked, refused=refused)
    return render(request, "why.html", view, status=status)


SPANS = {1: "1 d", 7: "7 d", 30: "30 d", 90: "90 d", 365: "1 y"}


def why_view(
    changes: Changes | None,
    around: Frame,
    *,
    tenant: str,
    days: Sequence[dt.date],
    asked: tuple[str, str] = ("", ""),
    refused: str | None = None,
) -> WhyPage:
    """Prepare the explanation for its template; `days` are the stored ones, `asked` what was typed."""
    drawn, used = _waterfalls(changes) if changes else ((), ())
    return WhyPage(
        frame=around,
        changes=changes,
        refused=refused,
        stored=bool(days),
        near=() if changes else _near(tenant, days, asked),
        since=formats.iso(changes.since) if changes else asked[0],
        until=formats.iso(changes.until) if changes else asked[1],
        first=formats.iso(days[0]) if days else "",
        last=formats.iso(days[-1]) if days else "",
        spans=_spans(tenant, days, changes),
        charts=drawn,
        swatches=tuple((_COLOURS[k], Markup(charts.swatch(f"fall {k}"))) for k in used),  # noqa: S704
        paragraph=_paragraph(changes) if changes else "",
        licences=_licences(changes) if changes else (),
        lines=tuple(_change(c, tenant) for c in changes.changes) if changes else (),
        days=_days(changes, tenant) if changes else (),
        here=path(tenant, "history/why"),
        history_href=_history(tenant, changes),
        overview_href=path(tenant, "overview"),
    )


_COLOURS = {
    "up": "gained",
    "down": "lost",
    "catalogue": "Microsoft's catalogue or licences",
    "rest": "not in any control, or of several kinds",
}


def _history(tenant: str, changes: Changes | None) -> str:
    if changes is None:
        return path(tenant, "history")
    return path(tenant, "history", **{"from": changes.since.isoformat(), "to": changes.until.isoformat()})


def _near(tenant: str, days: Sequence[dt.date], asked: tuple[str, str]) -> tuple[Link, ...]:
    """Offer the stored days about those that were asked for."""
    try:
        since, until = (queries.parse_day(a) if a else None for a in asked)
    except InputRefused:
        return ()
    if len(days) < 2:  # noqa: PLR2004 - nothing to compare
        return ()
    since, until = sorted((since or days[0], until or days[-1]))
    before = max((d for d in days[:-1] if d <= since), default=days[0])
    after = max((d for d in days if before < d <= until), default=days[days.index(before) + 1])
    label = f"{formats.day(before)} to {formats.day(after)}"
    return (Link(label=label, href=_why(tenant, before, after)),)


def _spans(tenant: str, days: Sequence[dt.date], changes: Changes | None) -> tuple[Link, ...]:
    """Offer the usual spans up to the later day, each from a day that is stored."""
    if not days:
        return ()
    until = changes.until if changes else days[-1]
    found = []
    for back, label in SPANS.items():
        target = until - dt.timedelta(days=back)
        since = max((d for d in days if d <= target), default=None)
        if since is not None:
            current = changes is not None and changes.since == since
            found.append(Link(label=label, href=_why(tenant, since, until), current=current))
    return tuple(found)


def _waterfalls(changes: Changes) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
    """Draw the largest changes by name and the others as sums; nothing is left out."""
    if changes.percent_before is None or changes.percent_after is None or not changes.changes:
        return (), ()
    parts = [(c, c.percent) for c in changes.changes if c.percent is not None]
    if len(parts) < len(changes.changes):
        return (), ()
    steps = _steps(parts)
    caption = charts.Caption(
        key="why",
        title=f"Why the score moved from {formats.percent(changes.percent_before, 2)} to "
        f"{formats.percent(changes.percent_after, 2)}",
        summary="; ".join(f"{s.label} {s.said}" for s in steps) + ". Every change is in the table below.",
    )
    first = waterfalls.End(
        formats.day(changes.since), changes.percent_before, formats.percent(changes.percent_before, 2)
    )
    last = waterfalls.End(formats.day(changes.until), changes.percent_after, formats.percent(changes.percent_after, 2))
    shapes = (waterfalls.WIDE, waterfalls.NARROW)
    drawn = tuple(Markup(waterfalls.waterfall(first, steps, last, caption, shape=s)) for s in shapes)  # noqa: S704
    return drawn, tuple(k for k in _COLOURS if any(s.kind == k for s in steps))


def _steps(parts: Sequence[tuple[ChangeRow, float]]) -> list[waterfalls.Step]:
    """Make the steps: gains before losses, the largest first, then what is summed up of each."""
    together = {kind: [v for c, v in parts if c.kind is kind] for kind in SUMMED}
    together = {kind: values for kind, values in together.items() if len(values) >= MANY}
    named = [(_name(c), KINDS[c.kind][0], v) for c, v in parts if c.kind not in together]
    named += [(f"{len(v)} {SUMMED[kind]}", KINDS[kind][0], fsum(v)) for kind, v in together.items()]
    named.sort(key=lambda step: -abs(step[2]))
    own, others = (named, []) if len(named) <= NAMED + 1 else (named[:NAMED], named[NAMED:])
    steps = []
    for sign, one, many in ((1, "smaller gain", "smaller gains"), (-1, "smaller loss", "smaller losses")):
        steps += [step for step in own if step[2] * sign > 0]
        small = [(kind, v) for _, kind, v in others if v * sign > 0]
        if small:
            kinds = {kind for kind, _ in small}
            kind = kinds.pop() if len(kinds) == 1 else "rest"
            steps.append((formats.plural(len(small), one, many), kind, fsum(v for _, v in small)))
    return [waterfalls.Step(label, kind, v, formats.signed(v, 2)) for label, kind, v in steps]


def _name(change: ChangeRow) -> str:
    return change.name or change.control or KINDS[change.kind][1]


def _paragraph(changes: Changes) -> str:
    """Say for a customer whose score it is and where it stands, then what moved it."""
    ends = (changes.since, changes.percent_before), (changes.until, changes.percent_after)
    return told(changes.tenant.name, *ends, changes.sentence)


def _licences(changes: Changes) -> tuple[str, ...]:
    came = (f"{licence(x)} came" for x in changes.licences_added)
    ended = (f"{licence(x)} ended" for x in changes.licences_ended)
    return (*came, *ended)


def _change(change: ChangeRow, tenant: str) -> ChangeLine:
    kind, words = KINDS[change.kind]
    return ChangeLine(
        change=change,
        kind=words,
        swatch=Markup(charts.swatch(f"fall {kind}")),  # noqa: S704 - charts escapes
        href=_action(tenant, change.control),
        causes=tuple(_event(c.event, tenant) for c in change.causes),
        whys=tuple(" ".join(c.why) for c in change.causes),
    )


def _days(changes: Changes, tenant: str) -> tuple[DayLine, ...]:
    if len(changes.by_day) < 2 and (changes.until - changes.since).days == 1:  # noqa: PLR2004 - it is the page itself
        return ()
    return tuple(DayLine(day=d, href=_why(tenant, d.since, d.date)) for d in reversed(changes.by_day))
