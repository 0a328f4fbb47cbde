"""Setting from where on a score is good or okay, with its entry in the audit trail."""

import datetime as dt

from sqlalchemy import Connection

from surefoot.model import Tenant
from surefoot.scoring.zones import Bounds, checked
from surefoot.store import audit, zones
from surefoot.store.audit import Deed


def set_bounds(
    conn: Connection, tenant: Tenant | None, bounds: Bounds | None, *, by: str, now: dt.datetime
) -> Bounds | None:
    """Set the bounds of one tenant, or (None) of the installation; None takes one's own away again."""
    made = checked(bounds.good, bounds.okay) if bounds else None
    held = zones.of(conn, tenant)
    before = held.bounds if held else None
    if made != before:
        zones.put(conn, tenant, made, by=by, now=now)
        about = tenant.id if tenant else None
        audit.append(conn, Deed(action="zones.changed", tenant=about, before=before, after=made), by=by, now=now)
    return made
