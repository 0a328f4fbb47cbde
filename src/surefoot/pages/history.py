"""The daily scores of a tenant, with the days that are missing."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.model import Tenant
from surefoot.pages.overview import HistoryDay, TenantName, day_of, name_of
from surefoot.store import history


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The stored days of a range."""

    tenant: TenantName
    history: tuple[HistoryDay, ...]
    """Oldest first; a missing day is not there."""
    first: dt.date | None
    """The first day that is stored at all."""
    missing: int
    """How many days between the first and the last shown one are not stored."""


def build(conn: Connection, tenant: Tenant, *, days: int | None = 90) -> History:
    """List the last `days` days up to the newest stored one (None: all of them)."""
    totals = history.days(conn, tenant)
    newest = totals[-1].day if totals else None
    shown = tuple(day_of(t) for t in totals if days is None or (newest is not None and (newest - t.day).days < days))
    return History(
        tenant=name_of(tenant),
        history=shown,
        first=totals[0].day if totals else None,
        missing=(shown[-1].date - shown[0].date).days + 1 - len(shown) if shown else 0,
    )
