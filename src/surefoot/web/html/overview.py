"""From the overview's page object to what its template uses: pictures drawn, links made, nothing computed anew."""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlencode

from markupsafe import Markup

from surefoot import charts
from surefoot.model import Status
from surefoot.pages.outlets import camel
from surefoot.pages.overview import CategoryScore, HistoryDay, Overview, Synced
from surefoot.web.html import formats
from surefoot.web.html.contexts import Frame, HistoryRow, Link, Notice, OverviewPage, StatusLine, Tile

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
FRESH = dt.timedelta(days=3)
"""Graph's newest day is one or two days old as a rule; older than this is worth a word."""
TABLE_DAYS = 366


def path(tenant_id: str, page: str, **query: str) -> str:
    """Give the address of a tenant's page."""
    return f"/tenants/{tenant_id}/{page}" + (f"?{urlencode(query)}" if query else "")


def view(overview: Overview, frame: Frame, *, chosen: str, sync: bool) -> OverviewPage:
    """Prepare the overview for its template; `chosen` is a key of RANGES, `sync` offers Sync now."""
    tenant = overview.tenant.id
    rows = rows_of(overview.history)
    kept = thinned(rows)
    return OverviewPage(
        frame=frame,
        overview=overview,
        notice=notice(overview.synced, overview.as_of, frame.now),
        score_bar=_score_bar(overview),
        planned_swatch=Markup(charts.swatch("planned-score", key="score")),  # noqa: S704 - charts escapes
        achievable_swatch=Markup(charts.swatch("achievable")),  # noqa: S704
        charts=line(overview.history, f"Secure Score, {RANGES[chosen][1].lower()}"),
        ranges=tuple(
            Link(label=label, href=path(tenant, "overview", days=key), current=key == chosen)
            for key, (label, _) in RANGES.items()
        ),
        range_title=RANGES[chosen][1],
        rows=kept,
        rows_thinned=len(kept) < len(rows),
        tiles=tuple(_tile(c, tenant) for c in overview.categories),
        stack=_stack(overview),
        lines=_lines(overview),
        actions_href=path(tenant, "actions"),
        regressed_href=path(tenant, "actions", show="regressed"),
        quick_wins_href=path(tenant, "actions", show="quick"),
        sync_href=path(tenant, "sync") if sync else None,
    )


def notice(synced: Synced, as_of: dt.date | None, now: dt.datetime) -> Notice | None:
    """Say what is wrong with a tenant's numbers: reading fails, or the newest day is old."""
    if synced.error is not None:
        title = "Reading from Microsoft fails"
        return Notice(
            kind="error",
            title=f"{title}; these numbers are from {formats.day(as_of)}" if as_of else title,
            text=synced.message or synced.error,
            since=synced.failing_since,
            request_id=synced.request_id,
        )
    if as_of is None or now.date() - as_of <= FRESH:
        return None
    old = f"The newest score is {(now.date() - as_of).days} days old"
    if synced.at is None:
        text = "It was imported. Connect the tenant, under Connection, to read it every day."
        return Notice(kind="info", title=old, text=text)
    return Notice(kind="stale", title=old, text="Microsoft has not published a newer one. Nothing to do but wait.")


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


def line(history: Sequence[HistoryDay], title: str) -> tuple[Markup, ...]:
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
    forms = (charts.WIDE, charts.NARROW)
    return tuple(Markup(charts.history(points, caption, form=form, span=span)) for form in forms)  # noqa: S704


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
