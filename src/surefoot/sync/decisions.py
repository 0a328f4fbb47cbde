"""What people decide about actions: checked here, then kept with who and when."""

import datetime as dt

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from surefoot.errors import InputRefused
from surefoot.model import Decision, NoticeKind, Profile, RequestState, Role, Standing, Status, Tenant
from surefoot.scoring import workflow
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.workflow import Way
from surefoot.store import audit, conflicts, decisions, plans, requests
from surefoot.store import notices as stored_notices
from surefoot.store.audit import Deed
from surefoot.sync import notices
from surefoot.sync.derived import summarise
from surefoot.sync.desk import Desk, desk_of
from surefoot.sync.outbox import enqueue
from surefoot.sync.plans import LONGEST_OWNER, PlanChange, replan
from surefoot.sync.words import cleaned

LONGEST_COMMENT = 2_000


def decide(conn: Connection, tenant: Tenant, decision: Decision, *, ratings: Ratings) -> Decision:
    """Record a decision about an action of the tenant's newest day, and return it as kept.

    An owner or a due date that it brings goes into the plan. Raises `NotFound` for a control that the tenant's newest
    day does not score, and `InputRefused` for `completed` (Microsoft's fact), for an action that is completed, for an
    acceptance without the second person that the policy asks for, for a control with an open conflict, and for texts
    that are too long.
    """
    desk = desk_of(conn, tenant, ratings)
    kept = allowed(desk, decision)
    keep(conn, tenant, kept, profile=desk.standing(kept.control).profile)
    summarise(conn, tenant, ratings)
    return kept


def allowed(desk: Desk, decision: Decision) -> Decision:
    """Give a decision as it is kept; raises as `decide` does."""
    kept, current = prepared(desk, decision)
    alone = kept.approved_by is None or workflow.same_person(kept.approved_by, kept.decided_by)
    way = workflow.way(current, kept.status, Role.ADMINISTRATOR, desk.policy)
    if way is Way.ASK and alone:
        message = f"{desk.tenant.name} accepts risks by two persons: ask, and somebody else approves."
        raise InputRefused(message)
    return signed(kept)


def signed(kept: Decision) -> Decision:
    """Give an acceptance that nobody else approved as approved by who decided; any other decision as it is."""
    if kept.status is Status.RISK_ACCEPTED and kept.approved_by is None:
        return msgspec.structs.replace(kept, approved_by=kept.decided_by)
    return kept


def prepared(desk: Desk, decision: Decision) -> tuple[Decision, Status]:
    """Give a decision as it would be kept, with the status that it would follow; raises as `decide` does."""
    standing = desk.standing(decision.control)
    desk.undisputed(standing.score.control)
    current = desk.status(standing)
    return workflow.checked(current, _cleaned(decision, standing), desk.policy), current


def expire(conn: Connection, tenant: Tenant, ratings: Ratings, *, now: dt.datetime) -> int:
    """Return to *to address* what was accepted until a day that has passed; give how many."""
    over = [d for d in decisions.newest(conn, tenant).values() if workflow.expired(d, now.date())]
    disputed = conflicts.open_of(conn, tenant) if over else {}
    over = [d for d in over if d.control.casefold() not in disputed]
    owners = plans.newest(conn, tenant) if over else {}
    for old in over:
        why = f"The risk was accepted by {old.decided_by} until {old.review_on}: accept it anew, or address it."
        back = Decision(
            control=old.control, status=Status.TO_ADDRESS, decided_at=now, decided_by=SYSTEM, comment=why
        )  # fmt: skip
        keep(conn, tenant, back, renewal=True)
        plan = owners.get(old.control.casefold())
        notices.ended(conn, tenant, old, plan.owner if plan else None, now=now)
    if over:
        summarise(conn, tenant, ratings)
    return len(over)


SYSTEM = "Surefoot"
"""Who decides what follows by itself."""


def _cleaned(decision: Decision, standing: Standing) -> Decision:
    planned = standing.plan.due if standing.plan else None
    if decision.due is not None and decision.due != planned and decision.due < decision.decided_at.date():
        message = f"The due date {decision.due} has passed."
        raise InputRefused(message)
    return msgspec.structs.replace(
        decision,
        control=standing.score.control,
        comment=cleaned(decision.comment, "The comment", LONGEST_COMMENT),
        owner=cleaned(decision.owner, "The owner's name", LONGEST_OWNER),
        evidence=cleaned(decision.evidence, "The evidence", LONGEST_COMMENT),
    )


def keep(
    conn: Connection,
    tenant: Tenant,
    kept: Decision,
    *,
    plan: PlanChange | None = None,
    profile: Profile | UnsetType | None = UNSET,
    now: dt.datetime | None = None,
    renewal: bool = False,
) -> None:
    """Record a decision that was checked, with its entry in the audit trail, its plan, and what is to be sent.

    `renewal` lets a request wait on: an acceptance that ends by itself does not answer who asks to renew it.
    `plan` is what changes of the plan, else the owner and the due date that the decision brings. `now` is when it is
    recorded, where that is later than it was taken.
    """
    at = now or kept.decided_at
    earlier = decisions.of(conn, tenant, kept.control)
    decisions.record(conn, tenant, kept)
    deed = Deed(
        action="decision.made",
        tenant=tenant.id,
        subject=kept.control,
        before=earlier[-1] if earlier else None,
        after=kept,
        why=kept.comment,
    )
    audit.append(conn, deed, by=kept.decided_by, now=at)
    change = plan or PlanChange(owner=kept.owner or UNSET, due=kept.due or UNSET)
    replan(conn, tenant, kept.control, change, by=kept.decided_by, now=kept.decided_at)
    if not renewal:
        overtake(conn, tenant, kept, by=kept.decided_by, at=at)
    enqueue(conn, tenant, msgspec.structs.replace(kept, decided_at=at), profile=profile)


def overtake(conn: Connection, tenant: Tenant, kept: Decision, *, by: str, at: dt.datetime) -> None:
    """Withdraw what was asked about a control that has been decided."""
    for request in requests.of(conn, tenant, states=[RequestState.PENDING], control_id=kept.control):
        requests.answer(
            conn, tenant, request.key, RequestState.WITHDRAWN,
            by=by, at=at, answer="Another decision was taken.",
        )  # fmt: skip
        deed = Deed(action="acceptance.withdrawn", tenant=tenant.id, subject=kept.control, before=request)
        audit.append(conn, deed, by=by, now=at)
        stored_notices.close(conn, tenant, NoticeKind.ACCEPTANCE_ASKED, str(request.key), by=by, now=at)
        notices.overtaken(conn, tenant, request, by=by, now=at)
