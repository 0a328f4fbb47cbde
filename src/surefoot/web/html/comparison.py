"""The comparison: bars drawn, links made, nothing computed anew."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

import msgspec
from fastapi import Request, Response
from markupsafe import Markup

from surefoot import charts, ladders
from surefoot.access.viewers import LABEL, other_for, tenant_for, visible_to
from surefoot.errors import InputRefused, NotFound
from surefoot.model import Tenant
from surefoot.pages import comparison as comparison_page
from surefoot.pages.against import ControlGap, Counterpart
from surefoot.pages.cohorts import PORTFOLIO, Cohort
from surefoot.pages.comparison import Beside, CategoryLine, Comparison, Rung
from surefoot.pages.groups import Against, Group
from surefoot.pages.overview import Synced
from surefoot.pages.overview import synced as synced_of
from surefoot.pages.shares import ControlShare
from surefoot.store import labels
from surefoot.store import tenants as stored
from surefoot.store.database import reading
from surefoot.web import queries
from surefoot.web.html import formats
from surefoot.web.html.contexts import Choice, Frame, Link, Notice, Page
from surefoot.web.html.history import Options
from surefoot.web.html.overview import RANGES, TABLE_DAYS, notice, path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

SHORT = {
    "AllTenants": "All Microsoft 365",
    "TotalSeats": "Similar size",
    "IndustryTypes": "Same industry",
    PORTFOLIO: "Your tenants",
}
"""What stands over a column; the whole name is in its title."""
FORMS = (
    charts.Form(name="broad", width=1300, height=270, left=44, right=16, top=16, bottom=28, dates=8, label=52),
    charts.WIDE,
    charts.NARROW,
)
LEAST_SCALE = 10.0
"""Differences smaller than this many points of percent never fill a bar."""


class RungLine(msgspec.Struct, frozen=True, kw_only=True):
    """A bar of the ladder."""

    rung: Rung
    bar: Markup
    href: str
    meaning: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A group over a column."""

    name: str
    title: str


class GapCell(msgspec.Struct, frozen=True, kw_only=True):
    """A group's average and how far off it is."""

    average: float | None
    distance: float | None
    bar: Markup
    scored: bool = True
    """Whether anything of the category is scored there."""


class CategoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A category beside every group."""

    category: str
    percent: float | None
    scored: bool
    """Whether anything of it is scored for the tenant."""
    meter: Markup
    href: str
    cells: tuple[GapCell, ...]


class LegendLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the chart."""

    group: Group
    swatch: Markup


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """A day of the chart; the chart's script steps through these rows, too."""

    day: dt.date
    percent: float | None
    averages: tuple[float | None, ...]


class CohortLine(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant among some of the viewer's."""

    cohort: Cohort
    name: str
    what: str
    """What they have in common; empty for all of them."""
    bar: Markup
    href: str | None
    """Where they are listed."""
    highest_href: str | None
    lowest_href: str | None


class GapLine(msgspec.Struct, frozen=True, kw_only=True):
    """A control that both sides have earned differently."""

    gap: ControlGap
    bar: Markup
    href: str
    there_href: str | None
    """The same control at the other tenant."""


class ShareLine(msgspec.Struct, frozen=True, kw_only=True):
    """An open action, and how many of the viewer's tenants have all of its points."""

    share: ControlShare
    meter: Markup
    href: str
    example_href: str | None


class ComparisonPage(Page, frozen=True, kw_only=True):
    """`comparison.html`."""

    comparison: Comparison
    notice: Notice | None
    refused: str | None
    """Why what was asked for cannot stand beside the tenant."""
    alone: bool
    """Whether the viewer sees no other tenant."""
    rungs: tuple[RungLine, ...]
    estimate: Markup | None
    bounds: tuple[str, str]
    """Both ends of the estimate in words; empty where there is none."""
    columns: tuple[Column, ...]
    categories: tuple[CategoryRow, ...]
    charts: tuple[Markup, ...]
    legend: tuple[LegendLine, ...]
    rows: tuple[DayRow, ...]
    """Newest first, a year of them at most."""
    ranges: tuple[Link, ...]
    range_title: str
    history_href: str
    """The history with these lines in it."""
    cohorts: tuple[CohortLine, ...]
    too_small: str | None
    """The cohorts of which nothing is said, in a line; None when there are none."""
    options: tuple[Options, ...]
    days: str
    sides: tuple[CategoryRow, ...]
    ahead: tuple[GapLine, ...]
    behind: tuple[GapLine, ...]
    other_href: str | None
    """Where the other side is shown."""
    shares: tuple[ShareLine, ...]
    untold: int
    """Open actions that too few of the viewer's tenants are scored for."""
    here: str
    overview_href: str


@routes.get("/tenants/{tenant_id}/comparison")
@needs(Permission.READ)
def show_comparison(request: Request, tenant_id: str) -> Response:
    """Show the tenant among others: Microsoft's groups, all tenants, one's own."""
    site, query, viewer = site_of(request), request.query_params, viewer_of(request)
    chosen = query.get("days", "90")
    chosen = chosen if chosen in RANGES else "90"
    days = None if chosen == "all" else int(chosen)
    asked, refused = queries.word(query, "against"), None
    with reading(site.engine) as conn:
        tenant, visible = tenant_for(conn, viewer, tenant_id), visible_to(conn, viewer)
        try:
            other = other_for(conn, viewer, asked)
            page = comparison_page.build(conn, tenant, visible, ratings=site.ratings, days=days, against=other)
        except (InputRefused, NotFound) as refusal:
            refused, asked = refusal.sentence, None
            page = comparison_page.build(conn, tenant, visible, ratings=site.ratings, days=days)
        words = sorted({w for held in labels.of(conn, visible).values() for w in held}, key=str.casefold)
        synced = synced_of(stored.sync_state(conn, tenant))
    around = frame(request, "Comparison", visible=visible, tenant=tenant, tab="comparison")
    made = view(page, around, visible=visible, words=words, chosen=chosen, refused=refused, synced=synced)
    return render(
        request, "comparison.html", made, status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    )


def view(
    page: Comparison,
    around: Frame,
    *,
    visible: Sequence[Tenant],
    words: Sequence[str] = (),
    chosen: str = "90",
    refused: str | None = None,
    synced: Synced | None = None,
) -> ComparisonPage:
    """Prepare the comparison for its template; `words` are the labels to choose from."""
    tenant = page.tenant.id
    rows = _rows(page.groups)
    asked = f"{LABEL}{page.against.label}" if page.against and page.against.label else ""
    asked = page.against.tenant.id if page.against and page.against.tenant else asked
    drawn = _columns(page)
    return ComparisonPage(
        frame=around,
        comparison=page,
        notice=notice(tenant, synced, page.as_of, around.now) if synced else None,
        refused=refused,
        alone=not [t for t in visible if t.id != tenant],
        rungs=tuple(_rung(r, page) for r in page.ladder),
        estimate=_band(page),
        bounds=comparison_page.bounds(page.estimate.range),
        columns=drawn,
        categories=_categories(page),
        charts=_charts(page, rows, RANGES[chosen][1]),
        legend=tuple(
            LegendLine(group=g, swatch=Markup(charts.line_swatch(f"b{n}")))  # noqa: S704 - charts escapes
            for n, g in enumerate(page.groups, 1)
        ),
        rows=tuple(rows[:TABLE_DAYS]),
        ranges=tuple(_range(tenant, key, chosen, asked) for key in RANGES),
        range_title=RANGES[chosen][1],
        history_href=path(tenant, "history", days=chosen) + "".join(f"&with={g.basis}" for g in page.groups),
        cohorts=tuple(_cohort(c, page) for c in page.cohorts if c.too_small is None),
        too_small=_too_small(page.cohorts),
        options=_options(visible, words, tenant, asked),
        days=chosen,
        sides=_sides(page.against, page) if page.against else (),
        ahead=_gaps(page.against.ahead, page.against, tenant) if page.against else (),
        behind=_gaps(page.against.behind, page.against, tenant) if page.against else (),
        other_href=_other(page.against),
        shares=tuple(_share(s, tenant) for s in page.actions if s.scored is not None),
        untold=sum(s.scored is None for s in page.actions),
        here=path(tenant, "comparison"),
        overview_href=path(tenant, "overview"),
    )


def _range(tenant: str, key: str, chosen: str, asked: str) -> Link:
    query = {"days": key} | ({"against": asked} if asked else {})
    return Link(label=RANGES[key][0], href=path(tenant, "comparison", **query) + "#time-title", current=key == chosen)


def _rung(rung: Rung, page: Comparison) -> RungLine:
    tenant = page.tenant.id
    meanings = {g.basis: g.meaning for g in page.groups}
    hrefs = {"you": path(tenant, "overview"), PORTFOLIO: "#own-title"}
    usual = {"you": "", PORTFOLIO: "Half of your tenants with a score have more, half have less."}
    kind = rung.kind if rung.kind in hrefs else "group"
    label = f"{rung.name}: {formats.percent(rung.percent)}"
    return RungLine(
        rung=rung,
        bar=Markup(ladders.rung(rung.percent, page.percent, label=label, kind=kind)),  # noqa: S704 - it escapes
        href=hrefs.get(rung.kind, "#time-title"),
        meaning=meanings.get(rung.kind, usual.get(rung.kind, "")),
    )


def _band(page: Comparison) -> Markup | None:
    found = page.estimate.range
    if found is None:
        return None
    low, high = comparison_page.bounds(found)
    label = f"Between {low} and {high} % of all tenants: an estimate"
    return Markup(ladders.band(found.low, found.high, label=label, key="among-all"))  # noqa: S704 - it escapes


def _columns(page: Comparison) -> tuple[Column, ...]:
    """Name the groups that a category stands beside; one of which Graph tells no category has no column."""
    titles = {g.basis: g.name for g in page.groups}
    return tuple(
        Column(name=SHORT.get(kind, kind), title=titles.get(kind, "The average of your tenants"))
        for kind in (_kinds(page))
    )


def _kinds(page: Comparison) -> list[str]:
    held = page.categories[0].groups if page.categories else ()
    return [b.kind for n, b in enumerate(held) if any(line.groups[n].average is not None for line in page.categories)]


def _categories(page: Comparison) -> tuple[CategoryRow, ...]:
    kinds = _kinds(page)
    shown = [(line, [b for b in line.groups if b.kind in kinds]) for line in page.categories]
    most = _most(b.distance for _, held in shown for b in held)
    return tuple(_category(line, held, most, page.tenant.id) for line, held in shown)


def _most(distances: Iterable[float | None]) -> float:
    return max([LEAST_SCALE, *(abs(d) for d in distances if d is not None)])


def _category(line: CategoryLine, held: Sequence[Beside], most: float, tenant: str) -> CategoryRow:
    cells = tuple(_gap_cell(SHORT.get(b.kind, b.kind), b.average, b.distance, most) for b in held)
    return _row(line.category, line.percent, cells, tenant, scored=line.scored)


def _row(category: str, percent: float | None, cells: tuple[GapCell, ...], tenant: str, *, scored: bool) -> CategoryRow:
    label, kind = f"{category}: {formats.percent(percent)}", formats.category_class(category)
    return CategoryRow(
        category=category,
        percent=percent,
        scored=scored,
        meter=Markup(charts.meter(percent, label=label, kind=kind)),  # noqa: S704 - charts escapes
        href=path(tenant, "actions", category=category, show="all"),
        cells=cells,
    )


def _gap_cell(name: str, average: float | None, distance: float | None, most: float, *, scored: bool = True) -> GapCell:
    label = f"{name}: {formats.percent(average)}, difference {formats.signed(distance)}"
    return GapCell(
        average=average,
        distance=distance,
        bar=Markup(ladders.gap(distance, most, label=label)),  # noqa: S704 - it escapes
        scored=scored,
    )


def _rows(groups: Sequence[Group]) -> list[DayRow]:
    """Join the groups' days, newest first."""
    held: dict[dt.date, float | None] = {d.date: d.percent for g in groups for d in g.history}
    lines: list[Mapping[dt.date, float | None]] = [{d.date: d.average for d in g.history} for g in groups]
    return [
        DayRow(day=day, percent=held[day], averages=tuple(line.get(day) for line in lines))
        for day in sorted(held, reverse=True)
    ]


def _charts(page: Comparison, rows: Sequence[DayRow], title: str) -> tuple[Markup, ...]:
    if not any(r.percent is not None for r in rows):
        return ()
    points = [charts.Point(r.day, r.percent) for r in rows]
    caption = charts.Caption(
        key="beside",
        title=f"{page.tenant.name} beside the averages, {title.lower()}",
        summary=f"{page.verdict.sentence} The days are in the table below.",
    )
    beside = [
        charts.Beside(f"b{n}", [charts.Point(d.date, d.average) for d in g.history])
        for n, g in enumerate(page.groups, 1)
    ]
    return tuple(Markup(charts.history(points, caption, form=f, beside=beside)) for f in FORMS)  # noqa: S704


_WHAT = {PORTFOLIO: "", "seats": "same number of seats", "industry": "same industry", "label": "label",
         "licences": "same licences"}  # fmt: skip


def _cohort(cohort: Cohort, page: Comparison) -> CohortLine:
    hrefs = {PORTFOLIO: "/?sort=-percent", "label": _listed("label", cohort), "industry": _listed("industry", cohort)}
    label = (
        f"{cohort.name}: from {formats.percent(cohort.lowest)} to {formats.percent(cohort.highest)}, "
        f"the middle at {formats.percent(cohort.median)}, {page.tenant.name} at {formats.percent(page.percent)}"
    )
    ends = (cohort.lowest or 0.0, cohort.highest or 0.0, cohort.median or 0.0)
    return CohortLine(
        cohort=cohort,
        name="The same licences" if cohort.kind == "licences" else cohort.name,
        what="" if cohort.kind == "licences" else _WHAT.get(cohort.kind, ""),
        bar=Markup(ladders.spread(*ends, page.percent, label=label)),  # noqa: S704 - it escapes
        href=hrefs.get(cohort.kind),
        highest_href=path(cohort.highest_tenant.id, "overview") if cohort.highest_tenant else None,
        lowest_href=path(cohort.lowest_tenant.id, "overview") if cohort.lowest_tenant else None,
    )


def _listed(name: str, cohort: Cohort) -> str:
    return f"/?{name}={formats.quoted(cohort.name)}&sort=-percent"


def _too_small(cohorts: Sequence[Cohort]) -> str | None:
    small = ["the same licences" if c.kind == "licences" else c.name for c in cohorts if c.too_small]
    return ", ".join(small) or None


def _options(visible: Sequence[Tenant], words: Sequence[str], tenant: str, asked: str) -> tuple[Options, ...]:
    tenants = [(t.id, t.name) for t in visible if t.id != tenant]
    labelled = [(f"{LABEL}{word}", word) for word in words]
    return tuple(
        Options(label=label, choices=tuple(Choice(value=v, label=text, selected=v == asked) for v, text in held))
        for label, held in (("Your tenants", tenants), ("Labels", labelled))
        if held
    )


def _sides(other: Counterpart, page: Comparison) -> tuple[CategoryRow, ...]:
    scored = {line.category for line in page.categories if line.scored}
    most = _most(c.distance for c in other.categories)
    return tuple(_side(c, other, most, page.tenant.id, scored=c.category in scored) for c in other.categories)


def _side(c: Against, other: Counterpart, most: float, tenant: str, *, scored: bool) -> CategoryRow:
    cell = _gap_cell(other.name, c.average, c.distance, most, scored=c.category not in other.unscored)
    return _row(c.category, c.percent, (cell,), tenant, scored=scored)


def _gaps(gaps: Sequence[ControlGap], other: Counterpart, tenant: str) -> tuple[GapLine, ...]:
    most = max((abs(g.worth) for g in gaps), default=0.0)
    return tuple(_gap(g, other, most, tenant) for g in gaps)


def _gap(gap: ControlGap, other: Counterpart, most: float, tenant: str) -> GapLine:
    control = f"actions/{formats.quoted(gap.control)}"
    label = f"{gap.name}: {formats.signed(gap.worth, 2)} points of percent"
    return GapLine(
        gap=gap,
        bar=Markup(ladders.gap(gap.worth, most, label=label)),  # noqa: S704 - it escapes
        href=path(tenant, control),
        there_href=path(other.tenant.id, control) if other.tenant else None,
    )


def _other(other: Counterpart | None) -> str | None:
    if other is None:
        return None
    if other.tenant:
        return path(other.tenant.id, "overview")
    return f"/?label={formats.quoted(other.label or '')}&sort=-percent"


def _share(share: ControlShare, tenant: str) -> ShareLine:
    label = f"{share.completed} of {share.scored} tenants"
    return ShareLine(
        share=share,
        meter=Markup(charts.meter(share.percent, label=label)),  # noqa: S704 - charts escapes
        href=path(tenant, f"actions/{formats.quoted(share.control)}"),
        example_href=path(share.example.tenant.id, f"actions/{formats.quoted(share.control)}")
        if share.example
        else None,
    )
