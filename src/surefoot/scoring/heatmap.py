"""Controls by tenants: how a control stands in a tenant, and which control is best done next for everybody."""

import enum
from collections.abc import Iterable

import msgspec

from surefoot.model import Difficulty, Status


class State(enum.StrEnum):
    """How a control stands in a tenant."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    """Open, with some of its points."""
    OPEN = "open"
    """Open, with none of its points."""
    RISK_ACCEPTED = "risk_accepted"
    RESOLVED_ELSEWHERE = "resolved_elsewhere"
    """Through a third party or another mitigation."""
    NOT_SCORED = "not_scored"
    """Not licensed or not applicable: Microsoft doesn't score it there."""
    NOT_KNOWN = "not_known"
    """The tenant has no score."""


_DECIDED = {
    Status.COMPLETED: State.COMPLETED,
    Status.RISK_ACCEPTED: State.RISK_ACCEPTED,
    Status.THIRD_PARTY: State.RESOLVED_ELSEWHERE,
    Status.ALTERNATE: State.RESOLVED_ELSEWHERE,
}


def state_of(status: Status, earned: float) -> State:
    """See a status and earned points as one of the states."""
    return _DECIDED.get(status) or (State.PARTIAL if earned > 0 else State.OPEN)


class Candidate(msgspec.Struct, frozen=True):
    """A control that could be next for everybody."""

    id: str
    tenants: int
    """How many of them have still to decide about it."""
    points: float | None
    """What all of these would gain together; None: not known."""
    difficulty: Difficulty | None


EFFORT = {Difficulty.EASY: 1.0, Difficulty.MEDIUM: 2.0, Difficulty.COMPLEX: 4.0}
"""By what points are divided to weigh them; what is not rated counts as Medium, as everywhere."""


def best(candidates: Iterable[Candidate]) -> Candidate | None:
    """Choose what is best done next: the most points by effort, then the most tenants, then the id.

    None when no control is left to decide about, or nobody knows what any of them is worth.
    """
    worthy = [c for c in candidates if c.tenants and c.points]
    return min(worthy, key=lambda c: (-worth(c), -c.tenants, c.id.casefold()), default=None)


def worth(candidate: Candidate) -> float:
    """Divide the points by the effort: 1 for Easy, 2 for Medium or not rated, 4 for Complex."""
    return (candidate.points or 0.0) / EFFORT[candidate.difficulty or Difficulty.MEDIUM]
