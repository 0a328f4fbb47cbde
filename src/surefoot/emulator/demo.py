"""The demo world: Contoso, and the other tenants of the same managed service provider."""

import datetime as dt
import random

import msgspec

from surefoot.emulator import earlier, people
from surefoot.emulator.catalogue import catalogue
from surefoot.emulator.contoso import contoso
from surefoot.emulator.happenings import Chronicle, Moved
from surefoot.emulator.world import Step, TenantWorld, Update, World, guid, tenant

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
_SINCE = {"Liberty Law": 6, "Tailspin Toys": 24}
"""For how many days a tenant in trouble has not been read; one that is not named never was."""
_SLIP = "a policy was loosened"
_SLIPS = {
    "Fabrikam": (("mdo_safelinksforemail", 34, 0.5),),
    "Humongous Insurance": (("mdo_mailboxintelligenceprotection", 26, 0.0),),
    "Litware": (("mdo_safelinksforemail", 6, 0.0),),
    "Relecloud": (("mdo_phisspamacation", 19, 0.0),),
    "School of Fine Art": (("aad_phishing_MFA_strength", 4, 0.0),),
    "Woodgrove Bank": (("mdo_safelinksforemail", 1, 0.0), ("IntegratedApps", 13, 0.5)),
}
"""What was lost so many days ago and not mended, with the share that is left."""
_PORTAL = {
    "Humongous Insurance": ("mdo_connectionfilter", "Two partners send from fixed addresses", "j.weber", 38),
    "Proseware": ("mdo_autoforwardingmode", "Needed by the hotline", "e.roth", 52),
}
"""Risks that were accepted in Microsoft's portal."""
_INDUSTRIES = {
    "Education": ("Bellows College", "School of Fine Art", "Graphic Design Institute"),
    "Energy": ("City Power & Light", "Adatum"),
    "Finance": ("Woodgrove Bank", "Humongous Insurance"),
    "Healthcare": ("Lamna Healthcare", "Trey Research"),
    "Legal": ("Liberty Law",),
    "Manufacturing": ("Fabrikam", "Litware", "Proseware", "Tailspin Toys", "VanArsdel"),
    "Media": ("Lucerne Publishing",),
    "Professional services": ("First Up Consultants", "Relecloud"),
    "Retail": ("Adventure Works", "Coho Vineyard", "Fourth Coffee", "Munson's Farms", "Northwind Traders"),
    "Travel": ("Alpine Ski House", "Margie's Travel"),
}
_EVERYBODY = 51.2
_SIZES = ((100, 46.8), (999, 53.6), (2499, 62.4), (9999, 58.3))
"""The average of tenants with up to so many users."""


def demo(today: dt.date) -> World:
    """Make the demo world as of `today`."""
    known = catalogue(SEED, today)
    chance = random.Random(f"demo {SEED}")  # noqa: S311 - a made-up world
    others = [tenant(str(SEED), name, today, known, goal=chance.uniform(0.3, 0.88)) for name in _NAMES]
    aged, gone = earlier.aged(known, today, SEED), earlier.gone(known, today, SEED)
    secret = f"emulator~{chance.getrandbits(128):032x}"
    first = contoso(today)
    own = earlier.aged([h.control for h in first.held], today, SEED)
    return World(
        today=today,
        tenants=(
            _placed(earlier.longer(first, today, own, gone), today),
            *(
                _placed(earlier.longer(_slipped(_told(made, today), today), today, aged, gone), today)
                for made in others
            ),
        ),
        client_id=guid(chance),
        client_secret=secret,
        catalogue=tuple(aged[c.id] for c in known),
    )


def _told(made: TenantWorld, today: dt.date) -> TenantWorld:
    """Give a tenant its industry, its trouble, and what its people did."""
    made.decisions = people.decisions(made.name, today)
    if made.name in _PORTAL:
        control, comment, by, ago = _PORTAL[made.name]
        made.updates = {control: [_in_portal(comment, f"{by}@customer.example", today - dt.timedelta(days=ago))]}
    made.industry = next(name for name, members in _INDUSTRIES.items() if made.name in members)
    made.trouble = _TROUBLES.get(made.name)
    made.denied = _DENIED.get(made.name, frozenset())
    if made.name in _SINCE:
        made.trouble_since = today - dt.timedelta(days=_SINCE[made.name])
    return made


def _placed(made: TenantWorld, today: dt.date) -> TenantWorld:
    """Let Microsoft's averages be the same for all tenants of a size."""
    size = next((average for most, average in _SIZES if made.active_users <= most), _SIZES[-1][1])
    return msgspec.structs.replace(
        made, averages=(_EVERYBODY, size), averages_day=today, labels=people.labels(made.name)
    )


def _in_portal(comment: str, by: str, day: dt.date) -> Update:
    """Accept a risk in Microsoft's own portal."""
    at = dt.datetime.combine(day, dt.time(14, 5), dt.UTC)
    return Update(state="Ignored", comment=comment, updated_by=by, updated_at=at)


def _slipped(made: TenantWorld, today: dt.date) -> TenantWorld:
    """Let a tenant lose what nobody has mended yet, with the traces that such things leave."""
    lost = {control: (today - dt.timedelta(days=ago), share) for control, ago, share in _SLIPS.get(made.name, ())}
    written = Chronicle(f"slips {made.name}", users=0)
    held = list(made.held)
    for n, h in enumerate(made.held):
        if h.control.id in lost:
            day, share = lost[h.control.id]
            held[n] = msgspec.structs.replace(h, steps=(*h.steps, Step(day=day, share=share, cause=_SLIP)))
            written.moved([Moved(day=day, control=h.control, cause=_SLIP)])
    told = sorted([*made.happenings, *written.happenings], key=lambda h: (h.at, h.id))
    return msgspec.structs.replace(
        made, held=tuple(held), happenings=tuple(told), truths=(*made.truths, *written.truths)
    )
