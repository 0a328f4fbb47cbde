"""All about the work on one action: what may follow, who does it, what is on its way, and how it came about."""

import datetime as dt
import enum

import msgspec
from sqlalchemy import Connection

from surefoot.model import (
    AcceptanceRequest,
    Conflict,
    Decision,
    Outgoing,
    Plan,
    RequestState,
    Side,
    Stage,
    StateUpdate,
    Status,
    Tenant,
)
from surefoot.pages.actions import one
from surefoot.pages.outbox import Sending, sending_of
from surefoot.pages.overview import TenantName
from surefoot.scoring import workflow
from surefoot.scoring.actions import Action
from surefoot.scoring.policy import Policy
from surefoot.scoring.ratings import Ratings
from surefoot.store import conflicts, outgoing, plans, policies, profiles, requests

PORTAL = "https://security.microsoft.com/securescore?viewid=actions"
"""Microsoft's own list of recommended actions."""


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """A status that may follow."""

    status: Status
    needs: tuple[str, ...]
    """What the decision has to bring."""
    counts: str
    """What it does to the numbers."""
    asks: bool
    """Whether a second person has to approve it."""


class StepKind(enum.StrEnum):
    """What a step of the timeline was."""

    DECISION = "decision"
    PLAN = "plan"
    REQUEST = "request"
    SENDING = "sending"
    MICROSOFT = "microsoft"
    """A status that was set at Microsoft."""
    CONFLICT = "conflict"


class TimelineStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to an action."""

    at: dt.datetime
    kind: StepKind
    by: str | None
    what: str
    """In a few words."""
    why: str | None


class ActionDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One action with its workflow."""

    tenant: TenantName
    as_of: dt.date
    action: Action
    possible: tuple[Possible, ...]
    """Empty when all points are earned, or while a conflict is open."""
    sending: Sending | None
    """The newest decision on its way to Microsoft, or why it stays here; None: nothing was to be sent."""
    conflict: Conflict | None
    """The open one: nothing is decided before somebody says which side holds."""
    request: AcceptanceRequest | None
    """What waits for a second person."""
    manage_url: str
    """Where Microsoft's portal has it."""
    timeline: tuple[TimelineStep, ...]
    """Newest first."""


def build(conn: Connection, tenant: Tenant, control: str, *, ratings: Ratings, now: dt.datetime) -> ActionDetail:
    """Build it; `NotStored` when the tenant's newest day does not score the control."""
    page = one(conn, tenant, control, ratings=ratings)
    action = page.action
    disputed = conflicts.open_of(conn, tenant).get(action.id.casefold())
    sent = [o for o in outgoing.of(conn, tenant) if o.control.casefold() == action.id.casefold()]
    waiting = requests.of(conn, tenant, states=[RequestState.PENDING], control_id=action.id)
    return ActionDetail(
        tenant=page.tenant,
        as_of=page.as_of,
        action=action,
        possible=() if disputed else _possible(action.status, policies.of(conn, tenant)),
        sending=sending_of(sent[0], now, action.service) if sent and sent[0].stage is not Stage.SUPERSEDED else None,
        conflict=disputed,
        request=waiting[0] if waiting else None,
        manage_url=PORTAL,
        timeline=_timeline(conn, tenant, action.id, page.decisions, sent),
    )


def _possible(current: Status, policy: Policy) -> tuple[Possible, ...]:
    return tuple(
        Possible(
            status=status,
            needs=tuple(need.value for need in workflow.Need if need in workflow.RULES[status].needs),
            counts=workflow.RULES[status].counts,
            asks=status is Status.RISK_ACCEPTED and policy.two_persons,
        )
        for status in workflow.following(current)
    )


def _timeline(
    conn: Connection, tenant: Tenant, control: str, decided: tuple[Decision, ...], sent: list[Outgoing]
) -> tuple[TimelineStep, ...]:
    profile = profiles.of(conn, tenant).get(control.casefold())
    steps = [_decision(d) for d in decided]
    steps += [_plan(before, after) for before, after in _pairs(plans.of(conn, tenant, control))]
    for request in requests.of(conn, tenant, control_id=control):
        steps += _request(request)
    for made in sent:
        steps += _sending(made)
    steps += [_update(u) for u in (profile.updates if profile else ()) if u.updated_at]
    for found in conflicts.of(conn, tenant, control):
        steps += _conflict(found)
    return tuple(sorted(steps, key=lambda s: s.at, reverse=True))


def _pairs(made: list[Plan]) -> list[tuple[Plan | None, Plan]]:
    return list(zip([None, *made[:-1]], made, strict=True)) if made else []


def _decision(made: Decision) -> TimelineStep:
    until = f" until {made.review_on}" if made.review_on else ""
    approved = f", approved by {made.approved_by}" if made.approved_by not in {None, made.decided_by} else ""
    where = " at Microsoft" if made.decided_in is Side.MICROSOFT else ""
    return TimelineStep(
        at=made.decided_at,
        kind=StepKind.DECISION,
        by=made.decided_by,
        what=f"{_words(made.status)}{until}{where}{approved}",
        why=made.comment or made.evidence,
    )


def _words(status: Status) -> str:
    return status.value.replace("_", " ").capitalize()


EMPTY = Plan(control="", changed_at=dt.datetime.min.replace(tzinfo=dt.UTC), changed_by="")


def _plan(before: Plan | None, after: Plan) -> TimelineStep:
    told = []
    for name in ("owner", "due", "priority", "labels", "ticket"):
        value = getattr(after, name)
        if value != getattr(before or EMPTY, name):
            said = ", ".join(value) if isinstance(value, tuple) else value
            told.append(f"{name} {said}" if said else f"no {name}")
    return TimelineStep(
        at=after.changed_at,
        kind=StepKind.PLAN,
        by=after.changed_by,
        what=("Planned: " + ", ".join(told)) if told else "Planned",
        why=None,
    )


def _request(made: AcceptanceRequest) -> list[TimelineStep]:
    asked = TimelineStep(
        at=made.asked.decided_at,
        kind=StepKind.REQUEST,
        by=made.asked.decided_by,
        what=f"Asked to accept the risk until {made.asked.review_on} (request {made.key})",
        why=made.asked.comment,
    )
    if made.answered_at is None:
        return [asked]
    what = f"Request {made.key} {made.state.value}"
    answer = TimelineStep(at=made.answered_at, kind=StepKind.REQUEST, by=made.answered_by, what=what, why=made.answer)
    return [asked, answer]


def _sending(made: Outgoing) -> list[TimelineStep]:
    steps = []
    if made.sent_at:
        steps.append(_step(made, made.sent_at, f"Sent to Microsoft as {made.state}"))
    if made.ended_at:
        steps.append(_step(made, made.ended_at, _ENDS.get(made.stage, made.stage.value)))
    if made.stage is Stage.REFUSED:
        steps.append(_step(made, made.made_at, "Microsoft does not take it"))
    return steps


_ENDS = {
    Stage.CONFIRMED: "Confirmed by a sync",
    Stage.KEPT: "Kept in Surefoot only",
    Stage.SUPERSEDED: "Not sent: another decision took its place",
    Stage.OVERTAKEN: "Changed at Microsoft since",
}


def _step(made: Outgoing, at: dt.datetime, what: str) -> TimelineStep:
    return TimelineStep(at=at, kind=StepKind.SENDING, by=made.made_by, what=what, why=made.message)


def _update(made: StateUpdate) -> TimelineStep:
    return TimelineStep(
        at=made.updated_at or dt.datetime.min.replace(tzinfo=dt.UTC),
        kind=StepKind.MICROSOFT,
        by=made.updated_by,
        what=f"Microsoft lists {made.state}",
        why=made.comment or None,
    )


def _conflict(found: Conflict) -> list[TimelineStep]:
    what = f"Conflict: {_words(found.ours).lower()} here, {found.theirs} at Microsoft"
    steps = [TimelineStep(at=found.found_at, kind=StepKind.CONFLICT, by=found.theirs_by, what=what, why=None)]
    if found.resolved_at and found.holds:
        said = f"Conflict resolved: {found.holds.value.capitalize()}'s holds"
        steps.append(
            TimelineStep(at=found.resolved_at, kind=StepKind.CONFLICT, by=found.resolved_by, what=said, why=found.rule)
        )
    return steps
