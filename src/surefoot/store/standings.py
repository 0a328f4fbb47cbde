"""A tenant's controls on one day, each joined to all that is known of it: a handful of queries."""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from surefoot.model import Standing, Tenant
from surefoot.scoring.actions import Action, rank
from surefoot.scoring.maxima import derived
from surefoot.scoring.ratings import Ratings
from surefoot.store import decisions, history, plans, profiles, schema

LOOK_BACK = dt.timedelta(days=90)
"""How far back a control's best points are looked for."""


def of(conn: Connection, tenant: Tenant, day: dt.date) -> list[Standing]:
    """List the controls that a stored day scores, by id."""
    c = schema.day.c
    rich = conn.execute(select(c.rich).where(c.tenant == tenant.key, c.day == day)).scalar_one_or_none()
    if rich is None:
        return []
    known = profiles.of(conn, tenant)
    decided, planned = decisions.newest(conn, tenant), plans.newest(conn, tenant)
    maxima = _maxima(conn, tenant, day)
    best = _best(conn, tenant, day)
    return [
        Standing(
            score=score,
            profile=known.get(score.control.casefold()),
            last_known_max=maxima.get(key),
            **best.get(key, {}),
            decision=decided.get(score.control.casefold()),
            plan=planned.get(score.control.casefold()),
        )
        for key, score in history.scores(conn, tenant, day, rich=rich).items()
    ]


def ranked(conn: Connection, tenant: Tenant, ratings: Ratings) -> tuple[dt.date | None, tuple[Action, ...]]:
    """Give the newest day and its controls as actions in the default order; None and nothing when no day is stored."""
    totals = history.newest_total(conn, tenant)
    if totals is None:
        return None, ()
    made = rank(of(conn, tenant, totals.day), totals.max_points, ratings, totals.day)
    told = profiles.news(conn, tenant)
    return totals.day, tuple(msgspec.structs.replace(a, microsoft_update=told.get(a.id.casefold())) for a in made)


def _maxima(conn: Connection, tenant: Tenant, day: dt.date) -> dict[int, float]:
    """Give the maximum that the nearest earlier day with points tells, else the nearest later one, by control."""
    c = schema.span.c
    telling = select(c.control, c.from_day, c.points, c.percent).where(c.tenant == tenant.key, c.percent > 0)
    earlier = telling.where(c.from_day <= day).order_by(c.from_day)
    later = telling.where(c.from_day > day).order_by(c.from_day.desc())
    found: dict[int, float] = {}
    for rows in (conn.execute(later), conn.execute(earlier)):
        found |= {row.control: value for row in rows if (value := derived(row.points, row.percent)) is not None}
    return found


def _best(conn: Connection, tenant: Tenant, day: dt.date) -> dict[int, dict[str, Any]]:
    """Give, by control, the most points of the 90 days up to `day`, their last stored day and the maximum then."""
    c = schema.span.c
    reach = (c.tenant == tenant.key, c.from_day <= day, c.to_day >= day - LOOK_BACK)
    rows = conn.execute(select(c.control, c.points, c.to_day, c.percent).where(*reach).order_by(c.points, c.to_day))
    return {
        row.control: {
            "best_points": row.points,
            "best_day": min(row.to_day, day),
            "best_max": derived(row.points, row.percent),
        }
        for row in rows
    }
