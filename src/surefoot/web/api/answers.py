"""Page objects as answers: JSON, or CSV for whoever asks for it, with a tag by which nothing is sent twice."""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from http import HTTPStatus

import msgspec
from fastapi import Request, Response

from surefoot.pages import tables
from surefoot.pages.outlets import encode
from surefoot.store import audit
from surefoot.store.audit import Deed
from surefoot.store.database import writing
from surefoot.web.permissions import actor_of
from surefoot.web.site import site_of

CSV = "text/csv; charset=utf-8"
JSON = "application/json"
LONGEST_SLUG = 60
"""Of a tenant's name in the name of a file."""


def answer(request: Request, page: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Write a page object as JSON; 304 when the client has it already."""
    return _tagged(request, encode(page), JSON, status)


def listed(
    request: Request,
    page: object,
    rows: Sequence[msgspec.Struct],
    kind: type[msgspec.Struct],
    *,
    written: Callable[[], bytes] | None = None,
) -> Response:
    """Write a page as JSON, or its rows as CSV where the address ends so or `Accept` prefers it.

    `written` writes the CSV of rows that have a form of their own.
    """
    if not wants_csv(request):
        return answer(request, page)
    name = request.url.path.rpartition("/")[2].removesuffix(".csv")
    response = _tagged(request, written() if written else tables.write(rows, kind), CSV, HTTPStatus.OK)
    if response.status_code == HTTPStatus.OK:
        _told(request, page, len(rows))
    response.headers["content-disposition"] = f'attachment; filename="surefoot-{name}.csv"'
    return response


def name_of_actions(tenant: str, day: dt.date | None, kind: str) -> str:
    """Name a file of a tenant's actions in letters, digits and hyphens: surefoot-contoso-actions-2026-11-28.xlsx."""
    plain = unicodedata.normalize("NFKD", tenant).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_SLUG].strip("-")
    return "-".join(part for part in ("surefoot", slug, "actions", day and day.isoformat()) if part) + f".{kind}"


def filed(request: Request, page: object, body: bytes, *, rows: int, name: str, media: str) -> Response:
    """Send a file that was written of a page: it is told to the audit trail, and saved under `name`."""
    _told(request, page, rows)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(body, media_type=media, headers=headers)


def _told(request: Request, page: object, rows: int) -> None:
    """Put an export into the audit trail before it leaves."""
    site, actor = site_of(request), actor_of(request)
    about = getattr(page, "tenant", None)
    deed = Deed(
        action="export.made", tenant=about.id if about else None, subject=request.url.path, after={"rows": rows}
    )
    with writing(site.engine, by=actor) as conn:
        audit.append(conn, deed, by=actor.name, now=site.clock())


def wants_csv(request: Request) -> bool:
    """Say whether a list is wanted as CSV."""
    if request.url.path.endswith(".csv"):
        return True
    return _quality(request, "text/csv") > _quality(request, JSON)


def _quality(request: Request, media: str) -> float:
    """Give how much a type is wanted by name, 0 to 1: wildcards ask for no CSV."""
    for part in request.headers.get("accept", "").split(","):
        name, *options = (p.strip() for p in part.split(";"))
        if name.lower() == media:
            weight = next((o[2:] for o in options if o.lower().startswith("q=")), "1")
            return float(weight) if weight.replace(".", "", 1).isdigit() and weight.isascii() else 0.0
    return 0.0


def _tagged(request: Request, body: bytes, media: str, status: HTTPStatus) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # The answer depends on who asks: caches of others keep nothing, one's own asks again.
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "accept, authorization, cookie"}
    if request.method in {"GET", "HEAD"} and _has(request.headers.get("if-none-match"), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, status_code=status, media_type=media, headers=headers)


def _has(sent: str | None, tag: str) -> bool:
    held = [t.strip().removeprefix("W/") for t in (sent or "").split(",")]
    return tag in held or "*" in held
