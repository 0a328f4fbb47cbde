"""The demo world: Contoso, and the other tenants of the same managed service provider."""

import datetime as dt
import random

from surefoot.emulator.catalogue import catalogue
from surefoot.emulator.contoso import contoso
from surefoot.emulator.world import World, guid, tenant

SEED = 2026
_NAMES = (
    "Adatum",
    "Adventure Works",
    "Alpine Ski House",
    "Bellows College",
    "City Power & Light",
    "Coho Vineyard",
    "Fabrikam",
    "First Up Consultants",
    "Fourth Coffee",
    "Graphic Design Institute",
    "Humongous Insurance",
    "Lamna Healthcare",
    "Liberty Law",
    "Litware",
    "Lucerne Publishing",
    "Margie's Travel",
    "Munson's Farms",
    "Northwind Traders",
    "Proseware",
    "Relecloud",
    "School of Fine Art",
    "Tailspin Toys",
    "Trey Research",
    "VanArsdel",
    "Woodgrove Bank",
)
_DENIED = {
    "Adatum": frozenset({"AuditLog.Read.All"}),
    "Fourth Coffee": frozenset({"SecurityIncident.Read.All", "DeviceManagementApps.Read.All"}),
}
_TROUBLES = {"Liberty Law": "no_consent", "Tailspin Toys": "secret_expired", "Bellows College": "empty"}


def demo(today: dt.date) -> World:
    """Make the demo world as of `today`."""
    known = catalogue(SEED, today)
    chance = random.Random(f"demo {SEED}")  # noqa: S311 - a made-up world
    others = [tenant(str(SEED), name, today, known, goal=chance.uniform(0.3, 0.88)) for name in _NAMES]
    for made in others:
        made.trouble = _TROUBLES.get(made.name)
        made.denied = _DENIED.get(made.name, frozenset())
    secret = f"emulator~{chance.getrandbits(128):032x}"
    return World(
        today=today,
        tenants=(contoso(today), *others),
        client_id=guid(chance),
        client_secret=secret,
        catalogue=known,
    )
