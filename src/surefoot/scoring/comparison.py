"""Where a score stands among others: exactly in a portfolio, as an estimated range among all tenants."""

import math
from collections.abc import Sequence

import msgspec

SMALLEST_COHORT = 5
"""A cohort with fewer tenants than this would give a neighbour away."""

WHOLE = 100.0

NARROW, WIDE = 10.0, 20.0
"""Assumed bounds for the standard deviation of all tenants' percents, in points of percent. Graph gives no spread:
these are an assumption, stated wherever the estimate is shown."""


class Range(msgspec.Struct, frozen=True, rename="camel"):
    """An estimate between two bounds, in percent of the tenants that score lower."""

    low: float
    high: float


def percentile(value: float, others: Sequence[float]) -> float | None:
    """Give the mid-rank percentile of `value` among `others` (which hold it): lower ones plus half of the equal ones.

    None for an empty sequence. Between 0 and 100; a lone tenant stands at 50.
    """
    if not others:
        return None
    lower = sum(o < value for o in others)
    equal = sum(o == value for o in others)
    return 100.0 * (lower + equal / 2.0) / len(others)


def place(value: float, others: Sequence[float]) -> int:
    """Give the rank from 1 (the highest); equal ones share the better place."""
    return 1 + sum(o > value for o in others)


def estimate(value: float, average: float | None) -> Range | None:
    """Estimate how many percent of all tenants score lower than `value`, from Graph's average alone.

    Assumes that the percents of all tenants follow a Beta distribution with Graph's average as mean and a standard
    deviation between `NARROW` and `WIDE`. None where that cannot be: no average, or one too near to 0 or 100.
    """
    if average is None or not 0.0 <= value <= WHOLE:
        return None
    shapes = [_beta_shape(average / 100.0, spread / 100.0) for spread in (NARROW, WIDE)]
    if any(shape is None for shape in shapes):
        return None
    found = sorted(100.0 * beta_cdf(value / 100.0, *shape) for shape in shapes if shape)
    return Range(low=found[0], high=found[-1])


def _beta_shape(mean: float, deviation: float) -> tuple[float, float] | None:
    """Give alpha and beta by the method of moments; None unless the density has a single hump (both above 1)."""
    if not 0.0 < mean < 1.0:
        return None
    size = mean * (1.0 - mean) / deviation**2 - 1.0
    alpha, beta = mean * size, (1.0 - mean) * size
    return (alpha, beta) if alpha > 1.0 and beta > 1.0 else None


def beta_cdf(x: float, alpha: float, beta: float) -> float:
    """Give the regularized incomplete beta function I_x(alpha, beta), both above 0.

    By its continued fraction, evaluated by Lentz's method (DLMF 8.17.22); good to 1e-12 for moderate shapes.
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (alpha + 1.0) / (alpha + beta + 2.0):
        return 1.0 - beta_cdf(1.0 - x, beta, alpha)
    log_front = (
        math.lgamma(alpha + beta) - math.lgamma(alpha) - math.lgamma(beta) + alpha * math.log(x) + beta * math.log1p(-x)
    )
    return math.exp(log_front) / alpha / _fraction(x, alpha, beta)


def _fraction(x: float, alpha: float, beta: float, steps: int = 500, enough: float = 1e-14) -> float:
    """Evaluate 1 + d1/(1 + d2/(1 + ...)) of DLMF 8.17.23 by modified Lentz."""
    tiny = 1e-300
    value, numerator, denominator = 1.0, 1.0, 0.0
    for n in range(1, steps):
        m, odd = divmod(n, 2)
        if odd:
            d = -(alpha + m) * (alpha + beta + m) * x / ((alpha + 2 * m) * (alpha + 2 * m + 1))
        else:
            d = m * (beta - m) * x / ((alpha + 2 * m - 1) * (alpha + 2 * m))
        denominator = 1.0 / ((1.0 + d * denominator) or tiny)
        numerator = (1.0 + d / numerator) or tiny
        step = numerator * denominator
        value *= step
        if abs(step - 1.0) < enough:
            break
    return value
