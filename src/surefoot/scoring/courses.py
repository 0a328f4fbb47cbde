"""The course of a control over time: its points, and its maximum as far as its own days tell it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from surefoot.scoring.maxima import ROUNDING

DECIMALS = 2


class Piece(NamedTuple):
    """Days on which nothing of a control changed, both ends among them; gaps of the history may lie inside."""

    from_day: dt.date
    to_day: dt.date
    points: float
    percent: float | None
    """Graph's `scoreInPercentage`, 0 to 100."""
    category: str


class Stretch(NamedTuple):
    """The same days with the maximum that holds on them."""

    from_day: dt.date
    to_day: dt.date
    points: float
    max_points: float | None
    """None: nothing tells it (it is known as part of a sum at most)."""
    category: str

    def covers(self, day: dt.date) -> bool:
        """Say whether a day lies in it."""
        return self.from_day <= day <= self.to_day


class Told(Protocol):
    """What tells a maximum: points, and the percent that Graph gave for them."""

    @property
    def points(self) -> float:
        """The points."""
        ...

    @property
    def percent(self) -> float | None:
        """Graph's `scoreInPercentage`."""
        ...


def resolve(pieces: Sequence[Piece], usual: float | None) -> tuple[Stretch, ...]:
    """Give each piece the maximum that it shares with its neighbours."""
    if len(pieces) == 1:
        (p,) = pieces
        return (Stretch(p.from_day, p.to_day, p.points, _alone(p.points, p.percent, usual), p.category),)
    return tuple([
        Stretch(begun, ended, points, most, category)
        for (begun, ended, points, _, category), most in zip(pieces, maxima(pieces, usual), strict=True)
    ])  # fmt: skip


def maxima(pieces: Sequence[Told], usual: float | None) -> Sequence[float | None]:
    """Give the maximum of each piece, which are oldest first.

    Neighbours share one as long as a single value fits all of their rounded percents: rounding alone never looks
    like a changed maximum. Pieces without points take the maximum before them, else the one after, else `usual`
    (the profile's).
    """
    return _maxima(tuple([(p.points, p.percent) for p in pieces]), usual)


@lru_cache(maxsize=8192)
def _maxima(told: tuple[tuple[float, float | None], ...], usual: float | None) -> tuple[float | None, ...]:
    """Give them of points and percents: most controls go from nothing to all, or back."""
    if len(told) == 1:
        return (_alone(*told[0], usual),)
    found: list[float | None] = [None] * len(told)
    for places, low, high in _shared(told):
        value = _pick(low, high, usual)
        for place in places:
            found[place] = value
    filled = zip(told, _filled(found, usual), strict=True)
    return tuple([m if m is None else max(m, points) for (points, _), m in filled])


@lru_cache(maxsize=8192)
def _alone(points: float, percent: float | None, usual: float | None) -> float | None:
    """Give the maximum of a piece without neighbours; most controls of a tenant never change."""
    bounds = _bounds(points, percent)
    found = usual if bounds is None else _pick(*bounds, usual)
    return None if found is None else max(found, points)


@lru_cache(maxsize=8192)
def _bounds(points: float, percent: float | None) -> tuple[float, float] | None:
    """Give between which values a maximum lies, given what Graph's rounding leaves open; None: nothing tells it."""
    if not percent or percent <= ROUNDING or points <= 0:
        return None
    return 100.0 * points / (percent + ROUNDING), 100.0 * points / (percent - ROUNDING)


def _shared(told: Sequence[tuple[float, float | None]]) -> list[tuple[list[int], float, float]]:
    """Group neighbours that one maximum fits, with its bounds; those that tell nothing are left out."""
    groups: list[tuple[list[int], float, float]] = []
    places: list[int] = []
    low = high = 0.0
    for place, (points, percent) in enumerate(told):
        found = _bounds(points, percent)
        if found is None:
            continue
        least, most = found
        if places and max(low, least) <= min(high, most):
            low, high = max(low, least), min(high, most)
            places.append(place)
            continue
        if places:
            groups.append((places, low, high))
        places, low, high = [place], least, most
    return [*groups, (places, low, high)] if places else groups


@lru_cache(maxsize=8192)
def _pick(low: float, high: float, usual: float | None) -> float:
    """Take the profile's maximum where it fits, else a whole number, else the middle."""
    if usual is not None and low <= usual <= high:
        return usual
    middle = (low + high) / 2.0
    whole = float(round(middle))
    return whole if low <= whole <= high and whole > 0 else round(middle, DECIMALS)


def _filled(maxima: Sequence[float | None], usual: float | None) -> list[float | None]:
    held = next((m for m in maxima if m is not None), usual)
    filled = []
    for found in maxima:
        held = held if found is None else found
        filled.append(held)
    return filled


def at(stretches: Iterable[Stretch], day: dt.date) -> Stretch | None:
    """Give the stretch that covers a day; None when the control was not scored then."""
    for stretch in stretches:
        if stretch.from_day <= day <= stretch.to_day:
            return stretch
    return None
