"""Accepting a risk by two: one asks, another approves or declines."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotFound, NotPermitted
from surefoot.model import AcceptanceRequest, Decision, NoticeKind, RequestState, Role, Tenant
from surefoot.scoring import workflow
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.workflow import Way
from surefoot.store import audit, requests
from surefoot.store import notices as stored_notices
from surefoot.store.audit import Deed
from surefoot.sync import notices
from surefoot.sync.decisions import decide, prepared
from surefoot.sync.desk import Desk, desk_of
from surefoot.sync.words import cleaned

LONGEST_ANSWER = 2_000


def submit(
    conn: Connection, tenant: Tenant, decision: Decision, *, role: Role, ratings: Ratings
) -> Decision | AcceptanceRequest:
    """Decide, or ask for what a second person has to approve; give what was kept."""
    desk = desk_of(conn, tenant, ratings)
    wanted, way = asking(desk, decision, role)
    if way is Way.DECIDE:
        return decide(conn, tenant, decision, ratings=ratings)
    return ask(conn, desk, wanted)


def asking(desk: Desk, decision: Decision, role: Role) -> tuple[Decision, Way]:
    """Give a decision as it would be kept or asked for, and which of the two; raises as `decide` does."""
    wanted, current = prepared(desk, decision)
    way = workflow.way(current, wanted.status, role, desk.policy)
    earlier = desk.asked.get(wanted.control.casefold())
    if way is Way.ASK and earlier and not workflow.same_person(earlier.asked.decided_by, wanted.decided_by):
        message = f"{earlier.asked.decided_by} has asked already (request {earlier.key}): approve or decline that."
        raise InputRefused(message)
    return wanted, way


def ask(conn: Connection, desk: Desk, wanted: Decision) -> AcceptanceRequest:
    """Ask for what was found to need a second person; what the same person asked for before is withdrawn."""
    tenant, earlier = desk.tenant, desk.asked.get(wanted.control.casefold())
    if earlier:
        withdraw(conn, tenant, earlier, by=wanted.decided_by, now=wanted.decided_at)
    made = requests.add(conn, tenant, wanted)
    deed = Deed(action="acceptance.asked", tenant=tenant.id, subject=wanted.control, after=made, why=wanted.comment)
    audit.append(conn, deed, by=wanted.decided_by, now=wanted.decided_at)
    notices.asked(conn, tenant, made, now=wanted.decided_at)
    return made


def withdraw(
    conn: Connection,
    tenant: Tenant,
    request: AcceptanceRequest,
    *,
    by: str,
    now: dt.datetime,
    answer: str | None = None,
) -> AcceptanceRequest:
    """Take a request back."""
    return _close(conn, tenant, request, RequestState.WITHDRAWN, by, now, answer)


def approve(
    conn: Connection,
    tenant: Tenant,
    key: int,
    *,
    by: str,
    role: Role,
    ratings: Ratings,
    now: dt.datetime,
    answer: str | None = None,
) -> Decision:
    """Approve a request: the risk is accepted from now on, by who asked and who approved."""
    request = pending(conn, tenant, key)
    workflow.may_approve(request.asked, by, role)
    kept = _close(conn, tenant, request, RequestState.APPROVED, by, now, answer)
    due = kept.asked.due if kept.asked.due and kept.asked.due >= now.date() else None
    asked = msgspec.structs.replace(kept.asked, decided_at=now, approved_by=by, due=due)
    return decide(conn, tenant, asked, ratings=ratings)


def decline(
    conn: Connection, tenant: Tenant, key: int, *, by: str, role: Role, now: dt.datetime, answer: str | None
) -> AcceptanceRequest:
    """Decline a request with a reason; who asked takes it back without one."""
    request = pending(conn, tenant, key)
    if workflow.same_person(by, request.asked.decided_by):
        return _close(conn, tenant, request, RequestState.WITHDRAWN, by, now, answer)
    if not role.may(Role.APPROVER):
        message = f"Declining needs the role approver, and yours is {role.value}."
        raise NotPermitted(message)
    if not (answer or "").strip():
        message = "Say why the acceptance is declined."
        raise InputRefused(message)
    return _close(conn, tenant, request, RequestState.DECLINED, by, now, answer)


def pending(conn: Connection, tenant: Tenant, key: int) -> AcceptanceRequest:
    """Give a request that waits for an answer; `NotFound` when there is none of this number."""
    found = next((r for r in requests.of(conn, tenant) if r.key == key), None)
    if found is None:
        message = f"{tenant.name} has no request {key}."
        raise NotFound(message)
    if found.state is not RequestState.PENDING:
        message = f"The request {key} was {found.state.value} already."
        raise InputRefused(message)
    return found


def _close(
    conn: Connection,
    tenant: Tenant,
    request: AcceptanceRequest,
    state: RequestState,
    by: str,
    now: dt.datetime,
    answer: str | None,
) -> AcceptanceRequest:
    said = cleaned(answer, "The answer", LONGEST_ANSWER)
    requests.answer(conn, tenant, request.key, state, by=by, at=now, answer=said)
    made = msgspec.structs.replace(request, state=state, answered_at=now, answered_by=by, answer=said)
    deed = Deed(
        action=f"acceptance.{state.value}",
        tenant=tenant.id,
        subject=request.asked.control,
        before=request,
        after=made,
        why=said,
    )
    stored_notices.close(conn, tenant, NoticeKind.ACCEPTANCE_ASKED, str(request.key), by=by, now=now)
    audit.append(conn, deed, by=by, now=now)
    if state is not RequestState.WITHDRAWN:
        notices.answered(conn, tenant, made, now=now)
    return made
