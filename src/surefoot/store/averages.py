"""Microsoft's averages of the groups that a tenant is compared with, over time."""

import datetime as dt
import functools
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Select, bindparam, select

from surefoot.model import Average, Tenant
from surefoot.store import history, schema


def over_time(conn: Connection, tenant: Tenant, *, since: dt.date | None = None) -> dict[dt.date, tuple[Average, ...]]:
    """Give the averages of each stored day that has some, oldest first."""
    c = schema.average.c
    asked = {"tenant": tenant.key} | ({} if since is None else {"since": since})
    query = _sent(c.basis, c.percent, c.categories, begun=since is not None)
    found: dict[dt.date, tuple[Average, ...]] = {}
    for when, basis, percent, categories in conn.execute(query, asked).all():
        found[when] = (*found.get(when, ()), history.average_of(basis, percent, categories))
    return found


@functools.cache
def _sent(*columns: Column[Any], begun: bool, ended: bool = False) -> Select[Any]:
    """Ask for columns of the averages that came with each stored day of a tenant, oldest first."""
    member, average, day = schema.membership, schema.average, schema.day
    query = (
        select(average.c.day, *columns)
        .join(member, member.c.basis == average.c.basis)
        .join(day, (day.c.tenant == member.c.tenant) & (day.c.day == average.c.day))
        .where(
            member.c.tenant == bindparam("tenant"),
            member.c.from_day <= average.c.day,
            member.c.to_day >= average.c.day,
        )
        .order_by(average.c.day, average.c.basis)
    )
    query = query.where(average.c.day >= bindparam("since")) if begun else query
    return query.where(average.c.day <= bindparam("until")) if ended else query


class Lines(NamedTuple):
    """Microsoft's averages over a range of days."""

    groups: dict[str, Average]
    """Each group as it was on its last day, by Graph's basis, without its categories."""
    days: dict[dt.date, dict[str, float | None]]
    """The percents of each stored day that has some, by basis; oldest first."""


def lines(conn: Connection, tenant: Tenant, *, since: dt.date, until: dt.date) -> Lines:
    """Give the averages as `over_time` does, of a range and without their categories, which take most of its time."""
    query = _sent(schema.average.c.basis, schema.average.c.percent, begun=True, ended=True)
    rows = conn.execute(query, {"tenant": tenant.key, "since": since, "until": until}).all()
    named: dict[str, Average] = {}
    made = Lines({}, {})
    for when, basis, percent in rows:
        group = named.get(basis) or named.setdefault(basis, history.average_of(basis, None, "[]"))
        made.groups[group.basis] = group
        made.days.setdefault(when, {})[group.basis] = percent
    return made
