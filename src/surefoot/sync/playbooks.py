"""Playbooks: an MSP's own steps a control, beside Microsoft's, for all tenants."""

import datetime as dt

from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotStored
from surefoot.model import Playbook
from surefoot.store import audit, playbooks
from surefoot.store.audit import Deed
from surefoot.store.shared import spelling
from surefoot.sync.words import cleaned

LONGEST_PLAYBOOK = 20_000


def set_playbook(conn: Connection, control: str, text: str, by: str, now: dt.datetime) -> Playbook:
    """Keep a new version of a control's playbook, in Markdown; the same text again is no new version.

    Raises `NotStored` for a control that no tenant ever had, `InputRefused` for an empty or long text.
    """
    known = _known(conn, control)
    words = cleaned(text, "The playbook", LONGEST_PLAYBOOK)
    if words is None:
        message = "The playbook is empty: remove it if it is to go."
        raise InputRefused(message)
    before = _newest(conn, known)
    if before is not None and before.text == words:
        return before
    after = Playbook(control=known, text=words, changed_at=now, changed_by=by)
    playbooks.record(conn, known, words, by, now)
    deed = Deed(action="playbook.changed", subject=known, before=before, after=after)
    audit.append(conn, deed, by=by, now=now)
    return after


def remove_playbook(conn: Connection, control: str, by: str, now: dt.datetime) -> None:
    """Remove a control's playbook; its versions stay. `NotStored` when there is none."""
    known = _known(conn, control)
    before = _newest(conn, known)
    if before is None:
        message = f"{known} has no playbook."
        raise NotStored(message)
    playbooks.record(conn, known, "", by, now)
    deed = Deed(action="playbook.removed", subject=known, before=before)
    audit.append(conn, deed, by=by, now=now)


def _newest(conn: Connection, control: str) -> Playbook | None:
    last = next(iter(playbooks.versions(conn, control)), None)
    return last if last is not None and last.text else None


def _known(conn: Connection, control: str) -> str:
    """Give the id as Graph spelled it."""
    found = spelling(conn, control)
    if found is None:
        message = f"No tenant ever had a control {control!r}."
        raise NotStored(message)
    return found
