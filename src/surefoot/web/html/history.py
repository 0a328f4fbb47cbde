"""The history: the score by day with what happened, and why it moved between two days."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from fastapi import Request, Response
from markupsafe import Markup
from sqlalchemy import Connection

from surefoot import charts
from surefoot.access.viewers import tenant_for
from surefoot.errors import InputRefused, NotFound
from surefoot.model import Event, EventSource, Tenant
from surefoot.pages import changes as changes_page
from surefoot.pages import events as events_page
from surefoot.pages import history as history_page
from surefoot.pages.changes import ChangeRow, Changes
from surefoot.pages.history import History, Wanted
from surefoot.scoring.ratings import Ratings
from surefoot.store import tenants as stored
from surefoot.store.database import reading
from surefoot.web import queries
from surefoot.web.html import formats
from surefoot.web.html.contexts import Choice, HistoryRow, Link, Page
from surefoot.web.html.overview import path, rows_of, thinned
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

RANGES = {"7": "7 d", "30": "30 d", "90": "90 d", "365": "1 y", "all": "All"}
TOLD = frozenset({EventSource.NOTE, EventSource.DECISION, EventSource.PORTAL, EventSource.INCIDENT})
"""Sources that are marked on the line; audits are too many, and stand with the changes as candidates."""
MARKS = 12
STEPS = 12
"""Parts of the waterfall that are drawn by themselves; the smaller ones are one."""


class MarkLine(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered day under the chart."""

    number: int
    day: dt.date
    said: tuple[str, ...]
    more: int


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the waterfall."""

    name: str
    href: str | None
    percent: float
    bar: Markup


class HistoryPage(Page, frozen=True, kw_only=True):
    """`history.html`."""

    subject: str
    subjects: tuple[Choice, ...]
    """The score, and each category."""
    ranges: tuple[Link, ...]
    since: str
    until: str
    charts: tuple[Markup, ...]
    rows: tuple[HistoryRow, ...]
    best: str | None
    worst: str | None
    missing: int
    marks: tuple[MarkLine, ...]
    from_day: str
    to_day: str
    changes: Changes | None
    """None: why it moved is not known."""
    unknown: str | None
    """Why not."""
    steps: tuple[StepLine, ...]
    hrefs: dict[str, str]
    """Where each control of the changes leads."""
    here: str
    csv_href: str


@routes.get("/tenants/{tenant_id}/history")
@needs(Permission.READ)
def show_history(request: Request, tenant_id: str) -> Response:
    """Show the history of the score or a category, and why it moved between two days."""
    site, query = site_of(request), request.query_params
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), tenant_id)
        visible = stored.all_of(conn, viewer_of(request).tenants)
        chosen = query.get("days", "90") if query.get("days", "90") in RANGES else "90"
        since, until = _day(query.get("from")), _day(query.get("to"))
        asked = Wanted(
            days=None if chosen == "all" else int(chosen),
            since=since,
            until=until,
            category=query.get("category") or None,
        )
        history = history_page.build(conn, tenant, ratings=site.ratings, wanted=asked)
        happened = _happened(conn, tenant, history)
        changes, unknown = _changes(conn, tenant, site.ratings, _day(query.get("before")), _day(query.get("after")))
    around = frame(request, "History", visible=visible, tenant=tenant, tab="history")
    own = since is not None or until is not None
    page = HistoryPage(
        frame=around,
        subject=history.of.name,
        subjects=_subjects(asked.category),
        ranges=tuple(
            Link(
                label=label,
                href=path(tenant.id, "history", days=key, category=asked.category or ""),
                current=key == chosen and not own,
            )
            for key, label in RANGES.items()
        ),
        since=formats.iso(since),
        until=formats.iso(until),
        charts=_charts(history, happened),
        rows=thinned(rows_of(history.history)),
        best=_extreme(history.best),
        worst=_extreme(history.worst),
        missing=history.missing,
        marks=happened,
        from_day=formats.iso(changes.since) if changes else query.get("before", ""),
        to_day=formats.iso(changes.until) if changes else query.get("after", ""),
        changes=changes,
        unknown=unknown,
        steps=_steps(changes, tenant) if changes else (),
        hrefs=_hrefs(changes, tenant) if changes else {},
        here=path(tenant.id, "history"),
        csv_href=f"/api/security-defender/secure-score/history.csv?tenant={tenant.id}&days=all",
    )
    return render(request, "history.html", page)


def _day(text: str | None) -> dt.date | None:
    return queries.parse_day(text) if text else None


def _subjects(category: str | None) -> tuple[Choice, ...]:
    names = ("", "Identity", "Device", "Apps", "Data", "Infrastructure")
    return tuple(
        Choice(value=n, label=n or "Secure Score", selected=n.casefold() == (category or "").casefold()) for n in names
    )


def _extreme(found: history_page.Extreme | None) -> str | None:
    return f"{formats.percent(found.percent)} on {formats.day(found.date)}" if found else None


def _happened(conn: Connection, tenant: Tenant, history: History) -> tuple[MarkLine, ...]:
    """Number when something was decided, noted or reported; days that stand near each other are one mark."""
    if not history.history:
        return ()
    first, last = history.history[0].date, history.history[-1].date
    end = events_page.start_of(last + dt.timedelta(days=1))
    found = events_page.between(conn, tenant, events_page.start_of(first), end)
    width = max(1, -(-((last - first).days + 1) // MARKS))
    spans: dict[int, list[Event]] = {}
    for event in found:
        if event.source in TOLD:
            spans.setdefault((event.at.date() - first).days // width, []).append(event)
    return tuple(
        _mark(number, sorted(spans[place], key=lambda e: (RANK[e.source], e.at)))
        for number, place in enumerate(sorted(spans), start=1)
    )


RANK = {EventSource.INCIDENT: 0, EventSource.NOTE: 1, EventSource.PORTAL: 2, EventSource.DECISION: 3}
"""What is told first of days that stand near each other."""


def _mark(number: int, events: Sequence[Event]) -> MarkLine:
    first = events[0]
    return MarkLine(
        number=number,
        day=first.at.date(),
        said=tuple(f"{formats.day(e.at.date())}: {_words(e)}" if e is not first else _words(e) for e in events[:2]),
        more=max(0, len(events) - 2),
    )


def _words(event: Event) -> str:
    who = f" ({event.actor})" if event.actor else ""
    about = f"{event.control}: " if event.control else ""
    return f"{about}{event.title}{who}"


def _charts(history: History, marks: Sequence[MarkLine]) -> tuple[Markup, ...]:
    days = history.history
    if not any(d.percent is not None for d in days):
        return ()
    caption = charts.Caption(
        key="history",
        title=history.of.name,
        summary=f"From {formats.percent(days[0].percent)} on {formats.day(days[0].date)} to "
        f"{formats.percent(days[-1].percent)} on {formats.day(days[-1].date)}. The days are in the table below.",
    )
    points = [charts.Point(d.date, d.percent) for d in days]
    numbered = [charts.Mark(m.day, m.number) for m in marks]
    span = (days[0].date, days[-1].date)
    forms = (charts.WIDE, charts.NARROW)
    return tuple(
        Markup(charts.history(points, caption, form=form, span=span, marks=numbered))  # noqa: S704 - charts escapes
        for form in forms
    )


def _changes(
    conn: Connection, tenant: Tenant, ratings: Ratings, since: dt.date | None, until: dt.date | None
) -> tuple[Changes | None, str | None]:
    """Explain the last week, or what is asked for; say why not where a day is not stored."""
    try:
        return changes_page.build(conn, tenant, ratings=ratings, since=since, until=until), None
    except (NotFound, InputRefused) as error:
        return None, error.sentence


def _steps(changes: Changes, tenant: Tenant) -> tuple[StepLine, ...]:
    """Cut the difference into parts that add up, largest first; what is small is one part."""
    before = changes.percent_before
    known = [c for c in changes.changes if c.percent]
    if before is None or changes.percent_after is None or not known:
        return ()
    parts = [(_name(c), _href(c, tenant), c.percent or 0.0) for c in known[:STEPS]]
    rest = sum(c.percent or 0.0 for c in known[STEPS:])
    if known[STEPS:]:
        parts.append((f"{len(known) - STEPS} smaller changes", None, rest))
    ends = [before]
    for _, _, percent in parts:
        ends.append(ends[-1] + percent)
    low, high = min(ends), max(ends)
    return tuple(
        StepLine(
            name=name,
            href=href,
            percent=percent,
            bar=Markup(  # noqa: S704 - charts escapes
                charts.step_bar(ends[n], ends[n + 1], low, high, label=f"{name}: {formats.signed(percent)}")
            ),
        )
        for n, (name, href, percent) in enumerate(parts)
    )


def _name(change: ChangeRow) -> str:
    return change.name or change.control or change.kind.value.replace("_", " ").capitalize()


def _href(change: ChangeRow, tenant: Tenant) -> str | None:
    return path(tenant.id, f"actions/{formats.quoted(change.control)}") if change.control else None


def _hrefs(changes: Changes, tenant: Tenant) -> dict[str, str]:
    """A control that is no longer scored has no page."""
    return {
        c.control: path(tenant.id, f"actions/{formats.quoted(c.control)}")
        for c in changes.changes
        if c.control and c.points_after is not None
    }
