"""A tenant's past, a day or a difference at a time."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import fsum
from typing import NamedTuple

import msgspec

from surefoot.model import DayTotal
from surefoot.scoring.changes import NONE_ALIKE, Alike, Day, Explanation, Held, Pair, between, explanation
from surefoot.scoring.courses import Stretch, at
from surefoot.scoring.ratings import Ratings

Counts = Mapping[str, tuple[float | None, float | None]]
"""Graph's `count` and `total` by the control's id, of days whose rich record was caught."""


class Course(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A control of a tenant over all of its history."""

    control: str
    name: str
    service: str | None
    product: str | None
    stretches: tuple[Stretch, ...]
    """Oldest first; between them the tenant did not have the control."""

    @property
    def category(self) -> str:
        """The category as last seen."""
        return self.stretches[-1].category


def held(course: Course, stretch: Stretch, counts: Counts | None = None) -> Held:
    """Give a control as it stood on the days of a stretch."""
    count, total = (counts or {}).get(course.control, (None, None))
    return Held(
        control=course.control,
        name=course.name,
        category=stretch.category,
        service=course.service,
        points=stretch.points,
        max_points=stretch.max_points,
        count=count,
        total=total,
    )


def day_of(courses: Sequence[Course], total: DayTotal, counts: Counts | None = None) -> Day:
    """Rebuild all that counted on a stored day."""
    found = ((c, at(c.stretches, total.day)) for c in courses)
    controls = tuple(held(c, s, counts) for c, s in found if s is not None)
    return Day(day=total.day, points=total.points, max_points=total.max_points, controls=controls)


def daily_of(courses: Sequence[Course], totals: Sequence[DayTotal]) -> Iterator[Explanation]:
    """Explain each stored day against the one before it as far as some of a tenant's controls moved."""
    if not totals:
        return
    begun, ended = _turns(courses, totals[0].day, totals[-1].day)
    for before, after in pairwise(totals):
        pairs = _paired(ended.get(before.day, NOTHING), begun.get(after.day, NOTHING))
        # What is beyond the controls by name is of the whole tenant.
        mine = tuple(c for c in between(before, after, pairs).changes if c.control is not None) if pairs else ()
        yield explanation(before, after, mine)


def daily(courses: Sequence[Course], totals: Sequence[DayTotal]) -> Iterator[Explanation]:
    """Explain each stored day against the stored one before it, oldest first.

    Only the days that differ are looked at, and only their controls that do, so that years are cheap.
    """
    if not totals:
        return
    begun, ended = _turns(courses, totals[0].day, totals[-1].day)
    standing = _Standing(courses, totals[0].day)
    for before, after in pairwise(totals):
        old, new = ended.get(before.day, NOTHING), begun.get(after.day, NOTHING)
        if not old and not new and (before.points, before.max_points) == (after.points, after.max_points):
            yield explanation(before, after, ())
            continue
        standing.drop(old)
        yield between(before, after, _paired(old, new), standing.alike())
        standing.put(new)


NOTHING: Mapping[str, Held] = {}


def _paired(old: Mapping[str, Held], new: Mapping[str, Held]) -> list[Pair]:
    return [(held, new.get(key)) for key, held in old.items()] + [(None, h) for key, h in new.items() if key not in old]


class _Standing:
    """What controls stand with from day to day; their maxima are summed only while there are some that nobody knows."""

    def __init__(self, courses: Sequence[Course], day: dt.date) -> None:
        self._maxima: dict[str, float | None] = {}
        self._told = all(s.max_points is not None for c in courses for s in c.stretches)
        if not self._told:
            found = ((c.control, at(c.stretches, day)) for c in courses)
            self._maxima = {control: stretch.max_points for control, stretch in found if stretch is not None}

    def put(self, controls: Mapping[str, Held]) -> None:
        """Add controls, which are not among them."""
        if not self._told:
            self._maxima.update({control: held.max_points for control, held in controls.items()})

    def drop(self, controls: Mapping[str, Held]) -> None:
        """Take controls away, which are among them."""
        if not self._told:
            for control in controls:
                del self._maxima[control]

    def alike(self) -> Alike:
        """Sum up what is there."""
        if self._told:
            return NONE_ALIKE
        known = self._maxima.values()
        return Alike(max_points=fsum([m for m in known if m]), unknown=None in known)


Turns = dict[dt.date, dict[str, Held]]


def _turns(courses: Sequence[Course], since: dt.date, until: dt.date) -> tuple[Turns, Turns]:
    """Give what begins and what ends on a day of a range, by day and control; what lasts all of it is left out."""
    begun: Turns = {}
    ended: Turns = {}
    for course in courses:
        for stretch in course.stretches:
            if stretch.to_day >= since and (stretch.from_day > since or stretch.to_day < until):
                made = held(course, stretch)
                begun.setdefault(stretch.from_day, {})[course.control] = made
                ended.setdefault(stretch.to_day, {})[course.control] = made
    return begun, ended


class Sum(NamedTuple):
    """What some controls come to on a day."""

    points: float
    max_points: float | None
    """Of the known maxima; None: none is known."""


def sums(courses: Iterable[Course], days: Sequence[dt.date]) -> list[Sum | None]:
    """Sum up some controls on each of the days, which are oldest first; None where none of them is scored.

    Only days on which one of them differs are added up, so that years are cheap.
    """
    begun: dict[int, list[tuple[str, Stretch]]] = {}
    ended: dict[int, list[str]] = {}
    for course in courses:
        for stretch in course.stretches:
            first, last = bisect_left(days, stretch.from_day), bisect_right(days, stretch.to_day)
            if first < last:
                begun.setdefault(first, []).append((course.control, stretch))
                ended.setdefault(last, []).append(course.control)
    found: list[Sum | None] = []
    points: dict[str, float] = {}
    maxima: dict[str, float] = {}
    for place in range(len(days)):
        for control in ended.get(place, ()):
            del points[control]
            maxima.pop(control, None)
        for control, stretch in begun.get(place, ()):
            points[control] = stretch.points
            if stretch.max_points is not None:
                maxima[control] = stretch.max_points
        moved = not found or place in begun or place in ended
        found.append(_sum(points, maxima) if moved else found[-1])
    return found


def _sum(points: Mapping[str, float], maxima: Mapping[str, float]) -> Sum | None:
    return Sum(fsum(points.values()), fsum(maxima.values()) if maxima else None) if points else None


def estimated(course: Course, ratings: Ratings) -> Course:
    """Take a control's usual maximum where its history tells none, as the newest day's actions do."""
    if all(s.max_points is not None for s in course.stretches):
        return course
    rating = ratings.of(course.control)
    usual = rating.max_points if rating else None
    if usual is None:
        return course
    filled = (s if s.max_points is not None else s._replace(max_points=max(usual, s.points)) for s in course.stretches)
    return msgspec.structs.replace(course, stretches=tuple(filled))
