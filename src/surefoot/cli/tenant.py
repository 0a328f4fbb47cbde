"""The commands about tenants: add, list, show, check, how they were read, rename, label, remove."""

import asyncio
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from surefoot import jobs
from surefoot.access.viewers import LOCAL, tenant_for
from surefoot.cli import show
from surefoot.cli.home import now, opened
from surefoot.cli.options import Data, Json, TenantName
from surefoot.errors import InputRefused
from surefoot.model import AuthMethod, Cloud, Connection
from surefoot.pages import tenants as tenants_page
from surefoot.store import database, holdings, tenants
from surefoot.store.runs import MOST
from surefoot.sync import tenants as deeds
from surefoot.sync.checks import OK, Check
from surefoot.sync.labels import relabel
from surefoot.sync.tenants import Given

app = typer.Typer(help="Add, list, show, check, label, rename and remove tenants.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    tenant_id: Annotated[str, typer.Option(help="The tenant id, a GUID.")],
    client_id: Annotated[str | None, typer.Option(help="The app registration's client id.")] = None,
    method: Annotated[AuthMethod, typer.Option(help="How Surefoot signs in.")] = AuthMethod.SECRET,
    cloud: Annotated[Cloud, typer.Option(help="Microsoft's cloud.")] = Cloud.GLOBAL,
    secret_file: Annotated[
        Path | None, typer.Option(help="A file that holds the secret, or certificate and key (PEM).")
    ] = None,
    secret_env: Annotated[str | None, typer.Option(help="An environment variable that holds it.")] = None,
    graph_url: Annotated[str | None, typer.Option(help="The emulator's base address.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Change the tenant if it is there already.")] = False,
    data: Data = None,
) -> None:
    """Add a tenant. The secret comes from standard input, a file or the environment, never from an argument.

    Example: surefoot tenant add Contoso --tenant-id GUID --client-id GUID --secret-env GRAPH_SECRET
    """
    if graph_url and cloud is not Cloud.EMULATOR:
        message = "--graph-url is the emulator's address: say --cloud emulator too."
        raise InputRefused(message)
    way = Connection(method=method, cloud=cloud, client_id=client_id, graph_url=graph_url, login_url=graph_url)
    deeds.checked(Given(way), kept=True)  # what is certainly wrong is said before a secret is asked for
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            kept = tenants.by_id(conn, tenant_id)
        if kept is not None and not yes:
            message = f"{kept.name} has this id already; --yes changes how it is reached."
            raise InputRefused(message)
        given = Given(way, _secret(secret_file, secret_env) if method in deeds.FIELDS else None)
        with home.writing() as conn:
            if kept is None:
                kept = deeds.add(conn, home.keys, given, id=tenant_id, name=name, by=LOCAL.name, now=now())
            else:
                deeds.change(conn, home.keys, kept, given, by=LOCAL.name, now=now())
                deeds.rename(conn, kept, name, by=LOCAL.name, now=now())
    show.line(f"{name} is added. Next: surefoot tenant check {kept.id}")


def _secret(file: Path | None, variable: str | None) -> str:
    """Take a secret from where it may come from."""
    if file is not None:
        try:
            found = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            message = f"The file {file} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}."
            raise InputRefused(message) from error
    elif variable is not None:
        found = os.environ.get(variable, "")
    elif sys.stdin.isatty():
        found = getpass.getpass("Client secret: ")
    else:
        found = sys.stdin.read()
    if not found.strip():
        message = "The secret is empty: give it on standard input, with --secret-file or with --secret-env."
        raise InputRefused(message)
    return found.strip()


@app.command("list")
def list_tenants(json: Json = False, data: Data = None) -> None:
    """List the tenants with their scores.

    Example: surefoot tenant list
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = tenants_page.build(conn, tenants.all_of(conn, LOCAL.tenants))
    if json:
        show.json(page)
        return
    if not page.total:
        show.line("No tenant yet: surefoot tenant add, or surefoot import saved scores, or surefoot demo.")
        return
    rows = [
        [
            r.tenant.name, show.percent(r.percent), show.signed(r.trend), str(r.as_of or "never"),
            show.counted(r.days, "day"), r.synced.error or r.state.value,
        ]
        for r in page.tenants
    ]  # fmt: skip
    show.table(["Tenant", "Score", "30 days", "Day", "Kept", "Connection"], rows, numbers=frozenset({1, 2, 4}))
    show.line(f"{show.counted(page.total, 'tenant')}, {page.failing} failing.")


@app.command("show")
def show_tenant(tenant: TenantName = None, json: Json = False, data: Data = None) -> None:
    """Show how a tenant is connected, what is kept of it, and what is wrong; never its secret.

    Example: surefoot tenant show contoso
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = tenants_page.one(conn, tenant_for(conn, LOCAL, tenant))
    if json:
        show.json(page)
        return
    show.line(f"{page.tenant.name}  {page.tenant.id}")
    secret = "kept, encrypted" if page.secret else "none"
    show.line(
        f"Connection  {page.method.value}, {page.cloud.value}, client {page.client_id or 'none'}, secret {secret}"
    )
    show.line(f"Write-back  {'on' if page.write_back else 'off'}")
    show.line(f"Labels      {', '.join(page.labels) or 'none'}")
    since = f" since {page.first_day}" if page.first_day else ""
    show.line(f"History     {show.counted(page.days, 'day')}{since}")
    show.line(f"Last read   {show.last_read(page.synced.at, page.as_of)}; next {show.when(page.synced.due_at)}")
    if page.problem and page.mend:
        show.wrapped(f"! {page.problem} {page.mend.what}")


@app.command("syncs")
def list_syncs(
    tenant: TenantName = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many, newest first.")] = 30,
    json: Json = False,
    data: Data = None,
) -> None:
    """List how the readings of a tenant went, newest first.

    Example: surefoot tenant syncs contoso --limit 10
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = tenants_page.syncs(conn, tenant_for(conn, LOCAL, tenant), limit=limit)
    if json:
        show.json(page)
        return
    if not page.runs:
        show.line(f"{page.tenant.name} was not read from Graph yet: surefoot sync {page.tenant.id}")
        return
    rows = [
        [show.when(r.began_at), f"{r.seconds:.1f} s", _number(r.days_new), _number(r.days_changed), r.error or "ok"]
        for r in page.runs
    ]
    show.table(["Began", "Took", "New days", "Changed", "Result"], rows, numbers=frozenset({1, 2, 3}))
    show.line(f"{len(page.runs)} of {show.counted(page.total, 'reading')}.")


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


@app.command()
def rename(
    tenant: Annotated[str, typer.Argument(help="A name or id.")],
    name: Annotated[str, typer.Argument(help="What to call it from now on.")],
    data: Data = None,
) -> None:
    """Call a tenant something else.

    Example: surefoot tenant rename contoso "Contoso Ltd"
    """
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        deeds.rename(conn, found, name, by=LOCAL.name, now=now())
    show.line(f"{found.name} is now called {name}.")


@app.command("check")
def check_tenant(tenant: TenantName = None, json: Json = False, data: Data = None) -> None:
    """Sign in to a tenant, call each endpoint, and say which permission is missing.

    Example: surefoot tenant check contoso
    """
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            found = tenant_for(conn, LOCAL, tenant)
            way = tenants.connection(conn, found)
        if way.method is AuthMethod.NONE:
            message = f"{found.name} has no connection to Graph (its history was imported): surefoot tenant add --yes."
            raise InputRefused(message)
        done = asyncio.run(jobs.try_connection(home.engine, home.keys, found, now))
    show.json(done) if json else _steps(done)
    if not done.passed:
        raise typer.Exit(1)


def _steps(done: Check) -> None:
    for step in done.steps:
        mark = "ok" if step.result == OK else ("FAILED" if step.needed else "missing")
        show.line(f"{mark:8}{step.name}" + (f" ({step.permission})" if step.permission else ""))
        if step.message:
            show.wrapped(step.message, indent=8)
    show.line("Everything that Surefoot needs works." if done.passed else "Surefoot cannot read this tenant yet.")


@app.command()
def label(
    tenant: Annotated[str, typer.Argument(help="A name or id.")],
    labels: Annotated[list[str], typer.Argument(metavar="LABEL...", help="Words to group tenants by.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take them away.")] = False,
    data: Data = None,
) -> None:
    """Give a tenant labels: cohorts to compare in, and a filter of the portfolio.

    Example: surefoot tenant label contoso gold manufacturing
    """
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        kept = relabel(conn, found, labels, by=LOCAL.name, now=now(), remove=remove)
    show.line(f"{found.name}: {', '.join(kept) or 'no labels'}.")


@app.command()
def remove(
    tenant: Annotated[str, typer.Argument(help="A name or id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
) -> None:
    """Remove a tenant with all its history, decisions and secrets. This cannot be undone.

    Example: surefoot tenant remove fabrikam
    """
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            found = tenant_for(conn, LOCAL, tenant)
            days = holdings.of(conn, found).days
        if not yes:
            typer.confirm(
                f"Remove {found.name} with {show.counted(days, 'stored day')}? Nobody can undo it.", abort=True
            )
        with home.writing() as conn:
            deeds.remove(conn, found, by=LOCAL.name, now=now())
    show.line(f"{found.name} is removed.")
