"""Weeks and months of a score: what was gained, what was lost, and what Microsoft's catalogue did.

A difference counts for the period in which its later day lies. The parts of a period are sums of its daily
explanations, in points of percent; together they are the difference between the stored day before it and its last one.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from math import fsum

import msgspec

from surefoot.scoring.changes import Change, Explanation, Kind
from surefoot.scoring.trends import Fall, Step

DAYS, WEEKS = 16, 190
"""A range of up to so many days is cut into days, or into weeks; a longer one into months."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A day, a week (ISO, from Monday) or a month."""

    first: dt.date
    last: dt.date
    """By the calendar: the range may begin later or end before it."""
    since: dt.date | None
    """The stored day that it is explained from; None: none of its days can be explained, and nothing is known of it."""
    until: dt.date | None
    """The last stored day."""
    change: float | None
    """From `since` to `until`, in points of percent: the sum of the four parts."""
    gained: float | None
    """By controls, in points of percent; not below 0."""
    lost: float | None
    """The same, not above 0."""
    catalogue: float | None
    """By Microsoft's catalogue and new licences."""
    other: float | None
    """By what no control stands for."""
    gained_points: float | None
    lost_points: float | None
    """Of controls, as a positive number."""
    falls: int
    """Falls of controls in its days."""
    mended: int
    """How many falls of the range were mended in it."""


def fitting(first: dt.date, last: dt.date) -> Step:
    """Choose how long the periods of a range are."""
    days = (last - first).days + 1
    return Step.DAY if days <= DAYS else Step.WEEK if days <= WEEKS else Step.MONTH


def periods(explained: Iterable[Explanation], fallen: Sequence[Fall], step: Step) -> tuple[Period, ...]:
    """Cut a range into periods, oldest first, from its daily explanations and its falls.

    Between the first and the last one none is left out: one without a stored day is not known.
    """
    held: dict[dt.date, list[Explanation]] = {}
    for e in explained:
        held.setdefault(_begin(e.until, step), []).append(e)
    if not held:
        return ()
    falls = [_begin(f.day, step) for f in fallen]
    mended = [_begin(f.mended, step) for f in fallen if f.mended is not None]
    return tuple(
        _period(first, step, held.get(first, []), falls.count(first), mended.count(first))
        for first in _every(min(held), max(held), step)
    )


def _begin(day: dt.date, step: Step) -> dt.date:
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return dt.date.fromordinal(max(1, day.toordinal() - day.weekday()))
        case Step.MONTH:
            return day.replace(day=1)


def _next(first: dt.date, step: Step) -> dt.date:
    match step:
        case Step.DAY:
            return first + dt.timedelta(days=1)
        case Step.WEEK:
            return first + dt.timedelta(days=7)
        case Step.MONTH:
            return (first + dt.timedelta(days=32)).replace(day=1)


def _every(first: dt.date, last: dt.date, step: Step) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first = _next(first, step)


def _period(first: dt.date, step: Step, held: Sequence[Explanation], falls: int, mended: int) -> Period:
    changes = [c for e in held for c in e.changes]
    gained = [c for c in changes if c.kind is Kind.GAINED]
    lost = [c for c in changes if c.kind is Kind.REGRESSED]
    other = [c for c in changes if c.kind is Kind.UNEXPLAINED]
    ours = [c for c in changes if c.kind not in {Kind.GAINED, Kind.REGRESSED, Kind.UNEXPLAINED}]
    known = bool(held) and all(e.difference is not None for e in held)
    ends = (held[0].percent_before, held[-1].percent_after) if held else (None, None)
    return Period(
        first=first,
        last=_next(first, step) - dt.timedelta(days=1),
        since=held[0].since if held else None,
        until=held[-1].until if held else None,
        change=None if ends[0] is None or ends[1] is None else ends[1] - ends[0],
        gained=_summed(gained) if known else None,
        lost=_summed(lost) if known else None,
        catalogue=_summed(ours) if known else None,
        other=_summed(other) if known else None,
        gained_points=fsum(c.points for c in gained) if held else None,
        lost_points=fsum(-c.points for c in lost) if held else None,
        falls=falls,
        mended=mended,
    )


def _summed(changes: Iterable[Change]) -> float:
    return fsum(c.percent or 0.0 for c in changes)
