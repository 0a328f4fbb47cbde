"""The tenants that a viewer may see, a row each."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.model import DayTotal, SyncState, Tenant
from surefoot.pages.overview import Synced, TenantName, name_of, synced
from surefoot.scoring import trends
from surefoot.scoring.percents import percent
from surefoot.store import history, tenants


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
    synced: Synced


class Tenants(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, by name."""

    tenants: tuple[TenantRow, ...]
    total: int
    failing: int


def build(conn: Connection, visible: Sequence[Tenant]) -> Tenants:
    """Build a row for each tenant, by name."""
    states = tenants.sync_states(conn, visible)
    totals = history.recent(conn, visible)
    rows = tuple(
        _row(tenant, totals.get(tenant.id, []), states[tenant.id])
        for tenant in sorted(visible, key=lambda t: t.name.casefold())
    )
    return Tenants(tenants=rows, total=len(rows), failing=sum(r.synced.error is not None for r in rows))


def _row(tenant: Tenant, days: Sequence[DayTotal], state: SyncState) -> TenantRow:
    newest = days[-1] if days else None
    earlier = trends.before(days, newest.day) if newest else None
    now = percent(newest.points, newest.max_points) if newest else None
    past = percent(earlier.points, earlier.max_points) if earlier else None
    return TenantRow(
        tenant=name_of(tenant),
        as_of=newest.day if newest else None,
        points=newest.points if newest else None,
        max_points=newest.max_points if newest else None,
        percent=now,
        trend=None if now is None or past is None else now - past,
        trend_since=earlier.day if earlier else None,
        synced=synced(state),
    )
