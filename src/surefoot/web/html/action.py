"""From the page object of one action to what its template uses."""

import datetime as dt

from markupsafe import Markup

from surefoot import charts
from surefoot.model import DECIDABLE, Profile, StateUpdate, Status
from surefoot.pages import actions as pages
from surefoot.pages.controls import ControlPage
from surefoot.pages.detail import ActionDetail
from surefoot.pages.outlets import camel
from surefoot.scoring import cleaning
from surefoot.scoring.actions import Action
from surefoot.scoring.percents import percent
from surefoot.web.html import formats
from surefoot.web.html.contexts import ActionPage, Choice, Frame
from surefoot.web.html.overview import line, path, rows_of, thinned


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
