"""A tenant's past as all pages about it see it."""

import datetime as dt

from sqlalchemy import Connection

from surefoot.model import Tenant
from surefoot.scoring.changes import Explanation
from surefoot.scoring.past import daily
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.trends import with_before
from surefoot.store.memory import remembered_long
from surefoot.store.pasts import Past, of

__all__ = ["Past", "of", "steps"]


def steps(
    conn: Connection, tenant: Tenant, ratings: Ratings, since: dt.date, until: dt.date
) -> tuple[Explanation, ...]:
    """Explain each stored day from `since` to `until` against the stored one before it, oldest first."""
    totals = of(conn, tenant, ratings=ratings).totals
    inside = [t.day for t in totals if since <= t.day <= until]
    return _steps(conn, tenant, ratings, inside[0], inside[-1]) if inside else ()


@remembered_long
def _steps(
    conn: Connection, tenant: Tenant, ratings: Ratings, since: dt.date, until: dt.date
) -> tuple[Explanation, ...]:
    past = of(conn, tenant, ratings=ratings)
    return tuple(daily(past.courses, with_before(past.totals, since, until)))
