"""The API's saved views: each belongs to whoever asks."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response

from surefoot.errors import InputRefused, NotFound
from surefoot.pages import views as pages
from surefoot.store.database import reading, writing
from surefoot.sync.views import PAGES, remove_view, rename_view, save_view
from surefoot.web import queries
from surefoot.web.api.answers import answer
from surefoot.web.api.paths import VIEWS
from surefoot.web.forms import RenameBody, ViewBody, body_of, from_json
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

LONGEST_KEY = 16


@routes.get(VIEWS)
@needs(Permission.READ)
def views(request: Request) -> Response:
    """List one's own views."""
    queries.only(request.query_params, ("page",))
    page = queries.word(request.query_params, "page")
    if page is not None and page not in PAGES:
        raise InputRefused(f"{page[:40]!r} is no page with views. Possible: {', '.join(PAGES)}.")
    with reading(site_of(request).engine) as conn:
        return answer(request, pages.build(conn, viewer_of(request).owner, page))


@routes.post(VIEWS)
@needs(Permission.READ)
def save(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Save a view, and answer with it."""
    site = site_of(request)
    queries.only(request.query_params, ())
    sent = from_json(body, ViewBody, '{"page": "actions", "name": "Quick wins", "query": "show=quick"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        kept = save_view(conn, sent.page, sent.name, sent.query, owner=viewer_of(request).owner, now=site.clock())
    return answer(request, kept, HTTPStatus.CREATED)


@routes.patch(f"{VIEWS}/{{key}}")
@needs(Permission.READ)
def rename(request: Request, key: str, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Rename one of one's own views, and answer with it."""
    site = site_of(request)
    queries.only(request.query_params, ())
    sent = from_json(body, RenameBody, '{"name": "Quick wins"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        made = rename_view(conn, number(key), sent.name, owner=viewer_of(request).owner, now=site.clock())
    return answer(request, made)


@routes.delete(f"{VIEWS}/{{key}}")
@needs(Permission.READ)
def remove(request: Request, key: str) -> Response:
    """Remove one of one's own views."""
    site = site_of(request)
    queries.only(request.query_params, ())
    with writing(site.engine, by=actor_of(request)) as conn:
        remove_view(conn, number(key), owner=viewer_of(request).owner, now=site.clock())
    return Response(status_code=HTTPStatus.NO_CONTENT)


def number(key: str) -> int:
    """Read a view's number from an address."""
    if not (key.isascii() and key.isdigit() and len(key) < LONGEST_KEY):
        raise NotFound
    return int(key)
