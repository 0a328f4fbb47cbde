"""Notices: each is told once."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from surefoot.model import Notice, NoticeKind, Tenant
from surefoot.store.schema import control
from surefoot.store.schema import notice as table
from surefoot.store.shared import control_keys


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told."""

    kind: NoticeKind
    control: str
    about: str
    """What it is told once for: with the kind and the control it is told never again."""
    recipient: str | None
    text: str


def tell(conn: Connection, tenant: Tenant, told: Told, *, now: dt.datetime) -> bool:
    """Keep a notice unless it was told already; say whether it is new."""
    key = control_keys(conn, [told.control])[told.control.casefold()]
    c = table.c
    same = (c.tenant == tenant.key, c.kind == told.kind.value, c.control == key, c.about == told.about)
    if conn.execute(select(c.key).where(*same)).first():
        return False
    row = msgspec.structs.asdict(told) | {"tenant": tenant.key, "control": key, "kind": told.kind.value}
    conn.execute(insert(table), row | {"made_at": now})
    return True


def of(conn: Connection, tenants: Sequence[Tenant], *, unread: bool = False) -> list[tuple[Tenant, Notice]]:
    """List the notices of some tenants, newest first."""
    by_key = {t.key: t for t in tenants}
    query = select(table, control.c.id).join(control, control.c.key == table.c.control)
    query = query.where(table.c.read_at.is_(None)) if unread else query
    rows = conn.execute(query.order_by(table.c.made_at.desc(), table.c.key.desc()))
    return [(by_key[row.tenant], _notice(row)) for row in rows if row.tenant in by_key]


def read(conn: Connection, tenants: Sequence[Tenant], keys: Sequence[int], *, by: str, now: dt.datetime) -> int:
    """Mark notices of some tenants as read; give how many were unread."""
    c = table.c
    mine = (c.tenant.in_([t.key for t in tenants]), c.key.in_(keys), c.read_at.is_(None))
    return conn.execute(update(table).where(*mine).values(read_at=now, read_by=by)).rowcount


def close(conn: Connection, tenant: Tenant, kind: NoticeKind, about: str, *, by: str, now: dt.datetime) -> None:
    """Mark as read what has been dealt with."""
    c = table.c
    mine = (c.tenant == tenant.key, c.kind == kind.value, c.about == about, c.read_at.is_(None))
    conn.execute(update(table).where(*mine).values(read_at=now, read_by=by))


def _notice(row: Row[*tuple[object, ...]]) -> Notice:
    return Notice(
        key=row.key,
        kind=NoticeKind(row.kind),
        control=row.id,
        recipient=row.recipient,
        text=row.text,
        made_at=row.made_at,
        read_at=row.read_at,
        read_by=row.read_by,
    )
