"""Scores over time, and what is meant by "as of".

- A day is what is stored for it; a day that is not stored is a gap, and no value is made up for it.
- A week (ISO, from Monday) or a month is as of its last stored day; one without a stored day is not there.
- An earlier day to compare with is the nearest stored one that is not after the day asked for.
"""

import datetime as dt
import enum
import statistics
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import fsum
from typing import Protocol, TypeVar

import msgspec

from surefoot.model import DayTotal
from surefoot.scoring.actions import jitter
from surefoot.scoring.changes import Explanation, Kind
from surefoot.scoring.courses import Stretch
from surefoot.scoring.past import Course

MONTH = 30
FLAPS = 2
"""A control that fell at least so often in a range flaps."""


class Dated(Protocol):
    """Something of a day."""

    @property
    def date(self) -> dt.date:
        """The day."""
        ...


D = TypeVar("D", bound=Dated)


class Step(enum.StrEnum):
    """How far apart the points of a line lie."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A run of days that are not stored."""

    first: dt.date
    last: dt.date
    days: int


class MonthSum(msgspec.Struct, frozen=True, kw_only=True):
    """What moved in a calendar month."""

    month: str
    """As 2026-11."""
    gained: float
    """Points that controls gained."""
    lost: float
    """Points that controls lost, as a positive number."""
    catalogue: float | None
    """What Microsoft's catalogue and new licences did, in points of percent; None when not known."""


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """How falls were mended."""

    falls: int
    """Falls of controls in the range."""
    repaired: int
    """How many of those were mended by its end."""
    mean_days: float | None
    """From the day of the fall to the first day with the old share of the points; None: none was mended."""
    median_days: float | None
    last_fall: dt.date | None
    days_since: int | None
    """From the last fall to the end of the range."""


class Flapping(msgspec.Struct, frozen=True, kw_only=True):
    """A control that falls again and again."""

    control: str
    name: str
    falls: int
    repaired: int


class Fall(msgspec.Struct, frozen=True):
    """A loss of points that the maximum does not account for."""

    day: dt.date
    mended: dt.date | None


def before(days: Sequence[DayTotal], day: dt.date, span: int = MONTH) -> DayTotal | None:
    """Give the nearest stored day that is not after `span` days before `day`; None when there is none."""
    target = day - dt.timedelta(days=span)
    return max((d for d in days if d.day <= target), key=lambda d: d.day, default=None)


def reach(
    days: Sequence[DayTotal], back: int | None, since: dt.date | None, until: dt.date | None
) -> tuple[dt.date, dt.date]:
    """Give the first and the last day of a range: `back` days (None: all) up to `until`, unless `since` is given.

    It ends on the newest stored day at the latest; `days` are oldest first.
    """
    newest = days[-1].day if days else dt.date.min
    last = min(until or newest, newest)
    if since is not None:
        return since, last
    return dt.date.min if back is None else earlier(last, back - 1), last


def earlier(day: dt.date, span: int) -> dt.date:
    """Give the day so many days before, or the first there is."""
    return dt.date.fromordinal(max(day.toordinal() - span, 1))


def with_before(days: Sequence[DayTotal], since: dt.date, until: dt.date) -> list[DayTotal]:
    """Take the days of a range and the one before it, which the first is explained against."""
    before_it = [t for t in days if t.day < since]
    return [*before_it[-1:], *(t for t in days if since <= t.day <= until)]


def sampled(days: Sequence[D], step: Step) -> tuple[D, ...]:
    """Give the last day of each step, oldest first; `days` are oldest first."""
    if step is Step.DAY:
        return tuple(days)
    last = {_step_of(d.date, step): d for d in days}
    return tuple(last.values())


def _step_of(day: dt.date, step: Step) -> tuple[int, int]:
    return day.isocalendar()[:2] if step is Step.WEEK else (day.year, day.month)


def gaps(days: Sequence[dt.date]) -> tuple[Gap, ...]:
    """List the runs of missing days between stored ones, which are oldest first."""
    one = dt.timedelta(days=1)
    return tuple(Gap(first=a + one, last=b - one, days=(b - a).days - 1) for a, b in pairwise(days) if b - a > one)


class Moving(msgspec.Struct, frozen=True, kw_only=True):
    """The best and the worst percent of the 30 days up to a day."""

    date: dt.date
    best: float | None
    worst: float | None
    """None: no percent of those days is known."""


def moving(days: Sequence[tuple[dt.date, float | None]], span: int = MONTH) -> tuple[Moving, ...]:
    """Give best and worst of the `span` days up to each day; `days` are stored ones, oldest first."""
    found: list[Moving] = []
    # Of the days in reach, those that no later one outdoes: the first of them is the extreme.
    best, worst = deque[tuple[int, float]](), deque[tuple[int, float]]()
    for day, value in days:
        at = day.toordinal()
        for window, sign in ((best, 1.0), (worst, -1.0)):
            while value is not None and window and sign * window[-1][1] < sign * value:
                window.pop()
            if value is not None:
                window.append((at, value))
            while window and at - window[0][0] >= span:
                window.popleft()
        found.append(Moving(date=day, best=_first(best), worst=_first(worst)))
    return tuple(found)


def _first(window: Sequence[tuple[int, float]]) -> float | None:
    return window[0][1] if window else None


def by_month(explained: Iterable[Explanation]) -> tuple[MonthSum, ...]:
    """Sum up each month's changes, oldest first, from daily explanations; each counts for the month it ends in."""
    found: dict[str, list[Explanation]] = {}
    for e in explained:
        found.setdefault(f"{e.until:%Y-%m}", []).append(e)
    return tuple(_month(month, held) for month, held in found.items())


def _month(month: str, held: Sequence[Explanation]) -> MonthSum:
    changes = [c for e in held for c in e.changes]
    parts = [c.percent for c in changes if c.kind not in {Kind.GAINED, Kind.REGRESSED, Kind.UNEXPLAINED}]
    return MonthSum(
        month=month,
        gained=fsum(c.points for c in changes if c.kind is Kind.GAINED),
        lost=fsum(-c.points for c in changes if c.kind is Kind.REGRESSED),
        catalogue=None if None in parts else fsum(p for p in parts if p is not None),
    )


def falls(stretches: Sequence[Stretch], since: dt.date, until: dt.date) -> tuple[Fall, ...]:
    """List a control's falls from `since` to `until`, each with the day by which it was mended, if it was."""
    if len(stretches) < 2:  # noqa: PLR2004 - what never changed never fell
        return ()
    found = []
    for place, (old, new) in enumerate(pairwise(stretches), start=1):
        if since <= new.from_day <= until and _lost(old, new):
            later = (s for s in stretches[place + 1 :] if s.from_day <= until and not _lost(old, s))
            found.append(Fall(new.from_day, next((s.from_day for s in later), None)))
    return tuple(found)


def _lost(old: Stretch, new: Stretch) -> bool:
    """Say whether points were lost beyond jitter and beyond what the maximum did."""
    kept = old.points
    if old.max_points and new.max_points:
        kept = min(kept, old.points / old.max_points * new.max_points)
    return kept - new.points > jitter(new.max_points)


def repair(courses: Iterable[Course], since: dt.date, until: dt.date) -> Repair:
    """Say how long falls of a range took to be mended."""
    return repaired([f for c in courses for f in falls(c.stretches, since, until)], until)


def repaired(every: Sequence[Fall], until: dt.date) -> Repair:
    """Say it of the falls of a range that ends on a day."""
    took = [(f.mended - f.day).days for f in every if f.mended is not None]
    last = max((f.day for f in every), default=None)
    return Repair(
        falls=len(every),
        repaired=len(took),
        mean_days=fsum(took) / len(took) if took else None,
        median_days=float(statistics.median(took)) if took else None,
        last_fall=last,
        days_since=(until - last).days if last else None,
    )


def flapping(courses: Iterable[Course], since: dt.date, until: dt.date) -> tuple[Flapping, ...]:
    """List the controls that fell at least twice in a range, the worst first."""
    return fluttering((c, falls(c.stretches, since, until)) for c in courses)


def fluttering(held: Iterable[tuple[Course, Sequence[Fall]]]) -> tuple[Flapping, ...]:
    """List those of some controls with their falls."""
    found = [
        Flapping(control=c.control, name=c.name, falls=len(f), repaired=sum(x.mended is not None for x in f))
        for c, f in held
        if len(f) >= FLAPS
    ]
    return tuple(sorted(found, key=lambda f: (-f.falls, f.control.casefold())))
