"""Each tenant's actions at hand: its newest day's controls by number and status, for pages over many tenants."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert

from surefoot.model import Tenant
from surefoot.scoring.actions import Action
from surefoot.store.schema import work as table
from surefoot.store.shared import control_keys


def save(conn: Connection, tenant: Tenant, ranked: Sequence[Action]) -> None:
    """Keep a tenant's actions in place of those before; they are in its default order."""
    conn.execute(delete(table).where(table.c.tenant == tenant.key))
    keys = control_keys(conn, [a.id for a in ranked])
    rows = [_row(tenant, keys[a.id.casefold()], a) for a in ranked]
    if rows:
        conn.execute(insert(table), rows)


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
