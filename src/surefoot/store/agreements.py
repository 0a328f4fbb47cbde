"""What Surefoot and Microsoft last agreed on, control by control."""

import datetime as dt

import msgspec
from sqlalchemy import Connection, delete, insert, select

from surefoot.model import Tenant
from surefoot.store.schema import agreement as table
from surefoot.store.schema import control
from surefoot.store.shared import control_keys


class Agreement(msgspec.Struct, frozen=True):
    """A state that both sides held."""

    state: str
    """Graph's word."""
    at: dt.datetime


def of(conn: Connection, tenant: Tenant) -> dict[str, Agreement]:
    """Give them by the control's folded id; controls without one were never set on either side."""
    query = select(control.c.folded, table.c.state, table.c.at).join(control, control.c.key == table.c.control)
    return {row.folded: Agreement(row.state, row.at) for row in conn.execute(query.where(table.c.tenant == tenant.key))}


def put(conn: Connection, tenant: Tenant, control_id: str, made: Agreement) -> None:
    """Write down what both sides hold from now on."""
    key = control_keys(conn, [control_id])[control_id.casefold()]
    conn.execute(delete(table).where(table.c.tenant == tenant.key, table.c.control == key))
    conn.execute(insert(table), {"tenant": tenant.key, "control": key, "state": made.state, "at": made.at})
