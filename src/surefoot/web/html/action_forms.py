"""What an action's page sends: decisions and plans, answers, dismissals, steps; each leads back to the page."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from surefoot.access.viewers import tenant_for
from surefoot.errors import InputRefused, NotFound
from surefoot.model import AcceptanceRequest, Priority, Side, Tenant
from surefoot.pages import actions as pages
from surefoot.pages.outlets import camel
from surefoot.store import plans
from surefoot.store.database import writing
from surefoot.store.requests import pending
from surefoot.sync import road
from surefoot.sync.acceptances import approve, decline, submit
from surefoot.sync.derived import summarise
from surefoot.sync.dismissals import dismiss, restore
from surefoot.sync.plans import PlanChange, replan
from surefoot.sync.playbooks import remove_playbook, set_playbook
from surefoot.sync.undoing import take_back
from surefoot.sync.weighing import Who
from surefoot.web import queries
from surefoot.web.forms import StatusBody, body_of, day_of, decision_of, from_form, status_of_form
from surefoot.web.html import action, resolved
from surefoot.web.html.action import refused
from surefoot.web.html.formats import quoted
from surefoot.web.html.overview import path
from surefoot.web.permissions import Permission, actor_of, needs, router, seeing_all, viewer_of
from surefoot.web.site import site_of

routes = router()
HERE = "/tenants/{tenant_id}/actions/{control_id}"
Body = Annotated[bytes, Depends(body_of)]


@routes.post(HERE)
@needs(Permission.WRITE)
def set_status(request: Request, tenant_id: str, control_id: str, body: Body) -> Response:
    """Record a decision and the plan, then lead back; a refused form comes back with what was typed."""
    fields = from_form(body)
    try:
        said = _save(request, tenant_id, control_id, fields)
    except InputRefused as refusal:
        return refused(request, tenant_id, control_id, fields, refusal)
    return _back(tenant_id, control_id, said=said)


def _save(request: Request, tenant_id: str, control_id: str, fields: dict[str, str]) -> str:
    """Decide what differs from what is in force; give the word of what is said about it."""
    site, viewer, now = site_of(request), viewer_of(request), site_of(request).clock()
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, tenant_id)
        page = pages.one(conn, tenant, control_id, ratings=site.ratings)
        control, held = page.action.id, page.action.plan
        sent = status_of_form(fields)
        made: object = None
        if _decides(sent, page):
            fresh = msgspec.structs.replace(
                sent,
                owner=sent.owner if sent.owner != (held.owner if held else None) else None,
                due=sent.due if day_of(sent.due) != (held.due if held else None) else None,
            )
            decision = decision_of(fresh, control, by=viewer.name, now=now)
            made = submit(conn, tenant, decision, role=viewer.role, ratings=site.ratings)
        replan(conn, tenant, control, _plan(fields), by=viewer.name, now=now)
        if made is None:
            return "decided"
        return "asked" if isinstance(made, AcceptanceRequest) else action.DECISION


def _decides(sent: StatusBody, page: pages.ActionPage) -> bool:
    """Say whether a form says anything new about the status: a plan alone is no decision."""
    newest, status = page.action.decision, page.action.status
    if sent.status != camel(status.value):
        return True
    said = (sent.comment, sent.evidence, day_of(sent.review_on))
    if newest is None:
        return said != (None, None, None)
    grounds = camel(newest.grounds.value) if newest.grounds else None
    return (*said, sent.grounds) != (newest.comment, newest.evidence, newest.review_on, grounds)


def _plan(fields: dict[str, str]) -> PlanChange:
    """Read the plan; fields that a form does not have stay as they are."""
    labels = tuple(part.strip() for part in fields.get("labels", "").split(",") if part.strip())
    return PlanChange(
        owner=fields["owner"] or None if "owner" in fields else msgspec.UNSET,
        due=day_of(fields["due"]) if "due" in fields else msgspec.UNSET,
        priority=_priority(fields),
        labels=labels if "labels" in fields else msgspec.UNSET,
        ticket=fields["ticket"] or None if "ticket" in fields else msgspec.UNSET,
    )


def _priority(fields: dict[str, str]) -> Priority | msgspec.UnsetType | None:
    if "priority" not in fields:
        return msgspec.UNSET
    return queries.parse(fields["priority"], "priority", Priority) if fields["priority"] else None


Deed = Callable[[Connection, Tenant], object]


def _do(
    request: Request, tenant_id: str, control_id: str, deed: Deed, said: Mapping[str, str] | None = None
) -> Response:
    """Do something about an action, then lead back to it; what is refused is said on the page."""
    site = site_of(request)
    try:
        with writing(site.engine, by=actor_of(request)) as conn:
            deed(conn, tenant_for(conn, viewer_of(request), tenant_id))
    except InputRefused as refusal:
        return refused(request, tenant_id, control_id, {}, refusal)
    return _back(tenant_id, control_id, **(said or {"said": "decided"}))


def _back(tenant_id: str, control_id: str, **said: str) -> Response:
    return RedirectResponse(path(tenant_id, f"actions/{quoted(control_id)}", **said), HTTPStatus.SEE_OTHER)


@routes.post(f"{HERE}/resolve")
@needs(Permission.WRITE)
def resolve(request: Request, tenant_id: str, control_id: str, body: Body) -> Response:
    """Say whose status holds."""
    site, viewer, word = site_of(request), viewer_of(request), from_form(body).get("holds", "")

    def deed(conn: Connection, tenant: Tenant) -> None:
        holds = queries.parse(word, "side", Side)
        road.resolve(conn, tenant, control_id, holds, by=viewer.name, now=site.clock(), role=viewer.role)
        summarise(conn, tenant, site.ratings)

    return _do(request, tenant_id, control_id, deed, resolved.about(tenant_id, control_id))


@routes.post(f"{HERE}/undo")
@needs(Permission.WRITE)
def undo(request: Request, tenant_id: str, control_id: str) -> Response:
    """Take the last decision back."""
    site, viewer = site_of(request), viewer_of(request)
    who, said = Who(name=viewer.name, role=viewer.role, now=site.clock()), dict[str, str]()

    def deed(conn: Connection, tenant: Tenant) -> None:
        before = plans.newest(conn, tenant).get(control_id.casefold())
        take_back(conn, tenant, control_id, who, ratings=site.ratings)
        went = plans.newest(conn, tenant).get(control_id.casefold()) != before
        said["said"] = "taken-back-plan" if went else "taken-back-alone" if before else "taken-back"

    return _do(request, tenant_id, control_id, deed, said)


@routes.post(f"{HERE}/approve")
@needs(Permission.APPROVE)
def approve_here(request: Request, tenant_id: str, control_id: str, body: Body) -> Response:
    """Approve what somebody else asked for about this action."""
    site, viewer, answer = site_of(request), viewer_of(request), from_form(body).get("answer") or None

    def deed(conn: Connection, tenant: Tenant) -> None:
        key = _asked(conn, tenant, control_id)
        approve(
            conn, tenant, key, by=viewer.name, role=viewer.role, ratings=site.ratings, now=site.clock(), answer=answer
        )

    return _do(request, tenant_id, control_id, deed)


@routes.post(f"{HERE}/decline")
@needs(Permission.WRITE)
def decline_here(request: Request, tenant_id: str, control_id: str, body: Body) -> Response:
    """Decline what somebody else asked for about this action, or take one's own request back."""
    site, viewer, answer = site_of(request), viewer_of(request), from_form(body).get("answer") or None

    def deed(conn: Connection, tenant: Tenant) -> None:
        key = _asked(conn, tenant, control_id)
        decline(conn, tenant, key, by=viewer.name, role=viewer.role, now=site.clock(), answer=answer)

    return _do(request, tenant_id, control_id, deed)


def _asked(conn: Connection, tenant: Tenant, control_id: str) -> int:
    """Give the number of the request that waits about an action."""
    folded = control_id.casefold()
    found = next((r.key for _, r in pending(conn, [tenant]) if r.asked.control.casefold() == folded), None)
    if found is None:
        message = "No request about this action waits for an answer."
        raise NotFound(message)
    return found


@routes.post(f"{HERE}/dismiss")
@needs(Permission.WRITE)
def dismiss_here(request: Request, tenant_id: str, control_id: str, body: Body) -> Response:
    """Dismiss the regression with a reason."""
    site, viewer, reason = site_of(request), viewer_of(request), from_form(body).get("reason", "")

    def deed(conn: Connection, tenant: Tenant) -> None:
        dismiss(conn, tenant, control_id, reason, by=viewer.name, now=site.clock(), ratings=site.ratings)

    return _do(request, tenant_id, control_id, deed)


@routes.post(f"{HERE}/restore")
@needs(Permission.WRITE)
def restore_here(request: Request, tenant_id: str, control_id: str) -> Response:
    """Take the dismissal back."""
    site, viewer = site_of(request), viewer_of(request)

    def deed(conn: Connection, tenant: Tenant) -> None:
        restore(conn, tenant, control_id, by=viewer.name, now=site.clock(), ratings=site.ratings)

    return _do(request, tenant_id, control_id, deed)


@routes.post(f"{HERE}/playbook")
@needs(Permission.ADMINISTER)
def write_steps(request: Request, tenant_id: str, control_id: str, body: Body) -> Response:
    """Keep the MSP's own steps, for all tenants; an empty text removes them."""
    now, text = site_of(request).clock(), from_form(body).get("text", "")

    def deed(conn: Connection, _: Tenant) -> None:
        viewer = seeing_all(request, "Playbooks")
        if text.strip():
            set_playbook(conn, control_id, text, viewer.name, now)
        else:
            remove_playbook(conn, control_id, viewer.name, now)

    return _do(request, tenant_id, control_id, deed)
