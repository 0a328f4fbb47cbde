"""The loop over due tenants: whatever one of them does, the others go on."""

import asyncio
import datetime as dt
import statistics
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from surefoot import jobs
from surefoot.emulator.server import Emulator, Fault, Running
from surefoot.emulator.world import generate
from surefoot.model import Decision, Status, SyncState, Tenant
from surefoot.pages import actions
from surefoot.scoring.ratings import load
from surefoot.store import database, decisions, history, runs, secrets, tenants
from surefoot.store.secrets import Keys
from surefoot.sync import outbox
from surefoot.sync.decisions import decide
from surefoot.sync.readings import Readings

TODAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return secrets.load_key(tmp_path / "secret.key", None)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Running(generate(5, TODAY, tenants=3)) as running:
        yield running


@pytest.fixture
def known(engine: Engine, keys: Keys, emulator: Emulator) -> list[Tenant]:
    way = emulator.connection
    with database.writing(engine) as conn:
        made = [
            tenants.add(conn, id=t.id, name=t.name, connection=way, now=NOW, due_at=NOW) for t in emulator.world.tenants
        ]
        for tenant in made:
            secrets.put(conn, keys, tenant, "client_secret", emulator.client_secret)
    return made


def run(engine: Engine, keys: Keys, now: dt.datetime = NOW) -> dict[str, jobs.Outcome]:
    return {o.tenant.id: o for o in asyncio.run(jobs.run_due(engine, keys, load(), lambda: now))}


def states(engine: Engine, known: list[Tenant]) -> dict[str, SyncState]:
    with database.reading(engine) as conn:
        return tenants.sync_states(conn, known)


class Noted(Readings):
    """Readings that remember all that they were told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str, int]] = []

    def tell(self, tenant: Tenant, what: str, count: int) -> None:
        super().tell(tenant, what, count)
        reading = self.of(tenant)
        assert reading is not None
        assert getattr(reading, what) == count
        self.told.append((tenant.id, what, count))


def test_readings_tell_how_far_they_have_come_and_stay_as_runs(
    engine: Engine, keys: Keys, known: list[Tenant], emulator: Emulator
) -> None:
    emulator.faults.append(Fault(tenant=known[1].id, path="secureScores", status=403, body=b"{}", times=1))
    readings = Noted()
    outcomes = asyncio.run(jobs.run_due(engine, keys, load(), lambda: NOW, readings=readings))
    assert {what for told, what, count in readings.told if told == known[0].id and count} == {"days", "controls"}
    assert [readings.of(t) for t in known] == [None] * 3
    pulled = {o.tenant.id: o.pulled for o in outcomes}[known[0].id]
    with database.reading(engine) as conn:
        (good,), (bad,) = runs.of(conn, known[0]), runs.of(conn, known[1])
    assert pulled is not None
    assert (good.error, good.days, good.days_new, good.profiles) == (
        None,
        pulled.days,
        pulled.days_new,
        pulled.profiles,
    )
    assert (bad.error, bad.days) == ("consent-missing", None)
    assert bad.message
    assert bad.request_id


@pytest.mark.parametrize("again", [True, False], ids=["its number given away", "gone"])
def test_a_tenant_that_is_removed_while_it_is_read_leaves_nothing(
    engine: Engine,
    keys: Keys,
    known: list[Tenant],
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    *,
    again: bool,
) -> None:
    real = jobs.pull
    gone = max(known, key=lambda t: t.key)

    async def pull(engine: Engine, graph: object, tenant: Tenant, *rest: object, **named: object) -> object:
        if tenant.id == gone.id:
            with database.writing(engine) as conn:
                tenants.remove(conn, tenant)
                if again:
                    other = str(uuid.uuid5(uuid.NAMESPACE_DNS, "other"))
                    tenants.add(conn, id=other, name="Other", connection=emulator.connection, now=NOW, due_at=None)
        return await real(engine, graph, tenant, *rest, **named)

    monkeypatch.setattr(jobs, "pull", pull)
    outcomes = run(engine, keys)
    assert {i: o.error is None for i, o in outcomes.items()} == {t.id: t.id != gone.id for t in known}
    with database.reading(engine) as conn:
        left = [t for t in tenants.all_of(conn, None) if t.id not in {k.id for k in known}]
        assert [t.key for t in left] == ([gone.key] if again else [])
        assert not any(history.days(conn, t) or runs.count(conn, t) for t in left)


def test_every_due_tenant_is_read_and_due_again_in_its_own_minute_of_tomorrow(
    engine: Engine, keys: Keys, known: list[Tenant]
) -> None:
    outcomes = run(engine, keys)
    assert [o.error for o in outcomes.values()] == [None] * 3
    found = states(engine, known)
    assert all(s.synced_at == NOW for s in found.values())
    assert {s.due_at.date() for s in found.values() if s.due_at} == {TODAY + dt.timedelta(days=1)}
    assert run(engine, keys) == {}


def test_one_that_fails_keeps_its_numbers_and_says_why_and_since_when(
    engine: Engine, keys: Keys, known: list[Tenant], emulator: Emulator
) -> None:
    run(engine, keys)
    broken = known[1]
    with database.reading(engine) as conn:
        before = history.days(conn, broken)
    for hours, pause in ((24, 1), (48, 2), (72, 4)):
        later = NOW + dt.timedelta(hours=hours)
        with database.writing(engine) as conn:
            for tenant in known:
                tenants.make_due(conn, tenant, later)
        emulator.faults.append(Fault(tenant=broken.id, path="secureScores", status=403, body=b"{}", times=1))
        outcomes = run(engine, keys, later)
        assert {i: o.error for i, o in outcomes.items()} == {
            t.id: "consent-missing" if t is broken else None for t in known
        }
        state = states(engine, known)[broken.id]
        assert state.due_at == later + dt.timedelta(hours=pause)
        assert state.failing_since == NOW + dt.timedelta(hours=24)
        assert "SecurityEvents.Read.All" in (state.message or "")
        assert state.synced_at == NOW
    with database.reading(engine) as conn:
        assert history.days(conn, broken) == before


def test_an_error_that_nobody_foresaw_stops_nobody_else(
    engine: Engine, keys: Keys, known: list[Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = jobs.pull

    async def pull(engine: Engine, graph: object, tenant: Tenant, *rest: object, **named: object) -> object:
        if tenant.id == known[0].id:
            raise ZeroDivisionError
        return await real(engine, graph, tenant, *rest, **named)

    monkeypatch.setattr(jobs, "pull", pull)
    outcomes = run(engine, keys)
    assert [outcomes[t.id].error for t in known] == ["internal", None, None]
    assert "ZeroDivisionError" in (states(engine, known)[known[0].id].message or "")


def test_a_tenant_that_takes_for_ever_is_given_up(
    engine: Engine, keys: Keys, known: list[Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = jobs.pull

    async def pull(engine: Engine, graph: object, tenant: Tenant, *rest: object, **named: object) -> object:
        if tenant.id == known[0].id:
            await asyncio.Event().wait()
        return await real(engine, graph, tenant, *rest, **named)

    monkeypatch.setattr(jobs, "pull", pull)
    monkeypatch.setattr(jobs, "TIMEOUT", 2.0)
    outcomes = run(engine, keys)
    assert [outcomes[t.id].error is None for t in known] == [False, True, True]


def test_a_claim_of_a_killed_worker_comes_back(engine: Engine, known: list[Tenant]) -> None:
    with database.writing(engine) as conn:
        assert len(tenants.claim_due(conn, NOW, limit=10, lease=jobs.LEASE)) == 3
    with database.writing(engine) as conn:
        assert tenants.claim_due(conn, NOW + jobs.LEASE / 2, limit=10, lease=jobs.LEASE) == []
        assert len(tenants.claim_due(conn, NOW + jobs.LEASE, limit=10, lease=jobs.LEASE)) == len(known)


def test_pauses_grow_to_a_day_and_no_further() -> None:
    hours = [(jobs.next_try(n, NOW) - NOW) / dt.timedelta(hours=1) for n in (1, 2, 3, 4, 5, 6, 1000)]
    assert hours == [1, 2, 4, 8, 16, 24, 24]


def test_tenants_are_spread_over_the_day() -> None:
    made = [
        Tenant(id=str(uuid.uuid5(uuid.NAMESPACE_DNS, str(n))), name="x", key=n, created_at=NOW) for n in range(1000)
    ]
    minutes = [(jobs.next_day(t, NOW) - NOW.replace(hour=0)).total_seconds() / 60 - 1440 for t in made]
    assert 0 <= min(minutes) <= max(minutes) < 1440
    assert 650 < statistics.mean(minutes) < 790
    assert jobs.next_day(made[0], NOW) == jobs.next_day(made[0], NOW + dt.timedelta(hours=3))


def test_the_runner_survives_a_look_that_breaks_and_ends_when_told(
    engine: Engine, keys: Keys, known: list[Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, done = [], threading.Event()
    real = jobs.run_due

    async def run_due(*given: object, **named: object) -> list[jobs.Outcome]:
        looks.append(1)
        if len(looks) == 1:
            raise MemoryError
        outcomes = await real(*given, **named)
        done.set()
        return outcomes

    monkeypatch.setattr(jobs, "run_due", run_due)
    runner = jobs.Runner(engine, keys, load(), lambda: NOW, tick=0.01)
    runner.start()
    assert done.wait(60)
    runner.stop()
    assert all(s.synced_at == NOW for s in states(engine, known).values())


def test_the_runner_sends_what_is_due_and_ends_what_was_accepted_until_yesterday(
    engine: Engine, keys: Keys, known: list[Tenant], emulator: Emulator
) -> None:
    run(engine, keys, NOW)
    assert known
    world = emulator.world.tenants[0]
    with database.writing(engine) as conn:
        tenant = tenants.find(conn, world.id, None)
        outbox.switch(conn, tenant, on=True, by="anna", now=NOW)
        listed = actions.build(conn, tenant, ratings=load()).actions
        open_ = [a.id for a in listed if a.impact and a.microsoft_rank and not a.id.casefold().startswith("scid_")]
        made = Decision(
            control=open_[0], status=Status.RISK_ACCEPTED, decided_at=NOW, decided_by="anna", comment="bearable",
            review_on=NOW.date() + dt.timedelta(days=1),
        )  # fmt: skip
        decide(conn, tenant, made, ratings=load())
    run(engine, keys, NOW + dt.timedelta(minutes=1))
    assert [u.state for held in world.updates.values() for u in held] == ["Ignored"]
    run(engine, keys, NOW + dt.timedelta(days=2))
    with database.reading(engine) as conn:
        newest = decisions.newest(conn, tenant)[open_[0].casefold()]
    assert (newest.status, newest.decided_by) == (Status.TO_ADDRESS, "Surefoot")
    assert [u.state for held in world.updates.values() for u in held] == ["Ignored", "Default"]
