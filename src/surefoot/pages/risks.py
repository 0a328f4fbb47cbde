"""The register of accepted risks: what was given up, since and until when, by whom and why."""

import datetime as dt
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot.model import Profile, Status, Tenant
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring import actions as work
from surefoot.scoring.actions import Action
from surefoot.scoring.ratings import Ratings
from surefoot.store import history, profiles, standings


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted risk."""

    control: str
    name: str
    category: str
    product: str | None
    points: float | None
    """What is given up; None when the maximum is not known."""
    since: dt.datetime | None
    until: dt.date | None
    """The last day of the acceptance; None: accepted at Microsoft, or imported, without an end."""
    days_left: int | None
    by: str | None
    why: str | None
    accepted_in: str
    """`surefoot` or `microsoft`: where it was decided last."""


class Risks(msgspec.Struct, frozen=True, kw_only=True):
    """The risks that are accepted on the tenant's newest day; those that end first come first."""

    tenant: TenantName
    as_of: dt.date | None
    risks: tuple[Risk, ...]
    total: int
    points: float
    """Given up in all, as far as it is known."""


def build(conn: Connection, tenant: Tenant, *, ratings: Ratings, today: dt.date) -> Risks:
    """List the accepted risks; `today` counts the days that are left."""
    newest = history.newest_total(conn, tenant)
    known = profiles.of(conn, tenant)
    ranked = work.rank(standings.of(conn, tenant, newest.day), newest.max_points, ratings, newest.day) if newest else ()
    found = [_risk(a, known.get(a.id.casefold()), today) for a in ranked if a.status is Status.RISK_ACCEPTED]
    last = dt.date.max
    return Risks(
        tenant=name_of(tenant),
        as_of=newest.day if newest else None,
        risks=tuple(sorted(found, key=lambda r: (r.until or last, -(r.points or 0.0), r.control.casefold()))),
        total=len(found),
        points=fsum(r.points or 0.0 for r in found),
    )


def _risk(action: Action, profile: Profile | None, today: dt.date) -> Risk:
    decision, state = action.decision, profile.state if profile else None
    here = decision is not None and decision.status is Status.RISK_ACCEPTED
    if here and state and state.updated_at and decision and state.updated_at > decision.decided_at:
        here = False
    until = decision.review_on if here and decision else None
    return Risk(
        control=action.id,
        name=action.name,
        category=action.category,
        product=action.product,
        points=action.points,
        since=decision.decided_at if here and decision else state.updated_at if state else None,
        until=until,
        days_left=(until - today).days if until else None,
        by=decision.decided_by if here and decision else state.updated_by if state else None,
        why=decision.comment if here and decision else state.comment if state else None,
        accepted_in="surefoot" if here else "microsoft",
    )
