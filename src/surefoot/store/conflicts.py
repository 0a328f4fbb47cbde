"""Conflicts between Surefoot and Microsoft: kept for ever, with both versions."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from surefoot.model import Conflict, Side, Status, Tenant
from surefoot.store.schema import conflict as table
from surefoot.store.schema import control
from surefoot.store.shared import control_keys


def add(conn: Connection, tenant: Tenant, found: Conflict) -> Conflict:
    """Keep one; give it with its key."""
    key = control_keys(conn, [found.control])[found.control.casefold()]
    row = _row(found) | {"tenant": tenant.key, "control": key}
    made = conn.execute(insert(table).returning(table.c.key), row).scalar_one()
    return msgspec.structs.replace(found, key=made)


def change(conn: Connection, tenant: Tenant, found: Conflict) -> None:
    """Write how one stands now."""
    mine = (table.c.tenant == tenant.key, table.c.key == found.key)
    conn.execute(update(table).where(*mine).values(**_row(found)))


def _row(found: Conflict) -> dict[str, object]:
    row = msgspec.structs.asdict(found)
    del row["key"], row["control"]
    return row | {"ours": found.ours.value, "holds": found.holds.value if found.holds else None}


_EVERY = select(table, control.c.id, control.c.folded).join(control, control.c.key == table.c.control)
_OPEN = _EVERY.where(table.c.tenant == bindparam("tenant"), table.c.holds.is_(None))
_ALL = _EVERY.where(table.c.tenant == bindparam("tenant")).order_by(table.c.key.desc())
_ONE = _ALL.where(control.c.folded == bindparam("folded"))


def open_of(conn: Connection, tenant: Tenant) -> dict[str, Conflict]:
    """Give those that nobody resolved yet by the control's folded id."""
    return {row.folded: _conflict(row) for row in conn.execute(_OPEN, {"tenant": tenant.key}).all()}


def of(conn: Connection, tenant: Tenant, control_id: str | None = None) -> list[Conflict]:
    """List all of a tenant, or of one control, newest first."""
    if control_id is None:
        rows = conn.execute(_ALL, {"tenant": tenant.key})
    else:
        rows = conn.execute(_ONE, {"tenant": tenant.key, "folded": control_id.casefold()})
    return [_conflict(row) for row in rows.all()]


def over(conn: Connection, tenants: Sequence[Tenant], *, everything: bool) -> list[tuple[Tenant, Conflict]]:
    """List those of some tenants, newest first; `everything`: the resolved ones, too."""
    mine = {t.key: t for t in tenants}
    query = _EVERY if everything else _EVERY.where(table.c.holds.is_(None))
    rows = conn.execute(query.order_by(table.c.found_at.desc(), table.c.key.desc()))
    return [(mine[row.tenant], _conflict(row)) for row in rows if row.tenant in mine]


def count(conn: Connection, tenants: Sequence[Tenant]) -> int:
    """Count the open ones over some tenants."""
    return int(conn.execute(_COUNT, {"tenants": [t.key for t in tenants]}).scalar_one())


_COUNT = (
    select(func.count())
    .select_from(table)
    .where(table.c.tenant.in_(bindparam("tenants", expanding=True)), table.c.holds.is_(None))
)


def _conflict(row: Row[*tuple[object, ...]]) -> Conflict:
    return Conflict(
        key=row.key,
        control=row.id,
        found_at=row.found_at,
        ours=Status(row.ours),
        ours_by=row.ours_by,
        ours_at=row.ours_at,
        ours_comment=row.ours_comment,
        theirs=row.theirs,
        theirs_by=row.theirs_by,
        theirs_at=row.theirs_at,
        theirs_comment=row.theirs_comment,
        holds=Side(row.holds) if row.holds else None,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        rule=row.rule,
    )
