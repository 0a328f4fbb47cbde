"""The register of accepted risks: what was given up, since and until when, by whom and why."""

import datetime as dt
import enum
from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import Any

import msgspec
from sqlalchemy import Connection

from surefoot.model import Decision, Grounds, Side, StateUpdate, Status, Tenant
from surefoot.pages.names import ControlName, Names
from surefoot.pages.orders import ordered
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring.ratings import Ratings
from surefoot.store import decisions, history, labels, profiles, work

SOON = 30
"""Days before its end from which an acceptance counts as ending soon."""


class Ends(enum.StrEnum):
    """When acceptances end, as somebody asks for them."""

    EXPIRED = "expired"
    """The last day has passed: the next sync gives the action back to be addressed."""
    WITHIN_30 = "within_30"
    WITHIN_90 = "within_90"
    NEVER = "never"
    """No end is set: accepted at Microsoft, or where the policy allows it."""


class By(enum.StrEnum):
    """What the register is sorted by."""

    UNTIL = "until"
    POINTS = "points"
    NAME = "name"
    TENANT = "tenant"
    SINCE = "since"
    WHO = "who"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which risks, in which order; every part left out lets all through."""

    ends: Ends | None = None
    grounds: Grounds | None = None
    label: str | None = None
    """Of tenants."""
    text: str | None = None
    """In title, id, tenant, who or why, without regard to case."""
    by: By = By.UNTIL
    falling: bool = False


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted risk."""

    tenant: TenantName
    control: str
    name: str
    category: str | None
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
    """Below 0 when the last day has passed."""
    by: str | None
    approved_by: str | None
    grounds: Grounds | None
    """None for what was accepted at Microsoft."""
    why: str | None
    accepted_in: Side
    """Where it was decided last."""


class Risks(msgspec.Struct, frozen=True, kw_only=True):
    """The risks that are accepted on the tenants' newest days; usually those that end first come first."""

    tenant: TenantName | None
    """Whose; None: all visible tenants'."""
    as_of: dt.date | None
    """The tenant's newest day; None for several tenants."""
    risks: tuple[Risk, ...]
    total: int
    points: float
    """Given up in all, as far as it is known."""
    unknown: int
    """Of how many the points are not known."""
    everything: int
    """How many there are whatever is asked for, as the next five."""
    expired: int
    soon: int
    """Ending within 30 days."""
    within_90: int
    endless: int
    tenants: int
    """How many tenants have accepted a risk."""


def build(
    conn: Connection,
    tenants: Sequence[Tenant],
    *,
    ratings: Ratings,
    today: dt.date,
    wanted: Wanted | None = None,
    one: bool = False,
) -> Risks:
    """List the accepted risks of some tenants (`one`: of a single one); `today` counts the days that are left."""
    asked, own = wanted or Wanted(), tenants[0] if one else None
    every = _every(conn, tenants, ratings, today)
    tagged = _labelled(conn, tenants, asked.label)
    found = [r for r in every if _fits(r, asked) and (tagged is None or r.tenant.id in tagged)]
    usual = sorted(found, key=lambda r: (r.until or dt.date.max, -(r.points or 0.0), r.control.casefold()))
    return Risks(
        tenant=name_of(own) if own else None,
        as_of=history.newest_day(conn, own) if own else None,
        risks=ordered(usual, VALUES[asked.by], falling=asked.falling),
        total=len(found),
        points=fsum(r.points or 0.0 for r in found),
        unknown=sum(r.points is None for r in found),
        everything=len(every),
        expired=sum(_ends(r, Ends.EXPIRED) for r in every),
        soon=sum(_ends(r, Ends.WITHIN_30) for r in every),
        within_90=sum(_ends(r, Ends.WITHIN_90) for r in every),
        endless=sum(_ends(r, Ends.NEVER) for r in every),
        tenants=len({r.tenant.id for r in every}),
    )


VALUES: Mapping[By, Callable[[Risk], Any]] = {
    By.UNTIL: lambda r: r.until,
    By.POINTS: lambda r: r.points,
    By.NAME: lambda r: r.name,
    By.TENANT: lambda r: r.tenant.name,
    By.SINCE: lambda r: r.since,
    By.WHO: lambda r: r.by,
}
"""What each order goes by."""


def _fits(risk: Risk, wanted: Wanted) -> bool:
    if wanted.ends and not _ends(risk, wanted.ends):
        return False
    if wanted.grounds and risk.grounds is not wanted.grounds:
        return False
    said = (risk.name, risk.control, risk.tenant.name, risk.by, risk.approved_by, risk.why)
    return not wanted.text or any(wanted.text.casefold() in (part or "").casefold() for part in said)


def _ends(risk: Risk, when: Ends) -> bool:
    left = risk.days_left
    match when:
        case Ends.EXPIRED:
            return left is not None and left < 0
        case Ends.WITHIN_30:
            return left is not None and 0 <= left <= SOON
        case Ends.WITHIN_90:
            return left is not None and 0 <= left <= 3 * SOON
        case Ends.NEVER:
            return left is None


def _labelled(conn: Connection, tenants: Sequence[Tenant], label: str | None) -> set[str] | None:
    if label is None:
        return None
    held = labels.of(conn, tenants)
    return {t.id for t in tenants if label.casefold() in {word.casefold() for word in held.get(t.key, ())}}


def _every(conn: Connection, tenants: Sequence[Tenant], ratings: Ratings, today: dt.date) -> list[Risk]:
    accepted, one = Status.RISK_ACCEPTED, tenants[0].key if len(tenants) == 1 else None
    names = Names(profiles.titles_of(conn, accepted, tenant=one), ratings)
    chains = {key: _chain(made) for key, made in decisions.behind(conn, accepted, tenant=one).items()}
    states = profiles.states_of(conn, accepted, tenant=one)
    made = []
    for tenant, control, points in work.accepted(conn, tenants):
        key = (tenant.key, control.casefold())
        called = names.of(tenant, control)
        made.append(_risk(tenant, control, called, chains.get(key, []), states.get(key), points, today))
    return made


def _chain(made: Sequence[Decision]) -> list[Decision]:
    """Give a control's acceptances without a break up to now, oldest first."""
    chain: list[Decision] = []
    for decision in made:
        if decision.status is Status.RISK_ACCEPTED:
            chain.append(decision)
        else:
            chain.clear()
    return chain


def _risk(
    tenant: Tenant,
    control: str,
    called: ControlName,
    chain: Sequence[Decision],
    state: StateUpdate | None,
    points: float | None,
    today: dt.date,
) -> Risk:
    held = chain[-1] if chain else None
    return Risk(
        tenant=name_of(tenant),
        control=control,
        name=called.name,
        category=called.category,
        product=called.product,
        points=points,
        since=chain[0].decided_at if chain else state.updated_at if state else None,
        renewed=max(0, len(chain) - 1),
        until=held.review_on if held else None,
        days_left=(held.review_on - today).days if held and held.review_on else None,
        by=held.decided_by if held else state.updated_by if state else None,
        approved_by=held.approved_by if held else None,
        grounds=held.grounds if held else None,
        why=held.comment if held else state.comment if state else None,
        accepted_in=held.decided_in if held else Side.MICROSOFT,
    )
