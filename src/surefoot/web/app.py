"""The web application, made from plain values."""

import datetime as dt
import gc
import sys
from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from surefoot.errors import SurefootError
from surefoot.scoring.ratings import Ratings
from surefoot.web import assets
from surefoot.web.api.paths import BULK, TENANTS
from surefoot.web.api.routes import router as api
from surefoot.web.compressing import Compressing
from surefoot.web.guard import Guard, Rules
from surefoot.web.html.render import environment, message
from surefoot.web.html.routes import router as pages
from surefoot.web.html.sign_in import router as signing
from surefoot.web.idle import Idle
from surefoot.web.permissions import check_declared
from surefoot.web.problems import UNEXPECTED, Problem, problem_of, problem_of_status, problem_response
from surefoot.web.site import GraphSync, Reach, Site
from surefoot.web.uploads import LARGEST

LARGER = {
    BULK: 4_000_000,  # twenty thousand actions by name
    "/bulk": 500_000,  # two thousand in a form
    "/tenants/import": LARGEST,
    "/tenants/*/import": LARGEST,
    f"{TENANTS}/*/import": LARGEST,
}
"""What takes more than the usual body, in bytes; a star stands for one part of the address."""
COLLECTED = (50_000, 10, 50)
"""After how many new values the garbage collector looks at the youngest of its own accord, and after how many looks at
the elder: in busy times, as it mostly looks when it is `idle`."""
SWITCHED = 0.0005
"""Seconds until one thread gives the interpreter to another that waits for it."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Surefoot(FastAPI):
    """The application inside its guard, so that even the answer to a crash wears its headers."""

    guard: Guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the guard look first."""
        await self.guard(scope, receive, send)


def create(
    *,
    engine: Engine,
    ratings: Ratings,
    clock: Callable[[], dt.datetime],
    graph_sync: GraphSync | None = None,
    reach: Reach | None = None,
    allowed_hosts: frozenset[str] = LOOPBACK,
    tls: bool = False,
    longest_body: int = 64 * 1024,
) -> FastAPI:
    """Make the application.

    `graph_sync` makes a tenant due at once; None: no Sync now. `reach` is what a process with the keys can
    do; None: tenants are added elsewhere. `allowed_hosts` are host names without port. `tls` is
    true when browsers come over https, be it through a proxy. `longest_body` is in bytes.
    """
    app = Surefoot(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    files = assets.load()
    app.state.site = Site(
        engine=engine,
        ratings=ratings,
        clock=clock,
        graph_sync=graph_sync,
        reach=reach,
        tls=tls,
        assets=files,
        templates=environment(files),
    )
    for router in (api, signing, pages):
        app.router.routes.extend(router.routes)
    app.add_exception_handler(SurefootError, _failed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _crashed)
    check_declared(app)
    app.guard = Guard(
        Idle(Compressing(super(Surefoot, app).__call__)),
        Rules(allowed_hosts=allowed_hosts, longest_body=longest_body, larger=LARGER, tls=tls),
    )
    return app


def settle(app: FastAPI) -> None:
    """Make ready what the first readers would wait for, and put all of it aside from the garbage collector.

    What lives as long as the process is then not walked over again: a pause of 70 ms in every twentieth page less. And
    the collector runs seldom within an answer: a page makes ten thousand values that its end frees without it, and
    hardly a cycle, while a walk over all remembered answers takes 100 ms.

    Whoever waits for the interpreter gets it after half a millisecond, not after five: what takes in and hands out
    answers needs it several times for each of them, while another page is worked on.
    """
    templates = app.state.site.templates
    for name in templates.list_templates():
        templates.get_template(name)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED)
    sys.setswitchinterval(SWITCHED)


def _failed(request: Request, error: Exception) -> Response:
    """Answer one of our own failures."""
    return _answer(request, problem_of(error) if isinstance(error, SurefootError) else UNEXPECTED)


def _refused(request: Request, error: Exception) -> Response:
    """Answer what the framework refused: no such address, another method, too large a body."""
    if not isinstance(error, HTTPException):
        return _crashed(request, error)
    response = _answer(request, problem_of_status(error.status_code, error.detail))
    response.headers.update(error.headers or {})
    return response


def _crashed(request: Request, _error: Exception) -> Response:
    """Answer a mistake of ours; the server logs it with the request id."""
    return _answer(request, UNEXPECTED)


def _answer(request: Request, problem: Problem) -> Response:
    """Write a problem for a program or for a person, by where it was asked."""
    if request.url.path.startswith("/api/") or request.url.path == "/health":
        return problem_response(problem)
    response = message(request, problem)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["www-authenticate"] = 'Bearer realm="Surefoot"'
    return response
