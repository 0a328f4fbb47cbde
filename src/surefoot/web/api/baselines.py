"""The API's baselines: what tenants are to have, who drifts, and making it so."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from surefoot.access.viewers import Viewer, tenant_for, visible_to
from surefoot.errors import InputRefused
from surefoot.model import Tenant
from surefoot.pages import baselines as pages
from surefoot.pages.baseline_files import EXAMPLE, BaselineBody, rules_of
from surefoot.pages.baselines import DriftRow
from surefoot.store import baselines as store
from surefoot.store.database import reading, writing
from surefoot.sync import baselines as sync
from surefoot.sync import bulk
from surefoot.web import queries
from surefoot.web.api.answers import answer, listed
from surefoot.web.api.paths import BASELINES
from surefoot.web.forms import ApplyBody, AssignBody, body_of, from_json
from surefoot.web.permissions import Permission, actor_of, needs, router, seeing_all, viewer_of
from surefoot.web.site import site_of

routes = router()

Body = Annotated[bytes, Depends(body_of)]


@routes.get(BASELINES)
@needs(Permission.READ)
def baselines(request: Request) -> Response:
    """List the baselines, each with how many of the visible tenants drift from it."""
    site, viewer = site_of(request), viewer_of(request)
    queries.only(request.query_params, ())
    with reading(site.engine) as conn:
        page = pages.build(conn, viewer.tenants, ratings=site.ratings, today=site.clock().date())
        return answer(request, page)


@routes.get(f"{BASELINES}/{{name}}")
@needs(Permission.READ)
def baseline(request: Request, name: str) -> Response:
    """Give what one baseline says."""
    queries.only(request.query_params, ())
    with reading(site_of(request).engine) as conn:
        return _page(request, conn, name, viewer_of(request))


@routes.put(f"{BASELINES}/{{name}}")
@needs(Permission.ADMINISTER)
def put_baseline(request: Request, name: str, body: Body) -> Response:
    """Set a baseline's rules, and answer with it."""
    site, viewer = site_of(request), seeing_all(request, "Baselines")
    queries.only(request.query_params, ())
    sent = from_json(body, BaselineBody, EXAMPLE)
    with writing(site.engine, by=actor_of(request)) as conn:
        kept = sync.put(conn, name, sent.description, rules_of(sent), by=viewer.name, now=site.clock())
        return _page(request, conn, kept.name, viewer)


@routes.delete(f"{BASELINES}/{{name}}")
@needs(Permission.ADMINISTER)
def delete_baseline(request: Request, name: str) -> Response:
    """Remove a baseline; its versions stay."""
    site, viewer = site_of(request), seeing_all(request, "Baselines")
    queries.only(request.query_params, ())
    with writing(site.engine, by=actor_of(request)) as conn:
        sync.remove(conn, name, by=viewer.name, now=site.clock())
    return Response(status_code=HTTPStatus.NO_CONTENT)


@routes.post(f"{BASELINES}/{{name}}/tenants")
@needs(Permission.ADMINISTER)
def assign_baseline(request: Request, name: str, body: Body) -> Response:
    """Say which tenants are to be as a baseline says, and which no longer."""
    site, viewer = site_of(request), seeing_all(request, "Baselines")
    queries.only(request.query_params, ())
    sent = from_json(body, AssignBody, '{"add": ["Contoso"], "remove": []}')
    with writing(site.engine, by=actor_of(request)) as conn:
        sync.assign(conn, _named(conn, viewer, sent.add), name, by=viewer.name, now=site.clock())
        sync.unassign(conn, _named(conn, viewer, sent.remove), name, by=viewer.name, now=site.clock())
        return _page(request, conn, name, viewer)


@routes.get(f"{BASELINES}/{{name}}/drift")
@routes.get(f"{BASELINES}/{{name}}/drift.csv")
@needs(Permission.READ)
def drift(request: Request, name: str) -> Response:
    """Say how the visible tenants stand to a baseline."""
    site, viewer, query = site_of(request), viewer_of(request), request.query_params
    queries.only(query, ("tenant",))
    wanted = query.get("tenant")
    with reading(site.engine) as conn:
        found = store.find(conn, name)
        visible = visible_to(conn, viewer)
        chosen = sync.chosen(conn, found.name, visible, None) if wanted is None else [tenant_for(conn, viewer, wanted)]
        today = site.clock().date()
        page = pages.drifts(conn, found, chosen, viewer.tenants, ratings=site.ratings, today=today)
        return listed(request, page, page.rows, DriftRow)


@routes.post(f"{BASELINES}/{{name}}/apply")
@needs(Permission.WRITE)
def apply_baseline(request: Request, name: str, body: Body) -> Response:
    """Make visible tenants as a baseline says, as far as somebody can decide it."""
    site, viewer = site_of(request), viewer_of(request)
    queries.only(request.query_params, ())
    sent = from_json(body, ApplyBody, '{"tenants": null, "dryRun": true}')
    with reading(site.engine) as conn:
        found = store.find(conn, name)
        named = None if sent.tenants is None else _named(conn, viewer, sent.tenants)
        chosen = sync.chosen(conn, found.name, visible_to(conn, viewer), named)
        items = sync.items_of(conn, found, chosen, ratings=site.ratings, today=site.clock().date())
    if sent.expect is not None and sent.expect != len(items):
        raise InputRefused(f"You expect {sent.expect} changes, and there are {len(items)} by now: look again.")
    role, ratings = viewer.role, site.ratings
    if sent.dry_run or not items:
        results = bulk.preview(site.engine, items, by=viewer.name, role=role, ratings=ratings, now=site.clock())
        return answer(request, sync.applied(found.name, results, bulk=None))
    done = bulk.carry_out(site.engine, items, by=actor_of(request), role=role, ratings=ratings, clock=site.clock)
    return answer(request, sync.applied(found.name, done.results, bulk=done.key))


def _named(conn: Connection, viewer: Viewer, names: tuple[str, ...]) -> list[Tenant]:
    return [tenant_for(conn, viewer, name) for name in names]


def _page(request: Request, conn: Connection, name: str, viewer: Viewer) -> Response:
    return answer(request, pages.one(conn, name, viewer.tenants, ratings=site_of(request).ratings))
