"""The register of accepted risks, of one tenant or of all, and what waits for a second person."""

import datetime as dt
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import replace
from sqlalchemy import Connection

from surefoot.access.viewers import Viewer, tenant_for, visible_to
from surefoot.errors import InputRefused, NotFound
from surefoot.model import Grounds, Role, Side, Tenant
from surefoot.pages import governance
from surefoot.pages import risks as risks_page
from surefoot.pages.governance import RequestRow
from surefoot.pages.outlets import camel
from surefoot.pages.risks import By, Ends, Risk, Risks, Wanted
from surefoot.scoring.workflow import same_person
from surefoot.store import portfolio
from surefoot.store import requests as stored_requests
from surefoot.store.database import reading, writing
from surefoot.sync.acceptances import approve, decline
from surefoot.web import queries
from surefoot.web.api.paths import SCORE
from surefoot.web.forms import body_of, from_form
from surefoot.web.html import lists
from surefoot.web.html.contexts import Frame, Link, Page
from surefoot.web.html.lists import Address, Column, Form, Head
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()
Body = Annotated[bytes, Depends(body_of)]

COLUMNS = (
    Column(label="Accepted risk", by=By.NAME),
    Column(label="Tenant", by=By.TENANT),
    Column(label="Points given up", by=By.POINTS, falls=True, number=True, rising="fewest first", falling="most first"),
    Column(label="Ends", by=By.UNTIL, rising="soonest first", falling="latest first"),
    Column(label="Accepted since", by=By.SINCE, rising="longest ago first", falling="newest first"),
    Column(label="By", by=By.WHO),
    Column(label="Grounds"),
)
ON_PAGE = 50
"""Risks on a page."""
LONGEST_PAGE = 6
PARAMETERS = ("ends", "grounds", "label", "tenant", "text", "sort")
GROUNDS = {Grounds.RISK: "Bearable risk", Grounds.NOT_APPLICABLE: "Not applicable"}
SIDES = {Side.SUREFOOT: "in Surefoot", Side.MICROSOFT: "at Microsoft"}
URGENT = 14
"""Days left from which an end is marked: two weeks, as the usual reminder."""


class RiskLine(msgspec.Struct, frozen=True, kw_only=True):
    """A risk in the register."""

    risk: Risk
    href: str
    left: str | None
    """How long it lasts, in words; None: it has no end."""
    mark: str
    """`bad` when it has ended, `warn` when it ends soon, else nothing."""
    grounds: str | None
    where: str
    item: str
    """Names it in the form that renews."""


class RequestLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits for a second person."""

    row: RequestRow
    href: str
    approve_href: str | None
    """None: who looks may not approve it."""
    decline_href: str | None
    own: bool
    """Whether who looks asked for it: then they take it back, and somebody else approves."""


class RisksPage(Page, frozen=True, kw_only=True):
    """`risks.html`."""

    risks: Risks
    several: bool
    """Whether the register is about more than one tenant."""
    requests: tuple[RequestLine, ...]
    refused: str | None
    """Why the answer that was just given was not taken."""
    views: tuple[Link, ...]
    form: Form
    heads: tuple[Head, ...]
    lines: tuple[RiskLine, ...]
    """Of this page; the sums are of all."""
    pages: tuple[Link, ...]
    can_write: bool
    tomorrow: dt.date
    csv_href: str
    actions_href: str | None
    """Where an action is accepted; None over several tenants."""
    here: str
    """The register as it is asked for, to come back to."""


@routes.get("/risks")
@needs(Permission.READ)
def show_every_risk(request: Request) -> Response:
    """Show the accepted risks of all visible tenants."""
    return _show(request, None)


@routes.get("/tenants/{tenant_id}/risks")
@needs(Permission.READ)
def show_risks(request: Request, tenant_id: str) -> Response:
    """Show a tenant's accepted risks."""
    return _show(request, tenant_id)


def _show(request: Request, tenant_id: str | None, refused: str | None = None) -> Response:
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        own = None if tenant_id is None else tenant_for(conn, viewer, tenant_id)
        visible = visible_to(conn, viewer)
        address = _address(request, own)
        meant = [own] if own else lists.chosen(visible, address)
        today = site.clock().date()
        page = risks_page.build(
            conn, meant, ratings=site.ratings, today=today, wanted=_wanted(address), one=own is not None
        )
        asked = governance.asked(conn, meant, ratings=site.ratings)
        labels = portfolio.words(conn, viewer.tenants)[0]
    around = frame(request, "Accepted risks", visible=visible, tenant=own, tab="risks")
    waiting = tuple(_request(r, viewer, everywhere=own is None) for r in asked.requests)
    shown = view(
        page, around, address, waiting, visible=visible, labels=labels, can_write=viewer.can_write,
        number=_number(request.query_params.get("page", "")),
    )  # fmt: skip
    shown = replace(shown, refused=refused)
    return render(request, "risks.html", shown, status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK)


def _address(request: Request, own: Tenant | None) -> Address:
    base = path(own.id, "risks") if own else "/risks"
    names = [n for n in PARAMETERS if own is None or n not in {"tenant", "label"}]
    found = lists.asked(base, request.query_params, names)
    for name, kind in (("ends", Ends), ("grounds", Grounds), ("sort", By)):
        found = lists.among(found, name, kind)
    return found


def _wanted(address: Address) -> Wanted:
    query, sort = address.query, address.query.get("sort", camel(By.UNTIL))
    return Wanted(
        ends=queries.parse(query["ends"], "end", Ends) if "ends" in query else None,
        grounds=queries.parse(query["grounds"], "ground", Grounds) if "grounds" in query else None,
        label=query.get("label"),
        text=query.get("text"),
        by=queries.parse(sort.removeprefix("-"), "sort", By),
        falling=sort.startswith("-"),
    )


def view(
    page: Risks,
    frame: Frame,
    address: Address,
    waiting: Sequence[RequestLine] = (),
    *,
    visible: Sequence[Tenant] = (),
    labels: Sequence[str] = (),
    can_write: bool = False,
    number: int = 1,
) -> RisksPage:
    """Prepare the register for its template."""
    several = page.tenant is None
    columns = [c for c in COLUMNS if several or c.by is not By.TENANT]
    usual = camel(By.UNTIL)
    own = page.tenant.id if page.tenant else None
    last = max(1, -(-len(page.risks) // ON_PAGE))
    number = min(number, last)
    return RisksPage(
        frame=frame,
        risks=page,
        several=several,
        requests=tuple(waiting),
        refused=None,
        views=_views(page, address),
        form=_form(address, columns, usual, visible, labels, several=several),
        heads=lists.heads(columns, address, usual),
        lines=tuple(_line(r) for r in page.risks[(number - 1) * ON_PAGE : number * ON_PAGE]),
        pages=_pages(address, number, last),
        can_write=can_write,
        tomorrow=frame.now.date() + dt.timedelta(days=1),
        csv_href=address.exported(f"{SCORE}/risks.csv", **({"tenant": own} if own else {})),
        actions_href=path(own, "actions") if own else None,
        here=address.href(page=str(number) if number > 1 else None),
    )


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= LONGEST_PAGE else 1


def _pages(address: Address, number: int, last: int) -> tuple[Link, ...]:
    """Lead to the other pages of a long register; nothing where all of it is on one."""
    places = (("First page", 1), ("Previous page", number - 1), ("Next page", number + 1))
    reached = [(label, n) for label, n in places if 1 <= n <= last and n != number]
    kept = [(label, n) for label, n in reached if (label, n) != ("First page", 1) or number > 2]  # noqa: PLR2004
    return tuple(Link(label=label, href=address.href(page=str(n))) for label, n in kept)


def _views(page: Risks, address: Address) -> tuple[Link, ...]:
    counts = (
        ("", "All", page.everything),
        (camel(Ends.WITHIN_30), "End within 30 days", page.soon),
        (camel(Ends.WITHIN_90), "Within 90 days", page.within_90),
        (camel(Ends.EXPIRED), "Ended", page.expired),
        (camel(Ends.NEVER), "No end", page.endless),
    )
    now = address.query.get("ends", "")
    return tuple(
        Link(label=label, href=address.href(ends=key), count=count, current=key == now) for key, label, count in counts
    )


def _form(
    address: Address,
    columns: Sequence[Column],
    usual: str,
    visible: Sequence[Tenant],
    labels: Sequence[str],
    *,
    several: bool,
) -> Form:
    query = address.query
    grounds = [("", "All"), *((camel(g), words) for g, words in GROUNDS.items())]
    whose = (
        lists.tenants(visible, address),
        lists.select("label", "Label", [("", "All"), *((w, w) for w in labels)], query.get("label", "")),
    )
    return Form(
        action=address.base,
        label="Filter the accepted risks",
        find="Action, person or reason",
        text=query.get("text", ""),
        selects=(
            *(whose if several else ()),
            lists.select("grounds", "Grounds", grounds, query.get("grounds", "")),
            lists.sorts(columns, address, usual),
        ),
        hidden=tuple((k, v) for k, v in query.items() if k == "ends"),
        filtered=bool(query.keys() - {"sort", "ends"}),
        clear_href=address.base,
    )


def _line(risk: Risk) -> RiskLine:
    left = risk.days_left
    return RiskLine(
        risk=risk,
        href=lists.action(risk.tenant.id, risk.control),
        left=None if left is None else _left(left),
        mark="" if left is None or left > URGENT else "bad" if left < 0 else "warn",
        grounds=GROUNDS[risk.grounds] if risk.grounds else None,
        where=SIDES[risk.accepted_in],
        item=f"{risk.tenant.id}/{risk.control}",
    )


def _left(days: int) -> str:
    if days < 0:
        return f"ended {-days} day{'' if days == -1 else 's'} ago"
    return "ends today" if days == 0 else f"{days} day{'' if days == 1 else 's'} left"


def _request(row: RequestRow, viewer: Viewer, *, everywhere: bool) -> RequestLine:
    here = path(row.tenant.id, f"requests/{row.request.key}")
    back = "?back=all" if everywhere else ""
    own = same_person(viewer.name, row.request.asked.decided_by)
    return RequestLine(
        row=row,
        href=lists.action(row.tenant.id, row.request.asked.control),
        approve_href=f"{here}/approve{back}" if viewer.role.may(Role.APPROVER) and not own else None,
        decline_href=f"{here}/decline{back}" if viewer.role.may(Role.EDITOR if own else Role.APPROVER) else None,
        own=own,
    )


@routes.post("/tenants/{tenant_id}/requests/{key}/approve")
@needs(Permission.APPROVE)
def approve_one(request: Request, tenant_id: str, key: str) -> Response:
    """Approve a request, then lead back to the register."""
    site, viewer = site_of(request), viewer_of(request)
    try:
        with writing(site.engine, by=actor_of(request)) as conn:
            tenant = tenant_for(conn, viewer, tenant_id)
            number = _waits(conn, tenant, key)
            approve(conn, tenant, number, by=viewer.name, role=viewer.role, ratings=site.ratings, now=site.clock())
    except InputRefused as refusal:
        return _show(request, _where(request, tenant_id), refusal.sentence)
    return _back(request, tenant, "approved")


@routes.post("/tenants/{tenant_id}/requests/{key}/decline")
@needs(Permission.WRITE)
def decline_one(request: Request, tenant_id: str, key: str, body: Body) -> Response:
    """Decline a request, or take one's own back, then lead back to the register."""
    site, viewer = site_of(request), viewer_of(request)
    why = from_form(body).get("asks") or None
    try:
        with writing(site.engine, by=actor_of(request)) as conn:
            tenant = tenant_for(conn, viewer, tenant_id)
            number = _waits(conn, tenant, key)
            decline(conn, tenant, number, by=viewer.name, role=viewer.role, now=site.clock(), answer=why)
    except InputRefused as refusal:
        return _show(request, _where(request, tenant_id), refusal.sentence)
    return _back(request, tenant, "declined")


def _where(request: Request, tenant_id: str) -> str | None:
    """Say from which register the answer came: of the tenant, or (None) of all."""
    return None if request.query_params.get("back") == "all" else tenant_id


def _back(request: Request, tenant: Tenant, said: str) -> Response:
    own = _where(request, tenant.id)
    there = path(own, "risks", said=said) if own else f"/risks?said={said}"
    return RedirectResponse(there, HTTPStatus.SEE_OTHER)


def _waits(conn: Connection, tenant: Tenant, key: str) -> int:
    """Give the number of a request that waits."""
    found = next((r.key for _, r in stored_requests.pending(conn, [tenant]) if str(r.key) == key), None)
    if found is None:
        message = "No such request waits for an answer."
        raise NotFound(message)
    return found
