"""Microsoft's catalogue as a generated world has it: real controls, and what Microsoft does to them over time."""

import datetime as dt
import functools
import json
import random
from importlib.resources import files

import msgspec

from surefoot.emulator.controls import Control, Weight

LICENCES = ("HasAADP2", "HasAATP", "HasAIPP2", "HasMCAS", "HasMDEP2", "HasMDOP2")
_BROUGHT_BY = {"Azure ATP": "HasAATP", "MDATP": "HasMDEP2", "MDO": "HasMDOP2", "MIP": "HasAIPP2", "MCAS": "HasMCAS"}

ADDED, RETIRED, WEIGHED = (2, 14, 33, 33, 61), (9, 47), (5, 40)
"""How many days before the last one Microsoft adds, retires and re-weighs a control, for everybody."""


@functools.cache
def catalogue(seed: int, today: dt.date, size: int = 120) -> tuple[Control, ...]:
    """Generate a catalogue of real controls; some arrive, retire and change their points on the way to `today`."""
    chance = random.Random(f"catalogue {seed}")  # noqa: S311 - a made-up world
    known = json.loads(files("surefoot.emulator").joinpath("data/controls.json").read_text(encoding="utf-8"))
    rows = known["controls"]
    picked = chance.sample(rows, min(size, len(rows)))
    made = [control(row, "", chance) for row in picked]
    made += [control(rows[n % len(rows)], f"{20_000 + n}.", chance) for n in range(size - len(made))]
    return tuple(_changed(made, today, chance))


def control(row: list[object], instance: str, chance: random.Random) -> Control:
    """Make a control of a row of the file; `instance` comes before its id."""
    identity, title, category, service, points, rank, tier, cost, impact = row
    licence = "HasMCAS" if str(service).startswith("MDA_") else _BROUGHT_BY.get(str(service))
    if service == "AzureAD" and chance.random() < _PREMIUM:
        licence = "HasAADP2"
    return Control(
        id=f"{instance}{identity}",
        title=f"{title}{chance.choice(_TAILS)}",
        category=str(category).lower() if chance.random() < _LOWER else str(category),
        service=str(service),
        max_points=float(str(points)) if points is not None else float(chance.choice((5, 6, 7, 8, 8, 9))),
        rank=int(str(rank)),
        tier=str(tier),
        cost=str(cost),
        user_impact=None if impact is None else str(impact),
        licence=licence,
    )


_TAILS = ("",) * 18 + (" ", "\u202f")
"""What real titles end with, now and then."""
_LOWER, _PREMIUM = 0.1, 0.4


def _changed(made: list[Control], today: dt.date, chance: random.Random) -> list[Control]:
    """Have Microsoft add, retire and re-weigh some controls that everybody has, and leave one without a profile."""
    everybodys = [n for n, c in enumerate(made) if c.licence is None]
    places = iter(chance.sample(everybodys or range(len(made)), min(len(everybodys) or len(made), 10)))
    for back, n in zip(ADDED, places, strict=False):
        made[n] = msgspec.structs.replace(made[n], arrives=today - dt.timedelta(days=back))
    for back, n in zip(RETIRED, places, strict=False):
        made[n] = msgspec.structs.replace(made[n], retires=today - dt.timedelta(days=back))
    for back, n in zip(WEIGHED, places, strict=False):
        heavier = Weight(today - dt.timedelta(days=back), made[n].max_points + 2)
        made[n] = msgspec.structs.replace(made[n], weights=(heavier,))
    for n in places:
        made[n] = msgspec.structs.replace(made[n], listed=False)
    return made
