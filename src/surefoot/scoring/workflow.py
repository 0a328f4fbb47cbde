"""What may be decided about an action, and what each decision needs: one table, from which docs and tests derive."""

import datetime as dt
import enum
import unicodedata

import msgspec

from surefoot.errors import InputRefused, NotPermitted
from surefoot.model import DECIDABLE, Decision, Grounds, Role, Status
from surefoot.scoring.policy import Policy


class Need(enum.StrEnum):
    """What a decision has to bring."""

    REASON = "a reason"
    END = "an end"
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
        needs=frozenset({Need.REASON, Need.END}),
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


class Way(enum.StrEnum):
    """How somebody gets from one status to another."""

    DECIDE = "decide"
    """By their own word."""
    ASK = "ask"
    """By asking: a second person approves."""


def way(current: Status, wanted: Status, role: Role, policy: Policy) -> Way:
    """Say how somebody with a role gets from one status to another; a `SurefootError` when they do not.

    Whoever decides needs the role editor. Where a policy asks for two persons, everybody asks for an acceptance.
    """
    if wanted not in following(current):
        raise InputRefused(_refusal(current, wanted))
    if not role.may(Role.EDITOR):
        message = f"Deciding needs the role editor, and yours is {role.value}."
        raise NotPermitted(message)
    return Way.ASK if wanted is Status.RISK_ACCEPTED and policy.two_persons else Way.DECIDE


def may_approve(asked: Decision, by: str, role: Role) -> None:
    """Refuse an approval by who asked, or by somebody without the role approver."""
    if not role.may(Role.APPROVER):
        message = f"Approving needs the role approver, and yours is {role.value}."
        raise NotPermitted(message)
    if same_person(by, asked.decided_by):
        message = "Somebody else than who asked has to approve: that is what two persons are for."
        raise NotPermitted(message)


def same_person(one: str, other: str) -> bool:
    """Say whether two names are one person's: neither case nor blanks nor Unicode's other spellings make a second."""
    return _person(one) == _person(other)


def _person(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def following(current: Status) -> tuple[Status, ...]:
    """Give the statuses that may follow one, in the order of their definition."""
    return () if current is Status.COMPLETED else tuple(RULES)


def checked(current: Status, wanted: Decision, policy: Policy | None = None) -> Decision:
    """Give a decision with what is usual filled in; `InputRefused`, naming what is possible, when it cannot be.

    An accepted risk without an end ends after the policy's usual days; without grounds it is a risk.
    """
    asked = policy or Policy()
    if wanted.status not in following(current):
        raise InputRefused(_refusal(current, wanted.status))
    if wanted.status is not Status.RISK_ACCEPTED and wanted.review_on is not None:
        message = "An end (accepted until) belongs to an accepted risk alone."
        raise InputRefused(message)
    if wanted.status is not Status.RISK_ACCEPTED and wanted.grounds is not None:
        message = "Grounds (risk, notApplicable) belong to an accepted risk alone."
        raise InputRefused(message)
    today = wanted.decided_at.date()
    if wanted.status is Status.RISK_ACCEPTED:
        days = min(asked.usual_days, asked.longest_days)
        usual = today + dt.timedelta(days=days) if asked.must_end else None
        until, grounds = wanted.review_on or usual, wanted.grounds or Grounds.RISK
        wanted = msgspec.structs.replace(wanted, review_on=until, grounds=grounds)
    needs = RULES[wanted.status].needs
    if Need.REASON in needs and not wanted.comment:
        message = _REASONS[wanted.grounds or Grounds.RISK]
        raise InputRefused(message)
    if Need.EVIDENCE in needs and not wanted.evidence:
        message = "Say what resolves it elsewhere: evidence is a text or a link."
        raise InputRefused(message)
    last = today + dt.timedelta(days=asked.longest_days)
    if wanted.review_on is not None and not today < wanted.review_on <= last:
        message = (
            f"Accepted until {wanted.review_on} is not possible: it has to be after {today}, and {last} at the latest."
        )
        raise InputRefused(message)
    return wanted


_REASONS = {
    Grounds.RISK: "A risk is accepted with a reason: say in the comment why, and for whom it is bearable.",
    Grounds.NOT_APPLICABLE: "Say in the comment why the action does not apply here.",
}

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


_STATUSES = {
    "ignored": Status.RISK_ACCEPTED,
    "thirdparty": Status.THIRD_PARTY,
    "alternatemitigation": Status.ALTERNATE,
    "reviewed": Status.ALTERNATE,
    "default": Status.TO_ADDRESS,
}


def status_of(state: str) -> Status | None:
    """Give the status that goes with a state at Microsoft; None for a word that nobody knows."""
    return _STATUSES.get(state.casefold())


def agree(state: str, status: Status) -> bool:
    """Say whether a state at Microsoft and a status here mean the same, as far as Graph has words."""
    return status_of(state) is (status if status in GRAPH_STATES else Status.TO_ADDRESS)


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


def diagram() -> str:
    """Draw the statuses and what each takes, for the documentation, in Mermaid."""
    names = {status: "".join(part.title() for part in status.value.split("_")) for status in Status}
    lines = ["stateDiagram-v2", '    state "any but completed" as Any', f"    [*] --> {names[Status.TO_ADDRESS]}"]
    for status, rule in RULES.items():
        needs = ", ".join(need.value for need in Need if need in rule.needs) or "nothing"
        lines.append(f"    Any --> {names[status]}: {needs}")
    lines += [
        f"    {names[Status.RISK_ACCEPTED]} --> {names[Status.TO_ADDRESS]}: its last day has passed",
        f"    Any --> {names[Status.COMPLETED]}: Microsoft reports all points",
        f"    {names[Status.COMPLETED]} --> {names[Status.TO_ADDRESS]}: points are lost (regressed)",
    ]
    return "\n".join(lines)
