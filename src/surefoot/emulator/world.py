"""A generated world of tenants, as Microsoft would see it: the same seed gives the same bytes."""

import datetime as dt
import functools
import random
import uuid

import msgspec

from surefoot.model import Decision

DAYS_SERVED = 90
"""As Graph keeps them."""


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A control of the catalogue."""

    id: str
    title: str
    category: str
    service: str
    max_points: float
    cost: str = "Unknown"
    """As Graph spells it, in any case; Unknown mostly."""
    user_impact: str | None = "Unknown"
    rank: int = 10
    tier: str = "Core"
    licence: str | None = None
    """The entry of `enabledServices` that brings it; None: everybody has it."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """From a day on, a control has a share of its maximum; None retires it."""

    day: dt.date
    share: float | None
    cause: str
    """The truth, which no client is told."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A control as a tenant has it, over time."""

    control: Control
    steps: tuple[Step, ...]
    """Oldest first; before the first of them the tenant does not have the control."""
    jitter: float = 0.0
    """Device controls move by hundredths every day."""

    def share(self, day: dt.date) -> float | None:
        """Give the share of the maximum on a day; None when the tenant does not have the control then."""
        past = [s for s in self.steps if s.day <= day]
        return past[-1].share if past else None


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `controlStateUpdates`."""

    state: str
    comment: str
    updated_by: str
    updated_at: dt.datetime
    assigned_to: str = ""


class TenantWorld(msgspec.Struct, kw_only=True):
    """One tenant, with its truth."""

    id: str
    name: str
    industry: str
    licensed_users: int
    active_users: int
    services: tuple[str, ...]
    held: tuple[Held, ...]
    first_day: dt.date
    missing: frozenset[dt.date] = frozenset()
    """Days that Microsoft never computed."""
    updates: dict[str, list[Update]] = {}
    decisions: tuple[Decision, ...] = ()
    """What its people decided in Surefoot; Graph knows nothing of it."""
    trouble: str | None = None
    """`no_consent`, `secret_expired` or `empty`."""
    averages: tuple[float, float] = (51.2, 46.2)
    """All tenants', and those of similar size, on the last day."""

    def days(self, today: dt.date) -> list[dt.date]:
        """List the days that Graph still has, newest first."""
        if self.trouble == "empty":
            return []
        span = (today - dt.timedelta(days=n) for n in range(DAYS_SERVED))
        return [d for d in span if d >= self.first_day and d not in self.missing]


class World(msgspec.Struct, kw_only=True):
    """All tenants, and the app that may read them."""

    today: dt.date
    tenants: tuple[TenantWorld, ...]
    client_id: str
    client_secret: str
    catalogue: tuple[Control, ...]

    def tenant(self, tenant_id: str) -> TenantWorld | None:
        """Find a tenant by id."""
        return next((t for t in self.tenants if t.id == tenant_id.lower()), None)


def guid(chance: random.Random) -> str:
    """Make a GUID."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


_SUBJECTS = {
    "Identity": ("AzureAD", "aad", ["sign-in risk", "user risk", "guest access", "app consent", "administrator roles"]),
    "Device": ("MDATP", "scid", ["firewall", "disk encryption", "attack surface reduction", "credential guard"]),
    "Apps": ("MDO", "mdo", ["anti-phishing", "safe links", "spam filtering", "mail forwarding", "impersonation"]),
    "Data": ("MIP", "mip", ["sensitivity labels", "retention", "data loss prevention", "audit search"]),
}
_VERBS = ("Turn on", "Restrict", "Review", "Set a policy for", "Enforce", "Limit")
_PLACES = ("for administrators", "for guests", "in Teams", "in Exchange Online", "on servers", "on mobile devices")


@functools.cache
def catalogue(seed: int, size: int = 120) -> tuple[Control, ...]:
    """Generate a catalogue whose points, costs and services are spread as in real answers."""
    chance = random.Random(f"catalogue {seed}")  # noqa: S311 - a made-up world
    return tuple(_control(n, chance) for n in range(size))


def _control(n: int, chance: random.Random) -> Control:
    category = chance.choices(list(_SUBJECTS), [4, 5, 5, 2])[0]
    service, family, subjects = _SUBJECTS[category]
    subject = chance.choice(subjects)
    return Control(
        id=f"{family}_{2000 + n}" if family == "scid" else f"{family}_{subject.replace(' ', '').replace('-', '')}_{n}",
        title=f"{chance.choice(_VERBS)} {subject} {chance.choice(_PLACES)}"
        + chance.choice(["", "", "", " ", "\u202f"]),
        category=category if chance.random() > 0.1 else category.lower(),  # noqa: PLR2004 - the rate of real answers
        service=service,
        max_points=float(chance.choice([1, 2, 3, 3, 4, 5, 5, 5, 6, 7, 8, 9, 10])),
        cost=chance.choice(["Unknown", "low", "Low", "Moderate", "medium", "High"]),
        user_impact=chance.choice(["Unknown", "Unknown", None, "low", "High", "Moderate"]),
        rank=chance.choice([1, 10, 10, 35, 65, 68, 128]),
        tier=chance.choice(["Core", "Core", "Advanced", "Defense In Depth"]),
        licence=chance.choice([None, None, "HasAADP2", "HasMDOP2", "HasMDEP2"]),
    )


def tenant(seed: str, name: str, today: dt.date, controls: tuple[Control, ...], *, goal: float) -> TenantWorld:
    """Generate a tenant that stands near `goal` (0 to 1) on its last day, after some months of slow work."""
    chance = random.Random(f"tenant {seed} {name}")  # noqa: S311 - a made-up world
    licences = {x for x in ("HasAADP2", "HasMDOP2", "HasMDEP2") if chance.random() < goal + 0.2}
    users = int(10 ** chance.uniform(0.9, 3.95))
    start = today - dt.timedelta(days=chance.randint(95, 160))
    held = tuple(_held(c, today, start, goal, chance) for c in controls if c.licence is None or c.licence in licences)
    gap = today - dt.timedelta(days=chance.randint(10, 80))
    missing = frozenset(gap + dt.timedelta(days=n) for n in range(chance.choice([0, 0, 1, 3, 14])) if gap < today)
    return TenantWorld(
        id=guid(chance),
        name=name,
        industry=chance.choice(["Manufacturing", "Healthcare", "Retail", "Education", "Legal"]),
        licensed_users=chance.choice([0, users]),
        active_users=int(users * 0.9),
        services=tuple(sorted(licences | {"HasAADP1", "HasEOP", "HasEXOP2"})),
        held=held,
        first_day=start,
        missing=frozenset(d for d in missing if d < today),
        averages=(51.2, round(chance.uniform(42, 63), 2)),
    )


def _held(control: Control, today: dt.date, start: dt.date, goal: float, chance: random.Random) -> Held:
    """Give a control a past: mostly none, sometimes a gain, now and then a loss that is mended."""
    full = chance.random() < goal
    share = 1.0 if full else chance.choice([0.0, 0.0, 0.25, 0.5])
    steps = [Step(day=start, share=share, cause="from the start")]
    turn = start + dt.timedelta(days=chance.randint(5, max(6, (today - start).days - 10)))
    if chance.random() < 0.06:  # noqa: PLR2004 - a few controls a tenant
        steps = [Step(day=start, share=0.0, cause="from the start"), Step(day=turn, share=share, cause="slow work")]
    elif full and chance.random() < 0.03:  # noqa: PLR2004 - the same
        mended = turn + dt.timedelta(days=5)
        steps += [Step(day=turn, share=0.0, cause="a policy removed"), Step(day=mended, share=1.0, cause="restored")]
    elif chance.random() < 0.03:  # noqa: PLR2004 - the same
        steps = [Step(day=turn, share=share, cause="Microsoft added the control")]
    jitter = 0.02 if control.category.casefold() == "device" and not full else 0.0
    return Held(control=control, steps=tuple(steps), jitter=jitter)


def generate(seed: int, today: dt.date, *, tenants: int = 3, controls: int = 120) -> World:
    """Generate a world of tenants without a story."""
    known = catalogue(seed, controls)
    chance = random.Random(f"world {seed}")  # noqa: S311 - a made-up world
    made = tuple(
        tenant(str(seed), f"Tenant {n}", today, known, goal=chance.uniform(0.3, 0.88)) for n in range(1, tenants + 1)
    )
    secret = f"emulator~{random.Random(f'secret {seed}').getrandbits(128):032x}"  # noqa: S311 - opens nothing real
    return World(today=today, tenants=made, client_id=guid(chance), client_secret=secret, catalogue=known)
