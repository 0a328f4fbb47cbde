"""The API's past and its reasons: history, changes, controls, comparison, events, regressions, the catalogue."""

import datetime as dt

from fastapi import Request, Response
from sqlalchemy import Connection
from starlette.datastructures import QueryParams

from surefoot.access.viewers import other_for, tenant_for, visible_to
from surefoot.errors import InputRefused
from surefoot.model import Event, EventSource, Grounds, Stage, Tenant
from surefoot.pages import catalogue as catalogue_page
from surefoot.pages import changes as changes_page
from surefoot.pages import comparison as comparison_page
from surefoot.pages import controls as controls_page
from surefoot.pages import events as events_page
from surefoot.pages import history as history_page
from surefoot.pages import outbox as outbox_page
from surefoot.pages import regressions as regressions_page
from surefoot.pages import risks as risks_page
from surefoot.pages.catalogue import Entry
from surefoot.pages.changes import ChangeRow
from surefoot.pages.outbox import SendingRow
from surefoot.pages.overview import HistoryDay
from surefoot.pages.regressions import RegressionRow
from surefoot.pages.risks import Ends, Risk
from surefoot.scoring.catalogue import Did
from surefoot.scoring.trends import Step
from surefoot.store.database import reading
from surefoot.web import queries
from surefoot.web.api.answers import answer, listed
from surefoot.web.api.paths import SCORE
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import Site, site_of

routes = router()

RANGE = dt.timedelta(days=89)
"""Days before the last that a list covers when nothing is said."""


@routes.get(f"{SCORE}/history")
@routes.get(f"{SCORE}/history.csv")
@needs(Permission.READ)
def history(request: Request) -> Response:
    """Give the score, a category, a service or a control over time."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "days", "from", "to", "by", "category", "service", "control"))
    wanted = history_page.Wanted(
        days=queries.days(query),
        since=queries.day(query, "from"),
        until=queries.day(query, "to"),
        by=queries.choice(query, "by", Step) or Step.DAY,
        category=queries.word(query, "category"),
        service=queries.word(query, "service"),
        control=queries.word(query, "control"),
    )
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        page = history_page.build(conn, tenant, ratings=site.ratings, wanted=wanted)
        return listed(request, page, page.history, HistoryDay)


@routes.get(f"{SCORE}/changes")
@routes.get(f"{SCORE}/changes.csv")
@needs(Permission.READ)
def changes(request: Request) -> Response:
    """Say why the score differs between two days."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "from", "to"))
    since, until = queries.day(query, "from"), queries.day(query, "to")
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        page = changes_page.build(conn, tenant, ratings=site.ratings, since=since, until=until)
        return listed(request, page, page.changes, ChangeRow)


@routes.get(f"{SCORE}/controls/{{control_id}}")
@needs(Permission.READ)
def control(request: Request, control_id: str) -> Response:
    """Give all about one control of a tenant."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "days"))
    days = queries.days(query)
    with reading(site.engine) as conn:
        viewer = viewer_of(request)
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        visible = visible_to(conn, viewer)
        return answer(request, controls_page.build(conn, tenant, control_id, visible, ratings=site.ratings, days=days))


@routes.get(f"{SCORE}/comparison")
@needs(Permission.READ)
def comparison(request: Request) -> Response:
    """Compare a tenant with Microsoft's groups and with the viewer's other tenants."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "days", "against"))
    days = queries.days(query)
    with reading(site.engine) as conn:
        viewer = viewer_of(request)
        tenant = tenant_for(conn, viewer, query.get("tenant"))
        other = other_for(conn, viewer, queries.word(query, "against"))
        page = comparison_page.build(
            conn, tenant, visible_to(conn, viewer), ratings=site.ratings, days=days, against=other
        )
        return answer(request, page)


@routes.get(f"{SCORE}/events")
@routes.get(f"{SCORE}/events.csv")
@needs(Permission.READ)
def events(request: Request) -> Response:
    """List what happened."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "from", "to", "source", "text"))
    since, until = range_of(query, site)
    wanted = events_page.Filter(source=queries.choice(query, "source", EventSource), text=queries.word(query, "text"))
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        page = events_page.build(conn, tenant, since=since, until=until, wanted=wanted)
        return listed(request, page, page.events, Event)


@routes.get(f"{SCORE}/regressions")
@routes.get(f"{SCORE}/regressions.csv")
@needs(Permission.READ)
def regressions(request: Request) -> Response:
    """List the controls that fell."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "dismissed"))
    dismissed = bool(queries.flag(query, "dismissed"))
    with reading(site.engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), query.get("tenant"))
        page = regressions_page.build(conn, tenant, ratings=site.ratings, with_dismissed=dismissed)
        return listed(request, page, page.regressions, RegressionRow)


@routes.get(f"{SCORE}/risks")
@routes.get(f"{SCORE}/risks.csv")
@needs(Permission.READ)
def risks(request: Request) -> Response:
    """List the accepted risks; without a tenant those of all visible ones."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "ends", "grounds", "label", "text", "sort"))
    by, falling = queries.order(query, risks_page.By.UNTIL)
    wanted = risks_page.Wanted(
        ends=queries.choice(query, "ends", Ends),
        grounds=queries.choice(query, "grounds", Grounds),
        label=queries.word(query, "label"),
        text=queries.word(query, "text"),
        by=by,
        falling=falling,
    )
    with reading(site.engine) as conn:
        meant, one = _meant(conn, request)
        today = site.clock().date()
        page = risks_page.build(conn, meant, ratings=site.ratings, today=today, wanted=wanted, one=one)
        return listed(request, page, page.risks, Risk)


def _meant(conn: Connection, request: Request) -> tuple[list[Tenant], bool]:
    """Find the tenant that is named, or all visible ones; say whether it is a single one."""
    viewer, named = viewer_of(request), request.query_params.get("tenant")
    meant = visible_to(conn, viewer) if named is None else [tenant_for(conn, viewer, named)]
    return meant, len(meant) == 1


@routes.get(f"{SCORE}/outbox")
@routes.get(f"{SCORE}/outbox.csv")
@needs(Permission.READ)
def outbox(request: Request) -> Response:
    """List the decisions on their way to Microsoft; without a tenant those of all visible ones."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "all", "stage", "sort"))
    by, falling = queries.order(query, outbox_page.By.DECIDED, falling=True)
    wanted = outbox_page.Wanted(
        everything=bool(queries.flag(query, "all")),
        stage=queries.choice(query, "stage", Stage),
        by=by,
        falling=falling,
    )
    with reading(site.engine) as conn:
        meant, one = _meant(conn, request)
        page = outbox_page.build(conn, meant, ratings=site.ratings, now=site.clock(), wanted=wanted, one=one)
        return listed(request, page, page.sending, SendingRow)


@routes.get(f"{SCORE}/catalogue")
@routes.get(f"{SCORE}/catalogue.csv")
@needs(Permission.READ)
def catalogue(request: Request) -> Response:
    """Log what Microsoft did to its catalogue; without a tenant the effects on all visible ones."""
    site, query = site_of(request), request.query_params
    queries.only(query, ("tenant", "from", "to", "did", "text", "sort"))
    since, until = range_of(query, site)
    by, falling = queries.order(query, catalogue_page.By.DATE, falling=True)
    wanted = catalogue_page.Wanted(
        did=queries.choice(query, "did", Did), text=queries.word(query, "text"), by=by, falling=falling
    )
    with reading(site.engine) as conn:
        meant, one = _meant(conn, request)
        page = catalogue_page.build(
            conn, meant, viewer_of(request).tenants, ratings=site.ratings, since=since, until=until, wanted=wanted,
            one=one,
        )  # fmt: skip
        return listed(request, page, page.entries, Entry)


def range_of(query: QueryParams, site: Site) -> tuple[dt.date, dt.date]:
    """Read `from` and `to`: the last 90 days when nothing is said."""
    until = queries.day(query, "to") or site.clock().date()
    since = queries.day(query, "from") or until - min(RANGE, until - dt.date.min)
    if since > until:
        raise InputRefused(f"The first day ({since}) is after the last ({until}): turn them round.")
    if until == dt.date.max:
        raise InputRefused(f"{until} is too late a day.")
    return since, until
