"""Microsoft's averages of the groups that a tenant is compared with, over time."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, select

from surefoot.model import Average, Tenant
from surefoot.store import history, schema


def over_time(conn: Connection, tenant: Tenant, *, since: dt.date | None = None) -> dict[dt.date, tuple[Average, ...]]:
    """Give the averages of each stored day that has some, oldest first."""
    member, average, day = schema.membership, schema.average, schema.day
    query = (
        select(average.c.day, average.c.basis, average.c.percent, average.c.categories)
        .join(member, member.c.basis == average.c.basis)
        .join(day, (day.c.tenant == member.c.tenant) & (day.c.day == average.c.day))
        .where(
            member.c.tenant == tenant.key,
            member.c.from_day <= average.c.day,
            member.c.to_day >= average.c.day,
        )
        .order_by(average.c.day, average.c.basis)
    )
    query = query if since is None else query.where(average.c.day >= since)
    found: dict[dt.date, tuple[Average, ...]] = {}
    for when, *rest in conn.execute(query):
        found[when] = (*found.get(when, ()), history.average_of(*rest))
    return found


class Lines(NamedTuple):
    """Microsoft's averages over a range of days."""

    groups: dict[str, Average]
    """Each group as it was on its last day, by Graph's basis, without its categories."""
    days: dict[dt.date, dict[str, float | None]]
    """The percents of each stored day that has some, by basis; oldest first."""


def lines(conn: Connection, tenant: Tenant, *, since: dt.date, until: dt.date) -> Lines:
    """Give the averages as `over_time` does, of a range and without their categories, which take most of its time."""
    member, average, day = schema.membership, schema.average, schema.day
    query = (
        select(average.c.day, average.c.basis, average.c.percent)
        .join(member, member.c.basis == average.c.basis)
        .join(day, (day.c.tenant == member.c.tenant) & (day.c.day == average.c.day))
        .where(member.c.tenant == tenant.key, member.c.from_day <= average.c.day, member.c.to_day >= average.c.day)
        .where(average.c.day >= since, average.c.day <= until)
        .order_by(average.c.day, average.c.basis)
    )
    named: dict[str, Average] = {}
    made = Lines({}, {})
    for when, basis, percent in conn.execute(query):
        group = named.get(basis) or named.setdefault(basis, history.average_of(basis, None, "[]"))
        made.groups[group.basis] = group
        made.days.setdefault(when, {})[group.basis] = percent
    return made
