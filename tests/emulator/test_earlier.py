"""What lies before Graph's window: a plausible year that changes nothing within it, and that no route serves."""

import datetime as dt
from itertools import pairwise
from math import fsum

import msgspec
import pytest
from emulator_client import Client, running

from surefoot.emulator import answers, earlier
from surefoot.emulator.catalogue import catalogue
from surefoot.emulator.contoso import ID, contoso
from surefoot.emulator.demo import demo
from surefoot.emulator.world import DAYS_SERVED, generate

TODAY = dt.date(2026, 11, 24)
WORLD = demo(TODAY)
READABLE = [t for t in WORLD.tenants if t.trouble is None]


def body(tenant: object, day: dt.date) -> dict:
    made = answers.score_of(tenant, day, rich=False)
    return {k: v for k, v in made.items() if k != "averageComparativeScores"}


def test_within_the_window_nothing_changes() -> None:
    known = catalogue(3, TODAY)
    aged, gone = earlier.aged(known, TODAY, 3), earlier.gone(known, TODAY, 3)
    for tenant in (contoso(TODAY), *generate(3, TODAY, tenants=3).tenants):
        controls = aged if tenant.id != ID else earlier.aged([h.control for h in tenant.held], TODAY, 3)
        longer = earlier.longer(tenant, TODAY, controls, gone)
        assert longer.days(TODAY) == tenant.days(TODAY)
        for day in tenant.days(TODAY)[::11]:
            assert body(longer, day) == body(tenant, day)


@pytest.mark.parametrize("tenant", READABLE, ids=lambda t: t.name)
def test_a_year_is_there_with_gaps_and_joins_the_window_without_a_jump(tenant: object) -> None:
    saved = earlier.saved(tenant, TODAY)
    days = [dt.date.fromisoformat(b["createdDateTime"][:10]) for b in saved]
    window = tenant.days(TODAY)
    assert (TODAY - days[0]).days == earlier.YEAR
    assert days == sorted(set(days))
    assert 0 < (min(window) - days[-1]).days <= 20
    assert max(days) < TODAY - dt.timedelta(days=DAYS_SERVED - 1) <= min(window)
    assert 255 < len(days) <= 276
    percents = [
        100 * b["currentScore"] / b["maxScore"] for b in [*saved, answers.score_of(tenant, min(window), rich=False)]
    ]
    assert max(abs(b - a) for a, b in pairwise(percents)) < 7
    assert percents[-1] > percents[0]
    for one in saved[::40]:
        assert one["currentScore"] == pytest.approx(fsum(c["score"] for c in one["controlScores"]), abs=0.011)
        assert not any(c["description"] or "lastSynced" in c for c in one["controlScores"])


def test_microsoft_added_re_weighed_and_retired_controls_for_everybody_in_that_year() -> None:
    aged = earlier.aged(catalogue(2026, TODAY), TODAY, 2026).values()
    back = {(TODAY - c.arrives).days for c in aged if c.arrives}
    assert back >= set(earlier.ARRIVED)
    assert {(TODAY - w.day).days for c in aged for w in c.weights} >= set(earlier.WEIGHED)
    retired = [c for c in earlier.gone(catalogue(2026, TODAY), TODAY, 2026) if c.retires]
    for tenant in READABLE:
        for control in retired:
            assert control.retires is not None
            names = [
                {
                    c["controlName"].casefold()
                    for c in body(tenant, control.retires - dt.timedelta(days=n))["controlScores"]
                }
                for n in (1, 0)
            ]
            assert [control.id.casefold() in n for n in names] == [True, False]


def test_graph_serves_none_of_it() -> None:
    with running(WORLD) as emulator:
        days = {d["createdDateTime"][:10] for d in Client(emulator, ID).scores()}
    assert min(days) > str(TODAY - dt.timedelta(days=DAYS_SERVED))


def test_who_can_no_longer_be_read_was_read_until_the_trouble_began() -> None:
    named = {t.name: t for t in WORLD.tenants}
    for name, ago in (("Liberty Law", 6), ("Tailspin Toys", 24)):
        tenant = named[name]
        assert earlier.days(tenant, TODAY)[-1] == TODAY - dt.timedelta(days=ago + 1)
        assert len(earlier.profiles(tenant, TODAY)) > 50
    assert earlier.saved(named["Bellows College"], TODAY) == []
    assert earlier.profiles(named["Contoso"], TODAY) == []


def test_microsofts_average_of_a_size_is_the_same_for_all_tenants() -> None:
    seen: dict[str, set[float]] = {}
    for tenant in READABLE:
        for average in answers.score_of(tenant, TODAY, rich=False)["averageComparativeScores"]:
            key = average["basis"] + average.get("SeatSizeRangeLowerValue", "") + average.get("categoryValue", "")
            seen.setdefault(key, set()).add(average["averageScore"])
    assert len(seen) > 6
    assert all(len(values) == 1 for values in seen.values())


def test_somebody_edits_in_the_portal() -> None:
    world = msgspec.structs.replace(WORLD, tenants=WORLD.tenants[:2])
    with running(world) as emulator:
        client = Client(emulator, world.tenants[1].id)
        control = next(p["id"] for p in client.profiles() if not p["id"].startswith("scid_"))
        emulator.edited(client.tenant, control, state="Ignored", by="pia@adatum.example")
        listed = next(p for p in client.profiles() if p["id"] == control)["controlStateUpdates"]
    assert [(u["state"], u["updatedBy"]) for u in listed] == [("Ignored", "pia@adatum.example")]
