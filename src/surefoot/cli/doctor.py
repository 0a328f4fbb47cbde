"""The doctor: what is set up, what is due, what fails, and what to do."""

import datetime as dt

import typer

from surefoot.cli import show
from surefoot.cli.home import Home, now, opened
from surefoot.cli.options import Data, Json
from surefoot.pages.doctor import Doctor, build
from surefoot.store import database

app = typer.Typer()


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
        return build(conn, home.place(integrity=True), ratings=home.ratings, now=at)


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
        since = f" Since {show.when(problem.since)}." if problem.since else ""
        show.wrapped(f"! {problem.tenant or 'Surefoot'}: {problem.what}{since}")
    if not found.tenants:
        show.wrapped("Next: surefoot tenant add, or surefoot import FILE, or surefoot demo to look around.")
    elif not found.problems:
        show.line("Nothing to do.")
