"""The API's playbooks: an MSP's own steps a control."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response

from surefoot.pages import playbooks as pages
from surefoot.store.database import reading, writing
from surefoot.sync.playbooks import remove_playbook, set_playbook
from surefoot.web import queries
from surefoot.web.api.answers import answer
from surefoot.web.api.paths import PLAYBOOKS
from surefoot.web.forms import PlaybookBody, body_of, from_json
from surefoot.web.permissions import Permission, actor_of, needs, router, seeing_all, viewer_of
from surefoot.web.site import site_of

routes = router()


@routes.get(PLAYBOOKS)
@needs(Permission.READ)
def playbooks(request: Request) -> Response:
    """List the controls that have a playbook."""
    site = site_of(request)
    queries.only(request.query_params, ())
    with reading(site.engine) as conn:
        return answer(request, pages.build(conn, viewer_of(request).tenants, ratings=site.ratings))


@routes.get(f"{PLAYBOOKS}/{{control_id}}")
@needs(Permission.READ)
def playbook(request: Request, control_id: str) -> Response:
    """Give the steps for one control, Microsoft's and one's own."""
    site = site_of(request)
    queries.only(request.query_params, ())
    with reading(site.engine) as conn:
        return answer(request, pages.one(conn, control_id, viewer_of(request).tenants, ratings=site.ratings))


@routes.put(f"{PLAYBOOKS}/{{control_id}}")
@needs(Permission.ADMINISTER)
def put_playbook(request: Request, control_id: str, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Set one's own steps, and answer with the page that they made."""
    site, viewer = site_of(request), seeing_all(request, "Playbooks")
    queries.only(request.query_params, ())
    sent = from_json(body, PlaybookBody, '{"text": "1. Tell the service desk"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        set_playbook(conn, control_id, sent.text, viewer.name, site.clock())
        return answer(request, pages.one(conn, control_id, viewer.tenants, ratings=site.ratings))


@routes.delete(f"{PLAYBOOKS}/{{control_id}}")
@needs(Permission.ADMINISTER)
def delete_playbook(request: Request, control_id: str) -> Response:
    """Remove one's own steps; their versions stay."""
    site, viewer = site_of(request), seeing_all(request, "Playbooks")
    queries.only(request.query_params, ())
    with writing(site.engine, by=actor_of(request)) as conn:
        remove_playbook(conn, control_id, viewer.name, site.clock())
    return Response(status_code=HTTPStatus.NO_CONTENT)
