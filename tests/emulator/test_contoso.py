"""Contoso's last day, counted by plain arithmetic from what the emulator serves."""

import datetime as dt
from itertools import pairwise
from math import fsum
from typing import Any

import pytest
from emulator_client import Client, running

from surefoot.emulator.contoso import ID
from surefoot.emulator.demo import demo

TODAY = dt.date(2026, 11, 24)
NAMED = {
    "Enable MFA for all users": ("Identity", 15.0),
    "Block legacy authentication": ("Identity", 12.0),
    "Enable BitLocker on all devices": ("Device", 10.0),
    "Configure DLP policies for sensitive info": ("Data", 18.0),
    "Enable Safe Attachments for SharePoint": ("Apps", 8.0),
}


@pytest.fixture(scope="module")
def client() -> Any:
    with running(demo(TODAY)) as emulator:
        yield Client(emulator, ID)


def test_its_last_day_is_540_of_750_and_three_percent_above_a_month_before(client: Client) -> None:
    days = client.scores()
    newest = days[0]
    assert (newest["createdDateTime"][:10], newest["currentScore"], newest["maxScore"]) == (str(TODAY), 540, 750)
    month = next(d for d in days if d["createdDateTime"][:10] <= str(TODAY - dt.timedelta(days=30)))
    assert 100 * (540 / 750 - month["currentScore"] / month["maxScore"]) == pytest.approx(3.0, abs=1e-9)


def test_its_categories_have_their_points(client: Client) -> None:
    profiles = {p["id"].casefold(): p for p in client.profiles()}
    sums: dict[str, list[float]] = {}
    for control in client.scores()[0]["controlScores"]:
        most = profiles[control["controlName"].casefold()]["maxScore"]
        sums.setdefault(control["controlCategory"], []).append(control["score"])
        sums.setdefault(control["controlCategory"] + " max", []).append(most)
    found = {name: fsum(values) for name, values in sums.items()}
    assert found == {
        "Identity": 255, "Identity max": 300, "Device": 51, "Device max": 75,
        "Apps": 117, "Apps max": 150, "Data": 117, "Data max": 225,
    }  # fmt: skip


def test_the_five_named_actions_have_their_points_to_gain(client: Client) -> None:
    scores = {c["controlName"].casefold(): c for c in client.scores()[0]["controlScores"]}
    found = {
        p["title"]: (p["controlCategory"], p["maxScore"] - scores[p["id"].casefold()]["score"])
        for p in client.profiles()
        if p["title"] in NAMED
    }
    assert found == NAMED


def test_its_past_has_a_licence_bought_and_a_regression_mended(client: Client) -> None:
    days = {d["createdDateTime"][:10]: d for d in client.scores()}
    assert len(days) == 87
    licences = [d["enabledServices"] for _, d in sorted(days.items())]
    bought = next(n for n, s in enumerate(licences) if "HasM365E5" in s)
    assert 0 < bought < len(licences) - 30
    assert all("HasM365E5" in s for s in licences[bought:])
    points = [d["currentScore"] for _, d in sorted(days.items())]
    assert any(later < earlier for earlier, later in pairwise(points))
