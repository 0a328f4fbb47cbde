"""Pages that are tables: accepted risks, what is on its way to Microsoft, comparison, catalogue, activity, notices."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.model import Tenant
from surefoot.pages import comparison as comparison_page
from surefoot.pages.comparison import Comparison, Group
from surefoot.store.database import reading
from surefoot.web.forms import body_of
from surefoot.web.html import formats
from surefoot.web.html.contexts import Page
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()
Body = Annotated[bytes, Depends(body_of)]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of a table."""

    text: str | None
    """None: not known, or nothing to say."""
    href: str | None = None
    small: str | None = None
    """Said under it."""
    number: bool = False
    kind: str = ""
    """`gain`, `loss` or `bad` colour it; the words say the same."""


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A form with one button."""

    action: str
    label: str
    name: str = ""
    value: str = ""
    asks: str | None = None
    """A text that may be sent with it; None: none."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table."""

    cells: tuple[Cell, ...]
    """The first names the row."""
    buttons: tuple[Button, ...] = ()


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A table with what is said before it."""

    key: str
    title: str
    intro: str | None
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: str
    """What is said instead of an empty table, with the next step."""
    csv_href: str | None = None
    buttons: tuple[Button, ...] = ()


class RegisterPage(Page, frozen=True, kw_only=True):
    """`register.html`."""

    title: str
    said: str
    sections: tuple[Section, ...]
    next_href: str | None = None
    """The next page of a long list."""


API = "/api/security-defender"


def _show(
    request: Request,
    title: str,
    said: str,
    sections: Sequence[Section],
    *,
    visible: list[Tenant],
    tenant: Tenant | None = None,
    tab: str = "",
    next_href: str | None = None,
) -> Response:
    page = RegisterPage(
        frame=frame(request, title, visible=visible, tenant=tenant, tab=tab),
        title=title,
        said=said,
        sections=tuple(sections),
        next_href=next_href,
    )
    return render(request, "register.html", page)


def _found(conn: Connection, request: Request, tenant_id: str) -> tuple[Tenant, list[Tenant]]:
    viewer = viewer_of(request)
    return tenant_for(conn, viewer, tenant_id), visible_to(conn, viewer)


def _action(tenant: Tenant, control: str, name: str | None = None, small: str | None = None) -> Cell:
    return Cell(text=name or control, href=path(tenant.id, f"actions/{formats.quoted(control)}"), small=small)


def _points(value: float | None) -> Cell:
    return Cell(text=None if value is None else formats.points(value), number=True)


def _moved(value: float | None) -> Cell:
    kind = "" if not value else "gain" if value > 0 else "loss"
    return Cell(text=None if value is None else formats.signed(value), number=True, kind=kind)


@routes.get("/tenants/{tenant_id}/comparison")
@needs(Permission.READ)
def show_comparison(request: Request, tenant_id: str) -> Response:
    """Show the tenant among others: Microsoft's groups, all tenants, one's own."""
    site = site_of(request)
    with reading(site.engine) as conn:
        tenant, visible = _found(conn, request, tenant_id)
        page = comparison_page.build(conn, tenant, visible, ratings=site.ratings)
    sections = (_groups(page), *(_categories(g) for g in page.groups if g.categories), _cohorts(page), _shares(page))
    said = _estimate(page)
    return _show(request, "Comparison", said, sections, visible=visible, tenant=tenant, tab="comparison")


def _estimate(page: Comparison) -> str:
    mine = f"{page.tenant.name} has {formats.percent(page.percent)}. "
    found = page.estimate.range
    if found is None:
        return mine + (page.estimate.unknown or "")
    return (
        f"{mine}An estimate, not a measurement: between {found.low:.0f} and {found.high:.0f} percent of all tenants "
        f"score lower. {page.estimate.method}"
    )


def _groups(page: Comparison) -> Section:
    return Section(
        key="groups",
        title="Groups that Microsoft averages",
        intro=None,
        heads=("Group", "Average", "You against it", "Within 30 days", "As of"),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=g.name, small=g.meaning),
                    Cell(text=formats.percent(g.average), number=True),
                    _moved(g.distance),
                    Cell(text=g.movement),
                    Cell(text=formats.day(g.as_of)),
                )
            )
            for g in page.groups
        ),
        empty=page.no_groups or "Microsoft sent no averages.",
    )


def _categories(group: Group) -> Section:
    return Section(
        key=f"group-{group.basis}",
        title=f"By category: {group.name}",
        intro=None,
        heads=("Category", "You", "Average", "Difference"),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=c.category),
                    Cell(text=None if c.percent is None else formats.percent(c.percent), number=True),
                    Cell(text=None if c.average is None else formats.percent(c.average), number=True),
                    _moved(c.distance),
                )
            )
            for c in group.categories
        ),
        empty="Graph gives no categories for this group.",
    )


def _cohorts(page: Comparison) -> Section:
    return Section(
        key="cohorts",
        title="Your own tenants",
        intro="Counted exactly; a group of fewer than five says nothing.",
        heads=("Among", "Rank", "Percentile", "Average", "Highest", "Lowest"),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=c.name, small=c.too_small),
                    Cell(text=f"{c.rank} of {c.tenants}" if c.rank else None, number=True),
                    Cell(text=None if c.percentile is None else f"{c.percentile:.0f}", number=True),
                    *(
                        Cell(text=None if value is None else formats.percent(value), number=True)
                        for value in (c.average, c.highest, c.lowest)
                    ),
                )
            )
            for c in page.cohorts
        ),
        empty="You see no other tenant.",
    )


def _shares(page: Comparison) -> Section:
    return Section(
        key="shares",
        title="What others have done already",
        intro="The first open actions, and how many of your tenants have all of their points.",
        heads=("Action", "Among your tenants"),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=s.name, href=path(page.tenant.id, f"actions/{formats.quoted(s.control)}")),
                    Cell(text=s.sentence),
                )
            )
            for s in page.actions
        ),
        empty="No action is open.",
    )
