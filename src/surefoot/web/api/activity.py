"""The API's audit trail."""

import datetime as dt

from fastapi import Request, Response
from msgspec.structs import replace
from starlette.datastructures import QueryParams

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.pages import audit as audit_page
from surefoot.pages.audit import LIMIT, MOST, ActivityRow
from surefoot.store.audit import Wanted
from surefoot.store.database import reading
from surefoot.web import queries
from surefoot.web.api.answers import listed
from surefoot.web.api.paths import AUDIT
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

MOST_ENTRIES = 2**53


@routes.get(AUDIT)
@routes.get(f"{AUDIT}.csv")
@needs(Permission.READ)
def activity(request: Request) -> Response:
    """List who did what, newest first."""
    site, query, viewer = site_of(request), request.query_params, viewer_of(request)
    queries.only(query, ("tenant", "action", "actor", "from", "to", "text", "below", "above", "limit"))
    with reading(site.engine) as conn:
        named = query.get("tenant")
        wanted = replace(asked(query), tenant=None if named is None else tenant_for(conn, viewer, named).id)
        page = audit_page.build(conn, viewer.tenants, wanted, visible_to(conn, viewer), ratings=site.ratings)
        return listed(request, page, page.entries, ActivityRow)


def asked(query: QueryParams) -> Wanted:
    """Read which entries are asked for, of whichever tenant."""
    since, until = queries.day(query, "from"), queries.day(query, "to")
    below = queries.count(query, "below", default=0, most=MOST_ENTRIES)
    above = queries.count(query, "above", default=0, most=MOST_ENTRIES)
    return Wanted(
        action=queries.word(query, "action"),
        actor=queries.word(query, "actor"),
        text=queries.word(query, "text"),
        since=None if since is None else _start(since),
        until=None if until is None or until == dt.date.max else _start(until + dt.timedelta(days=1)),
        below=below or None,
        above=above or None,
        limit=queries.count(query, "limit", default=LIMIT, most=MOST),
    )


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
