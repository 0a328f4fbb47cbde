"""The API's metrics and trends, and the bounds of the score's zones."""

from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from surefoot.access.viewers import tenant_for
from surefoot.errors import InputRefused
from surefoot.model import Tenant
from surefoot.pages import trends as trends_page
from surefoot.pages import zones as zones_page
from surefoot.pages.trends import TrendDay, Wanted
from surefoot.scoring.trends import Step
from surefoot.scoring.zones import Bounds
from surefoot.store.database import reading, writing
from surefoot.sync.zones import set_bounds
from surefoot.web import queries
from surefoot.web.api.answers import answer, listed
from surefoot.web.api.paths import SCORE, ZONES
from surefoot.web.forms import ZonesBody, body_of, from_json
from surefoot.web.permissions import Permission, actor_of, administering_all, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

Body = Annotated[bytes, Depends(body_of)]


@routes.get(f"{SCORE}/trends")
@routes.get(f"{SCORE}/trends.csv")
@needs(Permission.READ)
def trends(request: Request) -> Response:
    """Give metrics and trends over one range of days."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "days", "from", "to", "by"))
    wanted = Wanted(
        days=queries.days(query),
        since=queries.day(query, "from"),
        until=queries.day(query, "to"),
        by=queries.choice(query, "by", Step),
    )
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        page = trends_page.build(conn, tenant, ratings=site.ratings, wanted=wanted)
        return listed(request, page, page.days, TrendDay)


@routes.get(ZONES)
@needs(Permission.READ)
def zones(request: Request) -> Response:
    """Say from where on a score is good or okay: for one tenant, or without one for the installation."""
    queries.only(request.query_params, ("tenant",))
    with reading(site_of(request).engine) as conn:
        return answer(request, zones_page.build(conn, _one(conn, request)))


@routes.put(ZONES)
@needs(Permission.WRITE)
def put_zones(request: Request, body: Body) -> Response:
    """Set both bounds of a tenant or of the installation, or take them away again."""
    site, viewer = site_of(request), viewer_of(request)
    queries.only(request.query_params, ("tenant",))
    sent = from_json(body, ZonesBody, '{"good": 80, "okay": 50}')
    bounds = _bounds(sent)
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = _one(conn, request)
        if tenant is None:
            administering_all(request, "The installation's bounds")
        set_bounds(conn, tenant, bounds, by=viewer.name, now=site.clock())
        return answer(request, zones_page.build(conn, tenant))


def _bounds(sent: ZonesBody) -> Bounds | None:
    if sent.good is None and sent.okay is None:
        return None
    if sent.good is None or sent.okay is None:
        raise InputRefused("Send both bounds, or null for both to take them away.")
    return Bounds(good=sent.good, okay=sent.okay)


def _one(conn: Connection, request: Request) -> Tenant | None:
    wanted = request.query_params.get("tenant")
    return None if wanted is None else tenant_for(conn, viewer_of(request), wanted)
