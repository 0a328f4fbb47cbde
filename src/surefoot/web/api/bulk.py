"""The API's many decisions at once, and all decisions as a file."""

from typing import Annotated

from fastapi import Depends, Request, Response

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.errors import InputRefused, NotFound
from surefoot.model import TenantName
from surefoot.pages import bulks as bulks_page
from surefoot.store.database import reading
from surefoot.sync import bulk, decision_csv
from surefoot.sync.bulk import Item, Result, answer_of
from surefoot.sync.decision_csv import DecisionRow, Decisions
from surefoot.web import queries
from surefoot.web.api.answers import answer, listed
from surefoot.web.api.paths import BULK, SCORE
from surefoot.web.bulk_forms import BulkBody, items_of
from surefoot.web.forms import body_of, from_json
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

EXAMPLE = '{"where": {"status": "toAddress"}, "change": {"status": "planned"}}'
LARGEST_KEY = 2**53


@routes.get(BULK)
@needs(Permission.READ)
def bulks(request: Request) -> Response:
    """List what was done to many at once."""
    queries.only(request.query_params, ())
    with reading(site_of(request).engine) as conn:
        return answer(request, bulks_page.build(conn, viewer_of(request).tenants))


@routes.post(f"{BULK}/preview")
@needs(Permission.WRITE)
def preview(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Say what a change of many actions would do."""
    queries.only(request.query_params, ())
    sent = from_json(body, BulkBody, EXAMPLE)
    return answer(request, answer_of(_foreseen(request, _items(request, sent))))


@routes.post(BULK)
@needs(Permission.WRITE)
def change_many(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Change many actions, if it is still what the preview said."""
    site = site_of(request)
    queries.only(request.query_params, ())
    sent = from_json(body, BulkBody, EXAMPLE)
    if sent.expect is None:
        raise InputRefused("Send as expect how many the preview said would be changed or asked for.")
    items = _items(request, sent)
    counts = answer_of(_foreseen(request, items)).outcomes
    if counts.changed + counts.asked != sent.expect:
        now = counts.changed + counts.asked
        raise InputRefused(f"{sent.expect} changes were expected, and it would be {now}: look at the preview again.")
    done = bulk.carry_out(
        site.engine, items, by=actor_of(request), role=viewer_of(request).role, ratings=site.ratings, clock=site.clock
    )
    return answer(request, answer_of(done.results, done.key))


@routes.post(f"{BULK}/{{key}}/undo")
@needs(Permission.WRITE)
def undo(request: Request, key: str) -> Response:
    """Put back what was done to many, as far as it is the viewer's."""
    site, viewer = site_of(request), viewer_of(request)
    queries.only(request.query_params, ())
    if not (key.isascii() and key.isdigit() and len(key) <= len(str(LARGEST_KEY))):
        raise NotFound
    results = bulk.undo(
        site.engine, int(key), viewer.tenants, by=actor_of(request), role=viewer.role, ratings=site.ratings,
        clock=site.clock,
    )  # fmt: skip
    return answer(request, answer_of(results, int(key)))


@routes.get(f"{SCORE}/decisions")
@routes.get(f"{SCORE}/decisions.csv")
@needs(Permission.READ)
def decisions(request: Request) -> Response:
    """List the decisions and plans in force, of one tenant or of all that are visible."""
    site, query, viewer = site_of(request), request.query_params, viewer_of(request)
    queries.only(query, ("tenant",))
    named = queries.word(query, "tenant")
    with reading(site.engine) as conn:
        wanted = visible_to(conn, viewer) if named is None else [tenant_for(conn, viewer, named)]
        rows = tuple(decision_csv.rows(conn, wanted, site.ratings))
        about = None if named is None else TenantName(id=wanted[0].id, name=wanted[0].name)
    page = Decisions(decisions=rows, total=len(rows), tenant=about)
    return listed(request, page, rows, DecisionRow, written=lambda: decision_csv.write(rows))


def _items(request: Request, sent: BulkBody) -> list[Item]:
    site = site_of(request)
    with reading(site.engine) as conn:
        return items_of(conn, sent, viewer_of(request).tenants, site.ratings)


def _foreseen(request: Request, items: list[Item]) -> tuple[Result, ...]:
    site, viewer = site_of(request), viewer_of(request)
    return bulk.preview(site.engine, items, by=viewer.name, role=viewer.role, ratings=site.ratings, now=site.clock())
