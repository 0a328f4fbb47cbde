"""One control of a tenant: what it is, how it stood over time, why it moved, who else has it."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.model import Decision, Profile, Tenant
from surefoot.pages import changes, events, history, shares
from surefoot.pages import past as pasts
from surefoot.pages.actions import ActionPage
from surefoot.pages.actions import one as action_of
from surefoot.pages.changes import ChangeRow
from surefoot.pages.history import History, Wanted
from surefoot.pages.overview import TenantName
from surefoot.pages.shares import ControlShare
from surefoot.scoring.actions import Action
from surefoot.scoring.causes import LAG, Candidates
from surefoot.scoring.past import daily_of
from surefoot.scoring.ratings import Ratings


class ControlPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one control of the tenant's newest day."""

    tenant: TenantName
    as_of: dt.date
    action: Action
    profile: Profile | None
    """Microsoft's texts, as HTML that was not cleaned; None for a score without a profile."""
    decisions: tuple[Decision, ...]
    """Newest first."""
    history: History
    changes: tuple[ChangeRow, ...]
    """By day, newest first, each with its candidate causes."""
    portfolio: ControlShare


def build(
    conn: Connection,
    tenant: Tenant,
    control: str,
    visible: Sequence[Tenant],
    *,
    ratings: Ratings,
    days: int | None = None,
    page: ActionPage | None = None,
    figures: bool = True,
) -> ControlPage:
    """Build it from the last `days` days (None: all); `NotFound` when the newest day does not score the control.

    `page` is the action, where it was read already; `figures` as for the history.
    """
    page = page or action_of(conn, tenant, control, ratings=ratings)
    line = history.build(
        conn, tenant, ratings=ratings, wanted=Wanted(days=days, control=page.action.id), figures=figures
    )
    return ControlPage(
        tenant=page.tenant,
        as_of=page.as_of,
        action=page.action,
        profile=page.profile,
        decisions=page.decisions,
        history=line,
        changes=_changes(conn, tenant, page.action.id, ratings, days),
        portfolio=shares.build(conn, visible, {page.action.id: page.action.name})[page.action.id.casefold()],
    )


def _changes(
    conn: Connection, tenant: Tenant, control: str, ratings: Ratings, days: int | None
) -> tuple[ChangeRow, ...]:
    """List the changes of one control, each against the stored day before it."""
    past = pasts.of(conn, tenant, ratings=ratings, control=control)
    last = past.totals[-1].day
    steps = [
        (e, c)
        for e in daily_of(past.courses, past.totals)
        for c in e.changes
        if days is None or (last - e.until).days < days
    ]
    if not steps:
        return ()
    begun = events.start_of(steps[0][0].since + dt.timedelta(days=1)) - LAG
    candidates = Candidates(events.between(conn, tenant, begun, events.start_of(last + dt.timedelta(days=1))))
    rows = [changes.row(c, (e.since, e.until, 0.0), candidates) for e, c in steps]
    return tuple(reversed(rows))
