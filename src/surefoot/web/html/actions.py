"""From the page objects of the actions to what their templates use."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import fsum

import msgspec
from starlette.datastructures import QueryParams

from surefoot.model import CLOSED, DECIDABLE, Impact, Status
from surefoot.pages import actions as pages
from surefoot.pages.outlets import camel
from surefoot.scoring.actions import Action, NewsKind
from surefoot.web import queries
from surefoot.web.html import formats
from surefoot.web.html.contexts import (
    ActionRow,
    ActionsPage,
    Choice,
    Frame,
    Group,
    Link,
    Select,
)
from surefoot.web.html.overview import path

VIEWS = {"open": "Open", "quick": "Quick wins", "regressed": "Regressed", "all": "All"}
GROUPS = {"": "None", "category": "Category", "status": "Status", "product": "Product", "owner": "Owner"}
PARAMETERS = ("show", "category", "status", "impact", "recent", "text", "group")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    show: str
    filter: pages.Filter
    group: str
    query: Mapping[str, str]
    """The parameters that are set."""


def wanted(query: QueryParams) -> Wanted:
    """Read the address of the list; words that it does not know are ignored, so that old links still work."""
    show = query.get("show", "open") if query.get("show") in VIEWS else "open"
    group = query.get("group", "") if query.get("group") in GROUPS else ""
    return Wanted(
        show=show,
        group=group,
        filter=pages.Filter(
            category=query.get("category") or None,
            status=queries.choice(query, "status", Status),
            impact=queries.choice(query, "impact", Impact),
            text=query.get("text", "").strip() or None,
            only_open=show == "open",
            quick_wins=show == "quick",
            regressed=show == "regressed",
            recent=queries.choice(query, "recent", NewsKind),
        ),
        query={name: query[name] for name in PARAMETERS if query.get(name)},
    )


def list_view(actions: pages.Actions, wanted: Wanted, frame: Frame, *, can_write: bool = False) -> ActionsPage:
    """Prepare the list for its template."""
    tenant = actions.tenant.id
    rows = [_row(a, tenant, frame.now.date()) for a in actions.actions]
    counts = {
        "open": actions.open_actions, "quick": actions.quick_wins, "regressed": actions.regressed,
        "all": actions.scored,
    }  # fmt: skip
    return ActionsPage(
        frame=frame,
        actions=actions,
        views=tuple(
            Link(
                label=label,
                href=path(tenant, "actions", **{**wanted.query, "show": key}),
                current=key == wanted.show,
                count=counts[key],
            )
            for key, label in VIEWS.items()
        ),
        show=wanted.show,
        text=wanted.filter.text or "",
        selects=_selects(actions, wanted),
        groups=_groups(rows, wanted.group),
        shown=len(rows),
        choices=_statuses(None) if can_write else (),
        filtered=bool(wanted.query.keys() - {"show", "group"}),
        clear_href=path(tenant, "actions", show=wanted.show),
        here=path(tenant, "actions"),
    )


def _row(action: Action, tenant: str, today: dt.date) -> ActionRow:
    plan = action.plan
    due = plan.due if plan else None
    return ActionRow(
        action=action,
        href=path(tenant, f"actions/{formats.quoted(action.id)}"),
        owner=plan.owner if plan else None,
        due=due,
        overdue=due is not None and due < today and action.status not in CLOSED,
    )


def _selects(actions: pages.Actions, wanted: Wanted) -> tuple[Select, ...]:
    category, status, impact = wanted.filter.category, wanted.filter.status, wanted.filter.impact
    return (
        _select("category", "Category", [("", "All"), *((c, c) for c in actions.categories)], category or ""),
        _select(
            "status",
            "Status",
            [("", "All"), *((camel(s), formats.status(s)) for s in Status)],
            camel(status) if status else "",
        ),
        _select("impact", "Impact", [("", "All"), *((camel(i), formats.impact(i)) for i in Impact)], impact or ""),
        _select("group", "Group by", list(GROUPS.items()), wanted.group),
    )


def _select(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> Select:
    choices = tuple(
        Choice(value=value, label=text, selected=value.casefold() == chosen.casefold()) for value, text in options
    )
    return Select(name=name, label=label, choices=choices)


def _groups(rows: Sequence[ActionRow], group: str) -> tuple[Group, ...]:
    """Cut the list into its groups, most points first; within a group the order stays."""
    if not rows:
        return ()
    if not group:
        return (_group(None, rows),)
    ordered = sorted(rows, key=lambda row: _label(row, group))
    groups = [_group(label, list(part)) for label, part in groupby(ordered, key=lambda row: _label(row, group))]
    return tuple(sorted(groups, key=lambda g: (-(g.points or 0.0), g.label or "")))


def _group(label: str | None, rows: Sequence[ActionRow]) -> Group:
    work = (row.action for row in rows if row.action.status not in CLOSED)
    known = [action.points for action in work if action.points is not None]
    return Group(label=label, rows=tuple(rows), points=fsum(known) if known else None)


def _label(row: ActionRow, group: str) -> str:
    match group:
        case "category":
            return row.action.category
        case "status":
            return formats.status(row.action.status)
        case "product":
            return row.action.product or "Product not known"
        case _:
            return row.owner or "No owner"


def _statuses(current: Status | None) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=camel(s), label=formats.status(s), selected=s is current) for s in Status if s in DECIDABLE
    )
