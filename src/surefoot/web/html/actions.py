"""From the page objects of the actions to what their templates use."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import fsum

import msgspec
from markupsafe import Markup
from starlette.datastructures import QueryParams

from surefoot import charts
from surefoot.model import CLOSED, DECIDABLE, Impact, Profile, StateUpdate, Status
from surefoot.pages import actions as pages
from surefoot.pages.controls import ControlPage
from surefoot.pages.detail import ActionDetail
from surefoot.pages.outlets import camel
from surefoot.scoring import cleaning
from surefoot.scoring.actions import Action, NewsKind
from surefoot.scoring.percents import percent
from surefoot.web import queries
from surefoot.web.html import formats
from surefoot.web.html.contexts import (
    ActionPage,
    ActionRow,
    ActionsPage,
    Choice,
    Frame,
    Group,
    Link,
    Select,
)
from surefoot.web.html.overview import line, path, rows_of, thinned

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


def one_view(
    page: pages.ActionPage,
    frame: Frame,
    *,
    can_write: bool,
    work: ActionDetail | None = None,
    steps: str | None = None,
    past: ControlPage | None = None,
) -> ActionPage:
    """Prepare one action for its template; the form starts with the newest decision. `steps` is cleaned HTML."""
    action, profile = page.action, page.profile
    tenant = page.tenant.id
    newest, plan = action.decision, action.plan
    return ActionPage(
        frame=frame,
        action=action,
        meter=_meter(action),
        cost=profile.cost if profile else None,
        user_impact=profile.user_impact if profile else None,
        threats=profile.threats if profile else (),
        remediation=_html(profile.remediation if profile else None),
        remediation_impact=_html(profile.remediation_impact if profile else None),
        learn_href=cleaning.link(profile.action_url) if profile else None,
        decisions=page.decisions,
        updates=_updates(profile),
        statuses=_statuses(action.status),
        can_write=can_write and action.status is not Status.COMPLETED,
        actions_href=path(tenant, "actions"),
        here=path(tenant, f"actions/{formats.quoted(action.id)}"),
        sending=work.sending if work else None,
        conflict=work.conflict if work else None,
        request=work.request if work else None,
        steps=Markup(steps) if steps else None,  # noqa: S704 - nh3 cleaned it
        charts=line(past.history.history, f"Points of {action.name} in percent of its maximum") if past else (),
        days=thinned(rows_of(past.history.history)) if past else (),
        changes=past.changes if past else (),
        others=past.portfolio.sentence if past else None,
        comment=(newest.comment if newest else None) or "",
        owner=(plan.owner if plan else None) or "",
        due=formats.iso(plan.due if plan else None),
        review_on=formats.iso(newest.review_on if newest else None),
        evidence=(newest.evidence if newest else None) or "",
    )


def _statuses(current: Status | None) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=camel(s), label=formats.status(s), selected=s is current) for s in Status if s in DECIDABLE
    )


def _meter(action: Action) -> Markup:
    share = None if action.max_points is None else percent(action.earned_points, action.max_points)
    label = f"{formats.points(action.earned_points)} of {formats.points(action.max_points)} points"
    kind = formats.category_class(action.category)
    return Markup(charts.meter(share, label=label, kind=kind))  # noqa: S704 - charts escapes


def _html(text: str | None) -> Markup | None:
    cleaned = cleaning.clean(text)
    return Markup(cleaned) if cleaned else None  # noqa: S704 - nh3 cleaned it


def _updates(profile: Profile | None) -> tuple[StateUpdate, ...]:
    """List what somebody set in Microsoft's portal, newest first; the entry of an untouched control is left out."""
    told = [u for u in (profile.updates if profile else ()) if u.updated_at is not None]
    return tuple(sorted(told, key=lambda u: u.updated_at or dt.datetime.min.replace(tzinfo=dt.UTC), reverse=True))
