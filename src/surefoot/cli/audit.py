"""The commands about the audit trail."""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL, tenant_for, visible_to
from surefoot.cli import options, show
from surefoot.cli.home import Home, now, opened, somebody
from surefoot.cli.options import Data, From, Json, To
from surefoot.pages import audit as audit_page
from surefoot.pages.audit import LIMIT, MOST
from surefoot.pages.deeds import VERIFIED
from surefoot.store import audit, database
from surefoot.store.audit import Deed, Verdict, Wanted

app = typer.Typer(help="Read, verify and export the audit trail.", no_args_is_help=True)


@app.command("list")
def list_entries(
    tenant: Annotated[str | None, typer.Option(help="Only what was done to this tenant.")] = None,
    action: Annotated[str | None, typer.Option(help="How the action begins: decision, token.made, ...")] = None,
    actor: Annotated[str | None, typer.Option(help="Who did it.")] = None,
    since: From = None,
    until: To = None,
    text: Annotated[str | None, typer.Option(help="In what it was done to, why, who, before and after.")] = None,
    below: Annotated[int | None, typer.Option(min=1, help="Entries with a smaller number.")] = None,
    above: Annotated[int | None, typer.Option(min=1, help="Entries with a larger number.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="Entries at most.")] = LIMIT,
    json: Json = False,
    data: Data = None,
) -> None:
    """List who did what, newest first.

    Example: surefoot audit list --tenant contoso --action decision
    """
    first, last = options.day(since), options.day(until)
    with opened(data) as home, database.reading(home.engine) as conn:
        wanted = Wanted(
            tenant=None if tenant is None else tenant_for(conn, LOCAL, tenant).id,
            action=action,
            actor=actor,
            since=None if first is None else _start(first),
            until=None if last is None else _start(last + dt.timedelta(days=1)),
            text=text,
            below=below,
            above=above,
            limit=limit,
        )
        page = audit_page.build(conn, LOCAL.tenants, wanted, visible_to(conn, LOCAL), ratings=home.ratings)
    if json:
        show.json(page)
        return
    rows = [[e.action, str(e.sequence), show.when(e.at), e.actor, e.origin, e.subject or ""] for e in page.entries]
    if rows:
        show.table(["What", "No", "When", "Who", "From", "On"], rows, numbers=frozenset({1}))
    show.line(show.counted(len(rows), "entry").replace("entrys", "entries") + " shown.")
    if page.next:
        show.line(f"More: --below {page.next}")


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


@app.command()
def verify(
    head: Annotated[list[str] | None, typer.Option(help="A head that you kept elsewhere: 'NUMBER HASH'.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Hash every entry again: any that was changed, removed or cut off is named.

    The newest entry is compared with the file audit.head beside the database. Who can write there can write both:
    keep heads elsewhere too, and give them with --head. That the trail was found whole is told in the trail.

    Example: surefoot audit verify --head "17 9f2c..."
    """
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            verdict = audit.verify(conn, heads=tuple(h for h in (*(head or ()), _anchored(home)) if h))
        if verdict.head and not verdict.why:
            with home.writing() as conn:
                deed = Deed(action=VERIFIED, after={"entries": verdict.entries, "head": verdict.head})
                audit.append(conn, deed, by=somebody().name, now=now())
    show.json(verdict) if json else _verdict(verdict)
    if verdict.broken is not None or verdict.why:
        raise typer.Exit(1)


def _anchored(home: Home) -> str:
    try:
        return (home.settings.data / database.ANCHOR).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _verdict(verdict: Verdict) -> None:
    if verdict.why:
        show.wrapped(f"BROKEN: {verdict.why}")
        return
    show.wrapped(f"{verdict.entries} entries, all as they were written.")
    if verdict.head:
        show.line(f"Head: {verdict.head}")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to; standard output when left out.")] = None,
    data: Data = None,
) -> None:
    """Write the whole trail, oldest first, a JSON object a line: docs/audit.md shows how anybody can verify it.

    Example: surefoot audit export trail.jsonl
    """
    with opened(data) as home, home.writing() as conn:
        deed = Deed(action="export.made", subject="audit trail")
        audit.append(conn, deed, by=LOCAL.name, now=now())
        every = reversed(list(audit.entries(conn, LOCAL.tenants)))
        lines = "".join(f'{audit.canonical(e)[:-1]},"hash":"{e.hash}"}}\n' for e in every)
    if file is None:
        sys.stdout.write(lines)
    else:
        file.write_text(lines, "utf-8")
        show.note(f"{lines.count(chr(10))} entries are in {file}.")
