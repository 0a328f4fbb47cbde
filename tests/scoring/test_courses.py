import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.scoring.courses import Piece, at, resolve

DAY = dt.date(2026, 1, 1)


def pieces(*held: tuple[float, float | None]) -> list[Piece]:
    """Make pieces of one day each from points and percents."""
    days = (DAY + dt.timedelta(days=n) for n in range(len(held)))
    return [Piece(day, day, points, percent, "Identity") for day, (points, percent) in zip(days, held, strict=True)]


def maxima(*held: tuple[float, float | None], usual: float | None = None) -> list[float | None]:
    return [s.max_points for s in resolve(pieces(*held), usual)]


def test_rounding_alone_is_no_changed_maximum() -> None:
    assert maxima((0.01, 0.1), (0.02, 0.2), (8.01, 80.1)) == [10.0, 10.0, 10.0]


def test_a_reweighed_control_has_two_maxima() -> None:
    assert maxima((5.0, 100.0), (5.0, 50.0)) == [5.0, 10.0]


def test_a_piece_without_points_takes_the_maximum_before_it_else_the_one_after() -> None:
    assert maxima((0.0, 0.0), (4.0, 40.0), (0.0, 0.0)) == [10.0, 10.0, 10.0]


def test_the_profile_tells_what_no_day_tells() -> None:
    assert maxima((0.0, 0.0), (0.0, None), usual=7.0) == [7.0, 7.0]
    assert maxima((0.0, 0.0)) == [None]


def test_a_fractional_maximum_of_the_profile_is_taken_where_it_fits() -> None:
    assert maxima((1.25, 50.0), usual=2.5) == [2.5]


def test_a_profile_that_does_not_fit_the_days_gives_way() -> None:
    assert maxima((5.0, 50.0), usual=3.0) == [10.0]


@pytest.mark.parametrize("day", [DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=5)])
def test_a_day_outside_has_no_stretch(day: dt.date) -> None:
    assert at(resolve(pieces((1.0, 10.0)), None), day) is None


@given(most=st.integers(1, 60), shares=st.lists(st.integers(0, 1000), min_size=1, max_size=20))
def test_a_steady_maximum_comes_back_from_rounded_percents(most: int, shares: list[int]) -> None:
    held = [(most * share / 1000, round(share / 10, 2)) for share in shares]
    found = maxima(*held, usual=float(most))
    assert set(found) == {float(most)}
