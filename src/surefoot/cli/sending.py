"""The commands about decisions on their way to Microsoft."""

import asyncio
from typing import Annotated

import typer

from surefoot import jobs
from surefoot.access.viewers import LOCAL, tenant_for, visible_to
from surefoot.cli import options, show
from surefoot.cli.home import now, opened
from surefoot.cli.options import AnyTenant, Data, Json, Sort
from surefoot.model import Outgoing, Stage
from surefoot.pages import outbox as outbox_page
from surefoot.pages.outbox import Outbox
from surefoot.store import database, outgoing, tenants
from surefoot.sync.outbox import enqueue_all, switch

app = typer.Typer()

_WORDS = {
    Stage.WAITING: "waiting to be sent",
    Stage.SENT: "waiting for Microsoft",
    Stage.CONFIRMED: "confirmed",
    Stage.REFUSED: "refused",
    Stage.HELD: "held: changed on both sides",
    Stage.KEPT: "kept in Surefoot only",
    Stage.SUPERSEDED: "superseded",
    Stage.OVERTAKEN: "changed at Microsoft since",
}


@app.command()
def outbox(
    tenant: AnyTenant = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is confirmed or superseded.")] = False,
    stage: Annotated[str | None, typer.Option(help="waiting, sent, confirmed, refused, kept, ...")] = None,
    sort: Sort = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """List the decisions on their way to Microsoft.

    Example: surefoot outbox contoso
    """
    by, falling = options.order(sort, outbox_page.By.DECIDED, falling=True)
    wanted = outbox_page.Wanted(
        everything=everything, stage=options.choice(stage, "stage", Stage), by=by, falling=falling
    )
    with opened(data) as home, database.reading(home.engine) as conn:
        meant = [tenant_for(conn, LOCAL, tenant)] if tenant else visible_to(conn, LOCAL)
        page = outbox_page.build(conn, meant, ratings=home.ratings, now=now(), wanted=wanted, one=len(meant) == 1)
    show.json(page) if json else _outbox(page)


def _outbox(page: Outbox) -> None:
    if page.tenant is None:
        show.wrapped(f"Decisions are sent for {len(page.writing_back)} of {show.counted(page.tenants, 'tenant')}.")
    elif not page.write_back:
        show.wrapped(f"Decisions about {page.tenant.name} are not sent: `surefoot write-back` switches that on.")
    several = page.tenant is None
    rows = [
        [
            s.outgoing.control,
            *([s.tenant.name] if several else []),
            s.outgoing.state,
            _WORDS[s.outgoing.stage],
            show.when(s.outgoing.made_at),
            s.outgoing.made_by,
        ]
        for s in page.sending
    ]
    if rows:
        show.table(["Control", *(["Tenant"] if several else []), "State", "It is", "Decided", "By"], rows)
    for sending in page.sending:
        for said in (sending.outgoing.message, sending.hint):
            if said:
                show.wrapped(f"{sending.outgoing.control}: {said}")
    show.wrapped(f"{page.total} listed, {page.refused} refused, {page.overdue} overdue.")


@app.command("write-back")
def write_back(
    tenant: Annotated[str, typer.Argument(help="A name or id.")],
    off: Annotated[bool, typer.Option("--off", help="Send nothing from now on.")] = False,
    existing: Annotated[bool, typer.Option("--existing", help="Also what was decided before.")] = False,
    data: Data = None,
) -> None:
    """Send decisions about a tenant to Microsoft from now on; needs SecurityEvents.ReadWrite.All.

    Example: surefoot write-back contoso
    """
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        fresh = not tenants.writes_back(conn, found)
        switch(conn, found, on=not off, by=LOCAL.name, now=now())
        also = enqueue_all(conn, found, now=now()) if existing and not off else 0
    does = "are no longer sent" if off else "are sent to Microsoft from now on"
    show.wrapped(f"Decisions about {found.name} {does}.")
    if existing and not off:
        show.wrapped(f"{show.counted(also, 'decision')} of before will be sent, too.")
    elif not off and fresh:
        show.wrapped("What was decided before stays here; with --existing it is sent, too.")


@app.command()
def send(
    tenant: Annotated[str | None, typer.Argument(metavar="TENANT", help="A name or id; all when left out.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent, and send nothing.")] = False,
    data: Data = None,
) -> None:
    """Send the decisions that are due now; `surefoot serve` does it by itself.

    Example: surefoot send contoso --dry-run
    """
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            wanted = [tenant_for(conn, LOCAL, tenant)] if tenant else visible_to(conn, LOCAL)
            silent = [t.name for t in wanted if not tenants.writes_back(conn, t)]
            waiting = [(t, one) for t in wanted for one in outgoing.due(conn, t, now())]
        if silent:
            show.wrapped(f"Not sent to Microsoft, unless `surefoot write-back` switches it on: {', '.join(silent)}.")
        if dry_run:
            for found, one in waiting:
                show.wrapped(
                    f"{found.name}: {one.control} -> {one.state}" + (f" ({one.comment})" if one.comment else "")
                )
            show.line(f"{show.counted(len(waiting), 'decision')} would be sent.")
            return
        done = asyncio.run(jobs.send_due(home.engine, home.keys, now, wanted))
    results = [one for made in done.values() for one in made]
    for one in results:
        show.wrapped(_told(one))
    left = sum(one.stage is not Stage.SENT for one in results) + len(waiting) - len(results)
    show.line(f"{len(results) - sum(one.stage is not Stage.SENT for one in results)} sent, {left} not.")
    if left:
        raise typer.Exit(1)


def _told(one: Outgoing) -> str:
    return f"{one.control} -> {one.state}: {_WORDS[one.stage]}. {one.message or ''}".strip()
