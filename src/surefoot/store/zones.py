"""Bounds of score zones: of the installation, and of single tenants."""

import datetime as dt

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select

from surefoot.model import Tenant
from surefoot.scoring.zones import Bounds
from surefoot.store.schema import zones as table


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds that somebody set."""

    bounds: Bounds
    set_at: dt.datetime
    set_by: str


_NEWEST = select(table).order_by(table.c.key.desc()).limit(1)
_COMMON = _NEWEST.where(table.c.tenant.is_(None))
_OWN = _NEWEST.where(table.c.tenant == bindparam("tenant"))


def of(conn: Connection, tenant: Tenant | None) -> Kept | None:
    """Give what was set for one tenant, or (None) for the installation; None: nothing was."""
    found = conn.execute(_COMMON) if tenant is None else conn.execute(_OWN, {"tenant": tenant.key})
    row = found.one_or_none()
    if row is None:
        return None
    return Kept(bounds=Bounds(good=row.good, okay=row.okay), set_at=row.set_at, set_by=row.set_by)


def put(conn: Connection, tenant: Tenant | None, bounds: Bounds | None, *, by: str, now: dt.datetime) -> None:
    """Set bounds in place of earlier ones; None takes them away."""
    conn.execute(delete(table).where(_owner(tenant)))
    if bounds is not None:
        owner = tenant.key if tenant else None
        row = {"tenant": owner, "good": bounds.good, "okay": bounds.okay, "set_at": now, "set_by": by}
        conn.execute(insert(table), row)


def _owner(tenant: Tenant | None) -> ColumnElement[bool]:
    return table.c.tenant.is_(None) if tenant is None else table.c.tenant == tenant.key
