"""What Microsoft's catalogue did to a tenant's score, day by day: nothing of it is anybody's merit or fault."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from surefoot.model import DayTotal
from surefoot.scoring.changes import Change, Kind
from surefoot.scoring.past import Course, daily

CATALOGUE = frozenset({Kind.CONTROL_ADDED, Kind.CONTROL_RETIRED, Kind.MAX_CHANGED})


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """One control that came, went or changed its maximum on a day."""

    day: dt.date
    control: str
    kind: Kind
    points: float
    """The difference of the tenant's points that it made."""
    max_points: float
    percent: float | None
    """In points of percent; None when not known."""
    bought: bool
    """It came or went with a licence or a product of the tenant, not by Microsoft's doing."""


def shifts(
    courses: Sequence[Course], totals: Sequence[DayTotal], services: Mapping[dt.date, frozenset[str]]
) -> tuple[Shift, ...]:
    """List the catalogue's doing over a tenant's stored days, oldest first.

    `services` holds Graph's `enabledServices` of each stored day.
    """
    begun, ended = _seen(courses)
    found = []
    for explained in daily(courses, totals):
        before, after = services.get(explained.since, frozenset()), services.get(explained.until, frozenset())
        for change in explained.changes:
            if change.kind in CATALOGUE and change.control:
                came = bool(after - before) or begun.get(change.service or "") == explained.until
                went = bool(before - after) or ended.get(change.service or "") == explained.since
                bought = (came and change.kind is Kind.CONTROL_ADDED) or (went and change.kind is Kind.CONTROL_RETIRED)
                found.append(_shift(explained.until, change, bought=bought))
    return tuple(found)


def _shift(day: dt.date, change: Change, *, bought: bool) -> Shift:
    return Shift(
        day=day,
        control=change.control or "",
        kind=change.kind,
        points=change.points,
        max_points=change.max_points,
        percent=change.percent,
        bought=bought,
    )


def _seen(courses: Sequence[Course]) -> tuple[dict[str, dt.date], dict[str, dt.date]]:
    """Give the first and the last day on which each service was scored."""
    first: dict[str, dt.date] = {}
    last: dict[str, dt.date] = {}
    for course in courses:
        if course.service and course.stretches:
            begun, ended = course.stretches[0].from_day, course.stretches[-1].to_day
            first[course.service] = min(begun, first.get(course.service, begun))
            last[course.service] = max(ended, last.get(course.service, ended))
    return first, last
