"""The doctor: what is set up, what is due, what fails, and what to do."""

import datetime as dt
import shutil
import sys
from importlib.metadata import version

import msgspec
import typer

from surefoot.access.viewers import LOCAL
from surefoot.cli import show
from surefoot.cli.home import Home, now, opened
from surefoot.cli.options import Data, Json
from surefoot.model import EVENT_PERMISSIONS, EventSource, Stage
from surefoot.pages import outbox as outbox_page
from surefoot.pages import tenants as tenants_page
from surefoot.pages.outbox import Outbox
from surefoot.pages.tenants import TenantRow
from surefoot.store import access, conflicts, database, events, outgoing, requests, tenants

app = typer.Typer()

STALE = dt.timedelta(days=2)
"""A tenant that is connected and was not read for as long deserves a look."""
LITTLE = 500 * 2**20
"""Bytes free on the disk, below which the doctor warns."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody should do something about."""

    tenant: str | None
    """None: of the installation."""
    what: str


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
    integrity: str
    """`ok`, or what is broken."""
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
    problems: tuple[Problem, ...]


@app.command()
def doctor(json: Json = False, data: Data = None) -> None:
    """Say what is set up, what is due, what fails, and what to do.

    Example: surefoot doctor
    """
    with opened(data) as home:
        found = examine(home, now())
    show.json(found) if json else _tell(found)
    if found.integrity != "ok":
        raise typer.Exit(1)


def examine(home: Home, at: dt.datetime) -> Doctor:
    """Look at the data folder and all tenants."""
    with database.reading(home.engine) as conn:
        every = tenants.all_of(conn, LOCAL.tenants)
        page = tenants_page.build(conn, every)
        covered = events.coverage(conn, every)
        tokens = len(access.list_tokens(conn))
        sent = _sending(outbox_page.build(conn, outgoing.troubled(conn, every), ratings=home.ratings, now=at))
        held = conflicts.count(conn, every)
        asked = len(requests.pending(conn, every))
    revision, newest = database.revisions(home.engine)
    integrity = database.integrity(home.engine)
    return Doctor(
        version=version("surefoot"),
        python=sys.version.split()[0],
        data=str(home.settings.data.resolve()),
        database_bytes=database.size(home.engine),
        integrity=integrity,
        revision=revision,
        newest_revision=newest,
        key=home.keys.id,
        key_from="SUREFOOT_KEY" if home.settings.key else "secret.key",
        tokens=tokens,
        tenants=page.total,
        failing=page.failing,
        due=sum(r.synced.due_at is not None and r.synced.due_at <= at for r in page.tenants),
        events=tuple(
            Coverage(source=s, permission=EVENT_PERMISSIONS[s], read=read, tried=tried)
            for s, (read, tried) in sorted(covered.items())
        ),
        conflicts=held,
        requests=asked,
        problems=(*_problems(home, page.tenants, integrity, at), *sent),
    )


def _problems(home: Home, rows: tuple[TenantRow, ...], integrity: str, at: dt.datetime) -> list[Problem]:
    found = []
    if integrity != "ok":
        found.append(Problem(tenant=None, what=f"The database is damaged ({integrity}): restore a backup."))
    free = shutil.disk_usage(home.settings.data).free
    if free < LITTLE:
        found.append(Problem(tenant=None, what=f"Only {free // 2**20} MiB are free on the disk of the data folder."))
    for row in rows:
        synced = row.synced
        if synced.error:
            since = show.when(synced.failing_since)
            found.append(Problem(tenant=row.tenant.name, what=f"{synced.message} Failing since {since}."))
        elif synced.at and synced.due_at and at - synced.at > STALE:
            said = f"Last read {show.when(synced.at)}: is `surefoot serve` running? `surefoot sync` reads it now."
            found.append(Problem(tenant=row.tenant.name, what=said))
    return found


def _sending(page: Outbox) -> list[Problem]:
    """Name what Microsoft refused, and what no sync has shown in time."""
    found = []
    for row in page.sending:
        one = row.outgoing
        if one.stage is Stage.REFUSED:
            said = f"Microsoft does not take {one.state} for {one.control}: {one.message or one.error}"
            found.append(Problem(tenant=row.tenant.name, what=said))
        elif row.overdue:
            found.append(Problem(tenant=row.tenant.name, what=f"{one.control}: {row.hint}"))
    return found


def _tell(found: Doctor) -> None:
    show.line(f"Surefoot  {found.version}, Python {found.python}")
    show.line(f"Data      {found.data}")
    show.line(f"Database  {found.database_bytes / 2**20:.1f} MiB, integrity {found.integrity}, schema {found.revision}")
    show.line(f"Key       {found.key}, from {found.key_from}")
    show.line(f"Tokens    {found.tokens}")
    late = " (`surefoot serve` reads them as they fall due, `surefoot sync` now)" if found.due else ""
    show.wrapped(f"Tenants   {found.tenants}, {found.failing} failing, {found.due} due{late}")
    if found.conflicts or found.requests:
        said = f"{show.counted(found.conflicts, 'open conflict')}, {show.counted(found.requests, 'request')}"
        show.wrapped(f"Waiting   {said} (`surefoot conflicts`, `surefoot requests`)")
    for source in found.events:
        lack = f", the others lack {source.permission} or the licence" if source.read < source.tried else ""
        show.wrapped(
            f"Events    {source.source.value.replace('_', ' ')}s of {source.read} of {source.tried} tenants{lack}"
        )
    for problem in found.problems:
        show.wrapped(f"! {problem.tenant or 'Surefoot'}: {problem.what}")
    if not found.tenants:
        show.wrapped("Next: surefoot tenant add, or surefoot import FILE, or surefoot demo to look around.")
    elif not found.problems:
        show.line("Nothing to do.")
