"""The tenants: found by what people call them, claimed once, removed without a trace."""

import datetime as dt

import pytest
from sqlalchemy import Engine, select

from surefoot.errors import InputRefused, NotFound
from surefoot.model import (
    AuthMethod,
    Cloud,
    Connection,
    ControlScore,
    Decision,
    Profile,
    Snapshot,
    StateUpdate,
    Status,
    Tenant,
)
from surefoot.store import database, decisions, history, profiles, schema, secrets, tenants

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
IDS = [f"0c0a1e5e-0000-4000-8000-00000000000{n}" for n in range(1, 5)]


def add(engine: Engine, number: int, name: str, due_at: dt.datetime | None = None) -> Tenant:
    with database.writing(engine) as conn:
        return tenants.add(conn, id=IDS[number], name=name, connection=Connection(), now=NOW, due_at=due_at)


def test_a_tenant_is_found_by_name_or_id_in_any_case(engine: Engine) -> None:
    made = add(engine, 0, "Contoso Ltd")
    with database.reading(engine) as conn:
        for text in ("contoso ltd", "CONTOSO LTD", f" {IDS[0].upper()} "):
            assert tenants.find(conn, text, None) == made
        with pytest.raises(NotFound, match="Did you mean Contoso Ltd"):
            tenants.find(conn, "contosso ltd", None)
        with pytest.raises(NotFound) as foreign:
            tenants.find(conn, IDS[0], frozenset())
        with pytest.raises(NotFound) as unknown:
            tenants.find(conn, IDS[1], frozenset())
    assert str(foreign.value).replace(IDS[0], "") == str(unknown.value).replace(IDS[1], "")


def test_two_of_the_same_name_are_told_apart_by_id(engine: Engine) -> None:
    add(engine, 0, "Contoso")
    add(engine, 1, "contoso")
    with database.reading(engine) as conn, pytest.raises(InputRefused, match=IDS[1]):
        tenants.find(conn, "Contoso", None)


@pytest.mark.parametrize(
    ("id", "name"), [("contoso.com", "x"), (IDS[0], ""), (IDS[0], "\x00 \n"), (IDS[0], "x" * 201), ("", "x")]
)
def test_what_is_no_tenant_is_refused(engine: Engine, id: str, name: str) -> None:
    with database.writing(engine) as conn, pytest.raises(InputRefused):
        tenants.add(conn, id=id, name=name, connection=Connection(), now=NOW, due_at=None)


def test_the_same_tenant_twice_is_refused(engine: Engine) -> None:
    add(engine, 0, "a")
    with pytest.raises(InputRefused, match="already there"):
        add(engine, 0, "b")


def test_a_name_is_cleaned_of_what_no_line_should_hold(engine: Engine) -> None:
    assert add(engine, 0, "  Contoso\n\u202eLtd\t ").name == "Contoso Ltd"


def test_the_longest_due_is_claimed_first_and_once(engine: Engine) -> None:
    hours = {n: NOW - dt.timedelta(hours=n) for n in (1, 2, 3)}
    made = [add(engine, n, str(n), hours[n]) for n in (1, 2, 3)]
    add(engine, 0, "imported", None)
    with database.writing(engine) as conn:
        claimed = tenants.claim_due(conn, NOW, limit=2, lease=dt.timedelta(minutes=15))
        assert claimed == [made[2], made[1]]
        assert tenants.claim_due(conn, NOW, limit=9, lease=dt.timedelta(minutes=15)) == [made[0]]
        assert tenants.claim_due(conn, NOW, limit=9, lease=dt.timedelta(minutes=15)) == []


def test_a_failure_says_since_when_until_a_success(engine: Engine) -> None:
    made = add(engine, 0, "a")
    with database.writing(engine) as conn:
        for hour in range(3):
            at = NOW + dt.timedelta(hours=hour)
            tenants.mark_failed(conn, made, now=at, due_at=at, error="throttled", message="slow", request_id=f"r{hour}")
        state = tenants.sync_state(conn, made)
        assert (state.failing_since, state.failures, state.request_id) == (NOW, 3, "r2")
        tenants.mark_synced(conn, made, now=NOW, due_at=None)
        clean = tenants.sync_state(conn, made)
    assert (clean.failing_since, clean.failures, clean.error, clean.synced_at) == (None, 0, None, NOW)


def test_a_connection_is_kept_and_changed(engine: Engine) -> None:
    made = add(engine, 0, "a")
    way = Connection(method=AuthMethod.CERTIFICATE, cloud=Cloud.US_GOV_L4, client_id="c")
    with database.writing(engine) as conn:
        tenants.reconnect(conn, made, way, NOW)
        assert tenants.connection(conn, made) == way
        assert tenants.sync_state(conn, made).due_at == NOW


def test_removing_one_takes_all_that_is_its_own_and_nothing_else(engine: Engine) -> None:
    ours, theirs = (_full(engine, n) for n in (0, 1))
    before = database.counts(engine)
    with database.writing(engine) as conn:
        tenants.remove(conn, ours)
    after = database.counts(engine)
    owned = [name for name, t in schema.metadata.tables.items() if "tenant" in t.c]
    assert {name for name in owned if before[name] > 0} == {
        name for name in owned if 0 < after[name] * 2 == before[name]
    }
    with database.reading(engine) as conn:
        for name in owned:
            table = schema.metadata.tables[name]
            assert set(conn.execute(select(table.c.tenant)).scalars()) <= {theirs.key}
        assert len(history.days(conn, theirs)) == 2


def _full(engine: Engine, number: int) -> Tenant:
    """Add a tenant that has a row in every table."""
    made = add(engine, number, f"tenant {number}")
    score = ControlScore(
        control="aad_a", category="Identity", points=number + 1.0, percent=10.0, description="d", synced_at=NOW
    )
    days = [
        Snapshot(tenant=made.id, day=NOW.date() - dt.timedelta(days=n), points=1, max_points=2, controls=(score,))
        for n in range(2)
    ]
    update = StateUpdate(state="Ignored", updated_at=NOW, updated_by="x")
    profile = Profile(control="aad_a", title="A", category="Identity", updates=(update,))
    decided = Decision(control="aad_a", status=Status.PLANNED, decided_at=NOW, decided_by="x")
    from surefoot.store.secrets import Keys

    with database.writing(engine) as conn:
        history.save(conn, made, days, now=NOW)
        profiles.save(conn, made, [profile], now=NOW)
        decisions.record(conn, made, decided)
        secrets.put(conn, Keys(b"k" * 32), made, "client_secret", "s")
    return made
