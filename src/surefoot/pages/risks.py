"""The register of accepted risks: what was given up, since and until when, by whom and why."""

import datetime as dt
from collections.abc import Sequence
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot.model import Decision, Grounds, Profile, Side, Status, Tenant
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring import actions as work
from surefoot.scoring.actions import Action
from surefoot.scoring.ratings import Ratings
from surefoot.store import decisions, history, profiles, standings


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted risk."""

    control: str
    name: str
    category: str
    product: str | None
    points: float | None
    """What is given up; None when the maximum is not known."""
    since: dt.datetime | None
    """Since when it is accepted without a break; renewals keep that."""
    renewed: int
    """How often it was accepted anew since."""
    until: dt.date | None
    """The last day of the acceptance; None: accepted at Microsoft, or imported, without an end."""
    days_left: int | None
    by: str | None
    approved_by: str | None
    grounds: Grounds | None
    """None for what was accepted at Microsoft."""
    why: str | None
    accepted_in: Side
    """Where it was decided last."""


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
    chains = _chains(decisions.every(conn, tenant))
    found = [
        _risk(a, known.get(a.id.casefold()), chains.get(a.id.casefold(), []), today)
        for a in ranked
        if a.status is Status.RISK_ACCEPTED
    ]
    last = dt.date.max
    return Risks(
        tenant=name_of(tenant),
        as_of=newest.day if newest else None,
        risks=tuple(sorted(found, key=lambda r: (r.until or last, -(r.points or 0.0), r.control.casefold()))),
        total=len(found),
        points=fsum(r.points or 0.0 for r in found),
    )


def _chains(made: Sequence[Decision]) -> dict[str, list[Decision]]:
    """Give each control's acceptances without a break up to now, oldest first, by folded id."""
    chains: dict[str, list[Decision]] = {}
    for decision in made:
        held = chains.setdefault(decision.control.casefold(), [])
        if decision.status is Status.RISK_ACCEPTED:
            held.append(decision)
        else:
            held.clear()
    return chains


def _risk(action: Action, profile: Profile | None, chain: Sequence[Decision], today: dt.date) -> Risk:
    held, state = chain[-1] if chain else None, profile.state if profile else None
    until = held.review_on if held else None
    return Risk(
        control=action.id,
        name=action.name,
        category=action.category,
        product=action.product,
        points=action.points,
        since=chain[0].decided_at if chain else state.updated_at if state else None,
        renewed=max(0, len(chain) - 1),
        until=until,
        days_left=(until - today).days if until else None,
        by=held.decided_by if held else state.updated_by if state else None,
        approved_by=held.approved_by if held else None,
        grounds=held.grounds if held else None,
        why=held.comment if held else state.comment if state else None,
        accepted_in=held.decided_in if held else Side.MICROSOFT,
    )
