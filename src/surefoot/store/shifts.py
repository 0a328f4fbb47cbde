"""What Microsoft's catalogue did to tenants' scores: made from the spans at every sync, kept for quick pages."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from surefoot.model import Tenant
from surefoot.scoring.changes import Kind
from surefoot.scoring.shifts import Shift
from surefoot.store.schema import control
from surefoot.store.schema import shift as table
from surefoot.store.shared import chunks, control_keys


def replace(conn: Connection, tenant: Tenant, shifts: Iterable[Shift]) -> None:
    """Keep these as all shifts of a tenant, writing only what differs."""
    made = list(shifts)
    keys = control_keys(conn, {s.control for s in made})
    wanted = {_row(tenant, s, keys) for s in made}
    c = table.c
    held = {tuple(row) for row in conn.execute(select(table).where(c.tenant == tenant.key))}
    for row in held - wanted:
        same = (c.tenant == row[0], c.day == row[1], c.control == row[2], c.kind == row[3])
        conn.execute(delete(table).where(*same))
    for part in chunks(sorted(wanted - held, key=lambda row: row[1:4])):
        conn.execute(insert(table), [dict(zip(_NAMES, row, strict=True)) for row in part])


_NAMES = ("tenant", "day", "control", "kind", "points", "max_points", "percent", "bought")


def _row(tenant: Tenant, s: Shift, keys: dict[str, int]) -> tuple[Any, ...]:
    key = keys[s.control.casefold()]
    return (tenant.key, s.day, key, s.kind.value, s.points, s.max_points, s.percent, s.bought)


def between(conn: Connection, tenants: Sequence[Tenant], since: dt.date, until: dt.date) -> list[tuple[Tenant, Shift]]:
    """List the shifts of some tenants in a range of days, oldest first."""
    wanted, c = {t.key: t for t in tenants}, table.c
    query = select(table, control.c.id).join(control, control.c.key == c.control)
    query = query.where(c.day >= since, c.day <= until).order_by(c.day, control.c.folded, c.tenant)
    if len(wanted) == 1:
        query = query.where(c.tenant == next(iter(wanted)))
    return [
        (
            wanted[row.tenant],
            Shift(
                day=row.day,
                control=row.id,
                kind=Kind(row.kind),
                points=row.points,
                max_points=row.max_points,
                percent=row.percent,
                bought=row.bought,
            ),
        )
        for row in conn.execute(query)
        if row.tenant in wanted
    ]
