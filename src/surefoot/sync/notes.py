"""Notes: what people want to find beside the score's line later on."""

import datetime as dt
import uuid

from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotFound, NotStored
from surefoot.model import Event, EventSource, Tenant
from surefoot.store import audit, courses, events
from surefoot.store.audit import Deed
from surefoot.sync.words import cleaned

LONGEST_NOTE = 500
EARLIEST = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
"""No score is older."""


def note(
    conn: Connection,
    tenant: Tenant,
    text: str,
    *,
    by: str,
    now: dt.datetime,
    at: dt.datetime | None = None,
    control: str | None = None,
) -> Event:
    """Keep a note of something that happened at `at` (None: now), perhaps about one control, and return it.

    Raises `InputRefused` for an empty or long text and a time that cannot be, `NotFound` for an unknown control.
    """
    words = cleaned(text, "The note", LONGEST_NOTE)
    if words is None:
        message = "The note is empty."
        raise InputRefused(message)
    when = at or now
    if not EARLIEST <= when <= now + dt.timedelta(days=1):
        message = f"A note tells what has happened: {when.date()} is not a day of the past."
        raise InputRefused(message)
    kept = Event(
        source=EventSource.NOTE,
        id=str(uuid.uuid4()),
        at=when,
        title=words,
        actor=by,
        control=None if control is None else _known(conn, tenant, control),
    )
    events.save(conn, tenant, [kept])
    deed = Deed(action="note.added", tenant=tenant.id, subject=kept.id, after=kept)
    audit.append(conn, deed, by=by, now=now)
    return kept


def remove(conn: Connection, tenant: Tenant, identity: str, *, by: str, now: dt.datetime) -> None:
    """Remove a note; `NotFound` when there is none such. What Graph reported stays."""
    if not events.remove(conn, tenant, EventSource.NOTE, identity):
        message = f"{tenant.name} has no note {identity!r}."
        raise NotFound(message)
    audit.append(conn, Deed(action="note.removed", tenant=tenant.id, subject=identity), by=by, now=now)


def _known(conn: Connection, tenant: Tenant, control: str) -> str:
    found = courses.of(conn, tenant, control=control)
    if not found:
        message = f"{tenant.name} never had a control {control!r}."
        raise NotStored(message)
    return next(iter(found))
