"""The API's tenants: how they are connected, whether that works, how they were read, and files to import."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response

from surefoot.access.viewers import tenant_for
from surefoot.pages import doctor as doctor_page
from surefoot.pages import tenants as pages
from surefoot.pages.tenants import RunRow, TenantRow
from surefoot.store.database import reading
from surefoot.store.runs import MOST
from surefoot.web import queries, tenancy
from surefoot.web.api.answers import answer, listed
from surefoot.web.api.paths import DOCTOR, TENANTS
from surefoot.web.forms import body_of, from_json
from surefoot.web.permissions import Permission, needs, router, seeing_all, viewer_of
from surefoot.web.site import site_of
from surefoot.web.tenant_forms import TenantBody, TenantChange, reach_of

routes = router()
Body = Annotated[bytes, Depends(body_of)]
ONE = f"{TENANTS}/{{tenant_id}}"


@routes.get(TENANTS)
@routes.get(f"{TENANTS}.csv")
@needs(Permission.READ)
def tenants(request: Request) -> Response:
    """List the tenants: how they are connected, when they were read, what is wrong."""
    queries.only(request.query_params, ())
    with reading(site_of(request).engine) as conn:
        page = pages.build(conn, tenancy.visible(conn, request))
    return listed(request, page, page.tenants, TenantRow)


@routes.post(TENANTS)
@needs(Permission.ADMINISTER)
def add_tenant(request: Request, body: Body) -> Response:
    """Add a tenant; answers with it, without the secret."""
    queries.only(request.query_params, ())
    seeing_all(request, "New tenants")
    sent = from_json(body, TenantBody, '{"name": "Contoso", "tenantId": "...", "clientId": "...", "secret": "..."}')
    return _one(request, tenancy.add(request, sent).id, HTTPStatus.CREATED)


@routes.get(ONE)
@needs(Permission.READ)
def tenant(request: Request, tenant_id: str) -> Response:
    """Give one tenant with how it is connected; never its secret."""
    queries.only(request.query_params, ())
    return _one(request, tenant_id)


@routes.patch(ONE)
@needs(Permission.ADMINISTER)
def change_tenant(request: Request, tenant_id: str, body: Body) -> Response:
    """Change name, labels, connection, secret or write-back; answers with the tenant."""
    queries.only(request.query_params, ())
    found = tenancy.found(request, tenant_id)
    tenancy.change(request, found, from_json(body, TenantChange, '{"secret": "..."}'))
    return _one(request, found.id)


@routes.delete(ONE)
@needs(Permission.ADMINISTER)
def remove_tenant(request: Request, tenant_id: str) -> Response:
    """Remove a tenant with all that is kept of it."""
    queries.only(request.query_params, ())
    tenancy.remove(request, tenancy.found(request, tenant_id))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@routes.post(f"{ONE}/check")
@needs(Permission.ADMINISTER)
def check_tenant(request: Request, tenant_id: str) -> Response:
    """Sign in, call each endpoint once, say which permission is missing."""
    queries.only(request.query_params, ())
    found = tenancy.found(request, tenant_id)
    return answer(request, tenancy.try_now(site_of(request), found).check)


@routes.post(f"{ONE}/sync")
@needs(Permission.WRITE)
def sync_tenant(request: Request, tenant_id: str) -> Response:
    """Have a tenant read at once; answers with how its readings went before."""
    queries.only(request.query_params, ())
    found = tenancy.found(request, tenant_id)
    tenancy.sync(site_of(request), found)
    return _syncs(request, tenant_id, HTTPStatus.ACCEPTED)


@routes.get(f"{ONE}/syncs")
@routes.get(f"{ONE}/syncs.csv")
@needs(Permission.READ)
def syncs(request: Request, tenant_id: str) -> Response:
    """List how a tenant's readings went, newest first, and how far the one has come that is under way."""
    return _syncs(request, tenant_id)


@routes.post(f"{ONE}/import")
@needs(Permission.ADMINISTER)
def import_file(request: Request, tenant_id: str, body: Body) -> Response:
    """Import a saved answer of Graph or the portal's export, or say what that would do."""
    query = request.query_params
    found = tenancy.found(request, tenant_id)
    queries.only(query, ("day", "dryRun"))
    made = tenancy.import_file(
        request, body, tenant=found, name=None, day=queries.day(query, "day"), store=not queries.flag(query, "dryRun")
    )
    return answer(request, made)


@routes.get(DOCTOR)
@needs(Permission.ADMINISTER)
def doctor(request: Request) -> Response:
    """Say what is set up, what is due, what fails, and what to do."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("integrity",))
    seeing_all(request, "The installation's findings")
    place = reach_of(site).place(bool(queries.flag(query, "integrity")))
    with reading(site.engine) as conn:
        return answer(request, doctor_page.build(conn, place, ratings=site.ratings, now=site.clock()))


def _one(request: Request, wanted: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    site = site_of(request)
    with reading(site.engine) as conn:
        found = tenant_for(conn, viewer_of(request), wanted)
        return answer(request, pages.one(conn, found, reading=tenancy.progress(site, found)), status)


def _syncs(request: Request, wanted: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    site, query = site_of(request), request.query_params
    queries.only(query, ("limit",))
    limit = queries.count(query, "limit", default=MOST, most=MOST)
    with reading(site.engine) as conn:
        found = tenant_for(conn, viewer_of(request), wanted)
        page = pages.syncs(conn, found, limit=limit, reading=tenancy.progress(site, found))
    if status is HTTPStatus.OK:
        return listed(request, page, page.runs, RunRow)
    return answer(request, page, status)
