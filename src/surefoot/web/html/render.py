"""Templates: strict (a name that is not there is an error), escaping everything that is not drawn by us."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

import msgspec
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from surefoot.model import Tenant
from surefoot.pages.overview import TenantName
from surefoot.web.assets import Asset, address
from surefoot.web.html import day_rows, formats, list_rows, trend_rows
from surefoot.web.html.contexts import Filled, Flash, Frame, Link, MessagePage, Page
from surefoot.web.html.drawn import Drawn
from surefoot.web.html.overview import path
from surefoot.web.problems import Problem
from surefoot.web.site import site_of

TABS = {
    "overview": "Overview",
    "actions": "Recommended actions",
    "history": "History",
    "trends": "Metrics & trends",
    "comparison": "Comparison",
    "risks": "Accepted risks",
}
"""The pages of a tenant."""
MORE = {
    "connection": "Connection",
    "outbox": "Outbox",
    "catalogue": "Catalogue log",
    "activity": "Activity",
}
"""Those that are opened less often."""
WHOLE = {
    "portfolio": ("Portfolio", "/"),
    "heatmap": ("Control by tenant", "/heatmap"),
    "risks": ("Accepted risks", "/risks"),
    "catalogue": ("Catalogue log", "/catalogue"),
    "activity": ("Activity", "/activity"),
}
"""The pages about all tenants."""
WHOLE_MORE = {
    "tenants": ("Tenants", "/tenants"),
    "settings": ("Settings", "/settings"),
    "outbox": ("Outbox", "/outbox"),
    "notices": ("Notices", "/notices"),
}
SWITCH = 30
"""Tenants that the switcher lists; the search finds the others."""

FLASHES = {
    "sync-asked": Flash(kind="good", text="The tenant will be read from Microsoft within a minute. Reload to see it."),
    "decided": Flash(kind="good", text="Saved."),
    "decision": Flash(kind="good", text="Saved."),
    "taken-back": Flash(kind="good", text="Taken back."),
    "taken-back-plan": Flash(
        kind="good", text="Taken back, with the owner and the plan that were set in the same step."
    ),
    "taken-back-alone": Flash(kind="good", text="Taken back. The plan (owner, due date) stays as it is."),
    "choose": Flash(
        kind="bad",
        text="Nothing was chosen: tick at least one below. What was filled in stands there still.",
    ),
    "tried": Flash(kind="good", text="Tried: how it went is below."),
    "reconnected": Flash(kind="good", text="Saved and tried: how it went is below."),
    "imported": Flash(kind="good", text="Imported. The days of the file are in the history."),
    "removed": Flash(kind="good", text="The tenant is removed, with all that was kept of it."),
    "revoked": Flash(kind="good", text="Revoked: the token is refused from now on."),
    "reading-over": Flash(kind="good", text="The reading has ended: how it went is below."),
    "zones": Flash(kind="good", text="The bounds of the zones are set."),
    "approved": Flash(kind="good", text="Approved: the risk is accepted, and stands in the register."),
    "declined": Flash(kind="good", text="Declined, or taken back: the action stays as it is."),
    "resolved": Flash(kind="good", text="Resolved: that version holds now."),
    "sending-on": Flash(kind="good", text="Decisions are sent to Microsoft from now on, within half a minute each."),
    "sending-off": Flash(kind="good", text="Nothing is sent to Microsoft any more. What waits stays here."),
    "read": Flash(kind="good", text="Marked as read."),
    "labelled": Flash(kind="good", text="The labels are changed."),
    "view-saved": Flash(kind="good", text="The view is saved: it is in the menu Views."),
    "view-changed": Flash(kind="good", text="The views are changed."),
    "asked": Flash(kind="good", text="Asked for: somebody with the role approver has to approve it."),
}
"""What a page may say after a form, by the word in its address: nothing of the address itself is shown."""


def environment(assets: dict[str, Asset]) -> Environment:
    """Make the environment that all templates share."""
    env = Environment(
        loader=PackageLoader("surefoot.web", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(formats.FILTERS | day_rows.FILTERS | list_rows.FILTERS | trend_rows.FILTERS)
    env.globals["asset"] = lambda name: address(assets, name)
    env.globals["drawn"] = Drawn(address(assets, "icons.svg"))
    return env


def render(request: Request, template: str, page: Page, *, status: int = 200) -> HTMLResponse:
    """Render a page: the template sees the fields of its struct and nothing else."""
    values = {name: getattr(page, name) for name in page.__struct_fields__}
    return HTMLResponse(site_of(request).templates.get_template(template).render(values), status_code=status)


def frame(request: Request, title: str, *, visible: list[Tenant], tenant: Tenant | None = None, tab: str = "") -> Frame:
    """Make what surrounds a page of somebody who is signed in."""
    tabs, more = navigation(tenant, tab)
    return Frame(
        title=f"{title} · {tenant.name}" if tenant else title,
        now=site_of(request).clock(),
        who=request.state.viewer.name,
        tenant=TenantName(id=tenant.id, name=tenant.name) if tenant else None,
        tenants=_switcher(visible, tenant, tab),
        visible=len(visible),
        tabs=tabs,
        more=more,
        crumbs=_crumbs(title, tenant, (*tabs, *more), several=len(visible) > 1),
        flash=FLASHES.get(request.query_params.get("said", "")),
        filled=_filled(request.query_params.get("fill", "")),
    )


def _filled(text: str) -> Filled:
    """Read what was filled in for many actions from an address; unknown words are left out."""
    try:
        held = dict(parse_qsl(text, max_num_fields=len(Filled.__struct_fields__)))
    except ValueError:
        return Filled()
    return Filled(**{name: held[name] for name in Filled.__struct_fields__ if name in held})


def bare_frame(request: Request, title: str) -> Frame:
    """Make what surrounds a page of somebody who may be anybody."""
    return Frame(title=title, now=site_of(request).clock())


def navigation(tenant: Tenant | None, tab: str = "") -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """List the pages of a tenant, or (None) those about all tenants: the tabs, and what is behind them."""
    if tenant is None:
        return _links(WHOLE, tab), _links(WHOLE_MORE, tab)
    own = [{key: (label, path(tenant.id, key)) for key, label in pages.items()} for pages in (TABS, MORE)]
    return _links(own[0], tab), _links(own[1], tab)


def _links(pages: Mapping[str, tuple[str, str]], tab: str) -> tuple[Link, ...]:
    return tuple(Link(label=label, href=href, current=key == tab) for key, (label, href) in pages.items())


def _switcher(visible: list[Tenant], tenant: Tenant | None, tab: str) -> tuple[Link, ...]:
    if len(visible) < 2:  # noqa: PLR2004 - one tenant needs no switch
        return ()
    page = tab if tab in TABS else "overview"
    shown = visible[:SWITCH] if tenant is None or tenant in visible[:SWITCH] else [tenant, *visible[: SWITCH - 1]]
    return tuple(
        Link(label=t.name, href=path(t.id, page), current=tenant is not None and t.id == tenant.id) for t in shown
    )


def _crumbs(title: str, tenant: Tenant | None, tabs: Sequence[Link], *, several: bool) -> tuple[Link, ...]:
    """Lead from the first page over the tenant and its tab to this page."""
    way = [Link(label="Portfolio", href="/")] if several else []
    if tenant is not None:
        way.append(Link(label=tenant.name, href=path(tenant.id, "overview")))
    tab = next((t for t in tabs if t.current), None)
    if tab is not None and tab.href not in {w.href for w in way}:
        way.append(Link(label=tab.label, href=tab.href))
    if tab is None or title != tab.label:
        way.append(Link(label=title, href=""))
    return tuple(way) if len(way) > 1 else ()


HEADINGS = {
    401: "Sign in to see this",
    403: "That is not allowed",
    404: "Nothing here",
    405: "That does not work here",
    413: "That is too much",
    422: "That could not be used",
    500: "Something went wrong",
    502: "Microsoft did not answer",
    503: "Surefoot cannot read its data",
}


def message(request: Request, problem: Problem, *, back: str | None = None) -> HTMLResponse:
    """Show why a page cannot be shown; `back` is the page that its form was on."""
    heading = HEADINGS.get(problem.status, problem.title)
    page = MessagePage(
        frame=bare_frame(request, heading),
        heading=heading,
        text=problem.detail,
        status=problem.status,
        home=problem.status != 401,  # noqa: PLR2004 - signed out, the first page leads nowhere
        back=back,
    )
    return render(request, "message.html", page, status=problem.status)


def names_of(page: type[msgspec.Struct]) -> set[str]:
    """Name what a template may use of its page."""
    return set(page.__struct_fields__)
