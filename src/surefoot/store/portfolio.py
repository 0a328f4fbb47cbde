"""The portfolio as one query: every visible tenant with its summary, ranked, filtered, sorted and paged."""

import datetime as dt
import enum
import functools
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    type_coerce,
)

from surefoot.store.columns import Words, date_of
from surefoot.store.memory import remembered, remembered_long
from surefoot.store.schema import day, summary, tenant, tenant_label
from surefoot.store.summaries import RULES

SHAPES = 512
"""Statements that are kept built; there are so many filters and orders at once that more would be an attack."""


class Sort(enum.StrEnum):
    """What the rows may be sorted by."""

    NAME = "name"
    PERCENT = "percent"
    CHANGE_1 = "change_1"
    CHANGE_7 = "change_7"
    CHANGE_30 = "change_30"
    CHANGE_90 = "change_90"
    POINTS_AVAILABLE = "points_available"
    OPEN_ACTIONS = "open_actions"
    REGRESSIONS = "regressions"
    RANK = "rank"
    SYNCED_AT = "synced_at"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows, in which order."""

    visible: frozenset[str] | None
    """Ids of the tenants; None: all."""
    label: str | None = None
    labelled: bool | None = None
    """True: only those with any label; False: only those without."""
    industry: str | None = None
    text: str | None = None
    """In the name or the id, without regard to case."""
    problem: bool | None = None
    """True: only those that fail or have no score; False: only the others."""
    sort: Sort = Sort.NAME
    descending: bool = False
    after: tuple[Any, str] | None = None
    """The sort's value and the id of the row before the first wanted one."""
    limit: int = 100


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's row."""

    key: int
    id: str
    name: str
    day: dt.date | None
    points: float | None
    max_points: float | None
    percent: float | None
    change_1: float | None
    change_7: float | None
    change_30: float | None
    change_90: float | None
    points_available: float | None
    open_actions: int | None
    regressions: int | None
    rank: int | None
    percentile: float | None
    industry: str | None
    synced_at: dt.datetime | None
    failing_since: dt.datetime | None
    error: str | None
    message: str | None
    connected: bool
    sort_value: Any


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What the filtered rows come to."""

    tenants: int
    scored: int
    """How many have a percent."""
    average: float | None
    highest: float | None
    lowest: float | None
    problems: int
    newest: dt.date | None
    on_newest: int
    """How many were read on the newest day of all."""


@remembered
def rows(conn: Connection, wanted: Wanted) -> Sequence[Row]:
    """List the rows of a page."""
    return tuple(_row(row) for row in conn.execute(_listing(_shape(wanted)), _values(wanted)).all())


@functools.lru_cache(maxsize=SHAPES)
def _listing(wanted: Wanted) -> Select[Any]:
    ranked = _ranked(wanted).subquery("ranked")
    column = ranked.c[_COLUMNS[wanted.sort]]
    value = func.lower(column) if wanted.sort is Sort.NAME else column
    query = select(ranked, value.label("sort_value")).where(*_filters(ranked, wanted))
    if wanted.after is not None:
        query = query.where(_beyond(value, ranked.c.id, wanted.after, descending=wanted.descending))
    direction = value.desc() if wanted.descending else value.asc()
    return query.order_by(value.is_(None), direction, ranked.c.id).limit(bindparam("limit", type_=Integer))


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The tenants that have a label."""

    label: str | None
    """None: those without any."""
    rows: tuple[Row, ...]
    """The first of them, in the order that is wanted."""
    tenants: int
    scored: int
    average: float | None


@remembered
def groups(conn: Connection, wanted: Wanted, few: int) -> Sequence[Group]:
    """Group all rows that the filter lets through by label; one with several labels stands under each of them."""
    found: dict[str | None, list[Any]] = {}
    for row in conn.execute(_grouping(_shape(wanted)), _values(wanted) | {"few": few}).all():
        found.setdefault(row.label, []).append(row)
    return tuple(
        Group(
            label=label,
            rows=tuple(_row(row[: -len(_SUMMED)]) for row in held),
            tenants=held[0].tenants,
            scored=held[0].scored,
            average=held[0].average,
        )
        for label, held in sorted(found.items(), key=lambda pair: (pair[0] is None, (pair[0] or "").casefold()))
    )


_SUMMED = ("label", "place", "tenants", "scored", "average")


@functools.lru_cache(maxsize=SHAPES)
def _grouping(wanted: Wanted) -> Select[Any]:
    ranked = _ranked(wanted).subquery("ranked")
    column, label = ranked.c[_COLUMNS[wanted.sort]], tenant_label.c.label
    value = func.lower(column) if wanted.sort is Sort.NAME else column
    order = (value.is_(None), value.desc() if wanted.descending else value.asc(), ranked.c.id)
    placed = (
        select(
            ranked,
            value.label("sort_value"),
            label,
            func.row_number().over(partition_by=label, order_by=order).label("place"),
            func.count().over(partition_by=label).label("tenants"),
            func.count(ranked.c.percent).over(partition_by=label).label("scored"),
            func.avg(ranked.c.percent).over(partition_by=label).label("average"),
        )
        .select_from(ranked.outerjoin(tenant_label, tenant_label.c.tenant == ranked.c.key))
        .where(*_filters(ranked, wanted))
        .subquery("placed")
    )
    return (
        select(placed).where(placed.c.place <= bindparam("few", type_=Integer)).order_by(placed.c.label, placed.c.place)
    )


@remembered
def totals(conn: Connection, wanted: Wanted) -> Totals:
    """Sum up all rows that the filter lets through, whatever the page."""
    return Totals(**conn.execute(_totalling(_shape(wanted)), _values(wanted)).one()._asdict())


@functools.lru_cache(maxsize=SHAPES)
def _totalling(wanted: Wanted) -> Select[Any]:
    plain = _plain(wanted).subquery("plain")
    newest = select(func.max(plain.c.day)).where(*_filters(plain, wanted)).scalar_subquery()
    c = plain.c
    return select(
        func.count().label("tenants"),
        func.count(c.percent).label("scored"),
        func.avg(c.percent).label("average"),
        func.max(c.percent).label("highest"),
        func.min(c.percent).label("lowest"),
        func.coalesce(func.sum(case((_in_trouble(plain), 1), else_=0)), 0).label("problems"),
        func.max(c.day).label("newest"),
        func.coalesce(func.sum(case((c.day == newest, 1), else_=0)), 0).label("on_newest"),
    ).where(*_filters(plain, wanted))


def _shape(wanted: Wanted) -> Wanted:
    """Leave of what is wanted what a statement depends on: statements are built once, and filled each time."""
    last = None if wanted.after is None else (None if wanted.after[0] is None else 0, "")
    return Wanted(
        visible=None if wanted.visible is None else frozenset(),
        label=wanted.label and "label",
        labelled=wanted.labelled,
        industry=wanted.industry and "industry",
        text=wanted.text and "text",
        problem=wanted.problem,
        sort=wanted.sort,
        descending=wanted.descending,
        after=last,
    )


def _values(wanted: Wanted) -> dict[str, Any]:
    """Give what a statement is filled with; it takes what it names."""
    last, last_id = wanted.after or (None, "")
    return {
        "visible": list(wanted.visible or ()),
        "label": (wanted.label or "").lower(),
        "industry": (wanted.industry or "").lower(),
        "text": (wanted.text or "").lower(),
        "last": last,
        "last_id": last_id,
        "limit": wanted.limit,
    }


@remembered_long
def lines(
    conn: Connection, wanted: frozenset[str], since: dt.date, until: dt.date
) -> Mapping[str, tuple[tuple[dt.date, float | None], ...]]:
    """Give the percents of some tenants' stored days by the tenants' ids, oldest first."""
    ids = dict(conn.execute(select(tenant.c.key, tenant.c.id).where(tenant.c.id.in_(wanted))).all())
    c = day.c
    share = case((c.max_points > 0, 100.0 * c.points / c.max_points))
    query = (
        select(c.tenant, type_coerce(c.day, Integer), share)
        .where(c.tenant.in_(ids), c.day >= since, c.day <= until)
        .order_by(c.tenant, c.day)
    )
    return {
        ids[key]: tuple([(date_of(when), value) for _, when, value in days])
        for key, days in groupby(conn.execute(query).all(), key=itemgetter(0))
    }


@remembered
def words(conn: Connection, visible: frozenset[str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the labels and the industries that the visible tenants have, in the order of the alphabet."""
    mine = [] if visible is None else [tenant.c.id.in_(visible)]
    labelled = select(tenant_label.c.label).join(tenant, tenant.c.key == tenant_label.c.tenant).where(*mine)
    told = select(summary.c.industry).join(tenant, tenant.c.key == summary.c.tenant)
    told = told.where(summary.c.industry.is_not(None), *mine)
    first, second = (sorted(set(conn.execute(q.distinct()).scalars()), key=str.casefold) for q in (labelled, told))
    return tuple(first), tuple(second)


_COLUMNS = {sort: sort.value for sort in Sort}


def _plain(wanted: Wanted) -> Select[Any]:
    s, t = summary.c, tenant.c
    held = and_(s.tenant == t.key, s.rules == RULES)
    share = case((s.max_points > 0, 100.0 * s.points / s.max_points))
    query = select(
        t.key, t.id, t.name, s.day, s.points, s.max_points, share.label("percent"),
        s.change_1, s.change_7, s.change_30, s.change_90, s.available.label("points_available"), s.open_actions,
        s.regressions, s.industry, t.synced_at, t.failing_since, t.error, t.message,
        case((t.method != "none", 1), else_=0).label("connected"),
    ).select_from(tenant.outerjoin(summary, held))  # fmt: skip
    return query if wanted.visible is None else query.where(t.id.in_(bindparam("visible", expanding=True)))


def _ranked(wanted: Wanted) -> Select[Any]:
    """Rank among all visible tenants, whatever the filter; mid-rank for the percentile."""
    plain = _plain(wanted).subquery("plain")
    share = plain.c.percent
    place = func.rank().over(order_by=(share.is_(None), share.desc()))
    equal = func.count().over(partition_by=share)
    known = func.count(share).over()
    below = cast(known - place + 1, Float) - cast(equal, Float) / 2.0
    return select(
        *plain.c,
        case((share.is_not(None), place)).label("rank"),
        case((share.is_not(None), 100.0 * below / known)).label("percentile"),
    )


def _filters(source: Any, wanted: Wanted) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a subquery
    c, found = source.c, []
    if wanted.label is not None:
        labelled = select(tenant_label.c.tenant).where(func.lower(tenant_label.c.label) == bindparam("label"))
        found.append(c.key.in_(labelled))
    if wanted.labelled is not None:
        some = select(tenant_label.c.tenant)
        found.append(c.key.in_(some) if wanted.labelled else c.key.not_in(some))
    if wanted.industry is not None:
        found.append(func.lower(c.industry) == bindparam("industry"))
    if wanted.text is not None:
        text = bindparam("text", type_=Words)
        found.append(or_(func.instr(func.lower(c.name), text) > 0, func.instr(c.id, text) > 0))
    if wanted.problem is not None:
        found.append(_in_trouble(source) if wanted.problem else ~_in_trouble(source))
    return found


def _in_trouble(source: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a subquery
    return or_(source.c.error.is_not(None), source.c.percent.is_(None))


def _beyond(
    value: ColumnElement[Any], identity: ColumnElement[str], after: tuple[Any, str], *, descending: bool
) -> ColumnElement[bool]:
    """Say of a row that it comes after another in the order; rows without a value come last."""
    last, last_id = bindparam("last", type_=value.type), bindparam("last_id", type_=Words)
    if after[0] is None:
        return and_(value.is_(None), identity > last_id)
    further = value < last if descending else value > last
    return or_(further, and_(value == last, identity > last_id), value.is_(None))


def _row(row: Any) -> Row:  # noqa: ANN401 - a row
    values = dict(zip(_FIELDS, row, strict=True))
    values["connected"] = bool(values["connected"])
    return Row(**values)


_FIELDS = tuple(c.name for c in _listing(Wanted(visible=None)).selected_columns)
"""What a row has, in the order of the statements."""
