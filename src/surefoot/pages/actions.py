"""The recommended actions of a tenant, filtered and sorted."""

import datetime as dt
import enum
from collections.abc import Iterable
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot.errors import NotStored
from surefoot.model import Decision, Difficulty, Impact, Profile, Stage, Status, Tenant
from surefoot.pages.columns import Order
from surefoot.pages.overview import TenantName, is_open, name_of
from surefoot.pages.review import is_recent
from surefoot.scoring import actions as work
from surefoot.scoring.actions import Action, NewsKind
from surefoot.scoring.percents import percent
from surefoot.scoring.ratings import Ratings
from surefoot.store import conflicts, decisions, history, outgoing, profiles, standings


class Due(enum.StrEnum):
    """By when an action that is not closed is due."""

    OVERDUE = "overdue"
    WITHIN_7 = "within_7"
    """Days from today on, as the next one; what is overdue is not among them."""
    WITHIN_30 = "within_30"


class Way(enum.StrEnum):
    """How an action stands with Microsoft."""

    WAITING = "waiting"
    """Its decision was sent or is to be sent, and no reading has shown it yet."""
    CONFLICT = "conflict"
    """Both sides changed it, and nobody has said which version holds."""


NOBODY = "-"
"""As an owner: nobody."""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which actions are wanted; every part left out lets all through."""

    category: str | None = None
    """Without regard to case, as product and owner."""
    status: Status | None = None
    impact: Impact | None = None
    difficulty: Difficulty | None = None
    product: str | None = None
    """By name, for example Microsoft Entra ID."""
    owner: str | None = None
    """`-`: nobody."""
    due: Due | None = None
    today: dt.date | None = None
    """What `due` counts from."""
    microsoft: Way | None = None
    only_open: bool = False
    quick_wins: bool = False
    regressed: bool = False
    recent: NewsKind | None = None
    """What Microsoft added or updated in the 30 days up to the newest stored one."""
    text: str | None = None
    """In name, id, product, owner, ticket or labels, without regard to case."""

    def takes(self, action: Action) -> bool:
        """Say whether an action is wanted, but for how it stands with Microsoft."""
        return (
            (self.category is None or action.category.casefold() == self.category.casefold())
            and (self.status is None or action.status is self.status)
            and (self.impact is None or action.impact is self.impact)
            and (self.difficulty is None or action.difficulty is self.difficulty)
            and (self.product is None or (action.product or "").casefold() == self.product.casefold())
            and (self.owner is None or _is_of(action, self.owner))
            and (self.due is None or self.today is None or _is_due(action, self.due, self.today))
            and (not self.only_open or is_open(action))
            and (not self.quick_wins or action.quick_win)
            and (not self.regressed or action.regressed is not None)
            and (not self.text or self.text.casefold() in _words(action))
        )


def _is_of(action: Action, owner: str) -> bool:
    held = (action.plan.owner if action.plan else None) or NOBODY
    return held.casefold() == owner.casefold()


def _is_due(action: Action, due: Due, today: dt.date) -> bool:
    day = action.plan.due if action.plan else None
    if day is None or not is_open(action):
        return False
    if due is Due.OVERDUE:
        return day < today
    return today <= day <= today + dt.timedelta(days=7 if due is Due.WITHIN_7 else 30)


def _is_new(action: Action, kind: NewsKind | None, day: dt.date | None) -> bool:
    return kind is None or (day is not None and is_recent(action.microsoft_update, kind, day))


def _words(action: Action) -> str:
    plan = action.plan
    told = (plan.owner, plan.ticket, *plan.labels) if plan else ()
    return " ".join(filter(None, (action.name, action.id, action.product, *told))).casefold()


class Actions(msgspec.Struct, frozen=True, kw_only=True):
    """The actions that match the filter, in the order that is asked for."""

    actions: tuple[Action, ...]
    total: int
    """How many match (the list is whole)."""
    tenant: TenantName
    as_of: dt.date | None
    points_available: float | None
    """Of the whole tenant, whatever the filter."""
    open_actions: int
    scored: int
    """All controls of the newest day."""
    quick_wins: int
    """Of the whole tenant, as the next two."""
    regressed: int
    categories: tuple[str, ...]
    """Every category that the tenant's actions have, as the next two."""
    products: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    percent: float | None = None
    """The tenant's score on that day, in percent."""
    points: float | None = None
    """To gain, of those that match and are open; None: of none of them is it known."""
    points_lost: float = 0.0
    """Of those that match: what the regressed ones have fewer than their best of the last 90 days."""
    not_licensed: int = 0
    """Controls that the tenant's list has and its newest day does not score: not applicable or not licensed."""


class ActionPage(msgspec.Struct, frozen=True, kw_only=True):
    """One action with its texts and what was decided about it."""

    action: Action
    tenant: TenantName
    as_of: dt.date
    profile: Profile | None
    """Microsoft's texts, not yet cleaned; None for a score without a profile."""
    decisions: tuple[Decision, ...]
    """Newest first."""


def build(
    conn: Connection,
    tenant: Tenant,
    *,
    ratings: Ratings,
    wanted: Filter | None = None,
    order: Order | None = None,
) -> Actions:
    """List the actions of the tenant's newest day that `wanted` lets through; None is all, in the default order."""
    day, ranked = standings.ranked(conn, tenant, ratings)
    total = history.newest_total(conn, tenant)
    among = _standing(conn, tenant, wanted.microsoft if wanted else None)
    taken = [
        a
        for a in ranked
        if (among is None or a.id.casefold() in among)
        and (wanted is None or (wanted.takes(a) and _is_new(a, wanted.recent, day)))
    ]
    known = [a.points for a in taken if is_open(a) and a.points is not None]
    return Actions(
        actions=(order or Order()).sorted(taken),
        total=len(taken),
        tenant=name_of(tenant),
        as_of=day,
        points_available=work.available(ranked) if day else None,
        open_actions=sum(is_open(a) for a in ranked),
        scored=len(ranked),
        quick_wins=sum(a.quick_win for a in ranked),
        regressed=sum(a.regressed is not None for a in ranked),
        categories=_each(a.category for a in ranked),
        products=_each(a.product for a in ranked),
        owners=_each(a.plan.owner for a in ranked if a.plan),
        percent=percent(total.points, total.max_points) if total else None,
        points=fsum(known) if known else None,
        points_lost=work.lost(taken),
        not_licensed=len(profiles.listed(conn, tenant) - {a.id.casefold() for a in ranked}) if day else 0,
    )


def _each(words: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({word for word in words if word}, key=str.casefold))


def _standing(conn: Connection, tenant: Tenant, way: Way | None) -> frozenset[str] | None:
    """Name the controls that stand so with Microsoft; None: it is not asked."""
    if way is None:
        return None
    if way is Way.CONFLICT:
        return frozenset(conflicts.open_of(conn, tenant))
    sent = outgoing.of(conn, tenant, (Stage.WAITING, Stage.SENT))
    return frozenset(made.control.casefold() for made in sent)


def one(conn: Connection, tenant: Tenant, control: str, *, ratings: Ratings) -> ActionPage:
    """Build the page of one action; `NotStored` when the tenant's newest day does not score the control."""
    day, action = standings.placed(conn, tenant, ratings, control)
    if action is None or day is None:
        message = f"{tenant.name} has no action {control!r} on its newest day: the list of actions has the ids."
        raise NotStored(message)
    return ActionPage(
        action=action,
        tenant=name_of(tenant),
        as_of=day,
        profile=profiles.of(conn, tenant).get(control.casefold()),
        decisions=tuple(sorted(decisions.of(conn, tenant, action.id), key=lambda d: d.decided_at, reverse=True)),
    )
