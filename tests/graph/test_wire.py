"""Every quirk of Graph's answers that is known, on samples of our own."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.errors import AnswerNotUnderstood
from surefoot.graph import wire
from surefoot.model import Level, Profile, Snapshot

TENANT = "0c0a1e5e-0000-4000-8000-000000000001"
REAL = Path(__file__).parents[2] / "../shared/data"


def score(**other: Any) -> dict[str, Any]:
    return {"controlName": "aad_mfa", "controlCategory": "Identity", "score": 5, "scoreInPercentage": 50} | other


def day(*scores: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {
        "id": f"{TENANT}_2026-11-23",
        "azureTenantId": TENANT,
        "createdDateTime": "2026-11-23T00:00:00Z",
        "currentScore": 5,
        "maxScore": 10,
        "controlScores": list(scores),
        "averageComparativeScores": [],
        "enabledServices": ["HasAADP1"],
    } | other


def read(*records: object) -> wire.Page[Snapshot]:
    return wire.snapshots(json.dumps({"value": list(records)}).encode())


def one(*scores: dict[str, Any], **other: Any) -> Snapshot:
    page = read(day(*scores, **other))
    assert page.refused == ()
    return page.items[0]


def profile(**other: Any) -> Profile:
    page = wire.profiles(json.dumps({"value": [{"id": "aad_mfa", "title": "MFA"} | other]}).encode())
    assert page.refused == ()
    return page.items[0]


def test_whole_numbers_come_without_a_point_and_are_floats() -> None:
    made = one(score(score=0), currentScore=0, maxScore=363)
    assert (made.points, made.max_points) == (0.0, 363.0)
    assert all(isinstance(n, float) for n in (made.points, made.max_points, made.controls[0].points))


def test_numbers_and_flags_that_come_as_strings_are_read() -> None:
    control = one(
        score(score="5.5", scoreInPercentage="55", count="412", total="420", on="true", IsApplicable="False")
    ).controls[0]
    assert (control.points, control.percent, control.count, control.total) == (5.5, 55.0, 412.0, 420.0)
    assert (control.on, control.applicable) == (True, False)


def test_a_count_may_come_without_a_total_and_nonsense_is_not_known() -> None:
    made = one(
        score(count="3"), score(controlName="b", total="x", on="perhaps", scoreInPercentage=None, count=None)
    ).controls
    assert (made[0].count, made[0].total) == (3.0, None)
    assert (made[1].count, made[1].total, made[1].on, made[1].percent) == (None, None, None, None)


def test_a_poor_record_has_no_description_and_is_not_rich() -> None:
    poor = one(score(description=None, implementationStatus="You have  of  users"))
    rich = one(score(description="<p>x</p>", lastSynced="2026-11-20T03:04:05.1234567Z"))
    assert (poor.rich, rich.rich) == (False, True)
    assert rich.controls[0].synced_at == dt.datetime(2026, 11, 20, 3, 4, 5, 123456, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text", ["2026-11-23T00:00:00Z", "2026-11-23T00:00:00.00Z", "2026-11-23", "2026-11-23T01:00:00+01:00"]
)
def test_a_day_is_read_in_every_form(text: str) -> None:
    assert one(createdDateTime=text).day == dt.date(2026, 11, 23)


def test_the_tenant_is_told_by_its_id_when_its_field_is_missing() -> None:
    assert one(azureTenantId=None).tenant == TENANT
    assert one(azureTenantId=TENANT.upper()).tenant == TENANT


def test_categories_are_folded_and_new_ones_kept() -> None:
    made = one(score(controlCategory="identity"), score(controlName="b", controlCategory="Quantum")).controls
    assert [c.category for c in made] == ["Identity", "Quantum"]
    assert one(score(controlCategory=None)).controls[0].category == "Unknown"


def test_a_control_that_is_there_twice_counts_once() -> None:
    assert len(one(score(), score(controlName="AAD_MFA")).controls) == 1


def test_nul_and_lone_surrogates_are_cut_out_and_marks_stay_text() -> None:
    raw = json.dumps({"value": [day(score(implementationStatus="a\x00b\u202ec", description="x"))]})
    body = raw.replace("a\\u0000b", "a\\u0000\\ud800b").encode()
    assert wire.snapshots(body).items[0].controls[0].status_text == "ab\u202ec"


@pytest.mark.parametrize(
    "field", ["-1", "-0.5", "NaN", "Infinity", "1e999", '"NaN"', '"1e999"', '"lots"', "9" * 5000, "null", "[]", "true"]
)
@pytest.mark.parametrize("name", ["currentScore", "maxScore", "score"])
def test_a_number_of_points_that_is_none_costs_its_day_alone(field: str, name: str) -> None:
    good = json.dumps(day(score(), createdDateTime="2026-11-22T00:00:00Z"))
    text = json.dumps(
        day(score(score="HERE") if name == "score" else score(), **({name: "HERE"} if name != "score" else {}))
    )
    page = wire.snapshots(f'{{"value": [{good}, {text.replace(chr(34) + "HERE" + chr(34), field)}]}}'.encode())
    assert len(page.items) in {1, 2}
    assert page.items[0].day == dt.date(2026, 11, 22)
    assert len(page.items) + len(page.refused) == 2
    assert all(0 <= s.points < 1e300 for s in page.items)


def test_too_many_controls_in_a_day_are_refused() -> None:
    page = read(day(*(score(controlName=str(n)) for n in range(wire.MOST_CONTROLS + 1))), day())
    assert (len(page.items), page.refused[0].what) == (1, "record 1")


def test_the_same_key_twice_is_the_last() -> None:
    body = json.dumps({"value": [day()]}).replace('"maxScore": 10', '"maxScore": 9, "maxScore": 10').encode()
    assert wire.snapshots(body).items[0].max_points == 10.0


@pytest.mark.parametrize(
    "seats",
    [("SeatSizeRangeLowerValue", "SeatSizeRangeUpperValue"), ("seatSizeRangeLowerValue", "seatSizeRangeUpperValue")],
)
@pytest.mark.parametrize("kind", [str, int])
def test_seat_ranges_come_in_either_case_and_kind(seats: tuple[str, str], kind: type) -> None:
    sent = {"basis": "TotalSeats", "averageScore": 48.2, seats[0]: kind(101), seats[1]: kind(999)}
    average = one(averageComparativeScores=[sent]).averages[0]
    assert (average.percent, average.seats_from, average.seats_to) == (48.2, 101, 999)


def test_averages_are_matched_by_name_and_minus_one_is_not_known() -> None:
    sent = [
        {"basis": "TotalSeats", "averageScore": "50"},
        {"basis": "Galaxy", "averageScore": -1, "appsScore": "3.5", "appsScoreMax": -1, "infrastructureScore": -1},
        {"basis": "IndustryTypes", "averageScore": 40, "categoryValue": "Retail"},
    ]
    found = {a.basis: a for a in one(averageComparativeScores=sent).averages}
    assert found["TotalSeats"].percent == 50.0
    assert found["Galaxy"].percent is None
    assert [(c.category, c.points, c.max_points) for c in found["Galaxy"].categories] == [("Apps", 3.5, None)]
    assert found["IndustryTypes"].industry == "Retail"


@pytest.mark.parametrize("averages", [None, []])
def test_no_averages_are_none(averages: object) -> None:
    assert one(averageComparativeScores=averages).averages == ()


def test_a_profile_with_nothing_but_an_id_is_a_profile() -> None:
    made = profile()
    assert (made.cost, made.user_impact, made.max_points, made.rank, made.threats) == (None, None, None, None, ())
    assert (made.vendor, made.provider) == ("Microsoft", "SecureScore")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Low", Level.LOW),
        ("moderate", Level.MODERATE),
        ("MEDIUM", Level.MODERATE),
        ("High ", Level.HIGH),
        ("Unknown", None),
        (None, None),
        ("", None),
    ],
)
def test_levels_come_in_any_case(text: str | None, level: Level | None) -> None:
    made = profile(implementationCost=text, userImpact=text)
    assert (made.cost, made.user_impact) == (level, level)


def test_the_state_in_force_is_the_latest_and_unknown_ones_are_kept() -> None:
    updates = [
        {"state": "somethingNew", "updatedDateTime": "2026-11-03T00:00:00.1Z", "updatedBy": "ann", "comment": "c"},
        {"state": "Ignored", "updatedDateTime": "2026-11-02T00:00:00.1234567Z"},
        {"state": "Default", "updatedDateTime": None, "assignedTo": None},
    ]
    made = profile(controlStateUpdates=updates)
    assert len(made.updates) == 3
    assert made.state is not None
    assert (made.state.state, made.state.updated_by) == ("somethingNew", "ann")


def test_an_untouched_profile_has_one_default_without_a_time() -> None:
    made = profile(controlStateUpdates=[{"state": "Default", "updatedDateTime": None}])
    assert made.state is not None
    assert (made.state.state, made.state.updated_at) == ("Default", None)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"value": {}}', b'{"value": "x"}', b'{"value": [', b"<html>", b"\xff"]
)
def test_what_is_no_page_is_not_understood(body: bytes) -> None:
    with pytest.raises(AnswerNotUnderstood):
        wire.snapshots(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from([*day(), "activeUserCount"])
SCORE_FIELDS = st.sampled_from([*score(), "count", "on", "lastSynced", "implementationStatus", "description"])
PROFILE_FIELDS = st.sampled_from(
    [
        "id",
        "title",
        "maxScore",
        "rank",
        "threats",
        "deprecated",
        "controlStateUpdates",
        "vendorInformation",
        "userImpact",
    ]
)


@given(FIELDS, SCORE_FIELDS, JSON)
def test_no_value_of_any_field_breaks_the_reader(field: str, inner: str, value: Any) -> None:
    page = read(day(score(), **{field: value}), day(score(**{inner: value})), day(score()))
    assert len(page.items) + len(page.refused) == 3
    assert page.items
    assert all(s.points >= 0 for s in page.items)


@given(PROFILE_FIELDS, JSON)
def test_no_value_of_any_profiles_field_breaks_the_reader(field: str, value: Any) -> None:
    sent = [{"id": "a", "title": "A", field: value}, {"id": "b"}]
    page = wire.profiles(json.dumps({"value": sent}).encode())
    assert len(page.items) + len(page.refused) == 2
    assert "b" in {p.control for p in page.items}


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    for reader in (wire.snapshots, wire.profiles):
        try:
            reader(body)
        except AnswerNotUnderstood:
            continue


@pytest.mark.skipif(not REAL.is_dir(), reason="the real answers are not part of the project")
def test_the_real_answers_are_read_whole() -> None:
    def records(name: str) -> bytes:
        loaded = json.loads((REAL / name).read_text())
        inner = loaded.get("value", [loaded]) if isinstance(loaded, dict) else loaded
        return json.dumps({"value": inner}).encode()

    days = wire.snapshots(records("securescores-90days.json"))
    newest = max(days.items, key=lambda s: s.day)
    assert (len(days.items), len(days.refused)) == (90, 0)
    assert (newest.day, newest.points, newest.max_points) == (dt.date(2025, 8, 25), 249.91, 363.0)
    single = wire.snapshots(records("securescores-live-one-day.json"))
    assert (len(single.items), len(single.refused)) == (1, 0)
    assert len(single.items[0].controls) == 5
    profiles = wire.profiles(records("profiles-live-five.json"))
    assert (len(profiles.items), len(profiles.refused)) == (5, 0)
