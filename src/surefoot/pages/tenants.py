"""The tenants that a viewer may see, a row each; and one of them with how it is connected."""

import datetime as dt
import enum
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from surefoot.model import AuthMethod, Cloud, DayTotal, Reading, SyncState, Tenant
from surefoot.model import Connection as Way
from surefoot.pages.mending import Mend, happened, mend_of
from surefoot.pages.overview import Synced, TenantName, name_of, synced
from surefoot.scoring import trends
from surefoot.scoring.percents import percent
from surefoot.store import history, holdings, labels, runs, secrets, tenants
from surefoot.store.holdings import Extent, Holdings
from surefoot.store.runs import Run


class State(enum.StrEnum):
    """How the connection of a tenant stands."""

    CONNECTED = "connected"
    WAITING = "waiting"
    """Connected, and not read yet."""
    FAILING = "failing"
    IMPORTED = "imported"
    """Not connected: its history comes from files."""


class TenantRow(msgspec.Struct, frozen=True, kw_only=True):
    """How one tenant stands."""

    tenant: TenantName
    as_of: dt.date | None
    points: float | None
    max_points: float | None
    percent: float | None
    trend: float | None
    """Points of percent against 30 days before; None when not known."""
    trend_since: dt.date | None
    method: AuthMethod
    cloud: Cloud
    write_back: bool
    """Whether decisions are sent to Microsoft."""
    days: int
    """Stored days."""
    first_day: dt.date | None
    labels: tuple[str, ...]
    state: State
    problem: str | None
    """What is wrong; None: nothing."""
    mend: Mend | None
    """What to do about it."""
    synced: Synced


class Tenants(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, by name."""

    tenants: tuple[TenantRow, ...]
    total: int
    failing: int


class TenantPage(TenantRow, frozen=True, kw_only=True):
    """One tenant with how it is connected; never its secret."""

    client_id: str | None
    secret: bool
    """Whether a secret or certificate is kept for it."""
    created_at: dt.datetime
    holdings: Holdings
    """What removing it deletes."""
    reading: Reading | None
    """How far the reading that is under way has come; None: none is, in this process."""


class RunRow(Run, frozen=True, kw_only=True):
    """One reading, and how long it took."""

    seconds: float


class SyncHistory(msgspec.Struct, frozen=True, kw_only=True):
    """How the readings of a tenant went, newest first."""

    tenant: TenantName
    runs: tuple[RunRow, ...]
    total: int
    """That are kept."""
    reading: Reading | None
    synced: Synced
    days: int
    """Stored days."""


def build(conn: Connection, visible: Sequence[Tenant]) -> Tenants:
    """Build a row for each tenant, by name."""
    rows = tuple(TenantRow(**values) for values in _rows(conn, visible))
    return Tenants(tenants=rows, total=len(rows), failing=sum(r.synced.error is not None for r in rows))


def one(conn: Connection, tenant: Tenant, *, reading: Reading | None = None) -> TenantPage:
    """Build one tenant's page."""
    (values,) = _rows(conn, [tenant])
    return TenantPage(
        **values,
        client_id=tenants.connection(conn, tenant).client_id,
        secret=bool(secrets.fields(conn, tenant)),
        created_at=tenant.created_at,
        holdings=holdings.of(conn, tenant),
        reading=reading,
    )


def syncs(conn: Connection, tenant: Tenant, *, limit: int = runs.MOST, reading: Reading | None = None) -> SyncHistory:
    """List how a tenant's readings went."""
    extent = holdings.extents(conn, [tenant]).get(tenant.id)
    rows = tuple(_run(run) for run in runs.of(conn, tenant, limit=limit))
    return SyncHistory(
        tenant=name_of(tenant),
        runs=rows,
        total=runs.count(conn, tenant),
        reading=reading,
        synced=synced(tenants.sync_state(conn, tenant)),
        days=extent.days if extent else 0,
    )


def _run(run: Run) -> RunRow:
    return RunRow(**msgspec.structs.asdict(run), seconds=(run.ended_at - run.began_at).total_seconds())


def _rows(conn: Connection, visible: Sequence[Tenant]) -> list[dict[str, Any]]:
    states = tenants.sync_states(conn, visible)
    totals = history.recent(conn, visible)
    ways = tenants.connections(conn, visible)
    extents = holdings.extents(conn, visible)
    words = labels.of(conn, visible)
    return [
        _score(totals.get(t.id, []))
        | _connection(states[t.id], ways[t.id])
        | _extent(extents.get(t.id))
        | {"tenant": name_of(t), "labels": words.get(t.key, ())}
        for t in sorted(visible, key=lambda t: t.name.casefold())
    ]


def _score(days: Sequence[DayTotal]) -> dict[str, Any]:
    newest = days[-1] if days else None
    earlier = trends.before(days, newest.day) if newest else None
    now = percent(newest.points, newest.max_points) if newest else None
    past = percent(earlier.points, earlier.max_points) if earlier else None
    return {
        "as_of": newest.day if newest else None,
        "points": newest.points if newest else None,
        "max_points": newest.max_points if newest else None,
        "percent": now,
        "trend": None if now is None or past is None else now - past,
        "trend_since": earlier.day if earlier else None,
    }


def _connection(state: SyncState, way: tuple[Way, bool]) -> dict[str, Any]:
    method = way[0].method
    return {
        "method": method,
        "cloud": way[0].cloud,
        "write_back": way[1],
        "state": _state(state, method),
        "problem": happened(state.error, state.message or state.error) if state.error else None,
        "mend": mend_of(state.error) if state.error else None,
        "synced": synced(state),
    }


def _state(state: SyncState, method: AuthMethod) -> State:
    if method is AuthMethod.NONE:
        return State.IMPORTED
    if state.error is not None:
        return State.FAILING
    return State.CONNECTED if state.synced_at else State.WAITING


def _extent(extent: Extent | None) -> dict[str, Any]:
    return {"days": extent.days if extent else 0, "first_day": extent.first if extent else None}
