"""All of the JSON API: the same page objects as the pages, in camelCase."""

from fastapi import Request, Response

from surefoot.web.api import (
    activity,
    baselines,
    bulk,
    governance,
    heatmap,
    insights,
    playbooks,
    portfolio,
    scores,
    search,
    tenants,
    tokens,
    trends,
    views,
    work,
)
from surefoot.web.api.answers import answer
from surefoot.web.api.openapi import document
from surefoot.web.permissions import Permission, needs
from surefoot.web.permissions import router as guarded_router

router = guarded_router()


@router.get("/health")
@needs(Permission.PUBLIC)
def health(request: Request) -> Response:
    """Say that the process answers."""
    return answer(request, {"status": "ok"})


@router.get("/api/openapi.json")
@needs(Permission.READ)
def openapi(request: Request) -> Response:
    """Describe this API."""
    return answer(request, document())


for part in (
    scores,
    insights,
    work,
    portfolio,
    views,
    heatmap,
    playbooks,
    bulk,
    baselines,
    governance,
    activity,
    tenants,
    tokens,
    search,
    trends,
):
    router.routes.extend(part.routes.routes)
