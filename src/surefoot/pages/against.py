"""Two side by side: a tenant, and another one of the viewer's or the tenants with a label."""

import datetime as dt
from collections.abc import Mapping, Sequence
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot import locales
from surefoot.errors import InputRefused
from surefoot.model import Status, Tenant, TenantName
from surefoot.pages import cohorts
from surefoot.pages.groups import STEADY, Against
from surefoot.pages.whose import name_of
from surefoot.scoring.actions import Action
from surefoot.scoring.comparison import SMALLEST_COHORT
from surefoot.scoring.percents import percent
from surefoot.store import earned, labels
from surefoot.store.earned import Earned
from surefoot.store.summaries import Summary

DIFFERENT = 0.5
"""Shares of a control that differ by less, in points of percent, are the same: Graph rounds."""
FEW = "Few controls are in common ({} of {}): the two scores are mostly of different controls, so compare with care."
NAMED = 10
"""Controls that are named on each side."""


class ControlGap(msgspec.Struct, frozen=True, kw_only=True):
    """A control that one side has earned more of than the other."""

    control: str
    name: str
    category: str
    status: Status
    """The tenant's own."""
    their_status: Status | None
    """Of another tenant; None for several tenants."""
    percent: float
    """What the tenant has earned of its own maximum."""
    average: float
    """What the other side has earned, on average where it is several tenants."""
    distance: float
    worth: float
    """Points of percent of the tenant's score: what it would gain (or, below 0, lose) by being like the other side."""


class Counterpart(msgspec.Struct, frozen=True, kw_only=True):
    """The other side, and how it differs."""

    name: str
    """As it stands in a sentence."""
    tenant: TenantName | None
    """None: the tenants with a label."""
    label: str | None
    tenants: int | None
    """With a known percent; None when they are too few to be told."""
    unknown: str | None
    """Why there is nothing to compare; None when there is."""
    as_of: dt.date | None
    """The newest day of the other tenant; None for several tenants."""
    percent: float | None
    """Of several tenants the average."""
    distance: float | None
    """The tenant's percent less the other side's."""
    sentence: str
    categories: tuple[Against, ...]
    unscored: tuple[str, ...]
    """Categories of which nothing is scored on the other side: what is not licensed is not."""
    ahead: tuple[ControlGap, ...]
    """Where the other side has earned more: what is worth most to the tenant comes first."""
    behind: tuple[ControlGap, ...]
    """Where the tenant has earned more."""
    ahead_total: int
    behind_total: int
    same: int
    only_here: int
    """Controls that only the tenant is scored for."""
    only_there: int
    common: int
    """Controls that both sides are scored for."""
    scored: int
    """Controls that either side is scored for."""
    warning: str | None
    """Said where fewer than half are in common: the scores are then of different things."""


def build(
    conn: Connection,
    tenant: Tenant,
    other: Tenant | str,
    visible: Sequence[Tenant],
    *,
    sums: Mapping[int, Summary],
    ranked: Sequence[Action],
) -> Counterpart:
    """Put a tenant beside another one, or beside those of `visible` that have a label.

    Raises `InputRefused` for the tenant itself and for a label that none of them has.
    """
    other, members = _sides(conn, tenant, other, visible)
    known = [(m, s) for m in members if (s := sums.get(m.key)) and percent(s.points, s.max_points) is not None]
    own = sums.get(tenant.key)
    if isinstance(other, str) and len(known) < SMALLEST_COHORT:
        why = f"Fewer than {SMALLEST_COHORT} of your tenants with the label {other} have a score: too few to compare."
        return _nothing(other, why)
    if not known:
        return _nothing(other, f"No score of {_name(other)} is known.")
    if own is None or percent(own.points, own.max_points) is None:
        return _nothing(other, f"No score of {tenant.name} is known.")
    return _compared(conn, (tenant, own), other, known, ranked)


def _sides(
    conn: Connection, tenant: Tenant, other: Tenant | str, visible: Sequence[Tenant]
) -> tuple[Tenant | str, list[Tenant]]:
    """Give the other side, a label as it is spelled, and its tenants."""
    if isinstance(other, Tenant):
        if other.key == tenant.key:
            message = f"{tenant.name} is compared with others, not with itself: name another tenant, or a label."
            raise InputRefused(message)
        return other, [other]
    held = labels.of(conn, visible)
    spelled = next((w for words in held.values() for w in words if w.casefold() == other.casefold()), None)
    if spelled is None:
        message = f"None of your tenants has the label {other[:60]!r}."
        raise InputRefused(message)
    return spelled, [t for t in visible if spelled in held.get(t.key, ())]


def _name(other: Tenant | str) -> str:
    return other.name if isinstance(other, Tenant) else f"your tenants with the label {other}"


def _nothing(other: Tenant | str, why: str) -> Counterpart:
    return Counterpart(
        name=_name(other), tenant=_named(other), label=None if isinstance(other, Tenant) else other, tenants=None,
        unknown=why, as_of=None, percent=None, distance=None, sentence=why, categories=(), unscored=(),
        ahead=(), behind=(), ahead_total=0, behind_total=0, same=0, only_here=0, only_there=0, common=0, scored=0,
        warning=None,
    )  # fmt: skip


def _named(other: Tenant | str) -> TenantName | None:
    return name_of(other) if isinstance(other, Tenant) else None


def _compared(
    conn: Connection,
    here: tuple[Tenant, Summary],
    other: Tenant | str,
    known: Sequence[tuple[Tenant, Summary]],
    ranked: Sequence[Action],
) -> Counterpart:
    tenant, own = here
    alone = isinstance(other, Tenant)
    mine = percent(own.points, own.max_points) or 0.0
    percents = [p for _, s in known if (p := percent(s.points, s.max_points)) is not None]
    theirs = fsum(percents) / len(percents)
    found = earned.of(conn, [t for t, _ in known])
    least = 1 if alone else SMALLEST_COHORT
    told = {control: held for control, held in found.items() if held.tenants >= least}
    scored = {a.id.casefold(): a for a in ranked if a.max_points}
    gaps = [_gap(a, told[key], own, alone=alone) for key, a in scored.items() if key in told]
    ahead = sorted((g for g in gaps if g.distance <= -DIFFERENT), key=lambda g: (-g.worth, g.name))
    behind = sorted((g for g in gaps if g.distance >= DIFFERENT), key=lambda g: (g.worth, g.name))
    common, either = len(gaps), len(scored.keys() | told.keys())
    return Counterpart(
        name=_name(other),
        tenant=_named(other),
        label=None if isinstance(other, Tenant) else other,
        tenants=len(percents),
        unknown=None,
        as_of=known[0][1].day if alone else None,
        percent=theirs,
        distance=mine - theirs,
        sentence=_sentence(tenant.name, other, mine, theirs, (len(ahead), len(behind))),
        categories=_categories(own, [s for _, s in known], least),
        unscored=tuple(c for c in cohorts.in_order(own.categories) if not any(c in s.categories for _, s in known)),
        ahead=tuple(ahead[:NAMED]),
        behind=tuple(behind[:NAMED]),
        ahead_total=len(ahead),
        behind_total=len(behind),
        same=len(gaps) - len(ahead) - len(behind),
        only_here=len(scored.keys() - told.keys()),
        only_there=len(told.keys() - scored.keys()),
        common=common,
        scored=either,
        warning=FEW.format(common, either) if common * 2 < either else None,
    )


def _gap(action: Action, theirs: Earned, own: Summary, *, alone: bool) -> ControlGap:
    most = action.max_points or 0.0
    mine = percent(action.earned_points, most) or 0.0
    return ControlGap(
        control=action.id,
        name=action.name,
        category=action.category,
        status=action.status,
        their_status=Status(theirs.status) if alone else None,
        percent=mine,
        average=theirs.percent,
        distance=mine - theirs.percent,
        worth=(theirs.percent - mine) * most / own.max_points,
    )


def _categories(own: Summary, others: Sequence[Summary], least: int) -> tuple[Against, ...]:
    found = []
    for category in cohorts.in_order({c for s in (own, *others) for c in s.categories}):
        known = [p for s in others if (p := cohorts.share(s, category)) is not None]
        mine = cohorts.share(own, category)
        theirs = fsum(known) / len(known) if len(known) >= least else None
        gap = None if mine is None or theirs is None else mine - theirs
        found.append(Against(category=category, percent=mine, average=theirs, distance=gap))
    return tuple(found)


def _sentence(name: str, other: Tenant | str, mine: float, theirs: float, counts: tuple[int, int]) -> str:
    who = f"{other.name} has" if isinstance(other, Tenant) else "on average they have"
    gap, ahead = mine - theirs, mine > theirs
    far = f"{locales.number(abs(gap), 1)} points of percent {'above' if ahead else 'below'} {_name(other)}"
    where = f"level with {_name(other)}" if abs(gap) < STEADY else far
    more, less = counts
    return (
        f"{name} has {locales.number(mine, 1)} %, {where} ({locales.number(theirs, 1)} %): {who} earned "
        f"more of {_controls(more)}, {name} of {_controls(less)}."
    )


def _controls(count: int) -> str:
    return f"{count} control" + ("" if count == 1 else "s") if count else "none"
