"""What is made of a tenant's history for quick pages: its row of the portfolio, its actions, the catalogue's doing."""

from collections.abc import Sequence
from math import fsum

from sqlalchemy import Connection

from surefoot.model import CLOSED, Average, DayTotal, Tenant
from surefoot.scoring import actions, trends
from surefoot.scoring.actions import Action
from surefoot.scoring.percents import percent
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.regressions import in_force
from surefoot.scoring.shifts import shifts
from surefoot.store import dismissals, history, pasts, standings, summaries, work
from surefoot.store import shifts as kept
from surefoot.store.summaries import SPANS, Summary


def refresh(conn: Connection, tenant: Tenant, ratings: Ratings) -> None:
    """Make all of it anew, after days or profiles came."""
    past = pasts.of(conn, tenant, ratings=ratings)
    kept.replace(conn, tenant, shifts(past.courses, past.totals, history.services_by_day(conn, tenant)))
    _summarise(conn, tenant, past.totals, ratings)


def summarise(conn: Connection, tenant: Tenant, ratings: Ratings) -> None:
    """Make the tenant's row of the portfolio and its actions anew, after a decision or a dismissal."""
    _summarise(conn, tenant, history.days(conn, tenant), ratings)


def catch_up(conn: Connection, tenants: Sequence[Tenant], ratings: Ratings, *, most: int = 200) -> int:
    """Make what an older Surefoot did not make, for some tenants at a time; give how many are left."""
    lack = summaries.missing(conn, tenants)
    for tenant in lack[:most]:
        refresh(conn, tenant, ratings)
    return max(0, len(lack) - most)


def _summarise(conn: Connection, tenant: Tenant, totals: Sequence[DayTotal], ratings: Ratings) -> None:
    ranked: Sequence[Action] = ()
    if totals:
        newest = totals[-1]
        ranked = actions.rank(standings.of(conn, tenant, newest.day), newest.max_points, ratings, newest.day)
    summaries.save(conn, tenant, _summary(conn, tenant, totals, ranked) if totals else None)
    work.save(conn, tenant, ranked)


def _summary(conn: Connection, tenant: Tenant, totals: Sequence[DayTotal], ranked: Sequence[Action]) -> Summary:
    newest = totals[-1]
    fallen = sum(a.regressed is not None for a in ranked)
    groups = history.groups(conn, tenant, newest.day)
    seats = next((g for g in groups if g.seats_from is not None), Average(basis="", percent=None))
    return Summary(
        day=newest.day,
        points=newest.points,
        max_points=newest.max_points,
        changes={span: _change(totals, newest, span) for span in SPANS},
        available=actions.available(ranked),
        open_actions=sum(a.status not in CLOSED for a in ranked),
        regressions=fallen - len(in_force(ranked, dismissals.in_force(conn, tenant))),
        categories=_categories(ranked),
        seats_from=seats.seats_from,
        seats_to=seats.seats_to,
        industry=next((g.industry for g in groups if g.industry), None),
        services=history.services(conn, tenant, newest.day),
    )


def _change(totals: Sequence[DayTotal], newest: DayTotal, span: int) -> float | None:
    earlier = trends.before(totals, newest.day, span)
    now = percent(newest.points, newest.max_points)
    then = percent(earlier.points, earlier.max_points) if earlier else None
    return None if now is None or then is None else now - then


def _categories(ranked: Sequence[Action]) -> dict[str, tuple[float, float | None]]:
    found: dict[str, list[Action]] = {}
    for action in ranked:
        found.setdefault(action.category, []).append(action)
    return {name: _shares(held) for name, held in found.items()}


def _shares(held: Sequence[Action]) -> tuple[float, float | None]:
    known = [a.max_points for a in held if a.max_points is not None]
    return fsum(a.earned_points for a in held), fsum(known) if known else None
