"""What is kept of tenants, counted: for lists, and to say what removing one deletes."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from surefoot.model import Tenant
from surefoot.store.memory import remembered_long
from surefoot.store.schema import (
    acceptance_request,
    day,
    decision,
    event,
    outgoing,
    plan,
    secret,
    span,
    sync_run,
    tenant,
    tenant_label,
)


class Extent(msgspec.Struct, frozen=True):
    """How far a tenant's history reaches."""

    days: int
    first: dt.date
    last: dt.date


def extents(conn: Connection, tenants: Sequence[Tenant]) -> dict[str, Extent]:
    """Give, by tenant id, how many days are stored, and the first and last; those without a day are left out."""
    held = _extents(conn, key=tenants[0].key if len(tenants) == 1 else None)
    return {t.id: held[t.key] for t in tenants if t.key in held}


@remembered_long
def _extents(conn: Connection, *, key: int | None = None) -> Mapping[int, Extent]:
    """Give them by the tenants' keys, of one or of all: to count what each has is faster than to group all days."""
    days = (select(found).where(day.c.tenant == tenant.c.key).scalar_subquery() for found in _ENDS)
    query = select(tenant.c.key, *days)
    rows = conn.execute(query if key is None else query.where(tenant.c.key == key))
    return {key: Extent(days, first, last) for key, days, first, last in rows if days}


_ENDS = (func.count(day.c.day), func.min(day.c.day), func.max(day.c.day))


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that are kept of one tenant, by kind."""

    days: int
    changes: int
    """Spans of controls: one row a change."""
    decisions: int
    plans: int
    requests: int
    outgoing: int
    """Writes to Microsoft, with how they went."""
    events: int
    """Incidents, audits and notes."""
    labels: int
    readings: int
    secrets: int


_TABLES = {
    "days": day,
    "changes": span,
    "decisions": decision,
    "plans": plan,
    "requests": acceptance_request,
    "outgoing": outgoing,
    "events": event,
    "labels": tenant_label,
    "readings": sync_run,
    "secrets": secret,
}


def of(conn: Connection, tenant: Tenant) -> Holdings:
    """Count what is kept of a tenant."""
    row = conn.execute(_COUNTS, {"tenant": tenant.key}).one()
    return Holdings(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


_COUNTS = select(
    *(
        select(func.count()).select_from(t).where(t.c.tenant == bindparam("tenant")).scalar_subquery().label(name)
        for name, t in _TABLES.items()
    )
)
