"""The list of a tenant's recommended actions: what its address asks for, and what its template uses."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import fsum
from urllib.parse import urlencode

import msgspec
from fastapi import Request, Response
from starlette.datastructures import QueryParams

from surefoot.access.viewers import tenant_for
from surefoot.model import CLOSED, DECIDABLE, Difficulty, Impact, Status
from surefoot.pages import actions as pages
from surefoot.pages import tables
from surefoot.pages import unlicensed as unlicensed_page
from surefoot.pages.actions import NOBODY, Due, Way
from surefoot.pages.columns import LABELS, SORTS, Column, Order, column_cells
from surefoot.pages.outlets import camel
from surefoot.pages.unlicensed import Unlicensed
from surefoot.reports import sheets
from surefoot.scoring.actions import NewsKind
from surefoot.store import tenants as stored
from surefoot.store import views as saved
from surefoot.store.database import reading
from surefoot.web.action_queries import FILTERS, Asked, Show, about_actions, asked, understood
from surefoot.web.api.answers import CSV, filed, name_of_actions
from surefoot.web.html import formats
from surefoot.web.html.contexts import Choice, Frame, Head, Link, Page, Select
from surefoot.web.html.list_rows import ActionRow, action_row
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.html.views import ViewsMenu, menu
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

VIEWS = {
    Show.OPEN: "Open",
    Show.QUICK: "Quick wins",
    Show.REGRESSED: "Regressed",
    Show.MINE: "Mine",
    Show.ALL: "All",
}
UNLICENSED = "unlicensed"
"""As `show`: what is listed and not scored."""
GROUPS = {"": "None", "category": "Category", "product": "Product", "status": "Status", "owner": "Owner"}
KEPT = (*FILTERS, "sort", "group", "columns")
"""What an address may say, in the order in which it is written."""
FALLING = frozenset({
    Column.IMPACT, Column.POINTS, Column.SCORE_IMPACT, Column.POINTS_ACHIEVED, Column.REGRESSED, Column.LAST_SYNCED,
    Column.MICROSOFT_UPDATE,
})  # fmt: skip
"""A click on the head of these puts the largest first."""
NUMBERS = frozenset({Column.RANK, Column.POINTS, Column.SCORE_IMPACT, Column.POINTS_ACHIEVED})
DUES = {Due.OVERDUE: "Overdue", Due.WITHIN_7: "Within 7 days", Due.WITHIN_30: "Within 30 days"}
WAYS = {Way.WAITING: "Waiting for Microsoft", Way.CONFLICT: "In conflict"}
NEWS = {NewsKind.ADDED: "Added by Microsoft", NewsKind.UPDATED: "Updated by Microsoft"}
MARKS = {"quickWins": "Quick wins", "regressed": "Regressed"}


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A box to tick."""

    name: str
    value: str
    label: str
    checked: bool


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The rows under one head."""

    label: str | None
    """None: the list is not grouped."""
    rows: tuple[ActionRow, ...]
    open: int
    points: float | None
    """To gain, of the open ones whose maximum is known, as the next."""
    score_impact: float | None


class ActionsPage(Page, frozen=True, kw_only=True):
    """`actions.html`."""

    actions: pages.Actions
    unlicensed: Unlicensed | None
    """What is listed and not scored, when that is asked for."""
    views: tuple[Link, ...]
    text: str
    hidden: tuple[tuple[str, str], ...]
    """What the filter's form sends again."""
    selects: tuple[Select, ...]
    more: tuple[Select, ...]
    """Filters that are used less often."""
    boxes: tuple[Box, ...]
    more_set: int
    """How many of those are set."""
    orders: Select
    chips: tuple[Link, ...]
    """The filters that are set: each leads to the list without it."""
    heads: tuple[Head, ...]
    shows: frozenset[str]
    """The columns that are shown, by the API's names."""
    groups: tuple[Group, ...]
    shown: int
    columns: tuple[Box, ...]
    kept: tuple[tuple[str, str], ...]
    """What the form of the columns sends again."""
    files: tuple[Link, ...]
    saved: ViewsMenu
    choices: tuple[Choice, ...]
    """Statuses that can be set for many; empty for who may only look."""
    sorted_by: str
    clear_href: str
    here: str


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """The list's address: where it is, and what it says."""

    here: str
    query: dict[str, str]

    def to(self, **changes: str) -> str:
        """Give the address with other parameters; an empty one is left out."""
        text = self.text(**changes)
        return f"{self.here}?{text}" if text else self.here

    def text(self, **changes: str) -> str:
        """Give the query alone."""
        held = {**self.query, **changes}
        return urlencode([(name, held[name]) for name in KEPT if held.get(name)])

    def without(self, *names: str) -> tuple[tuple[str, str], ...]:
        """Give what it says but for some names."""
        return tuple((name, self.query[name]) for name in KEPT if name in self.query and name not in names)


def address(query: QueryParams, tenant: str) -> Address:
    """Read what an address says of the list; what is not understood is left out, so that old links still work."""
    known = understood(query)
    held = {name: known[name].strip() for name in known if name != "columns"}
    if query.get("show") == UNLICENSED:
        held["show"] = UNLICENSED
    if query.get("group") and query["group"] in GROUPS:
        held["group"] = query["group"]
    columns = ",".join(known.getlist("columns"))
    return Address(here=path(tenant, "actions"), query=held | ({"columns": columns} if columns else {}))


def wanted(here: Address, *, me: str, today: dt.date) -> Asked:
    """Say which actions an address asks for; the open ones when it does not say."""
    query = {name: value for name, value in here.query.items() if (name, value) != ("show", UNLICENSED)}
    return asked(QueryParams(query), me=me, today=today, show=Show.OPEN)


@routes.get("/tenants/{tenant_id}/actions")
@needs(Permission.READ)
def show_actions(request: Request, tenant_id: str) -> Response:
    """List a tenant's actions."""
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer, tenant_id)
        here = address(request.query_params, tenant.id)
        what = wanted(here, me=viewer.name, today=site.clock().date())
        page = pages.build(conn, tenant, ratings=site.ratings, wanted=what.filter, order=what.order)
        apart = here.query.get("show") == UNLICENSED
        without = unlicensed_page.build(conn, tenant, ratings=site.ratings) if apart else None
        mine = saved.listed(conn, viewer.owner, "actions")
        visible = stored.all_of(conn, viewer.tenants)
    around = frame(request, "Recommended actions", visible=visible, tenant=tenant, tab="actions")
    held = menu("actions", mine, path=here.here, query=here.text())
    view = list_view(page, what, here, around, held=held, unlicensed=without, can_write=viewer.can_write)
    return render(request, "actions.html", view)


@routes.get("/tenants/{tenant_id}/actions.csv")
@routes.get("/tenants/{tenant_id}/actions.xlsx")
@needs(Permission.READ)
def export_actions(request: Request, tenant_id: str) -> Response:
    """Write the list as it is seen: the same rows, order and columns."""
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer, tenant_id)
        here = address(request.query_params, tenant.id)
        what = wanted(here, me=viewer.name, today=site.clock().date())
        page = pages.build(conn, tenant, ratings=site.ratings, wanted=what.filter, order=what.order)
    about = about_actions(page, QueryParams({"show": what.show.value, **here.query}), now=site.clock())
    kind = request.url.path.rpartition(".")[2]
    if kind == "xlsx":
        body, media = sheets.of_actions(page, what.columns, about), sheets.MEDIA_TYPE
    else:
        cells = column_cells(what.columns)
        rows = ([cell.value(action) for _, cell in cells] for action in page.actions)
        body, media = tables.write_cells([head for head, _ in cells], rows), CSV
    name = name_of_actions(tenant.name, page.as_of, kind)
    return filed(request, page, body, rows=page.total, name=name, media=media)


def list_view(
    actions: pages.Actions,
    what: Asked,
    here: Address,
    frame: Frame,
    *,
    held: ViewsMenu | None = None,
    unlicensed: Unlicensed | None = None,
    can_write: bool = False,
) -> ActionsPage:
    """Prepare the list for its template."""
    rows = [action_row(a, actions.tenant.id, frame.now.date()) for a in actions.actions]
    more = _more(actions, here)
    names = [camel(column) for column in what.columns]
    return ActionsPage(
        frame=frame,
        actions=actions,
        unlicensed=unlicensed,
        views=_views(actions, what, here),
        text=what.filter.text or "",
        hidden=tuple((name, here.query[name]) for name in ("show", "columns") if name in here.query),
        selects=_selects(actions, here),
        more=more,
        boxes=tuple(Box(name=n, value="true", label=words, checked=n in here.query) for n, words in MARKS.items()),
        more_set=sum(name in here.query for name in (*(select.name for select in more), *MARKS)),
        orders=_orders(what.order),
        chips=_chips(here),
        heads=tuple(_head(column, what.order, here) for column in what.columns),
        shows=frozenset(names),
        groups=_groups(rows, here.query.get("group", "")),
        shown=len(rows),
        columns=tuple(
            Box(name="columns", value=camel(c), label=LABELS[c], checked=c in what.columns)
            for c in Column
            if c is not Column.NAME
        ),
        kept=here.without("columns"),
        files=_files(what, here),
        saved=held or menu("actions", (), path=here.here, query=here.text()),
        choices=_statuses() if can_write and unlicensed is None else (),
        sorted_by=_sorted_by(what.order),
        clear_href=Address(here=here.here, query={}).to(**_same(here, "show", "sort", "group", "columns")),
        here=here.here,
    )


def _same(here: Address, *names: str) -> dict[str, str]:
    return {name: here.query[name] for name in names if name in here.query}


def _views(actions: pages.Actions, what: Asked, here: Address) -> tuple[Link, ...]:
    counts = {
        Show.OPEN: actions.open_actions, Show.QUICK: actions.quick_wins, Show.REGRESSED: actions.regressed,
        Show.ALL: actions.scored,
    }  # fmt: skip
    apart = here.query.get("show") == UNLICENSED
    found = [
        Link(
            label=label, href=here.to(show=show.value), current=show is what.show and not apart, count=counts.get(show)
        )
        for show, label in VIEWS.items()
    ]
    if actions.not_licensed or apart:
        count = actions.not_licensed
        found.append(Link(label="Not licensed", href=here.to(show=UNLICENSED), current=apart, count=count))
    return tuple(found)


def _files(what: Asked, here: Address) -> tuple[Link, ...]:
    text = here.text(show=what.show.value, group="")
    return tuple(
        Link(label=label, href=f"{here.here}.{kind}?{text}")
        for kind, label in (("xlsx", "Excel (XLSX)"), ("csv", "CSV"))
    )


def _selects(actions: pages.Actions, here: Address) -> tuple[Select, ...]:
    return (
        _select(here, "category", "Category", ((c, c) for c in actions.categories)),
        _select(here, "status", "Status", ((camel(s), formats.status(s)) for s in Status)),
        _select(here, "product", "Product", ((p, p) for p in actions.products)),
        _select(here, "group", "Group by", list(GROUPS.items())[1:], first="None"),
    )


def _more(actions: pages.Actions, here: Address) -> tuple[Select, ...]:
    owners = [(NOBODY, "Nobody"), *((o, o) for o in actions.owners)]
    return (
        _select(here, "impact", "Impact", ((camel(i), formats.impact(i)) for i in Impact)),
        _select(here, "difficulty", "Difficulty", ((camel(d), formats.difficulty(d)) for d in Difficulty)),
        _select(here, "owner", "Owner", owners),
        _select(here, "due", "Due", ((camel(d), label) for d, label in DUES.items())),
        _select(here, "microsoft", "Microsoft", ((camel(w), label) for w, label in WAYS.items())),
        _select(here, "recent", "Recently", ((camel(k), label) for k, label in NEWS.items())),
    )


def _select(here: Address, name: str, label: str, options: Iterable[tuple[str, str]], *, first: str = "All") -> Select:
    chosen = here.query.get(name, "").casefold()
    choices = tuple(Choice(value=v, label=text, selected=v.casefold() == chosen) for v, text in (("", first), *options))
    return Select(name=name, label=label, choices=choices)


def _orders(order: Order) -> Select:
    """Offer what heads offer, for narrow pages that have none."""
    options = [("", "Impact, then difficulty")]
    for column in SORTS:
        if column is not Column.RANK:
            meant = {False: f"{LABELS[column]}, rising", True: f"{LABELS[column]}, falling"}
            options += [(Order(column, falling).text, meant[falling]) for falling in (column in FALLING,)]
            options += [(Order(column, falling).text, meant[falling]) for falling in (column not in FALLING,)]
    now = "" if order == Order() else order.text
    choices = tuple(Choice(value=value, label=label, selected=value == now) for value, label in options)
    return Select(name="sort", label="Sort by", choices=choices)


def _sorted_by(order: Order) -> str:
    if order == Order():
        return "impact, then difficulty"
    return f"{LABELS[order.column].lower().removesuffix('?')}, {'falling' if order.falling else 'rising'}"


def _chips(here: Address) -> tuple[Link, ...]:
    """Name each filter that is set; its link takes it away."""
    words = {
        "status": {camel(s): formats.status(s) for s in Status},
        "impact": {camel(i): formats.impact(i) for i in Impact},
        "difficulty": {camel(d): formats.difficulty(d) for d in Difficulty},
        "due": {camel(d): label for d, label in DUES.items()},
        "microsoft": {camel(w): label for w, label in WAYS.items()},
        "recent": {camel(k): label for k, label in NEWS.items()},
        "owner": {NOBODY: "nobody"},
        "quickWins": {"true": "yes"},
        "regressed": {"true": "yes"},
    }
    labels = {"text": "Contains", "recent": "Recently", "quickWins": "Quick wins"}
    return tuple(
        Link(
            label=f"{labels.get(name, name.capitalize())}: {words.get(name, {}).get(value, value)}",
            href=here.to(**{name: ""}),
        )
        for name, value in here.without("show", "sort", "group", "columns")
        if not (name in MARKS and value == "false")
    )


def _head(column: Column, order: Order, here: Address) -> Head:
    key = camel(column)
    if column not in SORTS:
        return Head(key=key, label=LABELS[column], href=None, order="none", number=False)
    mine = order.column is column
    falls = (not order.falling) if mine else column in FALLING
    wanted = Order(column, falls)
    return Head(
        key=key,
        label=LABELS[column],
        href=here.to(sort="" if wanted == Order() else wanted.text),
        order=("descending" if order.falling else "ascending") if mine else "none",
        number=column in NUMBERS,
    )


def _groups(rows: Sequence[ActionRow], group: str) -> tuple[Group, ...]:
    """Cut the list into its groups, most points first; within a group the order stays."""
    if not rows:
        return ()
    if not group:
        return (_group(None, rows),)
    ordered = sorted(rows, key=lambda row: _label(row, group))
    groups = [_group(label, list(part)) for label, part in groupby(ordered, key=lambda row: _label(row, group))]
    return tuple(sorted(groups, key=lambda g: (-(g.points or 0.0), g.label or "")))


def _group(label: str | None, rows: Sequence[ActionRow]) -> Group:
    work = [row.action for row in rows if row.action.status not in CLOSED]
    known = [action.points for action in work if action.points is not None]
    shares = [action.score_impact for action in work if action.score_impact is not None]
    return Group(
        label=label,
        rows=tuple(rows),
        open=len(work),
        points=fsum(known) if known else None,
        score_impact=fsum(shares) if shares else None,
    )


def _label(row: ActionRow, group: str) -> str:
    match group:
        case "category":
            return row.action.category
        case "status":
            return formats.status(row.action.status)
        case "product":
            return row.action.product or "Product not known"
        case _:
            return row.owner or "No owner"


def _statuses() -> tuple[Choice, ...]:
    return tuple(Choice(value=camel(s), label=formats.status(s), selected=False) for s in Status if s in DECIDABLE)
