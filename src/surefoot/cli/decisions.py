"""The commands that write decisions as CSV and read them again."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL, tenant_for
from surefoot.cli import many, show
from surefoot.cli.bulk import DryRun, Yes
from surefoot.cli.home import now, opened
from surefoot.cli.options import Data, Json, TenantName
from surefoot.errors import ImportRefused, InputRefused
from surefoot.store import audit, database, tenants
from surefoot.store.audit import Deed
from surefoot.sync import decision_csv

app = typer.Typer(help="Export decisions and plans as CSV, and import them.", no_args_is_help=True)


@app.command()
def export(
    tenant: TenantName = None,
    every: Annotated[bool, typer.Option("--all", help="Of all tenants.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; standard output when left out.")] = None,
    data: Data = None,
) -> None:
    """Write the decisions and plans in force as CSV: one row an action.

    Example: surefoot decisions export contoso --out decisions.csv
    """
    if every and tenant is not None:
        message = "Either a tenant or --all."
        raise InputRefused(message)
    with opened(data) as home, home.writing() as conn:
        wanted = tenants.all_of(conn, LOCAL.tenants) if every else [tenant_for(conn, LOCAL, tenant)]
        found = list(decision_csv.rows(conn, wanted, home.ratings))
        about = None if every else wanted[0].id
        deed = Deed(action="export.made", tenant=about, subject="decisions", after={"rows": len(found)})
        audit.append(conn, deed, by=LOCAL.name, now=now())
    written = decision_csv.write(found)
    if out is None:
        sys.stdout.buffer.write(written)
        sys.stdout.flush()
        return
    try:
        out.write_bytes(written)
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror})."
        raise InputRefused(message) from error
    show.note(f"{show.counted(len(found), 'row')} in {out}.")


@app.command("import")
def import_decisions(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV as `surefoot decisions export` writes it.")],
    tenant: Annotated[str | None, typer.Option(help="The tenant of rows that name none.")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Take decisions and plans from a CSV file: what is so already stays untouched.

    Example: surefoot decisions import decisions.csv --dry-run
    """
    lines = decision_csv.read(_bytes(file))
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            only = None if tenant is None else tenant_for(conn, LOCAL, tenant)
            items = decision_csv.items(conn, lines, LOCAL.tenants, only)
        many.change(home, items, dry=dry_run, yes=yes, json=json)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as held:
            return held.read(decision_csv.MOST_BYTES + 1)
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror})."
        raise ImportRefused(message) from error
