"""The commands about one action's work, and about what waits for somebody: requests, conflicts, notices, policies."""

import datetime as dt
from typing import Annotated

import typer
from msgspec import UNSET

from surefoot.access.viewers import LOCAL, tenant_for, visible_to
from surefoot.cli import options, show
from surefoot.cli.home import now, opened, somebody
from surefoot.cli.options import Data, Json, TenantName
from surefoot.errors import InputRefused
from surefoot.model import NoticeKind, Plan, Priority, Side, Status
from surefoot.pages import detail as detail_page
from surefoot.pages import governance as pages
from surefoot.pages.detail import ActionDetail
from surefoot.pages.elsewhere import Elsewhere
from surefoot.store import database
from surefoot.store import notices as stored
from surefoot.store import requests as asked_for
from surefoot.sync import acceptances, road
from surefoot.sync.derived import summarise
from surefoot.sync.desk import desk_of
from surefoot.sync.plans import PlanChange, replan
from surefoot.sync.policies import govern
from surefoot.sync.undoing import take_back
from surefoot.sync.weighing import Who

app = typer.Typer()
Tenant = Annotated[str, typer.Argument(help="A name or id.")]
Control = Annotated[str, typer.Argument(help="The action's id, as `surefoot actions` shows it.")]


@app.command()
def action(tenant: Tenant, control: Control, json: Json = False, data: Data = None) -> None:
    """Show one action: status, plan, what may follow, what is on its way, and how it came about.

    Example: surefoot action contoso MFARegistrationV2
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        found = tenant_for(conn, LOCAL, tenant)
        page = detail_page.build(conn, found, control, ratings=home.ratings, now=now(), visible=LOCAL.tenants)
    show.json(page) if json else _action(page)


def _planned(plan: Plan) -> str:
    due = f"due {plan.due}" if plan.due else "no due date"
    more = [plan.priority.value if plan.priority else None, *plan.labels, plan.ticket]
    return ", ".join([plan.owner or "no owner", due, *filter(None, more)])


def _action(page: ActionDetail) -> None:
    held, plan = page.action, page.action.plan
    show.wrapped(f"{held.name}  ({held.id})")
    gain = "not known" if held.points is None else show.points(held.points)
    what = "given up" if held.status is Status.RISK_ACCEPTED else "to gain"
    show.wrapped(f"{page.tenant.name}, {page.as_of}: {show.STATUSES[held.status]}, {gain} points {what}")
    if plan:
        show.wrapped(_planned(plan), indent=2)
    if page.conflict:
        c = page.conflict
        show.wrapped(
            f"! Conflict: {show.STATUSES[c.ours].lower()} by {c.ours_by} here, {c.theirs} by "
            f"{c.theirs_by or 'somebody'} at Microsoft. Say which holds with `surefoot resolve`."
        )
    if page.request:
        asked = page.request.asked
        show.wrapped(f"Request {page.request.key} of {asked.decided_by} waits for approval: {asked.comment}")
    if page.sending:
        sent = page.sending.outgoing
        by = f", expected by {show.when(page.sending.expected_by)}" if page.sending.expected_by else ""
        show.wrapped(f"To Microsoft: {sent.state}, {sent.stage.value}{by}. {sent.message or ''}".strip())
    if page.possible:
        show.line()
        rows = [
            [show.STATUSES[p.status], ", ".join(p.needs) or "nothing", "asks" if p.asks else ""] for p in page.possible
        ]
        show.table(["May become", "With", ""], rows)
    show.line()
    for step in page.timeline:
        show.wrapped(f"{show.when(step.at)}  {step.what}" + (f" ({step.by})" if step.by else ""))
        if step.why:
            show.wrapped(step.why, indent=4)
    if page.elsewhere.total:
        show.line()
        _elsewhere(page.elsewhere)
    show.wrapped(f"In {page.manage_in}: {page.manage_url}")


def _elsewhere(held: Elsewhere) -> None:
    rows = [
        [
            r.tenant.name, show.STATUSES[r.status], f"{show.points(r.earned_points)}/{show.points(r.max_points)}",
            r.owner or "", str(r.decided_at.date()) if r.decided_at else "",
        ]
        for r in held.tenants
    ]  # fmt: skip
    show.table(["In other tenants", "Status", "Points", "Owner", "Decided"], rows, numbers=frozenset({2}))
    show.wrapped(f"Open in {held.open} of {show.counted(held.total, 'other tenant')} that have it.")


@app.command()
def undo(tenant: Tenant, control: Control, data: Data = None) -> None:
    """Take the last decision about an action back: the one before it holds again.

    Example: surefoot undo contoso MFARegistrationV2
    """
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        who = Who(name=somebody().name, role=LOCAL.role, now=now())
        made = take_back(conn, found, control, who, ratings=home.ratings)
        page = detail_page.build(conn, found, made.control, ratings=home.ratings, now=now(), visible=LOCAL.tenants)
    show.wrapped(f"{found.name}: {made.control} is {show.STATUSES[page.action.status].lower()} again.")


@app.command()
def plan(
    tenant: Tenant,
    control: Control,
    owner: str | None = None,
    due: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    priority: Priority | None = None,
    label: Annotated[list[str] | None, typer.Option(help="In place of all labels; may be repeated.")] = None,
    ticket: Annotated[
        str | None, typer.Option(help="A number, or an address that begins with https:// or http://.")
    ] = None,
    clear: Annotated[
        list[str] | None, typer.Option(help="owner, due, priority, labels or ticket; may be repeated.")
    ] = None,
    data: Data = None,
) -> None:
    """Say who does an action by when; what is left out stays.

    Example: surefoot plan contoso MFARegistrationV2 --owner anna --due 2026-12-31
    """
    names = ("owner", "due", "priority", "labels", "ticket")
    if unknown := [name for name in clear or () if name not in names]:
        message = f"{unknown[0]!r} cannot be cleared; these can: {', '.join(names)}."
        raise InputRefused(message)
    gone = {name: () if name == "labels" else None for name in clear or ()}
    given = {
        "owner": owner, "due": due.date() if due else None, "priority": priority, "ticket": ticket,
        "labels": tuple(label) if label else None,
    }  # fmt: skip
    values = {name: gone.get(name, UNSET if given[name] is None else given[name]) for name in names}
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        held = desk_of(conn, found, home.ratings).standing(control).score.control
        made = replan(conn, found, held, PlanChange(**values), by=somebody().name, now=now())  # type: ignore[arg-type]
    show.wrapped(f"{found.name}: {held}: {_planned(made) if made else 'no plan'}.")


@app.command()
def conflicts(
    tenant: TenantName = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are resolved.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """List what Surefoot and Microsoft both changed.

    Example: surefoot conflicts contoso
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        visible = [tenant_for(conn, LOCAL, tenant)] if tenant else visible_to(conn, LOCAL)
        page = pages.disputed(conn, visible, ratings=home.ratings, everything=everything)
    if json:
        show.json(page)
        return
    rows = [
        [
            c.tenant.name, c.control, f"{show.STATUSES[c.ours]} ({c.ours_by})", f"{c.theirs} ({c.theirs_by or '?'})",
            c.holds or "open",
        ]
        for c in page.conflicts
    ]  # fmt: skip
    if rows:
        show.table(["Tenant", "Control", "Here", "At Microsoft", "Holds"], rows)
    show.wrapped(f"{show.counted(page.open, 'open conflict')}.")


@app.command()
def resolve(
    tenant: Tenant,
    control: Control,
    holds: Annotated[Side, typer.Argument(help="Whose status holds.")],
    data: Data = None,
) -> None:
    """Say whose status holds where Surefoot and Microsoft both changed it.

    Example: surefoot resolve contoso MFARegistrationV2 microsoft
    """
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        made = road.resolve(conn, found, control, holds, by=somebody().name, now=now())
        summarise(conn, found, home.ratings)
    held = made.theirs if holds is Side.MICROSOFT else show.STATUSES[made.ours].lower()
    show.wrapped(
        f"{found.name}: {made.control} is {held}, as set {'at Microsoft' if holds is Side.MICROSOFT else 'here'}."
    )


@app.command()
def requests(tenant: TenantName = None, json: Json = False, data: Data = None) -> None:
    """List the acceptances that wait for a second person.

    Example: surefoot requests
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        visible = [tenant_for(conn, LOCAL, tenant)] if tenant else visible_to(conn, LOCAL)
        page = pages.asked(conn, visible, ratings=home.ratings)
    if json:
        show.json(page)
        return
    rows = [
        [
            str(r.request.key), r.tenant.name, r.request.asked.control, r.request.asked.decided_by,
            str(r.request.asked.review_on or "no end"), r.request.asked.comment or "",
        ]
        for r in page.requests
    ]  # fmt: skip
    if rows:
        show.table(["No", "Tenant", "Control", "Asked by", "Until", "Why"], rows)
    else:
        show.line("No request waits.")


Number = Annotated[int, typer.Argument(help="The request's number, as `surefoot requests` shows it.")]


@app.command()
def approve(
    number: Number, note: Annotated[str | None, typer.Option(help="What you add.")] = None, data: Data = None
) -> None:
    """Approve an acceptance that somebody else asks for.

    Example: surefoot approve 7
    """
    with opened(data) as home, home.writing() as conn:
        found = next((t for t, r in asked_for.pending(conn, visible_to(conn, LOCAL)) if r.key == number), None)
        if found is None:
            message = f"No request {number} waits: `surefoot requests` lists those that do."
            raise InputRefused(message)
        made = acceptances.approve(
            conn, found, number, by=somebody().name, role=LOCAL.role, ratings=home.ratings, now=now(), answer=note
        )
    show.wrapped(f"{found.name}: the risk of {made.control} is accepted until {made.review_on or 'further notice'}.")


@app.command()
def decline(
    number: Number,
    why: Annotated[str | None, typer.Option(help="Needed, unless you take your own request back.")] = None,
    data: Data = None,
) -> None:
    """Decline an acceptance that somebody asks for, or take your own request back.

    Example: surefoot decline 7 --why "not bearable for payroll"
    """
    with opened(data) as home, home.writing() as conn:
        found = next((t for t, r in asked_for.pending(conn, visible_to(conn, LOCAL)) if r.key == number), None)
        if found is None:
            message = f"No request {number} waits: `surefoot requests` lists those that do."
            raise InputRefused(message)
        made = acceptances.decline(conn, found, number, by=somebody().name, role=LOCAL.role, now=now(), answer=why)
    show.wrapped(f"{found.name}: the request about {made.asked.control} is {made.state.value}.")


@app.command()
def notices(
    tenant: TenantName = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were read.")] = False,
    kind: Annotated[str | None, typer.Option(help="acceptanceEnds, acceptanceAsked, conflict, ...")] = None,
    read: Annotated[bool, typer.Option("--read", help="Mark what is listed as read.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """List what somebody should know: acceptances that end, requests, conflicts, refused writes.

    Example: surefoot notices --read
    """
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            visible = [tenant_for(conn, LOCAL, tenant)] if tenant else visible_to(conn, LOCAL)
            wanted = options.choice(kind, "kind", NoticeKind)
            page = pages.told(conn, visible, ratings=home.ratings, everything=everything, kind=wanted)
        if read and page.notices:
            with home.writing() as conn:
                stored.read(conn, visible, [r.notice.key for r in page.notices], by=somebody().name, now=now())
    if json:
        show.json(page)
        return
    for row in page.notices:
        to = f" (for {row.notice.recipient})" if row.notice.recipient else ""
        show.wrapped(f"{show.when(row.notice.made_at)}  {row.tenant.name}: {row.text}{to}")
    if not page.notices:
        show.line("Nothing new.")
    else:
        show.line(f"{page.unread} marked as read." if read else f"{page.unread} unread.")


@app.command()
def policy(
    name: Annotated[str | None, typer.Argument(help="Which to set; all are listed when left out.")] = None,
    value: Annotated[str | None, typer.Argument(help="To what.")] = None,
    tenant: Annotated[str | None, typer.Option(help="For this tenant alone.")] = None,
    unset: Annotated[bool, typer.Option("--unset", help="Take the value away again.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Show or set how decisions are governed: for the installation, or for one tenant.

    Example: surefoot policy two_persons true --tenant contoso
    """
    if name is not None and (value is None) is not unset:
        message = "Say to what: surefoot policy NAME VALUE, or --unset."
        raise InputRefused(message)
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant) if tenant else None
        if name is not None:
            govern(conn, found, {name.replace("-", "_"): value}, by=somebody().name, now=now())
        page = pages.governed(conn, found)
    if json:
        show.json(page)
        return
    rows = [[s.name, s.value, s.set_for, s.meaning] for s in page.settings]
    show.table(["Policy", "Is", "Set for", "Meaning"], rows)
