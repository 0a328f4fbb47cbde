"""Controls by tenants: states, and what is best done next for everybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.model import Difficulty, Status
from surefoot.scoring.heatmap import EFFORT, Candidate, State, best, state_of, worth


@pytest.mark.parametrize(
    ("status", "earned", "state"),
    [
        (Status.COMPLETED, 9.0, State.COMPLETED),
        (Status.TO_ADDRESS, 0.0, State.OPEN),
        (Status.TO_ADDRESS, 0.5, State.PARTIAL),
        (Status.PLANNED, 0.0, State.OPEN),
        (Status.IN_PROGRESS, 4.0, State.PARTIAL),
        (Status.RISK_ACCEPTED, 4.0, State.RISK_ACCEPTED),
        (Status.THIRD_PARTY, 9.0, State.RESOLVED_ELSEWHERE),
        (Status.ALTERNATE, 0.0, State.RESOLVED_ELSEWHERE),
    ],
)
def test_a_status_and_points_make_a_state(status: Status, earned: float, state: State) -> None:
    assert state_of(status, earned) is state


def test_every_status_has_a_state() -> None:
    assert all(state_of(s, 1.0) not in {State.NOT_SCORED, State.NOT_KNOWN} for s in Status)


def test_points_are_weighed_by_the_effort() -> None:
    easy = Candidate("easy", 3, 30.0, Difficulty.EASY)
    medium = Candidate("medium", 9, 59.0, Difficulty.MEDIUM)
    rated = Candidate("not rated", 9, 58.0, None)
    complex_ = Candidate("complex", 9, 117.0, Difficulty.COMPLEX)
    assert best([complex_, rated, medium, easy]) is easy
    assert best([complex_, rated, medium]) is medium
    assert best([complex_, rated]) is complex_
    assert worth(rated) == 29.0


def test_of_equal_worth_the_one_in_more_tenants_is_next_then_the_first_id() -> None:
    few, many = Candidate("a", 2, 30.0, Difficulty.EASY), Candidate("b", 3, 30.0, Difficulty.EASY)
    assert best([few, many]) is many
    assert best([many, Candidate("A", 3, 30.0, Difficulty.EASY)]) == Candidate("A", 3, 30.0, Difficulty.EASY)


def test_what_is_decided_or_not_known_is_not_next() -> None:
    assert best([]) is None
    assert best([Candidate("a", 0, 30.0, None), Candidate("b", 3, None, None), Candidate("c", 3, 0.0, None)]) is None


CANDIDATES = st.builds(
    Candidate,
    st.text(min_size=1, max_size=5),
    st.integers(0, 5),
    st.none() | st.floats(0, 1e6),
    st.none() | st.sampled_from(Difficulty),
)


@given(st.lists(CANDIDATES, max_size=12))
def test_nothing_is_worth_more_than_the_best(candidates: list[Candidate]) -> None:
    found = best(candidates)
    others = [worth(c) for c in candidates if c.tenants and c.points]
    assert (found is None) == (not others)
    assert found is None or worth(found) == max(others)
    assert set(EFFORT) == set(Difficulty)
