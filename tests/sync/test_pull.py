"""One sync of one tenant: what it brings, what it asks for, and what a failure leaves."""

import datetime as dt
import json

import msgspec
import pytest
from sqlalchemy import Engine, event
from sync_world import NOW, TODAY, read

from surefoot.emulator import answers
from surefoot.emulator.server import Emulator, Fault
from surefoot.errors import ConsentMissing, NotLicensed, Unavailable
from surefoot.model import Tenant
from surefoot.store import database, history, profiles, tenants


def test_the_first_sync_brings_all_that_graph_has(engine: Engine, emulator: Emulator, tenant: Tenant) -> None:
    world = emulator.world.tenants[0]
    pulled = read(engine, emulator, tenant)
    days = world.days(TODAY)
    assert (pulled.days, pulled.days_new, pulled.refused, pulled.partial) == (len(days), len(days), (), None)
    with database.reading(engine) as conn:
        stored = {d.day: (d.points, d.max_points) for d in history.days(conn, tenant)}
        assert len(profiles.of(conn, tenant)) == pulled.profiles > 100
    sent = {d: answers.score_of(world, d, rich=False) for d in days}
    assert stored == {d: (s["currentScore"], s["maxScore"]) for d, s in sent.items()}


def test_the_next_sync_asks_for_what_is_missing_and_three_days_more(
    engine: Engine, emulator: Emulator, tenant: Tenant
) -> None:
    read(engine, emulator, tenant)
    emulator.world = msgspec.structs.replace(emulator.world, today=TODAY + dt.timedelta(days=2))
    pulled = read(engine, emulator, tenant, NOW + dt.timedelta(days=2))
    assert pulled.days <= 6
    assert pulled.days_new == len([d for d in emulator.world.tenants[0].days(emulator.world.today) if d > TODAY])


def test_the_same_again_changes_nothing(engine: Engine, emulator: Emulator, tenant: Tenant) -> None:
    read(engine, emulator, tenant)
    before = database.counts(engine)
    again = read(engine, emulator, tenant)
    assert (again.days_new, again.days_changed) == (0, 0)
    assert database.counts(engine) == before


def test_a_day_that_microsoft_restates_is_read_again(engine: Engine, emulator: Emulator, tenant: Tenant) -> None:
    read(engine, emulator, tenant)
    newest = answers.score_of(emulator.world.tenants[0], TODAY, rich=True)
    newest["currentScore"] += 1
    newest["controlScores"][0]["score"] += 1
    emulator.faults.append(_answer("secureScores", {"value": [newest]}))
    pulled = read(engine, emulator, tenant)
    assert (pulled.days, pulled.days_changed) == (1, 1)
    with database.reading(engine) as conn:
        assert history.days(conn, tenant)[-1].points == newest["currentScore"]


def _answer(path: str, body: object) -> Fault:
    return Fault(path=path, status=200, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


def test_when_only_the_profiles_fail_the_days_are_kept(engine: Engine, emulator: Emulator, tenant: Tenant) -> None:
    emulator.faults.append(Fault(path="ControlProfiles", status=503, times=9))
    with pytest.raises(Unavailable):
        read(engine, emulator, tenant)
    with database.reading(engine) as conn:
        assert len(history.days(conn, tenant)) == len(emulator.world.tenants[0].days(TODAY))
        assert tenants.sync_state(conn, tenant).synced_at is None


def test_a_refused_record_is_counted_and_the_others_kept(engine: Engine, emulator: Emulator, tenant: Tenant) -> None:
    world = emulator.world.tenants[0]
    good, bad = (answers.score_of(world, d, rich=False) for d in world.days(TODAY)[:2])
    bad["currentScore"] = "a lot"
    emulator.faults.append(_answer("secureScores", {"value": [good, bad]}))
    pulled = read(engine, emulator, tenant)
    assert (pulled.days_new, len(pulled.refused)) == (1, 1)


def test_days_of_another_tenant_or_of_the_future_are_refused(
    engine: Engine, emulator: Emulator, tenant: Tenant
) -> None:
    ours, theirs = emulator.world.tenants
    future = answers.score_of(ours, TODAY, rich=True) | {"createdDateTime": "2027-03-01T00:00:00Z"}
    value = [answers.score_of(ours, TODAY, rich=True), answers.score_of(theirs, TODAY, rich=True), future]
    emulator.faults.append(_answer("secureScores", {"value": value}))
    pulled = read(engine, emulator, tenant)
    assert (pulled.days_new, len(pulled.refused)) == (1, 2)


def test_no_score_is_not_known_and_never_zero(engine: Engine, emulator: Emulator, tenant: Tenant) -> None:
    emulator.faults.append(_answer("secureScores", {"value": []}))
    with pytest.raises(NotLicensed):
        read(engine, emulator, tenant)
    with database.reading(engine) as conn:
        assert not history.days(conn, tenant)


def test_a_failure_leaves_what_is_stored(engine: Engine, emulator: Emulator, tenant: Tenant) -> None:
    read(engine, emulator, tenant)
    before = database.counts(engine)
    emulator.faults.append(Fault(path="secureScores", status=403, body=b"{}"))
    with pytest.raises(ConsentMissing):
        read(engine, emulator, tenant)
    assert database.counts(engine) == before


def test_no_transaction_is_open_while_graph_is_asked(engine: Engine, emulator: Emulator, tenant: Tenant) -> None:
    begun: list[int] = []
    ended: list[int] = []
    event.listen(engine, "begin", lambda _conn: begun.append(len(emulator.requests)))
    for end in ("commit", "rollback"):
        event.listen(engine, end, lambda _conn: ended.append(len(emulator.requests)))
    read(engine, emulator, tenant)
    assert begun == ended
    assert len(set(begun)) > 2
