"""A tenant's past as all pages about it see it."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from surefoot.model import DayTotal, Tenant
from surefoot.scoring.changes import Explanation
from surefoot.scoring.past import daily
from surefoot.scoring.ratings import Ratings
from surefoot.store.memory import remembered
from surefoot.store.pasts import Past, of

__all__ = ["Past", "of", "steps", "with_before"]


def steps(
    conn: Connection, tenant: Tenant, ratings: Ratings, since: dt.date, until: dt.date
) -> tuple[Explanation, ...]:
    """Explain each stored day from `since` to `until` against the stored one before it, oldest first."""
    totals = of(conn, tenant, ratings=ratings).totals
    inside = [t.day for t in totals if since <= t.day <= until]
    return _steps(conn, tenant, ratings, inside[0], inside[-1]) if inside else ()


@remembered
def _steps(
    conn: Connection, tenant: Tenant, ratings: Ratings, since: dt.date, until: dt.date
) -> tuple[Explanation, ...]:
    past = of(conn, tenant, ratings=ratings)
    return tuple(daily(past.courses, with_before(past.totals, since, until)))


def with_before(totals: Sequence[DayTotal], since: dt.date, until: dt.date) -> list[DayTotal]:
    """Take the days of a range and the one before it, which the first is explained against."""
    earlier = [t for t in totals if t.day < since]
    return [*earlier[-1:], *(t for t in totals if since <= t.day <= until)]
