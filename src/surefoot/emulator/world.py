"""A generated world of tenants, as Microsoft would see it: the same seed gives the same bytes."""

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from surefoot.emulator.catalogue import LICENCES, catalogue
from surefoot.emulator.controls import Control
from surefoot.emulator.happenings import Chronicle, Happening, Moved, Truth
from surefoot.model import Decision

DAYS_SERVED = 90
"""As Graph keeps them."""


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
        if self.control.max_on(day) is None:
            return None
        past = [s for s in self.steps if s.day <= day]
        return past[-1].share if past else None


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `controlStateUpdates`."""

    state: str
    comment: str
    updated_by: str
    updated_at: dt.datetime
    assigned_to: str = ""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody wrote down in Surefoot."""

    at: dt.datetime
    text: str


class TenantWorld(msgspec.Struct, kw_only=True):
    """One tenant, with its truth."""

    id: str
    name: str
    industry: str
    licensed_users: int
    active_users: int
    services: tuple[str, ...]
    """On the last day."""
    held: tuple[Held, ...]
    first_day: dt.date
    bought: dict[str, dt.date] = {}
    """When a licence came that was not there from the start."""
    missing: frozenset[dt.date] = frozenset()
    """Days that Microsoft never computed."""
    updates: dict[str, list[Update]] = {}
    decisions: tuple[Decision, ...] = ()
    """What its people decided in Surefoot; Graph knows nothing of it."""
    labels: tuple[str, ...] = ()
    """How its provider groups it in Surefoot."""
    trouble: str | None = None
    """`no_consent`, `secret_expired` or `empty`."""
    trouble_since: dt.date | None = None
    """The first day on which nobody could read it; None: nobody ever could, or there is no trouble."""
    averages: tuple[float, float] = (51.2, 46.2)
    """All tenants', and those of similar size, on the last day."""
    averages_day: dt.date | None = None
    """The day on which they hold; None: 130 days after the first. They drift slowly up."""
    happenings: tuple[Happening, ...] = ()
    truths: tuple[Truth, ...] = ()
    notes: tuple[Note, ...] = ()
    """What its people noted in Surefoot."""
    intune: bool = True
    """Whether it has a licence for Intune, which `enabledServices` does not tell."""
    denied: frozenset[str] = frozenset()
    """Permissions that nobody granted to the app, of those for events."""

    def services_on(self, day: dt.date) -> list[str]:
        """Give `enabledServices` as of a day."""
        return [s for s in self.services if self.bought.get(s, day) <= day]

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


def tenant(seed: str, name: str, today: dt.date, controls: tuple[Control, ...], *, goal: float) -> TenantWorld:
    """Generate a tenant that stands near `goal` (0 to 1) on its last day, after some months of slow work."""
    chance = random.Random(f"tenant {seed} {name}")  # noqa: S311 - a made-up world
    licences = sorted(x for x in LICENCES if chance.random() < goal + 0.2)
    users = int(10 ** chance.uniform(0.9, 3.95))
    start = today - dt.timedelta(days=chance.randint(95, 160))
    bought = {x: today - dt.timedelta(days=chance.randint(12, 80)) for x in licences if chance.random() < BOUGHT}
    mine = [c for c in controls if c.licence is None or c.licence in licences]
    held = tuple(_held(c, bought.get(c.licence or ""), today, start, goal, chance) for c in mine)
    gap = today - dt.timedelta(days=chance.randint(10, 80))
    missing = frozenset(gap + dt.timedelta(days=n) for n in range(chance.choice([0, 0, 1, 3, 14])))
    chronicle = _chronicle(f"{seed} {name}", users, held, start, today)
    return TenantWorld(
        happenings=tuple(sorted(chronicle.happenings, key=lambda h: (h.at, h.id))),
        truths=tuple(chronicle.truths),
        intune=chronicle.intune,
        id=guid(chance),
        name=name,
        industry=chance.choice(["Manufacturing", "Healthcare", "Retail", "Education", "Legal"]),
        licensed_users=chance.choice([0, users]),
        active_users=int(users * 0.9),
        services=tuple(sorted({*licences, "HasAADP1", "HasEOP", "HasEXOP2"})),
        held=held,
        first_day=start,
        bought=bought,
        missing=frozenset(d for d in missing if d < today),
        averages=(51.2, round(chance.uniform(42, 63), 2)),
    )


def _chronicle(seed: str, users: int, held: tuple[Held, ...], start: dt.date, today: dt.date) -> Chronicle:
    """Tell how the tenant's controls came to move, among all else that happens."""
    written = Chronicle(seed, users=users)
    written.moved(_moves(held, start))
    written.lived(start, today - dt.timedelta(days=1))
    return written


def _moves(held: tuple[Held, ...], start: dt.date) -> Iterator[Moved]:
    """List what somebody moved: not what was there from the start, nor what Microsoft did."""
    for h in held:
        first = h.steps[0]
        if first.day > start and first.cause != FROM_THE_START:
            yield Moved(day=first.day, control=h.control, cause=first.cause, licence=h.control.licence)
        for before, after in pairwise(h.steps):
            if before.share != after.share and h.share(after.day) is not None:
                yield Moved(day=after.day, control=h.control, cause=after.cause)


BOUGHT, WORKED_ON, BROKE = 0.12, 0.06, 0.03
"""How often a licence is bought, a control is worked on, and one breaks and is mended."""


def _held(
    control: Control, bought: dt.date | None, today: dt.date, start: dt.date, goal: float, chance: random.Random
) -> Held:
    """Give a control a past: mostly none, sometimes a gain, now and then a loss that is mended."""
    full = chance.random() < goal
    share = 1.0 if full else chance.choice([0.0, 0.0, 0.25, 0.5])
    first = Step(day=bought or start, share=share, cause=f"{control.licence} bought" if bought else FROM_THE_START)
    turn = max(first.day, start) + dt.timedelta(days=chance.randint(5, max(6, (today - first.day).days - 10)))
    steps: tuple[Step, ...] = (first,)
    if chance.random() < WORKED_ON:
        steps = (msgspec.structs.replace(first, share=0.0), Step(day=turn, share=share, cause="slow work"))
    elif full and chance.random() < BROKE:
        mended = Step(day=turn + dt.timedelta(days=5), share=1.0, cause="restored")
        steps = (first, Step(day=turn, share=0.0, cause="a policy removed"), mended)
    jitter = 0.02 if control.category.casefold() == "device" and not full else 0.0
    return Held(control=control, steps=steps, jitter=jitter)


FROM_THE_START = "from the start"


def generate(seed: int, today: dt.date, *, tenants: int = 3, controls: int = 120) -> World:
    """Generate a world of tenants without a story."""
    known = catalogue(seed, today, controls)
    chance = random.Random(f"world {seed}")  # noqa: S311 - a made-up world
    made = tuple(
        tenant(str(seed), f"Tenant {n}", today, known, goal=chance.uniform(0.3, 0.88)) for n in range(1, tenants + 1)
    )
    secret = f"emulator~{random.Random(f'secret {seed}').getrandbits(128):032x}"  # noqa: S311 - opens nothing real
    return World(today=today, tenants=made, client_id=guid(chance), client_secret=secret, catalogue=known)
