"""A tenant's row of the portfolio: made from its history at every sync and decision, read without touching it."""

import datetime as dt
import json
import statistics
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, exists, insert, select

from surefoot.model import Tenant
from surefoot.store.memory import remembered
from surefoot.store.schema import day, shared_text, tenant
from surefoot.store.schema import summary as table
from surefoot.store.shared import text_keys

RULES = 2
"""The version of the rules that make a summary; those of older rules are made anew."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How a tenant stood on its newest day."""

    day: dt.date
    points: float
    max_points: float
    changes: Mapping[int, float | None]
    """Points of percent against 1, 7, 30 and 90 days before; None when not known."""
    available: float
    open_actions: int
    regressions: int
    categories: Mapping[str, tuple[float, float | None]]
    """Points and maximum by category; a maximum of None is not known."""
    seats_from: int | None = None
    seats_to: int | None = None
    """The range of seats that Graph compares the tenant with."""
    industry: str | None = None
    services: tuple[str, ...] = ()
    """Graph's `enabledServices`."""


SPANS = (1, 7, 30, 90)


def save(conn: Connection, tenant: Tenant, made: Summary | None) -> None:
    """Keep a tenant's summary in place of the one before; None when it has no day."""
    conn.execute(delete(table).where(table.c.tenant == tenant.key))
    if made is not None:
        conn.execute(insert(table), _row(conn, tenant, made))


def _row(conn: Connection, tenant: Tenant, made: Summary) -> dict[str, Any]:
    services = json.dumps(made.services)
    return {
        "tenant": tenant.key,
        "rules": RULES,
        "day": made.day,
        "points": made.points,
        "max_points": made.max_points,
        **{f"change_{span}": made.changes.get(span) for span in SPANS},
        "available": made.available,
        "open_actions": made.open_actions,
        "regressions": made.regressions,
        "categories": json.dumps(made.categories),
        "seats": None if made.seats_from is None else json.dumps([made.seats_from, made.seats_to]),
        "industry": made.industry,
        "services": text_keys(conn, [services])[services],
    }


def of(conn: Connection, tenants: Sequence[Tenant]) -> Mapping[int, Summary]:
    """Give the summaries of some tenants by their keys; a tenant without one has no day, or one of older rules."""
    return _of(conn, frozenset(t.key for t in tenants))


@remembered
def _of(conn: Connection, wanted: frozenset[int]) -> Mapping[int, Summary]:
    texts = {row.key: row.text for row in conn.execute(_services())}
    query = select(table).where(table.c.rules == RULES)
    query = query.where(table.c.tenant.in_(wanted)) if len(wanted) <= _FEW else query
    return {row.tenant: _summary(row, texts) for row in conn.execute(query) if row.tenant in wanted}


_FEW = 200


def _services() -> Any:  # noqa: ANN401 - a query
    return select(shared_text.c.key, shared_text.c.text).where(shared_text.c.key.in_(select(table.c.services)))


def _summary(row: Any, texts: Mapping[int, str]) -> Summary:  # noqa: ANN401 - a row
    low, high = json.loads(row.seats) if row.seats else (None, None)
    return Summary(
        day=row.day,
        points=row.points,
        max_points=row.max_points,
        changes={1: row.change_1, 7: row.change_7, 30: row.change_30, 90: row.change_90},
        available=row.available,
        open_actions=row.open_actions,
        regressions=row.regressions,
        categories={name: tuple(pair) for name, pair in json.loads(row.categories).items()},
        seats_from=low,
        seats_to=high,
        industry=row.industry,
        services=tuple(json.loads(texts[row.services])),
    )


class Place(NamedTuple):
    """Where a percent stands among those of some tenants."""

    known: int
    """Tenants with a percent."""
    rank: int | None
    """From 1, the highest; None when the percent is not known."""
    median: float | None


def place(conn: Connection, visible: frozenset[str] | None, mine: float | None) -> Place:
    """Place a percent among the tenants with these ids (None: all)."""
    c = table.c
    share = 100.0 * c.points / c.max_points
    query = select(share.label("share")).where(c.rules == RULES, c.max_points > 0)
    if visible is not None:
        query = query.where(c.tenant.in_(select(tenant.c.key).where(tenant.c.id.in_(visible))))
    shares = sorted(float(share) for share in conn.execute(query).scalars())
    if not shares:
        return Place(0, None, None)
    rank = None if mine is None else 1 + len(shares) - bisect_right(shares, mine)
    return Place(len(shares), rank, statistics.median(shares))


def missing(conn: Connection, tenants: Sequence[Tenant]) -> list[Tenant]:
    """List the tenants that have days, but no summary by the rules of now."""
    have = set(conn.execute(select(table.c.tenant).where(table.c.rules == RULES)).scalars())
    lack = [t for t in tenants if t.key not in have]
    if not lack:
        return []
    has_day = exists().where(day.c.tenant == tenant.c.key)
    dated = set(conn.execute(select(tenant.c.key).where(has_day)).scalars())
    return [t for t in lack if t.key in dated]
