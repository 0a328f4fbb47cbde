"""The commands about notes."""

import datetime as dt
from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL, tenant_for
from surefoot.cli import options, show
from surefoot.cli.home import now, opened
from surefoot.cli.options import Data, Json
from surefoot.sync import notes

app = typer.Typer(help="Note what happened, to find it beside the score later.", no_args_is_help=True)


@app.command()
def add(
    tenant: Annotated[str, typer.Argument(help="A name or id.")],
    text: Annotated[str, typer.Argument(help="What happened.")],
    at: Annotated[str | None, typer.Option(metavar="DAY", help="When, as 2026-12-31; now when left out.")] = None,
    control: Annotated[str | None, typer.Option(help="The control that it is about.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Keep a note; it is a candidate when the score moves.

    Example: surefoot note add contoso "rolled out FIDO2 to finance" --at 2026-11-03
    """
    day = options.day(at)
    when = None if day is None else dt.datetime.combine(day, dt.time(12), dt.UTC)
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        kept = notes.note(conn, found, text, by=LOCAL.name, now=now(), at=when, control=control)
    show.json(kept) if json else show.line(f"{found.name}: noted for {kept.at:%Y-%m-%d}, as {kept.id}.")


@app.command()
def remove(
    tenant: Annotated[str, typer.Argument(help="A name or id.")],
    identity: Annotated[
        str, typer.Argument(metavar="ID", help="The note's id: `surefoot events --source note --json`.")
    ],
    data: Data = None,
) -> None:
    """Remove a note.

    Example: surefoot note remove contoso 8a9b0c1d-0000-4000-8000-000000000001
    """  # fmt: skip
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        notes.remove(conn, found, identity, by=LOCAL.name, now=now())
    show.line(f"{found.name}: the note is gone.")
