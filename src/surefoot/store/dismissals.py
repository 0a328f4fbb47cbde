"""Regressions that somebody dismissed, with the reason; every dismissal is kept."""

import datetime as dt

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from surefoot.model import Dismissal, Tenant
from surefoot.store.schema import control
from surefoot.store.schema import dismissal as table
from surefoot.store.shared import control_keys


def record(conn: Connection, tenant: Tenant, made: Dismissal) -> None:
    """Keep a dismissal; the newest of a control is in force until it is restored."""
    key = control_keys(conn, [made.control])[made.control.casefold()]
    row = msgspec.structs.asdict(made) | {"tenant": tenant.key, "control": key}
    conn.execute(insert(table), row)


def restore(conn: Connection, tenant: Tenant, control_id: str, *, by: str, now: dt.datetime) -> bool:
    """End the dismissals of a control; False when none is in force."""
    c = table.c
    keys = select(control.c.key).where(control.c.folded == control_id.casefold()).scalar_subquery()
    mine = update(table).where(c.tenant == tenant.key, c.control == keys, c.restored_at.is_(None))
    return bool(conn.execute(mine.values(restored_at=now, restored_by=by)).rowcount)


_IN_FORCE = (
    select(table, control.c.id, control.c.folded)
    .join(control, control.c.key == table.c.control)
    .where(table.c.tenant == bindparam("tenant"), table.c.restored_at.is_(None))
    .order_by(table.c.dismissed_at, table.c.key)
)


def in_force(conn: Connection, tenant: Tenant) -> dict[str, Dismissal]:
    """Give the newest dismissal that nobody restored, by the control's folded id."""
    rows = conn.execute(_IN_FORCE, {"tenant": tenant.key}).all()
    return {row.folded: _dismissal(row) for row in rows}


def _dismissal(row: Row[*tuple[object, ...]]) -> Dismissal:
    return Dismissal(
        control=row.id,
        points=row.points,
        best_points=row.best_points,
        reason=row.reason,
        dismissed_at=row.dismissed_at,
        dismissed_by=row.dismissed_by,
    )
