"""The controls that have fewer points than their best of the last 90 days: since when, from how much, perhaps why."""

import datetime as dt
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from surefoot.model import Dismissal, Tenant
from surefoot.pages import events as happened
from surefoot.pages import past as pasts
from surefoot.pages.overview import TenantName, name_of
from surefoot.pages.past import Past
from surefoot.scoring import actions as work
from surefoot.scoring.actions import Action, Regression
from surefoot.scoring.causes import LAG, Candidates, Cause
from surefoot.scoring.changes import Change, Kind
from surefoot.scoring.past import daily
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.regressions import in_force
from surefoot.store import dismissals, history, standings

CAUSES = 3


class RegressionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One control that fell."""

    control: str
    name: str
    category: str
    service: str | None
    product: str | None
    best_points: float
    """The most of the last 90 days."""
    points: float
    max_points: float | None
    lost: float
    """Points."""
    since: dt.date
    """The last day with the best points."""
    fell_on: dt.date
    """The first stored day after it."""
    percent: float | None
    """What all falls since then cost, in points of percent; None when not known."""
    causes: tuple[Cause, ...]
    """Candidates for the largest fall, the likeliest first; none is proof."""
    dismissed: Dismissal | None
    """In force until the control falls further or anew."""


class Regressions(msgspec.Struct, frozen=True, kw_only=True):
    """The regressions of a tenant's newest day, most points lost first."""

    tenant: TenantName
    as_of: dt.date | None
    regressions: tuple[RegressionRow, ...]
    total: int
    """Without those that are dismissed."""
    dismissed: int


def build(conn: Connection, tenant: Tenant, *, ratings: Ratings, with_dismissed: bool = False) -> Regressions:
    """List what has regressed and is not dismissed, or all of it."""
    newest = history.newest_total(conn, tenant)
    if newest is None:
        return Regressions(tenant=name_of(tenant), as_of=None, regressions=(), total=0, dismissed=0)
    ranked = work.rank(standings.of(conn, tenant, newest.day), newest.max_points, ratings, newest.day)
    fallen = [(a, a.regressed) for a in ranked if a.regressed is not None]
    held = in_force(ranked, dismissals.in_force(conn, tenant))
    shown = [(a, r) for a, r in fallen if with_dismissed or a.id.casefold() not in held]
    rows = _rows(conn, tenant, shown, held, ratings) if shown else []
    return Regressions(
        tenant=name_of(tenant),
        as_of=newest.day,
        regressions=tuple(sorted(rows, key=lambda r: (-r.lost, r.control.casefold()))),
        total=len(fallen) - len(held),
        dismissed=len(held),
    )


def _rows(
    conn: Connection,
    tenant: Tenant,
    fallen: list[tuple[Action, Regression]],
    held: Mapping[str, Dismissal],
    ratings: Ratings,
) -> list[RegressionRow]:
    past = pasts.of(conn, tenant, ratings=ratings)
    first, last = min(r.since for _, r in fallen), past.totals[-1].day
    begun, ended = happened.start_of(first + dt.timedelta(days=1)) - LAG, happened.start_of(last + dt.timedelta(days=1))
    candidates = Candidates(happened.between(conn, tenant, begun, ended))
    falls = _falls(past, first)
    return [_row(a, r, falls.get(a.id.casefold(), []), candidates, past, held) for a, r in fallen]


Fall = tuple[dt.date, dt.date, Change]


def _falls(past: Past, first: dt.date) -> dict[str, list[Fall]]:
    """Give every fall since a day by control, with the stored days that it lies between."""
    found: dict[str, list[Fall]] = {}
    for explained in daily(past.courses, [t for t in past.totals if t.day >= first]):
        for change in explained.changes:
            if change.kind is Kind.REGRESSED and change.control:
                found.setdefault(change.control.casefold(), []).append((explained.since, explained.until, change))
    return found


def _row(
    action: Action,
    regression: Regression,
    falls: list[Fall],
    candidates: Candidates,
    past: Past,
    held: Mapping[str, Dismissal],
) -> RegressionRow:
    mine = [f for f in falls if f[1] > regression.since]
    largest = min(mine, key=lambda f: f[2].points, default=None)
    parts = [f[2].percent for f in mine]
    return RegressionRow(
        control=action.id,
        name=action.name,
        category=action.category,
        service=action.service,
        product=action.product,
        best_points=regression.best_points,
        points=action.earned_points,
        max_points=action.max_points,
        lost=regression.best_points - action.earned_points,
        since=regression.since,
        fell_on=min((t.day for t in past.totals if t.day > regression.since), default=regression.since),
        percent=None if not parts or None in parts else sum(p for p in parts if p is not None),
        causes=candidates.of(largest[2], largest[0], largest[1], CAUSES) if largest else (),
        dismissed=held.get(action.id.casefold()),
    )
