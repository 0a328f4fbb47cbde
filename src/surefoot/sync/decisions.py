"""What people decide about actions: checked here, then kept with who and when."""

import datetime as dt

from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotFound
from surefoot.model import Decision, Standing, Status, Tenant
from surefoot.scoring import actions, maxima, workflow
from surefoot.scoring.ratings import Ratings
from surefoot.store import audit, decisions, history, standings
from surefoot.store.audit import Deed
from surefoot.sync.derived import summarise
from surefoot.sync.outbox import enqueue
from surefoot.sync.words import cleaned

LONGEST_COMMENT = 2_000
LONGEST_OWNER = 200


def decide(conn: Connection, tenant: Tenant, decision: Decision, *, ratings: Ratings) -> Decision:
    """Record a decision about an action of the tenant's newest day, and return it as kept.

    Raises `NotFound` for a control that the tenant's newest day does not score, and `InputRefused` for
    `completed` (Microsoft's fact), for an action that is completed, and for texts that are too long.
    """
    standing = _standing(conn, tenant, decision.control)
    current = actions.status(standing, maxima.maximum(standing, ratings))
    kept = workflow.checked(current, _cleaned(decision, standing))
    _keep(conn, tenant, kept, standing.decision)
    summarise(conn, tenant, ratings)
    return kept


def expire(conn: Connection, tenant: Tenant, ratings: Ratings, *, now: dt.datetime) -> int:
    """Return to *to address* what was accepted until a day that has passed; give how many."""
    over = [d for d in decisions.newest(conn, tenant).values() if workflow.expired(d, now.date())]
    for old in over:
        why = f"The risk was accepted by {old.decided_by} until {old.review_on}: accept it anew, or address it."
        back = Decision(
            control=old.control, status=Status.TO_ADDRESS, decided_at=now, decided_by=SYSTEM, comment=why,
            owner=old.owner,
        )  # fmt: skip
        _keep(conn, tenant, back, old)
    if over:
        summarise(conn, tenant, ratings)
    return len(over)


SYSTEM = "Surefoot"
"""Who decides what follows by itself."""


def _cleaned(decision: Decision, standing: Standing) -> Decision:
    return Decision(
        control=standing.score.control,
        status=decision.status,
        decided_at=decision.decided_at,
        decided_by=decision.decided_by,
        comment=cleaned(decision.comment, "The comment", LONGEST_COMMENT),
        owner=cleaned(decision.owner, "The owner's name", LONGEST_OWNER),
        due=_due(decision.due, decision.decided_at),
        review_on=decision.review_on,
        evidence=cleaned(decision.evidence, "The evidence", LONGEST_COMMENT),
    )


def _keep(conn: Connection, tenant: Tenant, kept: Decision, before: Decision | None) -> None:
    """Record a decision with its entry in the audit trail."""
    decisions.record(conn, tenant, kept)
    deed = Deed(
        action="decision.made",
        tenant=tenant.id,
        subject=kept.control,
        before=before,
        after=kept,
        why=kept.comment,
    )
    audit.append(conn, deed, by=kept.decided_by, now=kept.decided_at)
    enqueue(conn, tenant, kept)


def _standing(conn: Connection, tenant: Tenant, control: str) -> Standing:
    day = history.newest_day(conn, tenant)
    wanted = control.casefold()
    for standing in standings.of(conn, tenant, day) if day else ():
        if standing.score.control.casefold() == wanted:
            return standing
    message = f"{tenant.name} has no action {control!r} on its newest day."
    raise NotFound(message)


def _due(due: dt.date | None, now: dt.datetime) -> dt.date | None:
    if due is not None and due < now.date():
        message = f"The due date {due} has passed."
        raise InputRefused(message)
    return due
