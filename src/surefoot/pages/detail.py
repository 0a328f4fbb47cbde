"""All about the work on one action: what may follow, who does it, what is on its way, and how it came about."""

import datetime as dt
import enum
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection

from surefoot.model import (
    AcceptanceRequest,
    Conflict,
    Decision,
    Dismissal,
    Outgoing,
    Plan,
    RequestState,
    Side,
    Stage,
    StateUpdate,
    Status,
    Tenant,
    TenantName,
)
from surefoot.pages import elsewhere as others
from surefoot.pages.actions import ActionPage, one
from surefoot.pages.elsewhere import Elsewhere
from surefoot.pages.outbox import Sending, sending_of
from surefoot.scoring import cleaning, workflow
from surefoot.scoring.actions import Action
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.regressions import in_force
from surefoot.store import conflicts, dismissals, outgoing, plans, policies, requests, tenants

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
    microsoft: str
    """What Microsoft is told, or why it is not, in a sentence."""


class Undo(msgspec.Struct, frozen=True, kw_only=True):
    """How the last decision can be taken back."""

    status: Status
    """What it would be set back to."""
    decided_by: str
    """Who took the last decision."""
    decided_at: dt.datetime
    with_plan: bool = False
    """Whether the plan that the same step set (owner, due date, ...) goes back, too; else the plan stays."""


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
    decision: Decision | None = None
    """The decision that was taken, whole; None for every other step."""


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
    undo: Undo | None
    """None: nobody decided here, Microsoft did since, or a conflict is open."""
    dismissed: Dismissal | None
    """In force while the action is regressed; None: nobody dismissed that."""
    manage_url: str
    """Where Microsoft's portal has it."""
    manage_in: str
    """What that portal is called."""
    elsewhere: Elsewhere
    """The same control in the viewer's other tenants."""
    timeline: tuple[TimelineStep, ...]
    """Newest first."""


def build(
    conn: Connection,
    tenant: Tenant,
    control: str,
    *,
    ratings: Ratings,
    now: dt.datetime,
    visible: frozenset[str] | None,
) -> ActionDetail:
    """Build it; `NotStored` when the tenant's newest day does not score the control.

    `visible` are the ids of the tenants that the viewer may see (None: all).
    """
    return of(conn, tenant, one(conn, tenant, control, ratings=ratings), now=now, visible=visible)


def of(
    conn: Connection, tenant: Tenant, page: ActionPage, *, now: dt.datetime, visible: frozenset[str] | None
) -> ActionDetail:
    """Build it around an action that was read already."""
    action = page.action
    disputed = conflicts.open_of(conn, tenant).get(action.id.casefold())
    sent = outgoing.of(conn, tenant, control_id=action.id)
    waiting = requests.of(conn, tenant, states=[RequestState.PENDING], control_id=action.id)
    url = cleaning.link(page.profile.action_url) if page.profile else None
    manage = url if url and url.startswith("https://") else PORTAL
    return ActionDetail(
        tenant=page.tenant,
        as_of=page.as_of,
        action=action,
        possible=() if disputed else _possible(conn, tenant, action),
        sending=sending_of(sent[0], now, action.service) if sent and sent[0].stage is not Stage.SUPERSEDED else None,
        conflict=disputed,
        request=waiting[0] if waiting else None,
        undo=None if disputed or waiting else _undo(conn, tenant, action, page.decisions),
        dismissed=in_force([action], dismissals.in_force(conn, tenant)).get(action.id.casefold()),
        manage_url=manage,
        manage_in=_portal(manage),
        elsewhere=others.build(conn, tenant, visible, action.id),
        timeline=_timeline(conn, tenant, page, sent),
    )


def _possible(conn: Connection, tenant: Tenant, action: Action) -> tuple[Possible, ...]:
    policy, writes = policies.of(conn, tenant), tenants.writes_back(conn, tenant)
    return tuple(
        Possible(
            status=status,
            needs=tuple(need.value for need in workflow.Need if need in workflow.RULES[status].needs),
            counts=workflow.RULES[status].counts,
            asks=status is Status.RISK_ACCEPTED and policy.two_persons,
            microsoft=_told(action.id, status, writes=writes),
        )
        for status in workflow.following(action.status)
    )


def _told(control: str, status: Status, *, writes: bool) -> str:
    """Say what Microsoft is told of a status."""
    kept = workflow.kept_here(control, status)
    if kept:
        return f"Kept in Surefoot only: {kept}"
    if not writes:
        return "Kept in Surefoot only: sending to Microsoft is switched off for this tenant."
    word = f"Microsoft will get {workflow.graph_state(status)}"
    full = status in {Status.THIRD_PARTY, Status.ALTERNATE}
    return f"{word}; the points follow within 24 to 48 hours." if full else f"{word}; it gives no points."


def _undo(conn: Connection, tenant: Tenant, action: Action, decided: Sequence[Decision]) -> Undo | None:
    """Say to what the last decision can be set back; `decided` are newest first."""
    last = decided[0] if decided else None
    if last is None or last.decided_in is not Side.SUREFOOT or action.status is Status.COMPLETED:
        return None
    back = decided[1].status if len(decided) > 1 else Status.TO_ADDRESS
    planned = plans.of_step(plans.of(conn, tenant, action.id), last) is not None
    return Undo(status=back, decided_by=last.decided_by, decided_at=last.decided_at, with_plan=planned)


_PORTALS = {
    "security.microsoft.com": "Microsoft Defender XDR",
    "entra.microsoft.com": "the Microsoft Entra admin center",
    "portal.azure.com": "the Azure portal",
    "aad.portal.azure.com": "the Microsoft Entra admin center",
    "compliance.microsoft.com": "Microsoft Purview",
    "purview.microsoft.com": "Microsoft Purview",
    "admin.exchange.microsoft.com": "the Exchange admin center",
    "admin.microsoft.com": "the Microsoft 365 admin center",
    "admin.teams.microsoft.com": "the Teams admin center",
    "intune.microsoft.com": "the Intune admin center",
}


def _portal(url: str) -> str:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return _PORTALS.get(host, "Microsoft's portal")


def _timeline(conn: Connection, tenant: Tenant, page: ActionPage, sent: Sequence[Outgoing]) -> tuple[TimelineStep, ...]:
    control, profile = page.action.id, page.profile
    steps = [_decision(d) for d in page.decisions]
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
        decision=made,
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
        what=("Plan: " + ", ".join(told)) if told else "Plan",
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
