"""A tenant's controls on one day, each joined to all that is known of it: a handful of queries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Integer, select, type_coerce

from surefoot.model import ControlScore, Profile, Standing, Tenant
from surefoot.scoring.actions import Action, rank
from surefoot.scoring.maxima import derived
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.spells import LOOK_BACK
from surefoot.store import decisions, history, plans, profiles, schema
from surefoot.store.columns import date_of
from surefoot.store.memory import remembered
from surefoot.store.series import number_of


class Piece(NamedTuple):
    """Days on which nothing of a control changed, as stored; both ends belong to it."""

    key: int
    control: str
    folded: str
    from_day: int
    to_day: int
    points: float
    percent: float | None
    category: str


Pieces = Mapping[int, Sequence[Piece]]
"""By the control's key, in the order of the ids; those of one control oldest first."""


@remembered
def pieces(conn: Connection, tenant: Tenant) -> Pieces:
    """Read what a tenant's controls had at any time: one row for each change."""
    c, names, texts = schema.span.c, schema.control.c, schema.shared_text.c
    days = (type_coerce(c.from_day, Integer), type_coerce(c.to_day, Integer))
    query = (
        select(c.control, names.id, names.folded, *days, c.points, c.percent, texts.text)
        .join(schema.control, names.key == c.control)
        .join(schema.shared_text, texts.key == c.category)
        .where(c.tenant == tenant.key)
        .order_by(names.folded, c.from_day)
    )
    found: dict[int, list[Piece]] = {}
    for row in conn.execute(query):
        found.setdefault(row[0], []).append(Piece._make(row))
    return found


def of(
    conn: Connection,
    tenant: Tenant,
    day: dt.date,
    *,
    held: Pieces | None = None,
    known: Mapping[str, Profile] | None = None,
) -> list[Standing]:
    """List the controls that a stored day scores, by id; `held` and `known` spare reading them again."""
    c = schema.day.c
    rich = conn.execute(select(c.rich).where(c.tenant == tenant.key, c.day == day)).scalar_one_or_none()
    if rich is None:
        return []
    held = pieces(conn, tenant) if held is None else held
    known = profiles.of(conn, tenant) if known is None else known
    decided, planned = decisions.newest(conn, tenant), plans.newest(conn, tenant)
    told = history.told(conn, tenant, day) if rich else {}
    at = number_of(day)
    return [
        Standing(
            score=_score(now, told.get(key, {})),
            profile=known.get(now.folded),
            last_known_max=_maximum(mine, at),
            **_best(mine, at),
            decision=decided.get(now.folded),
            plan=planned.get(now.folded),
        )
        for key, mine in held.items()
        if (now := _on(mine, at)) is not None
    ]


def bare(held: Pieces, known: Mapping[str, Profile], day: dt.date) -> list[Standing]:
    """List the controls of a day with points and maxima alone: without texts, decisions and plans."""
    at = number_of(day)
    return [
        Standing(score=_score(now, {}), profile=known.get(now.folded), last_known_max=_maximum(mine, at))
        for mine in held.values()
        if (now := _on(mine, at)) is not None
    ]


def ranked(conn: Connection, tenant: Tenant, ratings: Ratings) -> tuple[dt.date | None, tuple[Action, ...]]:
    """Give the newest day and its controls as actions in the default order; None and nothing when no day is stored."""
    totals = history.newest_total(conn, tenant)
    if totals is None:
        return None, ()
    made = rank(of(conn, tenant, totals.day), totals.max_points, ratings, totals.day)
    told = profiles.news(conn, tenant)
    return totals.day, tuple(msgspec.structs.replace(a, microsoft_update=told.get(a.id.casefold())) for a in made)


def _on(mine: Sequence[Piece], day: int) -> Piece | None:
    """Give the piece that covers a day; the newest first, since that is mostly asked for."""
    return next((p for p in reversed(mine) if p.from_day <= day <= p.to_day), None)


def _score(now: Piece, told: Mapping[str, Any]) -> ControlScore:
    return ControlScore(control=now.control, category=now.category, points=now.points, percent=now.percent, **told)


def _maximum(mine: Sequence[Piece], day: int) -> float | None:
    """Give the maximum that the nearest earlier piece with points tells, else the nearest later one."""
    earlier = (p for p in reversed(mine) if p.from_day <= day)
    later = (p for p in mine if p.from_day > day)
    told = (derived(p.points, p.percent) for part in (earlier, later) for p in part)
    return next((value for value in told if value is not None), None)


_WORTH = attrgetter("points", "to_day")


def _best(mine: Sequence[Piece], day: int) -> dict[str, Any]:
    """Give the most points of the 90 days up to `day`, their last stored day and the maximum then."""
    since = day - LOOK_BACK.days
    best = max((p for p in mine if p.from_day <= day and p.to_day >= since), key=_WORTH, default=None)
    if best is None:
        return {}
    return {
        "best_points": best.points,
        "best_day": date_of(min(best.to_day, day)),
        "best_max": derived(best.points, best.percent),
    }
