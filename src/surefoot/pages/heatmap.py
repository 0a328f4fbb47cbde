"""The heat map: controls down, tenants across, and what is best done next for everybody."""

import datetime as dt
from collections.abc import Iterable, Sequence
from math import fsum
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from surefoot.model import CLOSED, Difficulty, Status
from surefoot.pages import portfolio
from surefoot.pages.overview import TenantName
from surefoot.pages.portfolio import Portfolio, PortfolioRow
from surefoot.scoring.heatmap import Candidate, State, best, state_of
from surefoot.scoring.products import product
from surefoot.scoring.ratings import Ratings
from surefoot.store import heatmap as store
from surefoot.store import portfolio as rows_of
from surefoot.store.heatmap import Among, Cell, Sum, Text
from surefoot.store.memory import remembered

CONTROLS, TENANTS, MOST = 40, 60, 1000
"""Controls and tenants on a page when nothing is said, and at most."""
USUAL = 3_000
"""Cells of a page that is remembered: a megabyte. A larger one is made for whoever asks, each time."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which tenants, which controls, and which page of either."""

    among: Among
    text: str | None = None
    """In the title or the id, without regard to case."""
    category: str | None = None
    product: str | None = None
    open_only: bool = False
    """Only controls that are open somewhere."""
    control: str | None = None
    """Only this one, by its id."""
    alone: bool = False
    """Whether nothing is read of the other controls: what is said of all is then said of `control`."""
    page: int = 1
    limit: int = CONTROLS
    tenant_page: int = 1
    tenant_limit: int = TENANTS


class HeatTenant(msgspec.Struct, frozen=True, kw_only=True):
    """A column."""

    tenant: TenantName
    known: bool
    """False: there is no score, so none of the cells is known; `problem` says why."""
    percent: float | None
    as_of: dt.date | None
    """Of which day the cells are."""
    failing_since: dt.datetime | None
    problem: str | None
    """What is wrong and what to do; None: nothing."""


class HeatCell(msgspec.Struct, frozen=True, kw_only=True):
    """A control in a tenant."""

    state: State
    status: Status | None = None
    """None when it is not scored or not known, as the others."""
    earned_points: float | None = None
    max_points: float | None = None
    """None also when nobody knows the maximum."""
    points: float | None = None
    """To gain."""


class HeatControl(msgspec.Struct, frozen=True, kw_only=True):
    """A row; the counts are of all tenants that the filter lets through, whatever the page."""

    id: str
    name: str
    category: str
    product: str | None
    difficulty: Difficulty | None
    """The hardest that any tenant has it."""
    points_left: float | None
    """To gain where it is open, together; None: known of none of them."""
    unknown: int
    """In how many of the open ones nobody knows what is to gain: they are not in `points_left`."""
    scored: int
    open: int
    to_address: int
    """Open, and nobody has planned it."""
    partial: int
    """Open, with some of its points."""
    completed: int
    accepted: int
    elsewhere: int
    """Resolved through a third party or another mitigation."""
    not_scored: int
    """In so many of the tenants with a score it is not licensed or not scored."""
    cells: tuple[HeatCell, ...]
    """In the order of `tenants`."""


class NextBest(msgspec.Struct, frozen=True, kw_only=True):
    """The control that is best done next for everybody."""

    id: str
    name: str
    difficulty: Difficulty | None
    tenants: int
    """How many have still to decide about it."""
    points: float
    """What they would gain together."""


class Heatmap(msgspec.Struct, frozen=True, kw_only=True):
    """A page of controls by tenants, and the sums of all that the filter lets through."""

    controls: tuple[HeatControl, ...]
    """Most points left first, then by name."""
    tenants: tuple[HeatTenant, ...]
    """In the order of the alphabet."""
    total: int
    """Tenants."""
    scored: int
    """How many of them have a score: all counts are of these."""
    problems: int
    newest: dt.date | None
    on_newest: int
    """How many have the newest day of all."""
    total_controls: int
    all_controls: int
    """How many there are without the filters on controls."""
    points_left: float
    """Of all controls that the filter lets through."""
    best: NextBest | None
    """None: there is nothing left to decide about."""
    categories: tuple[str, ...]
    products: tuple[str, ...]
    page: int
    pages: int
    tenant_page: int
    tenant_pages: int


class HeatRow(msgspec.Struct, frozen=True, kw_only=True):
    """A cell by itself, as a row of the file: pivot tables want it so."""

    control: str
    name: str
    category: str
    product: str | None
    tenant: TenantName
    as_of: dt.date | None
    state: State
    status: Status | None
    earned_points: float | None
    max_points: float | None
    points: float | None


def build(conn: Connection, wanted: Wanted, *, ratings: Ratings) -> Heatmap:
    """Build a page; one beyond the last is the last. One of a usual size is remembered."""
    usual = wanted.limit * wanted.tenant_limit <= USUAL
    return _remembered(conn, wanted, ratings=ratings) if usual else _built(conn, wanted, ratings=ratings)


def _built(conn: Connection, wanted: Wanted, *, ratings: Ratings) -> Heatmap:
    found = _tenants(conn, wanted)
    tenant_page, tenant_pages = _page(wanted.tenant_page, found.total, wanted.tenant_limit)
    across = found.tenants[(tenant_page - 1) * wanted.tenant_limit :][: wanted.tenant_limit]
    every = _controls(conn, wanted.among, ratings, found.scored, wanted.control if wanted.alone else None)
    down = sorted((row for row in every if _takes(wanted, row.control)), key=lambda row: _order(row.control))
    page, pages = _page(wanted.page, len(down), wanted.limit)
    shown = down[(page - 1) * wanted.limit :][: wanted.limit]
    columns = tuple(_column(row) for row in across)
    return Heatmap(
        controls=tuple(_filled(conn, shown, columns)),
        tenants=columns,
        total=found.total,
        scored=found.scored,
        problems=found.problems,
        newest=found.newest,
        on_newest=found.on_newest,
        total_controls=len(down),
        all_controls=len(every),
        points_left=fsum(row.control.points_left or 0.0 for row in down),
        best=_best(down),
        categories=_words(row.control.category for row in every if row.control.category),
        products=_words(row.control.product for row in every if row.control.product),
        page=page,
        pages=pages,
        tenant_page=tenant_page,
        tenant_pages=tenant_pages,
    )


_remembered = remembered(_built)


def rows(page: Heatmap) -> list[HeatRow]:
    """List the cells of a page one by one, by control, then by tenant."""
    return [
        HeatRow(
            control=control.id,
            name=control.name,
            category=control.category,
            product=control.product,
            tenant=column.tenant,
            as_of=column.as_of,
            state=cell.state,
            status=cell.status,
            earned_points=cell.earned_points,
            max_points=cell.max_points,
            points=cell.points,
        )
        for control in page.controls
        for column, cell in zip(page.tenants, control.cells, strict=True)
    ]


def told(page: Heatmap) -> tuple[tuple[str, str], ...]:
    """Say in a file what it has: names and values."""
    return (
        ("Newest day", str(page.newest or "none is stored yet")),
        ("Rows", f"{len(page.controls)} of {page.total_controls} controls, most points left first"),
        ("Columns", f"{len(page.tenants)} of {page.total} tenants, {page.scored} of them with a score"),
    )


def _tenants(conn: Connection, wanted: Wanted) -> Portfolio:
    """Read the tenants up to the end of the page, with the sums of all."""
    among, until = wanted.among, wanted.tenant_page * wanted.tenant_limit
    every = rows_of.Wanted(visible=among.visible, label=among.label, text=among.text, limit=until)
    return portfolio.build(conn, every)


def _page(asked: int, total: int, size: int) -> tuple[int, int]:
    pages = max(1, -(-total // size))
    return min(asked, pages), pages


def _column(row: PortfolioRow) -> HeatTenant:
    return HeatTenant(
        tenant=row.tenant,
        known=row.percent is not None,
        percent=row.percent,
        as_of=row.as_of,
        failing_since=row.failing_since,
        problem=row.problem,
    )


class _Row(NamedTuple):
    """A control with its key, and what those could gain who have still to decide."""

    key: int
    to_address: float | None
    control: HeatControl


@remembered
def _controls(conn: Connection, among: Among, ratings: Ratings, known: int, only: str | None) -> tuple[_Row, ...]:
    """Sum up every control of the tenants, or one by its id, without its cells."""
    found: dict[int, list[Sum]] = {}
    for one in store.sums(conn, among, only):
        found.setdefault(one.control, []).append(one)
    texts = store.texts(conn, among, next(iter(found)) if only is not None and found else None)
    bare = store.categories(conn, among, found.keys() - texts.keys())
    return tuple(
        _row(held, texts.get(key) or Text(category=bare.get(key, "")), ratings, known) for key, held in found.items()
    )


def _row(held: Sequence[Sum], text: Text, ratings: Ratings, known: int) -> _Row:
    """Count in one pass: a large portfolio has thousands of sums."""
    many, gains, hard, opened, partial, unknown = dict[Status, int](), list[float](), set[Difficulty](), 0, 0, 0
    key, ident, to_address = held[0].control, held[0].id, None
    for _, _, status, tenants, begun, priced, points, difficulty in held:
        many[status] = tenants
        if difficulty is not None:
            hard.add(difficulty)
        if status not in CLOSED:
            opened, partial, unknown = opened + tenants, partial + begun, unknown + tenants - priced
            if points is not None:
                gains.append(points)
            if status is _NEW:
                to_address = points
    scored, rating = sum(many.values()), ratings.of(ident)
    return _Row(
        key,
        to_address,
        HeatControl(
            id=ident,
            name=text.title or (" ".join(rating.title.split()) if rating and rating.title else "") or ident,
            category=text.category,
            product=product(text.service or (rating.service if rating else None)),
            difficulty=hard.pop() if len(hard) == 1 else max(hard, key=_HARD.__getitem__, default=None),
            points_left=fsum(gains) if gains or not opened else None,
            unknown=unknown,
            scored=scored,
            open=opened,
            to_address=many.get(_NEW, 0),
            partial=partial,
            completed=many.get(_DONE, 0),
            accepted=many.get(_ACCEPTED, 0),
            elsewhere=many.get(_THIRD, 0) + many.get(_OTHER, 0),
            not_scored=max(0, known - scored),
            cells=(),
        ),
    )


_HARD = {difficulty: place for place, difficulty in enumerate(Difficulty)}
_NEW, _DONE, _ACCEPTED = Status.TO_ADDRESS, Status.COMPLETED, Status.RISK_ACCEPTED
_THIRD, _OTHER = Status.THIRD_PARTY, Status.ALTERNATE


def _takes(wanted: Wanted, control: HeatControl) -> bool:
    if wanted.control is not None and control.id.casefold() != wanted.control.casefold():
        return False
    if wanted.open_only and not control.open:
        return False
    if wanted.category is not None and control.category.casefold() != wanted.category.casefold():
        return False
    if wanted.product is not None and (control.product or "").casefold() != wanted.product.casefold():
        return False
    if not wanted.text:
        return True
    text = wanted.text.casefold()
    return text in control.name.casefold() or text in control.id.casefold()


def _order(control: HeatControl) -> tuple[float, int, str, str]:
    return -(control.points_left or 0.0), -control.open, control.name.casefold(), control.id.casefold()


def _filled(conn: Connection, shown: Sequence[_Row], columns: Sequence[HeatTenant]) -> Iterable[HeatControl]:
    """Put the cells in; what is the same in many places is one cell."""
    known = tuple(c.tenant.id for c in columns if c.known)
    held: dict[tuple[str, int], HeatCell] = {}
    for cell, places in store.cells(conn, known, tuple(row.key for row in shown)).items():
        held.update(dict.fromkeys(places, _cell(cell)))
    across = [(c.tenant.id, _NOT_SCORED if c.known else _NOT_KNOWN) for c in columns]
    for key, _, control in shown:
        cells = tuple([held.get((tenant, key), none) for tenant, none in across])
        yield msgspec.structs.replace(control, cells=cells)


def _cell(cell: Cell) -> HeatCell:
    return HeatCell(
        state=state_of(cell.status, cell.earned),
        status=cell.status,
        earned_points=cell.earned,
        max_points=cell.max_points,
        points=cell.points,
    )


_NOT_SCORED, _NOT_KNOWN = HeatCell(state=State.NOT_SCORED), HeatCell(state=State.NOT_KNOWN)


def _best(down: Sequence[_Row]) -> NextBest | None:
    named = {row.control.id: row.control for row in down}
    found = best(Candidate(c.id, c.to_address, row.to_address, c.difficulty) for row in down for c in (row.control,))
    if found is None:
        return None
    return NextBest(
        id=found.id,
        name=named[found.id].name,
        difficulty=found.difficulty,
        tenants=found.tenants,
        points=found.points or 0.0,
    )


def _words(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found), key=str.casefold))
