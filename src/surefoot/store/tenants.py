"""The tenants, how to reach them, and when each was read."""

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection as Database
from sqlalchemy import bindparam, delete, func, insert, literal, select, update

from surefoot.errors import InputRefused, NotFound
from surefoot.model import AuthMethod, Cloud, Connection, SyncState, Tenant
from surefoot.store.memory import remembered
from surefoot.store.schema import decision
from surefoot.store.schema import tenant as table

LONGEST_NAME = 200
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def add(
    conn: Database,
    *,
    id: str,
    name: str,
    connection: Connection,
    now: dt.datetime,
    due_at: dt.datetime | None,
) -> Tenant:
    """Add a tenant; `InputRefused` when the id is no GUID or is there already, or the name is not usable."""
    wanted = id.strip().lower()
    if not _GUID.fullmatch(wanted):
        message = f"{id!r} is not a tenant id: it is a GUID, to be seen in the Entra admin center under Overview."
        raise InputRefused(message)
    if by_id(conn, wanted) is not None:
        message = f"The tenant {wanted} is already there."
        raise InputRefused(message)
    row = {"id": wanted, "name": _name(name), "created_at": now, "due_at": due_at, "failures": 0}
    conn.execute(insert(table), row | _connection(connection))
    return _exactly(by_id(conn, wanted))


def _exactly(tenant: Tenant | None) -> Tenant:
    if tenant is None:
        raise NotFound
    return tenant


def _name(name: str) -> str:
    cleaned = " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in name).split())
    if not cleaned or len(cleaned) > LONGEST_NAME:
        message = f"A tenant's name has 1 to {LONGEST_NAME} characters."
        raise InputRefused(message)
    return cleaned


def _connection(connection: Connection) -> dict[str, Any]:
    return {
        "method": connection.method.value,
        "cloud": connection.cloud.value,
        "client_id": connection.client_id,
        "graph_url": connection.graph_url,
        "login_url": connection.login_url,
    }


def reconnect(conn: Database, tenant: Tenant, connection: Connection, due_at: dt.datetime | None) -> None:
    """Change how a tenant is reached; what went wrong with the old way is forgotten."""
    clean = {"due_at": due_at, "failing_since": None, "failures": 0, "error": None, "message": None, "request_id": None}
    _set(conn, tenant, **_connection(connection), **clean)


def rename(conn: Database, tenant: Tenant, name: str) -> None:
    """Give a tenant another name."""
    _set(conn, tenant, name=_name(name))


def remove(conn: Database, tenant: Tenant) -> None:
    """Remove a tenant with its history, decisions and secrets."""
    conn.execute(delete(table).where(table.c.key == tenant.key))


def all_of(conn: Database, visible: frozenset[str] | None) -> list[Tenant]:
    """List the visible tenants (None: all) by name."""
    return [t for t in _every(conn) if visible is None or t.id in visible]


_EVERY = select(table.c.id, table.c.name, table.c.key, table.c.created_at).order_by(
    func.lower(table.c.name), table.c.id
)


@remembered
def _every(conn: Database) -> Sequence[Tenant]:
    rows = conn.execute(_EVERY).all()
    return tuple(Tenant(id=id_, name=name, key=key, created_at=at) for id_, name, key, at in rows)


def by_id(conn: Database, id: str) -> Tenant | None:
    """Give the tenant with this id."""
    row = conn.execute(select(table).where(table.c.id == id.strip().lower())).one_or_none()
    return None if row is None else _tenant(row)


def is_there(conn: Database, tenant: Tenant) -> bool:
    """Say whether a tenant is still the one that was read before: not removed, nor its number given to another."""
    found = by_id(conn, tenant.id)
    return found is not None and found.key == tenant.key


def find(conn: Database, text: str, visible: frozenset[str] | None) -> Tenant:
    """Find a visible tenant by id or by name without regard to case.

    Raises `NotFound`, with the names that come near, and `InputRefused` when several have the name.
    """
    shown = all_of(conn, visible)
    wanted = text.strip().casefold()
    found = [t for t in shown if wanted in {t.id, t.name.casefold()}]
    if len(found) > 1:
        message = f"{len(found)} tenants are called {text!r}; use an id: {', '.join(t.id for t in found)}."
        raise InputRefused(message)
    if not found:
        near = difflib.get_close_matches(wanted, [t.name.casefold() for t in shown], n=3, cutoff=0.5)
        names = ", ".join(t.name for t in shown if t.name.casefold() in near)
        message = f"There is no tenant {text!r} that you may see." + (f" Did you mean {names}?" if names else "")
        raise NotFound(message)
    return found[0]


_ONE = select(table).where(table.c.key == bindparam("wanted"))


def connection(conn: Database, tenant: Tenant) -> Connection:
    """Say how a tenant is reached."""
    return _way(conn.execute(_ONE, {"wanted": tenant.key}).one())


def _way(row: Any) -> Connection:  # noqa: ANN401 - a row
    return Connection(
        method=AuthMethod(row.method),
        cloud=Cloud(row.cloud),
        client_id=row.client_id,
        graph_url=row.graph_url,
        login_url=row.login_url,
    )


def connections(conn: Database, tenants: Sequence[Tenant]) -> dict[str, tuple[Connection, bool]]:
    """Say, by tenant id, how several are reached, and whether decisions about them are sent to Microsoft."""
    held = _details(conn, key=tenants[0].key if len(tenants) == 1 else None)
    return {t.id: held[t.id][:2] for t in tenants if t.id in held}


@remembered
def _details(conn: Database, *, key: int | None = None) -> Mapping[str, tuple[Connection, bool, SyncState]]:
    """Read of one, or of all: how it is reached, whether decisions are sent, and when it was read."""
    rows = conn.execute(select(table)) if key is None else conn.execute(_ONE, {"wanted": key})
    return {row.id: (_way(row), bool(row.write_back), _state(row)) for row in rows.all()}


def sync_state(conn: Database, tenant: Tenant) -> SyncState:
    """Say when a tenant was read, and what is wrong."""
    return _state(conn.execute(_ONE, {"wanted": tenant.key}).one())


def sync_states(conn: Database, tenants: Sequence[Tenant]) -> dict[str, SyncState]:
    """Say it of several, by tenant id."""
    held = _details(conn, key=tenants[0].key if len(tenants) == 1 else None)
    return {t.id: held[t.id][2] for t in tenants if t.id in held}


def claim_due(conn: Database, now: dt.datetime, *, limit: int, lease: dt.timedelta) -> list[Tenant]:
    """Claim the tenants that are due, longest due first: they are due again after `lease` unless marked before."""
    query = select(table).where(table.c.due_at <= now).order_by(table.c.due_at, table.c.key).limit(limit)
    claimed = [_tenant(row) for row in conn.execute(query)]
    keys = [t.key for t in claimed]
    conn.execute(update(table).where(table.c.key.in_(keys)).values(due_at=now + lease, attempted_at=now))
    return claimed


def accepting(conn: Database, tenants: Sequence[Tenant]) -> list[Tenant]:
    """List those of some tenants in which a risk was ever accepted until some day."""
    found = set(conn.execute(select(decision.c.tenant).where(decision.c.review_on.is_not(None)).distinct()).scalars())
    return [t for t in tenants if t.key in found]


def writes_back(conn: Database, tenant: Tenant) -> bool:
    """Say whether decisions about a tenant are sent to Microsoft."""
    return bool(conn.execute(_WRITES_BACK, {"wanted": tenant.key}).scalar_one_or_none())


_WRITES_BACK = select(table.c.write_back).where(table.c.key == bindparam("wanted"))


def writing_back(conn: Database, tenants: Sequence[Tenant]) -> set[str]:
    """Give the ids of those among some tenants whose decisions are sent to Microsoft."""
    found = set(conn.execute(select(table.c.id).where(table.c.write_back)).scalars())
    return found & {t.id for t in tenants}


def set_write_back(conn: Database, tenant: Tenant, *, on: bool) -> None:
    """Switch the sending of decisions on or off."""
    _set(conn, tenant, write_back=on)


def make_due(conn: Database, tenant: Tenant, now: dt.datetime) -> None:
    """Have a tenant read as soon as possible."""
    _set(conn, tenant, due_at=now)


def mark_synced(conn: Database, tenant: Tenant, *, now: dt.datetime, due_at: dt.datetime | None) -> None:
    """Note a success."""
    clean = {"failing_since": None, "failures": 0, "error": None, "message": None, "request_id": None}
    _set(conn, tenant, attempted_at=now, synced_at=now, due_at=due_at, **clean)


def mark_failed(
    conn: Database,
    tenant: Tenant,
    *,
    now: dt.datetime,
    due_at: dt.datetime | None,
    error: str,
    message: str,
    request_id: str | None,
) -> None:
    """Note a failure: why, and since when; what is stored stays."""
    said = {"error": error, "message": message, "request_id": request_id}
    since = func.coalesce(table.c.failing_since, literal(now, table.c.failing_since.type))
    _set(conn, tenant, attempted_at=now, due_at=due_at, failing_since=since, failures=table.c.failures + 1, **said)


def _set(conn: Database, tenant: Tenant, **values: Any) -> None:
    conn.execute(update(table).where(table.c.key == tenant.key).values(**values))


def _tenant(row: Any) -> Tenant:  # noqa: ANN401 - a row
    return Tenant(id=row.id, name=row.name, key=row.key, created_at=row.created_at)


def _state(row: Any) -> SyncState:  # noqa: ANN401 - a row
    return SyncState(
        due_at=row.due_at,
        attempted_at=row.attempted_at,
        synced_at=row.synced_at,
        failing_since=row.failing_since,
        failures=row.failures,
        error=row.error,
        message=row.message,
        request_id=row.request_id,
    )
