"""The commands that bring scores in: from Graph, and from files."""

import asyncio
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from surefoot import jobs
from surefoot.access.viewers import LOCAL, tenant_for
from surefoot.cli import show
from surefoot.cli.home import Home, now, opened
from surefoot.cli.options import Data, Json
from surefoot.errors import InputRefused, SurefootError
from surefoot.graph.wire import Refusal
from surefoot.jobs import Outcome
from surefoot.model import AuthMethod, Tenant
from surefoot.pages.overview import TenantName as Named
from surefoot.pages.overview import name_of
from surefoot.store import conflicts, database, tenants
from surefoot.sync import imports

app = typer.Typer()

SHOWN = 20
"""How many refused records are named."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """How the reading of one tenant ended."""

    tenant: Named
    days_new: int | None
    """None, as all that follows but the error: it failed."""
    days_changed: int | None
    profiles: int | None
    refused: tuple[Refusal, ...] | None
    partial: str | None
    error: str | None
    message: str | None


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file."""

    file: str
    tenant: Named | None
    first: dt.date | None
    last: dt.date | None
    days_new: int
    days_changed: int
    days_kept: int
    controls: int
    profiles: int
    decisions: int
    refused: tuple[Refusal, ...]
    notes: tuple[str, ...]
    error: str | None
    message: str | None


@contextmanager
def bar(what: str, total: int) -> Iterator[Progress]:
    """Show a bar on the terminal's error stream while something long runs; nothing where nobody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as made:
        made.add_task(what, total=total)
        yield made


def read_tenants(home: Home, wanted: Sequence[Tenant]) -> list[Outcome]:
    """Read these tenants under a bar."""
    with bar("Reading tenants", len(wanted)) as shown:
        task = shown.task_ids[0]
        return asyncio.run(
            jobs.read(home.engine, home.keys, home.ratings, wanted, now, told=lambda _outcome: shown.advance(task))
        )


@app.command()
def sync(
    tenant: Annotated[
        list[str] | None, typer.Argument(metavar="[TENANT...]", help="Names or ids; all that are connected without.")
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Read tenants from Graph now: those named, or all that are connected.

    Example: surefoot sync contoso
    """
    with opened(data) as home:
        wanted = _wanted(home, tenant or [])
        outcomes = read_tenants(home, wanted)
        with database.reading(home.engine) as conn:
            disputed = conflicts.count(conn, wanted)
    if json:
        show.json([_read(o) for o in outcomes])
    elif not outcomes:
        show.line("No tenant is connected to Graph: surefoot tenant add.")
    else:
        _tell(sorted(outcomes, key=lambda o: o.tenant.name.casefold()))
        if disputed:
            show.wrapped(f"{show.counted(disputed, 'open conflict')} with Microsoft: `surefoot conflicts` lists them.")
    if any(o.error for o in outcomes):
        raise typer.Exit(1)


def _read(outcome: Outcome) -> Read:
    pulled = outcome.pulled
    return Read(
        tenant=name_of(outcome.tenant),
        days_new=pulled.days_new if pulled else None,
        days_changed=pulled.days_changed if pulled else None,
        profiles=pulled.profiles if pulled else None,
        refused=pulled.refused if pulled else None,
        partial=pulled.partial if pulled else None,
        error=outcome.error,
        message=outcome.message,
    )


def _wanted(home: Home, named: Sequence[str]) -> list[Tenant]:
    with database.reading(home.engine) as conn:
        found = [tenant_for(conn, LOCAL, n) for n in named]
        for unconnected in (t for t in found if tenants.connection(conn, t).method is AuthMethod.NONE):
            message = f"{unconnected.name} is not connected to Graph (its history was imported): surefoot tenant add."
            raise InputRefused(message)
        every = found or tenants.all_of(conn, LOCAL.tenants)
        return [t for t in every if tenants.connection(conn, t).method is not AuthMethod.NONE]


def _tell(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        pulled = outcome.pulled
        if pulled is None:
            show.line(f"{outcome.tenant.name}: {outcome.message}")
            continue
        refused = f", {show.counted(len(pulled.refused), 'record')} set aside" if pulled.refused else ""
        days = show.counted(pulled.days_new, "new day")
        show.line(f"{outcome.tenant.name}: {days}, {pulled.days_changed} changed{refused}")
        for record in pulled.refused[:SHOWN]:
            show.line(f"  {record.what}: {record.why}")
        if pulled.partial:
            show.line(f"  Graph's answer was partial: {pulled.partial}")
    failed = sum(o.error is not None for o in outcomes)
    if len(outcomes) > 1:
        show.line(f"{len(outcomes) - failed} of {len(outcomes)} tenants read.")


@app.command("import")
def import_files(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Saved answers of Graph (JSON), or the portal's CSV export.")
    ],
    tenant: Annotated[str | None, typer.Option(help="What to call the tenant; a CSV file needs it.")] = None,
    date: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of a CSV export; today without.")
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Import saved Graph answers or the portal's CSV export as history: no app registration is needed.

    Example: surefoot import scores.json profiles.json --tenant contoso

    Example: surefoot import export.csv --tenant contoso --date 2026-11-01
    """
    done: list[Import] = []
    day = date.date() if date else None
    with opened(data) as home, bar("Importing files", len(files)) as shown:
        for file in files:
            done.append(_import(home, file, tenant, day))
            shown.advance(shown.task_ids[0])
    if json:
        show.json(done)
    for one in () if json else done:
        _told(one)
    if any(one.error for one in done):
        raise typer.Exit(1)


def _import(home: Home, file: Path, name: str | None, day: dt.date | None) -> Import:
    try:
        found = imports.read(file)
        with home.writing() as conn:
            made = imports.store(conn, found, name=name, now=now(), day=day, ratings=home.ratings)
    except SurefootError as error:
        nothing = dict.fromkeys(("days_new", "days_changed", "days_kept", "controls", "profiles", "decisions"), 0)
        return Import(
            file=str(file),
            tenant=None,
            first=None,
            last=None,
            **nothing,
            refused=(),
            notes=(),
            error=error.slug,
            message=error.sentence,
        )
    return Import(
        file=file.name,
        tenant=name_of(made.tenant),
        first=made.first,
        last=made.last,
        days_new=made.saved.days_new,
        days_changed=made.saved.days_changed,
        days_kept=made.saved.days_kept,
        controls=made.controls,
        profiles=made.profiles,
        decisions=made.decisions,
        refused=made.refused,
        notes=made.notes,
        error=None,
        message=None,
    )


def _told(one: Import) -> None:
    """Say what importing a file did."""
    if one.tenant is None:
        show.note(f"{one.file}: {one.message}")
        return
    show.line(f"{one.file}: {one.tenant.name}")
    if one.first:
        days = one.days_new + one.days_changed + one.days_kept
        kept = f"{one.days_new} new, {one.days_changed} changed, {one.days_kept} known"
        show.line(f"  {show.counted(days, 'day')} from {one.first} to {one.last} ({kept})")
        show.line(f"  {show.counted(one.controls, 'control')}")
    if one.profiles:
        show.line(f"  {show.counted(one.profiles, 'control profile')}")
    if one.decisions:
        show.line(f"  {show.counted(one.decisions, 'decision')} taken over")
    for text in one.notes:
        show.wrapped(text, indent=2)
    show.line(f"  {show.counted(len(one.refused), 'record')} refused" + (":" if one.refused else ""))
    for record in one.refused[:SHOWN]:
        show.line(f"    {record.what}: {record.why}")
    if len(one.refused) > SHOWN:
        show.line(f"    and {len(one.refused) - SHOWN} more; --json lists them all")
