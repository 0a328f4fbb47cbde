"""The menu of saved views on a list, and what its forms do."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from surefoot.errors import InputRefused
from surefoot.store.database import writing
from surefoot.store.views import SavedView
from surefoot.sync.views import remove_view, rename_view, save_view
from surefoot.web.api.views import number
from surefoot.web.forms import body_of, from_form
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

Body = Annotated[bytes, Depends(body_of)]


class ViewLink(msgspec.Struct, frozen=True, kw_only=True):
    """A saved view in the menu."""

    key: int
    name: str
    href: str
    current: bool


class ViewsMenu(msgspec.Struct, frozen=True, kw_only=True):
    """What the menu of saved views needs."""

    page: str
    links: tuple[ViewLink, ...]
    query: str
    """What would be saved: the address as it is now."""
    back: str
    """Where its forms lead back to."""


def menu(page: str, held: Sequence[SavedView], *, path: str, query: str) -> ViewsMenu:
    """Make the menu of the list at `path`, which stands at `query` now."""
    links = (
        ViewLink(key=v.key, name=v.name, href=f"{path}?{v.query}" if v.query else path, current=v.query == query)
        for v in held
    )
    return ViewsMenu(page=page, links=tuple(links), query=query, back=f"{path}?{query}" if query else path)


@routes.post("/views")
@needs(Permission.READ)
def save(request: Request, body: Body) -> Response:
    """Save a view, then lead back to it."""
    site, fields = site_of(request), from_form(body)
    page, name, query = (fields.get(key, "") for key in ("page", "name", "query"))
    with writing(site.engine, by=actor_of(request)) as conn:
        save_view(conn, page, name, query, owner=viewer_of(request).owner, now=site.clock())
    return back_to(fields, "view-saved")


@routes.post("/views/{key}")
@needs(Permission.READ)
def change(request: Request, key: str, body: Body) -> Response:
    """Rename or remove a view, then lead back."""
    site, fields, owner = site_of(request), from_form(body), viewer_of(request).owner
    with writing(site.engine, by=actor_of(request)) as conn:
        match fields.get("do"):
            case "rename":
                rename_view(conn, number(key), fields.get("name", ""), owner=owner, now=site.clock())
            case "remove":
                remove_view(conn, number(key), owner=owner, now=site.clock())
            case _:
                raise InputRefused("Choose what to do: rename or remove the view.")
    return back_to(fields, "view-changed")


def back_to(fields: dict[str, str], said: str) -> Response:
    """Lead back to where the form was, if that is a page of this site."""
    text = fields.get("back", "/")
    target = text if ours(text) else "/"
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}said={said}", HTTPStatus.SEE_OTHER)


def ours(address: str) -> bool:
    """Say whether an address that was sent is one of this site's pages, so that a link to it leads nowhere else."""
    try:
        elsewhere = bool(urlsplit(address).netloc)
    except ValueError:
        return False
    return address.startswith("/") and not address.startswith(("//", "/\\")) and not elsewhere and address.isprintable()
