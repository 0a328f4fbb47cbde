"""What may be decided about an action, and what each decision needs: one table, from which docs and tests derive."""

import datetime as dt
import enum

import msgspec

from surefoot.errors import InputRefused
from surefoot.model import DECIDABLE, Decision, Status


class Need(enum.StrEnum):
    """What a decision has to bring."""

    REASON = "a reason"
    REVIEW_DATE = "a review date"
    EVIDENCE = "evidence"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to reach a status, and what that does to the numbers."""

    needs: frozenset[Need]
    counts: str
    """What it does to points available, planned and achievable score, in a sentence."""


RULES: dict[Status, Rule] = {
    Status.TO_ADDRESS: Rule(needs=frozenset(), counts="Its points are available."),
    Status.PLANNED: Rule(needs=frozenset(), counts="Its points are available, and in the planned score."),
    Status.IN_PROGRESS: Rule(needs=frozenset(), counts="Its points are available, and in the planned score."),
    Status.RISK_ACCEPTED: Rule(
        needs=frozenset({Need.REASON, Need.REVIEW_DATE}),
        counts="Its points are given up: neither available nor in the adjusted score's maximum.",
    ),
    Status.THIRD_PARTY: Rule(
        needs=frozenset({Need.EVIDENCE}), counts="Its points are not available; Microsoft gives them once it is told."
    ),
    Status.ALTERNATE: Rule(
        needs=frozenset({Need.EVIDENCE}), counts="Its points are not available; Microsoft gives them once it is told."
    ),
}
"""The statuses that a person can set. From each of them every one may follow; an accepted risk that is accepted again
is renewed. Completed is Microsoft's fact: nothing is decided about it, and nobody sets it."""

LONGEST_ACCEPTANCE = dt.timedelta(days=366)
"""A risk is accepted for a year at most; then it is accepted anew, or addressed."""
USUAL_ACCEPTANCE = dt.timedelta(days=90)
"""For how long when nobody says."""


def following(current: Status) -> tuple[Status, ...]:
    """Give the statuses that may follow one, in the order of their definition."""
    return () if current is Status.COMPLETED else tuple(RULES)


def checked(current: Status, wanted: Decision) -> Decision:
    """Give a decision with what is usual filled in; `InputRefused`, naming what is possible, when it cannot be.

    An accepted risk without a review date is reviewed after 90 days.
    """
    if wanted.status not in following(current):
        raise InputRefused(_refusal(current, wanted.status))
    if wanted.status is not Status.RISK_ACCEPTED and wanted.review_on is not None:
        message = "A review date belongs to an accepted risk alone."
        raise InputRefused(message)
    today = wanted.decided_at.date()
    if wanted.status is Status.RISK_ACCEPTED and wanted.review_on is None:
        wanted = msgspec.structs.replace(wanted, review_on=today + USUAL_ACCEPTANCE)
    needs = RULES[wanted.status].needs
    if Need.REASON in needs and not wanted.comment:
        message = "A risk is accepted with a reason: say in the comment why, and for whom it is bearable."
        raise InputRefused(message)
    if Need.EVIDENCE in needs and not wanted.evidence:
        message = "Say what resolves it elsewhere: evidence is a text or a link."
        raise InputRefused(message)
    if wanted.review_on is not None and not today < wanted.review_on <= today + LONGEST_ACCEPTANCE:
        last = today + LONGEST_ACCEPTANCE
        message = f"The review date {wanted.review_on} is not possible: it lies after {today}, and not after {last}."
        raise InputRefused(message)
    return wanted


GRAPH_STATES = {
    Status.RISK_ACCEPTED: "Ignored",
    Status.THIRD_PARTY: "ThirdParty",
    Status.ALTERNATE: "AlternateMitigation",
}
"""Graph's words for what it has a word for; everything else is `Default` there."""
DEFAULT = "Default"

REFUSED_FAMILIES = {
    "scid_": "Microsoft takes this in the portal of Defender Vulnerability Management alone: "
    "https://security.microsoft.com/security-recommendations",
}
"""Families of controls that Graph does not update, with where it can be done instead."""


def graph_state(status: Status) -> str:
    """Give the state at Microsoft that goes with a status."""
    return GRAPH_STATES.get(status, DEFAULT)


def kept_here(control: str, status: Status) -> str | None:
    """Say why a decision stays in Surefoot; None: it can be told to Microsoft."""
    for family, why in REFUSED_FAMILIES.items():
        if control.casefold().startswith(family):
            return why
    if status in {Status.PLANNED, Status.IN_PROGRESS}:
        return "Microsoft Graph has no word for planned and in progress."
    return None


def _refusal(current: Status, wanted: Status) -> str:
    if wanted not in DECIDABLE:
        return "Completed is a fact that Microsoft reports when all points are earned; it cannot be set."
    del current
    return "All points of this action are earned: it is completed, and there is nothing to decide."


def expired(decision: Decision, today: dt.date) -> bool:
    """Say whether a risk was accepted only until a day that has passed."""
    return decision.status is Status.RISK_ACCEPTED and decision.review_on is not None and decision.review_on < today
