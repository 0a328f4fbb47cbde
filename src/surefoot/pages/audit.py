"""The activity: who did what, when, from where and why."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.model import AuditEntry, Tenant
from surefoot.pages import deeds
from surefoot.pages.names import Names, names_of
from surefoot.scoring.ratings import Ratings
from surefoot.store import audit, profiles, work
from surefoot.store.audit import Wanted

LIMIT, MOST = 100, 1000
"""Entries on a page when nothing is said, and at most."""


class ActivityRow(AuditEntry, frozen=True, kw_only=True):
    """One deed, in words."""

    said: str
    """The deed as people say it: *Decision made*."""
    tenant_name: str | None
    """None: it is about the installation, or the tenant was removed."""
    name: str | None
    """The title of the control that it was done to; None: it was done to something else."""
    scored: bool
    """Whether that control is an action of the tenant's newest day."""


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody looked the whole trail over, and found it as it was written."""

    at: dt.datetime
    by: str
    sequence: int
    """The entry that says so: those before it were looked at, later ones were not."""


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the audit trail, newest first."""

    entries: tuple[ActivityRow, ...]
    next: int | None
    """Send it as `below` for the next page; None: this is the last."""
    previous: int | None
    """Send it as `above` for the page of newer entries; None: these are the newest."""
    people: tuple[str, ...]
    """Who acted lately, to choose from."""
    verified: Verified | None
    """When the whole trail was last found whole; None: never yet, or not for whoever sees some tenants alone."""


def build(
    conn: Connection, visible: frozenset[str] | None, wanted: Wanted, tenants: Sequence[Tenant], *, ratings: Ratings
) -> Activity:
    """List entries of the visible tenants; those of the installation are for who sees all tenants."""
    limit = wanted.limit or LIMIT
    asked = msgspec.structs.replace(
        wanted,
        limit=limit + 1,
        subjects=tuple(profiles.titled(conn, visible, wanted.text)) if wanted.text else (),
    )
    shown, older, newer = _page(conn, visible, asked, limit)
    return Activity(
        entries=tuple(_rows(conn, shown, tenants, ratings)),
        next=shown[-1].sequence if older else None,
        previous=shown[0].sequence if newer else None,
        people=tuple(audit.people(conn, visible)),
        verified=_verified(conn, visible),
    )


def _page(
    conn: Connection, visible: frozenset[str] | None, asked: Wanted, limit: int
) -> tuple[list[AuditEntry], bool, bool]:
    """Give the entries of a page, and whether there are older and newer ones."""
    if asked.above is not None and asked.below is None:
        found = audit.above(conn, visible, asked)
        return found[-limit:], bool(found), len(found) > limit
    found = list(audit.entries(conn, visible, asked))
    shown = found[:limit]
    newer = msgspec.structs.replace(asked, below=None, above=shown[0].sequence if shown else None, limit=1)
    return shown, len(found) > limit, bool(shown and asked.below and audit.above(conn, visible, newer))


def _rows(
    conn: Connection, entries: Sequence[AuditEntry], tenants: Sequence[Tenant], ratings: Ratings
) -> list[ActivityRow]:
    mine = {t.id: t for t in tenants}
    controls = {e.subject for e in entries if e.subject and e.action in deeds.ABOUT_CONTROLS}
    meant = [mine[key] for key in {e.tenant for e in entries if e.tenant in mine} if key is not None]
    pairs = [
        (mine[e.tenant], e.subject)
        for e in entries
        if e.tenant in mine and e.tenant and e.subject in controls and e.subject
    ]
    names, scored = names_of(conn, pairs, ratings), set(work.to_gain(conn, meant, controls))
    return [_row(e, mine.get(e.tenant or ""), names, scored) for e in entries]


def _row(entry: AuditEntry, tenant: Tenant | None, names: Names, scored: set[tuple[int, str]]) -> ActivityRow:
    control = entry.subject if entry.subject and entry.action in deeds.ABOUT_CONTROLS else None
    key = (tenant.key, control.casefold()) if tenant and control else None
    return ActivityRow(
        **msgspec.structs.asdict(entry),
        said=deeds.said(entry.action),
        tenant_name=tenant.name if tenant else None,
        name=names.of(tenant, control).name if tenant and control else control,
        scored=key in scored,
    )


def _verified(conn: Connection, visible: frozenset[str] | None) -> Verified | None:
    if visible is not None:
        return None
    found = next(audit.entries(conn, None, Wanted(action=deeds.VERIFIED, limit=1)), None)
    return Verified(at=found.at, by=found.actor, sequence=found.sequence) if found else None
