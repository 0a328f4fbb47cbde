"""The same control in the viewer's other tenants: where points are left, who does it, what was decided."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from surefoot.model import CLOSED, Status, Tenant
from surefoot.store import elsewhere as stored
from surefoot.store.elsewhere import Row

MOST = 200
"""Tenants that are listed; all are counted."""


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """One control in the other tenants."""

    tenants: tuple[Row, ...]
    """Most points to gain first, those that nobody knows after them; 200 at most."""
    total: int
    """Other tenants whose newest day scores the control."""
    open: int
    """Those of them in which there is still something to do."""
    statuses: Mapping[Status, int]
    """Every status, also those with 0."""


def build(conn: Connection, tenant: Tenant, visible: frozenset[str] | None, control: str) -> Elsewhere:
    """List it; `visible` are the ids of the tenants that the viewer may see (None: all)."""
    rows = [r for r in stored.of(conn, visible, control) if r.tenant.id != tenant.id]
    ordered = sorted(rows, key=_order)
    return Elsewhere(
        tenants=tuple(ordered[:MOST]),
        total=len(rows),
        open=sum(r.status not in CLOSED for r in rows),
        statuses={status: sum(r.status is status for r in rows) for status in Status},
    )


def _order(row: Row) -> tuple[bool, int, float, str]:
    """Put what is open first, then what has most points left."""
    unknown = 0 if row.points else 1 if row.points is None else 2
    return row.status in CLOSED, unknown, -(row.points or 0.0), row.tenant.name.casefold()
