"""The API's tokens: made, listed without the tokens themselves, revoked."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response

from surefoot.access.tokens import create_token, revoke_token
from surefoot.access.viewers import tenant_for
from surefoot.errors import InputRefused
from surefoot.model import Role
from surefoot.pages.tokens import MadeToken, TokenRow, build
from surefoot.store.database import reading, writing
from surefoot.web import queries
from surefoot.web.api.answers import answer, listed
from surefoot.web.api.paths import TOKENS
from surefoot.web.forms import body_of, from_json
from surefoot.web.permissions import Permission, actor_of, needs, router, seeing_all
from surefoot.web.site import site_of
from surefoot.web.tenant_forms import TokenBody

routes = router()
WHOSE = "API tokens"


@routes.get(TOKENS)
@routes.get(f"{TOKENS}.csv")
@needs(Permission.ADMINISTER)
def tokens(request: Request) -> Response:
    """List the tokens, without the tokens themselves."""
    queries.only(request.query_params, ())
    seeing_all(request, WHOSE)
    with reading(site_of(request).engine) as conn:
        page = build(conn)
    return listed(request, page, page.tokens, TokenRow)


@routes.post(TOKENS)
@needs(Permission.ADMINISTER)
def make_token(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Make a token and answer with it, this once."""
    queries.only(request.query_params, ())
    viewer, site = seeing_all(request, WHOSE), site_of(request)
    sent, now = from_json(body, TokenBody, '{"name": "grafana", "role": "reader"}'), site_of(request).clock()
    if sent.expires_at is not None and sent.expires_at <= now:
        raise InputRefused("The end of a token lies ahead.")
    with writing(site.engine, by=actor_of(request)) as conn:
        seen = None if sent.tenants is None else frozenset(tenant_for(conn, viewer, t).id for t in sent.tenants)
        role = queries.parse(sent.role, "role", Role)
        made = create_token(conn, name=sent.name, tenants=seen, role=role, now=now, expires_at=sent.expires_at)
    return answer(request, MadeToken(name=sent.name, token=made), HTTPStatus.CREATED)


@routes.delete(f"{TOKENS}/{{name}}")
@needs(Permission.ADMINISTER)
def drop_token(request: Request, name: str) -> Response:
    """Revoke a token."""
    queries.only(request.query_params, ())
    seeing_all(request, WHOSE)
    with writing(site_of(request).engine, by=actor_of(request)) as conn:
        revoke_token(conn, name, now=site_of(request).clock())
    return Response(status_code=HTTPStatus.NO_CONTENT)
