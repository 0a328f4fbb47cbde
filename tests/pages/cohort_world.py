"""Tenants to compare, with Microsoft's averages."""

import msgspec
from pages_world import NO_RATINGS, NOW, Points, add, profile, snapshot
from sqlalchemy import Engine

from surefoot.model import Average, CategoryAverage, Tenant
from surefoot.store import database, history, profiles
from surefoot.sync.derived import refresh


def averages(everybody: float | None, seats: tuple[int, int] = (101, 999)) -> tuple[Average, ...]:
    """Make the averages of a day: of all tenants with one category, and of a similar size."""
    shares = (CategoryAverage("Identity", 30.0, 60.0), CategoryAverage("Apps", None, None))
    return (
        Average(basis="AllTenants", percent=everybody, categories=shares),
        Average(basis="TotalSeats", percent=44.0, seats_from=seats[0], seats_to=seats[1]),
    )


def fill(
    engine: Engine,
    number: int,
    name: str,
    days: dict[int, dict[str, Points]],
    groups: dict[int, tuple[Average, ...]] | None = None,
) -> Tenant:
    """Keep a tenant with its controls by day, counted backwards, and with Microsoft's averages of some days."""
    with database.writing(engine) as conn:
        tenant = add(conn, number, name)
        made = [
            msgspec.structs.replace(snapshot(tenant, back, held, ["HasAADP1"]), averages=(groups or {}).get(back, ()))
            for back, held in days.items()
        ]
        history.save(conn, tenant, made, now=NOW)
        profiles.save(conn, tenant, [profile(c, most) for c, (_, most) in days[min(days)].items()], now=NOW)
        refresh(conn, tenant, NO_RATINGS)
    return tenant


def world(engine: Engine, count: int) -> list[Tenant]:
    """Make tenants of rising points; all but the first have MFA, the third after a climb of six days."""
    made = []
    for n in range(count):
        held = {"aad_mfa": (0.0 if n == 0 else 10.0, 10.0), "mdo_links": (float(n), 10.0)}
        days = {30: held, 10: held, 0: held}
        if n == 2:
            days = {30: held | {"aad_mfa": (0.0, 10.0)}, 24: held, 0: held}
        made.append(fill(engine, n + 1, f"Tenant {n}", days, {0: averages(50.0)}))
    return made
