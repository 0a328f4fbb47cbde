"""Each tenant's actions at hand: its newest day's controls by number and status, for pages over many tenants."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from surefoot.model import Status, Tenant
from surefoot.scoring.actions import Action
from surefoot.store.schema import control
from surefoot.store.schema import work as table
from surefoot.store.shared import chunks, control_keys


def save(conn: Connection, tenant: Tenant, ranked: Sequence[Action]) -> None:
    """Keep a tenant's actions in place of those before; they are in its default order."""
    conn.execute(delete(table).where(table.c.tenant == tenant.key))
    keys = control_keys(conn, [a.id for a in ranked])
    rows = [_row(tenant, keys[a.id.casefold()], a) for a in ranked]
    if rows:
        conn.execute(insert(table), rows)


def accepted(conn: Connection, tenants: Sequence[Tenant]) -> list[tuple[Tenant, str, float | None]]:
    """List the accepted risks of some tenants on their newest days: tenant, control, points given up."""
    mine = {t.key: t for t in tenants}
    query = select(table.c.tenant, table.c.points, control.c.id).join(control, control.c.key == table.c.control)
    query = query.where(table.c.status == Status.RISK_ACCEPTED.value)
    query = query if len(mine) != 1 else query.where(table.c.tenant == next(iter(mine)))
    return [(mine[row.tenant], row.id, row.points) for row in conn.execute(query) if row.tenant in mine]


def to_gain(
    conn: Connection, tenants: Sequence[Tenant], controls: Iterable[str]
) -> dict[tuple[int, str], float | None]:
    """Give the points to gain of those controls that the tenants' newest days score, by tenant's key and folded id."""
    mine, found = {t.key for t in tenants}, dict[tuple[int, str], float | None]()
    query = select(table.c.tenant, table.c.points, control.c.folded).join(control, control.c.key == table.c.control)
    for part in chunks({c.casefold() for c in controls}):
        rows = conn.execute(query.where(control.c.folded.in_(part)))
        found |= {(row.tenant, row.folded): row.points for row in rows if row.tenant in mine}
    return found


def _row(tenant: Tenant, control: int, action: Action) -> dict[str, object]:
    return {
        "tenant": tenant.key,
        "control": control,
        "rank": action.rank,
        "status": action.status.value,
        "earned": action.earned_points,
        "max_points": action.max_points,
        "points": action.points,
        "impact": action.impact.value if action.impact else None,
        "difficulty": action.difficulty.value if action.difficulty else None,
        "quick_win": action.quick_win,
        "regressed": action.regressed is not None,
    }
