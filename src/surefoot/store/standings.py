"""A tenant's controls on one day, each joined to all that is known of it: a handful of queries."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from surefoot.model import Standing, Tenant
from surefoot.scoring.actions import Action, rank
from surefoot.scoring.maxima import derived
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.spells import LOOK_BACK
from surefoot.store import decisions, history, plans, profiles, schema
from surefoot.store.memory import remembered


@remembered
def of(conn: Connection, tenant: Tenant, day: dt.date) -> Sequence[Standing]:
    """List the controls that a stored day scores, by id."""
    c = schema.day.c
    rich = conn.execute(select(c.rich).where(c.tenant == tenant.key, c.day == day)).scalar_one_or_none()
    if rich is None:
        return ()
    known = profiles.of(conn, tenant)
    decided, planned = decisions.newest(conn, tenant), plans.newest(conn, tenant)
    maxima = _maxima(conn, tenant, day)
    best = _best(conn, tenant, day)
    return tuple(
        Standing(
            score=score,
            profile=known.get(score.control.casefold()),
            last_known_max=maxima.get(key),
            **best.get(key, {}),
            decision=decided.get(score.control.casefold()),
            plan=planned.get(score.control.casefold()),
        )
        for key, score in history.scores(conn, tenant, day, rich=rich).items()
    )


def measured(conn: Connection, tenant: Tenant, day: dt.date) -> Sequence[Standing]:
    """List them with what tells their points and maxima alone: no texts, nothing decided or planned, no best day."""
    known, maxima = profiles.of(conn, tenant), _maxima(conn, tenant, day)
    return tuple(
        Standing(score=score, profile=known.get(score.control.casefold()), last_known_max=maxima.get(key))
        for key, score in history.scores(conn, tenant, day, rich=False).items()
    )


@remembered
def ranked(conn: Connection, tenant: Tenant, ratings: Ratings) -> tuple[dt.date | None, tuple[Action, ...]]:
    """Give the newest day and its controls as actions in the default order; None and nothing when no day is stored."""
    totals = history.newest_total(conn, tenant)
    if totals is None:
        return None, ()
    return totals.day, rank(of(conn, tenant, totals.day), totals.max_points, ratings, totals.day)


def _maxima(conn: Connection, tenant: Tenant, day: dt.date) -> dict[int, float]:
    """Give the maximum that the nearest earlier day with points tells, else the nearest later one, by control."""
    c = schema.span.c
    telling = select(c.control, c.points, c.percent).where(c.tenant == tenant.key, c.percent > 0, c.points > 0)
    earlier = telling.where(c.from_day <= day).order_by(c.from_day)
    later = telling.where(c.from_day > day).order_by(c.from_day.desc())
    found: dict[int, float] = {}
    for rows in (conn.execute(later), conn.execute(earlier)):
        told = {control: (points, share) for control, points, share in rows.all()}
        found |= {key: value for key, pair in told.items() if (value := derived(*pair)) is not None}
    return found


def _best(conn: Connection, tenant: Tenant, day: dt.date) -> dict[int, dict[str, Any]]:
    """Give, by control, the most points of the 90 days up to `day`, their last stored day and the maximum then."""
    c = schema.span.c
    reach = (c.tenant == tenant.key, c.from_day <= day, c.to_day >= day - LOOK_BACK)
    rows = conn.execute(select(c.control, c.points, c.to_day, c.percent).where(*reach).order_by(c.points, c.to_day))
    best = {control: (points, last, share) for control, points, last, share in rows.all()}
    return {
        key: {"best_points": points, "best_day": min(last, day), "best_max": derived(points, share)}
        for key, (points, last, share) in best.items()
    }
