"""What somebody should know: told once each, to the owner or to who decided."""

import datetime as dt

from sqlalchemy import Connection

from surefoot.model import AcceptanceRequest, Conflict, Decision, NoticeKind, Outgoing, Status, Tenant
from surefoot.scoring import workflow
from surefoot.store import decisions, notices, plans, policies
from surefoot.store.notices import Told


def remind(conn: Connection, tenant: Tenant, *, now: dt.datetime) -> int:
    """Tell the owners of acceptances that end soon; give how many were told now."""
    soon = now.date() + dt.timedelta(days=policies.of(conn, tenant).remind_days)
    held = [d for d in decisions.newest(conn, tenant).values() if d.status is Status.RISK_ACCEPTED and d.review_on]
    ending = [d for d in held if d.review_on and now.date() <= d.review_on <= soon]
    owners = {folded: plan.owner for folded, plan in plans.newest(conn, tenant).items()} if ending else {}
    return sum(_ends(conn, tenant, d, owners.get(d.control.casefold()), now) for d in ending)


def _ends(conn: Connection, tenant: Tenant, held: Decision, owner: str | None, now: dt.datetime) -> bool:
    told = Told(
        kind=NoticeKind.ACCEPTANCE_ENDS,
        control=held.control,
        about=str(held.review_on),
        recipient=owner or held.decided_by,
        text=f"The acceptance of {held.control} ends on {held.review_on}: accept it anew, or address it.",
    )
    return notices.tell(conn, tenant, told, now=now)


def ended(conn: Connection, tenant: Tenant, old: Decision, owner: str | None, *, now: dt.datetime) -> None:
    """Tell that an acceptance has ended."""
    told = Told(
        kind=NoticeKind.ACCEPTANCE_ENDED,
        control=old.control,
        about=str(old.review_on),
        recipient=owner or old.decided_by,
        text=f"The acceptance of {old.control} ended on {old.review_on}: it is to be addressed again.",
    )
    notices.tell(conn, tenant, told, now=now)


def asked(conn: Connection, tenant: Tenant, request: AcceptanceRequest, *, now: dt.datetime) -> None:
    """Tell approvers that somebody asks."""
    wanted = request.asked
    until = f"until {wanted.review_on}" if wanted.review_on else "without an end"
    told = Told(
        kind=NoticeKind.ACCEPTANCE_ASKED,
        control=wanted.control,
        about=str(request.key),
        recipient=None,
        text=f"{wanted.decided_by} asks to accept the risk of {wanted.control} {until}: "
        f"{wanted.comment} (request {request.key})",
    )
    notices.tell(conn, tenant, told, now=now)


def answered(conn: Connection, tenant: Tenant, request: AcceptanceRequest, *, now: dt.datetime) -> None:
    """Tell who asked what became of it."""
    told = Told(
        kind=NoticeKind.ACCEPTANCE_ANSWERED,
        control=request.asked.control,
        about=str(request.key),
        recipient=request.asked.decided_by,
        text=f"{request.answered_by} {request.state.value} the acceptance of {request.asked.control}"
        + (f": {request.answer}" if request.answer else "."),
    )
    notices.tell(conn, tenant, told, now=now)


def overtaken(conn: Connection, tenant: Tenant, request: AcceptanceRequest, *, by: str, now: dt.datetime) -> None:
    """Tell who asked that another decision came first."""
    told = Told(
        kind=NoticeKind.ACCEPTANCE_ANSWERED,
        control=request.asked.control,
        about=str(request.key),
        recipient=request.asked.decided_by,
        text=f"{by} decided otherwise about {request.asked.control}: the request {request.key} is withdrawn.",
    )
    notices.tell(conn, tenant, told, now=now)


def conflicting(conn: Connection, tenant: Tenant, found: Conflict, *, now: dt.datetime) -> None:
    """Tell whoever decided here that Microsoft's side changed, too."""
    told = Told(
        kind=NoticeKind.CONFLICT,
        control=found.control,
        about=str(found.key),
        recipient=found.ours_by,
        text=f"{found.control} is {found.ours.value.replace('_', ' ')} here, and {found.theirs_by or 'somebody'} set "
        f"{_said(found)} at Microsoft: say which holds.",
    )
    notices.tell(conn, tenant, told, now=now)


def _said(found: Conflict) -> str:
    """Say Microsoft's state in our words; in Graph's where there is none."""
    status = workflow.status_of(found.theirs)
    return status.value.replace("_", " ") if status else found.theirs


def refused(conn: Connection, tenant: Tenant, one: Outgoing, *, now: dt.datetime) -> None:
    """Tell who decided that Microsoft does not take it."""
    told = Told(
        kind=NoticeKind.WRITE_REFUSED,
        control=one.control,
        about=str(one.key),
        recipient=one.made_by,
        text=f"Microsoft does not take {one.state} for {one.control}: {one.message or one.error}",
    )
    notices.tell(conn, tenant, told, now=now)
