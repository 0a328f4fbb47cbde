"""Policies: of the installation, and of single tenants."""

from sqlalchemy import Connection, bindparam, delete, insert, select

from surefoot.model import Tenant
from surefoot.scoring.policy import Policy, merged
from surefoot.store.schema import policy as table


def of(conn: Connection, tenant: Tenant | None) -> Policy:
    """Give what is in force for a tenant; None: for tenants without values of their own."""
    common = words(conn, None)
    return merged(common, words(conn, tenant)) if tenant else merged(common)


_COMMON = select(table.c.name, table.c.value).where(table.c.tenant.is_(None))
_OWN = select(table.c.name, table.c.value).where(table.c.tenant == bindparam("tenant"))


def words(conn: Connection, tenant: Tenant | None) -> dict[str, str]:
    """Give what was set for one tenant, or (None) for the installation, by name."""
    rows = conn.execute(_COMMON) if tenant is None else conn.execute(_OWN, {"tenant": tenant.key})
    return {row.name: row.value for row in rows}


def put(conn: Connection, tenant: Tenant | None, name: str, value: str | None) -> None:
    """Set one value; None: the installation's, or the usual one, counts again."""
    conn.execute(delete(table).where(_owner(tenant), table.c.name == name))
    if value is not None:
        conn.execute(insert(table), {"tenant": tenant.key if tenant else None, "name": name, "value": value})


def _owner(tenant: Tenant | None):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a clause
    return table.c.tenant.is_(None) if tenant is None else table.c.tenant == tenant.key
