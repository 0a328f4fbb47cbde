"""The overview: how a tenant stands on its newest day, and the days before."""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot.model import CATEGORIES, CLOSED, DayTotal, Source, Standing, Status, SyncState, Tenant
from surefoot.model import TenantName as TenantName  # noqa: PLC0414 - pages take it from here
from surefoot.pages import among as beside
from surefoot.pages import marks as marking
from surefoot.pages import moved as moves
from surefoot.pages import review as reviews
from surefoot.pages.among import Among
from surefoot.pages.counting import View, views
from surefoot.pages.marks import Mark
from surefoot.pages.moved import Moved, Read
from surefoot.pages.review import Review
from surefoot.pages.whose import name_of as name_of  # noqa: PLC0414 - the same
from surefoot.scoring import actions as work
from surefoot.scoring import maxima, trends
from surefoot.scoring.actions import Action
from surefoot.scoring.percents import percent
from surefoot.scoring.products import licence
from surefoot.scoring.ratings import Ratings
from surefoot.store import history, profiles, tenants
from surefoot.store import standings as held

TOP = 5
"""How many actions the overview names."""
FRESH = dt.timedelta(days=3)
"""Graph's newest day is one or two days old as a rule; older than this is worth a word."""

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
    licences: tuple[str, ...] = ()
    """What the tenant has, as far as Graph's `enabledServices` say; empty where they do not."""
    review: Review | None = None
    """What somebody should look at; None when no day is stored."""
    moved: Moved | None = None
    """Why the score moved in the last week; None when there is no second day to compare with."""
    among: Among | None = None
    """Beside others; None when no day is stored."""
    marks: tuple[Mark, ...] = ()
    """The days of the history that moved most, or on which something was noted; oldest first."""


def build(
    conn: Connection,
    tenant: Tenant,
    *,
    ratings: Ratings,
    days: int | None = 90,
    visible: frozenset[str] | None = frozenset(),
    now: dt.datetime | None = None,
) -> Overview:
    """Build the overview of a tenant's newest day, with `days` days of history (None: all of them).

    `visible` are the ids of the tenants to compare with (None: all), `now` (None: the end of the newest day) is what
    due dates and the like are compared with. Everything that is not known comes as None, with the reason in `unknown`.
    """
    totals = history.days(conn, tenant)
    sync = tenants.sync_state(conn, tenant)
    if not totals:
        return _empty(tenant, sync)
    newest = totals[-1]
    read = Read(totals=totals, held=held.pieces(conn, tenant), known=profiles.of(conn, tenant), ratings=ratings)
    standings = held.of(conn, tenant, newest.day, held=read.held, known=read.known)
    ranked = work.rank(standings, newest.max_points, ratings, newest.day)
    news = profiles.news(conn, tenant)
    earlier = trends.before(totals, newest.day)
    share = percent(newest.points, newest.max_points)
    facts = history.facts(conn, tenant, newest.day)
    shown = tuple(day_of(t) for t in totals if days is None or (newest.day - t.day).days < days)
    return Overview(
        tenant=name_of(tenant),
        as_of=newest.day,
        points=newest.points,
        max_points=newest.max_points,
        percent=share,
        unknown=None if share is not None else f"Microsoft sent a maximum of 0 points for {newest.day}.",
        points_available=work.available(ranked),
        trend=_trend(earlier, newest),
        categories=_categories(standings, held.bare(read.held, read.known, earlier.day) if earlier else (), ratings),
        statuses={status: sum(a.status is status for a in ranked) for status in Status},
        planned_score=_score(work.planned(ranked, newest.points, newest.max_points)),
        achievable_score=_score(work.achievable(ranked, newest.points, newest.max_points)),
        adjusted_score=_score(work.adjusted(ranked, newest.points, newest.max_points)),
        views=views(ranked, newest.points, newest.max_points),
        history=shown,
        synced=synced(sync),
        open_actions=sum(is_open(a) for a in ranked),
        regressed=sum(a.regressed is not None for a in ranked),
        quick_wins=sum(a.quick_win for a in ranked),
        top_actions=tuple(
            msgspec.structs.replace(a, microsoft_update=news.get(a.id.casefold()))
            for a in itertools.islice((a for a in ranked if is_open(a)), TOP)
        ),
        maxima=_maxima(ranked, newest.max_points),
        licensed_users=facts.licensed_users or None,  # Graph often sends 0 where it does not know
        active_users=facts.active_users,
        licences=tuple(sorted({licence(s) for s in facts.services})),
        review=reviews.build(conn, tenant, ranked, news, day=newest.day, now=now or _end_of(newest.day)),
        moved=moves.build(conn, tenant, read),
        among=beside.build(conn, tenant, visible, newest),
        marks=marking.build(conn, tenant, read, [marking.Day(date=d.date, percent=d.percent) for d in shown]),
    )


def _end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(23, 59), dt.UTC)


def is_old(newest: dt.date, today: dt.date) -> bool:
    """Say whether a newest day is so long ago that it is worth a word."""
    return today - newest > FRESH


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


def _categories(now: Iterable[Standing], then: Iterable[Standing], ratings: Ratings) -> tuple[CategoryScore, ...]:
    past = {c.category: c for c in _category_scores(then, ratings)}
    return tuple(
        msgspec.structs.replace(c, trend=_minus(c.percent, past[c.category].percent if c.category in past else None))
        for c in _category_scores(now, ratings)
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
