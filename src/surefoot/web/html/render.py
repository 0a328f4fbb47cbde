"""Templates: strict (a name that is not there is an error), escaping everything that is not drawn by us."""

import msgspec
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from surefoot.model import Tenant
from surefoot.pages.overview import TenantName
from surefoot.web.assets import Asset, address
from surefoot.web.html import formats
from surefoot.web.html.contexts import Flash, Frame, Link, MessagePage, Page
from surefoot.web.html.overview import path
from surefoot.web.problems import Problem
from surefoot.web.site import site_of

TABS = {
    "overview": "Overview",
    "actions": "Recommended actions",
    "history": "History",
    "comparison": "Comparison",
    "risks": "Accepted risks",
    "outbox": "Outbox",
    "catalogue": "Catalogue log",
}

WHOLE = {"portfolio": ("Portfolio", "/"), "notices": ("Notices", "/notices"), "activity": ("Activity", "/activity")}
"""The tabs of pages about all tenants."""

FLASHES = {
    "sync-asked": Flash(kind="good", text="The tenant will be read from Microsoft within a minute. Reload to see it."),
    "decided": Flash(kind="good", text="Saved."),
    "tried": Flash(kind="good", text="Tried: how it went is below."),
    "reconnected": Flash(kind="good", text="Saved and tried: how it went is below."),
    "imported": Flash(kind="good", text="Imported. The days of the file are in the history."),
    "removed": Flash(kind="good", text="The tenant is removed, with all that was kept of it."),
    "revoked": Flash(kind="good", text="Revoked: the token is refused from now on."),
    "read": Flash(kind="good", text="The reading has ended: how it went is below."),
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
    env.filters.update(formats.FILTERS)
    env.globals["asset"] = lambda name: address(assets, name)
    return env


def render(request: Request, template: str, page: Page, *, status: int = 200) -> HTMLResponse:
    """Render a page: the template sees the fields of its struct and nothing else."""
    values = {name: getattr(page, name) for name in page.__struct_fields__}
    return HTMLResponse(site_of(request).templates.get_template(template).render(values), status_code=status)


def frame(request: Request, title: str, *, visible: list[Tenant], tenant: Tenant | None = None, tab: str = "") -> Frame:
    """Make what surrounds a page of somebody who is signed in."""
    return Frame(
        title=f"{title} · {tenant.name}" if tenant else title,
        now=site_of(request).clock(),
        who=request.state.viewer.name,
        tenant=TenantName(id=tenant.id, name=tenant.name) if tenant else None,
        tenants=_switcher(visible, tenant, tab),
        tabs=_tabs(tenant, tab) if tenant else _whole(tab),
        flash=FLASHES.get(request.query_params.get("said", "")),
    )


def bare_frame(request: Request, title: str) -> Frame:
    """Make what surrounds a page of somebody who may be anybody."""
    return Frame(title=title, now=site_of(request).clock())


def _switcher(visible: list[Tenant], tenant: Tenant | None, tab: str) -> tuple[Link, ...]:
    if len(visible) < 2:  # noqa: PLR2004 - one tenant needs no switch
        return ()
    page = tab if tab in TABS else "overview"
    return tuple(
        Link(label=t.name, href=path(t.id, page), current=tenant is not None and t.id == tenant.id) for t in visible
    )


def _tabs(tenant: Tenant, tab: str) -> tuple[Link, ...]:
    return tuple(Link(label=label, href=path(tenant.id, key), current=key == tab) for key, label in TABS.items())


def _whole(tab: str) -> tuple[Link, ...]:
    return tuple(Link(label=label, href=href, current=key == tab) for key, (label, href) in WHOLE.items())


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


def message(request: Request, problem: Problem) -> HTMLResponse:
    """Show why a page cannot be shown."""
    heading = HEADINGS.get(problem.status, problem.title)
    page = MessagePage(
        frame=bare_frame(request, heading),
        heading=heading,
        text=problem.detail,
        status=problem.status,
        home=problem.status != 401,  # noqa: PLR2004 - signed out, the first page leads nowhere
    )
    return render(request, "message.html", page, status=problem.status)


def names_of(page: type[msgspec.Struct]) -> set[str]:
    """Name what a template may use of its page."""
    return set(page.__struct_fields__)
