"""Candidate causes: what speaks for an event, what speaks against it, and what is none at all."""

import datetime as dt
import json
from importlib import resources

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.model import Event, EventSource
from surefoot.scoring import operations
from surefoot.scoring.causes import Candidates, Cause
from surefoot.scoring.changes import Change, Kind

BEFORE, DAY = dt.date(2026, 11, 2), dt.date(2026, 11, 3)
NOON = dt.datetime(2026, 11, 3, 12, tzinfo=dt.UTC)


def change(control: str, name: str, service: str | None, kind: Kind = Kind.REGRESSED) -> Change:
    return Change(
        kind=kind, control=control, name=name, category="Identity", service=service, points=-5.0, max_points=0.0,
        earned=-1.0, catalogue=0.0, before=None, after=None,
    )  # fmt: skip


MFA = change("MFARegistrationV2", "Ensure multifactor authentication is enabled for all users", "AzureAD")
BITLOCKER = change("scid_2090", "Enable BitLocker on all devices", "MDATP")
SAFE = change("mdo_safeattachments", "Turn on Safe Attachments in block mode", "MDO")


def audit(title: str, at: dt.datetime = NOON, identity: str = "1", **more: object) -> Event:
    return Event(source=EventSource.DIRECTORY_AUDIT, id=identity, at=at, title=title, **more)


def titles(found: tuple[Cause, ...]) -> list[str]:
    return [c.event.title for c in found]


def test_a_conditional_access_policy_comes_before_noise_for_mfa() -> None:
    events = [
        audit("Update user", identity="1"),
        audit("Update conditional access policy", identity="2"),
        audit("Add member to group", identity="3"),
        audit("Update device", identity="4"),
    ]
    found = Candidates(events).of(MFA, BEFORE, DAY)
    assert titles(found)[0] == "Update conditional access policy"
    assert "Update device" not in titles(found)
    assert found[0].why[0].startswith("Conditional Access policies decide")


def test_a_role_explains_only_the_services_that_it_opens() -> None:
    given_role = audit(
        "Add member to role completed (PIM activation)", changed=("Role.DisplayName: Teams Administrator",)
    )
    exchange = audit("Add member to role", identity="2", targets=("Exchange Administrator",))
    found = Candidates([given_role, exchange]).of(SAFE, BEFORE, DAY)
    assert [c.event.id for c in found] == ["2"]


@pytest.mark.parametrize(
    ("at", "there"),
    [
        (dt.datetime(2026, 11, 4, 0, 0, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 11, 4, 0, 1, tzinfo=dt.UTC), False),
        (dt.datetime(2026, 11, 1, 0, 1, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 11, 1, 0, 0, tzinfo=dt.UTC), False),
    ],
)
def test_the_window_opens_48_hours_before_the_end_of_the_first_day(at: dt.datetime, *, there: bool) -> None:
    found = Candidates([audit("Update conditional access policy", at)]).of(MFA, BEFORE, DAY)
    assert bool(found) is there


def test_the_nearer_of_two_alike_comes_first() -> None:
    near, far = NOON, NOON - dt.timedelta(hours=50)
    events = [audit("Update security defaults", far, "far"), audit("Update security defaults", near, "near")]
    found = Candidates(events).of(MFA, BEFORE, DAY)
    assert [c.event.id for c in found] == ["near", "far"]
    assert found[0].likelihood > found[1].likelihood


def test_over_a_gap_every_hour_is_as_likely() -> None:
    week = [audit("Update security defaults", NOON - dt.timedelta(days=n), str(n)) for n in range(7)]
    found = Candidates(week).of(MFA, BEFORE - dt.timedelta(days=7), DAY, most=9)
    assert len(found) == 7
    assert len({c.likelihood for c in found}) == 1


def test_what_happens_every_day_says_less_than_what_happens_once() -> None:
    often = [audit("Add policy", NOON - dt.timedelta(hours=n), str(n)) for n in range(20)]
    once = Candidates([often[0]]).of(MFA, BEFORE, DAY)[0].likelihood
    assert Candidates(often).of(MFA, BEFORE, DAY)[0].likelihood < once


def test_what_failed_is_hardly_a_cause() -> None:
    worked = Candidates([audit("Update security defaults")]).of(MFA, BEFORE, DAY)[0]
    failed = Candidates([audit("Update security defaults", succeeded=False)]).of(MFA, BEFORE, DAY)[0]
    assert failed.likelihood < worked.likelihood / 5
    assert "It failed." in failed.why


def test_a_policy_that_was_deleted_explains_a_loss_better_than_a_gain() -> None:
    deleted = [audit("Delete conditional access policy")]
    gained = msgspec.structs.replace(MFA, kind=Kind.GAINED)
    of = Candidates(deleted).of
    assert of(MFA, BEFORE, DAY)[0].likelihood > of(gained, BEFORE, DAY)[0].likelihood


def test_a_note_about_the_control_beats_an_audit() -> None:
    note = Event(
        source=EventSource.NOTE, id="n", at=NOON, title="rolled out FIDO2 to finance", control="mfaregistrationV2"
    )
    found = Candidates([audit("Update group"), note]).of(MFA, BEFORE, DAY)
    assert found[0].event is note
    assert Candidates([note]).of(BITLOCKER, BEFORE, DAY) == ()


def test_a_note_in_the_same_words_is_a_candidate() -> None:
    note = Event(source=EventSource.NOTE, id="n", at=NOON, title="BitLocker switched off on the lab machines")
    assert titles(Candidates([note]).of(BITLOCKER, BEFORE, DAY)) == [note.title]
    assert Candidates([note]).of(MFA, BEFORE, DAY) == ()


def test_a_note_of_a_licence_explains_controls_that_came() -> None:
    note = Event(source=EventSource.NOTE, id="n", at=NOON, title="Bought Microsoft 365 E5 for all staff")
    came = msgspec.structs.replace(SAFE, kind=Kind.CONTROL_ADDED)
    assert titles(Candidates([note]).of(came, BEFORE, DAY)) == [note.title]
    assert Candidates([note]).of(SAFE, BEFORE, DAY) == ()


def test_an_intune_policy_explains_a_device_control_and_no_other() -> None:
    patched = Event(
        source=EventSource.INTUNE_AUDIT, id="i", at=NOON, title="Patch DeviceManagementConfigurationPolicy",
        targets=("BitLocker for laptops",),
    )  # fmt: skip
    assert titles(Candidates([patched]).of(BITLOCKER, BEFORE, DAY)) == [patched.title]
    assert Candidates([patched]).of(MFA, BEFORE, DAY) == ()


def test_a_licence_explains_controls_that_came_and_nothing_else() -> None:
    bought = audit("Change user license")
    came = msgspec.structs.replace(SAFE, kind=Kind.CONTROL_ADDED)
    assert titles(Candidates([bought]).of(came, BEFORE, DAY)) == ["Change user license"]
    assert Candidates([bought]).of(SAFE, BEFORE, DAY) == ()


def test_what_no_control_stands_for_has_no_candidates() -> None:
    nameless = msgspec.structs.replace(MFA, control=None, kind=Kind.UNEXPLAINED)
    assert Candidates([audit("Update security defaults")]).of(nameless, BEFORE, DAY) == ()


events = st.lists(
    st.builds(
        audit,
        st.sampled_from(["Update security defaults", "Update user", "Add policy", "Add member to role", "Nonsense"]),
        st.integers(0, 8 * 24).map(lambda n: NOON - dt.timedelta(days=6) + dt.timedelta(hours=n)),
        st.uuids().map(str),
    ),
    max_size=12,
)


@given(events)
def test_candidates_are_few_ranked_within_the_window_and_not_dependent_on_the_order(found: list[Event]) -> None:
    ranked = Candidates(found).of(MFA, BEFORE, DAY)
    assert ranked == Candidates(list(reversed(found))).of(MFA, BEFORE, DAY)
    assert len(ranked) <= 3
    assert [c.likelihood for c in ranked] == sorted((c.likelihood for c in ranked), reverse=True)
    assert all(0.05 <= c.likelihood <= 1.0 for c in ranked)


def test_every_rule_names_its_source_and_reads_in_lower_case() -> None:
    known = operations.load()
    for rule in known.rules:
        assert rule.source in known.sources
        assert 0 < rule.strength <= 1
        assert rule.reason.endswith(".")
        patterns = (*rule.operations, *rule.controls, *rule.words, *rule.targets)
        assert all(p == p.lower() for p in patterns), rule


def test_the_controls_that_rules_name_exist() -> None:
    found = resources.files("surefoot.emulator").joinpath("data", "controls.json").read_bytes()
    ids = {row[0].casefold() for row in json.loads(found)["controls"]}
    ids |= {
        "customerlockboxenabled",
        "mcasfirewalllogupload",
        "admincenter_owned_apps_and_services",
        "passwordhashsync",
    }
    named = {c for rule in operations.load().rules for c in rule.controls if "*" not in c}
    assert sorted(named - ids) == []
