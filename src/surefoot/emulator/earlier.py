"""What lies before the days that Graph keeps: a year in which tenants came to where its window begins.

Nothing within the window changes. What is older is served by no route: it is what somebody read while Graph had it.
"""

import datetime as dt
import json
import random
from collections.abc import Mapping, Sequence
from importlib.resources import files

import msgspec

from surefoot.emulator import answers
from surefoot.emulator.answers import Body
from surefoot.emulator.catalogue import control
from surefoot.emulator.controls import Control, Weight
from surefoot.emulator.world import DAYS_SERVED, FROM_THE_START, Held, Step, TenantWorld

YEAR = 365
"""Days that a longer past goes back."""
ARRIVED, WEIGHED, RETIRED = (112, 151, 210, 262, 300), (176, 240), (128, 205, 290)
"""How many days before the last one Microsoft added, re-weighed and retired a control, for everybody."""
CLIMBED, SLIPPED = 0.24, 0.05
"""How often a control was worked on in the older past, and how often one broke and was mended."""


def aged(known: Sequence[Control], today: dt.date, seed: int) -> dict[str, Control]:
    """Give a catalogue, by id, as Microsoft came to it: some controls arrived or were re-weighed in the older past."""
    chance = random.Random(f"aged {seed}")  # noqa: S311 - a made-up world
    made = {c.id: c for c in known}
    untouched = [c for c in known if not (c.arrives or c.retires or c.weights) and c.listed]
    picked = iter(chance.sample(untouched, len(ARRIVED) + len(WEIGHED)))
    for back, c in zip(ARRIVED, picked, strict=False):
        made[c.id] = msgspec.structs.replace(c, arrives=today - dt.timedelta(days=back))
    for back, c in zip(WEIGHED, picked, strict=False):
        heavier = Weight(today - dt.timedelta(days=back), c.max_points)
        made[c.id] = msgspec.structs.replace(c, max_points=max(1.0, c.max_points - 2), weights=(heavier,))
    return made


def gone(known: Sequence[Control], today: dt.date, seed: int) -> tuple[Control, ...]:
    """Give real controls that everybody had, and that Microsoft retired before the window."""
    chance = random.Random(f"gone {seed}")  # noqa: S311 - a made-up world
    held = {c.id for c in known}
    rows = json.loads(files("surefoot.emulator").joinpath("data/controls.json").read_text(encoding="utf-8"))["controls"]
    picked = chance.sample([row for row in rows if row[0] not in held], len(RETIRED))
    return tuple(
        msgspec.structs.replace(control(row, "", chance), licence=None, retires=today - dt.timedelta(days=back))
        for back, row in zip(RETIRED, picked, strict=True)
    )


def longer(
    tenant: TenantWorld, today: dt.date, controls: Mapping[str, Control], retired: Sequence[Control] = ()
) -> TenantWorld:
    """Give a tenant a year of past; within the window it stays as it is."""
    chance = random.Random(f"longer {tenant.name}")  # noqa: S311 - a made-up world
    start = today - dt.timedelta(days=YEAR)
    held = [_longer(h, controls.get(h.control.id, h.control), tenant.first_day, start, chance) for h in tenant.held]
    held += [Held(control=c, steps=(Step(day=start, share=_either(chance), cause=FROM_THE_START),)) for c in retired]
    return msgspec.structs.replace(
        tenant, held=tuple(held), first_day=start, missing=tenant.missing | _gaps(today, chance)
    )


def _either(chance: random.Random) -> float:
    return chance.choice((1.0, 1.0, 0.0))


def _gaps(today: dt.date, chance: random.Random) -> frozenset[dt.date]:
    """Leave out some days, once or twice: nobody read, or Microsoft computed nothing."""
    found: set[dt.date] = set()
    for low, high in ((110, 200), (215, 330)):
        back = chance.randint(low, high)
        found |= {today - dt.timedelta(days=back + n) for n in range(chance.choice((0, 1, 2, 6)))}
    return frozenset(found)


def _longer(h: Held, control: Control, before: dt.date, start: dt.date, chance: random.Random) -> Held:
    """Give a control that was there from the start a year of past: mostly none, sometimes a climb, rarely a slip."""
    first = h.steps[0]
    if first.day != before:
        return msgspec.structs.replace(h, control=control)
    turn = start + dt.timedelta(days=chance.randint(15, (before - start).days - 35))
    begun, luck, half = msgspec.structs.replace(first, day=start), chance.random(), chance.random()
    share = first.share or 0.0
    steps: tuple[Step, ...] = (begun,)
    if share > 0 and luck < CLIMBED:
        lower = msgspec.structs.replace(begun, share=share / 2 if half < 1 / 3 else 0.0)
        steps = (lower, Step(day=turn, share=share, cause="slow work"))
    elif share == 1.0 and luck < CLIMBED + SLIPPED:
        mended = turn + dt.timedelta(days=chance.randint(4, 25))
        broken = Step(day=turn, share=0.0, cause="a policy removed")
        steps = (begun, broken, Step(day=mended, share=share, cause="restored"))
    return msgspec.structs.replace(h, control=control, steps=(*steps, *h.steps[1:]))


def days(tenant: TenantWorld, today: dt.date) -> list[dt.date]:
    """List the days that somebody read while Graph had them, oldest first: until the window, or until trouble began."""
    if tenant.trouble == "empty":
        return []
    end = tenant.trouble_since or today - dt.timedelta(days=DAYS_SERVED - 1)
    every = (tenant.first_day + dt.timedelta(days=n) for n in range((end - tenant.first_day).days))
    return [day for day in every if day not in tenant.missing]


def saved(tenant: TenantWorld, today: dt.date) -> list[Body]:
    """Make the secure scores of those days as they were saved: poor records, without texts."""
    return [answers.score_of(tenant, day, rich=False) for day in days(tenant, today)]


def profiles(tenant: TenantWorld, today: dt.date) -> list[Body]:
    """Make the control profiles that were saved of a tenant which can no longer be read; none for the others."""
    if tenant.trouble_since is None:
        return []
    mine = (h.control for h in tenant.held)
    return [answers.profile_of(tenant, c) for c in mine if c.listed and c.max_on(today) is not None]
