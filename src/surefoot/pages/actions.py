"""The recommended actions of a tenant, filtered, in the default order."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.errors import NotStored
from surefoot.model import Decision, Impact, Profile, Status, Tenant
from surefoot.pages.overview import TenantName, is_open, name_of
from surefoot.pages.review import is_recent
from surefoot.scoring import actions as work
from surefoot.scoring.actions import Action, NewsKind
from surefoot.scoring.ratings import Ratings
from surefoot.store import decisions, profiles, standings


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which actions are wanted; every part left out lets all through."""

    category: str | None = None
    """Without regard to case."""
    status: Status | None = None
    impact: Impact | None = None
    only_open: bool = False
    quick_wins: bool = False
    regressed: bool = False
    recent: NewsKind | None = None
    """What Microsoft added or updated in the 30 days up to the newest stored one."""
    text: str | None = None
    """In name, id, product, owner, ticket or labels, without regard to case."""

    def takes(self, action: Action) -> bool:
        """Say whether an action is wanted."""
        return (
            (self.category is None or action.category.casefold() == self.category.casefold())
            and (self.status is None or action.status is self.status)
            and (self.impact is None or action.impact is self.impact)
            and (not self.only_open or is_open(action))
            and (not self.quick_wins or action.quick_win)
            and (not self.regressed or action.regressed is not None)
            and (not self.text or self.text.casefold() in _words(action))
        )


def _is_new(action: Action, kind: NewsKind | None, day: dt.date | None) -> bool:
    return kind is None or (day is not None and is_recent(action.microsoft_update, kind, day))


def _words(action: Action) -> str:
    plan = action.plan
    told = (plan.owner, plan.ticket, *plan.labels) if plan else ()
    return " ".join(filter(None, (action.name, action.id, action.product, *told))).casefold()


class Actions(msgspec.Struct, frozen=True, kw_only=True):
    """The actions that match the filter."""

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
    """Every category that the tenant's actions have."""


class ActionPage(msgspec.Struct, frozen=True, kw_only=True):
    """One action with its texts and what was decided about it."""

    action: Action
    tenant: TenantName
    as_of: dt.date
    profile: Profile | None
    """Microsoft's texts, not yet cleaned; None for a score without a profile."""
    decisions: tuple[Decision, ...]
    """Newest first."""


def build(conn: Connection, tenant: Tenant, *, ratings: Ratings, wanted: Filter | None = None) -> Actions:
    """List the actions of the tenant's newest day that `wanted` lets through, in the default order."""
    day, ranked = standings.ranked(conn, tenant, ratings)
    taken = tuple(a for a in ranked if wanted is None or (wanted.takes(a) and _is_new(a, wanted.recent, day)))
    return Actions(
        actions=taken,
        total=len(taken),
        tenant=name_of(tenant),
        as_of=day,
        points_available=work.available(ranked) if day else None,
        open_actions=sum(is_open(a) for a in ranked),
        scored=len(ranked),
        quick_wins=sum(a.quick_win for a in ranked),
        regressed=sum(a.regressed is not None for a in ranked),
        categories=tuple(sorted({a.category for a in ranked})),
    )


def one(conn: Connection, tenant: Tenant, control: str, *, ratings: Ratings) -> ActionPage:
    """Build the page of one action; `NotStored` when the tenant's newest day does not score the control."""
    day, ranked = standings.ranked(conn, tenant, ratings)
    action = next((a for a in ranked if a.id.casefold() == control.casefold()), None)
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
