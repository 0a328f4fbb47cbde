"""Why a score moved between two days: an exact, additive decomposition by control.

With points S, maximum M and R = 1/M, the difference of two percents is split without a rest
(the symmetric, or Shapley, decomposition of a product of two factors):

    100 x (S_b R_b - S_a R_a) = 100 x [ sum dS_i (R_a + R_b)/2  -  (S_a + S_b)/2 sum dM_i / (M_a M_b) ]

so that each control has an *earned* part and a *catalogue* part. Where a control's own maximum moved, its dS_i is
split the same way into what its share of the maximum did (gained, regressed) and what the maximum did (max changed).
"""

import datetime as dt
import enum
from collections.abc import Callable, Hashable, Iterable, Sequence
from math import fsum
from typing import Protocol, TypeVar

import msgspec

from surefoot.scoring.percents import percent

K = TypeVar("K", bound=Hashable)

POINTS_MATTER = 1e-12
"""Differences of points below this are rounding, not changes."""


class Kind(enum.StrEnum):
    """What sort of reason a change is."""

    GAINED = "gained"
    REGRESSED = "regressed"
    CONTROL_ADDED = "control_added"
    CONTROL_RETIRED = "control_retired"
    MAX_CHANGED = "max_changed"
    UNKNOWN_MAXIMA = "unknown_maxima"
    """The controls whose maxima nobody knows, as a group: only their sum is known."""
    UNEXPLAINED = "unexplained"
    """What Graph's totals hold beyond the sum of their controls."""


class Held(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A control as a tenant held it on one day."""

    control: str
    name: str
    category: str
    service: str | None
    points: float
    max_points: float | None
    """None when nobody knows it; such a control has 0 points."""
    count: float | None = None
    total: float | None = None


class Day(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that counts on one day."""

    day: dt.date
    points: float
    max_points: float
    controls: tuple[Held, ...]


class Alike(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The controls that both days hold alike: left out of the days, they need not be looked at."""

    max_points: float = 0.0
    """Of those whose maximum is known; it matters only where some control's is not."""
    unknown: bool = False
    """Whether there are some whose maximum is not."""


NONE_ALIKE = Alike()


class Total(Protocol):
    """A day's totals, as Graph gave them."""

    @property
    def day(self) -> dt.date:
        """The day."""
        ...

    @property
    def points(self) -> float:
        """The points."""
        ...

    @property
    def max_points(self) -> float:
        """The possible points."""
        ...


Pair = tuple[Held | None, Held | None]
"""A control on the day before and on the day after; None: the tenant did not have it then."""


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One reason for a difference between two days."""

    kind: Kind
    control: str | None
    """None for the group of unknown maxima and for what is unexplained."""
    name: str | None
    category: str | None
    service: str | None
    points: float
    """The difference of earned points that this kind stands for."""
    max_points: float
    """The difference of possible points."""
    earned: float | None
    """The earned part, in points of percent; None when a percent of the two days is not known."""
    catalogue: float | None
    """The catalogue part, in points of percent."""
    before: Held | None
    after: Held | None

    @property
    def percent(self) -> float | None:
        """Both parts together, in points of percent."""
        return None if self.earned is None or self.catalogue is None else self.earned + self.catalogue


class Explanation(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """Why the score differs between two days."""

    since: dt.date
    until: dt.date
    percent_before: float | None
    percent_after: float | None
    points: float
    """The difference of the day's points."""
    max_points: float
    difference: float | None
    """In points of percent: the sum of the changes' parts."""
    changes: tuple[Change, ...]
    """Largest first."""


def explain(before: Day, after: Day, alike: Alike = NONE_ALIKE) -> Explanation:
    """Say why the percent differs; the parts sum to the difference, and a day against itself has none.

    The days hold all of their controls, or all but those that they hold alike, of which `alike` tells.
    """
    held_a, held_b = _by_id(before), _by_id(after)
    return between(before, after, [(held_a.get(i), held_b.get(i)) for i in dict.fromkeys([*held_a, *held_b])], alike)


def between(before: Total, after: Total, pairs: Iterable[Pair], alike: Alike = NONE_ALIKE) -> Explanation:
    """Say the same of two days' totals and the controls of both, paired, without those that they hold alike."""
    weigh = _weigher(before, after)
    paired = [_counted_alike(a, b) for a, b in pairs]
    changes = [c for a, b in paired for c in _of_control(a, b, weigh)]
    changes += _rest(before, after, paired, alike, weigh)
    return explanation(before, after, tuple(sorted(changes, key=_largest_first) if len(changes) > 1 else changes))


def explanation(before: Total, after: Total, changes: tuple[Change, ...]) -> Explanation:
    """Put changes, largest first, beside how the two days' totals differ."""
    a, b = percent(before.points, before.max_points), percent(after.points, after.max_points)
    return Explanation(
        since=before.day,
        until=after.day,
        percent_before=a,
        percent_after=b,
        points=after.points - before.points,
        max_points=after.max_points - before.max_points,
        difference=None if a is None or b is None else b - a,
        changes=changes,
    )


def summed(changes: Iterable[Change], key: Callable[[Change], K]) -> dict[K, float | None]:
    """Sum the parts by kind, category, service, ... in points of percent; None where a part is not known."""
    groups: dict[K, list[float | None]] = {}
    for change in changes:
        groups.setdefault(key(change), []).append(change.percent)
    return {k: None if None in parts else fsum(p for p in parts if p is not None) for k, parts in groups.items()}


Weigh = Callable[[float, float], tuple[float, float] | tuple[None, None]]
"""Turns a difference of points and one of maxima into the earned and the catalogue part."""


def _weigher(before: Total, after: Total) -> Weigh:
    m_a, m_b = before.max_points, after.max_points
    if not (m_a > 0 and m_b > 0):
        return lambda _points, _maximum: (None, None)
    rate = 100.0 * (1.0 / m_a + 1.0 / m_b) / 2.0
    cost = -100.0 * (before.points + after.points) / 2.0 / m_a / m_b
    return lambda points, maximum: (points * rate, maximum * cost)


def _by_id(day: Day) -> dict[str, Held]:
    return {held.control.casefold(): held for held in day.controls}


def _counted_alike(a: Held | None, b: Held | None) -> Pair:
    """Take a maximum as not known where the other day does not know it: the two days then count alike."""
    if a is None or b is None or (a.max_points is None) == (b.max_points is None):
        return a, b
    return msgspec.structs.replace(a, max_points=None), msgspec.structs.replace(b, max_points=None)


def _of_control(a: Held | None, b: Held | None, weigh: Weigh) -> list[Change]:
    """Give the changes of one control: none, one, or a gain beside a changed maximum.

    None when neither points nor maximum moved, unless the control itself came or went.
    """
    if a is None or b is None:
        kind = Kind.CONTROL_ADDED if a is None else Kind.CONTROL_RETIRED
        return [_change(kind, (a, b), _points(b) - _points(a), _maximum(b) - _maximum(a), weigh)]
    by_share, by_maximum = _split(a, b)
    grown = _maximum(b) - _maximum(a)
    found = []
    if abs(by_share) > POINTS_MATTER:
        found.append(_change(Kind.GAINED if by_share > 0 else Kind.REGRESSED, (a, b), by_share, 0.0, weigh))
    if abs(by_maximum) > POINTS_MATTER or abs(grown) > POINTS_MATTER:
        found.append(_change(Kind.MAX_CHANGED, (a, b), by_maximum, grown, weigh))
    return found


def _split(a: Held, b: Held) -> tuple[float, float]:
    """Split a difference of points into what the share of the maximum did and what the maximum did."""
    if a.max_points is None or b.max_points is None or min(a.max_points, b.max_points) <= 0:
        return b.points - a.points, 0.0
    share_a, share_b = a.points / a.max_points, b.points / b.max_points
    by_maximum = (share_a + share_b) / 2.0 * (b.max_points - a.max_points)
    return b.points - a.points - by_maximum, by_maximum


def _change(kind: Kind, pair: Pair, points: float, maximum: float, weigh: Weigh) -> Change:
    earned, catalogue = weigh(points, maximum)
    held = pair[1] or pair[0]
    return Change(
        kind=kind,
        control=held.control if held else None,
        name=held.name if held else None,
        category=held.category if held else None,
        service=held.service if held else None,
        points=points,
        max_points=maximum,
        earned=earned,
        catalogue=catalogue,
        before=pair[0],
        after=pair[1],
    )


def _points(held: Held | None) -> float:
    return held.points if held else 0.0


def _maximum(held: Held | None) -> float:
    """Give the maximum that counts by name: none for a control whose maximum is known only as part of a sum."""
    return (held.max_points or 0.0) if held else 0.0


def _rest(before: Total, after: Total, pairs: Sequence[Pair], alike: Alike, weigh: Weigh) -> list[Change]:
    """Give what the controls by name do not account for: the group of unknown maxima, then the unexplained."""
    old, new = [a for a, _ in pairs if a is not None], [b for _, b in pairs if b is not None]
    points = fsum([after.points, -before.points, *[h.points for h in old], *[-h.points for h in new]])
    beyond_a, beyond_b = _beyond(before, old, alike), _beyond(after, new, alike)
    by_group = _group(new, beyond_b, alike) - _group(old, beyond_a, alike)
    rest = beyond_b - beyond_a - by_group
    found = []
    if abs(by_group) > POINTS_MATTER:
        found.append(_change(Kind.UNKNOWN_MAXIMA, (None, None), 0.0, by_group, weigh))
    if abs(points) > POINTS_MATTER or abs(rest) > POINTS_MATTER:
        found.append(_change(Kind.UNEXPLAINED, (None, None), points, rest, weigh))
    return found


def _beyond(total: Total, controls: Sequence[Held], alike: Alike) -> float:
    """Give what a day's maximum holds beyond the controls whose own is known."""
    return total.max_points - fsum([alike.max_points, *[h.max_points or 0.0 for h in controls]])


def _group(controls: Sequence[Held], beyond: float, alike: Alike) -> float:
    """Give the points that the controls of unknown maximum share: what is left of the day's maximum, if positive."""
    if alike.unknown:
        return max(0.0, beyond)
    for held in controls:
        if held.max_points is None:
            return max(0.0, beyond)
    return 0.0


def _largest_first(change: Change) -> tuple[float, float, str, str]:
    size = abs(change.percent) if change.percent is not None else abs(change.points) + abs(change.max_points)
    return (-size, -abs(change.points), change.kind, (change.control or "").casefold())
