"""Dismissing a regression, with a reason, and taking that back."""

import datetime as dt

from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotFound
from surefoot.model import Dismissal, Tenant
from surefoot.scoring import actions
from surefoot.scoring.ratings import Ratings
from surefoot.store import audit, dismissals, history, standings
from surefoot.store.audit import Deed
from surefoot.sync.derived import summarise
from surefoot.sync.words import cleaned

LONGEST_REASON = 500


def dismiss(
    conn: Connection, tenant: Tenant, control: str, reason: str, *, by: str, now: dt.datetime, ratings: Ratings
) -> Dismissal:
    """Dismiss a regression until the control falls further or anew.

    Raises `NotFound` when the control has not regressed on the newest day, `InputRefused` without a reason.
    """
    said = cleaned(reason, "The reason", LONGEST_REASON)
    if said is None:
        message = "A regression is dismissed with a reason: say why it needs no work."
        raise InputRefused(message)
    day = history.newest_total(conn, tenant)
    ranked = actions.rank(standings.of(conn, tenant, day.day), day.max_points, ratings, day.day) if day else ()
    found = next((a for a in ranked if a.id.casefold() == control.casefold()), None)
    if found is None or found.regressed is None:
        message = f"{tenant.name} has no regression of {control!r} on its newest day."
        raise NotFound(message)
    kept = Dismissal(
        control=found.id,
        points=found.earned_points,
        best_points=found.regressed.best_points,
        reason=said,
        dismissed_at=now,
        dismissed_by=by,
    )
    dismissals.record(conn, tenant, kept)
    deed = Deed(action="regression.dismissed", tenant=tenant.id, subject=kept.control, after=kept, why=said)
    audit.append(conn, deed, by=by, now=now)
    summarise(conn, tenant, ratings)
    return kept


def restore(conn: Connection, tenant: Tenant, control: str, *, by: str, now: dt.datetime, ratings: Ratings) -> None:
    """Take a dismissal back; `NotFound` when there is none in force."""
    if not dismissals.restore(conn, tenant, control, by=by, now=now):
        message = f"{tenant.name} has no dismissed regression of {control!r}."
        raise NotFound(message)
    audit.append(conn, Deed(action="regression.restored", tenant=tenant.id, subject=control), by=by, now=now)
    summarise(conn, tenant, ratings)
