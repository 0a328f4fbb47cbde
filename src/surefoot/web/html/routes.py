"""The pages."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import replace
from sqlalchemy import Connection

from surefoot.access.viewers import tenant_for
from surefoot.errors import InputRefused, NotFound
from surefoot.model import AcceptanceRequest, Side, Tenant
from surefoot.pages import actions as actions_pages
from surefoot.pages import controls as controls_page
from surefoot.pages import detail as detail_page
from surefoot.pages import overview as overview_page
from surefoot.pages import playbooks as playbooks_page
from surefoot.store import tenants as stored
from surefoot.store.database import reading, writing
from surefoot.sync import road
from surefoot.sync.acceptances import submit
from surefoot.sync.derived import summarise
from surefoot.sync.plans import PlanChange, replan
from surefoot.web import assets, queries
from surefoot.web.forms import body_of, decision_of, from_form, status_of_form
from surefoot.web.html import actions, bulk, comparison, history, overview, portfolio, registers
from surefoot.web.html.contexts import ActionPage
from surefoot.web.html.formats import quoted
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, actor_of, needs, viewer_of
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

router = guarded_router()

YEAR = 365
"""Days of an action's history on its page."""

Body = Annotated[bytes, Depends(body_of)]


@router.get("/static/{name}")
@needs(Permission.PUBLIC)
def static(request: Request, name: str) -> Response:
    """Serve a static file."""
    found = site_of(request).assets.get(name)
    if found is None:
        raise NotFound
    return assets.answer(found, request.query_params.get("v"), request.headers.get("if-none-match"))


@router.get("/tenants/{tenant_id}")
@needs(Permission.READ)
def tenant_first(request: Request, tenant_id: str) -> Response:
    """Lead to a tenant's overview."""
    with reading(site_of(request).engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), tenant_id)
    return RedirectResponse(overview.path(tenant.id, "overview"), HTTPStatus.SEE_OTHER)


@router.get("/tenants/{tenant_id}/overview")
@needs(Permission.READ)
def show_overview(request: Request, tenant_id: str) -> Response:
    """Show how a tenant stands."""
    site, viewer = site_of(request), viewer_of(request)
    chosen = request.query_params.get("days", "90")
    chosen = chosen if chosen in overview.RANGES else "90"
    with reading(site.engine) as conn:
        tenant = _tenant(conn, request, tenant_id)
        days = None if chosen == "all" else int(chosen)
        page = overview_page.build(conn, tenant, ratings=site.ratings, days=days)
        visible = stored.all_of(conn, viewer.tenants)
    around = frame(request, "Overview", visible=visible, tenant=tenant, tab="overview")
    can_sync = site.graph_sync is not None and viewer.can_write and page.synced.due_at is not None
    return render(request, "overview.html", overview.view(page, around, chosen=chosen, sync=can_sync))


@router.get("/tenants/{tenant_id}/actions")
@needs(Permission.READ)
def show_actions(request: Request, tenant_id: str) -> Response:
    """List a tenant's actions."""
    site = site_of(request)
    wanted = actions.wanted(request.query_params)
    with reading(site.engine) as conn:
        tenant = _tenant(conn, request, tenant_id)
        page = actions_pages.build(conn, tenant, ratings=site.ratings, wanted=wanted.filter)
        visible = stored.all_of(conn, viewer_of(request).tenants)
    around = frame(request, "Recommended actions", visible=visible, tenant=tenant, tab="actions")
    return render(
        request, "actions.html", actions.list_view(page, wanted, around, can_write=viewer_of(request).can_write)
    )


@router.get("/tenants/{tenant_id}/actions/{control_id}")
@needs(Permission.READ)
def show_action(request: Request, tenant_id: str, control_id: str) -> Response:
    """Show one action."""
    with reading(site_of(request).engine) as conn:
        tenant = _tenant(conn, request, tenant_id)
        return render(request, "action.html", _action(conn, request, tenant, control_id))


@router.post("/tenants/{tenant_id}/actions/{control_id}")
@needs(Permission.WRITE)
def set_status(request: Request, tenant_id: str, control_id: str, body: Body) -> Response:
    """Record a decision, then lead back to the action; a refused form comes back with what was typed."""
    site, fields, viewer = site_of(request), from_form(body), viewer_of(request)
    now = site.clock()
    try:
        with writing(site.engine, by=actor_of(request)) as conn:
            tenant = _tenant(conn, request, tenant_id)
            decision = decision_of(status_of_form(fields), control_id, by=viewer.name, now=now)
            made = submit(conn, tenant, decision, role=viewer.role, ratings=site.ratings)
            asked = isinstance(made, AcceptanceRequest)
            control = made.asked.control if isinstance(made, AcceptanceRequest) else made.control
            plan = PlanChange(owner=decision.owner, due=decision.due)
            replan(conn, tenant, control, plan, by=viewer.name, now=now)
    except InputRefused as refusal:
        return _refused(request, tenant_id, control_id, fields, refusal)
    said = "asked" if asked else "decided"
    here = overview.path(tenant_id, f"actions/{quoted(control_id)}", said=said)
    return RedirectResponse(here, HTTPStatus.SEE_OTHER)


@router.post("/tenants/{tenant_id}/actions/{control_id}/resolve")
@needs(Permission.WRITE)
def resolve(request: Request, tenant_id: str, control_id: str, body: Body) -> Response:
    """Say whose status holds, then lead back to the action."""
    site = site_of(request)
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = _tenant(conn, request, tenant_id)
        holds = queries.parse(from_form(body).get("holds", ""), "side", Side)
        viewer = viewer_of(request)
        road.resolve(conn, tenant, control_id, holds, by=viewer.name, now=site.clock(), role=viewer.role)
        summarise(conn, tenant, site.ratings)
    here = overview.path(tenant_id, f"actions/{quoted(control_id)}", said="decided")
    return RedirectResponse(here, HTTPStatus.SEE_OTHER)


@router.post("/tenants/{tenant_id}/sync")
@needs(Permission.WRITE)
def sync(request: Request, tenant_id: str) -> Response:
    """Ask for a tenant to be read at once."""
    site = site_of(request)
    with reading(site.engine) as conn:
        tenant = _tenant(conn, request, tenant_id)
    if site.graph_sync is None:
        raise InputRefused("This server does not read from Microsoft; run `surefoot sync` instead.")
    site.graph_sync(tenant)
    return RedirectResponse(overview.path(tenant.id, "overview", said="sync-asked"), HTTPStatus.SEE_OTHER)


def _tenant(conn: Connection, request: Request, tenant_id: str) -> Tenant:
    return tenant_for(conn, viewer_of(request), tenant_id)


def _action(conn: Connection, request: Request, tenant: Tenant, control_id: str) -> ActionPage:
    viewer = viewer_of(request)
    site = site_of(request)
    page = actions_pages.one(conn, tenant, control_id, ratings=site.ratings)
    work = detail_page.build(conn, tenant, control_id, ratings=site.ratings, now=site.clock())
    own = playbooks_page.own_html(conn, page.action.id)
    visible = stored.all_of(conn, viewer.tenants)
    past = controls_page.build(conn, tenant, control_id, visible, ratings=site.ratings, days=YEAR)
    around = frame(request, page.action.name, visible=visible, tenant=tenant, tab="actions")
    return actions.one_view(page, around, can_write=viewer.can_write, work=work, steps=own, past=past)


def _refused(
    request: Request, tenant_id: str, control_id: str, fields: dict[str, str], refusal: InputRefused
) -> Response:
    with reading(site_of(request).engine) as conn:
        page = _action(conn, request, _tenant(conn, request, tenant_id), control_id)
    typed = {name: fields.get(name, "") for name in ("comment", "owner", "due", "review_on", "evidence")}
    statuses = tuple(replace(c, selected=c.value == fields.get("status")) for c in page.statuses)
    shown = replace(page, refused=refusal.sentence, statuses=statuses, **typed)
    return render(request, "action.html", shown, status=HTTPStatus.UNPROCESSABLE_ENTITY)


for part in (portfolio, bulk, history, comparison, registers):
    router.routes.extend(part.routes.routes)
