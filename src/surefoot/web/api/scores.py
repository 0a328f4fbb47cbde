"""The API's current score, actions and decisions."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response

from surefoot.access.viewers import tenant_for
from surefoot.model import AcceptanceRequest
from surefoot.pages import actions as actions_pages
from surefoot.pages import overview as overview_page
from surefoot.pages import unlicensed as unlicensed_page
from surefoot.pages.unlicensed import UnlicensedRow
from surefoot.reports import sheets
from surefoot.scoring.actions import Action
from surefoot.store.database import reading, writing
from surefoot.sync.acceptances import submit
from surefoot.web import queries
from surefoot.web.action_queries import PARAMETERS, about_actions, asked
from surefoot.web.api.answers import answer, filed, listed, name_of_actions
from surefoot.web.api.paths import SCORE
from surefoot.web.forms import StatusBody, body_of, decision_of, from_json
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()


@routes.get(SCORE)
@needs(Permission.READ)
def secure_score(request: Request) -> Response:
    """Give the current score and its history."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "days"))
    days = queries.days(query)
    with reading(site.engine) as conn:
        viewer = viewer_of(request)
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        page = overview_page.build(
            conn, tenant, ratings=site.ratings, days=days, visible=viewer.tenants, now=site.clock()
        )
        return answer(request, page)


@routes.get(f"{SCORE}/recommendations")
@routes.get(f"{SCORE}/recommendations.csv")
@needs(Permission.READ)
def recommendations(request: Request) -> Response:
    """List the actions with their points."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", *PARAMETERS))
    wanted = asked(query, me=viewer_of(request).name, today=site.clock().date())
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        page = actions_pages.build(conn, tenant, ratings=site.ratings, wanted=wanted.filter, order=wanted.order)
    return listed(request, page, page.actions, Action)


@routes.get(f"{SCORE}/recommendations.xlsx")
@needs(Permission.READ)
def recommendations_xlsx(request: Request) -> Response:
    """Write the actions as an Excel workbook, with the columns that are wanted."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", *PARAMETERS, "columns"))
    wanted = asked(query, me=viewer_of(request).name, today=site.clock().date())
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        page = actions_pages.build(conn, tenant, ratings=site.ratings, wanted=wanted.filter, order=wanted.order)
    body = sheets.of_actions(page, wanted.columns, about_actions(page, query, now=site.clock()))
    name = name_of_actions(tenant.name, page.as_of, "xlsx")
    return filed(request, page, body, rows=page.total, name=name, media=sheets.MEDIA_TYPE)


@routes.get(f"{SCORE}/unlicensed")
@routes.get(f"{SCORE}/unlicensed.csv")
@needs(Permission.READ)
def unlicensed(request: Request) -> Response:
    """List what Microsoft's list has and the score has not."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant",))
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        page = unlicensed_page.build(conn, tenant, ratings=site.ratings)
    return listed(request, page, page.controls, UnlicensedRow)


@routes.post(f"{SCORE}/actions/{{action_id}}/status")
@needs(Permission.WRITE)
def set_status(request: Request, action_id: str, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Record a decision, or ask for it (202); answer with the action as it stands then."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant",))
    viewer = viewer_of(request)
    sent = from_json(body, StatusBody, '{"status": "planned"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        decision = decision_of(sent, action_id, by=viewer.name, now=site.clock())
        made = submit(conn, tenant, decision, role=viewer.role, ratings=site.ratings)
        status = HTTPStatus.ACCEPTED if isinstance(made, AcceptanceRequest) else HTTPStatus.OK
        return answer(request, actions_pages.one(conn, tenant, action_id, ratings=site.ratings).action, status)
