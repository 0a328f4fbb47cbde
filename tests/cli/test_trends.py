"""Metrics and trends at a terminal: the API's numbers, and the bounds of zones."""

import pytest
from cli_run import Run

from surefoot.emulator.server import Emulator


@pytest.fixture
def synced(connected: Run) -> Run:
    assert connected("sync").code == 0
    return connected


def test_the_trends_are_the_historys_and_read_well(synced: Run, emulator: Emulator) -> None:
    name = emulator.world.tenants[0].name
    page = synced("trends", name, "--days", "30", "--json").json
    past = synced("history", name, "--days", "30", "--json").json
    assert [(d["date"], d["percent"]) for d in page["days"]] == [(d["date"], d["percent"]) for d in past["history"]]
    told = synced("trends", name, "--days", "30")
    assert told.code == 0
    for words in (f"{page['days'][-1]['percent']:.1f} %", "Days by zone", "Below their best", "Accepted:", "Week"):
        assert words in told.out
    assert "Month " in synced("trends", name, "--by", "month").out
    assert len(synced("trends", name, "--all", "--json").json["days"]) >= len(page["days"])
    assert synced("trends", name, "--from", "2026-02-01", "--to", "2026-01-01").code == 2
    assert synced("trends", name, "--from", "2001-01-01", "--to", "2001-01-02").out.endswith("this range is stored.\n")


def test_bounds_are_shown_set_and_taken_away(synced: Run, emulator: Emulator) -> None:
    name = emulator.world.tenants[0].name
    assert "nobody has set others" in synced("zones", name).out
    assert "good from 90 %, okay from 55.5 %" in synced("zones", "--good", "90", "--okay", "55.5").out
    assert "Set for all tenants by" in synced("zones", name).out
    assert synced("zones", name, "--good", "60", "--okay", "30").out.startswith(f"{name}: good from 60 %")
    page = synced("trends", name, "--json").json
    assert (page["zones"]["good"], page["zones"]["setFor"]) == (60.0, "tenant")
    assert synced("zones", name, "--json").json == page["zones"]
    assert "good from 90 %" in synced("zones", name, "--unset").out


@pytest.mark.parametrize(
    "words", [["--good", "90"], ["--good", "40", "--okay", "60"], ["--unset", "--good", "9", "--okay", "5"]]
)
def test_bounds_that_cannot_be_are_refused(synced: Run, words: list[str]) -> None:
    ran = synced("zones", *words)
    assert ran.code in {1, 2}
    assert "bounds" in ran.err or "Okay has to begin" in ran.err
