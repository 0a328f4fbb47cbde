"""The API's portfolio: every visible tenant in a row."""

import datetime as dt

from fastapi import Request, Response
from starlette.datastructures import QueryParams

from surefoot.access.viewers import Viewer
from surefoot.pages import portfolio as portfolio_page
from surefoot.pages.portfolio import LIMIT, MOST, Portfolio, PortfolioRow
from surefoot.reports import sheets
from surefoot.reports.sheets import About
from surefoot.store.database import reading
from surefoot.store.portfolio import Sort, Wanted
from surefoot.web import queries
from surefoot.web.api.answers import filed, listed
from surefoot.web.api.paths import PORTFOLIO
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

FILTERS = ("sort", "label", "labelled", "industry", "text", "problem", "limit", "cursor")


@routes.get(PORTFOLIO)
@routes.get(f"{PORTFOLIO}.csv")
@needs(Permission.READ)
def portfolio(request: Request) -> Response:
    """List the visible tenants."""
    site, query = site_of(request), request.query_params
    queries.only(query, FILTERS)
    wanted = wanted_of(query, viewer_of(request))
    with reading(site.engine) as conn:
        page = portfolio_page.build(conn, wanted, cursor=queries.word(query, "cursor"))
        return listed(request, page, page.tenants, PortfolioRow)


@routes.get(f"{PORTFOLIO}.xlsx")
@needs(Permission.READ)
def portfolio_xlsx(request: Request) -> Response:
    """Write the visible tenants as an Excel workbook."""
    site, query = site_of(request), request.query_params
    queries.only(query, FILTERS)
    wanted = wanted_of(query, viewer_of(request))
    with reading(site.engine) as conn:
        page = portfolio_page.build(conn, wanted, cursor=queries.word(query, "cursor"))
    body = sheets.of_portfolio(page, _about(page, query, now=site.clock()))
    name = f"surefoot-portfolio-{page.newest}.xlsx"
    return filed(request, page, body, rows=len(page.tenants), name=name, media=sheets.MEDIA_TYPE)


def _about(page: Portfolio, query: QueryParams, *, now: dt.datetime) -> About:
    narrowed = "; ".join(f"{name}: {query[name]}" for name in FILTERS[1:6] if query.get(name))
    return About(
        title="Portfolio",
        told=(
            ("Newest day", str(page.newest or "none is stored yet")),
            ("Filter", narrowed or "none"),
            ("Sorted by", query.get("sort") or "name"),
            ("Rows", f"{len(page.tenants)} of {page.total} tenants, {page.on_newest} of them with the newest day"),
        ),
        made_at=now,
    )


def wanted_of(query: QueryParams, viewer: Viewer) -> Wanted:
    """Read which rows are wanted in which order: `sort=-percent` sorts by percent, the highest first."""
    text = query.get("sort") or ""
    return Wanted(
        visible=viewer.tenants,
        label=queries.word(query, "label"),
        labelled=queries.flag(query, "labelled"),
        industry=queries.word(query, "industry"),
        text=queries.word(query, "text"),
        problem=queries.flag(query, "problem"),
        sort=queries.parse(text.removeprefix("-"), "sort", Sort) if text else Sort.NAME,
        descending=text.startswith("-"),
        limit=queries.count(query, "limit", default=LIMIT, most=MOST),
    )
