"""Decisions on their way to Microsoft, of one tenant or of all; the switch that sends them; what both sides changed."""

import datetime as dt
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.model import Role, Side, Stage, Tenant
from surefoot.pages import governance
from surefoot.pages import outbox as outbox_page
from surefoot.pages.governance import ConflictRow, Conflicts
from surefoot.pages.outbox import By, Outbox, SendingRow, Wanted
from surefoot.pages.outlets import camel
from surefoot.store.database import reading, writing
from surefoot.sync import road
from surefoot.sync.derived import summarise
from surefoot.sync.outbox import enqueue_all, switch
from surefoot.web import queries
from surefoot.web.api.paths import CONFLICTS, SCORE
from surefoot.web.forms import body_of, from_form
from surefoot.web.html import formats, lists, resolved
from surefoot.web.html.contexts import Frame, Link, Page
from surefoot.web.html.lists import Address, Column, Head
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()
Body = Annotated[bytes, Depends(body_of)]

STAGES = {
    Stage.WAITING: ("Waiting to be sent", ""),
    Stage.SENT: ("Waiting for Microsoft", ""),
    Stage.CONFIRMED: ("Confirmed by Microsoft", "good"),
    Stage.REFUSED: ("Refused by Microsoft", "bad"),
    Stage.HELD: ("Held: changed on both sides", "warn"),
    Stage.KEPT: ("Kept in Surefoot only", ""),
    Stage.SUPERSEDED: ("Superseded by a later decision", ""),
    Stage.OVERTAKEN: ("Changed at Microsoft since", "warn"),
}
"""Each stage in words, and the colour of its mark."""
COLUMNS = (
    Column(label="Decision about", by=By.NAME),
    Column(label="Tenant", by=By.TENANT),
    Column(label="Decided status"),
    Column(label="It is", by=By.STAGE, rising="first stages first", falling="last stages first"),
    Column(label="Expected by", by=By.EXPECTED, rising="soonest first", falling="latest first"),
    Column(label="Decided", by=By.DECIDED, falls=True, rising="longest ago first", falling="newest first"),
    Column(label="By", by=By.WHO),
)
PARAMETERS = ("all", "stage", "tenant", "sort")
USUAL = f"-{camel(By.DECIDED)}"


class SendingLine(msgspec.Struct, frozen=True, kw_only=True):
    """A decision on its way."""

    row: SendingRow
    href: str
    status: str
    """The status in words; Graph's word where nobody knows what it means."""
    stage: str
    mark: str
    note: str | None
    """What happened and what to do."""


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """One side's version in a conflict."""

    name: str
    """`Surefoot` or `Microsoft`."""
    status: str
    graph: str | None
    """Graph's word."""
    by: str
    at: dt.datetime
    comment: str | None
    holds: bool
    value: str
    """What the form sends to let it hold."""
    button: str


class ConflictLine(msgspec.Struct, frozen=True, kw_only=True):
    """What both sides changed, side by side."""

    row: ConflictRow
    href: str
    sides: tuple[Party, ...]
    resolve_href: str | None
    """None: it is resolved, or who looks may not resolve it."""
    settled: str | None
    """How it was resolved; None: it is open."""


class OutboxPage(Page, frozen=True, kw_only=True):
    """`outbox.html`."""

    outbox: Outbox
    conflicts: Conflicts
    several: bool
    views: tuple[Link, ...]
    heads: tuple[Head, ...]
    lines: tuple[SendingLine, ...]
    disputes: tuple[ConflictLine, ...]
    everything: bool
    switch_href: str | None
    """None: who looks may not switch the sending, or it is a page of several tenants."""
    csv_href: str
    conflicts_csv_href: str
    all_href: str
    open_href: str
    stage: str
    """Of which stage alone; empty: of all."""


@routes.get("/outbox")
@needs(Permission.READ)
def show_every_outbox(request: Request) -> Response:
    """Show what is on its way to Microsoft from all visible tenants."""
    return _show(request, None)


@routes.get("/tenants/{tenant_id}/outbox")
@needs(Permission.READ)
def show_outbox(request: Request, tenant_id: str) -> Response:
    """Show what is on its way to Microsoft, and what both sides changed."""
    return _show(request, tenant_id)


def _show(request: Request, tenant_id: str | None) -> Response:
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        own = None if tenant_id is None else tenant_for(conn, viewer, tenant_id)
        visible = visible_to(conn, viewer)
        address = _address(request, own)
        wanted = _wanted(address)
        meant = [own] if own else lists.chosen(visible, address)
        page = outbox_page.build(
            conn, meant, ratings=site.ratings, now=site.clock(), wanted=wanted, one=own is not None
        )
        disputed = governance.disputed(conn, meant, ratings=site.ratings, everything=wanted.everything)
        around = frame(request, "Outbox", visible=visible, tenant=own, tab="outbox")
        around = resolved.told(around, request, conn, meant, site.ratings)
    shown = view(
        page, disputed, around, address, can_write=viewer.can_write, can_switch=viewer.role.may(Role.ADMINISTRATOR)
    )
    return render(request, "outbox.html", shown)


def _address(request: Request, own: Tenant | None) -> Address:
    found = lists.asked(path(own.id, "outbox") if own else "/outbox", request.query_params, PARAMETERS)
    for name, kind in (("stage", Stage), ("sort", By)):
        found = lists.among(found, name, kind)
    held = {k: v for k, v in found.query.items() if k != "all" or v == "true"}
    return Address(base=found.base, query={k: v for k, v in held.items() if own is None or k != "tenant"})


def _wanted(address: Address) -> Wanted:
    query, sort = address.query, address.query.get("sort", USUAL)
    return Wanted(
        everything="all" in query,
        stage=queries.parse(query["stage"], "stage", Stage) if "stage" in query else None,
        by=queries.parse(sort.removeprefix("-"), "sort", By),
        falling=sort.startswith("-"),
    )


def view(
    page: Outbox,
    disputed: Conflicts,
    frame: Frame,
    address: Address,
    *,
    can_write: bool = False,
    can_switch: bool = False,
) -> OutboxPage:
    """Prepare the outbox for its template."""
    several, own = page.tenant is None, page.tenant.id if page.tenant else None
    whose = {"tenant": own} if own else {}
    everything = "all" in address.query
    return OutboxPage(
        frame=frame,
        outbox=page,
        conflicts=disputed,
        several=several,
        views=_views(page, address),
        heads=lists.heads([c for c in COLUMNS if several or c.by is not By.TENANT], address, USUAL),
        lines=tuple(_line(row) for row in page.sending),
        disputes=tuple(_dispute(row, can_write=can_write, everywhere=several) for row in disputed.conflicts),
        everything=everything,
        switch_href=path(own, "write-back") if own and can_switch else None,
        csv_href=address.exported(f"{SCORE}/outbox.csv", **whose),
        conflicts_csv_href=f"{CONFLICTS}.csv" + (f"?tenant={own}&all=true" if own else "?all=true"),
        all_href=address.href(all="true", stage=None),
        open_href=address.href(all=None, stage=None),
        stage=STAGES[queries.parse(address.query["stage"], "stage", Stage)][0] if "stage" in address.query else "",
    )


def _views(page: Outbox, address: Address) -> tuple[Link, ...]:
    stage, everything = address.query.get("stage"), "all" in address.query
    choices = (
        ("Under way", {"all": None, "stage": None}, None, stage is None and not everything),
        ("Waiting to be sent", {"all": None, "stage": "waiting"}, page.waiting, stage == "waiting"),
        ("Waiting for Microsoft", {"all": None, "stage": "sent"}, page.sent, stage == "sent"),
        ("Refused", {"all": None, "stage": "refused"}, page.refused, stage == "refused"),
        ("All", {"all": "true", "stage": None}, None, everything and stage is None),
    )
    return tuple(
        Link(label=label, href=address.href(**changes), count=count, current=current)
        for label, changes, count, current in choices
    )


def _line(row: SendingRow) -> SendingLine:
    stage, mark = STAGES[row.outgoing.stage]
    return SendingLine(
        row=row,
        href=lists.action(row.tenant.id, row.outgoing.control),
        status=formats.status(row.status) if row.status else row.outgoing.state,
        stage=stage,
        mark=mark,
        note=lists.prose(row.hint or row.outgoing.message),
    )


def _dispute(row: ConflictRow, *, can_write: bool, everywhere: bool) -> ConflictLine:
    back = "?back=all" if everywhere else ""
    here = path(row.tenant.id, f"conflicts/{formats.quoted(row.control)}/resolve")
    return ConflictLine(
        row=row,
        href=lists.action(row.tenant.id, row.control),
        sides=(_ours(row), _theirs(row)),
        resolve_href=here + back if can_write and row.holds is None else None,
        settled=_settled(row),
    )


def _ours(row: ConflictRow) -> Party:
    return Party(
        name="Surefoot", status=formats.status(row.ours), graph=None, by=row.ours_by, at=row.ours_at,
        comment=row.ours_comment, holds=row.holds == Side.SUREFOOT, value=Side.SUREFOOT.value,
        button="Keep Surefoot's",
    )  # fmt: skip


def _theirs(row: ConflictRow) -> Party:
    return Party(
        name="Microsoft", status=formats.status(row.theirs_status) if row.theirs_status else row.theirs,
        graph=row.theirs, by=row.theirs_by or "somebody", at=row.theirs_at, comment=row.theirs_comment,
        holds=row.holds == Side.MICROSOFT, value=Side.MICROSOFT.value, button="Take Microsoft's",
    )  # fmt: skip


def _settled(row: ConflictRow) -> str | None:
    if row.holds is None:
        return None
    how = f"by the rule \u201c{row.rule}\u201d" if row.rule else f"by {row.resolved_by}"
    return f"Resolved {how}: {'Surefoot' if row.holds == Side.SUREFOOT else 'Microsoft'}'s version holds."


@routes.post("/tenants/{tenant_id}/conflicts/{control_id}/resolve")
@needs(Permission.WRITE)
def resolve_here(request: Request, tenant_id: str, control_id: str, body: Body) -> Response:
    """Say whose status holds, then lead back to the outbox."""
    site, viewer = site_of(request), viewer_of(request)
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, tenant_id)
        holds = queries.parse(from_form(body).get("holds", ""), "side", Side)
        road.resolve(conn, tenant, control_id, holds, by=viewer.name, now=site.clock(), role=viewer.role)
        summarise(conn, tenant, site.ratings)
    everywhere = request.query_params.get("back") == "all"
    said = resolved.about(tenant.id, control_id)
    there = f"/outbox?{urlencode(said)}" if everywhere else path(tenant.id, "outbox", **said)
    return RedirectResponse(there, HTTPStatus.SEE_OTHER)


@routes.post("/tenants/{tenant_id}/write-back")
@needs(Permission.ADMINISTER)
def switch_write_back(request: Request, tenant_id: str, body: Body) -> Response:
    """Switch the sending on or off, then lead back to the outbox; `existing` sends earlier decisions, too."""
    site, viewer, fields = site_of(request), viewer_of(request), from_form(body)
    on = fields.get("on") == "true"
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, tenant_id)
        switch(conn, tenant, on=on, by=viewer.name, now=site.clock())
        if on and fields.get("existing") == "true":
            enqueue_all(conn, tenant, now=site.clock())
    said = "sending-on" if on else "sending-off"
    return RedirectResponse(path(tenant.id, "outbox", said=said), HTTPStatus.SEE_OTHER)
