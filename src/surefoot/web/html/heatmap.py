"""The heat map: controls down, tenants across, and one control with all of its tenants."""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

import msgspec
from fastapi import Request, Response
from markupsafe import Markup
from starlette.datastructures import QueryParams

from surefoot import charts
from surefoot.access.viewers import Viewer
from surefoot.errors import NotFound
from surefoot.model import DECIDABLE, Status
from surefoot.pages import heatmap as heatmap_page
from surefoot.pages.heatmap import MOST, HeatCell, HeatControl, Heatmap, HeatTenant, Wanted
from surefoot.pages.outlets import camel
from surefoot.scoring.heatmap import State
from surefoot.store import portfolio as stored_words
from surefoot.store import tenants as stored
from surefoot.store.database import reading
from surefoot.store.heatmap import Among
from surefoot.web.api.paths import HEATMAP
from surefoot.web.html import formats
from surefoot.web.html.contexts import Choice, Frame, Link, Page, Select
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, viewer_of
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

routes = guarded_router()

HERE = "/heatmap"
PARAMETERS = ("label", "tenants", "text", "category", "product", "open")
ACROSS = 50
"""Tenants on a page: more columns than a large screen has room for."""
LONGEST_PAGE = 5
"""Digits of a page's number."""
FITTING = 26
"""Tenants that a screen of 1,320 pixels has room for beside the columns of numbers."""

LEGEND = {
    State.COMPLETED: "Completed",
    State.PARTIAL: "Open, some of the points achieved",
    State.OPEN: "Open, no points yet",
    State.RISK_ACCEPTED: "Risk accepted",
    State.RESOLVED_ELSEWHERE: "Resolved through third party or alternate mitigation",
    State.NOT_SCORED: "Not licensed or not scored",
    State.NOT_KNOWN: "Not known (no score)",
}
SHOWN: dict[str, tuple[str, frozenset[State]]] = {
    "all": ("All", frozenset(State)),
    "open": ("Open", frozenset({State.OPEN, State.PARTIAL})),
    "completed": ("Completed", frozenset({State.COMPLETED})),
    "accepted": ("Risk accepted", frozenset({State.RISK_ACCEPTED})),
    "elsewhere": ("Resolved elsewhere", frozenset({State.RESOLVED_ELSEWHERE})),
    "none": ("Not scored or not known", frozenset({State.NOT_SCORED, State.NOT_KNOWN})),
}
"""The parts of a control's list of tenants."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the legend."""

    kind: str
    label: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a tenant."""

    tenant: HeatTenant
    href: str
    dated: bool
    """Its cells are older than those of others."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A control."""

    control: HeatControl
    href: str
    cells: Markup
    """A `td` for each column, with a link to the action where there is one."""
    bar: Markup
    """The same as shares of all tenants, for narrow pages."""


class HeatmapPage(Page, frozen=True, kw_only=True):
    """`heatmap.html`."""

    heatmap: Heatmap
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]
    fits: bool
    """So few tenants that on a wide screen nothing has to scroll sideways."""
    legend: tuple[Mark, ...]
    selects: tuple[Select, ...]
    text: str
    tenants: str
    """What is looked for in the tenants' names."""
    filtered: bool
    kept: tuple[tuple[str, str], ...]
    """What forms send along, so that they mean the same tenants."""
    back: str
    choices: tuple[Choice, ...]
    """Statuses to decide on; empty: only to look at."""
    best_href: str | None
    files: tuple[Link, ...]
    pages: tuple[Link, ...]
    tenant_pages: tuple[Link, ...]
    told: str | None
    """Which of the tenants are the columns; None: all."""


class TenantLine(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant with its state of one control."""

    tenant: HeatTenant
    cell: HeatCell
    kind: str
    words: str
    href: str
    item: str | None
    """What a form names it by; None: nothing can be decided."""
    chosen: bool


class HeatmapControlPage(Page, frozen=True, kw_only=True):
    """`heatmap_control.html`."""

    control: HeatControl
    total: int
    scored: int
    lines: tuple[TenantLine, ...]
    bar: Markup
    views: tuple[Link, ...]
    choices: tuple[Choice, ...]
    back: str
    back_href: str


@routes.get(HERE)
@needs(Permission.READ)
def show_heatmap(request: Request) -> Response:
    """Show controls by tenants."""
    site, viewer = site_of(request), viewer_of(request)
    query = known(request.query_params)
    with reading(site.engine) as conn:
        page = heatmap_page.build(conn, wanted_of(query, viewer), ratings=site.ratings)
        labels, _ = stored_words.words(conn, viewer.tenants)
        visible = stored.all_of(conn, viewer.tenants)
    around = frame(request, "Control by tenant", visible=visible, tab="heatmap")
    return render(request, "heatmap.html", view(page, around, query, labels=labels, can_write=viewer.can_write))


@routes.get(f"{HERE}/{{control_id}}")
@needs(Permission.READ)
def show_control(request: Request, control_id: str) -> Response:
    """Show one control with all tenants."""
    site, viewer = site_of(request), viewer_of(request)
    query = known(request.query_params)
    show = request.query_params.get("show", "")
    among = _among(query, viewer)
    with reading(site.engine) as conn:
        wanted = Wanted(among=among, control=control_id, alone=True, tenant_limit=MOST)
        page = heatmap_page.build(conn, wanted, ratings=site.ratings)
        visible = stored.all_of(conn, viewer.tenants)
    if not page.controls:
        raise NotFound
    around = frame(request, page.controls[0].name, visible=visible, tab="heatmap")
    shown = control_view(page, around, query, show=show, can_write=viewer.can_write)
    return render(request, "heatmap_control.html", shown)


def known(query: QueryParams) -> dict[str, str]:
    """Read the address; words that it does not know are ignored, so that old links still work."""
    held = {name: query[name].strip() for name in (*PARAMETERS, "page", "tenantPage") if query.get(name, "").strip()}
    if held.get("open") != "true":
        held.pop("open", None)
    for name in ("page", "tenantPage"):
        text = held.get(name, "1")
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_PAGE and int(text)):
            held.pop(name)
    return held


def _among(query: Mapping[str, str], viewer: Viewer) -> Among:
    return Among(visible=viewer.tenants, label=query.get("label"), text=query.get("tenants"))


def wanted_of(query: Mapping[str, str], viewer: Viewer) -> Wanted:
    """Say what an address asks for."""
    return Wanted(
        among=_among(query, viewer),
        text=query.get("text"),
        category=query.get("category"),
        product=query.get("product"),
        open_only="open" in query,
        page=int(query.get("page", "1")),
        tenant_page=int(query.get("tenantPage", "1")),
        tenant_limit=ACROSS,
    )


def view(
    page: Heatmap, around: Frame, query: Mapping[str, str], *, labels: Sequence[str], can_write: bool
) -> HeatmapPage:
    """Prepare the heat map for its template."""
    kept = {k: v for k, v in query.items() if k in PARAMETERS}
    whose = {k: v for k, v in kept.items() if k in {"label", "tenants"}}
    return HeatmapPage(
        frame=around,
        heatmap=page,
        lines=_lines(page, whose),
        columns=tuple(_column(t, page) for t in page.tenants),
        fits=len(page.tenants) <= FITTING,
        legend=tuple(Mark(kind=formats.slug(state), label=label) for state, label in LEGEND.items()),
        selects=_selects(page, kept, labels),
        text=kept.get("text", ""),
        tenants=kept.get("tenants", ""),
        filtered=bool(kept),
        kept=tuple(whose.items()),
        back=_href(query),
        choices=CHOICES if can_write else (),
        best_href=_control_href(page.best.id, whose) if page.best else None,
        files=tuple(
            Link(label=label, href=f"{HEATMAP}.{kind}?{urlencode(kept)}")
            for kind, label in (("xlsx", "Excel (XLSX)"), ("csv", "CSV"))
        ),
        pages=_pages("page", page.page, page.pages, query),
        tenant_pages=_pages("tenantPage", page.tenant_page, page.tenant_pages, query),
        told=_told(page),
    )


def _told(page: Heatmap) -> str | None:
    if page.tenant_pages == 1:
        return None
    last = page.total if page.tenant_page == page.tenant_pages else page.tenant_page * len(page.tenants)
    return f"Tenants {last - len(page.tenants) + 1} to {last} of {page.total}"


CHOICES = tuple(
    Choice(value=camel(s), label=formats.status(s), selected=s is Status.PLANNED) for s in Status if s in DECIDABLE
)
"""What can be decided for many; planned is what one mostly comes for."""


def _href(query: Mapping[str, str], **changes: str) -> str:
    held = {k: v for k, v in {**query, **changes}.items() if v}
    return f"{HERE}?{urlencode(held)}" if held else HERE


def _control_href(control: str, whose: Mapping[str, str]) -> str:
    asked = f"?{urlencode(whose)}" if whose else ""
    return f"{HERE}/{formats.quoted(control)}{asked}"


def _pages(name: str, now: int, many: int, query: Mapping[str, str]) -> tuple[Link, ...]:
    """Link the page before and the one after."""
    ways = [("Previous", now - 1), ("Next", now + 1)]
    return tuple(Link(label=label, href=_href(query, **{name: str(n)})) for label, n in ways if 1 <= n <= many)


def _selects(page: Heatmap, query: Mapping[str, str], labels: Sequence[str]) -> tuple[Select, ...]:
    return (
        _select("label", "Label", [("", "All"), *((w, w) for w in labels)], query),
        _select("category", "Category", [("", "All"), *((w, w) for w in page.categories)], query),
        _select("product", "Product", [("", "All"), *((w, w) for w in page.products)], query),
        _select("open", "Show", [("", "All controls"), ("true", "Only open ones")], query),
    )


def _select(name: str, label: str, options: list[tuple[str, str]], query: Mapping[str, str]) -> Select:
    chosen = query.get(name, "").casefold()
    choices = tuple(Choice(value=v, label=text, selected=v.casefold() == chosen) for v, text in options)
    return Select(name=name, label=label, choices=choices)


def _column(tenant: HeatTenant, page: Heatmap) -> Column:
    return Column(
        tenant=tenant,
        href=path(tenant.tenant.id, "overview"),
        dated=tenant.known and tenant.as_of != page.newest,
    )


def _lines(page: Heatmap, whose: Mapping[str, str]) -> tuple[Line, ...]:
    """Draw the cells here, not in the template: there are thousands, of a few dozens of looks."""
    drawn = _looks(page)
    starts = [(f'><a href="/tenants/{t.tenant.id}/actions/', f'title="{escape(t.tenant.name)}: ') for t in page.tenants]
    return tuple(
        Line(
            control=control,
            href=_control_href(control.id, whose),
            cells=_cells(control, starts, drawn),
            bar=bar(control, page),
        )
        for control in page.controls
    )


def _looks(page: Heatmap) -> dict[int, tuple[str, str]]:
    """Give the classes and words of each cell by its identity: what is the same in many places is one object."""
    cells = {id(cell): cell for control in page.controls for cell in control.cells}
    return {key: (f'<td class="c {kind(cell)}"', escape(words(cell))) for key, cell in cells.items()}


def _cells(control: HeatControl, starts: Sequence[tuple[str, str]], drawn: Mapping[int, tuple[str, str]]) -> Markup:
    end = f'{formats.quoted(control.id)}" '
    found = []
    for cell, (start, title) in zip(control.cells, starts, strict=True):
        look, said = drawn[id(cell)]
        if cell.status is None:
            inside = f'<i><span class="visually-hidden">{said}</span></i>'
            found.append(f'{look} {title}{said}">{inside}</td>')
        else:
            found.append(f'{look}{start}{end}{title}{said}"></a></td>')
    return Markup("".join(found))  # noqa: S704 - names, ids and words are escaped


def kind(cell: HeatCell) -> str:
    """Name the classes that draw a cell: its state, how full it is, and whether it is planned or begun."""
    found = formats.slug(cell.state)
    if cell.state is State.PARTIAL:
        share = (cell.earned_points or 0.0) / cell.max_points if cell.max_points else 0.5
        found += f" q{min(3, max(1, round(4 * share)))}"
    if cell.status in {Status.PLANNED, Status.IN_PROGRESS}:
        found += f" {formats.slug(cell.status)}"
    return found


def words(cell: HeatCell) -> str:
    """Say what a cell shows."""
    if cell.status is None:
        return LEGEND[cell.state]
    status = formats.status(cell.status)
    if cell.max_points is None:
        return f"{status}, {formats.points(cell.earned_points)} points, the maximum is not known"
    return f"{status}, {formats.points(cell.earned_points)} of {formats.points(cell.max_points)} points"


def bar(control: HeatControl, page: Heatmap) -> Markup:
    """Draw how many tenants stand how."""
    counts = (
        (State.COMPLETED, control.completed),
        (State.PARTIAL, control.partial),
        (State.OPEN, control.open - control.partial),
        (State.RISK_ACCEPTED, control.accepted),
        (State.RESOLVED_ELSEWHERE, control.elsewhere),
        (State.NOT_SCORED, control.not_scored),
        (State.NOT_KNOWN, page.total - page.scored),
    )
    parts = [charts.Part(LEGEND[s], f"heat-{formats.slug(s)}", n) for s, n in counts]
    told = ", ".join(f"{LEGEND[s].lower()} {n}" for s, n in counts if n)
    return Markup(charts.stacked(parts, label=f"{control.name}: {told}"))  # noqa: S704 - charts escapes


def control_view(
    page: Heatmap, around: Frame, query: Mapping[str, str], *, show: str, can_write: bool
) -> HeatmapControlPage:
    """Prepare one control with its tenants for its template."""
    (control,) = page.controls
    show = show if show in SHOWN else "all"
    whose = {k: v for k, v in query.items() if k in {"label", "tenants"}}
    here = _control_href(control.id, whose)
    joint = "&" if whose else "?"
    pairs = list(zip(page.tenants, control.cells, strict=True))
    return HeatmapControlPage(
        frame=around,
        control=control,
        total=page.total,
        scored=page.scored,
        lines=tuple(_tenant_line(control, t, c) for t, c in pairs if c.state in SHOWN[show][1]),
        bar=bar(control, page),
        views=tuple(
            Link(label=label, href=f"{here}{joint}show={key}", current=key == show, count=count)
            for key, (label, states) in SHOWN.items()
            if (count := sum(c.state in states for _, c in pairs)) or key == show
        ),
        choices=CHOICES if can_write else (),
        back=f"{here}{joint}show={show}",
        back_href=_href(query),
    )


def _tenant_line(control: HeatControl, tenant: HeatTenant, cell: HeatCell) -> TenantLine:
    deciding = cell.status is not None and cell.status is not Status.COMPLETED
    return TenantLine(
        tenant=tenant,
        cell=cell,
        kind=kind(cell),
        words=LEGEND[cell.state] if cell.status is None else formats.status(cell.status),
        href=path(tenant.tenant.id, "overview" if cell.status is None else f"actions/{formats.quoted(control.id)}"),
        item=f"{tenant.tenant.id}/{control.id}" if deciding else None,
        chosen=cell.status is Status.TO_ADDRESS,
    )
