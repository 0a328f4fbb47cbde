"""The commands about playbooks."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL
from surefoot.cli import show
from surefoot.cli.home import now, opened, somebody
from surefoot.cli.options import Data, Json
from surefoot.errors import InputRefused
from surefoot.pages import playbooks as pages
from surefoot.store import database
from surefoot.sync.playbooks import remove_playbook, set_playbook

app = typer.Typer(help="Keep your own steps for a control, beside Microsoft's.", no_args_is_help=True)

Control = Annotated[str, typer.Argument(metavar="CONTROL", help="The control's id, without regard to case.")]


@app.command("list")
def list_playbooks(json: Json = False, data: Data = None) -> None:
    """List the controls that have a playbook.

    Example: surefoot playbook list
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = pages.build(conn, LOCAL.tenants, ratings=home.ratings)
    if json:
        show.json(page)
        return
    if not page.total:
        show.line("No playbook yet: surefoot playbook set CONTROL --file steps.md.")
        return
    rows = [[p.name, p.control, show.when(p.changed_at), p.changed_by] for p in page.playbooks]
    show.table(["Name", "Control", "Changed", "By"], rows)


@app.command("show")
def show_playbook(control: Control, json: Json = False, data: Data = None) -> None:
    """Show what to do about a control: your steps, and Microsoft's.

    Example: surefoot playbook show BlockLegacyAuthentication
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = pages.one(conn, control, LOCAL.tenants, ratings=home.ratings)
    if json:
        show.json(page)
        return
    show.line(f"{page.name} ({page.control})")
    show.line()
    if page.own:
        show.line(f"Your steps, of {show.when(page.own.changed_at)} by {page.own.changed_by}:")
        show.line(page.own.text)
    else:
        show.wrapped(f"No steps of your own: surefoot playbook set {page.control} --file steps.md.")
    show.line()
    show.line("Microsoft's steps:")
    for step in (page.microsoft_text or "Microsoft sent none.").splitlines():
        show.wrapped(step)


@app.command("set")
def set_steps(
    control: Control,
    file: Annotated[Path | None, typer.Option(help="A file in Markdown; - is standard input.")] = None,
    text: Annotated[str | None, typer.Option(help="The steps themselves, in Markdown.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Set your steps for a control, for all tenants. The versions before stay.

    Example: surefoot playbook set BlockLegacyAuthentication --file steps.md
    """
    if (file is None) == (text is None):
        message = "Give the steps either with --file (- is standard input) or with --text."
        raise InputRefused(message)
    words = text if text is not None else _read(file or Path("-"))
    with opened(data) as home, home.writing() as conn:
        kept = set_playbook(conn, control, words, somebody().name, now())
        page = pages.one(conn, kept.control, LOCAL.tenants, ratings=home.ratings)
    show.json(page) if json else show.line(f"{page.name}: {show.counted(len(page.versions), 'version')} kept.")


def _read(file: Path) -> str:
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        message = f"The file {file} cannot be read: {why}."
        raise InputRefused(message) from error


@app.command("remove")
def remove_steps(control: Control, data: Data = None) -> None:
    """Remove your steps for a control. Their versions stay in its history.

    Example: surefoot playbook remove BlockLegacyAuthentication
    """
    with opened(data) as home, home.writing() as conn:
        remove_playbook(conn, control, somebody().name, now())
    show.line(f"{control}: the playbook is gone.")


@app.command()
def history(control: Control, json: Json = False, data: Data = None) -> None:
    """List the versions of your steps for a control, newest first.

    Example: surefoot playbook history BlockLegacyAuthentication
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = pages.one(conn, control, LOCAL.tenants, ratings=home.ratings)
    if json:
        show.json(page.versions)
        return
    if not page.versions:
        show.line(f"{page.control} never had a playbook.")
    for version in page.versions:
        show.line(f"{show.when(version.changed_at)}, {version.changed_by}" + ("" if version.text else ": removed"))
        if version.text:
            show.line(version.text)
        show.line()
