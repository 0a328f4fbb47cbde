"""The pages."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from surefoot.access.viewers import tenant_for
from surefoot.errors import NotFound
from surefoot.model import Tenant
from surefoot.pages import overview as overview_page
from surefoot.store import tenants as stored
from surefoot.store.database import reading
from surefoot.web import assets, tenancy
from surefoot.web.forms import body_of, from_form
from surefoot.web.html import (
    action,
    action_forms,
    actions,
    activity,
    bulk,
    catalogue,
    comparison,
    connection,
    heatmap,
    history,
    imports,
    notices,
    outbox,
    overview,
    portfolio,
    risks,
    search,
    settings,
    tenants,
    trends,
    views,
)
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, viewer_of
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

router = guarded_router()
for part in (tenants, imports, connection):
    router.routes.extend(part.routes.routes)  # first: /tenants/add is no tenant's address

Body = Annotated[bytes, Depends(body_of)]


@router.get("/static/{name}")
@needs(Permission.PUBLIC)
def static(request: Request, name: str) -> Response:
    """Serve a static file."""
    found = site_of(request).assets.get(name)
    if found is None:
        raise NotFound
    asked = request.headers
    return assets.answer(found, request.query_params.get("v"), asked.get("if-none-match"), asked.get("accept-encoding"))


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
    include = request.query_params.get("include", "raw")
    include = include if include in overview.INCLUDES else "raw"
    with reading(site.engine) as conn:
        tenant = _tenant(conn, request, tenant_id)
        days = None if chosen == "all" else int(chosen)
        page = overview_page.build(
            conn, tenant, ratings=site.ratings, days=days, visible=viewer.tenants, now=site.clock()
        )
        visible = stored.all_of(conn, viewer.tenants)
    around = frame(request, "Overview", visible=visible, tenant=tenant, tab="overview")
    can_sync = site.graph_sync is not None and viewer.can_write and page.synced.due_at is not None
    return render(request, "overview.html", overview.view(page, around, chosen=chosen, sync=can_sync, include=include))


@router.post("/tenants/{tenant_id}/sync")
@needs(Permission.WRITE)
def sync(request: Request, tenant_id: str, body: Body) -> Response:
    """Ask for a tenant to be read at once, then lead back to the overview or to the connection."""
    tenant = tenancy.found(request, tenant_id)
    tenancy.sync(site_of(request), tenant)
    back = "connection" if from_form(body).get("from") == "connection" else "overview"
    place = "#reading" if back == "connection" else ""
    return RedirectResponse(overview.path(tenant.id, back, said="sync-asked") + place, HTTPStatus.SEE_OTHER)


def _tenant(conn: Connection, request: Request, tenant_id: str) -> Tenant:
    return tenant_for(conn, viewer_of(request), tenant_id)


for part in (
    portfolio,
    heatmap,
    actions,
    bulk,
    action,
    action_forms,
    history,
    settings,
    comparison,
    risks,
    outbox,
    catalogue,
    activity,
    notices,
    search,
    trends,
    views,
):
    router.routes.extend(part.routes.routes)
