"""A control's maximum: told by its own points and percent, else the last known one, else the profile's."""

import functools

import msgspec

from surefoot.model import Standing
from surefoot.scoring.ratings import Ratings

ROUNDING = 0.005 + 1e-9
"""Graph rounds `scoreInPercentage` to two decimals."""


class Maximum(msgspec.Struct, frozen=True):
    """A control's maximum, and whether it is only Surefoot's own record of what it usually is."""

    value: float | None
    """None when nobody knows it."""
    estimated: bool


@functools.lru_cache(maxsize=16_384)
def derived(points: float, percent: float | None) -> float | None:
    """Give `100 x points / percent`, as a whole number where one fits Graph's rounding, else to two decimals.

    None when points or percent are 0 or not known: nothing can be derived then.
    """
    if not percent or percent < 0 or points <= 0:
        return None
    exact = 100.0 * points / percent
    whole = float(round(exact))
    return whole if whole > 0 and abs(100.0 * points / whole - percent) <= ROUNDING else round(exact, 2)


def maximum(standing: Standing, ratings: Ratings) -> Maximum:
    """Give a control's maximum on a day."""
    score = standing.score
    profile = standing.profile.max_points if standing.profile else None
    value = derived(score.points, score.percent)
    value = standing.last_known_max if value is None else value
    value = profile if value is None else value
    if value is not None:
        return _maximum(max(value, score.points), estimated=False)
    rating = ratings.of(score.control)
    usual = rating.max_points if rating else None
    return _maximum(usual if usual is None else max(usual, score.points), estimated=usual is not None)


@functools.lru_cache(maxsize=16_384)
def _maximum(value: float | None, *, estimated: bool) -> Maximum:
    return Maximum(value, estimated=estimated)
