"""What fulfils a rule, what drifts from it, and which rules could be applied at all."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.errors import InputRefused
from surefoot.model import CLOSED, DECIDABLE, ControlScore, Grounds, Profile, Standing, Status
from surefoot.scoring import actions, baselines
from surefoot.scoring.actions import Action
from surefoot.scoring.baselines import DRIFTING, Drift, Rule, checked, drift, fulfilled, reached
from surefoot.scoring.ratings import load

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
DAY = dt.timedelta(days=1)
STATUSES = st.sampled_from(Status)
RULES = st.builds(
    Rule, control=st.just("aad_mfa"), expected=STATUSES, elsewhere=st.booleans(),
    due=st.none() | st.dates(TODAY - 3 * DAY, TODAY + 3 * DAY),
)  # fmt: skip


def action(status: Status) -> Action:
    score = ControlScore(control="aad_mfa", category="Identity", points=0.0)
    profile = Profile(control="aad_mfa", title="MFA", category="Identity", max_points=10.0)
    (made,) = actions.rank([Standing(score=score, profile=profile)], 10.0, load(), TODAY)
    return msgspec.structs.replace(made, status=status)


def rule(expected: Status, **more: object) -> Rule:
    return Rule(control="aad_mfa", expected=expected, **more)


T, P, I, R, O, A, C = Status  # noqa: E741 - in the order of their definition


@pytest.mark.parametrize(
    ("expected", "by"),
    [
        (T, {T, P, I, C}), (P, {P, I, C}), (I, {I, C}), (R, {R, C}), (O, {O, C}), (A, {A, C}), (C, {C}),
    ],
)  # fmt: skip
def test_a_later_step_of_the_work_fulfils_an_earlier_one_and_completed_all(expected: Status, by: set[Status]) -> None:
    assert {s for s in Status if fulfilled(rule(expected), s)} == by


def test_something_else_fulfils_completed_where_the_rule_says_so() -> None:
    assert {s for s in Status if fulfilled(rule(C, elsewhere=True), s)} == {C, O, A}


def test_what_is_not_scored_is_missing() -> None:
    assert drift(rule(C, due=TODAY - DAY), None, TODAY) is Drift.MISSING


@pytest.mark.parametrize(
    ("expected", "status", "due", "found"),
    [
        (C, T, None, Drift.DIFFERS), (C, T, 0, Drift.DUE), (C, I, 1, Drift.DUE), (C, I, -1, Drift.LATE),
        (C, R, 1, Drift.DIFFERS), (C, R, -1, Drift.DIFFERS), (C, C, -1, None), (C, O, -1, Drift.DIFFERS),
        (P, T, 1, Drift.DIFFERS), (P, T, -1, Drift.LATE), (P, P, 0, None), (P, P, -1, Drift.LATE), (P, C, -1, None),
        (P, R, None, Drift.DIFFERS), (R, T, None, Drift.DIFFERS), (O, A, None, Drift.DIFFERS),
    ],
)  # fmt: skip
def test_the_due_date_tells_due_from_late(
    expected: Status, status: Status, due: int | None, found: Drift | None
) -> None:
    day = None if due is None else TODAY + due * DAY
    assert drift(rule(expected, due=day), action(status), TODAY) is found


@given(RULES, STATUSES)
def test_applying_a_rule_leaves_no_difference_that_somebody_could_decide(wanted: Rule, status: Status) -> None:
    then = reached(wanted, status) or status
    assert reached(wanted, then) is None
    found = drift(wanted, action(then), TODAY)
    if wanted.expected in DECIDABLE:
        assert found is not Drift.DIFFERS
    if then is not status:
        assert status is not Status.COMPLETED
        assert then in DECIDABLE


@given(RULES, STATUSES)
def test_what_is_closed_is_never_late_and_what_fulfils_drifts_only_when_late(wanted: Rule, status: Status) -> None:
    found = drift(wanted, action(status), TODAY)
    assert not (found is Drift.LATE and status in CLOSED)
    if fulfilled(wanted, status):
        assert found in {None, Drift.LATE}
    else:
        assert found in {Drift.DUE, *DRIFTING}


@pytest.mark.parametrize(
    "sound",
    [
        rule(C, elsewhere=True, owner="anna", due=TODAY - DAY),
        rule(R, comment="bearable", review_days=365),
        rule(R, comment="none here", grounds=Grounds.NOT_APPLICABLE),
        rule(O, evidence="We use X"),
        rule(A, evidence="https://wiki.example/x"),
        rule(P, comment="x", due=TODAY),
    ],
)
def test_a_rule_that_brings_what_its_status_needs_is_kept_as_it_is(sound: Rule) -> None:
    assert checked(sound, NOW) == sound


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (rule(R), "with a reason"),
        (rule(R, grounds=Grounds.NOT_APPLICABLE), "why the action does not apply"),
        (rule(O), "evidence is a text or a link"),
        (rule(A), "evidence is a text or a link"),
        (rule(C, review_days=30), "belongs to an accepted risk alone"),
        (rule(P, grounds=Grounds.RISK), "belong to an accepted risk alone"),
        (rule(R, comment="x", review_days=0), "1 to 3660 days"),
        (rule(R, comment="x", review_days=3661), "1 to 3660 days"),
        (rule(O, evidence="x", due=TODAY), "A due date belongs to work"),
        (rule(P, elsewhere=True), "where completed is expected"),
    ],
)
def test_a_rule_that_could_not_be_applied_is_refused_with_its_control(wrong: Rule, said: str) -> None:
    with pytest.raises(InputRefused, match=f"aad_mfa: .*{said}"):
        checked(wrong, NOW)


def test_the_bounds_are_those_that_the_page_tells() -> None:
    assert (baselines.LONGEST_NAME, baselines.MOST_RULES) == (100, 500)
