"""The JSON API: the same page objects as the pages, in camelCase."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response

from surefoot.access.viewers import tenant_for
from surefoot.model import Impact, Status
from surefoot.pages import actions as actions_pages
from surefoot.pages import overview as overview_page
from surefoot.pages.outlets import encode
from surefoot.store.database import reading, writing
from surefoot.sync.decisions import decide
from surefoot.web import queries
from surefoot.web.api.openapi import document
from surefoot.web.forms import body_of, decision_of, from_json
from surefoot.web.permissions import Permission, needs, viewer_of
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

SCORE = "/api/security-defender/secure-score"

router = guarded_router()


@router.get("/health")
@needs(Permission.PUBLIC)
def health() -> Response:
    """Say that the process answers."""
    return answer({"status": "ok"})


@router.get("/api/openapi.json")
@needs(Permission.READ)
def openapi() -> Response:
    """Describe this API."""
    return answer(document())


@router.get(SCORE)
@needs(Permission.READ)
def secure_score(request: Request) -> Response:
    """Give the current score and its history."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "days"))
    days = queries.days(query)
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        return answer(overview_page.build(conn, tenant, ratings=site.ratings, days=days))


@router.get(f"{SCORE}/recommendations")
@needs(Permission.READ)
def recommendations(request: Request) -> Response:
    """List the actions with their points."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "category", "status", "impact"))
    wanted = actions_pages.Filter(
        category=query.get("category") or None,
        status=queries.choice(query, "status", Status),
        impact=queries.choice(query, "impact", Impact),
    )
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        return answer(actions_pages.build(conn, tenant, ratings=site.ratings, wanted=wanted))


@router.post(f"{SCORE}/actions/{{action_id}}/status")
@needs(Permission.WRITE)
def set_status(request: Request, action_id: str, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Record a decision about an action and answer with the action as it stands then."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant",))
    viewer = viewer_of(request)
    with writing(site.engine) as conn:
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        decision = decision_of(from_json(body), action_id, by=viewer.name, now=site.clock())
        decide(conn, tenant, decision, ratings=site.ratings)
        return answer(actions_pages.one(conn, tenant, action_id, ratings=site.ratings).action)


def answer(page: object) -> Response:
    """Write a page object as JSON."""
    return Response(encode(page), status_code=HTTPStatus.OK, media_type="application/json")
