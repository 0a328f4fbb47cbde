"""What the API writes beside decisions: notes, and dismissed regressions."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response

from surefoot.access.viewers import tenant_for
from surefoot.pages import regressions as regressions_page
from surefoot.store.database import writing
from surefoot.sync import notes
from surefoot.sync.dismissals import dismiss, restore
from surefoot.web import queries
from surefoot.web.api.answers import answer
from surefoot.web.api.paths import SCORE
from surefoot.web.forms import NoteBody, ReasonBody, body_of, from_json, moment
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()


@routes.post(f"{SCORE}/events")
@needs(Permission.WRITE)
def add_note(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Keep a note, and answer with the event that it became."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant",))
    viewer = viewer_of(request)
    sent = from_json(body, NoteBody, '{"text": "Rolled out FIDO2 to finance"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        kept = notes.note(
            conn, tenant, sent.text, by=viewer.name, now=site.clock(), at=moment(sent.at), control=sent.control
        )
        return answer(request, kept, HTTPStatus.CREATED)


@routes.delete(f"{SCORE}/events/{{event_id}}")
@needs(Permission.WRITE)
def remove_note(request: Request, event_id: str) -> Response:
    """Remove a note; what Graph reported cannot be removed."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant",))
    with writing(site.engine, by=actor_of(request)) as conn:
        viewer = viewer_of(request)
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        notes.remove(conn, tenant, event_id, by=viewer.name, now=site.clock())
    return Response(status_code=HTTPStatus.NO_CONTENT)


@routes.post(f"{SCORE}/regressions/{{control_id}}/dismiss")
@needs(Permission.WRITE)
def dismiss_regression(request: Request, control_id: str, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Dismiss a regression with a reason, and answer with all of them."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant",))
    viewer = viewer_of(request)
    sent = from_json(body, ReasonBody, '{"reason": "A test tenant"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        now = site.clock()
        dismiss(conn, tenant, control_id, sent.reason, by=viewer.name, now=now, ratings=site.ratings)
        return answer(request, regressions_page.build(conn, tenant, ratings=site.ratings, with_dismissed=True))


@routes.post(f"{SCORE}/regressions/{{control_id}}/restore")
@needs(Permission.WRITE)
def restore_regression(request: Request, control_id: str) -> Response:
    """Take a dismissal back, and answer with all regressions."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant",))
    viewer = viewer_of(request)
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        restore(conn, tenant, control_id, by=viewer.name, now=site.clock(), ratings=site.ratings)
        return answer(request, regressions_page.build(conn, tenant, ratings=site.ratings, with_dismissed=True))
