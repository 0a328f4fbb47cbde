"""Many changes at once (a stand-in)."""

import datetime as dt
import enum
from collections.abc import Callable, Sequence

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection, Engine

from surefoot.errors import SurefootError
from surefoot.model import AcceptanceRequest, Actor, Decision, Grounds, Role, Status, Tenant
from surefoot.scoring import actions, maxima
from surefoot.scoring.actions import name_of
from surefoot.scoring.ratings import Ratings
from surefoot.store import database, decisions
from surefoot.sync.acceptances import submit
from surefoot.sync.decisions import standing_of
from surefoot.sync.plans import PlanChange, replan


class TenantName(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as pages name it."""

    id: str
    name: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is to change; without a status only the plan."""

    status: Status | None = None
    comment: str | None = None
    evidence: str | None = None
    review_on: dt.date | None = None
    grounds: Grounds | None = None
    owner: str | UnsetType | None = UNSET
    due: dt.date | UnsetType | None = UNSET


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one control of one tenant."""

    tenant: Tenant
    control: str
    change: Change


class Outcome(enum.StrEnum):
    """How it went."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ASKED = "asked"
    REFUSED = "refused"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How one change went, or would go."""

    tenant: TenantName
    control: str
    name: str
    before: Status | None
    outcome: Outcome
    message: str | None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What was done together."""

    key: int
    results: tuple[Result, ...]


class _TakenBack(Exception):
    """The transaction is not to be kept."""


def preview(
    engine: Engine, items: Sequence[Item], *, by: str, role: Role, ratings: Ratings, now: dt.datetime
) -> tuple[Result, ...]:
    """Say how each change would go."""
    found: list[Result] = []
    for item in items:
        try:
            with database.writing(engine) as conn:
                found.append(_one(conn, item, by, role, ratings, now))
                raise _TakenBack  # noqa: TRY301 - a stand-in
        except _TakenBack:
            continue
        except SurefootError as error:
            found.append(_refused(item, error))
    return tuple(found)


def carry_out(
    engine: Engine,
    items: Sequence[Item],
    *,
    by: Actor,
    role: Role,
    ratings: Ratings,
    clock: Callable[[], dt.datetime],
    told: Callable[[Result], None] = lambda _: None,
) -> Done:
    """Change them all."""
    found: list[Result] = []
    for item in items:
        try:
            with database.writing(engine, by=by) as conn:
                found.append(_one(conn, item, by.name, role, ratings, clock()))
        except SurefootError as error:
            found.append(_refused(item, error))
        told(found[-1])
    return Done(key=1, results=tuple(found))


def undo(
    engine: Engine,
    key: int,
    visible: frozenset[str] | None,
    *,
    by: Actor,
    role: Role,
    ratings: Ratings,
    clock: Callable[[], dt.datetime],
    told: Callable[[Result], None] = lambda _: None,
) -> tuple[Result, ...]:
    """Take nothing back."""
    del engine, key, visible, by, role, ratings, clock, told
    return ()


def _one(conn: Connection, item: Item, by: str, role: Role, ratings: Ratings, now: dt.datetime) -> Result:
    change, tenant = item.change, item.tenant
    standing = standing_of(conn, tenant, item.control)
    before = actions.status(standing, maxima.maximum(standing, ratings))
    last = decisions.newest(conn, tenant).get(item.control.casefold())
    outcome = Outcome.UNCHANGED
    if change.status is not None and not (before is change.status and (last is None or last.comment == change.comment)):
        wanted = Decision(
            control=item.control,
            status=change.status,
            decided_at=now,
            decided_by=by,
            comment=change.comment,
            evidence=change.evidence,
            review_on=change.review_on,
            grounds=change.grounds,
        )
        made = submit(conn, tenant, wanted, role=role, ratings=ratings)
        outcome = Outcome.ASKED if isinstance(made, AcceptanceRequest) else Outcome.CHANGED
    plan = standing.plan
    made_plan = replan(conn, tenant, item.control, PlanChange(owner=change.owner, due=change.due), by=by, now=now)
    if made_plan != plan and outcome is Outcome.UNCHANGED:
        outcome = Outcome.CHANGED
    return Result(
        tenant=TenantName(id=tenant.id, name=tenant.name),
        control=standing.score.control,
        name=name_of(item.control, standing.profile, ratings.of(item.control)),
        before=before,
        outcome=outcome,
        message=None,
    )


def _refused(item: Item, error: SurefootError) -> Result:
    return Result(
        tenant=TenantName(id=item.tenant.id, name=item.tenant.name),
        control=item.control,
        name=item.control,
        before=None,
        outcome=Outcome.REFUSED,
        message=error.sentence,
    )
