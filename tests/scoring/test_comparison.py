import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.scoring.comparison import beta_cdf, estimate, percentile, place


@given(st.integers(1, 12), st.integers(1, 12), st.floats(0, 1))
def test_the_incomplete_beta_function_agrees_with_the_binomial_sum(a: int, b: int, x: float) -> None:
    n = a + b - 1
    exact = math.fsum(math.comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert beta_cdf(x, a, b) == pytest.approx(exact, abs=1e-12)


@given(st.floats(0, 100), st.floats(0, 100), st.floats(30, 70))
def test_a_higher_score_never_estimates_lower(a: float, b: float, average: float) -> None:
    low, high = sorted((a, b))
    below, above = estimate(low, average), estimate(high, average)
    assert below is not None
    assert above is not None
    assert below.low <= above.low + 1e-9
    assert below.high <= above.high + 1e-9
    assert 0.0 <= below.low <= below.high <= 100.0 + 1e-9


@pytest.mark.parametrize("average", [None, 0.0, -1.0, 0.5, 99.9, 100.0])
def test_no_estimate_where_the_assumptions_do_not_hold(average: float | None) -> None:
    assert estimate(50.0, average) is None


@given(st.lists(st.integers(0, 100).map(float), min_size=1))
def test_percentiles_average_to_fifty_and_ranks_start_at_one(values: list[float]) -> None:
    found = [percentile(v, values) or 0.0 for v in values]
    assert math.fsum(found) / len(found) == pytest.approx(50.0)
    assert min(place(v, values) for v in values) == 1


def test_equal_tenants_share_the_better_place_and_the_middle_percentile() -> None:
    assert [percentile(v, [50.0, 60.0, 60.0, 70.0]) for v in (50.0, 60.0, 70.0)] == [12.5, 50.0, 87.5]
    assert [place(v, [50.0, 60.0, 60.0, 70.0]) for v in (70.0, 60.0, 50.0)] == [1, 2, 4]


def test_nobody_to_compare_with_is_not_known() -> None:
    assert percentile(50.0, []) is None
