"""The session cookie: an opaque id that only the server can read anything from."""

import datetime as dt
from collections.abc import Mapping

from fastapi import Response

SECURE_NAME = "__Host-surefoot"
"""On https: bound to this host and path by its name."""
PLAIN_NAME = "surefoot-session"
"""On plain http, which is for loopback alone: browsers refuse `__Host-` there."""


def name(*, tls: bool) -> str:
    """Choose the cookie's name."""
    return SECURE_NAME if tls else PLAIN_NAME


def session_of(cookies: Mapping[str, str], *, tls: bool) -> str | None:
    """Take the session's id from the request's cookies."""
    return cookies.get(name(tls=tls)) or None


def put(response: Response, session: str, *, tls: bool, lasts: dt.timedelta) -> None:
    """Give the browser its session."""
    response.set_cookie(
        name(tls=tls),
        session,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=tls,
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, *, tls: bool) -> None:
    """Take it away again."""
    response.delete_cookie(name(tls=tls), path="/", secure=tls, httponly=True, samesite="lax")
