"""An action's page: what it is, how it stands and stood, what may follow, and the same in other tenants."""

from collections.abc import Iterable
from http import HTTPStatus

import msgspec
from fastapi import Request, Response
from markupsafe import Markup
from msgspec.structs import replace
from sqlalchemy import Connection

from surefoot import charts
from surefoot.access.viewers import Viewer, tenant_for
from surefoot.errors import InputRefused
from surefoot.model import CLOSED, DECIDABLE, Grounds, Level, Priority, Role, Status, Tenant
from surefoot.pages import actions as pages
from surefoot.pages import controls as controls_page
from surefoot.pages import detail as detail_page
from surefoot.pages.changes import ChangeRow
from surefoot.pages.controls import ControlPage
from surefoot.pages.detail import ActionDetail, Possible, TimelineStep
from surefoot.pages.elsewhere import Elsewhere
from surefoot.pages.outlets import camel
from surefoot.scoring import cleaning
from surefoot.scoring.actions import Action
from surefoot.scoring.percents import percent
from surefoot.scoring.policy import Policy
from surefoot.store import playbooks as kept_playbooks
from surefoot.store import policies
from surefoot.store import tenants as stored
from surefoot.store.database import reading
from surefoot.store.elsewhere import Row
from surefoot.web.html import formats, resolved
from surefoot.web.html.contexts import Choice, Frame, HistoryRow, Page
from surefoot.web.html.overview import line, path, rows_of, thinned
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, viewer_of
from surefoot.web.permissions import router as guarded_router
from surefoot.web.site import site_of

routes = guarded_router()

YEAR = 365
"""Days of an action's history on its page."""
CHANGES = 8
"""Changes that are told."""
DECISION = "decision"
"""What the address says after a decision, which can be taken back at once."""
FIELDS = (
    "comment", "owner", "due", "review_on", "evidence", "priority", "labels", "ticket", "grounds",
)  # fmt: skip
"""What the form has beside the status."""


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form: what is in force, or what was typed and refused."""

    comment: str = ""
    owner: str = ""
    due: str = ""
    review_on: str = ""
    evidence: str = ""
    priority: str = ""
    labels: str = ""
    """Separated by commas."""
    ticket: str = ""
    grounds: str = ""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A status that may follow, with what it takes."""

    possible: Possible
    key: str
    """Part of a class: planned, risk-accepted, ..."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the timeline."""

    step: TimelineStep
    evidence_href: str | None
    """Where the evidence is an address."""


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """The control in another tenant."""

    row: Row
    href: str
    item: str
    """What its box sends to change many at once."""
    open: bool


class ActionPage(Page, frozen=True, kw_only=True):
    """`action.html`."""

    action: Action
    meter: Markup
    cost: Level | None
    user_impact: Level | None
    threats: tuple[str, ...]
    remediation: Markup | None
    """Cleaned HTML."""
    remediation_impact: Markup | None
    manage_href: str
    """https, in one of Microsoft's portals."""
    manage_in: str
    statuses: tuple[Choice, ...]
    ways: tuple[Way, ...]
    typed: Typed
    priorities: tuple[Choice, ...]
    grounds: tuple[Choice, ...]
    usual_days: int
    """For how long a risk is accepted when nobody says."""
    can_write: bool
    can_approve: bool
    can_edit_steps: bool
    here: str
    detail: ActionDetail
    ticket_href: str | None
    """Where the ticket is an address."""
    refused: str | None = None
    """Why the form that was just sent was not taken."""
    steps: Markup | None = None
    """The MSP's own steps, as cleaned HTML."""
    steps_source: str = ""
    """The same as Markdown."""
    timeline: tuple[Step, ...] = ()
    charts: tuple[Markup, ...] = ()
    """Its score over the last year, in a wide and a narrow form."""
    days: tuple[HistoryRow, ...] = ()
    """The days of the chart, newest first."""
    changes: tuple[ChangeRow, ...] = ()
    """When its points changed, newest first, with candidate causes."""
    earlier_changes: int = 0
    others: tuple[Other, ...] = ()
    """Where it is open, most points to gain first."""
    closed: tuple[Other, ...] = ()
    share: str | None = None
    """How many of one's tenants have all of its points."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read of an action."""

    page: pages.ActionPage
    detail: ActionDetail
    past: ControlPage | None = None
    steps: str | None = None
    """The MSP's own, as Markdown."""
    policy: Policy = Policy()


@routes.get("/tenants/{tenant_id}/actions/{control_id}")
@needs(Permission.READ)
def show_action(request: Request, tenant_id: str, control_id: str) -> Response:
    """Show one action."""
    with reading(site_of(request).engine) as conn:
        tenant = tenant_for(conn, viewer_of(request), tenant_id)
        return render(request, "action.html", shown(conn, request, tenant, control_id))


def refused(
    request: Request, tenant_id: str, control_id: str, fields: dict[str, str], refusal: InputRefused
) -> Response:
    """Show the page again with what was typed, and why it was not taken."""
    with reading(site_of(request).engine) as conn:
        page = shown(conn, request, tenant_for(conn, viewer_of(request), tenant_id), control_id)
    typed = Typed(**{name: fields.get(name, "") for name in FIELDS})
    statuses = tuple(replace(c, selected=c.value == fields.get("status")) for c in page.statuses)
    again = replace(
        page, refused=refusal.sentence, statuses=statuses, typed=typed, priorities=_priorities(typed.priority),
        grounds=_grounds(typed.grounds),
    )  # fmt: skip
    return render(request, "action.html", again, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def shown(conn: Connection, request: Request, tenant: Tenant, control_id: str) -> ActionPage:
    """Read an action and prepare its page."""
    viewer, site = viewer_of(request), site_of(request)
    visible = stored.all_of(conn, viewer.tenants)
    page = pages.one(conn, tenant, control_id, ratings=site.ratings)
    own = kept_playbooks.newest(conn).get(page.action.id.casefold())
    about = About(
        page=page,
        detail=detail_page.of(conn, tenant, page, now=site.clock(), visible=viewer.tenants),
        past=controls_page.build(
            conn, tenant, control_id, visible, ratings=site.ratings, days=YEAR, page=page, figures=False
        ),
        steps=own.text if own else None,
        policy=policies.of(conn, tenant),
    )
    around = frame(request, page.action.name, visible=visible, tenant=tenant, tab="actions")
    around = resolved.told(around, request, conn, [tenant], site.ratings)
    return view(about, _undoable(around, request, about, viewer), viewer)


def _undoable(around: Frame, request: Request, about: About, viewer: Viewer) -> Frame:
    """Offer to take back at once what was just decided, while it is one's own and the last word."""
    undo, flash = about.detail.undo, around.flash
    if flash is None or undo is None or request.query_params.get("said") != DECISION or undo.decided_by != viewer.name:
        return around
    action = about.page.action
    href = path(about.page.tenant.id, f"actions/{formats.quoted(action.id)}/undo")
    text = f"Saved: {formats.status(action.status)}."
    return replace(around, flash=replace(flash, text=text, undo_href=href if viewer.can_write else None))


def view(about: About, around: Frame, viewer: Viewer) -> ActionPage:
    """Prepare one action for its template; the form starts with what is in force."""
    page, detail, past = about.page, about.detail, about.past
    action, profile, tenant = page.action, page.profile, page.tenant.id
    plan = action.plan
    typed, elsewhere = _typed(page), _others(detail.elsewhere, action.id)
    own = cleaning.markdown(about.steps) if about.steps else None
    return ActionPage(
        frame=around,
        action=action,
        meter=_meter(action),
        cost=profile.cost if profile else None,
        user_impact=profile.user_impact if profile else None,
        threats=profile.threats if profile else (),
        remediation=_html(profile.remediation if profile else None),
        remediation_impact=_html(profile.remediation_impact if profile else None),
        manage_href=detail.manage_url,
        manage_in=detail.manage_in,
        statuses=_statuses(action.status),
        ways=tuple(Way(possible=p, key=formats.slug(p.status)) for p in detail.possible),
        typed=typed,
        priorities=_priorities(typed.priority),
        grounds=_grounds(typed.grounds),
        usual_days=about.policy.usual_days,
        can_write=viewer.can_write,
        can_approve=viewer.role.may(Role.APPROVER),
        can_edit_steps=viewer.role.may(Role.ADMINISTRATOR) and viewer.tenants is None,
        here=path(tenant, f"actions/{formats.quoted(action.id)}"),
        detail=detail,
        ticket_href=_address(plan.ticket if plan else None),
        steps=Markup(own) if own else None,  # noqa: S704 - nh3 cleaned it
        steps_source=about.steps or "",
        timeline=tuple(_step(s) for s in detail.timeline),
        charts=line(past.history.history, f"Points of {action.name} in percent of its maximum") if past else (),
        days=thinned(rows_of(past.history.history)) if past else (),
        changes=past.changes[:CHANGES] if past else (),
        earlier_changes=max(0, len(past.changes) - CHANGES) if past else 0,
        others=tuple(o for o in elsewhere if o.open),
        closed=tuple(o for o in elsewhere if not o.open),
        share=past.portfolio.sentence if past and past.portfolio.scored is not None else None,
    )


def _typed(page: pages.ActionPage) -> Typed:
    plan, newest = page.action.plan, page.action.decision
    return Typed(
        comment=(newest.comment if newest else None) or "",
        owner=(plan.owner if plan else None) or "",
        due=formats.iso(plan.due if plan else None),
        review_on=formats.iso(newest.review_on if newest else None),
        evidence=(newest.evidence if newest else None) or "",
        priority=plan.priority.value if plan and plan.priority else "",
        labels=", ".join(plan.labels) if plan else "",
        ticket=(plan.ticket if plan else None) or "",
        grounds=camel(newest.grounds.value) if newest and newest.grounds else "",
    )


def _statuses(current: Status) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=camel(s), label=formats.status(s), selected=s is current) for s in Status if s in DECIDABLE
    )


def _priorities(chosen: str) -> tuple[Choice, ...]:
    named = ((p.value, p.value.capitalize()) for p in Priority)
    return _choices((("", "None"), *named), chosen)


def _grounds(chosen: str) -> tuple[Choice, ...]:
    words = {Grounds.RISK: "The risk is bearable", Grounds.NOT_APPLICABLE: "It does not apply here"}
    return _choices(((camel(g.value), words[g]) for g in Grounds), chosen or Grounds.RISK.value)


def _choices(named: Iterable[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, label=label, selected=value == chosen) for value, label in named)


def _meter(action: Action) -> Markup:
    share = None if action.max_points is None else percent(action.earned_points, action.max_points)
    label = f"{formats.points(action.earned_points)} of {formats.points(action.max_points)} points"
    kind = formats.category_class(action.category)
    return Markup(charts.meter(share, label=label, kind=kind))  # noqa: S704 - charts escapes


def _html(text: str | None) -> Markup | None:
    cleaned = cleaning.clean(text)
    return Markup(cleaned) if cleaned else None  # noqa: S704 - nh3 cleaned it


def _address(text: str | None) -> str | None:
    """Let through what a browser may open."""
    found = cleaning.link(text)
    return found if found and found.lower().startswith("https://") else None


def _step(step: TimelineStep) -> Step:
    return Step(step=step, evidence_href=_address(step.decision.evidence if step.decision else None))


def _others(held: Elsewhere, control: str) -> tuple[Other, ...]:
    return tuple(
        Other(
            row=row,
            href=path(row.tenant.id, f"actions/{formats.quoted(control)}"),
            item=f"{row.tenant.id}/{control}",
            open=row.status not in CLOSED,
        )
        for row in held.tenants
    )
