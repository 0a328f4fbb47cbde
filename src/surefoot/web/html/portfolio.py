"""The portfolio: every visible tenant in a row."""

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from starlette.datastructures import QueryParams

from surefoot import charts
from surefoot.access.viewers import Viewer, tenant_for
from surefoot.pages import portfolio as portfolio_page
from surefoot.pages.outlets import camel
from surefoot.pages.overview import is_old
from surefoot.pages.portfolio import MOST, Portfolio, PortfolioGroup, PortfolioRow
from surefoot.store import portfolio as store
from surefoot.store import tenants as stored
from surefoot.store import views as saved
from surefoot.store.database import reading, writing
from surefoot.store.portfolio import Sort
from surefoot.sync.labels import relabel
from surefoot.web.api.paths import PORTFOLIO
from surefoot.web.forms import body_of, from_form
from surefoot.web.html import formats
from surefoot.web.html.contexts import Choice, Frame, Head, Link, Page, Select
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.html.views import ViewsMenu, back_to, menu
from surefoot.web.permissions import Permission, actor_of, needs, viewer_of
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

routes = guarded_router()

LINE = dt.timedelta(days=89)
"""How far before the newest day the small lines begin."""

COLUMNS = {
    Sort.RANK: ("Rank", "best first", "worst first"),
    Sort.NAME: ("Tenant", "A to Z", "Z to A"),
    Sort.PERCENT: ("Score", "lowest first", "highest first"),
    Sort.CHANGE_1: ("1 day", "worst first", "best first"),
    Sort.CHANGE_7: ("7 days", "worst first", "best first"),
    Sort.CHANGE_30: ("30 days", "worst first", "best first"),
    Sort.CHANGE_90: ("90 days", "worst first", "best first"),
    Sort.POINTS_AVAILABLE: ("Points available", "fewest first", "most first"),
    Sort.OPEN_ACTIONS: ("Open actions", "fewest first", "most first"),
    Sort.REGRESSIONS: ("Regressions", "fewest first", "most first"),
    Sort.SYNCED_AT: ("Last read", "longest ago first", "newest first"),
}
"""The columns that rows may be sorted by: head, what rising and falling order mean."""
FALLING = frozenset({Sort.POINTS_AVAILABLE, Sort.OPEN_ACTIONS, Sort.REGRESSIONS})
"""A click on the head of these puts the largest first."""
ON_PAGE = 50
"""Tenants on a page; those of all groups together are about as many."""
IN_GROUP = 10
"""Tenants that a group shows at most."""
PARAMETERS = ("label", "labelled", "industry", "problem", "text", "sort", "group")

Lines = Mapping[str, Sequence[tuple[dt.date, float | None]]]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """By how much a score moved."""

    label: str
    value: float | None
    href: str
    dated: str | None
    """A word on the day that is not what `label` says; None: all days are."""
    days: str | None
    """The two days that it lies between, where `dated` is said."""


class TenantLine(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant in the list."""

    row: PortfolioRow
    href: str
    changes: tuple[Change, ...]
    of_day: dt.date | None
    """The day of its score, where that is old; None: it is not."""
    spark: Markup | None
    """The score of the last 90 days; None: nothing is known of them."""
    labels: tuple[Link, ...]
    problem: str | None
    """The first sentence of `row.problem`."""
    remedy: str | None
    """The rest of it."""
    connection_href: str
    """Where something is done about it."""
    stale: str | None
    """That the newest score is old; None: it is not, or `row.problem` says more."""
    actions_href: str
    regressed_href: str


class TenantGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The tenants with one label, with their place among the labels."""

    label: str | None
    """None: the list is not grouped."""
    lines: tuple[TenantLine, ...]
    total: int = 0
    average: float | None = None
    scored: int = 0
    place: int | None = None
    """From 1, the highest average; None: not grouped, or no score is known."""
    all_href: str | None = None
    """The list of all of them; None: all are here."""


class PortfolioPage(Page, frozen=True, kw_only=True):
    """`portfolio.html`."""

    portfolio: Portfolio
    visible: int
    """How many tenants there are, whatever the filter."""
    heads: tuple[Head, ...]
    groups: tuple[TenantGroup, ...]
    selects: tuple[Select, ...]
    text: str
    filtered: bool
    problems_href: str
    highest_href: str
    lowest_href: str
    files: tuple[Link, ...]
    saved: ViewsMenu
    label_words: tuple[str, ...]
    """Every label that there is, to choose from."""
    can_label: bool
    back: str
    """Where the forms that label lead back to."""
    next_href: str | None
    first_href: str | None
    """None: this is the first page."""


@routes.get("/")
@needs(Permission.READ)
def first(request: Request) -> Response:
    """Lead to the only tenant, or list the tenants."""
    site, viewer = site_of(request), viewer_of(request)
    query = _known(request.query_params)
    wanted = wanted_of(query, viewer)
    with reading(site.engine) as conn:
        visible = stored.all_of(conn, viewer.tenants)
        if len(visible) == 1:
            return RedirectResponse(path(visible[0].id, "overview"), HTTPStatus.SEE_OTHER)
        words = store.words(conn, viewer.tenants)
        if "group" in query:
            by_label = portfolio_page.grouped(conn, wanted, few=few_of(len(words[0]) + 1))
            page, groups = by_label.portfolio, by_label.groups
        else:
            page, groups = portfolio_page.build(conn, wanted, cursor=query.get("cursor")), ()
        ids = frozenset(row.tenant.id for row in page.tenants)
        mine = saved.listed(conn, viewer.owner, "portfolio")
        lines = store.lines(conn, ids, page.newest - LINE, page.newest) if page.newest else {}
    around = frame(request, "Portfolio", visible=visible, tab="portfolio")
    kept = urlencode({k: v for k, v in query.items() if k in PARAMETERS})
    held = menu("portfolio", mine, path="/", query=kept)
    shown = view(page, around, query, words=words, lines=lines, groups=groups, held=held, can_label=viewer.can_write)
    return render(request, "portfolio.html", shown)


def few_of(groups: int) -> int:
    """Say how many tenants each of some groups shows, so that a page of them is about as long as any."""
    return min(IN_GROUP, max(1, ON_PAGE // groups))


@routes.post("/labels")
@needs(Permission.WRITE)
def label(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Give a tenant a label, or take one away, then lead back to the list."""
    site, viewer, fields = site_of(request), viewer_of(request), from_form(body)
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, fields.get("tenant", ""))
        gone = fields.get("remove", "")
        word = gone or fields.get("label", "")
        relabel(conn, tenant, [word], by=viewer.name, now=site.clock(), remove=bool(gone))
    return back_to(fields, "labelled")


def _known(query: QueryParams) -> dict[str, str]:
    """Read the address; words that it does not know are ignored, so that old links still work."""
    held = {name: query[name].strip() for name in (*PARAMETERS, "cursor") if query.get(name, "").strip()}
    if held.get("sort", "").removeprefix("-") not in {camel(s) for s in Sort}:
        held.pop("sort", None)
    if held.get("group") != "label":
        held.pop("group", None)
    for name in ("problem", "labelled"):
        if held.get(name) not in {"true", "false"}:
            held.pop(name, None)
    return held


def wanted_of(query: Mapping[str, str], viewer: Viewer) -> store.Wanted:
    """Say which rows an address asks for."""
    sort = query.get("sort", "")
    return store.Wanted(
        visible=viewer.tenants,
        label=query.get("label"),
        labelled=_flag(query, "labelled"),
        industry=query.get("industry"),
        text=query.get("text"),
        problem=_flag(query, "problem"),
        sort=_sort(sort),
        descending=sort.startswith("-"),
        limit=ON_PAGE,
    )


def _flag(query: Mapping[str, str], name: str) -> bool | None:
    return query[name] == "true" if name in query else None


def _sort(text: str) -> Sort:
    return next((s for s in Sort if camel(s) == text.removeprefix("-")), Sort.NAME)


def view(
    page: Portfolio,
    frame: Frame,
    query: Mapping[str, str],
    *,
    words: tuple[Sequence[str], Sequence[str]],
    lines: Lines,
    groups: Sequence[PortfolioGroup] = (),
    held: ViewsMenu | None = None,
    can_label: bool = False,
) -> PortfolioPage:
    """Prepare the portfolio for its template; `words` are the labels and industries to choose from.

    `groups` are the rows by label, where that is asked for.
    """
    held = held or menu("portfolio", (), path="/", query=urlencode({k: v for k, v in query.items() if k in PARAMETERS}))
    labelled = {w: _href(query, label=w, cursor="") for w in {w for row in page.tenants for w in row.labels}}
    rows = [_line(row, page, frame, labelled, lines.get(row.tenant.id, ())) for row in page.tenants]
    kept = {k: v for k, v in query.items() if k in PARAMETERS}
    exported = {k: v for k, v in kept.items() if k != "group"} | {"limit": str(MOST)}
    return PortfolioPage(
        frame=frame,
        portfolio=page,
        visible=max(frame.visible, page.total),
        heads=tuple(_head(sort, kept) for sort in COLUMNS),
        groups=tuple(_group(g, rows, kept) for g in groups) or _ungrouped(rows),
        selects=_selects(kept, words),
        text=kept.get("text", ""),
        filtered=bool(kept.keys() - {"sort", "group"}),
        problems_href=_href(kept, problem="true"),
        highest_href=_href(kept, sort="-percent"),
        lowest_href=_href(kept, sort="percent"),
        files=tuple(
            Link(label=label, href=f"{PORTFOLIO}.{kind}?{urlencode(exported)}")
            for kind, label in (("xlsx", "Excel (XLSX)"), ("csv", "CSV"))
        ),
        saved=held,
        label_words=tuple(words[0]),
        can_label=can_label,
        back=held.back,
        next_href=_href(kept, cursor=page.next) if page.next else None,
        first_href=_href(kept) if "cursor" in query else None,
    )


def _href(query: Mapping[str, str], **changes: str) -> str:
    held = {k: v for k, v in {**query, **changes}.items() if v}
    return f"/?{urlencode(held)}" if held else "/"


def _head(sort: Sort, query: Mapping[str, str]) -> Head:
    now, key = query.get("sort", camel(Sort.NAME)), camel(sort)
    order = "ascending" if now == key else "descending" if now == f"-{key}" else "none"
    falls = order == "ascending" or (order == "none" and sort in FALLING)
    return Head(
        key=key,
        label=COLUMNS[sort][0],
        href=_href(query, sort=f"-{key}" if falls else key),
        order=order,
        number=sort not in {Sort.NAME, Sort.SYNCED_AT},
    )


def _selects(query: Mapping[str, str], words: tuple[Sequence[str], Sequence[str]]) -> tuple[Select, ...]:
    orders = [
        (sign + camel(sort), f"{label}, {meant}")
        for sort, (label, rising, falling) in COLUMNS.items()
        for sign, meant in (("", rising), ("-", falling))
    ]
    bare = [("", "With and without"), ("true", "With any"), ("false", "Without")]
    return (
        _select("label", "Label", [("", "All"), *((w, w) for w in words[0])], query),
        *([_select("labelled", "Labels", bare, query)] if "labelled" in query else []),
        _select("industry", "Industry", [("", "All"), *((w, w) for w in words[1])], query),
        _select("problem", "Problem", [("", "All"), ("true", "With a problem"), ("false", "Without")], query),
        _select("group", "Group by", [("", "None"), ("label", "Label")], query),
        _select("sort", "Sort by", orders, {"sort": camel(Sort.NAME), **query}),
    )


def _select(name: str, label: str, options: list[tuple[str, str]], query: Mapping[str, str]) -> Select:
    chosen = query.get(name, "").casefold()
    choices = tuple(Choice(value=v, label=text, selected=v.casefold() == chosen) for v, text in options)
    return Select(name=name, label=label, choices=choices)


def _line(
    row: PortfolioRow,
    page: Portfolio,
    frame: Frame,
    labelled: Mapping[str, str],
    line: Sequence[tuple[dt.date, float | None]],
) -> TenantLine:
    tenant, here = row.tenant.id, path(row.tenant.id, "overview")
    changes = ((1, row.change_1, "30"), (7, row.change_7, "30"), (30, row.change_30, "30"), (90, row.change_90, "90"))
    today, newest = frame.now.date(), page.newest
    old = portfolio_page.is_dated(row, newest, today)
    odd = portfolio_page.odd_spans(row, newest, today)
    problem, remedy = _sentences(row.problem)
    return TenantLine(
        row=row,
        href=here,
        changes=tuple(
            Change(
                label="1 day" if span == 1 else f"{span} days",
                value=value,
                href=_why(row, span) or f"{here}?days={shown}",
                dated=_dated(odd.get(span), old=old),
                days=_between(odd.get(span)),
            )
            for span, value, shown in changes
        ),
        of_day=row.as_of if old else None,
        spark=_spark(row, page, line),
        labels=tuple(Link(label=label, href=labelled[label]) for label in row.labels),
        problem=problem,
        remedy=remedy,
        connection_href=path(tenant, "connection"),
        stale=_stale(row, today),
        actions_href=path(tenant, "actions"),
        regressed_href=path(tenant, "actions", show="regressed"),
    )


def _why(row: PortfolioRow, span: int) -> str | None:
    """Lead to why a score moved."""
    since = portfolio_page.begun(row)[span]
    if row.as_of is None or since is None:
        return None
    return f"{path(row.tenant.id, 'history/why')}?from={since.isoformat()}&to={row.as_of.isoformat()}"


def _dated(days: tuple[dt.date, dt.date] | None, *, old: bool) -> str | None:
    """Name the day that is older than a reader takes it for: the last, else the first."""
    if days is None:
        return None
    since, until = days
    return f"to {formats.short_day(until)}" if old else f"since {formats.short_day(since)}"


def _between(days: tuple[dt.date, dt.date] | None) -> str | None:
    return None if days is None else f"from {formats.day(days[0])} to {formats.day(days[1])}"


def _spark(row: PortfolioRow, page: Portfolio, line: Sequence[tuple[dt.date, float | None]]) -> Markup | None:
    known = tuple(day for day in line if day[1] is not None)
    if not known or page.newest is None:
        return None
    (first, begun), (last, now) = known[0], known[-1]
    label = (
        f"{row.tenant.name}: {formats.percent(begun)} on {formats.day(first)}, "
        f"{formats.percent(now)} on {formats.day(last)}"
    )
    return _sparked(known, page.newest, label)


@functools.lru_cache(maxsize=512)
def _sparked(known: tuple[tuple[dt.date, float | None], ...], newest: dt.date, label: str) -> Markup:
    """Draw a small line; the same days give the same line, so readers share it."""
    points = [charts.Point(day, value) for day, value in known]
    return Markup(charts.spark(points, (newest - LINE, newest), label=label))  # noqa: S704 - charts escapes


def _sentences(text: str | None) -> tuple[str | None, str | None]:
    """Cut a text after its first sentence."""
    if text is None:
        return None, None
    first, _, rest = text.partition(". ")
    return (f"{first}.", rest) if rest else (text, None)


def _stale(row: PortfolioRow, today: dt.date) -> str | None:
    if row.problem is not None or row.as_of is None or not is_old(row.as_of, today):
        return None
    return f"The newest score is {(today - row.as_of).days} days old"


def _ungrouped(lines: Sequence[TenantLine]) -> tuple[TenantGroup, ...]:
    return (TenantGroup(label=None, lines=tuple(lines)),) if lines else ()


def _group(group: PortfolioGroup, lines: Sequence[TenantLine], query: Mapping[str, str]) -> TenantGroup:
    by = {line.row.tenant.id: line for line in lines}
    return TenantGroup(
        label=group.label or "No label",
        lines=tuple(by[row.tenant.id] for row in group.tenants),
        total=group.total,
        average=group.average,
        scored=group.scored,
        place=group.place,
        all_href=_whole(group, query) if group.total > len(group.tenants) else None,
    )


def _whole(group: PortfolioGroup, query: Mapping[str, str]) -> str:
    """Lead to all of a group's tenants; where another label is chosen already, to all with that."""
    if group.label is None:
        return _href(query, labelled="false", group="")
    return _href(query, label=query.get("label") or group.label, group="")
