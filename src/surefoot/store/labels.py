"""Labels: words by which people group their tenants."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from surefoot.model import Tenant
from surefoot.store.memory import remembered
from surefoot.store.schema import tenant_label as table


def add(conn: Connection, tenant: Tenant, labels: Iterable[str]) -> None:
    """Give a tenant labels; those that it has already stay."""
    fresh = sorted(set(labels) - set(of(conn, [tenant]).get(tenant.key, ())))
    if fresh:
        conn.execute(insert(table), [{"tenant": tenant.key, "label": label} for label in fresh])


def remove(conn: Connection, tenant: Tenant, labels: Iterable[str]) -> None:
    """Take labels away; those that it does not have are no matter."""
    conn.execute(delete(table).where(table.c.tenant == tenant.key, table.c.label.in_(list(labels))))


def of(conn: Connection, tenants: Sequence[Tenant]) -> Mapping[int, tuple[str, ...]]:
    """Give the labels of some tenants by their keys, in the order of the alphabet."""
    return by_key(conn, frozenset(t.key for t in tenants))


@remembered
def by_key(conn: Connection, wanted: frozenset[int]) -> Mapping[int, tuple[str, ...]]:
    """Give them by the tenants' keys alone."""
    found: dict[int, list[str]] = {}
    rows = conn.execute(_ALL) if len(wanted) > _FEW else conn.execute(_SOME, {"wanted": list(wanted)})
    for key, label in rows.all():
        if key in wanted:
            found.setdefault(key, []).append(label)
    return {key: tuple(labels) for key, labels in found.items()}


_FEW = 500
_ALL = select(table).order_by(table.c.tenant, table.c.label)
_SOME = _ALL.where(table.c.tenant.in_(bindparam("wanted", expanding=True)))
