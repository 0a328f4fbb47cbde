"""How each reading of a tenant went: the newest few hundred."""

import datetime as dt

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from surefoot.model import Tenant
from surefoot.store.schema import sync_run as table

MOST = 400
"""Runs that are kept of a tenant: a year of daily readings, with some that failed."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a tenant from Graph."""

    began_at: dt.datetime
    ended_at: dt.datetime
    error: str | None = None
    """A slug; None: it went well."""
    message: str | None = None
    """What happened and what to do."""
    request_id: str | None = None
    """Microsoft's, of the request that failed."""
    days: int | None = None
    """That Graph sent; None, as all counts: nothing came."""
    days_new: int | None = None
    days_changed: int | None = None
    profiles: int | None = None
    refused: int | None = None
    """Records set aside because they could not be understood."""


def record(conn: Connection, tenant: Tenant, run: Run) -> None:
    """Keep how a reading went; the oldest make room."""
    conn.execute(insert(table), msgspec.structs.asdict(run) | {"tenant": tenant.key})
    newest = (
        select(table.c.key)
        .where(table.c.tenant == tenant.key)
        .order_by(table.c.began_at.desc(), table.c.key.desc())
        .limit(MOST)
    )
    conn.execute(delete(table).where(table.c.tenant == tenant.key, table.c.key.not_in(newest)))


def of(conn: Connection, tenant: Tenant, *, limit: int = MOST) -> list[Run]:
    """List a tenant's readings, newest first."""
    rows = conn.execute(_NEWEST, {"tenant": tenant.key, "limit": limit}).all()
    return [Run(**{name: getattr(row, name) for name in Run.__struct_fields__}) for row in rows]


_NEWEST = (
    select(table)
    .where(table.c.tenant == bindparam("tenant"))
    .order_by(table.c.began_at.desc(), table.c.key.desc())
    .limit(bindparam("limit"))
)


def count(conn: Connection, tenant: Tenant) -> int:
    """Count a tenant's readings that are kept."""
    query = select(func.count()).select_from(table).where(table.c.tenant == tenant.key)
    return int(conn.execute(query).scalar_one())
