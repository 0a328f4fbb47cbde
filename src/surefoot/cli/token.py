"""The commands about API tokens."""

from typing import Annotated

import typer

from surefoot.access.tokens import create_token, revoke_token
from surefoot.access.viewers import LOCAL, tenant_for
from surefoot.cli import show
from surefoot.cli.home import now, opened
from surefoot.cli.options import Data, Json
from surefoot.model import Role
from surefoot.pages import tokens as tokens_page
from surefoot.store import database

app = typer.Typer(help="Make, list and revoke API tokens.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    tenant: Annotated[list[str] | None, typer.Option(help="May see only this tenant; may be repeated.")] = None,
    role: Annotated[Role, typer.Option(help="What it may do; each may do what those before it may.")] = Role.EDITOR,
    read_only: Annotated[bool, typer.Option("--read-only", help="The same as --role reader.")] = False,
    data: Data = None,
) -> None:
    """Make an API token. It is shown this once.

    Example: surefoot token create grafana --read-only --tenant contoso
    """
    with opened(data) as home, home.writing() as conn:
        visible = frozenset(tenant_for(conn, LOCAL, t).id for t in tenant) if tenant else None
        made = create_token(conn, name=name, tenants=visible, role=Role.READER if read_only else role, now=now())
    show.line(made)


@app.command("list")
def list_tokens(json: Json = False, data: Data = None) -> None:
    """List the tokens, without the tokens themselves.

    Example: surefoot token list
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = tokens_page.build(conn)
    if json:
        show.json(page)
        return
    if not page.tokens:
        show.line("No token yet: surefoot token create NAME.")
        return
    rows = [
        [
            t.name,
            "all" if t.tenants is None else str(len(t.tenants)),
            t.role.value,
            str(t.created_at.date()),
        ]
        for t in page.tokens
    ]
    show.table(["Token", "Tenants", "Role", "Made"], rows)


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="The token's name, as `surefoot token list` shows it.")],
    data: Data = None,
) -> None:
    """Revoke a token: it is refused from the next request on.

    Example: surefoot token revoke grafana
    """
    with opened(data) as home, home.writing() as conn:
        revoke_token(conn, name, now=now())
    show.line(f"{name} is revoked.")
