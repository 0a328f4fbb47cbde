"""The catalogue log, of one tenant or of all: what Microsoft did to its recommendations, and what that did to whom."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from fastapi import Request, Response

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.errors import InputRefused
from surefoot.model import Tenant
from surefoot.pages import catalogue as catalogue_page
from surefoot.pages.catalogue import By, Catalogue, Effect, Entry, Wanted
from surefoot.pages.outlets import camel
from surefoot.scoring.catalogue import Did
from surefoot.store.database import reading
from surefoot.web import queries
from surefoot.web.api.paths import SCORE
from surefoot.web.html import lists
from surefoot.web.html.contexts import Frame, Link, Page
from surefoot.web.html.lists import Address, Column, DateField, Form, Head
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

DIDS = {
    Did.ADDED: "Added",
    Did.RETIRED: "Retired",
    Did.RE_WEIGHED: "Re-weighed",
    Did.REWORDED: "Reworded",
    Did.RECLASSIFIED: "Reclassified",
}
MEANINGS = {
    Did.ADDED: "Microsoft scores something more: the possible points grow.",
    Did.RETIRED: "Microsoft scores something no longer: its points are gone.",
    Did.RE_WEIGHED: "The same control is worth more or fewer points.",
    Did.REWORDED: "Title or steps have new words; the points stay.",
    Did.RECLASSIFIED: "Category, product, cost or user impact differ; the points stay.",
}
SPANS = {"30": "30 days", "90": "90 days", "365": "A year"}
USUAL_SPAN = "90"
USUAL = f"-{camel(By.DATE)}"
PARAMETERS = ("days", "from", "to", "did", "text", "tenant", "sort")


class EffectLine(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry did to one tenant."""

    effect: Effect
    href: str
    """The action there, or why the score moved that day where there is none."""


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that Microsoft did."""

    entry: Entry
    did: str
    meaning: str
    href: str | None
    """The tenant's action; None: it has none, or it is a page of several tenants."""
    why_href: str | None
    """Why the one tenant's score moved around that day."""
    effects: tuple[EffectLine, ...]
    more: int
    """Tenants that are counted and not named."""


class CataloguePage(Page, frozen=True, kw_only=True):
    """`catalogue.html`."""

    catalogue: Catalogue
    paragraph: str
    """In words to send, its days as people write them."""
    several: bool
    spans: tuple[Link, ...]
    kinds: tuple[Link, ...]
    form: Form
    heads: tuple[Head, ...]
    lines: tuple[EntryLine, ...]
    refused: str | None
    """Why the days that were asked for are not shown."""
    csv_href: str
    everything_href: str


@routes.get("/catalogue")
@needs(Permission.READ)
def show_whole_catalogue(request: Request) -> Response:
    """Show what Microsoft did to its catalogue, and what that did to all visible tenants."""
    return _show(request, None)


@routes.get("/tenants/{tenant_id}/catalogue")
@needs(Permission.READ)
def show_catalogue(request: Request, tenant_id: str) -> Response:
    """Show what Microsoft did to its catalogue, and what that did to the tenant."""
    return _show(request, tenant_id)


def _show(request: Request, tenant_id: str | None) -> Response:
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        own = None if tenant_id is None else tenant_for(conn, viewer, tenant_id)
        visible = visible_to(conn, viewer)
        address = _address(request, own)
        since, until, refused = _range(address, site.clock().date())
        meant = [own] if own else lists.chosen(visible, address)
        page = catalogue_page.build(
            conn, meant, viewer.tenants, ratings=site.ratings, since=since, until=until, wanted=_wanted(address),
            one=own is not None,
        )  # fmt: skip
    around = frame(request, "Catalogue log", visible=visible, tenant=own, tab="catalogue")
    return render(request, "catalogue.html", view(page, around, address, visible=visible, refused=refused))


def _address(request: Request, own: Tenant | None) -> Address:
    base = path(own.id, "catalogue") if own else "/catalogue"
    found = lists.asked(base, request.query_params, [n for n in PARAMETERS if own is None or n != "tenant"])
    for name, kind in (("did", Did), ("sort", By)):
        found = lists.among(found, name, kind)
    held = {k: v for k, v in found.query.items() if k != "days" or v in SPANS}
    if "from" in held or "to" in held:
        held.pop("days", None)
    return Address(base=base, query=held)


def _range(address: Address, today: dt.date) -> tuple[dt.date, dt.date, str | None]:
    """Read the days; the usual ones, and why, when they cannot be read."""
    span = dt.timedelta(days=int(address.query.get("days", USUAL_SPAN)) - 1)
    try:
        until = queries.parse_day(address.query["to"]) if "to" in address.query else today
        since = queries.parse_day(address.query["from"]) if "from" in address.query else until - span
    except (InputRefused, OverflowError) as refusal:
        return today - span, today, str(refusal)
    if since > until or until == dt.date.max:
        return today - span, today, f"The first day ({since}) is after the last ({until})."
    return since, until, None


def _wanted(address: Address) -> Wanted:
    query, sort = address.query, address.query.get("sort", USUAL)
    return Wanted(
        did=queries.parse(query["did"], "kind", Did) if "did" in query else None,
        text=query.get("text"),
        by=queries.parse(sort.removeprefix("-"), "sort", By),
        falling=sort.startswith("-"),
    )


def view(
    page: Catalogue,
    frame: Frame,
    address: Address,
    *,
    visible: Sequence[Tenant] = (),
    refused: str | None = None,
) -> CataloguePage:
    """Prepare the log for its template."""
    several, own = page.tenant is None, page.tenant.id if page.tenant else None
    columns = _columns(several=several)
    days = {"from": page.since.isoformat(), "to": page.until.isoformat(), "days": None}
    return CataloguePage(
        frame=frame,
        catalogue=page,
        paragraph=lists.prose(page.paragraph) or "",
        several=several,
        spans=_spans(address),
        kinds=_kinds(page, address),
        form=_form(page, address, columns, visible, several=several),
        heads=lists.heads(columns, address, USUAL),
        lines=tuple(_line(e, own) for e in page.entries),
        refused=refused,
        csv_href=address.exported(f"{SCORE}/catalogue.csv", **days, **({"tenant": own} if own else {})),
        everything_href=address.href(did=None, text=None),
    )


def _columns(*, several: bool) -> list[Column]:
    whom = Column(label="Tenants", by=By.TENANTS, falls=True, number=True, rising="fewest first", falling="most first")
    effect = Column(
        label="Effect on their scores" if several else "Effect on your score", by=By.PERCENT, number=True,
        rising="worst first", falling="best first",
    )  # fmt: skip
    return [
        Column(label="Recommendation", by=By.NAME),
        Column(label="Microsoft"),
        Column(label="First seen", by=By.DATE, falls=True, rising="oldest first", falling="newest first"),
        *([whom] if several else []),
        effect,
    ]


def _spans(address: Address) -> tuple[Link, ...]:
    own = "from" in address.query or "to" in address.query
    now = "" if own else address.query.get("days", USUAL_SPAN)
    return tuple(
        Link(label=label, href=address.href(days=key, to=None, **{"from": None}), current=key == now)
        for key, label in SPANS.items()
    )


def _kinds(page: Catalogue, address: Address) -> tuple[Link, ...]:
    now = address.query.get("did", "")
    meant = [d for d in Did if d in page.kinds or camel(d) == now]
    return (
        Link(label="Everything", href=address.href(did=None), count=page.everything, current=not now),
        *(
            Link(
                label=DIDS[d], href=address.href(did=camel(d)), count=page.kinds.get(d, 0), current=camel(d) == now
            )
            for d in meant
        ),
    )  # fmt: skip


def _form(
    page: Catalogue, address: Address, columns: Sequence[Column], visible: Sequence[Tenant], *, several: bool
) -> Form:
    query = address.query
    return Form(
        action=address.base,
        label="Filter the log",
        find="Recommendation or product",
        text=query.get("text", ""),
        dates=(
            DateField(name="from", label="From", value=page.since.isoformat()),
            DateField(name="to", label="To", value=page.until.isoformat()),
        ),
        selects=(*((lists.tenants(visible, address),) if several else ()), lists.sorts(columns, address, USUAL)),
        hidden=tuple((k, v) for k, v in query.items() if k == "did"),
        filtered=bool(query.keys() - {"sort", "days"}),
        clear_href=address.base,
    )


def _line(entry: Entry, own: str | None) -> EntryLine:
    moved = own is not None and entry.tenants > 0
    return EntryLine(
        entry=entry,
        did=DIDS[entry.did],
        meaning=MEANINGS[entry.did],
        href=lists.action(own, entry.control) if own and entry.scored else None,
        why_href=_why(own, entry.effects[0].date) if own and moved and entry.effects else None,
        effects=tuple(_effect(entry, e) for e in entry.effects) if own is None else (),
        more=max(0, entry.tenants - len({e.tenant.id for e in entry.effects})),
    )


def _effect(entry: Entry, effect: Effect) -> EffectLine:
    tenant = effect.tenant.id
    href = lists.action(tenant, entry.control) if effect.scored else _why(tenant, effect.date)
    return EffectLine(effect=effect, href=href)


def _why(tenant: str, day: dt.date) -> str:
    """Lead to why the score moved from the day before."""
    before = day - dt.timedelta(days=1)
    return path(tenant, "history/why", **{"from": before.isoformat(), "to": day.isoformat()})
