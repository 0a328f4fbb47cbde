"""The API's heat map: controls by tenants."""

import datetime as dt

from fastapi import Request, Response
from starlette.datastructures import QueryParams

from surefoot.access.viewers import Viewer
from surefoot.pages import heatmap as heatmap_page
from surefoot.pages.heatmap import CONTROLS, MOST, TENANTS, Heatmap, HeatRow, Wanted
from surefoot.reports import sheets
from surefoot.reports.sheets import About
from surefoot.store.database import reading
from surefoot.store.heatmap import Among
from surefoot.web import queries
from surefoot.web.api.answers import filed, listed, wants_csv
from surefoot.web.api.paths import HEATMAP
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

FILTERS = ("label", "tenants", "text", "category", "product", "open", "control")
PAGES = ("page", "limit", "tenantPage", "tenantLimit")
MOST_PAGES = 100_000


@routes.get(HEATMAP)
@routes.get(f"{HEATMAP}.csv")
@needs(Permission.READ)
def heatmap(request: Request) -> Response:
    """Show controls by tenants; as CSV a row a cell, all of them unless a page is asked for."""
    site, query = site_of(request), request.query_params
    queries.only(query, (*FILTERS, *PAGES))
    wanted = wanted_of(query, viewer_of(request), whole=wants_csv(request))
    with reading(site.engine) as conn:
        page = heatmap_page.build(conn, wanted, ratings=site.ratings)
    rows = heatmap_page.rows(page) if wants_csv(request) else []
    return listed(request, page, rows, HeatRow)


@routes.get(f"{HEATMAP}.xlsx")
@needs(Permission.READ)
def heatmap_xlsx(request: Request) -> Response:
    """Write controls by tenants as an Excel workbook, a column a tenant; all unless a page is asked for."""
    site, query = site_of(request), request.query_params
    queries.only(query, (*FILTERS, *PAGES))
    with reading(site.engine) as conn:
        page = heatmap_page.build(conn, wanted_of(query, viewer_of(request), whole=True), ratings=site.ratings)
    body = sheets.of_heatmap(page, _about(page, query, now=site.clock()))
    name = f"surefoot-heatmap-{page.newest}.xlsx" if page.newest else "surefoot-heatmap.xlsx"
    return filed(request, page, body, rows=len(page.controls), name=name, media=sheets.MEDIA_TYPE)


def _about(page: Heatmap, query: QueryParams, *, now: dt.datetime) -> About:
    narrowed = "; ".join(f"{name}: {query[name]}" for name in FILTERS if query.get(name))
    told = (("Filter", narrowed or "none"), *heatmap_page.told(page))
    return About(title="Control by tenant", told=told, made_at=now)


def wanted_of(query: QueryParams, viewer: Viewer, *, whole: bool) -> Wanted:
    """Read which tenants and controls are wanted; `whole`: all of them when nothing is said."""
    return Wanted(
        among=Among(visible=viewer.tenants, label=queries.word(query, "label"), text=queries.word(query, "tenants")),
        text=queries.word(query, "text"),
        category=queries.word(query, "category"),
        product=queries.word(query, "product"),
        open_only=queries.flag(query, "open") or False,
        control=queries.word(query, "control"),
        page=queries.count(query, "page", default=1, most=MOST_PAGES),
        limit=queries.count(query, "limit", default=MOST if whole else CONTROLS, most=MOST),
        tenant_page=queries.count(query, "tenantPage", default=1, most=MOST_PAGES),
        tenant_limit=queries.count(query, "tenantLimit", default=MOST if whole else TENANTS, most=MOST),
    )
