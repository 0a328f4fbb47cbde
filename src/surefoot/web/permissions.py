"""What each route needs, declared on the route and enforced in one place."""

import enum
from collections.abc import Callable, Iterable
from typing import TypeVar

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from surefoot.access.viewers import Viewer, viewer_of_session, viewer_of_token
from surefoot.errors import NotPermitted, NotSignedIn
from surefoot.model import Actor, ActorKind, Role
from surefoot.store.database import reading
from surefoot.web.cookies import session_of
from surefoot.web.site import site_of
from surefoot.web.turns import InTurn

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Permission(enum.Enum):
    """What somebody must be allowed to do to use a route."""

    PUBLIC = "public"
    """Nobody needs to be signed in."""
    READ = "read"
    """See the tenants that are theirs."""
    WRITE = "write"
    """Decide about them, too."""
    APPROVE = "approve"
    """Answer what others ask for."""
    ADMINISTER = "administer"
    """Set policies, playbooks and baselines."""


LEAST = {
    Permission.READ: Role.READER,
    Permission.WRITE: Role.EDITOR,
    Permission.APPROVE: Role.APPROVER,
    Permission.ADMINISTER: Role.ADMINISTRATOR,
}
"""The least role for each."""


def needs(permission: Permission) -> Callable[[Endpoint], Endpoint]:
    """Declare what a route needs."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["permission"] = permission
        return endpoint

    return mark


def router() -> APIRouter:
    """Make a router whose every route is authorised by what it declares."""
    return APIRouter(default_response_class=Response, dependencies=[Depends(authorise)], route_class=InTurn)


def declared(route: BaseRoute) -> Permission | None:
    """Say what a route declared; None when it forgot to."""
    found = getattr(getattr(route, "endpoint", None), "permission", None)
    return found if isinstance(found, Permission) else None


def undeclared(routes: Iterable[BaseRoute]) -> list[str]:
    """Name the routes without a declared permission, or where nothing enforces it."""
    return [getattr(route, "path", repr(route)) for route in routes if not _enforced(route)]


def _enforced(route: BaseRoute) -> bool:
    return (
        isinstance(route, APIRoute)
        and declared(route) is not None
        and any(d.dependency is authorise for d in route.dependencies)
    )


def check_declared(app: FastAPI) -> None:
    """Refuse to start with a route that anybody could use because its author forgot to say who may."""
    if missing := undeclared(app.routes):
        raise RuntimeError(f"no permission is declared for {', '.join(missing)}")


def authorise(request: Request) -> None:
    """Let the request through, or raise; `router` makes every route depend on this."""
    needed = declared(request.scope["route"])
    bearer = _bearer(request)
    if request.method not in SAFE and bearer is None and not same_origin(request):
        raise NotPermitted("The request does not come from a page of this site.")
    if needed is Permission.PUBLIC:
        return
    viewer = _viewer(request, bearer)
    if viewer is None:
        raise NotSignedIn("Sign in with a link from `surefoot serve`, or send an API token as `Authorization: Bearer`.")
    least = LEAST[needed] if needed else Role.ADMINISTRATOR
    if not viewer.role.may(least):
        can = "look at these tenants, but not change anything" if viewer.role is Role.READER else "not do this"
        raise NotPermitted(f"You may {can}: it needs the role {least.value}, and yours is {viewer.role.value}.")
    request.state.viewer = viewer


def viewer_of(request: Request) -> Viewer:
    """Take the one who asks, once `authorise` has let them in."""
    viewer = request.state.viewer
    if not isinstance(viewer, Viewer):
        raise NotSignedIn
    return viewer


def seeing_all(request: Request, what: str) -> Viewer:
    """Take the one who asks if they see all tenants: only they change what belongs to all of them."""
    viewer = viewer_of(request)
    if viewer.tenants is not None:
        raise NotPermitted(f"{what} belong to all tenants: who sees only some of them may not change them.")
    return viewer


def administering_all(request: Request, what: str) -> Viewer:
    """Take the one who asks if they see all tenants and may set what belongs to all of them."""
    viewer = seeing_all(request, what)
    if not viewer.role.may(Role.ADMINISTRATOR):
        raise NotPermitted(f"{what} need the role {Role.ADMINISTRATOR.value}, and yours is {viewer.role.value}.")
    return viewer


def actor_of(request: Request) -> Actor:
    """Name the one who asks, for the audit trail."""
    viewer = viewer_of(request)
    door = "api" if request.url.path.startswith("/api/") else "page"
    return Actor(name=viewer.name, kind=viewer.kind, origin=_origin(request, door))


def arriving(request: Request) -> Actor:
    """Name somebody who is signing in or out."""
    return Actor(name="administrator", kind=ActorKind.PERSON, origin=_origin(request, "page"))


def _origin(request: Request, door: str) -> str:
    return f"{door} {request.client.host}" if request.client else door


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _viewer(request: Request, bearer: str | None) -> Viewer | None:
    site = site_of(request)
    session = session_of(request.cookies, tls=site.tls)
    now = site.clock()
    if bearer is None and session is None:
        return None
    with reading(site.engine) as conn:
        if bearer is not None:
            return viewer_of_token(conn, bearer, now)
        return viewer_of_session(conn, session or "", now)


def same_origin(request: Request) -> bool:
    """Say whether the browser vouches that a page of this site sent the request (against forged forms)."""
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    return bool(host) and origin.lower() in {f"http://{host}".lower(), f"https://{host}".lower()}
