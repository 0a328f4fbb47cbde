"""Small histories for the pages: a tenant, days, and the points of its controls by day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from math import fsum

from sqlalchemy import Connection, Engine

from surefoot.model import Connection as Reach
from surefoot.model import ControlScore, Profile, Snapshot, Tenant
from surefoot.scoring.ratings import Ratings
from surefoot.store import database, history, profiles, tenants

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
NO_RATINGS = Ratings(families={}, controls={})

Points = tuple[float, float]
"""Earned, and the maximum."""


def day(back: int) -> dt.date:
    return TODAY - dt.timedelta(days=back)


def snapshot(tenant: Tenant, back: int, controls: Mapping[str, Points], services: Sequence[str] = ()) -> Snapshot:
    scores = tuple(
        ControlScore(
            control=name,
            category=category_of(name),
            points=points,
            percent=round(100 * points / most, 2) if most else 0,
        )
        for name, (points, most) in controls.items()
    )
    return Snapshot(
        tenant=tenant.id,
        day=day(back),
        points=fsum(s.points for s in scores),
        max_points=fsum(most for _, most in controls.values()),
        services=tuple(services),
        controls=scores,
    )


def category_of(control: str) -> str:
    return {"aad": "Identity", "mdo": "Apps", "mip": "Data", "scid": "Device"}.get(control.partition("_")[0], "Apps")


def profile(control: str, most: float, title: str | None = None) -> Profile:
    service = {"aad": "AzureAD", "mdo": "MDO", "mip": "MIP", "scid": "MDATP"}.get(control.partition("_")[0])
    return Profile(
        control=control,
        title=title or f"Title of {control}",
        category=category_of(control),
        service=service,
        max_points=most,
    )


def add(conn: Connection, number: int = 1, name: str = "Contoso") -> Tenant:
    identity = f"0c0a1e5e-0000-4000-8000-{number:012d}"
    return tenants.add(conn, id=identity, name=name, connection=Reach(), now=NOW, due_at=None)


def fill(engine: Engine, days: Mapping[int, Mapping[str, Points]], *, number: int = 1, name: str = "Contoso") -> Tenant:
    """Keep a tenant's days (by how far back they lie) with profiles for all of its controls."""
    with database.writing(engine) as conn:
        tenant = add(conn, number, name)
        history.save(conn, tenant, [snapshot(tenant, back, held) for back, held in days.items()], now=NOW)
        newest = {c: most for back in sorted(days, reverse=True) for c, (_, most) in days[back].items()}
        profiles.save(conn, tenant, [profile(c, most) for c, most in newest.items()], now=NOW)
    return tenant
