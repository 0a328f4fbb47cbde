"""A tenant's controls on one day, each joined to all that is known of it: a handful of queries."""

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Integer, Select, bindparam, select, type_coerce

from surefoot.model import ControlScore, Profile, Standing, Tenant
from surefoot.scoring.actions import Action, place, rank
from surefoot.scoring.maxima import derived
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.spells import LOOK_BACK
from surefoot.store import decisions, history, plans, profiles, schema
from surefoot.store.columns import date_of
from surefoot.store.memory import remembered_long
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


@remembered_long
def pieces(conn: Connection, tenant: Tenant) -> Pieces:
    """Read what a tenant's controls had at any time: one row for each change."""
    found: dict[int, list[Piece]] = {}
    for piece in map(Piece._make, conn.execute(_pieces(), {"tenant": tenant.key}).all()):
        if piece.key in found:
            found[piece.key].append(piece)
        else:
            found[piece.key] = [piece]
    return found


@functools.cache
def _pieces() -> Select[Any]:
    c, names, texts = schema.span.c, schema.control.c, schema.shared_text.c
    days = (type_coerce(c.from_day, Integer), type_coerce(c.to_day, Integer))
    return (
        select(c.control, names.id, names.folded, *days, c.points, c.percent, texts.text)
        .join(schema.control, names.key == c.control)
        .join(schema.shared_text, texts.key == c.category)
        .where(c.tenant == bindparam("tenant"))
        .order_by(names.folded, c.from_day)
    )


def of(
    conn: Connection,
    tenant: Tenant,
    day: dt.date,
    *,
    held: Pieces | None = None,
    known: Mapping[str, Profile] | None = None,
    told: frozenset[str] | None = None,
) -> list[Standing]:
    """List the controls that a stored day scores, by id; `held` and `known` spare reading them again.

    `told` are those (None: all) whose texts, counts and best days are wanted, by folded id: no other's place among the
    controls, status, points or maximum needs them.
    """
    rich = history.rich(conn, tenant, day)
    if rich is None:
        return []
    held = pieces(conn, tenant) if held is None else held
    known = profiles.of(conn, tenant) if known is None else known
    decided, planned = decisions.newest(conn, tenant), plans.newest(conn, tenant)
    texts = history.told(conn, tenant, day, controls=told) if rich and told != frozenset() else {}
    at = number_of(day)
    found = []
    for key, mine in held.items():
        now = _on(mine, at)
        if now is None:
            continue
        points, best, most = _best(mine, at) if told is None or now.folded in told else (None, None, None)
        made = Standing(
            score=_score(now, texts.get(key)),
            profile=known.get(now.folded),
            last_known_max=_maximum(mine, at),
            best_points=points,
            best_day=best,
            best_max=most,
            decision=decided.get(now.folded),
            plan=planned.get(now.folded),
        )
        found.append(made)
    return found


def bare(held: Pieces, known: Mapping[str, Profile], day: dt.date) -> list[Standing]:
    """List the controls of a day with points and maxima alone: without texts, decisions and plans."""
    at = number_of(day)
    return [
        Standing(score=_score(now, None), profile=known.get(now.folded), last_known_max=_maximum(mine, at))
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
    return totals.day, tuple(
        msgspec.structs.replace(a, microsoft_update=news) if (news := told.get(a.id.casefold())) else a for a in made
    )


def placed(conn: Connection, tenant: Tenant, ratings: Ratings, control: str) -> tuple[dt.date | None, Action | None]:
    """Give the newest day and one of its controls as `ranked` does; None when there is no day, or it is not scored."""
    totals = history.newest_total(conn, tenant)
    if totals is None:
        return None, None
    folded = control.casefold()
    made = place(of(conn, tenant, totals.day, told=frozenset((folded,))), totals.max_points, ratings, control)
    news = profiles.news(conn, tenant).get(folded)
    return totals.day, msgspec.structs.replace(made, microsoft_update=news) if made and news else made


def _on(mine: Sequence[Piece], day: int) -> Piece | None:
    """Give the piece that covers a day; the newest first, since that is mostly asked for."""
    for piece in reversed(mine):
        if piece.from_day <= day <= piece.to_day:
            return piece
    return None


def _score(now: Piece, told: Mapping[str, Any] | None) -> ControlScore:
    _, control, _, _, _, points, percent, category = now
    if told is None:
        return ControlScore(control=control, category=category, points=points, percent=percent)
    return ControlScore(control=control, category=category, points=points, percent=percent, **told)


def _maximum(mine: Sequence[Piece], day: int) -> float | None:
    """Give the maximum that the nearest earlier piece with points tells, else the nearest later one."""
    if len(mine) == 1:  # as most controls of a tenant have
        return derived(mine[0].points, mine[0].percent)
    earlier = (p for p in reversed(mine) if p.from_day <= day)
    later = (p for p in mine if p.from_day > day)
    told = (derived(p.points, p.percent) for part in (earlier, later) for p in part)
    return next((value for value in told if value is not None), None)


_WORTH = attrgetter("points", "to_day")


def _best(mine: Sequence[Piece], day: int) -> tuple[float | None, dt.date | None, float | None]:
    """Give the most points of the 90 days up to `day`, their last stored day and the maximum then."""
    since = day - LOOK_BACK.days
    seen = [p for p in mine if p.from_day <= day and p.to_day >= since]
    if not seen:
        return None, None, None
    best = seen[0] if len(seen) == 1 else max(seen, key=_WORTH)
    return best.points, date_of(min(best.to_day, day)), derived(best.points, best.percent)
