"""The commands about what fell and what happened."""

from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL, tenant_for, visible_to
from surefoot.cli import options, show
from surefoot.cli.home import now, opened
from surefoot.cli.options import AnyTenant, Data, From, Json, Sort, TenantName, To
from surefoot.errors import InputRefused
from surefoot.model import Event, EventSource, Grounds
from surefoot.pages import events as events_page
from surefoot.pages import regressions as regressions_page
from surefoot.pages import risks as risks_page
from surefoot.pages.events import Events
from surefoot.pages.outlets import camel, snake
from surefoot.pages.regressions import Regressions
from surefoot.pages.risks import Ends, Risk, Risks
from surefoot.store import database
from surefoot.sync import dismissals

app = typer.Typer()


@app.command()
def regressions(
    tenant: TenantName = None,
    dismissed: Annotated[bool, typer.Option("--dismissed", help="Also those that were dismissed.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """List the controls with fewer points than their best of the last 90 days.

    Example: surefoot regressions contoso
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        found = tenant_for(conn, LOCAL, tenant)
        page = regressions_page.build(conn, found, ratings=home.ratings, with_dismissed=dismissed)
    show.json(page) if json else _regressions(page)


def _regressions(page: Regressions) -> None:
    hidden = f" {page.dismissed} dismissed." if page.dismissed else ""
    if not page.regressions:
        show.wrapped(f"{page.tenant.name}: no control has regressed in the last 90 days.{hidden}")
        return
    show.wrapped(f"{page.tenant.name}  {page.as_of}  {show.counted(page.total, 'regression')}.{hidden}")
    for row in page.regressions:
        show.line()
        show.wrapped(row.name)
        moved = f"{show.points(row.best_points)} -> {show.points(row.points)} points"
        show.wrapped(f"{row.control}: {moved} on {row.fell_on}, {show.change(row.percent)} percent", indent=2)
        for cause in row.causes:
            event = cause.event
            who = f" by {event.actor}" if event.actor else ""
            show.wrapped(f"perhaps: {show.when(event.at)} {event.title}{who}", indent=2)
        if row.dismissed:
            show.wrapped(f"dismissed by {row.dismissed.dismissed_by}: {row.dismissed.reason}", indent=2)


@app.command()
def dismiss(
    tenant: Annotated[str, typer.Argument(help="A name or id.")],
    control: Annotated[str, typer.Argument(help="The control's id, as `surefoot regressions` shows it.")],
    reason: Annotated[str | None, typer.Option(help="Why it needs no work.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the dismissal back.")] = False,
    data: Data = None,
) -> None:
    """Dismiss a regression with a reason, until the control falls further or anew; --undo takes it back.

    Example: surefoot dismiss contoso mdo_atpprotection --reason "moved to another product"
    """
    with opened(data) as home, home.writing() as conn:
        found, by = tenant_for(conn, LOCAL, tenant), LOCAL.name
        if undo:
            dismissals.restore(conn, found, control, by=by, now=now(), ratings=home.ratings)
        else:
            dismissals.dismiss(conn, found, control, reason or "", by=by, now=now(), ratings=home.ratings)
    done = "is a regression again" if undo else "is dismissed until it falls further"
    show.line(f"{found.name}: {control} {done}.")


@app.command()
def risks(
    tenant: AnyTenant = None,
    ends: Annotated[str | None, typer.Option(help="expired, within30, within90 or never.")] = None,
    grounds: Annotated[str | None, typer.Option(help="risk or notApplicable.")] = None,
    label: Annotated[str | None, typer.Option(help="Only tenants with this label.")] = None,
    text: Annotated[str | None, typer.Option(help="In title, id, tenant, who or why.")] = None,
    sort: Sort = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """List the accepted risks: points given up, since, until, by whom and why.

    Example: surefoot risks --ends within30
    """
    by, falling = options.order(sort, risks_page.By.UNTIL)
    wanted = risks_page.Wanted(
        ends=options.choice(ends, "end", Ends),
        grounds=options.choice(grounds, "ground", Grounds),
        label=label,
        text=text,
        by=by,
        falling=falling,
    )
    with opened(data) as home, database.reading(home.engine) as conn:
        meant = [tenant_for(conn, LOCAL, tenant)] if tenant else visible_to(conn, LOCAL)
        page = risks_page.build(
            conn, meant, ratings=home.ratings, today=now().date(), wanted=wanted, one=len(meant) == 1
        )
    show.json(page) if json else _risks(page)


def _risks(page: Risks) -> None:
    rows = [_risk(r, several=page.tenant is None) for r in page.risks]
    heads = ["Accepted risk", *(["Tenant"] if page.tenant is None else []), "Points", "Since", "Until", "By", "In"]
    if rows:
        show.table(heads, rows, numbers=frozenset({heads.index("Points")}))
    for risk in page.risks:
        if risk.why:
            renewed = f" (accepted anew {show.counted(risk.renewed, 'time')})" if risk.renewed else ""
            ground = "not applicable: " if risk.grounds is Grounds.NOT_APPLICABLE else ""
            show.wrapped(f"{risk.control}: {ground}{risk.why}{renewed}")
    whose = page.tenant.name if page.tenant else show.counted(page.tenants, "tenant")
    total = show.counted(page.total, "accepted risk")
    show.wrapped(f"{whose}: {total}, {show.points(page.points)} points given up.")
    if page.soon or page.expired:
        show.wrapped(f"{page.soon} of {page.everything} end within 30 days, {page.expired} have ended.")


def _risk(risk: Risk, *, several: bool) -> list[str]:
    return [
        risk.name,
        *([risk.tenant.name] if several else []),
        show.points(risk.points),
        str(risk.since.date()) if risk.since else "?",
        str(risk.until or "no end"),
        (risk.by or "not known")
        + (f", approved by {risk.approved_by}" if risk.approved_by not in {None, risk.by} else ""),
        risk.accepted_in,
    ]


@app.command()
def events(
    tenant: TenantName = None,
    since: From = None,
    until: To = None,
    source: Annotated[str | None, typer.Option(help="incident, directoryAudit, intuneAudit, note, ...")] = None,
    text: Annotated[str | None, typer.Option(help="In title, actor, targets or control.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """List what happened: incidents, audits, notes, decisions.

    Example: surefoot events contoso --from 2026-11-01 --source note
    """
    first, last = options.days(since, until, now().date())
    wanted = events_page.Filter(source=None if source is None else _source(source), text=text)
    with opened(data) as home, database.reading(home.engine) as conn:
        found = tenant_for(conn, LOCAL, tenant)
        page = events_page.build(conn, found, since=first, until=last, wanted=wanted)
    show.json(page) if json else _events(page)


def _source(text: str) -> EventSource:
    try:
        return EventSource(snake(text.replace("-", "_")))
    except ValueError:
        message = f"{text!r} is no source; these are: {', '.join(camel(s.value) for s in EventSource)}."
        raise InputRefused(message) from None


def _events(page: Events) -> None:
    rows = [_event(e) for e in page.events]
    if rows:
        show.table(["What", "When", "Source", "Who"], rows)
    show.line(
        f"{page.total} from {page.since} to {page.until}" + (f", {len(rows)} shown." if len(rows) < page.total else ".")
    )
    for source in page.sources:
        if not source.on:
            show.wrapped(f"! {source.source.value.replace('_', ' ')}: {source.message}")


def _event(event: Event) -> list[str]:
    what = f"{event.title} ({', '.join(event.targets)})" if event.targets else event.title
    return [what, show.when(event.at), event.source.value.replace("_", " "), event.actor or ""]
