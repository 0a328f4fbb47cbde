"""What was done to many actions at once: each deed with its items, as they were before and after."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from surefoot.model import Decision, Plan, Tenant
from surefoot.store.schema import bulk, bulk_item, control
from surefoot.store.schema import tenant as tenants_table
from surefoot.store.shared import known_controls


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What was in force for a control."""

    decision: Decision | None = None
    plan: Plan | None = None
    request: int | None = None
    """The number of what was asked of a second person."""


class BulkItem(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one action."""

    control: str
    outcome: str
    message: str | None = None
    before: Held | None = None
    """None, as `after`: nothing was changed."""
    after: Held | None = None
    undo: str | None = None
    """How undoing it went; None: nobody did."""


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """One deed on many actions."""

    key: int
    made_at: dt.datetime
    made_by: str
    change: str
    """What was to be changed, in JSON; null where each item had its own."""
    undone_at: dt.datetime | None
    """When all of it was undone."""
    undone_by: str | None
    outcomes: dict[str, int]
    """How many visible items ended how."""
    tenants: int


def begin(conn: Connection, change: str, *, by: str, now: dt.datetime) -> int:
    """Keep a deed, and give its number."""
    row = {"made_at": now, "made_by": by, "change": change}
    return int(conn.execute(insert(bulk).returning(bulk.c.key), row).scalar_one())


def add(conn: Connection, tenant: Tenant, key: int, items: Sequence[BulkItem]) -> None:
    """Keep what became of a tenant's items; those about a control that nobody knows are left out."""
    known = known_controls(conn, [i.control.casefold() for i in items])
    rows = [
        {
            "bulk": key,
            "tenant": tenant.key,
            "control": known[i.control.casefold()],
            "outcome": i.outcome,
            "message": i.message,
            "before": _json(i.before),
            "after": _json(i.after),
            "undo": i.undo,
        }
        for i in items
        if i.control.casefold() in known
    ]
    if rows:
        conn.execute(insert(bulk_item), rows)


def items(conn: Connection, tenant: Tenant, key: int) -> list[BulkItem]:
    """List a tenant's items of a deed, by control."""
    query = select(bulk_item, control.c.id).join(control, control.c.key == bulk_item.c.control)
    query = query.where(bulk_item.c.bulk == key, bulk_item.c.tenant == tenant.key).order_by(control.c.folded)
    return [_item(row) for row in conn.execute(query)]


def mark(conn: Connection, tenant: Tenant, key: int, undone: dict[str, str]) -> None:
    """Write down how undoing a tenant's items went, by control."""
    known = known_controls(conn, [c.casefold() for c in undone])
    c = bulk_item.c
    for control_id, said in undone.items():
        same = (c.bulk == key, c.tenant == tenant.key, c.control == known[control_id.casefold()])
        conn.execute(update(bulk_item).where(*same).values(undo=said))


def end(conn: Connection, key: int, tenants: Sequence[Tenant], *, by: str, now: dt.datetime) -> None:
    """Note that some tenants' items were undone; the deed is, once no item of any tenant is left."""
    del tenants  # their items are marked; what counts is whether another tenant's are not
    left = select(bulk_item.c.bulk).where(bulk_item.c.bulk == key, bulk_item.c.after.is_not(None))
    if conn.execute(left.where(bulk_item.c.undo.is_(None)).limit(1)).first() is None:
        conn.execute(update(bulk).where(bulk.c.key == key).values(undone_at=now, undone_by=by))


def left(conn: Connection, key: int, visible: frozenset[str] | None) -> list[str]:
    """List the ids of the visible tenants in which something of a deed can still be undone."""
    c = bulk_item.c
    query = select(tenants_table.c.id).join(bulk_item, tenants_table.c.key == c.tenant).distinct()
    query = query.where(c.bulk == key, c.after.is_not(None), c.undo.is_(None)).order_by(tenants_table.c.id)
    return [found for found in conn.execute(query).scalars() if visible is None or found in visible]


def touched(conn: Connection, key: int, visible: frozenset[str] | None) -> frozenset[int]:
    """Give the keys of the visible tenants that have items of a deed."""
    query = select(tenants_table.c.key, tenants_table.c.id).join(bulk_item, tenants_table.c.key == bulk_item.c.tenant)
    rows = conn.execute(query.where(bulk_item.c.bulk == key).distinct())
    return frozenset(row.key for row in rows if visible is None or row.id in visible)


def one(conn: Connection, key: int, visible: frozenset[str] | None) -> Bulk | None:
    """Give a deed, if it touched a visible tenant."""
    found = listed(conn, visible, key=key)
    return found[0] if found else None


def listed(
    conn: Connection, visible: frozenset[str] | None, *, key: int | None = None, limit: int | None = None
) -> list[Bulk]:
    """List the deeds that touched a visible tenant, newest first, with how their visible items ended."""
    c = bulk_item.c
    query = select(c.bulk, tenants_table.c.id, c.outcome, func.count().label("many"))
    query = query.join(tenants_table, tenants_table.c.key == c.tenant).group_by(c.bulk, c.tenant, c.outcome)
    query = query if visible is None else query.where(tenants_table.c.id.in_(visible))
    counts: dict[int, list[Row[*tuple[object, ...]]]] = {}
    for row in conn.execute(query if key is None else query.where(c.bulk == key)):
        counts.setdefault(row.bulk, []).append(row)
    deeds = select(bulk).order_by(bulk.c.key.desc())
    rows = conn.execute(deeds if key is None else deeds.where(bulk.c.key == key))
    return [_bulk(row, counts[row.key]) for row in rows if row.key in counts][:limit]


def _bulk(row: Row[*tuple[object, ...]], counts: Sequence[Row[*tuple[object, ...]]]) -> Bulk:
    outcomes: dict[str, int] = {}
    for found in counts:
        outcomes[found.outcome] = outcomes.get(found.outcome, 0) + found.many
    return Bulk(
        key=row.key,
        made_at=row.made_at,
        made_by=row.made_by,
        change=row.change,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        outcomes=outcomes,
        tenants=len({found.id for found in counts}),
    )


def _item(row: Row[*tuple[object, ...]]) -> BulkItem:
    return BulkItem(
        control=row.id,
        outcome=row.outcome,
        message=row.message,
        before=_HELD.decode(row.before) if row.before else None,
        after=_HELD.decode(row.after) if row.after else None,
        undo=row.undo,
    )


def _json(held: Held | None) -> str | None:
    return None if held is None else msgspec.json.encode(held).decode()


_HELD = msgspec.json.Decoder(Held)
