"""What a change would do to one action, weighed without writing: a preview and the deed itself both go by it."""

import datetime as dt
import enum

import msgspec
from msgspec import UNSET, UnsetType

from surefoot.errors import InputRefused, NotFound, NotPermitted
from surefoot.model import DECIDABLE, Decision, Grounds, Plan, Priority, Role, Standing, Status, Tenant, TenantName
from surefoot.scoring import workflow
from surefoot.scoring.actions import name_of
from surefoot.scoring.workflow import Way
from surefoot.store.bulks import Held
from surefoot.sync.acceptances import asking
from surefoot.sync.decisions import LONGEST_COMMENT, signed
from surefoot.sync.desk import Desk
from surefoot.sync.plans import PlanChange, planned
from surefoot.sync.words import cleaned

REFUSALS = (InputRefused, NotFound, NotPermitted)
NEEDS_A_SECOND = "A second person has to approve: it is asked for."


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """When something from a file was decided, and by whom."""

    decided_at: dt.datetime
    decided_by: str
    approved_by: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; what is left out stays, where the status stays, too."""

    status: Status | None = None
    """None: only the plan changes."""
    comment: str | None = None
    """None: not said; empty: none. As evidence."""
    evidence: str | None = None
    review_on: dt.date | None = None
    grounds: Grounds | None = None
    owner: str | UnsetType | None = UNSET
    """None takes it away, as the four that follow."""
    due: dt.date | UnsetType | None = UNSET
    priority: Priority | UnsetType | None = UNSET
    labels: tuple[str, ...] | UnsetType = UNSET
    ticket: str | UnsetType | None = UNSET
    past: Past | None = None
    """Of a decision that was taken earlier, elsewhere."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One action that is to be changed."""

    tenant: Tenant
    control: str
    change: Change


class Outcome(enum.StrEnum):
    """How it ends for one action."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    """It is so already."""
    ASKED = "asked"
    """A second person has to approve."""
    REFUSED = "refused"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended for one action."""

    tenant: TenantName
    control: str
    name: str
    """The action's title."""
    before: Status | None
    """None: the tenant's newest day does not score it."""
    outcome: Outcome
    message: str | None
    """Why, for what was not simply changed."""


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written for one action, and how that ends."""

    result: Result
    decision: Decision | None = None
    """To be kept, or to be asked for."""
    plan: Plan | None = None
    """To be kept."""


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes something, and when."""

    name: str
    role: Role
    now: dt.datetime


def weigh(desk: Desk, held: Held, item: Item, who: Who) -> Weighed:
    """Say what a change does to one action for which `held` is in force; a refusal is a result, too."""
    try:
        return _weighed(desk, held, item, who)
    except REFUSALS as refusal:
        return Weighed(result=result_of(desk, item.control, Outcome.REFUSED, refusal.sentence))


def result_of(desk: Desk, control: str, outcome: Outcome, message: str | None = None) -> Result:
    """Say how it ended for an action."""
    standing = desk.standings.get(control.casefold())
    spelled = standing.score.control if standing else control
    return Result(
        tenant=TenantName(id=desk.tenant.id, name=desk.tenant.name),
        control=spelled,
        name=name_of(spelled, standing.profile if standing else None, desk.ratings.of(spelled)),
        before=desk.status(standing) if standing else None,
        outcome=outcome,
        message=message,
    )


def _weighed(desk: Desk, held: Held, item: Item, who: Who) -> Weighed:
    change, standing = _sensible(item.change), desk.standings.get(item.control.casefold())
    anew = not _stays(desk, held.decision, change, standing)
    status = change.status if anew else None
    way = None if status is None else _way(desk, desk.standing(item.control), status, who.role)
    past = _past(held, change, who) if way is Way.DECIDE else None
    at, by = (past.decided_at, past.decided_by) if past else (who.now, who.name)
    control = standing.score.control if standing else item.control
    plan = planned(held.plan, control, _plan_change(change), by=by, now=at)
    if way is None and plan == held.plan:
        return Weighed(result=result_of(desk, control, Outcome.UNCHANGED))
    desk.standing(control)
    fresh = plan if plan != held.plan else None
    if status is None:
        return Weighed(result=result_of(desk, control, Outcome.CHANGED), plan=fresh)
    made = _decision(control, status, change, held.decision, at, by)
    made = msgspec.structs.replace(
        made, approved_by=past.approved_by if past and status is Status.RISK_ACCEPTED else None
    )
    if way is Way.ASK:
        return _asking(desk, msgspec.structs.replace(made, owner=None, due=None), fresh, who)
    kept = signed(asking(desk, made, who.role)[0])
    if workflow.expired(kept, who.now.date()):
        message = f"It was accepted until {kept.review_on}, which has passed."
        raise InputRefused(message)
    return Weighed(result=result_of(desk, control, Outcome.CHANGED), decision=kept, plan=fresh)


def _asking(desk: Desk, made: Decision, plan: Plan | None, who: Who) -> Weighed:
    wanted, _ = asking(desk, made, who.role)
    earlier = desk.asked.get(wanted.control.casefold())
    if earlier and plan is None and msgspec.structs.replace(earlier.asked, decided_at=wanted.decided_at) == wanted:
        message = f"It is asked for already (request {earlier.key})."
        return Weighed(result=result_of(desk, wanted.control, Outcome.UNCHANGED, message))
    return Weighed(result=result_of(desk, wanted.control, Outcome.ASKED, NEEDS_A_SECOND), decision=wanted, plan=plan)


def _sensible(change: Change) -> Change:
    """Refuse a change that says nothing, or something about a status that it does not set."""
    told = (change.comment, change.evidence, change.review_on, change.grounds)
    if change.status is None and any(told):
        message = "A comment, evidence, the end of an acceptance and grounds belong to a status: name it, too."
        raise InputRefused(message)
    if change.status is None and _plan_change(change) == PlanChange():
        message = "Say what is to be changed: a status, an owner or a due date."
        raise InputRefused(message)
    return change


def _way(desk: Desk, standing: Standing, status: Status, role: Role) -> Way:
    return workflow.way(desk.status(standing), status, role, desk.policy)


def _stays(desk: Desk, held: Decision | None, change: Change, standing: Standing | None) -> bool:
    """Say whether what is decided is so already."""
    if change.status is None:
        return True
    if change.status not in DECIDABLE:
        return False
    if held is None:
        said = (change.comment, change.evidence, change.review_on, change.grounds)
        return standing is not None and desk.status(standing) is change.status and not any(said)
    wanted = _decision(held.control, change.status, change, held, held.decided_at, held.decided_by)
    parts = ("status", "comment", "evidence", "review_on", "grounds")
    return all(getattr(wanted, part) == getattr(held, part) for part in parts)


def _decision(
    control: str, status: Status, change: Change, held: Decision | None, at: dt.datetime, by: str
) -> Decision:
    """Give what is to be decided; what is not said stays where the status stays."""
    same = held if held is not None and held.status is status else None
    return Decision(
        control=control,
        status=status,
        decided_at=at,
        decided_by=by,
        comment=_text(change.comment, same.comment if same else None, "The comment"),
        evidence=_text(change.evidence, same.evidence if same else None, "The evidence"),
        review_on=change.review_on or (same.review_on if same else None),
        grounds=change.grounds or (same.grounds if same else None),
        owner=None if change.owner is UNSET else change.owner,
        due=None if change.due is UNSET else change.due,
    )


def _text(said: str | None, held: str | None, what: str) -> str | None:
    """Give what is said; what is held already stays to the letter, as Microsoft's comments have to."""
    return held if said is None or said == held else cleaned(said, what, LONGEST_COMMENT)


def _past(held: Held, change: Change, who: Who) -> Past | None:
    """Give when it was decided elsewhere, if that lies before now and after what is in force here."""
    past = change.past
    if past is None or past.decided_at >= who.now:
        return None
    return past if held.decision is None or held.decision.decided_at < past.decided_at else None


def _plan_change(change: Change) -> PlanChange:
    return PlanChange(
        owner=change.owner, due=change.due, priority=change.priority, labels=change.labels, ticket=change.ticket
    )
