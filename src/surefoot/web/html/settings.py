"""The settings: how decisions are governed, API tokens, and how the installation is."""

import datetime as dt
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from surefoot.access.tokens import create_token, revoke_token
from surefoot.access.viewers import Viewer, tenant_for, visible_to
from surefoot.errors import InputRefused, NotFound
from surefoot.model import Role, Tenant
from surefoot.pages import doctor as doctor_page
from surefoot.pages import governance
from surefoot.pages import playbooks as playbooks_page
from surefoot.pages import tokens as tokens_page
from surefoot.pages.doctor import Doctor, Finding
from surefoot.pages.mending import happened, mend_of
from surefoot.pages.playbooks import Playbooks
from surefoot.pages.tokens import TokenRow
from surefoot.scoring.baselines import Baseline
from surefoot.settings import Told
from surefoot.store import baselines
from surefoot.store.database import reading, writing
from surefoot.sync.policies import govern
from surefoot.web import queries
from surefoot.web.forms import body_of, from_form
from surefoot.web.html.contexts import Choice, Page
from surefoot.web.html.formats import quoted
from surefoot.web.html.overview import path
from surefoot.web.html.policy import PolicyField, changes, fields
from surefoot.web.html.render import frame, render
from surefoot.web.html.tenants import may_add
from surefoot.web.permissions import Permission, actor_of, needs, router, seeing_all, viewer_of
from surefoot.web.site import site_of

routes = router()
Body = Annotated[bytes, Depends(body_of)]

ROLES = {
    Role.READER: "Reader: looks",
    Role.EDITOR: "Editor: decides and plans, too",
    Role.APPROVER: "Approver: approves what others ask for, too",
    Role.ADMINISTRATOR: "Administrator: everything",
}


class TokenLine(msgspec.Struct, frozen=True, kw_only=True):
    """A token in the list; never the token."""

    token: TokenRow
    role: str
    sees: str
    expired: bool


class TypedToken(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed into the form of a token."""

    name: str = ""
    role: str = Role.READER.value
    tenants: str = ""
    only: bool = False
    ends: str = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One of the doctor's findings, with the page where it is mended."""

    tenant: str | None
    what: str
    since: dt.datetime | None
    href: str | None


class SettingsPage(Page, frozen=True, kw_only=True):
    """`settings.html`."""

    can_change: bool
    """Whether the viewer administers all tenants."""
    policies: tuple[PolicyField, ...]
    policy_refused: str | None
    tokens: tuple[TokenLine, ...]
    roles: tuple[Choice, ...]
    typed: TypedToken
    token_refused: str | None
    made: str | None
    """A token that was just made: it is shown this once."""
    playbooks: Playbooks
    playbook_hrefs: tuple[str | None, ...]
    baselines: tuple[Baseline, ...]
    told: tuple[Told, ...]
    doctor: Doctor | None
    """None: not for this viewer, or not from this process."""
    faults: tuple[Fault, ...]
    zones_href: str | None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a form on this page."""

    policy: Mapping[str, str] | None = None
    policy_refused: str | None = None
    token: TypedToken = TypedToken()
    token_refused: str | None = None
    made: str | None = None


@routes.get("/settings")
@needs(Permission.READ)
def show_settings(request: Request) -> Response:
    """Show the settings; forms for who administers all tenants."""
    return _show(request, Said())


@routes.post("/settings/policy")
@needs(Permission.ADMINISTER)
def set_policy(request: Request, body: Body) -> Response:
    """Govern the decisions about all tenants."""
    site, viewer, sent = site_of(request), seeing_all(request, "Policies"), from_form(body)
    try:
        with writing(site.engine, by=actor_of(request)) as conn:
            govern(conn, None, changes(sent), by=viewer.name, now=site.clock())
    except InputRefused as refusal:
        return _show(request, Said(policy=sent, policy_refused=refusal.sentence))
    return RedirectResponse("/settings?said=decided", HTTPStatus.SEE_OTHER)


@routes.post("/settings/tokens")
@needs(Permission.ADMINISTER)
def make_token(request: Request, body: Body) -> Response:
    """Make a token and show it, this once."""
    site, sent = site_of(request), from_form(body)
    viewer = seeing_all(request, "API tokens")
    typed = TypedToken(
        name=sent.get("name", "").strip(),
        role=sent.get("role", ""),
        tenants=sent.get("tenants", ""),
        only=sent.get("sees") == "only",
        ends=sent.get("ends", ""),
    )
    try:
        with writing(site.engine, by=actor_of(request)) as conn:
            made = create_token(
                conn, name=typed.name, tenants=_seen(conn, viewer, typed), now=site.clock(),
                role=queries.parse(typed.role, "role", Role), expires_at=_end(typed.ends, site.clock()),
            )  # fmt: skip
    except (InputRefused, NotFound) as refusal:
        return _show(request, Said(token=typed, token_refused=refusal.sentence))
    return _show(request, Said(made=made))


def _seen(conn: Connection, viewer: Viewer, typed: TypedToken) -> frozenset[str] | None:
    """Give the ids of the tenants that a token may see; None: all."""
    if not typed.only:
        return None
    named = [line.strip() for line in typed.tenants.splitlines() if line.strip()]
    if not named:
        raise InputRefused("Name the tenants that the token may see, one a line.")
    return frozenset(tenant_for(conn, viewer, name).id for name in named)


def _end(text: str, now: dt.datetime) -> dt.datetime | None:
    """Give the end of a token's last day; None: it has none."""
    if not text:
        return None
    day = queries.parse_day(text)
    if day < now.date():
        raise InputRefused("The last day of a token lies ahead.")
    return dt.datetime.combine(day, dt.time.max.replace(microsecond=0), dt.UTC)


@routes.post("/settings/tokens/revoke")
@needs(Permission.ADMINISTER)
def drop_token(request: Request, body: Body) -> Response:
    """Revoke a token."""
    site = site_of(request)
    seeing_all(request, "API tokens")
    with writing(site.engine, by=actor_of(request)) as conn:
        revoke_token(conn, from_form(body).get("name", ""), now=site.clock())
    return RedirectResponse("/settings?said=revoked#tokens", HTTPStatus.SEE_OTHER)


def _show(request: Request, said: Said) -> Response:
    with reading(site_of(request).engine) as conn:
        page = _page(conn, request, said)
    refused = said.policy_refused or said.token_refused
    return render(
        request, "settings.html", page, status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    )  # fmt: skip


def _page(conn: Connection, request: Request, said: Said) -> SettingsPage:
    site, viewer = site_of(request), viewer_of(request)
    visible, whole = visible_to(conn, viewer), may_add(viewer)
    now = site.clock()
    books = playbooks_page.build(conn, viewer.tenants, ratings=site.ratings)
    doctor = (
        doctor_page.build(conn, site.reach.place(False), ratings=site.ratings, now=now)
        if whole and site.reach
        else None
    )
    return SettingsPage(
        frame=frame(request, "Settings", visible=visible, tab="settings"),
        can_change=whole,
        policies=fields(governance.governed(conn, None), said.policy),
        policy_refused=said.policy_refused,
        tokens=tuple(_line(t, now) for t in tokens_page.build(conn).tokens) if whole else (),
        roles=tuple(
            Choice(value=r.value, label=label, selected=r.value == said.token.role) for r, label in ROLES.items()
        ),
        typed=said.token,
        token_refused=said.token_refused,
        made=said.made,
        playbooks=books,
        playbook_hrefs=tuple(_action_href(visible, p.control) for p in books.playbooks),
        baselines=tuple(baselines.newest(conn)),
        told=site.reach.settings if whole and site.reach else (),
        doctor=doctor,
        faults=tuple(
            Fault(
                tenant=p.tenant, what=_fault(p), since=p.since,
                href=path(p.tenant_id, "connection") if p.tenant_id else None,
            )
            for p in (doctor.problems if doctor else ())
        ),
        zones_href=path(visible[0].id, "trends") + "#zones" if visible else None,
    )  # fmt: skip


def _fault(found: Finding) -> str:
    """Say what is wrong and what to do in the words of the pages."""
    if found.error is None:
        return found.what.replace("`", "")
    return f"{happened(found.error, found.what)} {mend_of(found.error).what}"


def _line(token: TokenRow, now: dt.datetime) -> TokenLine:
    return TokenLine(
        token=token,
        role=token.role.value.capitalize(),
        sees="all" if token.tenants is None else str(len(token.tenants)),
        expired=token.expires_at is not None and token.expires_at <= now,
    )


def _action_href(visible: list[Tenant], control: str) -> str | None:
    """Lead to the control in one of the tenants, where its steps are shown."""
    return path(visible[0].id, f"actions/{quoted(control)}") if visible else None
