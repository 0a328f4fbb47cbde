"""Bounds of zones: a tenant's own come before the installation's, and every change is in the audit trail."""

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine

from surefoot.errors import InputRefused
from surefoot.model import Connection, Tenant
from surefoot.pages import zones
from surefoot.pages.zones import Zones
from surefoot.scoring.zones import Bounds
from surefoot.store import audit, database, tenants
from surefoot.store.audit import Wanted
from surefoot.sync.zones import set_bounds

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
STRICT, EASY = Bounds(good=90.0, okay=60.0), Bounds(good=50.0, okay=20.0)


@pytest.fixture
def ours(engine: Engine) -> Tenant:
    with database.writing(engine) as conn:
        identity = "0c0a1e5e-0000-4000-8000-000000000001"
        return tenants.add(conn, id=identity, name="Contoso", connection=Connection(), now=NOW, due_at=None)


def put(engine: Engine, tenant: Tenant | None, bounds: Bounds | None, by: str = "anna") -> None:
    with database.writing(engine) as conn:
        set_bounds(conn, tenant, bounds, by=by, now=NOW)


def in_force(engine: Engine, tenant: Tenant | None) -> Zones:
    with database.reading(engine) as conn:
        return zones.build(conn, tenant)


def told(engine: Engine) -> Sequence[tuple[str, str | None, str | None, str | None]]:
    with database.reading(engine) as conn:
        found = audit.entries(conn, None, Wanted(action="zones"))
        return [(e.actor, e.tenant, e.before, e.after) for e in reversed(list(found))]


def test_a_tenants_own_bounds_come_before_the_installations(engine: Engine, ours: Tenant) -> None:
    assert (in_force(engine, ours).bounds, in_force(engine, ours).set_for) == (Bounds(), "nobody")
    put(engine, None, EASY, by="root")
    found = in_force(engine, ours)
    assert (found.bounds, found.set_for, found.set_by, found.set_at) == (EASY, "installation", "root", NOW)
    put(engine, ours, STRICT)
    assert (in_force(engine, ours).bounds, in_force(engine, ours).set_for) == (STRICT, "tenant")
    assert in_force(engine, None).bounds == EASY
    put(engine, ours, None)
    assert in_force(engine, ours).bounds == EASY


def test_each_change_is_told_once(engine: Engine, ours: Tenant) -> None:
    put(engine, ours, STRICT)
    put(engine, ours, STRICT, by="bert")
    put(engine, None, None)
    put(engine, ours, None)
    strict = '{"good": 90.0, "okay": 60.0}'
    assert told(engine) == [("anna", ours.id, None, strict), ("anna", ours.id, strict, None)]


def test_bounds_that_leave_no_zone_change_nothing(engine: Engine, ours: Tenant) -> None:
    with pytest.raises(InputRefused):
        put(engine, ours, Bounds(good=40.0, okay=60.0))
    assert in_force(engine, ours).set_for == "nobody"
    assert told(engine) == []
