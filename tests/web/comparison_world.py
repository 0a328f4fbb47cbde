"""A site's world with enough tenants to compare, and with Microsoft's averages."""

import datetime as dt

import msgspec
from web_world import CONTROLS, NOW, OURS, THEIRS, World, profile, snapshot

from surefoot.model import Average, CategoryAverage, Connection
from surefoot.scoring.ratings import load
from surefoot.store import database, history, labels, profiles, tenants
from surefoot.sync.derived import refresh

AVERAGES = (
    Average(basis="AllTenants", percent=48.0, categories=(CategoryAverage("Identity", 30.0, 60.0),)),
    Average(basis="TotalSeats", percent=44.0, seats_from=1, seats_to=100),
)


def people(world: World) -> None:
    """Add five tenants, labels, and averages to the newest days of the first."""
    with database.writing(world.engine) as conn:
        first = tenants.find(conn, OURS, None)
        days = [msgspec.structs.replace(snapshot(OURS, back, gain=1.0), averages=AVERAGES) for back in range(10)]
        history.save(conn, first, days, now=NOW)
        refresh(conn, first, load())
        every = [first, tenants.find(conn, THEIRS, None)]
        for n in range(3, 8):
            made = tenants.add(
                conn, id=f"0c0a1e5e-0000-4000-8000-{n:012d}", name=f"Northwind {n}", connection=Connection(), now=NOW,
                due_at=NOW + dt.timedelta(days=1),
            )  # fmt: skip
            history.save(conn, made, [snapshot(made.id, back, gain=n / 2) for back in range(40)], now=NOW)
            profiles.save(conn, made, [profile(c, g, m) for c, g, _, _, m in CONTROLS if c != "scid_1"], now=NOW)
            refresh(conn, made, load())
            every.append(made)
        for tenant in every:
            labels.add(conn, tenant, ["Gold & silver"])
        labels.add(conn, every[0], ["Few"])
