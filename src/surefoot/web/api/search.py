"""The API's search: tenants and controls by a few letters."""

from fastapi import Request, Response

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.pages import search as search_page
from surefoot.store.database import reading
from surefoot.web import queries
from surefoot.web.api.answers import answer
from surefoot.web.api.paths import SEARCH
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()


@routes.get(SEARCH)
@needs(Permission.READ)
def search(request: Request) -> Response:
    """Find visible tenants, and controls that they are scored for."""
    site, query, viewer = site_of(request), request.query_params, viewer_of(request)
    queries.only(query, ("text", "tenant"))
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer, query["tenant"]) if query.get("tenant") else None
        visible = visible_to(conn, viewer)
        page = search_page.build(conn, query.get("text", ""), visible, ratings=site.ratings, tenant=tenant)
    return answer(request, page)
