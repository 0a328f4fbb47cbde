"""The API's governance: one action's work, requests, conflicts, notices and policies."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from surefoot.access.viewers import Viewer, tenant_for, visible_to
from surefoot.errors import NotFound, NotPermitted
from surefoot.model import NoticeKind, Priority, Side, Tenant
from surefoot.pages import detail as detail_page
from surefoot.pages import governance as pages
from surefoot.pages.detail import ActionDetail
from surefoot.pages.governance import ConflictRow, NoticeRow
from surefoot.pages.outlets import snake
from surefoot.store.database import reading, writing
from surefoot.store.notices import read as mark_read
from surefoot.store.requests import pending
from surefoot.sync import road
from surefoot.sync.acceptances import approve, decline
from surefoot.sync.derived import summarise
from surefoot.sync.desk import desk_of
from surefoot.sync.plans import PlanChange, replan
from surefoot.sync.policies import govern
from surefoot.sync.undoing import take_back
from surefoot.sync.weighing import Who
from surefoot.web import queries
from surefoot.web.api.answers import answer, listed
from surefoot.web.api.paths import CONFLICTS, NOTICES, POLICY, REQUESTS, SCORE
from surefoot.web.forms import AnswerBody, HoldsBody, NoticesBody, PlanBody, PolicyBody, body_of, day_of, from_json
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()
Body = Annotated[bytes, Depends(body_of)]


@routes.get(f"{SCORE}/actions/{{action_id}}")
@needs(Permission.READ)
def action(request: Request, action_id: str) -> Response:
    """Give one action with its workflow and its timeline."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant",))
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        return answer(request, _detail(request, conn, tenant, action_id))


@routes.patch(f"{SCORE}/actions/{{action_id}}")
@needs(Permission.WRITE)
def plan(request: Request, action_id: str, body: Body) -> Response:
    """Change who does an action by when; what is left out stays, null takes away."""
    site, query, viewer = site_of(request), request.query_params, viewer_of(request)
    queries.only(query, ("tenant",))
    sent = from_json(body, PlanBody, '{"owner": "anna", "due": "2026-12-31"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        control = desk_of(conn, tenant, site.ratings).standing(action_id).score.control
        replan(conn, tenant, control, _plan_of(sent), by=viewer.name, now=site.clock())
        return answer(request, _detail(request, conn, tenant, control))


def _plan_of(sent: PlanBody) -> PlanChange:
    priority = sent.priority
    return PlanChange(
        owner=sent.owner,
        due=day_of(sent.due) if isinstance(sent.due, str) else sent.due,
        priority=queries.parse(priority, "priority", Priority) if isinstance(priority, str) else priority,
        labels=sent.labels,
        ticket=sent.ticket,
    )


@routes.post(f"{SCORE}/actions/{{action_id}}/resolve")
@needs(Permission.WRITE)
def resolve(request: Request, action_id: str, body: Body) -> Response:
    """Say whose status holds where both sides changed it."""
    site, query, viewer = site_of(request), request.query_params, viewer_of(request)
    queries.only(query, ("tenant",))
    sent = from_json(body, HoldsBody, '{"holds": "microsoft"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        holds = queries.parse(sent.holds, "side", Side)
        road.resolve(conn, tenant, action_id, holds, by=viewer.name, now=site.clock(), role=viewer.role)
        summarise(conn, tenant, site.ratings)
        return _as_it_stands(request, conn, tenant, action_id)


@routes.post(f"{SCORE}/actions/{{action_id}}/undo")
@needs(Permission.WRITE)
def undo(request: Request, action_id: str) -> Response:
    """Take the last decision about an action back."""
    site, query, viewer = site_of(request), request.query_params, viewer_of(request)
    queries.only(query, ("tenant",))
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        who = Who(name=viewer.name, role=viewer.role, now=site.clock())
        take_back(conn, tenant, action_id, who, ratings=site.ratings)
        return answer(request, _detail(request, conn, tenant, action_id))


@routes.get(CONFLICTS)
@routes.get(f"{CONFLICTS}.csv")
@needs(Permission.READ)
def conflicts(request: Request) -> Response:
    """List what both sides changed."""
    query, site = request.query_params, site_of(request)
    queries.only(query, ("tenant", "all"))
    everything = bool(queries.flag(query, "all"))
    with reading(site.engine) as conn:
        page = pages.disputed(conn, _wanted(conn, request), ratings=site.ratings, everything=everything)
        return listed(request, page, page.conflicts, ConflictRow)


@routes.get(REQUESTS)
@needs(Permission.READ)
def requests(request: Request) -> Response:
    """List the requests that wait for a second person."""
    queries.only(request.query_params, ("tenant",))
    site = site_of(request)
    with reading(site.engine) as conn:
        return answer(request, pages.asked(conn, _wanted(conn, request), ratings=site.ratings))


@routes.post(f"{REQUESTS}/{{key}}/approve")
@needs(Permission.APPROVE)
def approve_request(request: Request, key: str, body: Body) -> Response:
    """Approve what somebody else asks for; answers with the action."""
    site, viewer = site_of(request), viewer_of(request)
    queries.only(request.query_params, ())
    sent = from_json(body, AnswerBody, '{"answer": "for this year"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant, number = _request(conn, viewer, key)
        made = approve(
            conn, tenant, number, by=viewer.name, role=viewer.role, ratings=site.ratings, now=site.clock(),
            answer=sent.answer,
        )  # fmt: skip
        return answer(request, _detail(request, conn, tenant, made.control))


@routes.post(f"{REQUESTS}/{{key}}/decline")
@needs(Permission.WRITE)
def decline_request(request: Request, key: str, body: Body) -> Response:
    """Decline a request with a reason, or take one's own back; answers with the action."""
    site, viewer = site_of(request), viewer_of(request)
    queries.only(request.query_params, ())
    sent = from_json(body, AnswerBody, '{"answer": "not bearable"}')
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant, number = _request(conn, viewer, key)
        made = decline(conn, tenant, number, by=viewer.name, role=viewer.role, now=site.clock(), answer=sent.answer)
        return _as_it_stands(request, conn, tenant, made.asked.control)


def _detail(request: Request, conn: Connection, tenant: Tenant, control: str) -> ActionDetail:
    site, visible = site_of(request), viewer_of(request).tenants
    return detail_page.build(conn, tenant, control, ratings=site.ratings, now=site.clock(), visible=visible)


def _as_it_stands(request: Request, conn: Connection, tenant: Tenant, control: str) -> Response:
    """Answer with the action, or with nothing (204) when the newest day no longer scores it: what was done holds."""
    try:
        page = _detail(request, conn, tenant, control)
    except NotFound:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return answer(request, page)


def _request(conn: Connection, viewer: Viewer, key: str) -> tuple[Tenant, int]:
    """Find the tenant of a request that waits, among those that somebody may see."""
    found = next((t for t, r in pending(conn, visible_to(conn, viewer)) if str(r.key) == key), None)
    if found is None:
        message = "No such request waits for an answer."
        raise NotFound(message)
    return found, int(key)


@routes.get(NOTICES)
@routes.get(f"{NOTICES}.csv")
@needs(Permission.READ)
def notices(request: Request) -> Response:
    """List what somebody should know."""
    query, site = request.query_params, site_of(request)
    queries.only(query, ("tenant", "all", "kind"))
    everything, kind = bool(queries.flag(query, "all")), queries.choice(query, "kind", NoticeKind)
    with reading(site.engine) as conn:
        meant = _wanted(conn, request)
        page = pages.told(conn, meant, ratings=site.ratings, everything=everything, kind=kind)
        return listed(request, page, page.notices, NoticeRow)


@routes.post(f"{NOTICES}/read")
@needs(Permission.WRITE)
def read_notices(request: Request, body: Body) -> Response:
    """Mark notices as read; answers with those that are not."""
    site, viewer = site_of(request), viewer_of(request)
    queries.only(request.query_params, ())
    sent = from_json(body, NoticesBody, '{"keys": [1, 2]}')
    with writing(site.engine, by=actor_of(request)) as conn:
        visible = visible_to(conn, viewer)
        mark_read(conn, visible, sent.keys, by=viewer.name, now=site.clock())
        return answer(request, pages.told(conn, visible, ratings=site.ratings))


@routes.get(POLICY)
@needs(Permission.READ)
def policy(request: Request) -> Response:
    """Say how decisions are governed: for one tenant, or without one for the installation."""
    query = request.query_params
    queries.only(query, ("tenant",))
    with reading(site_of(request).engine) as conn:
        return answer(request, pages.governed(conn, _one(conn, request)))


@routes.put(POLICY)
@needs(Permission.ADMINISTER)
def put_policy(request: Request, body: Body) -> Response:
    """Set policies; null takes a value away, so that the installation's, or the usual one, counts again."""
    site, query, viewer = site_of(request), request.query_params, viewer_of(request)
    queries.only(query, ("tenant",))
    sent = from_json(body, PolicyBody, '{"twoPersons": true, "conflicts": "newest"}')
    if query.get("tenant") is None and viewer.tenants is not None:
        raise NotPermitted("The installation's policy is set by who sees all tenants; name one of yours.")
    given = {name: value for name, value in msgspec.structs.asdict(sent).items() if value is not msgspec.UNSET}
    words = {name: None if value is None else str(value).lower() for name, value in given.items()}
    with writing(site.engine, by=actor_of(request)) as conn:
        tenant = _one(conn, request)
        govern(
            conn, tenant, {snake(name): value for name, value in words.items()}, by=viewer.name, now=site.clock(),
            may_loosen=viewer.tenants is None,
        )  # fmt: skip
        return answer(request, pages.governed(conn, tenant))


def _one(conn: Connection, request: Request) -> Tenant | None:
    wanted = request.query_params.get("tenant")
    return None if wanted is None else tenant_for(conn, viewer_of(request), wanted)


def _wanted(conn: Connection, request: Request) -> list[Tenant]:
    one = _one(conn, request)
    return visible_to(conn, viewer_of(request)) if one is None else [one]
