"""Signing in by a one-time link, and out."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from surefoot.access.viewers import SESSION_LASTS, end_session, start_session
from surefoot.store.database import writing
from surefoot.web import cookies
from surefoot.web.forms import body_of, from_form
from surefoot.web.html.contexts import SignInPage
from surefoot.web.html.render import bare_frame, render
from surefoot.web.permissions import Permission, arriving, needs
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

router = guarded_router()

LONGEST_LINK = 200


@router.get("/sign-in")
@needs(Permission.PUBLIC)
def ask(request: Request) -> Response:
    """Show the button that signs in. Showing it uses nothing up: programs that scan links may come first."""
    link = request.query_params.get("link")
    page = SignInPage(
        frame=bare_frame(request, "Sign in"),
        link=link if link and len(link) <= LONGEST_LINK else None,
        signed_out="out" in request.query_params,
    )
    return render(request, "sign_in.html", page)


@router.post("/sign-in")
@needs(Permission.PUBLIC)
def sign_in(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Use the link up and start a session; any session of before ends."""
    site = site_of(request)
    link = from_form(body).get("link", "")
    before = cookies.session_of(request.cookies, tls=site.tls)
    with writing(site.engine, by=arriving(request)) as conn:
        session = start_session(conn, link, site.clock())
        if session is not None and before is not None:
            end_session(conn, before, site.clock())
    if session is None:
        page = SignInPage(frame=bare_frame(request, "The link has been used or is too old"), link=None, expired=True)
        return render(request, "sign_in.html", page, status=HTTPStatus.FORBIDDEN)
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    cookies.put(response, session, tls=site.tls, lasts=SESSION_LASTS)
    return response


@router.post("/sign-out")
@needs(Permission.PUBLIC)
def sign_out(request: Request) -> Response:
    """End the session, here and in the browser."""
    site = site_of(request)
    session = cookies.session_of(request.cookies, tls=site.tls)
    if session is not None:
        with writing(site.engine, by=arriving(request)) as conn:
            end_session(conn, session, site.clock())
    response = RedirectResponse("/sign-in?out=1", HTTPStatus.SEE_OTHER)
    cookies.drop(response, tls=site.tls)
    return response
