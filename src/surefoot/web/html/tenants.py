"""The list of tenants, and the guided path to a new one."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import QueryParams

from surefoot.access.viewers import Viewer, visible_to
from surefoot.errors import GraphError, InputRefused, KeyWrong, SurefootError
from surefoot.model import AuthMethod, Cloud, Role
from surefoot.pages import tenants as pages
from surefoot.pages.consents import CONSENTS, Consent
from surefoot.pages.outlets import camel
from surefoot.pages.tenants import State, TenantRow, Tenants
from surefoot.store.database import reading
from surefoot.web import tenancy
from surefoot.web.forms import body_of, from_form
from surefoot.web.html.contexts import Choice, Page
from surefoot.web.html.entra import Entra, entra
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, router, seeing_all, viewer_of
from surefoot.web.site import Emulated, Site, site_of
from surefoot.web.tenant_forms import CLOUDS, METHODS, TenantBody

routes = router()
Body = Annotated[bytes, Depends(body_of)]

METHOD_WORDS = {
    AuthMethod.SECRET: "Client secret",
    AuthMethod.CERTIFICATE: "Certificate",
    AuthMethod.WORKLOAD_IDENTITY: "Workload identity",
    AuthMethod.MANAGED_IDENTITY: "Managed identity",
    AuthMethod.DEVICE_CODE: "Device code",
    AuthMethod.NONE: "Imported files",
}
CLOUD_WORDS = {
    Cloud.GLOBAL: "Microsoft 365 worldwide, GCC",
    Cloud.US_GOV_L4: "US Government GCC High (L4)",
    Cloud.US_GOV_L5: "US Government DoD (L5)",
    Cloud.CHINA: "21Vianet in China",
    Cloud.EMULATOR: "Emulator",
}
STATE_WORDS = {
    State.CONNECTED: "Connected",
    State.WAITING: "Not read yet",
    State.FAILING: "Needs attention",
    State.IMPORTED: "Not connected",
}


class TenantLine(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the list."""

    row: TenantRow
    href: str
    """Of its connection."""
    overview_href: str
    outbox_href: str
    history_href: str
    state: str
    method: str


class TenantsPage(Page, frozen=True, kw_only=True):
    """`tenants.html`."""

    tenants: Tenants
    lines: tuple[TenantLine, ...]
    text: str
    states: tuple[Choice, ...]
    filtered: bool
    failing_href: str
    can_add: bool
    can_import: bool


class TypedTenant(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody typed into the form of a connection; never the secret."""

    name: str = ""
    tenant_id: str = ""
    client_id: str = ""


class AddPage(Page, frozen=True, kw_only=True):
    """`tenant_add.html`."""

    consents: tuple[Consent, ...]
    typed: TypedTenant
    methods: tuple[Choice, ...]
    clouds: tuple[Choice, ...]
    entra: Entra
    emulated: Emulated | None
    refused: str | None


@routes.get("/tenants")
@needs(Permission.READ)
def show_tenants(request: Request) -> Response:
    """List the tenants: how they are connected, and what is wrong."""
    viewer = viewer_of(request)
    with reading(site_of(request).engine) as conn:
        visible = visible_to(conn, viewer)
        page = pages.build(conn, visible)
    view = list_view(page, request.query_params)
    around = frame(request, "Tenants", visible=visible, tab="tenants")
    return render(
        request, "tenants.html",
        TenantsPage(
            frame=around, can_add=may_add(viewer) and site_of(request).reach is not None,
            can_import=may_add(viewer), **view,
        ),
    )  # fmt: skip


def may_add(viewer: Viewer) -> bool:
    """Say whether somebody may add and remove tenants."""
    return viewer.tenants is None and viewer.role.may(Role.ADMINISTRATOR)


def list_view(page: Tenants, query: Mapping[str, str] | QueryParams) -> dict[str, Any]:
    """Prepare the list for its template: what is searched for, and of which state."""
    text, state = query.get("text", "")[:200], query.get("state", "")
    wanted = next((s for s in State if s.value == state), None)
    shown = [
        r
        for r in page.tenants
        if (wanted is None or r.state is wanted)
        and any(text.casefold() in held.casefold() for held in (r.tenant.name, r.tenant.id, *r.labels))
    ]
    counts = {s: sum(r.state is s for r in page.tenants) for s in State}
    every = Choice(value="", label="All", selected=wanted is None)
    return {
        "tenants": page,
        "lines": tuple(_line(r) for r in shown),
        "text": text,
        "states": (every, *(_state(s, n, wanted) for s, n in counts.items() if n or s is wanted)),
        "filtered": bool(text) or wanted is not None,
        "failing_href": "/tenants?state=failing",
    }


def _state(state: State, count: int, wanted: State | None) -> Choice:
    return Choice(value=state.value, label=f"{STATE_WORDS[state]} ({count})", selected=state is wanted)


def _line(row: TenantRow) -> TenantLine:
    here = row.tenant.id
    return TenantLine(
        row=row,
        href=path(here, "connection"),
        overview_href=path(here, "overview"),
        outbox_href=path(here, "outbox"),
        history_href=path(here, "history", days="all"),
        state=STATE_WORDS[row.state],
        method=METHOD_WORDS[row.method],
    )


@routes.get("/tenants/add")
@needs(Permission.ADMINISTER)
def ask_for_tenant(request: Request) -> Response:
    """Show what a new tenant needs, and the form."""
    seeing_all(request, "New tenants")
    return _form(request, {})


@routes.post("/tenants/add")
@needs(Permission.ADMINISTER)
def add_tenant(request: Request, body: Body) -> Response:
    """Add a tenant and try its connection, then lead to how that went; a refused form comes back as it was."""
    seeing_all(request, "New tenants")
    sent = from_form(body)
    try:
        made = tenancy.add(request, body_of_form(sent))
    except (InputRefused, GraphError) as refusal:
        return _form(request, sent, refusal)
    try_quietly(site_of(request), made.id, request)
    return RedirectResponse(path(made.id, "connection", new="1"), HTTPStatus.SEE_OTHER)


def try_quietly(site: Site, tenant_id: str, request: Request) -> None:
    """Try a connection; what cannot be tried now is tried on the page that follows."""
    try:
        tenancy.try_now(site, tenancy.found(request, tenant_id))
    except (GraphError, KeyWrong, InputRefused):
        site.tried.pop(tenant_id, None)


def body_of_form(sent: Mapping[str, str]) -> TenantBody:
    """Take a form's fields for the API's body."""
    method = sent.get("method", "secret")
    return TenantBody(
        name=sent.get("name", ""),
        tenant_id=sent.get("tenant_id", ""),
        client_id=sent.get("client_id") or None,
        method=method,
        cloud=sent.get("cloud", "global"),
        secret=secret_of_form(sent),
    )


def secret_of_form(sent: Mapping[str, str]) -> str | None:
    """Take the secret out of the field that belongs to the chosen way of signing in."""
    return sent.get("certificate" if sent.get("method") == "certificate" else "secret") or None


def _form(request: Request, sent: Mapping[str, str], refusal: SurefootError | None = None) -> Response:
    site = site_of(request)
    with reading(site.engine) as conn:
        visible = visible_to(conn, viewer_of(request))
    made_up = site.reach.emulated if site.reach else None
    page = AddPage(
        frame=frame(request, "Add a tenant", visible=visible, tab="tenants"),
        consents=CONSENTS,
        typed=TypedTenant(
            name=sent.get("name", ""), tenant_id=sent.get("tenant_id", ""), client_id=sent.get("client_id", "")
        ),
        methods=methods(sent.get("method", "secret")),
        clouds=clouds(sent.get("cloud") or ("emulator" if made_up else "global"), made_up),
        entra=entra(),
        emulated=made_up,
        refused=refusal.sentence if refusal else None,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return render(request, "tenant_add.html", page, status=status)


def methods(chosen: str) -> tuple[Choice, ...]:
    """Offer the ways of signing in, and the one that is there already."""
    offered = [m for m in AuthMethod if m in METHODS or camel(m) == chosen]
    return tuple(Choice(value=camel(m), label=METHOD_WORDS[m], selected=camel(m) == chosen) for m in offered)


def clouds(chosen: str, emulated: Emulated | None) -> tuple[Choice, ...]:
    """Offer Microsoft's clouds, the one that is there already, and the emulator where a demo runs one."""
    made_up = (Cloud.EMULATOR,) if emulated or chosen == Cloud.EMULATOR.value else ()
    return tuple(Choice(value=camel(c), label=CLOUD_WORDS[c], selected=camel(c) == chosen) for c in (*made_up, *CLOUDS))
