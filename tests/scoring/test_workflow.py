"""Every status from every status, with and without what it needs; and the documentation's table is the code's."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.errors import InputRefused, NotPermitted, SurefootError
from surefoot.model import DECIDABLE, Decision, Grounds, Role, Status
from surefoot.pages.outlets import camel
from surefoot.scoring import workflow
from surefoot.scoring.policy import MEANINGS, Policy
from surefoot.scoring.workflow import RULES, Need, Way

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
PAGE = Path(__file__).parents[2] / "docs" / "workflow.md"


def decision(status: Status, **more: object) -> Decision:
    return Decision(control="aad_mfa", status=status, decided_at=NOW, decided_by="anna", **more)


def whole(status: Status) -> Decision:
    """Bring what a status needs, and nothing else."""
    needs = RULES[status].needs if status in RULES else frozenset()
    return decision(
        status,
        comment="bearable" if Need.REASON in needs else None,
        review_on=TODAY + dt.timedelta(days=30) if Need.END in needs else None,
        grounds=Grounds.RISK if status is Status.RISK_ACCEPTED else None,
        evidence="https://example.com/ticket/7" if Need.EVIDENCE in needs else None,
    )


def test_every_status_that_a_person_can_set_has_a_rule() -> None:
    assert set(RULES) == DECIDABLE


def expected(current: Status, wanted: Status, role: Role, *, two_persons: bool) -> Way | type[SurefootError]:
    """Say in other words what the table says."""
    if Status.COMPLETED in {current, wanted}:
        return InputRefused
    if role is Role.READER:
        return NotPermitted
    return Way.ASK if two_persons and wanted is Status.RISK_ACCEPTED else Way.DECIDE


@pytest.mark.parametrize("two_persons", [False, True])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("current", Status)
@pytest.mark.parametrize("wanted", Status)
def test_every_transition_by_every_role(current: Status, wanted: Status, role: Role, *, two_persons: bool) -> None:
    due = expected(current, wanted, role, two_persons=two_persons)
    policy = Policy(two_persons=two_persons)
    if isinstance(due, Way):
        assert workflow.way(current, wanted, role, policy) is due
    else:
        with pytest.raises(due):
            workflow.way(current, wanted, role, policy)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("by", ["anna", "Anna", "bert"])
def test_approving_takes_the_role_and_somebody_else(role: Role, by: str) -> None:
    asked = decision(Status.RISK_ACCEPTED, comment="bearable")
    if role in {Role.APPROVER, Role.ADMINISTRATOR} and by == "bert":
        workflow.may_approve(asked, by, role)
    else:
        with pytest.raises(NotPermitted):
            workflow.may_approve(asked, by, role)


@pytest.mark.parametrize("status", Status)
def test_what_a_status_becomes_at_microsoft_means_the_same_back(status: Status) -> None:
    assert workflow.agree(workflow.graph_state(status), status)


def test_an_acceptance_need_not_end_where_the_policy_says_so() -> None:
    made = workflow.checked(
        Status.TO_ADDRESS, decision(Status.RISK_ACCEPTED, comment="bearable"), Policy(must_end=False)
    )
    assert made.review_on is None


def test_not_applicable_needs_its_reason_as_a_risk_does() -> None:
    asked = decision(Status.RISK_ACCEPTED, grounds=Grounds.NOT_APPLICABLE)
    with pytest.raises(InputRefused, match="does not apply"):
        workflow.checked(Status.TO_ADDRESS, asked)
    with pytest.raises(InputRefused, match="Grounds"):
        workflow.checked(Status.TO_ADDRESS, decision(Status.PLANNED, grounds=Grounds.RISK))


@pytest.mark.parametrize("current", Status)
@pytest.mark.parametrize("wanted", Status)
def test_each_status_follows_each_but_completed(current: Status, wanted: Status) -> None:
    possible = current is not Status.COMPLETED and wanted is not Status.COMPLETED
    assert (wanted in workflow.following(current)) == possible
    if possible:
        assert workflow.checked(current, whole(wanted)) == whole(wanted)
    else:
        with pytest.raises(InputRefused, match=r"(?i)completed"):
            workflow.checked(current, whole(wanted))


@pytest.mark.parametrize(
    ("status", "lacking", "words"),
    [
        (Status.RISK_ACCEPTED, "comment", "with a reason"),
        (Status.THIRD_PARTY, "evidence", "a text or a link"),
        (Status.ALTERNATE, "evidence", "a text or a link"),
    ],
)
def test_a_decision_without_what_it_needs_is_refused(status: Status, lacking: str, words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        workflow.checked(Status.TO_ADDRESS, msgspec.structs.replace(whole(status), **{lacking: None}))


def test_an_acceptance_without_a_date_is_reviewed_after_ninety_days() -> None:
    made = workflow.checked(Status.TO_ADDRESS, decision(Status.RISK_ACCEPTED, comment="bearable"))
    assert made.review_on == TODAY + dt.timedelta(days=90)


@given(st.integers(-800, 800))
def test_a_review_date_lies_in_the_year_ahead(days: int) -> None:
    asked = decision(
        Status.RISK_ACCEPTED, comment="bearable", grounds=Grounds.RISK, review_on=TODAY + dt.timedelta(days=days)
    )
    if 0 < days <= Policy().longest_days:
        assert workflow.checked(Status.PLANNED, asked) == asked
    else:
        with pytest.raises(InputRefused, match=r"[Aa]ccepted until"):
            workflow.checked(Status.PLANNED, asked)


def test_a_review_date_is_for_accepted_risks_alone() -> None:
    with pytest.raises(InputRefused, match="accepted risk alone"):
        workflow.checked(Status.TO_ADDRESS, decision(Status.PLANNED, review_on=TODAY + dt.timedelta(days=3)))


@pytest.mark.parametrize(("back", "over"), [(-1, False), (0, False), (1, True)])
def test_an_acceptance_holds_through_its_last_day(back: int, *, over: bool) -> None:
    kept = decision(Status.RISK_ACCEPTED, comment="x", review_on=TODAY - dt.timedelta(days=back))
    assert workflow.expired(kept, TODAY) is over
    assert not workflow.expired(msgspec.structs.replace(kept, status=Status.PLANNED), TODAY)
    assert not workflow.expired(msgspec.structs.replace(kept, review_on=None), TODAY)


@pytest.mark.skipif(not PAGE.exists(), reason="the documentation is not beside the tests")
def test_the_documentation_has_every_rule() -> None:
    text = PAGE.read_text("utf-8")
    for status, rule in RULES.items():
        needs = ", ".join(need.value for need in Need if need in rule.needs) or "nothing"
        assert f"| `{camel(status)}` | {needs} | {rule.counts} |" in text
    assert f"```mermaid\n{workflow.diagram()}\n```" in text
    for name, meaning in MEANINGS.items():
        assert f"| {meaning} |" in text, name


@pytest.mark.parametrize("other", ["ANDR\u00c9 B", "andr\u00e9 b ", " Andre\u0301  B", "\uff21ndr\u00e9 B"])
def test_another_spelling_of_a_name_is_no_second_person(other: str) -> None:
    asked = Decision(
        control="x", status=Status.RISK_ACCEPTED, decided_at=NOW, decided_by="Andr\u00e9 B", comment="bearable"
    )  # fmt: skip
    assert workflow.same_person(other, asked.decided_by)
    with pytest.raises(NotPermitted, match="Somebody else"):
        workflow.may_approve(asked, other, Role.APPROVER)
    assert not workflow.same_person(other, "Andrea B")
