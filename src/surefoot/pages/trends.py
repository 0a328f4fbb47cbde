"""Metrics and trends over one range of days: zones, categories, comparison, changes, regressions, accepted risks."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.errors import InputRefused
from surefoot.model import CATEGORIES, Average, DayTotal, Decision, Tenant
from surefoot.pages import groups, zones
from surefoot.pages import past as pasts
from surefoot.pages.overview import TenantName, name_of
from surefoot.pages.past import Past
from surefoot.pages.zones import Zones
from surefoot.scoring import spells, trends
from surefoot.scoring import zones as zoning
from surefoot.scoring.past import Course, Sum, daily, estimated, sums
from surefoot.scoring.percents import percent
from surefoot.scoring.periods import Period, fitting, periods
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.regressions import in_force
from surefoot.scoring.spells import Below, GivenUp, Told
from surefoot.scoring.trends import Flapping, Gap, Repair, Step
from surefoot.scoring.zones import Present, Zone, ZoneDays
from surefoot.store import averages, decisions, dismissals
from surefoot.store.averages import Lines

BASES = {"AllTenants": "average_all", "TotalSeats": "average_size", "IndustryTypes": "average_industry"}
"""Microsoft's groups by Graph's names, and the field of a day that holds each one's average."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which days."""

    days: int | None = 90
    """Counted back from `until` (None: all); not used when `since` is given."""
    since: dt.date | None = None
    until: dt.date | None = None
    """The newest stored day when left out, or when later than that."""
    by: Step | None = None
    """How long the periods are; None: what fits the range."""


class TrendDay(msgspec.Struct, frozen=True, kw_only=True):
    """One stored day."""

    date: dt.date
    points: float
    max_points: float
    percent: float | None
    zone: Zone | None
    """None: the percent is not known."""
    regressed: int
    """Controls below their best of the 90 days before."""
    points_lost: float
    """What those had more at their best."""
    accepted: int
    """Actions whose risk is accepted."""
    points_given_up: float
    """What those could gain, as far as it is known."""
    average_all: float | None
    """Microsoft's average of all tenants, in percent; None: it sent none."""
    average_size: float | None
    """Of tenants of a similar size."""
    average_industry: float | None
    """Of the same industry."""


class CategoryDay(msgspec.Struct, frozen=True, kw_only=True):
    """A category on a stored day."""

    date: dt.date
    points: float
    max_points: float | None
    percent: float | None


class CategoryTrend(msgspec.Struct, frozen=True, kw_only=True):
    """A category over the range."""

    category: str
    percent: float | None
    """On its last day."""
    since: dt.date | None
    """The first day of the range with a percent; None: there is none."""
    change: float | None
    """Since that day, in points of percent."""
    days: tuple[CategoryDay, ...]
    """Oldest first; days on which none of its controls is scored are not there."""


class GroupTrend(msgspec.Struct, frozen=True, kw_only=True):
    """A group that Microsoft averages, over the range."""

    basis: str
    """As Graph names it; its averages are in the days' `averageAll`, `averageSize` or `averageIndustry`."""
    name: str
    meaning: str
    as_of: dt.date
    """The last day of the range with both percents."""
    average: float
    distance: float
    """The tenant's percent of that day less the average, in points of percent."""
    since: dt.date
    """The first such day."""
    distance_before: float
    """The distance then."""


class Low(msgspec.Struct, frozen=True, kw_only=True):
    """A control that stands below its best on the last day of the range."""

    control: str
    name: str
    category: str
    since: dt.date
    """The last day with its best points."""
    best_points: float
    points: float
    lost: float
    dismissed: bool
    """Whether somebody dismissed it; False of earlier days than the newest."""


class Trends(msgspec.Struct, frozen=True, kw_only=True):
    """Metrics and trends of a tenant."""

    tenant: TenantName
    first: dt.date | None
    """The first day that is stored at all."""
    newest: dt.date | None
    since: dt.date | None
    """The first stored day of the range; None: it has none."""
    until: dt.date | None
    missing: int
    """How many days between those two are not stored."""
    gaps: tuple[Gap, ...]
    days: tuple[TrendDay, ...]
    """Oldest first; a missing day is not there."""
    zones: Zones
    in_zone: ZoneDays
    """Of the stored days of the range."""
    present: Present | None
    """The zone of its last day, and since when, also before the range."""
    categories: tuple[CategoryTrend, ...]
    groups: tuple[GroupTrend, ...]
    by: Step
    periods: tuple[Period, ...]
    regressed: tuple[Low, ...]
    """On the last day, most points lost first."""
    dismissed: int | None
    """How many of them are dismissed; None: the range ends before the newest day, and they are in force now."""
    repair: Repair | None
    """None when no day is stored."""
    flapping: tuple[Flapping, ...]


def build(conn: Connection, tenant: Tenant, *, ratings: Ratings, wanted: Wanted | None = None) -> Trends:
    """Build the trends of a range; the last 90 days when nothing is said.

    Raises `InputRefused` for a range the wrong way round.
    """
    asked = wanted or Wanted()
    if asked.since and asked.until and asked.since > asked.until:
        message = f"The first day ({asked.since}) is after the last ({asked.until}): turn them round."
        raise InputRefused(message)
    past = pasts.of(conn, tenant, ratings=ratings)
    since, until = trends.reach(past.totals, asked.days, asked.since, asked.until)
    totals = [t for t in past.totals if since <= t.day <= until]
    held = zones.build(conn, tenant)
    courses = [estimated(c, ratings) for c in past.courses]
    low = _low(past, ratings, since)
    accepted = _accepted(past, decisions.every(conn, tenant), ratings, since)
    sent = averages.lines(conn, tenant, since=totals[0].day, until=totals[-1].day) if totals else Lines({}, {})
    days = _days(totals, held, low, accepted, sent)
    by = asked.by or (fitting(totals[0].day, totals[-1].day) if totals else Step.DAY)
    fell = [(c, fallen) for c in courses if (fallen := trends.falls(c.stretches, since, until))]
    every = [f for _, fallen in fell for f in fallen]
    is_newest = bool(totals) and totals[-1] is past.totals[-1]
    dismissed = in_force(_on(low, totals[-1].day), dismissals.in_force(conn, tenant)) if is_newest else {}
    return Trends(
        tenant=name_of(tenant),
        first=past.totals[0].day if past.totals else None,
        newest=past.totals[-1].day if past.totals else None,
        since=totals[0].day if totals else None,
        until=totals[-1].day if totals else None,
        missing=(totals[-1].day - totals[0].day).days + 1 - len(totals) if totals else 0,
        gaps=trends.gaps([t.day for t in totals]),
        days=days,
        zones=held,
        in_zone=zoning.counted([d.percent for d in days], held.bounds),
        present=_present(past.totals, totals, held),
        categories=_categories(courses, totals),
        groups=_groups(days, sent.groups),
        by=by,
        periods=periods(daily(past.courses, trends.with_before(past.totals, since, until)), every, by),
        regressed=_lows(past, low, totals, dismissed.keys()),
        dismissed=len(dismissed) if is_newest else None,
        repair=trends.repaired(every, until) if totals else None,
        flapping=trends.fluttering(fell),
    )


def _percent(total: DayTotal) -> float | None:
    return percent(total.points, total.max_points)


def _present(every: Sequence[DayTotal], totals: Sequence[DayTotal], held: Zones) -> Present | None:
    if not totals:
        return None
    return zoning.present([(t.day, _percent(t)) for t in every if t.day <= totals[-1].day], held.bounds)


def _low(past: Past, ratings: Ratings, since: dt.date) -> list[Below]:
    return [
        spell
        for control, pieces in past.pieces.items()
        for spell in spells.below(control, pieces, past.profiles.get(control.casefold()), ratings, since)
    ]


def _accepted(past: Past, made: Sequence[Decision], ratings: Ratings, since: dt.date) -> list[GivenUp]:
    if not past.totals:
        return []
    newest = past.totals[-1].day
    by_control: dict[str, list[Decision]] = {}
    for decision in made:
        by_control.setdefault(decision.control.casefold(), []).append(decision)
    found: list[GivenUp] = []
    for control, pieces in past.pieces.items():
        folded = control.casefold()
        told = Told(past.profiles.get(folded), by_control.get(folded, ()), newest)
        found += spells.given_up(control, pieces, told, ratings, since)
    return found


def _days(
    totals: Sequence[DayTotal],
    held: Zones,
    low: Iterable[Below],
    accepted: Iterable[GivenUp],
    sent: Lines,
) -> tuple[TrendDay, ...]:
    stored = [t.day for t in totals]
    fallen = spells.by_day(((s.from_day, s.to_day, s.lost) for s in low), stored)
    given = spells.by_day(((s.from_day, s.to_day, s.points) for s in accepted), stored)
    bounds = held.bounds
    return tuple(
        TrendDay(
            date=total.day,
            points=total.points,
            max_points=total.max_points,
            percent=(share := _percent(total)),
            zone=zoning.zone(share, bounds),
            regressed=below[0],
            points_lost=below[1],
            accepted=up[0],
            points_given_up=up[1],
            **_averages(sent.days.get(total.day, {})),
        )
        for total, below, up in zip(totals, fallen, given, strict=True)
    )


def _averages(held: Mapping[str, float | None]) -> dict[str, float | None]:
    return {field: held.get(basis) for basis, field in BASES.items()}


def _categories(courses: Sequence[Course], totals: Sequence[DayTotal]) -> tuple[CategoryTrend, ...]:
    """Give the categories in Microsoft's order; those without a scored control in the range are not there."""
    grouped: dict[str, list[Course]] = {}
    for course in courses:
        grouped.setdefault(course.category, []).append(course)
    order = sorted(grouped, key=lambda c: (CATEGORIES.index(c) if c in CATEGORIES else len(CATEGORIES), c))
    stored = [t.day for t in totals]
    made = (_category(name, stored, sums(grouped[name], stored)) for name in order)
    return tuple(c for c in made if c.days)


def _category(name: str, stored: Sequence[dt.date], summed: Sequence[Sum | None]) -> CategoryTrend:
    days = tuple(
        CategoryDay(
            date=day,
            points=s.points,
            max_points=s.max_points,
            percent=None if s.max_points is None else percent(s.points, s.max_points),
        )
        for day, s in zip(stored, summed, strict=True)
        if s is not None
    )
    known = [(d.date, d.percent) for d in days if d.percent is not None]
    now = days[-1].percent if days else None
    return CategoryTrend(
        category=name,
        percent=now,
        since=known[0][0] if known else None,
        change=None if now is None else now - known[0][1],
        days=days,
    )


def _groups(days: Sequence[TrendDay], last: Mapping[str, Average]) -> tuple[GroupTrend, ...]:
    """Describe each group as Microsoft named it last."""
    made = (_group(last[basis], field, days) for basis, field in BASES.items() if basis in last)
    return tuple(g for g in made if g is not None)


def _group(average: Average, field: str, days: Sequence[TrendDay]) -> GroupTrend | None:
    known = [
        (d.date, value, d.percent - value)
        for d in days
        if d.percent is not None and (value := getattr(d, field)) is not None
    ]
    if not known:
        return None
    name, meaning = groups.named(average)
    return GroupTrend(
        basis=average.basis,
        name=name,
        meaning=meaning,
        as_of=known[-1][0],
        average=known[-1][1],
        distance=known[-1][2],
        since=known[0][0],
        distance_before=known[0][2],
    )


def _on(low: Iterable[Below], day: dt.date) -> list[Below]:
    return [s for s in low if s.from_day <= day <= s.to_day]


def _lows(past: Past, low: Sequence[Below], totals: Sequence[DayTotal], dismissed: Iterable[str]) -> tuple[Low, ...]:
    """List what stands below its best on the last day."""
    named, hidden = {c.control: c for c in past.courses}, set(dismissed)
    rows = [
        Low(
            control=s.id,
            name=named[s.id].name,
            category=named[s.id].category,
            since=s.regressed.since,
            best_points=s.regressed.best_points,
            points=s.earned_points,
            lost=s.lost,
            dismissed=s.id.casefold() in hidden,
        )
        for s in (_on(low, totals[-1].day) if totals else ())
    ]
    return tuple(sorted(rows, key=lambda r: (-r.lost, r.control.casefold())))
