"""What people decide about actions: checked here, then kept with who and when."""

import datetime as dt

from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotFound
from surefoot.model import DECIDABLE, Decision, Standing, Status, Tenant
from surefoot.scoring import actions, maxima
from surefoot.scoring.ratings import Ratings
from surefoot.store import audit, decisions, history, standings
from surefoot.store.audit import Deed
from surefoot.sync.derived import summarise
from surefoot.sync.words import cleaned

LONGEST_COMMENT = 2_000
LONGEST_OWNER = 200


def decide(conn: Connection, tenant: Tenant, decision: Decision, *, ratings: Ratings) -> Decision:
    """Record a decision about an action of the tenant's newest day, and return it as kept.

    Raises `NotFound` for a control that the tenant's newest day does not score, and `InputRefused` for
    `completed` (Microsoft's fact), for an action that is completed, and for texts that are too long.
    """
    if decision.status not in DECIDABLE:
        message = "Completed is a fact that Microsoft reports when all points are earned; it cannot be set."
        raise InputRefused(message)
    standing = _standing(conn, tenant, decision.control)
    if actions.status(standing, maxima.maximum(standing, ratings)) is Status.COMPLETED:
        message = "All points of this action are earned: it is completed, and there is nothing to decide."
        raise InputRefused(message)
    kept = Decision(
        control=standing.score.control,
        status=decision.status,
        decided_at=decision.decided_at,
        decided_by=decision.decided_by,
        comment=cleaned(decision.comment, "The comment", LONGEST_COMMENT),
        owner=cleaned(decision.owner, "The owner's name", LONGEST_OWNER),
        due=_due(decision.due, decision.decided_at),
    )
    decisions.record(conn, tenant, kept)
    deed = Deed(
        action="decision.made",
        tenant=tenant.id,
        subject=kept.control,
        before=standing.decision,
        after=kept,
        why=kept.comment,
    )
    audit.append(conn, deed, by=kept.decided_by, now=kept.decided_at)
    summarise(conn, tenant, ratings)
    return kept


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
