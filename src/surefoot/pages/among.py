"""A tenant beside others, in a few lines: Microsoft's groups on the newest day, and one's own tenants exactly."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.model import DayTotal, Tenant
from surefoot.pages.comparison import Estimate, estimated
from surefoot.pages.groups import ALL_TENANTS, ORDER, about, group_name
from surefoot.scoring.comparison import SMALLEST_COHORT
from surefoot.scoring.percents import percent
from surefoot.store import averages, history, summaries


class Averaged(msgspec.Struct, frozen=True, kw_only=True):
    """A group that Microsoft averages."""

    basis: str
    """As Graph names it: TotalSeats, IndustryTypes, AllTenants, ..."""
    name: str
    about: str
    """What its members have in common, in a few words."""
    as_of: dt.date
    """The newest stored day for which Microsoft sent it."""
    average: float | None
    """Percent."""
    distance: float | None
    """The tenant's percent of that day less the average, in points of percent."""


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant among the viewer's, exactly."""

    tenants: int | None
    """With a known percent, this one among them; None when they are too few to be told."""
    rank: int | None
    median: float | None
    too_small: str | None
    """Why nothing is said."""


class Among(msgspec.Struct, frozen=True, kw_only=True):
    """What the score is beside those of others."""

    groups: tuple[Averaged, ...]
    """Similar size first, then industry, then all; empty when Microsoft sent none."""
    estimate: Estimate
    """Where the tenant may stand among all Microsoft 365 tenants: an estimate, never a measurement."""
    own: Own


def build(conn: Connection, tenant: Tenant, visible: frozenset[str] | None, newest: DayTotal) -> Among:
    """Compare the newest day; `visible` are the ids of the tenants that the viewer may see (None: all)."""
    mine = percent(newest.points, newest.max_points)
    groups = _groups(conn, tenant, newest)
    average = next((g.average for g in groups if g.basis == ALL_TENANTS), None)
    return Among(groups=groups, estimate=estimated(mine, average), own=_own(conn, visible, mine))


def _groups(conn: Connection, tenant: Tenant, newest: DayTotal) -> tuple[Averaged, ...]:
    day, held = newest.day, history.groups(conn, tenant, newest.day)
    if not held:  # Graph's list is empty for weeks at times
        earlier = averages.over_time(conn, tenant)
        if not earlier:
            return ()
        day = max(earlier)
        held = earlier[day]
    total = newest if day == newest.day else next(iter(history.days(conn, tenant, since=day, until=day)), newest)
    mine = percent(total.points, total.max_points)
    found = sorted(held, key=lambda a: (ORDER.index(a.basis) if a.basis in ORDER else 1, a.basis))
    return tuple(
        Averaged(
            basis=a.basis,
            name=group_name(a),
            about=about(a),
            as_of=day,
            average=a.percent,
            distance=None if mine is None or a.percent is None else mine - a.percent,
        )
        for a in found
    )


def _own(conn: Connection, visible: frozenset[str] | None, mine: float | None) -> Own:
    place = summaries.place(conn, visible, mine)
    if place.known < SMALLEST_COHORT:
        why = f"Fewer than {SMALLEST_COHORT} of your tenants have a score: too few to compare."
        return Own(tenants=None, rank=None, median=None, too_small=why)
    return Own(tenants=place.known, rank=place.rank, median=place.median, too_small=None)
