"""The API's portfolio: every visible tenant in a row."""

from fastapi import Request, Response
from starlette.datastructures import QueryParams

from surefoot.access.viewers import Viewer
from surefoot.pages import portfolio as portfolio_page
from surefoot.pages.portfolio import LIMIT, MOST, PortfolioRow
from surefoot.store.database import reading
from surefoot.store.portfolio import Sort, Wanted
from surefoot.web import queries
from surefoot.web.api.answers import listed
from surefoot.web.api.paths import PORTFOLIO
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()


@routes.get(PORTFOLIO)
@routes.get(f"{PORTFOLIO}.csv")
@needs(Permission.READ)
def portfolio(request: Request) -> Response:
    """List the visible tenants."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("sort", "label", "industry", "text", "problem", "limit", "cursor"))
    wanted = wanted_of(query, viewer_of(request))
    with reading(site.engine) as conn:
        page = portfolio_page.build(conn, wanted, cursor=queries.word(query, "cursor"))
        return listed(request, page, page.tenants, PortfolioRow)


def wanted_of(query: QueryParams, viewer: Viewer) -> Wanted:
    """Read which rows are wanted in which order: `sort=-percent` sorts by percent, the highest first."""
    text = query.get("sort") or ""
    return Wanted(
        visible=viewer.tenants,
        label=queries.word(query, "label"),
        industry=queries.word(query, "industry"),
        text=queries.word(query, "text"),
        problem=queries.flag(query, "problem"),
        sort=queries.parse(text.removeprefix("-"), "sort", Sort) if text else Sort.NAME,
        descending=text.startswith("-"),
        limit=queries.count(query, "limit", default=LIMIT, most=MOST),
    )
