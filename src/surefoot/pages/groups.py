"""The groups of organisations that Microsoft averages: what each is, how far off a tenant stands, over time."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from surefoot.model import Average, DayTotal
from surefoot.scoring.percents import percent
from surefoot.store.summaries import Summary

LOOK_BACK = 30
"""Days after which a distance is said to grow or shrink."""
STEADY = 0.5
"""A distance that moved less, in points of percent, is steady; one that is smaller is level."""
ALL_TENANTS = "AllTenants"
ALIKE = ("TotalSeats", "IndustryTypes")
"""What Graph calls the groups of tenants that are like this one."""
ORDER = (*ALIKE, ALL_TENANTS)
"""From the nearest group to the widest."""


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """One category beside the group's average."""

    category: str
    percent: float | None
    average: float | None
    """Of Graph's average points and average maximum; None where Graph does not know."""
    distance: float | None


class GroupDay(msgspec.Struct, frozen=True, kw_only=True):
    """One stored day."""

    date: dt.date
    percent: float | None
    average: float | None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group of organisations that Microsoft averages."""

    basis: str
    """As Graph names it: AllTenants, TotalSeats, IndustryTypes, ..."""
    name: str
    meaning: str
    """What the group is, for this tenant."""
    as_of: dt.date
    """The newest stored day for which Microsoft sent it."""
    average: float | None
    """Percent."""
    distance: float | None
    """The tenant's percent of that day less the average, in points of percent."""
    distance_before: float | None
    """The same 30 days before; None when not known."""
    movement: str | None
    """`growing`, `shrinking` or `steady`: the distance, whichever side the tenant is on; None when not known."""
    categories: tuple[Against, ...]
    history: tuple[GroupDay, ...]
    """Oldest first; days without this average are not there."""


def groups(
    totals: Sequence[DayTotal],
    held: Mapping[dt.date, Sequence[Average]],
    own: Summary | None,
    days: int | None,
) -> tuple[Group, ...]:
    """Make a group of each basis that the newest day with averages has: Graph's list is empty for weeks at times."""
    if not held:
        return ()
    newest, last = totals[-1], max(held)
    percents = {t.day: percent(t.points, t.max_points) for t in totals}
    return tuple(
        _group(average, _line(average, held, percents), own, newest.day, days)
        for average in sorted(held[last], key=lambda a: (a.basis != ALL_TENANTS, a.basis))
    )


def _line(
    group: Average, held: Mapping[dt.date, Sequence[Average]], percents: Mapping[dt.date, float | None]
) -> list[GroupDay]:
    return [
        GroupDay(date=day, percent=percents.get(day), average=a.percent)
        for day, every in held.items()
        for a in every
        if a.basis == group.basis
    ]


def _group(average: Average, line: Sequence[GroupDay], own: Summary | None, day: dt.date, days: int | None) -> Group:
    target = day - dt.timedelta(days=LOOK_BACK)
    earlier = max((d for d in line if d.date <= target), key=lambda d: d.date, default=None)
    now, before = _distance(line[-1]), _distance(earlier)
    shown = [d for d in line if days is None or (day - d.date).days < days]
    return Group(
        basis=average.basis,
        name=group_name(average),
        meaning=_meaning(average),
        as_of=line[-1].date,
        average=average.percent,
        distance=now,
        distance_before=before,
        movement=_movement(now, before),
        categories=_against(average, own),
        history=tuple(shown),
    )


def _distance(day: GroupDay | None) -> float | None:
    return None if day is None or day.percent is None or day.average is None else day.percent - day.average


def _movement(now: float | None, before: float | None) -> str | None:
    if now is None or before is None:
        return None
    grown = abs(now) - abs(before)
    return "steady" if abs(grown) < STEADY else "growing" if grown > 0 else "shrinking"


def group_name(group: Average) -> str:
    """Name a group of organisations."""
    match group.basis:
        case "AllTenants":
            return "All Microsoft 365 tenants"
        case "TotalSeats" if group.seats_from is not None:
            return f"Organizations with {group.seats_from} to {group.seats_to or 'more'} seats"
        case "IndustryTypes" if group.industry:
            return f"Industry: {group.industry}"
        case _:
            return group.basis


def _meaning(group: Average) -> str:
    match group.basis:
        case "AllTenants":
            return "The mean of all tenants that Microsoft scores, whatever their size, licences and industry."
        case "TotalSeats":
            return "The mean of tenants with a similar number of seats, in the range that Microsoft puts this one in."
        case "IndustryTypes":
            return "The mean of tenants of the industry that this one's profile in the Microsoft 365 portal names."
        case _:
            return f"A group that Microsoft calls {group.basis} and does not describe."


def _against(average: Average, own: Summary | None) -> tuple[Against, ...]:
    found = []
    for shares_ in average.categories:
        if shares_.points is None or not shares_.max_points:
            continue
        theirs = percent(shares_.points, shares_.max_points)
        held = own.categories.get(shares_.category) if own else None
        mine = percent(held[0], held[1]) if held and held[1] is not None else None
        gap = None if mine is None or theirs is None else mine - theirs
        found.append(Against(category=shares_.category, percent=mine, average=theirs, distance=gap))
    return tuple(found)


def about(group: Average) -> str:
    """Say in a few words what a group has in common."""
    return group_name(group).removeprefix("Organizations with ").removeprefix("Industry: ")


def named(average: Average) -> tuple[str, str]:
    """Name a group that Microsoft averages, and say what it is."""
    return group_name(average), _meaning(average)
