"""The overview: how a tenant stands on its newest day, and the days before."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot.model import CATEGORIES, CLOSED, DayTotal, Snapshot, Source, Standing, Status, SyncState, Tenant
from surefoot.model import TenantName as TenantName  # noqa: PLC0414 - pages take it from here
from surefoot.scoring import actions as work
from surefoot.scoring import maxima, trends
from surefoot.scoring.actions import Action
from surefoot.scoring.percents import percent
from surefoot.scoring.ratings import Ratings
from surefoot.store import history, tenants
from surefoot.store import standings as held

TOP = 5
"""How many actions the overview names."""

_ABOUT = {
    "Identity": "MFA, Conditional Access, privileged roles, identity protection",
    "Device": "Intune compliance, BitLocker, Defender for Endpoint, baselines",
    "Apps": "Mail and link protection, Teams, cloud apps, app consent",
    "Data": "DLP, sensitivity labels, information protection, encryption",
    "Infrastructure": "Azure resources and servers",
}


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Points of possible points."""

    points: float
    max_points: float
    percent: float | None
    """None when the maximum is 0."""


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """The difference to an earlier day."""

    since: dt.date
    """The day compared with: the nearest stored one not after 30 days before."""
    percent: float | None
    """In points of percent."""
    points: float


class CategoryScore(msgspec.Struct, frozen=True, kw_only=True):
    """A category's part of the score."""

    category: str
    points: float
    max_points: float | None
    """The sum of the known maxima; None when none is known."""
    percent: float | None
    trend: float | None
    """Points of percent since `Overview.trend.since`; None when not known."""
    controls: int
    known_maxima: int
    """How many of the controls have a known maximum."""
    about: str
    """What belongs to it, in a few words."""


class HistoryDay(msgspec.Struct, frozen=True, kw_only=True):
    """One stored day."""

    date: dt.date
    points: float
    max_points: float | None
    """None: no maximum of the controls in question is known."""
    percent: float | None
    source: Source


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """When the tenant was read, and what is wrong."""

    at: dt.datetime | None
    """The last success; None: never read from Graph."""
    error: str | None
    """A slug such as `consent-missing`."""
    message: str | None
    """What happened and what to do."""
    failing_since: dt.datetime | None
    request_id: str | None
    due_at: dt.datetime | None


class Maxima(msgspec.Struct, frozen=True, kw_only=True):
    """How many controls have a known maximum: 78 of 91."""

    known: int
    estimated: int
    """Of the known ones, those taken from Surefoot's own data file."""
    controls: int
    unknown_points: float
    """What the day's maximum holds beyond the known maxima (at least 0)."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One way to count the score."""

    key: str
    """`raw`, `adjusted`, `planned`, `achievable`, `managed`, `told` or `earned`."""
    name: str
    points: float
    max_points: float | None
    """None for a part of the points, which has no maximum of its own."""
    percent: float | None
    """Of its own maximum; of the day's for a part of the points."""
    counted: str
    """How it is counted, in a sentence."""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the overview page, in the API's order."""

    tenant: TenantName
    as_of: dt.date | None
    """The newest stored day; None when there is none."""
    points: float | None
    max_points: float | None
    percent: float | None
    unknown: str | None
    """Why the percent is not known, as a sentence; None when it is known."""
    points_available: float | None
    trend: Trend | None
    categories: tuple[CategoryScore, ...]
    statuses: Mapping[Status, int]
    """Every status, also those with 0."""
    planned_score: Score | None
    achievable_score: Score | None
    adjusted_score: Score | None
    """Without accepted risks and what is not applicable."""
    views: tuple[View, ...]
    """Every way to count the score, each with how; empty when no day is stored."""
    history: tuple[HistoryDay, ...]
    """Oldest first; a missing day is not there."""
    synced: Synced
    open_actions: int
    regressed: int
    quick_wins: int
    top_actions: tuple[Action, ...]
    maxima: Maxima
    licensed_users: int | None
    active_users: int | None


def build(conn: Connection, tenant: Tenant, *, ratings: Ratings, days: int | None = 90) -> Overview:
    """Build the overview of a tenant's newest day, with `days` days of history (None: all of them).

    Everything that is not known comes as None, with the reason in `unknown`.
    """
    totals = history.days(conn, tenant)
    sync = tenants.sync_state(conn, tenant)
    if not totals:
        return _empty(tenant, sync)
    now = totals[-1]
    standings = held.of(conn, tenant, now.day)
    ranked = work.rank(standings, now.max_points, ratings, now.day)
    earlier = trends.before(totals, now.day)
    share = percent(now.points, now.max_points)
    snapshot = history.snapshot(conn, tenant, now.day)
    return Overview(
        tenant=name_of(tenant),
        as_of=now.day,
        points=now.points,
        max_points=now.max_points,
        percent=share,
        unknown=None if share is not None else f"Microsoft sent a maximum of 0 points for {now.day}.",
        points_available=work.available(ranked),
        trend=_trend(earlier, now),
        categories=_categories(conn, tenant, standings, earlier, ratings),
        statuses={status: sum(a.status is status for a in ranked) for status in Status},
        planned_score=_score(work.planned(ranked, now.points, now.max_points)),
        achievable_score=_score(work.achievable(ranked, now.points, now.max_points)),
        adjusted_score=_score(work.adjusted(ranked, now.points, now.max_points)),
        views=views(ranked, now.points, now.max_points),
        history=tuple(day_of(t) for t in totals if days is None or (now.day - t.day).days < days),
        synced=synced(sync),
        open_actions=sum(is_open(a) for a in ranked),
        regressed=sum(a.regressed is not None for a in ranked),
        quick_wins=sum(a.quick_win for a in ranked),
        top_actions=tuple(a for a in ranked if is_open(a))[:TOP],
        maxima=_maxima(ranked, now.max_points),
        **_users(snapshot),
    )


def name_of(tenant: Tenant) -> TenantName:
    """Name a tenant as pages do."""
    return TenantName(id=tenant.id, name=tenant.name)


def views(ranked: Sequence[Action], points: float, max_points: float) -> tuple[View, ...]:
    """Count the score in every way."""
    whole = {
        "raw": (points, max_points),
        "adjusted": work.adjusted(ranked, points, max_points),
        "planned": work.planned(ranked, points, max_points),
        "achievable": work.achievable(ranked, points, max_points),
    }
    made = [_view(key, *pair, pair[1]) for key, pair in whole.items()]
    parts = zip(("managed", "told", "earned"), work.shares(ranked), strict=True)
    return (*made, *(_view(key, part, None, max_points) for key, part in parts))


def _view(key: str, points: float, max_points: float | None, of: float) -> View:
    name, counted = _COUNTED[key]
    return View(key=key, name=name, points=points, max_points=max_points, percent=percent(points, of), counted=counted)


_COUNTED = {
    "raw": ("Secure Score", "Microsoft's own: all points of all controls that the newest day scores."),
    "adjusted": (
        "Adjusted",
        "Without actions whose risk is accepted and those that are not applicable, in points and maximum.",
    ),
    "planned": ("Planned", "As if everything planned and in progress were done."),
    "achievable": ("Achievable", "As if every open action were done; accepted risks stay as they are."),
    "managed": ("Managed by Microsoft", "Points of controls that Microsoft itself provides, without anybody's doing."),
    "told": (
        "On somebody's word",
        "Points given because an action was marked as resolved through a third party or another mitigation.",
    ),
    "earned": ("Earned", "Points of all other controls: somebody configured, reviewed or changed something."),
}


def is_open(action: Action) -> bool:
    """Say whether there is still something to do about an action."""
    return action.status not in CLOSED


def synced(state: SyncState) -> Synced:
    """Say when a tenant was read and what is wrong."""
    return Synced(
        at=state.synced_at,
        error=state.error,
        message=state.message,
        failing_since=state.failing_since,
        request_id=state.request_id,
        due_at=state.due_at,
    )


def score(points: float, max_points: float) -> Score:
    """Put points, maximum and percent together."""
    return Score(points=points, max_points=max_points, percent=percent(points, max_points))


def _score(parts: tuple[float, float]) -> Score:
    return score(*parts)


def _users(snapshot: Snapshot | None) -> dict[str, int | None]:
    """Give the numbers of users; 0 licensed users means that Graph does not know (it often sends that)."""
    licensed = snapshot.licensed_users or None if snapshot else None
    return {"licensed_users": licensed, "active_users": snapshot.active_users if snapshot else None}


def day_of(total: DayTotal) -> HistoryDay:
    """Put a stored day's totals and percent together."""
    return HistoryDay(
        date=total.day,
        points=total.points,
        max_points=total.max_points,
        percent=percent(total.points, total.max_points),
        source=total.source,
    )


def _trend(earlier: DayTotal | None, now: DayTotal) -> Trend | None:
    if earlier is None:
        return None
    difference = _minus(percent(now.points, now.max_points), percent(earlier.points, earlier.max_points))
    return Trend(since=earlier.day, percent=difference, points=now.points - earlier.points)


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _categories(
    conn: Connection, tenant: Tenant, standings: Sequence[Standing], earlier: DayTotal | None, ratings: Ratings
) -> tuple[CategoryScore, ...]:
    before = held.measured(conn, tenant, earlier.day) if earlier else ()
    past = {c.category: c for c in _category_scores(before, ratings)}
    return tuple(
        msgspec.structs.replace(c, trend=_minus(c.percent, past[c.category].percent if c.category in past else None))
        for c in _category_scores(standings, ratings)
    )


def _category_scores(standings: Iterable[Standing], ratings: Ratings) -> list[CategoryScore]:
    """Sum the controls by category, in Microsoft's order; those without a known maximum all have 0 points."""
    groups: dict[str, list[tuple[float, float | None]]] = {}
    for standing in standings:
        value = maxima.maximum(standing, ratings).value
        groups.setdefault(standing.score.category, []).append((standing.score.points, value))
    order = sorted(groups, key=lambda c: (CATEGORIES.index(c) if c in CATEGORIES else len(CATEGORIES), c))
    return [_category(name, groups[name]) for name in order]


def _category(name: str, parts: Sequence[tuple[float, float | None]]) -> CategoryScore:
    known = [value for _, value in parts if value is not None]
    points = fsum(earned for earned, _ in parts)
    total = fsum(known) if known else None
    return CategoryScore(
        category=name,
        points=points,
        max_points=total,
        percent=None if total is None else percent(points, total),
        trend=None,
        controls=len(parts),
        known_maxima=len(known),
        about=_ABOUT.get(name, "Other recommendations"),
    )


def _maxima(ranked: Sequence[Action], max_points: float) -> Maxima:
    known = [a.max_points for a in ranked if a.max_points is not None]
    return Maxima(
        known=len(known),
        estimated=sum(a.max_estimated and a.max_points is not None for a in ranked),
        controls=len(ranked),
        unknown_points=max(0.0, max_points - fsum(known)),
    )


def _empty(tenant: Tenant, sync: SyncState) -> Overview:
    if sync.message:
        why = sync.message
    elif sync.due_at is None:
        why = "Nothing was imported yet, and Surefoot is not connected to this tenant."
    else:
        why = "Surefoot has not read this tenant yet."
    return Overview(
        tenant=name_of(tenant),
        as_of=None,
        points=None,
        max_points=None,
        percent=None,
        unknown=why,
        points_available=None,
        trend=None,
        categories=(),
        statuses=dict.fromkeys(Status, 0),
        planned_score=None,
        achievable_score=None,
        adjusted_score=None,
        views=(),
        history=(),
        synced=synced(sync),
        open_actions=0,
        regressed=0,
        quick_wins=0,
        top_actions=(),
        maxima=Maxima(known=0, estimated=0, controls=0, unknown_points=0.0),
        licensed_users=None,
        active_users=None,
    )
