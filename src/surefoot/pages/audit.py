"""The activity: who did what, when, from where and why."""

import msgspec
from sqlalchemy import Connection

from surefoot.model import AuditEntry
from surefoot.store import audit
from surefoot.store.audit import Wanted

LIMIT, MOST = 100, 1000
"""Entries on a page when nothing is said, and at most."""


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the audit trail, newest first."""

    entries: tuple[AuditEntry, ...]
    next: int | None
    """Send it as `below` for the next page; None: this is the last."""


def build(conn: Connection, visible: frozenset[str] | None, wanted: Wanted) -> Activity:
    """List entries of the visible tenants; those of the installation are for who sees all tenants."""
    limit = wanted.limit or LIMIT
    found = tuple(audit.entries(conn, visible, msgspec.structs.replace(wanted, limit=limit + 1)))
    shown = found[:limit]
    return Activity(entries=shown, next=shown[-1].sequence if len(found) > limit else None)
