"""Surefoot's own ratings: well formed, with their sources, and changed by an installation's file."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from surefoot.errors import InputRefused
from surefoot.model import CATEGORIES, Level
from surefoot.scoring import ratings
from surefoot.scoring.ratings import Rating, Ratings, load

OWN = json.loads(files("surefoot.scoring").joinpath("data/ratings.json").read_text("utf-8"))


def test_every_entry_has_a_source_or_a_reason_and_plausible_values() -> None:
    for name, entry in {**OWN["controls"], **OWN["families"]}.items():
        assert entry.get("source") or entry.get("reason"), name
        assert {entry.get("cost"), entry.get("user_impact")} <= {None, *(level.value for level in Level)}, name
        assert 0 < entry.get("max_points", 1) <= 30, name
        assert entry.get("category", "Apps") in CATEGORIES, name
        if "max_points" in entry or "title" in entry:
            assert entry.get("source"), name
        if "cost" in entry or "user_impact" in entry:
            assert entry.get("reason"), name


def test_no_control_is_there_twice() -> None:
    folded = [name.casefold() for name in OWN["controls"]]
    assert len(set(folded)) == len(folded) > 300


def test_an_exact_rating_goes_before_its_familys() -> None:
    made = Ratings({"AAD_x": Rating(cost=Level.HIGH)}, {"aad_": Rating(cost=Level.LOW, service="AzureAD")})
    assert made.of("aad_X") == Rating(cost=Level.HIGH, service="AzureAD")
    assert made.of("aad_other") == Rating(cost=Level.LOW, service="AzureAD")
    assert made.of("mdo_other") is None


def test_a_connectors_instance_number_does_not_matter() -> None:
    made = Ratings({"MDA_Google_EnableTwoFactorAuth": Rating(cost=Level.LOW)}, {})
    assert made.of("11770.MDA_Google_EnableTwoFactorAuth") == Rating(cost=Level.LOW)


def test_an_installations_file_is_put_over_ours(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text(
        json.dumps({"about": "", "families": {}, "controls": {"aad_custom_banned_passwords": {"cost": "high"}}})
    )
    rating = load(file).of("aad_custom_banned_passwords")
    assert rating is not None
    assert rating.cost is Level.HIGH


@pytest.mark.parametrize(
    "text", ["", "{}", '{"about": "", "families": {}, "controls": {"x": {"cost": "cheap"}}}', "[1]"]
)
def test_a_file_of_another_form_is_refused_and_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "own.json"
    file.write_text(text)
    with pytest.raises(InputRefused, match=r"own\.json"):
        load(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    ratings.load.cache_clear()
    with pytest.raises(InputRefused, match="cannot be read"):
        load(tmp_path / "none.json")
