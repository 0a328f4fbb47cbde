"""A tenant's past, a day or a difference at a time."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import fsum

import msgspec

from surefoot.model import DayTotal
from surefoot.scoring.changes import Alike, Change, Day, Explanation, Held, explain
from surefoot.scoring.courses import Stretch, at
from surefoot.scoring.percents import percent

Counts = Mapping[str, tuple[float | None, float | None]]
"""Graph's `count` and `total` by the control's id, of days whose rich record was caught."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
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
    begun, ended = _turns(courses, totals[0].day)
    nothing: Mapping[str, Held] = {}
    for before, after in pairwise(totals):
        old, new = ended.get(before.day, nothing), begun.get(after.day, nothing)
        held = (_part(before, old), _part(after, new)) if old or new else None
        # What is beyond the controls by name is of the whole tenant.
        mine = tuple(c for c in explain(*held).changes if c.control is not None) if held else ()
        yield _moved(before, after, mine)


def _moved(before: DayTotal, after: DayTotal, changes: tuple[Change, ...]) -> Explanation:
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


def daily(courses: Sequence[Course], totals: Sequence[DayTotal]) -> Iterator[Explanation]:
    """Explain each stored day against the stored one before it, oldest first.

    Only the controls that differ are looked at, so that years are cheap.
    """
    if not totals:
        return
    begun, ended = _turns(courses, totals[0].day)
    standing = {c.control: h for c in courses if (s := at(c.stretches, totals[0].day)) and (h := held(c, s))}
    points = {key: h.points for key, h in standing.items()}
    maxima = {key: h.max_points for key, h in standing.items() if h.max_points is not None}
    for before, after in pairwise(totals):
        old, new = ended.get(before.day, {}), begun.get(after.day, {})
        for key in old.keys() | new.keys():
            points.pop(key, None)
            maxima.pop(key, None)
        alike = Alike(points=fsum(points.values()), max_points=fsum(maxima.values()), unknown=len(maxima) < len(points))
        yield explain(_part(before, old), _part(after, new), alike)
        points |= {key: h.points for key, h in new.items()}
        maxima |= {key: h.max_points for key, h in new.items() if h.max_points is not None}


def _part(total: DayTotal, controls: Mapping[str, Held]) -> Day:
    return Day(day=total.day, points=total.points, max_points=total.max_points, controls=tuple(controls.values()))


Turns = dict[dt.date, dict[str, Held]]


def _turns(courses: Sequence[Course], since: dt.date) -> tuple[Turns, Turns]:
    """Give what begins on a day and what ends on it, by day and control."""
    begun: Turns = {}
    ended: Turns = {}
    for course in courses:
        for stretch in course.stretches:
            if stretch.to_day >= since:
                made = held(course, stretch)
                begun.setdefault(stretch.from_day, {})[course.control] = made
                ended.setdefault(stretch.to_day, {})[course.control] = made
    return begun, ended
