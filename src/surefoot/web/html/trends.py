"""Metrics and trends: pictures drawn, links made, nothing computed anew; and the form that sets the zones' bounds."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, TypeVar

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.datastructures import QueryParams

from surefoot import charts
from surefoot.access.viewers import tenant_for
from surefoot.errors import InputRefused
from surefoot.model import Role
from surefoot.pages import trends as trends_page
from surefoot.pages.overview import Synced
from surefoot.pages.overview import synced as synced_of
from surefoot.pages.trends import CategoryDay, CategoryTrend, Low, TrendDay, Trends, Wanted
from surefoot.scoring.periods import Period
from surefoot.scoring.trends import Dated, Flapping, Step, sampled
from surefoot.scoring.zones import Bounds, Zone
from surefoot.store import tenants as stored
from surefoot.store.database import reading, writing
from surefoot.sync.zones import set_bounds
from surefoot.web import queries
from surefoot.web.forms import body_of, from_form
from surefoot.web.html import formats
from surefoot.web.html import trend_charts as pictures
from surefoot.web.html.contexts import Frame, Link, Notice, Page
from surefoot.web.html.history import RANGES
from surefoot.web.html.overview import notice, path
from surefoot.web.html.render import frame, render
from surefoot.web.html.trend_rows import DayRow, GroupLine
from surefoot.web.permissions import Permission, actor_of, administering_all, needs, viewer_of
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

routes = guarded_router()

Body = Annotated[bytes, Depends(body_of)]
D = TypeVar("D", bound=Dated)

MOST_ROWS = 100
"""A table of more days than this has one row a week, of more weeks one a month; the CSV has every day."""
MOST_ROWS_SMALL = 31
"""The same, of each category's."""
LISTED = 8
"""Regressed controls and flapping ones that are named; the list of actions has them all."""
WORDS = {Zone.GOOD: "Good", Zone.OKAY: "Okay", Zone.BAD: "Bad"}
STEPS = {Step.DAY: "Days", Step.WEEK: "Weeks", Step.MONTH: "Months"}


class ZoneLine(msgspec.Struct, frozen=True, kw_only=True):
    """How many days lie in a zone."""

    label: str
    meaning: str
    days: int
    kind: str
    """Its class; empty for the days without a percent."""
    swatch: Markup


class ZoneForm(msgspec.Struct, frozen=True, kw_only=True):
    """Where the bounds are set."""

    action: str
    hidden: tuple[tuple[str, str], ...]
    """The range, to come back to."""
    good: str
    okay: str
    may_all: bool
    """Whether the viewer may also set those of the installation."""
    refused: str | None


class PeriodRow(msgspec.Struct, frozen=True, kw_only=True):
    """A period in the table."""

    period: Period
    label: str
    href: str | None
    """Why it moved; None: nothing of it can be explained."""


class CategoryPart(msgspec.Struct, frozen=True, kw_only=True):
    """A category with its picture."""

    trend: CategoryTrend
    key: str
    """Of its table."""
    chart: Markup | None
    href: str
    """Its history over the same range."""
    actions_href: str
    rows: tuple[CategoryDay, ...]
    """Newest first."""


class LowRow(msgspec.Struct, frozen=True, kw_only=True):
    """A control below its best."""

    low: Low
    href: str


class FlapRow(msgspec.Struct, frozen=True, kw_only=True):
    """A control that falls again and again."""

    flap: Flapping
    href: str


class TrendsPage(Page, frozen=True, kw_only=True):
    """`trends.html`."""

    trends: Trends
    begun: TrendDay | None
    """The first day of the range; None: it has none."""
    last: TrendDay | None
    notice: Notice | None
    refused: str | None
    """Why the range that was asked for could not be used; the last 90 days are shown."""
    ranges: tuple[Link, ...]
    range_title: str
    days: str
    """The range by its key; empty for a range of one's own."""
    since: str
    until: str
    here: str
    csv_href: str
    overview_href: str
    history_href: str
    """Over the same range."""
    comparison_href: str
    risks_href: str
    regressed_href: str
    rows: tuple[DayRow, ...]
    """Newest first."""
    row_step: str
    """What a row stands for: day, week or month."""
    zone_charts: tuple[Markup, ...]
    zone_stack: Markup
    zone_lines: tuple[ZoneLine, ...]
    zone_now: str
    """The zone of the last day in words; empty when its percent is not known."""
    zone_before: str
    zone_form: ZoneForm | None
    """None for who may only look."""
    change_charts: tuple[Markup, ...]
    change_legend: tuple[tuple[str, Markup], ...]
    steps: tuple[Link, ...]
    periods: tuple[PeriodRow, ...]
    """Newest first."""
    each: str
    """What a period is: day, week or month."""
    categories: tuple[CategoryPart, ...]
    groups: tuple[GroupLine, ...]
    group_charts: tuple[Markup, ...]
    regressed_charts: tuple[Markup, ...]
    fall_charts: tuple[Markup, ...]
    lows: tuple[LowRow, ...]
    lows_more: int
    risk_charts: tuple[Markup, ...]
    flaps: tuple[FlapRow, ...]
    flaps_more: int


class More(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows beside the trends themselves."""

    chosen: str
    """A key of RANGES; empty for a range of one's own."""
    by: Step | None = None
    """How long the periods are, where that was asked for."""
    refused: str | None = None
    synced: Synced | None = None
    may_set: bool = False
    may_all: bool = False
    typed: tuple[str, str] | None = None
    """Bounds that were not taken."""
    zones_refused: str | None = None


@routes.get("/tenants/{tenant_id}/trends")
@needs(Permission.READ)
def show_trends(request: Request, tenant_id: str) -> Response:
    """Show metrics and trends."""
    wanted, refused = _wanted(request.query_params)
    more = More(chosen=_chosen(wanted), by=wanted.by, refused=refused)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    with reading(site_of(request).engine) as conn:
        return _shown(conn, request, tenant_id, wanted, more, status)


@routes.post("/tenants/{tenant_id}/trends/zones")
@needs(Permission.WRITE)
def set_zones(request: Request, tenant_id: str, body: Body) -> Response:
    """Set from where on a score is good or okay, then lead back."""
    site, fields, viewer = site_of(request), from_form(body), viewer_of(request)
    wanted, _ = _wanted(QueryParams(fields))
    typed = (fields.get("good", ""), fields.get("okay", ""))
    try:
        with writing(site.engine, by=actor_of(request)) as conn:
            tenant = tenant_for(conn, viewer, tenant_id)
            owner = tenant if fields.get("whose") != "all" else None
            if owner is None:
                administering_all(request, "The installation's bounds")
            bounds = None if fields.get("do") == "unset" else Bounds(good=_number(typed[0]), okay=_number(typed[1]))
            set_bounds(conn, owner, bounds, by=viewer.name, now=site.clock())
    except InputRefused as refusal:
        more = More(chosen=_chosen(wanted), by=wanted.by, typed=typed, zones_refused=refusal.sentence)
        with reading(site.engine) as conn:
            return _shown(conn, request, tenant_id, wanted, more, HTTPStatus.UNPROCESSABLE_ENTITY)
    here = path(tenant_id, "trends", **_range(wanted), said="zones")
    return RedirectResponse(f"{here}#zone", HTTPStatus.SEE_OTHER)


def _number(text: str) -> float:
    try:
        return float(text.strip().removesuffix("%").strip().replace(",", "."))
    except ValueError:
        message = f"{text[:40]!r} is no percent: write a number, as 70."
        raise InputRefused(message) from None


def _wanted(query: QueryParams) -> tuple[Wanted, str | None]:
    """Read the address; what it does not say is the last 90 days, a wrong day is refused."""
    days, by = query.get("days", "90"), query.get("by", "")
    back = None if days == "all" else int(days) if days in RANGES else 90
    step = Step(by) if by in set(Step) else None
    try:
        since, until = queries.day(query, "from"), queries.day(query, "to")
    except InputRefused as refusal:
        return Wanted(by=step), refusal.sentence
    if since and until and since > until:
        return Wanted(by=step), f"The first day ({since}) is after the last ({until}): turn them round."
    if until and not since:
        since = dt.date.min
    return Wanted(days=back, since=since, until=until, by=step), None


def _chosen(wanted: Wanted) -> str:
    return "" if wanted.since or wanted.until else "all" if wanted.days is None else str(wanted.days)


def _range(wanted: Wanted) -> dict[str, str]:
    """Write a range for an address."""
    since, until = wanted.since, wanted.until
    own = {"from": formats.iso(since if since != dt.date.min else None), "to": formats.iso(until)}
    found = {name: text for name, text in own.items() if text} or {"days": _chosen(wanted)}
    return found | ({"by": wanted.by.value} if wanted.by else {})


def _shown(
    conn: Connection, request: Request, tenant_id: str, wanted: Wanted, more: More, status: HTTPStatus
) -> Response:
    site, viewer = site_of(request), viewer_of(request)
    tenant = tenant_for(conn, viewer, tenant_id)
    page = trends_page.build(conn, tenant, ratings=site.ratings, wanted=wanted)
    everybody = stored.all_of(conn, viewer.tenants)
    around = frame(request, "Metrics & trends", visible=everybody, tenant=tenant, tab="trends")
    beside = msgspec.structs.replace(
        more,
        synced=synced_of(stored.sync_state(conn, tenant)),
        may_set=viewer.can_write,
        may_all=viewer.tenants is None and viewer.role.may(Role.ADMINISTRATOR),
    )
    return render(request, "trends.html", trends_view(page, around, beside), status=status)


def trends_view(page: Trends, around: Frame, more: More) -> TrendsPage:
    """Prepare the trends for their template."""
    tenant, chosen = page.tenant.id, more.chosen
    title = RANGES[chosen][1] if chosen else _own_range(page)
    days, step = thinned(page.days, MOST_ROWS)
    groups = tuple(
        GroupLine(group=g, field=trends_page.BASES[g.basis], swatch=Markup(charts.line_swatch(f"b{n}")))  # noqa: S704 - charts escapes
        for n, g in enumerate(page.groups, 1)
    )
    spanned = _spanned(page, chosen)
    return TrendsPage(
        frame=around,
        trends=page,
        begun=page.days[0] if page.days else None,
        last=page.days[-1] if page.days else None,
        notice=notice(page.tenant.id, more.synced, page.newest, around.now) if more.synced else None,
        refused=more.refused,
        ranges=tuple(
            Link(label=label, href=path(tenant, "trends", days=key), current=key == chosen)
            for key, (label, _) in RANGES.items()
        ),
        range_title=title,
        days=chosen,
        since=formats.iso(page.since) if not chosen else "",
        until=formats.iso(page.until) if not chosen else "",
        here=path(tenant, "trends"),
        csv_href=_csv(tenant, spanned),
        overview_href=path(tenant, "overview"),
        history_href=path(tenant, "history", **spanned),
        comparison_href=path(tenant, "comparison"),
        risks_href=path(tenant, "risks"),
        regressed_href=path(tenant, "actions", show="regressed"),
        rows=tuple(_day(d, groups) for d in reversed(days)),
        row_step=pictures.EACH[step],
        zone_charts=pictures.zones(page, title),
        zone_stack=pictures.zone_stack(page),
        zone_lines=_zone_lines(page),
        zone_now=WORDS[page.present.zone] if page.present else "",
        zone_before=WORDS[page.present.before].lower() if page.present and page.present.before else "",
        zone_form=_zone_form(page, more, spanned) if more.may_set else None,
        change_charts=pictures.changes(page, title),
        change_legend=pictures.change_legend(page),
        steps=tuple(
            Link(label=label, href=path(tenant, "trends", **spanned, by=s.value) + "#changes", current=s is page.by)
            for s, label in STEPS.items()
        ),
        periods=tuple(_period_row(p, page) for p in reversed(page.periods)),
        each=pictures.EACH[page.by],
        categories=tuple(_category(n, c, page, title, spanned) for n, c in enumerate(page.categories)),
        groups=groups,
        group_charts=pictures.comparison(page, title, [(g.field, g.group) for g in groups]),
        regressed_charts=pictures.counts(page, title, "regressed"),
        fall_charts=pictures.falls(page, title),
        lows=tuple(LowRow(low=low, href=_action(tenant, low.control)) for low in page.regressed[:LISTED]),
        lows_more=max(0, len(page.regressed) - LISTED),
        risk_charts=pictures.counts(page, title, "given-up"),
        flaps=tuple(FlapRow(flap=f, href=_action(tenant, f.control)) for f in page.flapping[:LISTED]),
        flaps_more=max(0, len(page.flapping) - LISTED),
    )


def _own_range(page: Trends) -> str:
    if page.since is None:
        return "Own range"
    first, last = formats.day(page.since), formats.day(page.until)
    return first if first == last else f"{first} to {last}"


def _spanned(page: Trends, chosen: str) -> dict[str, str]:
    if chosen or page.since is None:
        return {"days": chosen or "90"}
    return {"from": formats.iso(page.since), "to": formats.iso(page.until)}


def _csv(tenant: str, spanned: Mapping[str, str]) -> str:
    query = "".join(f"&{name}={value}" for name, value in spanned.items())
    return f"/api/security-defender/secure-score/trends.csv?tenant={tenant}{query}"


def _action(tenant: str, control: str) -> str:
    return path(tenant, f"actions/{formats.quoted(control)}")


def thinned(days: Sequence[D], most: int) -> tuple[tuple[D, ...], Step]:
    """Keep every day, or so long a step's last ones that they are few; say which."""
    for step in (Step.DAY, Step.WEEK):
        kept = sampled(days, step)
        if len(kept) <= most:
            return kept, step
    return sampled(days, Step.MONTH), Step.MONTH


def _day(day: TrendDay, groups: Iterable[GroupLine]) -> DayRow:
    return DayRow(
        day=day,
        iso=formats.iso(day.date),
        label=formats.day(day.date),
        percent=formats.percent(day.percent),
        zone=WORDS[day.zone] if day.zone else "",
        averages=tuple(getattr(day, g.field) for g in groups),
    )


def _zone_lines(page: Trends) -> tuple[ZoneLine, ...]:
    z, counts = page.zones, page.in_zone
    good, okay = formats.points(z.good), formats.points(z.okay)
    told = [
        ("Good", f"from {good} %", counts.good, "good"),
        ("Okay", f"from {okay} % to below {good} %", counts.okay, "okay"),
        ("Bad", f"below {okay} %", counts.bad, "bad"),
    ]
    if counts.unknown:
        told.append(("Not known", "days without a percent", counts.unknown, "unknown"))
    return tuple(
        ZoneLine(label=label, meaning=meaning, days=days, kind=kind, swatch=Markup(charts.swatch(f"zone-{kind}")))  # noqa: S704
        for label, meaning, days, kind in told
    )


def _zone_form(page: Trends, more: More, spanned: Mapping[str, str]) -> ZoneForm:
    good, okay = more.typed or (f"{page.zones.good:g}", f"{page.zones.okay:g}")
    return ZoneForm(
        action=path(page.tenant.id, "trends/zones"),
        hidden=(*spanned.items(), *((("by", more.by.value),) if more.by else ())),
        good=good,
        okay=okay,
        may_all=more.may_all,
        refused=more.zones_refused,
    )


def _period_row(period: Period, page: Trends) -> PeriodRow:
    return PeriodRow(period=period, label=pictures.label_of(period, page.by), href=pictures.why(page.tenant.id, period))


def _category(place: int, trend: CategoryTrend, page: Trends, title: str, spanned: Mapping[str, str]) -> CategoryPart:
    days, _ = thinned(trend.days, MOST_ROWS_SMALL)
    return CategoryPart(
        trend=trend,
        key=f"category-{place}-days",
        chart=pictures.category(place, trend, page, title),
        href=path(page.tenant.id, "history", of=f"category:{trend.category}", **spanned),
        actions_href=path(page.tenant.id, "actions", show="all", category=trend.category),
        rows=days[::-1],
    )
