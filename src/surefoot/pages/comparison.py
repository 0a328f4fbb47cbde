"""How a tenant compares: with the groups that Microsoft averages, and exactly with the viewer's other tenants."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot.model import CATEGORIES, CLOSED, Average, DayTotal, Tenant, TenantName
from surefoot.pages import shares
from surefoot.pages.shares import ControlShare
from surefoot.pages.whose import name_of
from surefoot.scoring import actions as work
from surefoot.scoring import comparison as place
from surefoot.scoring.comparison import NARROW, SMALLEST_COHORT, WIDE, Range
from surefoot.scoring.percents import percent
from surefoot.scoring.products import licence
from surefoot.scoring.ratings import Ratings
from surefoot.store import averages, history, labels, standings, summaries
from surefoot.store.summaries import Summary

LOOK_BACK = 30
"""Days after which a distance is said to grow or shrink."""
STEADY = 0.5
"""A distance that moved less, in points of percent, is steady."""
NAMED = 10
"""Actions whose share in the portfolio is shown."""
ALL_TENANTS = "AllTenants"

METHOD = (
    "Microsoft gives the average of all tenants and nothing of their spread. The estimate assumes a Beta distribution "
    f"around that average with a standard deviation between {NARROW:.0f} and {WIDE:.0f} points of percent; the range "
    "is what these two bounds give. See docs/comparison.md."
)


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


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tenant may stand among all Microsoft 365 tenants: an estimate, never a measurement."""

    range: Range | None
    """Percent of tenants that score lower; None where the method's assumptions do not hold."""
    unknown: str | None
    """Why there is none."""
    method: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a tenant stands in a category of a cohort."""

    category: str
    percent: float | None
    percentile: float | None
    average: float | None


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant among others of the viewer's, exactly."""

    kind: str
    """`portfolio`, `seats`, `industry`, `label` or `licences`."""
    name: str
    tenants: int | None
    """With a known percent, this one among them; None when they are too few to be told."""
    too_small: str | None
    """Why nothing is said."""
    rank: int | None
    percentile: float | None
    """Mid-rank: the share of tenants that score lower, with half of those that score the same."""
    average: float | None
    highest: float | None
    lowest: float | None
    categories: tuple[Standing, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the tenant is compared with."""

    tenant: TenantName
    as_of: dt.date | None
    percent: float | None
    groups: tuple[Group, ...]
    no_groups: str | None
    """Why there are none, when there are none."""
    estimate: Estimate
    cohorts: tuple[Cohort, ...]
    """The whole portfolio first."""
    actions: tuple[ControlShare, ...]
    """The first open actions: how many of the viewer's tenants have them."""


def build(
    conn: Connection, tenant: Tenant, visible: Sequence[Tenant], *, ratings: Ratings, days: int | None = 90
) -> Comparison:
    """Compare a tenant with Microsoft's groups, and with `visible`: the tenants that the viewer may see."""
    totals = history.days(conn, tenant)
    if not totals:
        return _empty(tenant)
    newest = totals[-1]
    mine = percent(newest.points, newest.max_points)
    sums = summaries.of(conn, visible)
    own = sums.get(tenant.key)
    since = None if days is None else newest.day - dt.timedelta(days=max(days, LOOK_BACK + 7) - 1)
    groups = _groups(totals, averages.over_time(conn, tenant, since=since), own, days)
    open_ = _open(conn, tenant, newest, ratings)
    told = shares.build(conn, visible, open_)
    return Comparison(
        tenant=name_of(tenant),
        as_of=newest.day,
        percent=mine,
        groups=groups,
        no_groups=None if groups else "Microsoft sent no averages with the days in this range.",
        estimate=_estimate(mine, groups),
        cohorts=_cohorts(conn, tenant, visible, sums),
        actions=tuple(told[c.casefold()] for c in open_),
    )


def _empty(tenant: Tenant) -> Comparison:
    return Comparison(
        tenant=name_of(tenant),
        as_of=None,
        percent=None,
        groups=(),
        no_groups="No day of this tenant is stored yet.",
        estimate=Estimate(range=None, unknown="The tenant's own percent is not known.", method=METHOD),
        cohorts=(),
        actions=(),
    )


def _open(conn: Connection, tenant: Tenant, newest: DayTotal, ratings: Ratings) -> dict[str, str]:
    """Name the first open actions, by id."""
    ranked = work.rank(standings.of(conn, tenant, newest.day), newest.max_points, ratings, newest.day)
    return {a.id: a.name for a in [a for a in ranked if a.status not in CLOSED][:NAMED]}


def _groups(
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


def about(group: Average) -> str:
    """Say in a few words what a group has in common."""
    return group_name(group).removeprefix("Organizations with ").removeprefix("Industry: ")


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


def _estimate(mine: float | None, groups: Iterable[Group]) -> Estimate:
    return estimated(mine, next((g.average for g in groups if g.basis == ALL_TENANTS), None))


def estimated(mine: float | None, average: float | None) -> Estimate:
    """Estimate where a percent stands among all tenants, of which only the average is known."""
    found = None if mine is None else place.estimate(mine, average)
    unknown = None
    if mine is None:
        unknown = "The tenant's own percent is not known."
    elif average is None:
        unknown = "Microsoft sent no average of all tenants."
    elif found is None:
        unknown = f"An average of {average:.1f} % is too near to an end for the method's assumptions."
    return Estimate(range=found, unknown=unknown, method=METHOD)


def _cohorts(
    conn: Connection, tenant: Tenant, visible: Sequence[Tenant], sums: Mapping[int, Summary]
) -> tuple[Cohort, ...]:
    own = sums.get(tenant.key)
    if own is None:
        return ()
    labelled = labels.of(conn, visible)
    found = [_cohort("portfolio", "Your tenants", own, list(sums.values()))]
    if own.seats_from is not None:
        alike = [s for s in sums.values() if (s.seats_from, s.seats_to) == (own.seats_from, own.seats_to)]
        found.append(_cohort("seats", f"{own.seats_from} to {own.seats_to or 'more'} seats", own, alike))
    if own.industry:
        alike = [s for s in sums.values() if s.industry == own.industry]
        found.append(_cohort("industry", own.industry, own, alike))
    found += [
        _cohort("label", label, own, [s for key, s in sums.items() if label in labelled.get(key, ())])
        for label in labelled.get(tenant.key, ())
    ]
    if own.services:
        alike = [s for s in sums.values() if s.services == own.services]
        found.append(_cohort("licences", ", ".join(licence(x) for x in own.services), own, alike))
    return tuple(found)


def _cohort(kind: str, name: str, own: Summary, members: Sequence[Summary]) -> Cohort:
    percents = [p for m in members if (p := percent(m.points, m.max_points)) is not None]
    mine = percent(own.points, own.max_points)
    if len(percents) < SMALLEST_COHORT:
        why = f"Fewer than {SMALLEST_COHORT} of your tenants with a score belong to it: too few to compare."
        return Cohort(
            kind=kind, name=name, tenants=None, too_small=why, rank=None, percentile=None, average=None,
            highest=None, lowest=None, categories=(),
        )  # fmt: skip
    return Cohort(
        kind=kind,
        name=name,
        tenants=len(percents),
        too_small=None,
        rank=None if mine is None else place.place(mine, percents),
        percentile=None if mine is None else place.percentile(mine, percents),
        average=fsum(percents) / len(percents),
        highest=max(percents),
        lowest=min(percents),
        categories=tuple(_standing(c, own, members) for c in _in_order(own.categories)),
    )


def _in_order(categories: Iterable[str]) -> list[str]:
    return sorted(categories, key=lambda c: (CATEGORIES.index(c) if c in CATEGORIES else len(CATEGORIES), c))


def _standing(category: str, own: Summary, members: Sequence[Summary]) -> Standing:
    mine = _share(own, category)
    others = [p for m in members if (p := _share(m, category)) is not None]
    enough = len(others) >= SMALLEST_COHORT
    return Standing(
        category=category,
        percent=mine,
        percentile=place.percentile(mine, others) if enough and mine is not None else None,
        average=fsum(others) / len(others) if enough else None,
    )


def _share(held: Summary, category: str) -> float | None:
    points, most = held.categories.get(category, (0.0, None))
    return None if most is None else percent(points, most)


def named(average: Average) -> tuple[str, str]:
    """Name a group that Microsoft averages, and say what it is."""
    return group_name(average), _meaning(average)
