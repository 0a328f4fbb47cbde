"""Pages that are tables: accepted risks, what is on its way to Microsoft, catalogue, activity, notices."""

import datetime as dt
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.errors import NotFound
from surefoot.model import Role, Stage, Tenant
from surefoot.pages import audit as audit_page
from surefoot.pages import catalogue as catalogue_page
from surefoot.pages import governance, outbox, risks
from surefoot.store import notices as stored_notices
from surefoot.store import requests as stored_requests
from surefoot.store.audit import Wanted
from surefoot.store.database import reading, writing
from surefoot.sync.acceptances import approve, decline
from surefoot.sync.outbox import switch
from surefoot.web import queries
from surefoot.web.forms import body_of, from_form
from surefoot.web.html import formats
from surefoot.web.html.contexts import Page
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()
Body = Annotated[bytes, Depends(body_of)]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of a table."""

    text: str | None
    """None: not known, or nothing to say."""
    href: str | None = None
    small: str | None = None
    """Said under it."""
    number: bool = False
    kind: str = ""
    """`gain`, `loss` or `bad` colour it; the words say the same."""


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A form with one button."""

    action: str
    label: str
    name: str = ""
    value: str = ""
    asks: str | None = None
    """A text that may be sent with it; None: none."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table."""

    cells: tuple[Cell, ...]
    """The first names the row."""
    buttons: tuple[Button, ...] = ()


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A table with what is said before it."""

    key: str
    title: str
    intro: str | None
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: str
    """What is said instead of an empty table, with the next step."""
    csv_href: str | None = None
    buttons: tuple[Button, ...] = ()


class RegisterPage(Page, frozen=True, kw_only=True):
    """`register.html`."""

    title: str
    said: str
    sections: tuple[Section, ...]
    next_href: str | None = None
    """The next page of a long list."""


API = "/api/security-defender"


def _show(
    request: Request,
    title: str,
    said: str,
    sections: Sequence[Section],
    *,
    visible: list[Tenant],
    tenant: Tenant | None = None,
    tab: str = "",
    next_href: str | None = None,
) -> Response:
    page = RegisterPage(
        frame=frame(request, title, visible=visible, tenant=tenant, tab=tab),
        title=title,
        said=said,
        sections=tuple(sections),
        next_href=next_href,
    )
    return render(request, "register.html", page)


def _found(conn: Connection, request: Request, tenant_id: str) -> tuple[Tenant, list[Tenant]]:
    viewer = viewer_of(request)
    return tenant_for(conn, viewer, tenant_id), visible_to(conn, viewer)


def _action(tenant: Tenant, control: str, name: str | None = None, small: str | None = None) -> Cell:
    return Cell(text=name or control, href=path(tenant.id, f"actions/{formats.quoted(control)}"), small=small)


def _points(value: float | None) -> Cell:
    return Cell(text=None if value is None else formats.points(value), number=True)


def _moved(value: float | None) -> Cell:
    kind = "" if not value else "gain" if value > 0 else "loss"
    return Cell(text=None if value is None else formats.signed(value), number=True, kind=kind)


@routes.get("/tenants/{tenant_id}/risks")
@needs(Permission.READ)
def show_risks(request: Request, tenant_id: str) -> Response:
    """Show the register of accepted risks, and what is asked for."""
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        tenant, visible = _found(conn, request, tenant_id)
        page = risks.build(conn, tenant, ratings=site.ratings, today=site.clock().date())
        asked = governance.asked(conn, [tenant])
    rows = tuple(
        Row(
            cells=(
                _action(tenant, r.control, r.name, r.why),
                _points(r.points),
                Cell(text=formats.day(r.since.date()) if r.since else None, small=_renewed(r.renewed)),
                _until(r.until, r.days_left),
                Cell(text=r.by, small=f"approved by {r.approved_by}" if r.approved_by not in {None, r.by} else None),
                Cell(text="Not applicable" if r.grounds == "not_applicable" else "Risk" if r.grounds else None),
                Cell(text=f"{r.accepted_in.value.capitalize()}"),
            )
        )
        for r in page.risks
    )
    register = Section(
        key="risks",
        title="Register",
        intro=f"{formats.plural(page.total, 'accepted risk', 'accepted risks')}, "
        f"{formats.points(page.points)} points given up. Those that end first come first.",
        heads=("Action", "Points given up", "Since", "Until", "By", "Grounds", "Accepted in"),
        rows=rows,
        empty="No risk is accepted. An action's page offers it, with a reason and an end.",
        csv_href=f"{API}/secure-score/risks.csv?tenant={tenant.id}",
    )
    waiting = Section(
        key="requests",
        title="Waiting for a second person",
        intro=None,
        heads=("Action", "Asked by", "Until", "Why"),
        rows=tuple(
            Row(
                cells=(
                    _action(tenant, r.request.asked.control),
                    Cell(text=r.request.asked.decided_by),
                    Cell(text=formats.day(r.request.asked.review_on) if r.request.asked.review_on else "no end"),
                    Cell(text=r.request.asked.comment),
                ),
                buttons=_answers(tenant, r.request.key, viewer.role),
            )
            for r in asked.requests
        ),
        empty="Nobody asks for an acceptance.",
    )
    sections = (waiting, register) if asked.total else (register,)
    return _show(
        request, "Accepted risks", "What is left as it is: since and until when, by whom and why.", sections,
        visible=visible, tenant=tenant, tab="risks",
    )  # fmt: skip


def _renewed(times: int) -> str | None:
    return f"accepted anew {formats.plural(times, 'time', 'times')}" if times else None


def _until(until: dt.date | None, left: int | None) -> Cell:
    if until is None or left is None:
        return Cell(text="no end")
    soon = left <= 14  # noqa: PLR2004 - two weeks, as the usual reminder
    return Cell(
        text=formats.day(until), small=f"{formats.plural(left, 'day', 'days')} left", kind="bad" if soon else ""
    )


def _answers(tenant: Tenant, key: int, role: Role) -> tuple[Button, ...]:
    here = path(tenant.id, f"requests/{key}")
    yes = (Button(action=f"{here}/approve", label="Approve"),) if role.may(Role.APPROVER) else ()
    no = (Button(action=f"{here}/decline", label="Decline", asks="Why"),) if role.may(Role.EDITOR) else ()
    return yes + no


@routes.post("/tenants/{tenant_id}/requests/{key}/approve")
@needs(Permission.APPROVE)
def approve_one(request: Request, tenant_id: str, key: str) -> Response:
    """Approve a request, then lead back to the register."""
    site, viewer = site_of(request), viewer_of(request)
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, tenant_id)
        number = _waits(conn, tenant, key)
        approve(conn, tenant, number, by=viewer.name, role=viewer.role, ratings=site.ratings, now=site.clock())
    return RedirectResponse(path(tenant.id, "risks", said="decided"), HTTPStatus.SEE_OTHER)


@routes.post("/tenants/{tenant_id}/requests/{key}/decline")
@needs(Permission.WRITE)
def decline_one(request: Request, tenant_id: str, key: str, body: Body) -> Response:
    """Decline a request, or take one's own back, then lead back to the register."""
    site, viewer = site_of(request), viewer_of(request)
    why = from_form(body).get("asks") or None
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, tenant_id)
        number = _waits(conn, tenant, key)
        decline(conn, tenant, number, by=viewer.name, role=viewer.role, now=site.clock(), answer=why)
    return RedirectResponse(path(tenant.id, "risks", said="decided"), HTTPStatus.SEE_OTHER)


def _waits(conn: Connection, tenant: Tenant, key: str) -> int:
    """Give the number of a request that waits."""
    found = next((r.key for _, r in stored_requests.pending(conn, [tenant]) if str(r.key) == key), None)
    if found is None:
        message = "No such request waits for an answer."
        raise NotFound(message)
    return found


STAGES = {
    Stage.WAITING: "Waiting to be sent",
    Stage.SENT: "Waiting for Microsoft",
    Stage.CONFIRMED: "Confirmed",
    Stage.REFUSED: "Refused",
    Stage.KEPT: "Kept in Surefoot only",
    Stage.SUPERSEDED: "Superseded",
    Stage.OVERTAKEN: "Changed at Microsoft since",
    Stage.HELD: "Held: changed on both sides",
}


@routes.get("/tenants/{tenant_id}/outbox")
@needs(Permission.READ)
def show_outbox(request: Request, tenant_id: str) -> Response:
    """Show what is on its way to Microsoft, and what both sides changed."""
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        tenant, visible = _found(conn, request, tenant_id)
        page = outbox.build(conn, tenant, now=site.clock(), everything=bool(queries.flag(request.query_params, "all")))
        disputed = governance.disputed(conn, [tenant], everything=True)
    may = viewer.role.may(Role.ADMINISTRATOR)
    label = "Send nothing from now on" if page.write_back else "Send decisions from now on"
    here = path(tenant.id, "write-back")
    switching = (Button(action=here, label=label, name="on", value="false" if page.write_back else "true"),)
    sending = Section(
        key="sending",
        title="On the way to Microsoft",
        intro=(
            "Decisions are sent to Microsoft."
            if page.write_back
            else "Decisions stay in Surefoot: sending is off. It needs the permission SecurityEvents.ReadWrite.All."
        ),
        heads=("Action", "State", "It is", "Decided", "By"),
        rows=tuple(
            Row(
                cells=(
                    _action(tenant, s.outgoing.control, small=s.outgoing.message),
                    Cell(text=s.outgoing.state),
                    Cell(
                        text=STAGES[s.outgoing.stage],
                        small=s.hint or (f"expected by {formats.moment(s.expected_by)}" if s.expected_by else None),
                        kind="bad" if s.overdue or s.outgoing.stage is Stage.REFUSED else "",
                    ),
                    Cell(text=formats.moment(s.outgoing.made_at)),
                    Cell(text=s.outgoing.made_by),
                )
            )
            for s in page.sending
        ),
        empty="Nothing is on its way. What was confirmed is under “all”.",
        buttons=switching if may else (),
    )
    conflicts = Section(
        key="conflicts",
        title="Changed on both sides",
        intro="Surefoot and Microsoft both changed these since they last agreed.",
        heads=("Action", "Here", "At Microsoft", "Holds"),
        rows=tuple(
            Row(
                cells=(
                    _action(tenant, c.control),
                    Cell(text=formats.status(c.ours), small=f"{c.ours_by}, {formats.moment(c.ours_at)}"),
                    Cell(text=c.theirs, small=f"{c.theirs_by or 'somebody'}, {formats.moment(c.theirs_at)}"),
                    Cell(
                        text=(c.holds or "nobody has said").capitalize(),
                        small=c.rule or c.resolved_by,
                        kind="" if c.holds else "bad",
                    ),
                ),
                buttons=_sides(tenant, c.control) if c.holds is None and viewer.can_write else (),
            )
            for c in disputed.conflicts
        ),
        empty="Both sides agree.",
        csv_href=f"{API}/conflicts.csv?tenant={tenant.id}&all=true",
    )
    return _show(
        request, "Outbox", f"{page.refused} refused, {page.overdue} overdue, {disputed.open} in conflict.",
        (sending, conflicts), visible=visible, tenant=tenant, tab="outbox",
    )  # fmt: skip


def _sides(tenant: Tenant, control: str) -> tuple[Button, ...]:
    here = path(tenant.id, f"actions/{formats.quoted(control)}/resolve")
    return (
        Button(action=here, label="Keep Surefoot's", name="holds", value="surefoot"),
        Button(action=here, label="Take Microsoft's", name="holds", value="microsoft"),
    )


@routes.post("/tenants/{tenant_id}/write-back")
@needs(Permission.ADMINISTER)
def switch_write_back(request: Request, tenant_id: str, body: Body) -> Response:
    """Switch the sending on or off, then lead back to the outbox."""
    site, viewer = site_of(request), viewer_of(request)
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, tenant_id)
        switch(conn, tenant, on=from_form(body).get("on") == "true", by=viewer.name, now=site.clock())
    return RedirectResponse(path(tenant.id, "outbox", said="decided"), HTTPStatus.SEE_OTHER)


@routes.get("/tenants/{tenant_id}/catalogue")
@needs(Permission.READ)
def show_catalogue(request: Request, tenant_id: str) -> Response:
    """Show what Microsoft did to its catalogue within 90 days, and what that did to the tenant."""
    site = site_of(request)
    until = site.clock().date()
    with reading(site.engine) as conn:
        tenant, visible = _found(conn, request, tenant_id)
        page = catalogue_page.build(
            conn, [tenant], viewer_of(request).tenants, ratings=site.ratings, since=until - dt.timedelta(days=89),
            until=until, one=True,
        )  # fmt: skip
    log = Section(
        key="catalogue",
        title="Log",
        intro=page.paragraph,
        heads=("Control", "Day", "Microsoft", "Effect on your score"),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=e.name, small=e.detail),
                    Cell(text=formats.day(e.date)),
                    Cell(text=e.did.value.replace("_", " ")),
                    _moved(e.percent),
                )
            )
            for e in page.entries
        ),
        empty="Microsoft changed nothing in these 90 days.",
        csv_href=f"{API}/secure-score/catalogue.csv?tenant={tenant.id}",
    )
    return _show(
        request, "Catalogue log", "What Microsoft added, retired, re-weighed and reworded in the last 90 days.", (log,),
        visible=visible, tenant=tenant, tab="catalogue",
    )  # fmt: skip


@routes.get("/activity")
@needs(Permission.READ)
def show_activity(request: Request) -> Response:
    """Show the audit trail, newest first."""
    site, query, viewer = site_of(request), request.query_params, viewer_of(request)
    below = queries.count(query, "below", default=0, most=2**53) or None
    with reading(site.engine) as conn:
        visible = visible_to(conn, viewer)
        wanted = Wanted(action=queries.word(query, "action"), actor=queries.word(query, "actor"), below=below)
        page = audit_page.build(conn, viewer.tenants, wanted)
    names = {t.id: t.name for t in visible}
    log = Section(
        key="activity",
        title="Who did what",
        intro=None,
        heads=("Deed", "When", "Who", "Tenant", "Why"),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=f"{e.action}", small=e.subject),
                    Cell(text=formats.moment(e.at)),
                    Cell(text=e.actor, small=e.origin),
                    Cell(text=names.get(e.tenant, e.tenant) if e.tenant else None),
                    Cell(text=e.why),
                )
            )
            for e in page.entries
        ),
        empty="Nothing was done yet that you may see.",
        csv_href=f"{API}/audit.csv",
    )
    return _show(
        request, "Activity", "The audit trail: append-only, each entry bound to the one before.", (log,),
        visible=visible, tab="activity", next_href=f"/activity?below={page.next}" if page.next else None,
    )  # fmt: skip


@routes.get("/notices")
@needs(Permission.READ)
def show_notices(request: Request) -> Response:
    """Show what somebody should know."""
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        visible = visible_to(conn, viewer)
        page = governance.told(conn, visible, everything=bool(queries.flag(request.query_params, "all")))
    log = Section(
        key="notices",
        title="Unread",
        intro=None,
        heads=("Notice", "When", "Tenant", "For"),
        rows=tuple(
            Row(
                cells=(
                    Cell(
                        text=r.notice.text,
                        href=path(r.tenant.id, f"actions/{formats.quoted(r.notice.control)}"),
                    ),
                    Cell(text=formats.moment(r.notice.made_at)),
                    Cell(text=r.tenant.name),
                    Cell(text=r.notice.recipient),
                ),
                buttons=_read(r.notice.key) if viewer.can_write and r.notice.read_at is None else (),
            )
            for r in page.notices
        ),
        empty="Nothing new.",
    )
    said = "Acceptances that end, requests, conflicts, and what Microsoft refused."
    return _show(request, "Notices", said, (log,), visible=visible, tab="notices")


def _read(key: int) -> tuple[Button, ...]:
    return (Button(action="/notices/read", label="Mark as read", name="key", value=str(key)),)


@routes.post("/notices/read")
@needs(Permission.WRITE)
def read_notice(request: Request, body: Body) -> Response:
    """Mark a notice as read, then lead back."""
    site, viewer = site_of(request), viewer_of(request)
    key = from_form(body).get("key", "")
    with writing(site.engine, by=actor_of(request)) as conn:
        keys = [int(key)] if key.isascii() and key.isdigit() and len(key) < 16 else []  # noqa: PLR2004 - 64 bits
        stored_notices.read(conn, visible_to(conn, viewer), keys, by=viewer.name, now=site.clock())
    return RedirectResponse("/notices", HTTPStatus.SEE_OTHER)
