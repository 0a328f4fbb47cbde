"""A tenant's controls seen as work: points to gain, impact, difficulty, status, order."""

import datetime as dt
import enum
import functools
import html
import re
from collections.abc import Iterable, Sequence
from math import fsum
from operator import itemgetter
from typing import NamedTuple

import msgspec
import nh3

from surefoot.model import CLOSED, Decision, Difficulty, Impact, Level, Plan, Profile, Standing, Status
from surefoot.scoring.maxima import Maximum, maximum
from surefoot.scoring.percents import percent
from surefoot.scoring.products import product
from surefoot.scoring.ratings import Rating, Ratings
from surefoot.scoring.workflow import status_of

EARNED = 0.005
"""A control whose points are this near to its maximum has all of them: Graph rounds to two decimals."""

HIGH_UNTIL, MEDIUM_UNTIL = 0.5, 0.8
"""An action that begins below these shares of the open points, most points first, has High or Medium impact."""


class Regression(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """A control that has fewer points than it had in the last 90 days."""

    since: dt.date
    """The last day on which it had its best points."""
    best_points: float


class NewsKind(enum.StrEnum):
    """What Microsoft did to a control's text."""

    ADDED = "added"
    UPDATED = "updated"


class News(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The newest thing that Microsoft did to a control, as far as Surefoot saw it."""

    kind: NewsKind
    day: dt.date
    """On which Surefoot first read it so."""


class Action(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One control of a tenant seen as work, as every outlet shows it."""

    id: str
    """The control's id as Graph spells it."""
    name: str
    """The profile's title; the id when there is no profile."""
    category: str
    service: str | None
    """Microsoft's service code, for example MDO."""
    product: str | None
    """The product's name for people, for example Defender for Office 365."""
    status: Status
    impact: Impact | None
    """None for an action that is not open, or whose points to gain are not known."""
    difficulty: Difficulty | None
    """None: not rated by Microsoft nor by Surefoot."""
    difficulty_estimated: bool
    """True when it rests on Surefoot's own rating."""
    points: float | None
    """Points to gain: `max_points - earned_points`, never below 0; None when the maximum is not known."""
    earned_points: float
    max_points: float | None
    max_estimated: bool
    """True when the maximum comes from Surefoot's own data file."""
    score_impact: float | None
    """Points to gain in percent of the tenant's maximum."""
    quick_win: bool
    regressed: Regression | None
    rank: int
    """The place in the default order, from 1."""
    microsoft_rank: int | None
    tier: str | None
    action_type: str | None
    """Microsoft's kind of action: Config, Review, Behavior, ProviderGenerated."""
    applicable: bool | None
    """Graph's `IsApplicable`; None when it does not say."""
    status_text: str | None
    """Microsoft's implementation status as plain text."""
    count: float | None
    total: float | None
    synced_at: dt.datetime | None
    microsoft_state: str | None
    """The state in force in Graph, as spelled there; None when untouched."""
    decision: Decision | None
    """The newest decision, in Surefoot or at Microsoft."""
    plan: Plan | None
    """Who does it by when."""
    microsoft_update: News | None = None
    """None: the control is as it was when Surefoot first read the tenant."""


def rank(
    standings: Sequence[Standing], day_max: float, ratings: Ratings, day: dt.date, *, most: int | None = None
) -> tuple[Action, ...]:
    """See a day's controls as actions, in the default order: open ones first, then decided, then completed ones.

    `day_max` is the tenant's maximum on `day`. Open ones go by impact, difficulty, points, Microsoft's rank and id;
    those whose points to gain nobody knows come last of them. `most` are those that are wanted (None: all).
    """
    del day
    ordered = _ordered(standings, ratings)[:most]
    return tuple([_action(w, impact, n, day_max) for n, (_, impact, w) in enumerate(ordered, 1)])


def place(standings: Sequence[Standing], day_max: float, ratings: Ratings, control: str) -> Action | None:
    """See one of a day's controls as `rank` does, among all of them; None when it is not one of them."""
    folded = control.casefold()
    for n, (_, impact, worth) in enumerate(_ordered(standings, ratings), 1):
        if worth.standing.score.control.casefold() == folded:
            return _action(worth, impact, n, day_max)
    return None


def _ordered(
    standings: Sequence[Standing], ratings: Ratings
) -> list[tuple[tuple[object, ...], Impact | None, "_Worth"]]:
    seen = [_worth(s, ratings) for s in standings]
    labels = impacts([w.points for w in seen if w.status not in CLOSED and w.points])
    return sorted([(_order(w, impact := _impact(w, labels)), impact, w) for w in seen], key=itemgetter(0))


def impacts(points: Sequence[float]) -> dict[float, Impact]:
    """Label the open points by ABC analysis: what begins in the first half is High, up to 80 % Medium, then Low.

    Equal points share the label of the first of them.
    """
    total = fsum(points)
    found: dict[float, Impact] = {}
    passed: list[float] = []
    for value in sorted(points, reverse=True):
        share = fsum(passed) / total
        passed.append(value)
        label = Impact.HIGH if share < HIGH_UNTIL else Impact.MEDIUM if share < MEDIUM_UNTIL else Impact.LOW
        found.setdefault(value, label)
    return found


def status(standing: Standing, most: Maximum) -> Status:
    """Say where the work on a control stands.

    The newest decision counts, whether taken here or at Microsoft. Resolved through third party or an alternate
    mitigation stays so with full points; otherwise all points earned is completed, whatever was decided before.
    """
    said = _said(standing)
    if said in {Status.THIRD_PARTY, Status.ALTERNATE}:
        return said
    if most.value and standing.score.points >= most.value - EARNED:
        return Status.COMPLETED
    return said


def _said(standing: Standing) -> Status:
    """Give what was decided last; what somebody set at Microsoft is a decision, too, once it was taken in."""
    if standing.decision is not None:
        return standing.decision.status
    state = standing.profile.state if standing.profile else None
    return (status_of(state.state) if state else None) or Status.TO_ADDRESS


class _Worth(NamedTuple):
    """What places a control among the others."""

    standing: Standing
    rating: Rating | None
    most: Maximum
    points: float | None
    status: Status
    difficulty: Difficulty | None
    estimated: bool


def _worth(standing: Standing, ratings: Ratings) -> _Worth:
    rating = ratings.of(standing.score.control)
    most = maximum(standing, ratings)
    gain = None if most.value is None else max(0.0, most.value - standing.score.points)
    return _Worth(standing, rating, most, gain, status(standing, most), *difficulty(standing.profile, rating))


def _action(worth: _Worth, impact: Impact | None, rank: int, day_max: float) -> Action:
    standing, rating, most, gain, status, difficulty, estimated = worth
    score, profile = standing.score, standing.profile
    service = (profile.service if profile else None) or (rating.service if rating else None)
    state = profile.state if profile else None
    return Action(
        id=score.control,
        name=name_of(score.control, profile, rating),
        category=score.category,
        service=service,
        product=product(service),
        status=status,
        impact=impact,
        difficulty=difficulty,
        difficulty_estimated=estimated,
        points=gain,
        earned_points=score.points,
        max_points=most.value,
        max_estimated=most.estimated,
        score_impact=None if gain is None else percent(gain, day_max),
        quick_win=impact is Impact.HIGH and difficulty is Difficulty.EASY,
        regressed=regression(standing, most),
        rank=rank,
        microsoft_rank=profile.rank if profile else None,
        tier=profile.tier if profile else None,
        action_type=profile.action_type if profile else None,
        applicable=score.applicable,
        status_text=text_of(score.status_text),
        count=score.count,
        total=score.total,
        synced_at=score.synced_at,
        microsoft_state=state.state if state and state.updated_at else None,
        decision=standing.decision,
        plan=standing.plan,
    )


def name_of(control: str, profile: Profile | None, rating: Rating | None) -> str:
    """Give the profile's title, else the rating's, else the id."""
    return title_of(control, profile.title if profile else None, rating)


def title_of(control: str, title: str | None, rating: Rating | None) -> str:
    """Give a title that is known, else the rating's, else the id, as one line."""
    known = title or (rating.title if rating else None)
    return (_line(known) if known else "") or control


@functools.lru_cache(maxsize=8192)
def _line(text: str) -> str:
    return " ".join(text.split())


def difficulty(profile: Profile | None, rating: Rating | None) -> tuple[Difficulty | None, bool]:
    """Give the worse of implementation cost and user impact, and whether a part of it is Surefoot's estimate."""
    cost, harm = (profile.cost, profile.user_impact) if profile else (None, None)
    rated_cost, rated_harm = (rating.cost, rating.user_impact) if rating else (None, None)
    return _worse(cost, harm, rated_cost, rated_harm)


@functools.lru_cache(maxsize=1024)
def _worse(
    cost: Level | None, harm: Level | None, rated_cost: Level | None, rated_harm: Level | None
) -> tuple[Difficulty | None, bool]:
    levels = [level for level in (cost or rated_cost, harm or rated_harm) if level is not None]
    if not levels:
        return None, False
    estimated = (cost is None and rated_cost is not None) or (harm is None and rated_harm is not None)
    return _DIFFICULTIES[max(levels, key=_LEVELS.index)], estimated


_LEVELS = (Level.LOW, Level.MODERATE, Level.HIGH)
_DIFFICULTIES = dict(zip(_LEVELS, (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.COMPLEX), strict=True))


def regression(standing: Standing, most: Maximum) -> Regression | None:
    """Mark a control that lost points of its own, not by a lower maximum; device controls jitter by hundredths."""
    best, since, now = standing.best_points, standing.best_day, standing.score.points
    if best is None or since is None or expected(standing, most) - now <= jitter(most.value):
        return None
    return Regression(since=since, best_points=best)


def expected(standing: Standing, most: Maximum) -> float:
    """Give the points that the control would have now had its share of the maximum stayed at its best."""
    best = standing.best_points or 0.0
    if not standing.best_max or not most.value:
        return best if most.value is None else min(best, most.value)
    return min(best, best / standing.best_max * most.value)


def jitter(max_points: float | None) -> float:
    """Give the loss of points up to which a control only jitters, as those of devices do daily."""
    return max(0.1, 0.01 * (max_points or 0.0))


def _impact(worth: _Worth, labels: dict[float, Impact]) -> Impact | None:
    if worth.status in CLOSED or worth.points is None:
        return None
    return labels.get(worth.points, Impact.LOW)


_UNRANKED = 1_000_000
_IMPACTS: dict[Impact | None, int] = {**{i: n for n, i in enumerate(Impact)}, None: len(Impact)}
_HARD: dict[Difficulty | None, int] = {d: n for n, d in enumerate(Difficulty)}
_HARD[None] = _HARD[Difficulty.MEDIUM]


def _order(worth: _Worth, impact: Impact | None) -> tuple[int, int, int, float, int, str]:
    status, profile = worth.status, worth.standing.profile
    group = 0 if status not in CLOSED else 2 if status is Status.COMPLETED else 1
    place = profile.rank if profile and profile.rank is not None else _UNRANKED
    folded = worth.standing.score.control.casefold()
    return group, _IMPACTS[impact], _HARD[worth.difficulty], -(worth.points or 0.0), place, folded


_SPACE = re.compile(r"\s+")
_MARKED = re.compile("[<>&\0]")
"""Without these a text is plain already."""


@functools.lru_cache(maxsize=4096)
def text_of(markup: str | None) -> str | None:
    """Give Microsoft's HTML as one line of plain text; None when nothing is left."""
    if not markup:
        return None
    if not _MARKED.search(markup):
        return _SPACE.sub(" ", markup).strip() or None
    spaced = re.sub(r"(?i)<(br|/p|/li)\b[^>]*>", " ", markup)
    plain = html.unescape(nh3.clean(spaced, tags=set()))
    return _SPACE.sub(" ", plain).strip() or None


def available(actions: Sequence[Action]) -> float:
    """Sum the points to gain of the open actions."""
    return fsum(a.points or 0.0 for a in actions if a.status not in CLOSED)


def lost(actions: Iterable[Action]) -> float:
    """Sum the points that regressed actions have fewer than their best of the last 90 days."""
    return fsum(a.regressed.best_points - a.earned_points for a in actions if a.regressed)


def planned(actions: Sequence[Action], points: float, max_points: float) -> tuple[float, float]:
    """Give points and maximum when all planned and in-progress actions are done."""
    meant = {Status.PLANNED, Status.IN_PROGRESS}
    return points + fsum(a.points or 0.0 for a in actions if a.status in meant), max_points


def achievable(actions: Sequence[Action], points: float, max_points: float) -> tuple[float, float]:
    """Give points and maximum when all open actions are done."""
    return points + available(actions), max_points


def adjusted(actions: Sequence[Action], points: float, max_points: float) -> tuple[float, float]:
    """Give points and maximum without accepted risks and what is not applicable: neither points nor maxima count."""
    out = [a for a in actions if a.status is Status.RISK_ACCEPTED or a.applicable is False]
    earned, most = fsum(a.earned_points for a in out), fsum(a.max_points or 0.0 for a in out)
    return points - earned, max(0.0, max_points - most)


def shares(actions: Sequence[Action]) -> tuple[float, float, float]:
    """Give the points that Microsoft manages, those given on somebody's word, and those that somebody earned."""
    managed, told, earned = [], [], []
    for action in actions:
        if (action.action_type or "").casefold() == "providergenerated":
            managed.append(action.earned_points)
        elif action.status in {Status.THIRD_PARTY, Status.ALTERNATE}:
            told.append(action.earned_points)
        else:
            earned.append(action.earned_points)
    return fsum(managed), fsum(told), fsum(earned)
