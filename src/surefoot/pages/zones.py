"""From which percent on a score is good or okay: what is in force, and who said so."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.model import Tenant
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring.zones import Bounds
from surefoot.store import zones


class Zones(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds in force."""

    tenant: TenantName | None
    """None: of the installation."""
    good: float
    """Percent, from which on a score is good."""
    okay: float
    """From which on it is okay; below that it is bad."""
    set_for: str
    """`tenant`, `installation`, or `nobody`: then they are the usual ones."""
    set_by: str | None
    set_at: dt.datetime | None

    @property
    def bounds(self) -> Bounds:
        """The two numbers."""
        return Bounds(good=self.good, okay=self.okay)


def build(conn: Connection, tenant: Tenant | None) -> Zones:
    """Say what is in force for a tenant, or (None) for tenants without bounds of their own."""
    own = zones.of(conn, tenant) if tenant else None
    held = own or zones.of(conn, None)
    bounds = held.bounds if held else Bounds()
    return Zones(
        tenant=name_of(tenant) if tenant else None,
        good=bounds.good,
        okay=bounds.okay,
        set_for="tenant" if own else "installation" if held else "nobody",
        set_by=held.set_by if held else None,
        set_at=held.set_at if held else None,
    )
