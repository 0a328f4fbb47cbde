"""What some tenants have earned of each control on their newest day."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from surefoot.model import Tenant
from surefoot.store.schema import control, work
from surefoot.store.shared import chunks


class Earned(NamedTuple):
    """One control among some tenants: those where its maximum is known."""

    tenants: int
    percent: float
    """The mean of what each has earned of its own maximum."""
    status: str
    """Of a tenant alone; of several it says nothing."""


def of(conn: Connection, tenants: Sequence[Tenant]) -> dict[str, Earned]:
    """Give, by the control's folded id, what these tenants have earned of it."""
    c = work.c
    found: dict[str, Earned] = {}
    for part in chunks([t.key for t in tenants], 10_000):
        query = (
            select(
                control.c.folded,
                func.count().label("tenants"),
                func.avg(100.0 * c.earned / c.max_points).label("percent"),
                func.min(c.status).label("status"),
            )
            .join(control, control.c.key == c.control)
            .where(c.tenant.in_(part), c.max_points > 0)
            .group_by(control.c.folded)
        )
        for folded, tenants_, percent, status in conn.execute(query):
            before = found.get(folded, Earned(0, 0.0, status))
            count = before.tenants + tenants_
            mean = (before.percent * before.tenants + percent * tenants_) / count
            found[folded] = Earned(count, mean, status)
    return found
