"""The commands about tenants, tokens and imports, and the doctor."""

import asyncio
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL, tenant_for
from surefoot.cli import show
from surefoot.cli.home import Home, now, opened
from surefoot.cli.options import Data, Json, TenantName
from surefoot.errors import GraphError, InputRefused, SurefootError
from surefoot.model import AuthMethod, Cloud, Connection, Tenant
from surefoot.pages import tenants as tenants_page
from surefoot.store import database, secrets, tenants

tenant_app = typer.Typer(help="Add, list, check and remove tenants.", no_args_is_help=True)
token_app = typer.Typer(help="Make, list and revoke API tokens.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(tenant_app, name="tenant")
    app.add_typer(token_app, name="token")
    app.command()(sync)
    app.command("import")(import_files)
    app.command()(doctor)


@tenant_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    tenant_id: Annotated[str, typer.Option(help="The tenant id, a GUID.")],
    client_id: Annotated[str | None, typer.Option(help="The app registration's client id.")] = None,
    method: Annotated[AuthMethod, typer.Option(help="How Surefoot signs in.")] = AuthMethod.SECRET,
    cloud: Annotated[Cloud, typer.Option(help="Microsoft's cloud.")] = Cloud.GLOBAL,
    secret_file: Annotated[
        Path | None, typer.Option(help="A file that holds the secret or the certificate (PEM).")
    ] = None,
    secret_env: Annotated[str | None, typer.Option(help="An environment variable that holds it.")] = None,
    graph_url: Annotated[str | None, typer.Option(help="The emulator's base address.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Change the tenant if it is there already.")] = False,
    data: Data = None,
) -> None:
    """Add a tenant. The secret comes from standard input, a file or the environment, never from an argument.

    Example: surefoot tenant add Contoso --tenant-id GUID --client-id GUID --secret-env GRAPH_SECRET
    """
    from surefoot.graph import clouds

    way = Connection(method=method, cloud=cloud, client_id=client_id, graph_url=graph_url, login_url=graph_url)
    clouds.hosts(way)
    needs = {AuthMethod.SECRET: "client_secret", AuthMethod.CERTIFICATE: "certificate"}.get(method)
    secret = _secret(secret_file, secret_env) if needs else None
    with opened(data) as home, database.writing(home.engine) as conn:
        kept = tenants.by_id(conn, tenant_id)
        if kept is not None and not yes:
            message = f"{kept.name} is there already; --yes changes how it is reached."
            raise InputRefused(message)
        if kept is None:
            kept = tenants.add(conn, id=tenant_id, name=name, connection=way, now=now(), due_at=now())
        else:
            tenants.rename(conn, kept, name)
            tenants.reconnect(conn, kept, way, now())
        secrets.forget(conn, kept)
        if needs and secret:
            secrets.put(conn, home.keys, kept, needs, secret)
    show.line(f"{name} is added. Try it: surefoot tenant check {kept.id}")


def _secret(file: Path | None, variable: str | None) -> str:
    """Take a secret from where it may come from."""
    if file is not None:
        try:
            found = file.read_text()
        except OSError as error:
            message = f"The file {file} cannot be read: {error.strerror}."
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


@tenant_app.command("list")
def list_tenants(json: Json = False, data: Data = None) -> None:
    """List the tenants with their scores."""
    with opened(data) as home, database.reading(home.engine) as conn:
        page = tenants_page.build(conn, tenants.all_of(conn, LOCAL.tenants))
    if json:
        show.json(page)
        return
    rows = [
        [r.tenant.name, show.percent(r.percent), show.signed(r.trend), str(r.as_of or ""), r.synced.error or "ok"]
        for r in page.tenants
    ]
    show.table(["Tenant", "Score", "30 days", "Day", "Sync"], rows, numbers=frozenset({1, 2}))
    show.line(f"{page.total} tenants, {page.failing} failing.")


@tenant_app.command("check")
def check(tenant: TenantName = None, data: Data = None) -> None:
    """Sign in to a tenant, call each endpoint, and say which permission is missing."""
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            found = tenant_for(conn, LOCAL, tenant)
            way, held = tenants.connection(conn, found), secrets.get_all(conn, home.keys, found)
        rows = asyncio.run(_check(found, way, held))
    show.table(["Step", "Result", "What to do"], rows)
    if any(row[1] != "ok" for row in rows[:3]):
        raise typer.Exit(1)


async def _check(tenant: Tenant, way: Connection, held: dict[str, str]) -> list[list[str]]:
    from surefoot.graph import tokens
    from surefoot.graph.client import GraphClient

    provider = tokens.provider(tenant.id, way, held)
    rows: list[list[str]] = []
    try:
        async with GraphClient() as client:
            graph = client.tenant(tenant.id, way, provider)
            steps = (
                ("Sign-in", provider.token),
                ("Secure scores (SecurityEvents.Read.All)", lambda: graph.snapshots(since=now().date())),
                ("Control profiles (SecurityEvents.Read.All)", graph.profiles),
            )
            for name, step in steps:
                try:
                    await step()
                except GraphError as error:
                    rows.append([name, error.slug, error.sentence])
                else:
                    rows.append([name, "ok", ""])
            named = await graph.organization()
            advice = "" if named else "Optional: grant Organization.Read.All to see the organisation's name."
            rows.append(["Organisation (Organization.Read.All)", named or "not permitted", advice])
    finally:
        await provider.close()
    return rows


@tenant_app.command("remove")
def remove(
    tenant: Annotated[str, typer.Argument(help="A name or id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
) -> None:
    """Remove a tenant with all its history, decisions and secrets. This cannot be undone."""
    with opened(data) as home, database.writing(home.engine) as conn:
        found = tenant_for(conn, LOCAL, tenant)
        if not yes:
            typer.confirm(f"Remove {found.name} and all its history?", abort=True)
        tenants.remove(conn, found)
    show.line(f"{found.name} is removed.")


def sync(tenant: TenantName = None, data: Data = None) -> None:
    """Read tenants from Graph now: one, or all that are connected."""
    from surefoot import jobs

    with opened(data) as home:
        with database.reading(home.engine) as conn:
            wanted = [tenant_for(conn, LOCAL, tenant)] if tenant else _connected(home)
        outcomes = asyncio.run(jobs.read(home.engine, home.keys, wanted, now, told=_tell))
    if not outcomes:
        show.line("No tenant is connected to Graph: surefoot tenant add.")
    if any(o.error for o in outcomes):
        raise typer.Exit(1)


def _tell(outcome: object) -> None:
    from surefoot.jobs import Outcome

    if isinstance(outcome, Outcome):
        pulled = outcome.pulled
        said = outcome.message if pulled is None else f"{pulled.days_new} new days, {pulled.days_changed} changed"
        set_aside = f", {len(pulled.refused)} records set aside" if pulled and pulled.refused else ""
        show.line(f"{outcome.tenant.name}: {said}{set_aside}")


def _connected(home: Home) -> list[Tenant]:
    with database.reading(home.engine) as conn:
        every = tenants.all_of(conn, LOCAL.tenants)
        return [t for t in every if tenants.connection(conn, t).method is not AuthMethod.NONE]


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Saved answers of Graph, as JSON.")],
    tenant: Annotated[str | None, typer.Option(help="What to call the tenant.")] = None,
    data: Data = None,
) -> None:
    """Import saved Graph answers (secureScores or control profiles) as history: no app registration is needed.

    Example: surefoot import scores.json profiles.json --tenant contoso
    """
    from surefoot.sync import imports

    failed = False
    with opened(data) as home:
        for file in files:
            try:
                read = imports.read(file)
                with database.writing(home.engine) as conn:
                    summary = imports.store(conn, read, name=tenant, now=now())
            except SurefootError as error:
                failed = True
                show.note(f"{file}: {error.sentence}")
                continue
            for text in imports.told(summary):
                show.line(f"{file.name}: {text}")
    if failed:
        raise typer.Exit(1)


def doctor(data: Data = None) -> None:
    """Say what is set up, what is due, what fails, and what to do."""
    from importlib.metadata import version

    with opened(data) as home:
        with database.reading(home.engine) as conn:
            page = tenants_page.build(conn, tenants.all_of(conn, LOCAL.tenants))
        state, size = database.integrity(home.engine), database.size(home.engine)
        revision, newest = database.revisions(home.engine)
    show.line(f"Surefoot {version('surefoot')}, Python {sys.version.split()[0]}")
    show.line(f"Data: {home.settings.data.resolve()}  database {size / 2**20:.1f} MiB, integrity {state}")
    show.line(f"Schema: {revision}" + ("" if revision == newest else f", the program knows {newest}"))
    show.line(f"Key: {home.keys.id} from " + ("SUREFOOT_KEY" if home.settings.key else "secret.key"))
    show.line(f"Tenants: {page.total}, {page.failing} failing")
    for row in page.tenants:
        if row.synced.error:
            show.line(f"! {row.tenant.name}: {row.synced.message} Failing since {show.when(row.synced.failing_since)}.")
    overdue = [r for r in page.tenants if r.synced.due_at and r.synced.due_at < now()]
    show.line(f"Due now: {len(overdue)}" + ("; `surefoot serve` or `surefoot sync` reads them." if overdue else ""))
    if not page.total:
        show.line("Next: surefoot tenant add, or surefoot import saved scores, or surefoot demo.")


@token_app.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    tenant: Annotated[list[str] | None, typer.Option(help="May see only this tenant; may be repeated.")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="May not decide.")] = False,
    data: Data = None,
) -> None:
    """Make an API token. It is shown this once.

    Example: surefoot token create grafana --read-only --tenant contoso
    """
    from surefoot.access.tokens import create_token as create

    with opened(data) as home, database.writing(home.engine) as conn:
        visible = frozenset(tenant_for(conn, LOCAL, t).id for t in tenant) if tenant else None
        made = create(conn, name=name, tenants=visible, can_write=not read_only, now=now())
    show.line(made)


@token_app.command("list")
def list_tokens(data: Data = None) -> None:
    """List the tokens, without the tokens themselves."""
    from surefoot.store import access

    with opened(data) as home, database.reading(home.engine) as conn:
        kept = access.list_tokens(conn)
    rows = [
        [
            t.name,
            "all" if t.tenants is None else str(len(t.tenants)),
            "write" if t.can_write else "read",
            str(t.created_at.date()),
        ]
        for t in kept
    ]
    show.table(["Token", "Tenants", "May", "Made"], rows)


@token_app.command("revoke")
def revoke_token(name: str, data: Data = None) -> None:
    """Revoke a token: it is refused from the next request on."""
    from surefoot.store import access

    with opened(data) as home, database.writing(home.engine) as conn:
        access.revoke_token(conn, name)
    show.line(f"{name} is revoked.")
