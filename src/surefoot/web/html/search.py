"""The search: pages, tenants and controls by a few letters; every page's palette shows its results."""

import msgspec
from fastapi import Request, Response

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.model import Tenant
from surefoot.pages import search as search_page
from surefoot.pages.search import FoundControl, Search, fitting
from surefoot.store.database import reading
from surefoot.web.html import formats
from surefoot.web.html.contexts import Link, Page
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, navigation, render
from surefoot.web.permissions import Permission, needs, viewer_of
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

routes = guarded_router()

LONGEST = 200
"""Characters of a text that are looked at."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was found."""

    label: str
    href: str
    detail: str


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one kind."""

    title: str
    hits: tuple[Hit, ...]
    left: int
    """How many more there are."""


class SearchPage(Page, frozen=True, kw_only=True):
    """`search.html`."""

    text: str
    within: str
    """The id of the tenant whose pages come first; empty: none."""
    groups: tuple[Hits, ...]


@routes.get("/search")
@needs(Permission.READ)
def show_search(request: Request) -> Response:
    """Show what a few letters find."""
    site, viewer, query = site_of(request), viewer_of(request), request.query_params
    text = query.get("text", "").strip()[:LONGEST]
    with reading(site.engine) as conn:
        visible = visible_to(conn, viewer)
        tenant = tenant_for(conn, viewer, query["tenant"]) if query.get("tenant") else None
        found = search_page.build(conn, text, visible, ratings=site.ratings, tenant=tenant)
    page = SearchPage(
        frame=frame(request, "Search", visible=visible),
        text=text,
        within=tenant.id if tenant else "",
        groups=tuple(g for g in groups(found, tenant) if g.hits),
    )
    return render(request, "search.html", page)


def groups(found: Search, tenant: Tenant | None) -> tuple[Hits, ...]:
    """Put what was found into groups; without a text the pages are all that is offered."""
    tenants = tuple(Hit(label=t.name, href=path(t.id, "overview"), detail="Tenant") for t in found.tenants)
    controls = tuple(_control(c) for c in found.controls)
    return (
        Hits(title="Pages", hits=_pages(found.text, tenant), left=0),
        Hits(title="Tenants", hits=tenants, left=found.tenants_total - len(tenants)),
        Hits(title="Controls", hits=controls, left=found.controls_total - len(controls)),
    )


def _pages(text: str, tenant: Tenant | None) -> tuple[Hit, ...]:
    own = [(link, tenant.name) for part in navigation(tenant) for link in part] if tenant else []
    every = [*own, *((link, "All tenants") for part in navigation(None) for link in part)]
    held = fitting(every, text, lambda pair: (pair[0].label,)) if text else every
    return tuple(_page(link, whose) for link, whose in held)


def _page(link: Link, whose: str) -> Hit:
    return Hit(label=link.label, href=link.href, detail=whose)


def _control(found: FoundControl) -> Hit:
    where = found.tenant.name if found.tenants == 1 else f"{formats.plural(found.tenants, 'tenant', 'tenants')}"
    return Hit(label=found.name, href=path(found.tenant.id, f"actions/{formats.quoted(found.control)}"), detail=where)
