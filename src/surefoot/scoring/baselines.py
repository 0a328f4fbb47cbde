"""Baselines: named sets of decisions that tenants are to have, and how a tenant differs from them."""

import datetime as dt
import enum

import msgspec

from surefoot.errors import InputRefused
from surefoot.model import DECIDABLE, Decision, Grounds, Status
from surefoot.scoring import workflow
from surefoot.scoring.actions import Action
from surefoot.scoring.policy import LONGEST, Policy

LONGEST_NAME = 100
MOST_RULES = 500


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a baseline says about one control."""

    control: str
    expected: Status
    """Any status; `completed` means that all points are to be earned."""
    elsewhere: bool = False
    """Whether a third party or an alternate mitigation fulfils `completed` too."""
    comment: str | None = None
    """Given to the decision when the baseline is applied; not compared, as all that follows but `due`."""
    evidence: str | None = None
    grounds: Grounds | None = None
    review_days: int | None = None
    """For how many days a risk is accepted when the baseline is applied; None: the policy's usual days."""
    owner: str | None = None
    due: dt.date | None = None
    """By when the work is to be done."""


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """A named set of rules, as it was at one time."""

    name: str
    description: str | None
    rules: tuple[Rule, ...]
    """By the control's id; none: the baseline was removed."""
    changed_at: dt.datetime
    changed_by: str


class Drift(enum.StrEnum):
    """How a tenant does not have what a rule says."""

    MISSING = "missing"
    """Not scored on the tenant's newest day: nobody's fault, and nothing to do."""
    DIFFERS = "differs"
    """Another status."""
    LATE = "late"
    """The work should have been done by now."""
    DUE = "due"
    """The work is still to be done, and there is time."""


DRIFTING = frozenset({Drift.DIFFERS, Drift.LATE})
"""What makes a tenant drift; the others only say where it stands."""

WORK = (Status.TO_ADDRESS, Status.PLANNED, Status.IN_PROGRESS, Status.COMPLETED)
"""The steps of the work: a later one fulfils a rule that expects an earlier one."""


def drift(rule: Rule, action: Action | None, today: dt.date) -> Drift | None:
    """Say how an action of a tenant's newest day differs from a rule; None: it is as the rule says.

    Work that is still open after the rule's due date is late, whatever its status; before it, work that is to be
    completed is due.
    """
    if action is None:
        return Drift.MISSING
    still_open = action.status in WORK and action.status is not Status.COMPLETED
    if rule.due is not None and rule.due < today and still_open:
        return Drift.LATE
    if fulfilled(rule, action.status):
        return None
    timely = rule.due is not None and rule.expected is Status.COMPLETED and still_open
    return Drift.DUE if timely else Drift.DIFFERS


def fulfilled(rule: Rule, status: Status) -> bool:
    """Say whether a status is what a rule expects, or further; the due date aside."""
    if status is Status.COMPLETED or status is rule.expected:
        return True
    if rule.expected is Status.COMPLETED:
        return rule.elsewhere and status in {Status.THIRD_PARTY, Status.ALTERNATE}
    return rule.expected in WORK and status in WORK and WORK.index(status) > WORK.index(rule.expected)


def reached(rule: Rule, status: Status) -> Status | None:
    """Give the status that applying a rule leads to; None: it stays.

    Nobody can set `completed`: what is still to be addressed is planned instead.
    """
    if fulfilled(rule, status):
        return None
    if rule.expected is not Status.COMPLETED:
        return rule.expected
    return Status.PLANNED if status is Status.TO_ADDRESS else None


def checked(rule: Rule, now: dt.datetime) -> Rule:
    """Give a rule that could be applied; `InputRefused`, naming its control, when it could not."""
    try:
        _check(rule, now)
    except InputRefused as error:
        message = f"{rule.control}: {error}"
        raise InputRefused(message) from None
    return rule


def _check(rule: Rule, now: dt.datetime) -> None:
    if rule.review_days is not None and not 1 <= rule.review_days <= LONGEST:
        message = f"A risk is accepted for 1 to {LONGEST} days."
        raise InputRefused(message)
    if rule.due is not None and rule.expected not in WORK:
        message = f"A due date belongs to work: {rule.expected.value} has none."
        raise InputRefused(message)
    if rule.elsewhere and rule.expected is not Status.COMPLETED:
        message = "That something else may resolve it is said where completed is expected."
        raise InputRefused(message)
    wanted = Decision(
        control=rule.control,
        status=rule.expected if rule.expected in DECIDABLE else Status.PLANNED,
        decided_at=now,
        decided_by="baseline",
        comment=rule.comment,
        evidence=rule.evidence,
        grounds=rule.grounds,
        review_on=now.date() + dt.timedelta(days=rule.review_days) if rule.review_days else None,
    )
    workflow.checked(Status.TO_ADDRESS, wanted, Policy(longest_days=LONGEST))
