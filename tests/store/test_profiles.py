"""Control profiles: shared by content, with a past, and with every update that somebody made."""

import datetime as dt

import msgspec
import pytest
from sqlalchemy import Engine

from surefoot.model import Connection, Profile, StateUpdate, Tenant
from surefoot.store import database, profiles, tenants

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
PROFILES = [
    Profile(
        control=f"aad_{n}",
        title=f"Title {n}",
        category="Identity",
        max_points=10.0,
        remediation="<p>do</p>",
        updates=(profiles.UNTOUCHED,),
    )
    for n in range(5)
]


@pytest.fixture
def pair(engine: Engine) -> list[Tenant]:
    ids = ("0c0a1e5e-0000-4000-8000-000000000001", "0c0a1e5e-0000-4000-8000-000000000002")
    with database.writing(engine) as conn:
        return [tenants.add(conn, id=i, name=i[-1], connection=Connection(), now=NOW, due_at=None) for i in ids]


def save(engine: Engine, tenant: Tenant, made: list[Profile], days: int = 0) -> dict[str, Profile]:
    with database.writing(engine) as conn:
        profiles.save(conn, tenant, made, now=NOW + dt.timedelta(days=days))
        return profiles.of(conn, tenant)


def test_they_come_back_as_they_were(engine: Engine, pair: list[Tenant]) -> None:
    assert save(engine, pair[0], PROFILES) == {p.control: p for p in PROFILES}


def test_tenants_share_the_texts_even_with_their_id_in_an_address(engine: Engine, pair: list[Tenant]) -> None:
    for tenant in pair:
        own = [msgspec.structs.replace(p, action_url=f"https://example.com/?tid={tenant.id}") for p in PROFILES]
        assert save(engine, tenant, own) == {p.control: p for p in own}
    assert database.counts(engine)["profile_content"] == 5


def test_the_same_list_twice_writes_nothing_new(engine: Engine, pair: list[Tenant]) -> None:
    save(engine, pair[0], PROFILES)
    before = database.counts(engine)
    save(engine, pair[0], PROFILES, days=1)
    assert database.counts(engine) == before


def test_a_reworded_profile_keeps_both_wordings_and_gives_the_new_one(engine: Engine, pair: list[Tenant]) -> None:
    save(engine, pair[0], PROFILES)
    new = [msgspec.structs.replace(PROFILES[0], title="Better"), *PROFILES[1:]]
    assert save(engine, pair[0], new, days=3)["aad_0"].title == "Better"
    assert database.counts(engine)["profile_content"] == 6
    assert save(engine, pair[0], PROFILES, days=5)["aad_0"].title == "Title 0"


def test_one_that_is_no_longer_listed_is_closed_and_may_come_back(engine: Engine, pair: list[Tenant]) -> None:
    save(engine, pair[0], PROFILES)
    assert "aad_0" not in save(engine, pair[0], PROFILES[1:], days=1)
    assert "aad_0" in save(engine, pair[0], PROFILES, days=2)
    assert "aad_0" not in save(engine, pair[0], PROFILES[1:], days=2)
    assert "aad_0" in save(engine, pair[0], PROFILES, days=2)


def test_updates_are_kept_even_when_graph_cuts_its_list(engine: Engine, pair: list[Tenant]) -> None:
    updates = tuple(
        StateUpdate(state=s, updated_at=NOW + dt.timedelta(hours=n), updated_by="ann", comment="why")
        for n, s in enumerate(("Ignored", "ThirdParty", "Default"))
    )
    save(engine, pair[0], [msgspec.structs.replace(PROFILES[0], updates=updates)])
    found = save(engine, pair[0], [msgspec.structs.replace(PROFILES[0], updates=updates[2:])], days=1)
    assert set(found["aad_0"].updates) == set(updates)
    assert found["aad_0"].state == updates[2]


def test_ids_are_equal_without_regard_to_case(engine: Engine, pair: list[Tenant]) -> None:
    save(engine, pair[0], PROFILES)
    shouted = [msgspec.structs.replace(p, control=p.control.upper()) for p in PROFILES]
    assert len(save(engine, pair[0], shouted, days=1)) == 5
    assert database.counts(engine)["control"] == 5
