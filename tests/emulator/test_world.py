"""The generated world: the same seed gives the same bytes, and every score adds up."""

import datetime as dt
import json
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.emulator import answers
from surefoot.emulator.catalogue import ADDED, RETIRED, WEIGHED, catalogue
from surefoot.emulator.demo import demo
from surefoot.emulator.world import World, generate

TODAY = dt.date(2026, 11, 24)


def everything(world: World) -> str:
    bodies = [answers.score_of(t, d, rich=d == TODAY) for t in world.tenants for d in t.days(TODAY)]
    texts = [answers.profile_of(t, c) for t in world.tenants for c in world.catalogue]
    return json.dumps([bodies, texts, world.client_id, world.client_secret])


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others() -> None:
    catalogue.cache_clear()
    first = everything(generate(3, TODAY))
    catalogue.cache_clear()
    assert everything(generate(3, TODAY)) == first
    assert everything(generate(4, TODAY)) != first


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 89))
def test_every_day_adds_up(seed: int, back: int) -> None:
    tenant = generate(seed, TODAY, tenants=1).tenants[0]
    day = TODAY - dt.timedelta(days=back)
    body = answers.score_of(tenant, day, rich=back == 0)
    scores = [c["score"] for c in body["controlScores"]]
    assert body["currentScore"] == pytest.approx(fsum(scores), abs=0.011)
    assert all(0 <= c["scoreInPercentage"] <= 100 for c in body["controlScores"])
    assert 0 <= body["currentScore"] <= body["maxScore"]
    ids = [c["controlName"].casefold() for c in body["controlScores"]]
    assert len(set(ids)) == len(ids)


def test_microsoft_changes_the_catalogue_for_everybody_on_the_same_day() -> None:
    known = catalogue(7, TODAY)
    assert sorted((TODAY - c.arrives).days for c in known if c.arrives) == sorted(ADDED)
    assert sorted((TODAY - c.retires).days for c in known if c.retires) == sorted(RETIRED)
    assert sorted((TODAY - c.weights[0].day).days for c in known if c.weights) == sorted(WEIGHED)
    world = generate(7, TODAY, tenants=4)
    added = next(c for c in world.catalogue if c.arrives)
    for tenant in world.tenants:
        for day in (added.arrives - dt.timedelta(days=1), added.arrives):
            names = {c["controlName"].casefold() for c in answers.score_of(tenant, day, rich=False)["controlScores"]}
            assert (added.id.casefold() in names) == (day == added.arrives)


def test_a_licence_that_is_bought_brings_its_controls_that_day() -> None:
    for tenant in demo(TODAY).tenants:
        for licence, day in tenant.bought.items():
            before, after = (tenant.services_on(d) for d in (day - dt.timedelta(days=1), day))
            assert (licence in before, licence in after) == (False, True)
    assert sum(bool(t.bought) for t in demo(TODAY).tenants) > 3


def test_the_demo_world_has_26_tenants_of_every_kind() -> None:
    world = demo(TODAY)
    percents = []
    for tenant in world.tenants:
        for day in tenant.days(TODAY)[:1]:
            body = answers.score_of(tenant, day, rich=True)
            percents.append(100 * body["currentScore"] / body["maxScore"])
    assert len(world.tenants) == len({t.id for t in world.tenants}) == 26
    assert min(percents) < 45
    assert max(percents) > 75
    assert {t.trouble for t in world.tenants} == {None, "no_consent", "secret_expired", "empty"}


def test_real_answers_quirks_are_in_every_world() -> None:
    world = generate(1, TODAY, tenants=6, controls=250)
    bodies = [answers.score_of(t, t.days(TODAY)[0], rich=True) for t in world.tenants]
    scores = [c for b in bodies for c in b["controlScores"]]
    profiles = {c.id for c in world.catalogue if c.listed}
    folded = {p.casefold() for p in profiles}
    assert any(c["controlName"] not in profiles and c["controlName"].casefold() in folded for c in scores)
    assert any(c["controlName"].casefold() not in folded for c in scores)
    assert any("count" in c and "total" not in c for c in scores)
    assert {"true", "false"} >= {c["on"] for c in scores if "on" in c} != set()
    assert any(c["controlCategory"].islower() for c in scores)
    assert any(b["licensedUserCount"] == 0 for b in bodies)
    assert {len(b["averageComparativeScores"]) for b in bodies} == {2, 3}
    assert any(c.title.endswith(("\u202f", " ")) for c in world.catalogue)
    assert any(c.id[0].isdigit() for c in world.catalogue)
