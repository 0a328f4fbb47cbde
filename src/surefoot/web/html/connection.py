"""How one tenant is connected: whether it works, how it was read, and everything that can be changed about that."""

import datetime as dt
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import replace
from sqlalchemy import Connection

from surefoot.access.viewers import Viewer, tenant_for, visible_to
from surefoot.errors import ConsentMissing, GraphError, InputRefused, NotLicensed, NotPermitted, SurefootError
from surefoot.model import AuthMethod, Role, Tenant
from surefoot.pages import governance
from surefoot.pages import tenants as pages
from surefoot.pages.mending import mend_of
from surefoot.pages.outlets import camel, plain
from surefoot.pages.tenants import RunRow, SyncHistory, TenantPage
from surefoot.store.database import reading, writing
from surefoot.store.holdings import Holdings
from surefoot.sync.checks import OK, Check, Step
from surefoot.sync.policies import govern
from surefoot.web import tenancy
from surefoot.web.forms import body_of, from_form
from surefoot.web.html import formats
from surefoot.web.html.contexts import Choice, Frame, Page
from surefoot.web.html.entra import Entra, entra, place_of
from surefoot.web.html.overview import path
from surefoot.web.html.policy import PolicyField, changes, fields
from surefoot.web.html.render import frame, render
from surefoot.web.html.tenants import (
    CLOUD_WORDS,
    METHOD_WORDS,
    STATE_WORDS,
    clouds,
    may_add,
    methods,
    secret_of_form,
    try_quietly,
)
from surefoot.web.permissions import Permission, actor_of, needs, router, seeing_all, viewer_of
from surefoot.web.site import Site, Tried, site_of
from surefoot.web.tenant_forms import TenantChange

routes = router()
Body = Annotated[bytes, Depends(body_of)]
SHOWN = 20
"""Readings on the page; all of them on request."""


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was tried."""

    step: Step
    kind: str
    """`good`, `bad` or `open`: optional, and not granted."""
    word: str
    what: str | None
    """What to do about it."""
    href: str | None
    link: str | None
    """The words of the link to where that is done."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with the reading of a tenant."""

    text: str
    what: str
    href: str | None
    link: str | None
    since: dt.datetime | None
    request_id: str | None


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing that removing deletes."""

    count: int
    words: str


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed into a form that was refused, and which one."""

    form: str = ""
    """`connection`, `name`, `labels`, `policy` or `remove`."""
    why: str = ""
    sent: Mapping[str, str] = {}


class ConnectionPage(Page, frozen=True, kw_only=True):
    """`connection.html`."""

    tenant: TenantPage
    new: bool
    """Whether it was just added: the page leads through the last steps."""
    state: str
    method: str
    cloud: str
    problem: Problem | None
    tried: Tried | None
    """None: this process has not tried it."""
    steps: tuple[StepRow, ...]
    verdict: str
    history: SyncHistory
    runs: tuple[RunRow, ...]
    more_href: str | None
    csv_href: str
    api_href: str
    """What the script asks how far a reading has come."""
    newest: str
    """When the newest reading began, and how many are kept: by that the script knows a new one."""
    live: bool
    """Whether a reading is under way or about to begin here."""
    can_sync: bool
    can_try: bool
    can_change: bool
    can_connect: bool
    """Whether this process can keep a secret."""
    can_remove: bool
    client_id: str
    name: str
    labels: str
    methods: tuple[Choice, ...]
    clouds: tuple[Choice, ...]
    entra: Entra
    policies: tuple[PolicyField, ...]
    deletes: tuple[Deleted, ...]
    confirm: str
    typed: Typed
    zones_href: str
    outbox_href: str
    here: str


@routes.get("/tenants/{tenant_id}/connection")
@needs(Permission.READ)
def show_connection(request: Request, tenant_id: str) -> Response:
    """Show how a tenant is connected."""
    return _show(request, tenant_id)


@routes.post("/tenants/{tenant_id}/check")
@needs(Permission.ADMINISTER)
def check_tenant(request: Request, tenant_id: str, body: Body) -> Response:
    """Try the connection, then lead back to how that went."""
    tenant = tenancy.found(request, tenant_id)
    new = from_form(body).get("new") == "1"
    try:
        tenancy.try_now(site_of(request), tenant)
    except SurefootError as failure:
        return _refused(request, tenant.id, "check", {}, failure)
    return _back(tenant, "tried", "#test", **({"new": "1"} if new else {}))


@routes.post("/tenants/{tenant_id}/connection")
@needs(Permission.ADMINISTER)
def change_connection(request: Request, tenant_id: str, body: Body) -> Response:
    """Change how a tenant is reached or replace its secret, and try it; a refused form comes back as it was."""
    tenant, sent = tenancy.found(request, tenant_id), from_form(body)
    secret = secret_of_form(sent)
    change = TenantChange(
        client_id=sent.get("client_id") or None,
        method=sent.get("method", ""),
        cloud=sent.get("cloud", ""),
        secret=secret or msgspec.UNSET,
    )
    try:
        tenancy.change(request, tenant, change)
    except (InputRefused, GraphError) as refusal:
        return _refused(request, tenant.id, "connection", sent, refusal)
    try_quietly(site_of(request), tenant.id, request)
    return _back(tenant, "reconnected", "#test")


@routes.post("/tenants/{tenant_id}/name")
@needs(Permission.ADMINISTER)
def rename(request: Request, tenant_id: str, body: Body) -> Response:
    """Call a tenant something else."""
    tenant, sent = tenancy.found(request, tenant_id), from_form(body)
    try:
        tenancy.change(request, tenant, TenantChange(name=sent.get("name", "")))
    except InputRefused as refusal:
        return _refused(request, tenant.id, "name", sent, refusal)
    return _back(tenant, "decided")


@routes.post("/tenants/{tenant_id}/labels")
@needs(Permission.ADMINISTER)
def relabel(request: Request, tenant_id: str, body: Body) -> Response:
    """Give a tenant the labels of the form, and no others."""
    tenant, sent = tenancy.found(request, tenant_id), from_form(body)
    words = tuple(word.strip() for word in sent.get("labels", "").split(",") if word.strip())
    try:
        tenancy.change(request, tenant, TenantChange(labels=words))
    except InputRefused as refusal:
        return _refused(request, tenant.id, "labels", sent, refusal)
    return _back(tenant, "decided")


@routes.post("/tenants/{tenant_id}/policy")
@needs(Permission.ADMINISTER)
def set_policy(request: Request, tenant_id: str, body: Body) -> Response:
    """Govern the decisions about one tenant."""
    tenant, sent = tenancy.found(request, tenant_id), from_form(body)
    viewer, site = viewer_of(request), site_of(request)
    try:
        with writing(site.engine, by=actor_of(request)) as conn:
            govern(
                conn, tenant, changes(sent), by=viewer.name, now=site.clock(), may_loosen=viewer.tenants is None
            )  # fmt: skip
    except (InputRefused, NotPermitted) as refusal:
        return _refused(request, tenant.id, "policy", sent, refusal)
    return _back(tenant, "decided")


@routes.post("/tenants/{tenant_id}/remove")
@needs(Permission.ADMINISTER)
def remove(request: Request, tenant_id: str, body: Body) -> Response:
    """Remove a tenant when its name was typed to confirm that."""
    tenant, sent = tenancy.found(request, tenant_id), from_form(body)
    seeing_all(request, "Tenants to remove")
    if " ".join(sent.get("confirm", "").split()).casefold() != tenant.name.casefold():
        refusal = InputRefused(f"Nothing was removed: type {tenant.name} to say that you mean it.")
        return _refused(request, tenant.id, "remove", sent, refusal)
    tenancy.remove(request, tenant)
    return RedirectResponse("/tenants?said=removed", HTTPStatus.SEE_OTHER)


def _back(tenant: Tenant, said: str, place: str = "", **query: str) -> Response:
    return RedirectResponse(path(tenant.id, "connection", said=said, **query) + place, HTTPStatus.SEE_OTHER)


def _refused(request: Request, tenant_id: str, form: str, sent: Mapping[str, str], refusal: SurefootError) -> Response:
    open_ = {name: value for name, value in sent.items() if name not in {"secret", "certificate"}}
    return _show(request, tenant_id, Typed(form=form, why=refusal.sentence, sent=open_))


def _show(request: Request, tenant_id: str, typed: Typed | None = None) -> Response:
    site, query = site_of(request), request.query_params
    with reading(site.engine) as conn:
        page = _page(conn, request, tenant_for(conn, viewer_of(request), tenant_id), typed or Typed())
    if typed is None:
        page = replace(page, new="new" in query)
    status = HTTPStatus.OK if typed is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "connection.html", page, status=status)


def _page(conn: Connection, request: Request, tenant: Tenant, typed: Typed) -> ConnectionPage:
    site, viewer, now = site_of(request), viewer_of(request), tenancy.progress(site_of(request), tenant)
    whole = "all" in request.query_params
    history = pages.syncs(conn, tenant, reading=now, **({} if whole else {"limit": SHOWN}))
    around = frame(
        request, "Connection", visible=visible_to(conn, viewer), tenant=tenant, tab="connection"
    )  # fmt: skip
    return view(
        pages.one(conn, tenant, reading=now),
        history,
        governance.governed(conn, tenant),
        around,
        site=site,
        viewer=viewer,
        typed=typed,
    )


def view(
    page: TenantPage,
    history: SyncHistory,
    policy: governance.PolicyPage,
    around: Frame,
    *,
    site: Site,
    viewer: Viewer,
    typed: Typed,
) -> ConnectionPage:
    """Prepare the page for its template."""
    here = path(page.tenant.id, "connection")
    api = f"/api/security-defender/tenants/{page.tenant.id}/syncs"
    links = entra(page.cloud, page.client_id)
    tried = site.tried.get(page.tenant.id)
    return ConnectionPage(
        frame=around,
        tenant=page,
        new=False,
        state=STATE_WORDS[page.state],
        method=METHOD_WORDS[page.method],
        cloud=CLOUD_WORDS[page.cloud],
        problem=_problem(page, links, here),
        tried=tried,
        steps=tuple(_step(s, links, here) for s in tried.check.steps) if tried else (),
        verdict=_verdict(tried.check) if tried else "",
        history=history,
        runs=history.runs,
        more_href=f"{here}?all=1#readings" if len(history.runs) < history.total else None,
        csv_href=f"{api}.csv",
        api_href=f"{api}?limit=1",
        newest=f"{plain(history.runs[0].began_at) if history.runs else ''} {history.total}",
        zones_href=path(page.tenant.id, "trends") + "#zones",
        outbox_href=path(page.tenant.id, "outbox"),
        here=here,
        typed=typed,
        **_rights(page, site, viewer, around.now),
        **_forms(page, site, links, typed),
        policies=fields(policy, typed.sent if typed.form == "policy" else None),
    )


def _rights(page: TenantPage, site: Site, viewer: Viewer, now: dt.datetime) -> dict[str, Any]:
    connected = page.method is not AuthMethod.NONE
    administers = viewer.role.may(Role.ADMINISTRATOR)
    due = page.synced.due_at is not None and page.synced.due_at <= now
    return {
        "can_sync": connected and viewer.can_write and site.graph_sync is not None,
        "can_try": connected and administers and site.reach is not None,
        "can_change": administers,
        "can_connect": administers and site.reach is not None,
        "can_remove": may_add(viewer),
        "live": page.reading is not None or (due and site.graph_sync is not None and connected),
    }


def _forms(page: TenantPage, site: Site, links: Entra, typed: Typed) -> dict[str, Any]:
    def kept(form: str, field: str, value: str) -> str:
        return typed.sent.get(field, "") if typed.form == form else value

    emulated = site.reach.emulated if site.reach else None
    usual = camel(page.method) if page.method in METHOD_WORDS and page.method is not AuthMethod.NONE else "secret"
    return {
        "client_id": kept("connection", "client_id", page.client_id or ""),
        "name": kept("name", "name", page.tenant.name),
        "labels": kept("labels", "labels", ", ".join(page.labels)),
        "methods": methods(kept("connection", "method", usual)),
        "clouds": clouds(kept("connection", "cloud", camel(page.cloud)), emulated),
        "entra": links,
        "deletes": _deletes(page.holdings),
        "confirm": kept("remove", "confirm", ""),
    }


def _problem(page: TenantPage, links: Entra, here: str) -> Problem | None:
    if page.problem is None or page.mend is None:
        return None
    place = place_of(page.mend.where, links, here)
    return Problem(
        text=page.problem,
        what=page.mend.what,
        href=place[0] if place else None,
        link=place[1] if place else None,
        since=page.synced.failing_since,
        request_id=page.synced.request_id,
    )


def _step(step: Step, links: Entra, here: str) -> StepRow:
    if step.result == OK:
        return StepRow(step=step, kind="good", word="Works", what=None, href=None, link=None)
    if not step.needed and step.result == NotLicensed.slug:
        what = "Nothing to do: the tenant has no licence for it."
        return StepRow(step=step, kind="open", word="Not licensed", what=what, href=None, link=None)
    mend, missing = mend_of(step.result), step.result == ConsentMissing.slug
    place = place_of(mend.where, links, here)
    return StepRow(
        step=step,
        kind="bad" if step.needed else "open",
        word="Not granted" if missing else "Fails" if step.needed else "Off",
        what=mend.what if step.needed or not missing else "Grant it if you want what it gives, then test again.",
        href=place[0] if place else None,
        link=place[1] if place else None,
    )


def _verdict(check: Check) -> str:
    missing = sum(s.result != OK for s in check.steps if not s.needed)
    if not check.passed:
        return "Surefoot cannot read this tenant yet."
    if missing:
        off = formats.plural(missing, "optional source is", "optional sources are")
        return f"Everything that Surefoot needs works; {off} off."
    return "Everything works."


_KINDS = {
    "days": ("stored day of scores", "stored days of scores"),
    "changes": ("change of a control's points", "changes of controls' points"),
    "decisions": ("decision", "decisions"),
    "plans": ("plan with owner and due date", "plans with owner and due date"),
    "requests": ("request for an acceptance", "requests for an acceptance"),
    "outgoing": ("write to Microsoft, with how it went", "writes to Microsoft, with how they went"),
    "events": ("incident, audit record or note", "incidents, audit records and notes"),
    "labels": ("label", "labels"),
    "readings": ("entry of the sync history", "entries of the sync history"),
    "secrets": ("secret", "secrets"),
}


def _deletes(held: Holdings) -> tuple[Deleted, ...]:
    counts = msgspec.structs.asdict(held)
    return tuple(
        Deleted(count=counts[name], words=one if counts[name] == 1 else many)
        for name, (one, many) in _KINDS.items()
        if counts[name]
    )
