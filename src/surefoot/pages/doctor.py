"""The doctor's findings: what is set up, what is due, what fails, what to do; the same on page and terminal."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.model import EVENT_PERMISSIONS, EventSource, Stage
from surefoot.pages import outbox as outbox_page
from surefoot.pages import tenants as tenants_page
from surefoot.pages.outbox import Outbox
from surefoot.pages.tenants import TenantRow
from surefoot.scoring.ratings import Ratings
from surefoot.store import access, conflicts, events, outgoing, requests, tenants

STALE = dt.timedelta(days=2)
"""A tenant that is connected and was not read for as long deserves a look."""
LITTLE = 500 * 2**20
"""Bytes free on the disk, below which the doctor warns."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an installation is, as whoever opened its data folder knows it."""

    version: str
    python: str
    data: str
    free_bytes: int
    """On the disk of the data folder."""
    database_bytes: int
    integrity: str | None
    """`ok`, or what is broken; None: not looked at, for it reads the whole database."""
    revision: str | None
    newest_revision: str | None
    key: str
    """The key's public id, never the key."""
    key_from: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody should do something about."""

    tenant: str | None
    """Its name; None: of the installation."""
    tenant_id: str | None = None
    what: str
    error: str | None = None
    """The slug of the error, where a tenant cannot be read."""
    since: dt.datetime | None = None
    """Since when it is so; None: not known."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How widely a source of events is read."""

    source: EventSource
    permission: str
    read: int
    tried: int


class Doctor(msgspec.Struct, frozen=True, kw_only=True):
    """How the installation is."""

    version: str
    python: str
    data: str
    database_bytes: int
    integrity: str | None
    """`ok`, or what is broken; None: not looked at."""
    revision: str | None
    newest_revision: str | None
    key: str
    """The key's public id, never the key."""
    key_from: str
    tokens: int
    tenants: int
    failing: int
    due: int
    events: tuple[Coverage, ...]
    """Of how many tenants each of Graph's sources of events is read."""
    conflicts: int
    """Controls that Surefoot and Microsoft both changed, and nobody has said which holds."""
    requests: int
    """Acceptances that wait for a second person."""
    problems: tuple[Finding, ...]


def build(conn: Connection, place: Place, *, ratings: Ratings, now: dt.datetime) -> Doctor:
    """Look at an installation and all of its tenants."""
    every = tenants.all_of(conn, None)
    page = tenants_page.build(conn, every)
    covered = events.coverage(conn, every)
    sent = _sending(outbox_page.build(conn, outgoing.troubled(conn, every), ratings=ratings, now=now))
    return Doctor(
        version=place.version,
        python=place.python,
        data=place.data,
        database_bytes=place.database_bytes,
        integrity=place.integrity,
        revision=place.revision,
        newest_revision=place.newest_revision,
        key=place.key,
        key_from=place.key_from,
        tokens=len(access.list_tokens(conn)),
        tenants=page.total,
        failing=page.failing,
        due=sum(r.synced.due_at is not None and r.synced.due_at <= now for r in page.tenants),
        events=tuple(
            Coverage(source=s, permission=EVENT_PERMISSIONS[s], read=read, tried=tried)
            for s, (read, tried) in sorted(covered.items())
        ),
        conflicts=conflicts.count(conn, every),
        requests=len(requests.pending(conn, every)),
        problems=(*_of_place(place), *_of_tenants(page.tenants, now), *sent),
    )


def _of_place(place: Place) -> list[Finding]:
    found = []
    if place.integrity not in {"ok", None}:
        found.append(Finding(tenant=None, what=f"The database is damaged ({place.integrity}): restore a backup."))
    if place.free_bytes < LITTLE:
        free = f"Only {place.free_bytes // 2**20} MiB are free on the disk of the data folder."
        found.append(Finding(tenant=None, what=free))
    return found


def _of_tenants(rows: tuple[TenantRow, ...], now: dt.datetime) -> list[Finding]:
    found = []
    for row in rows:
        synced, one = row.synced, row.tenant
        if synced.error:
            said = synced.message or synced.error
            found.append(
                Finding(tenant=one.name, tenant_id=one.id, what=said, error=synced.error, since=synced.failing_since)
            )
        elif synced.at and synced.due_at and now - synced.at > STALE:
            said = "It was not read lately: is `surefoot serve` running? `surefoot sync` reads it now."
            found.append(Finding(tenant=one.name, tenant_id=one.id, what=said, since=synced.at))
    return found


def _sending(page: Outbox) -> list[Finding]:
    """Name what Microsoft refused, and what no sync has shown in time."""
    found: list[Finding] = []
    for row in page.sending:
        one, tenant = row.outgoing, row.tenant
        if one.stage is Stage.REFUSED:
            said = f"Microsoft does not take {one.state} for {one.control}: {one.message or one.error}"
            found.append(Finding(tenant=tenant.name, tenant_id=tenant.id, what=said))
        elif row.overdue:
            said = f"{one.control}: {row.hint}"
            found.append(Finding(tenant=tenant.name, tenant_id=tenant.id, what=said))
    return found
