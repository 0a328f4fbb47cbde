"""A tenant among others of its viewer's, exactly: the whole portfolio, and those that are alike."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum
from statistics import median

import msgspec
from sqlalchemy import Connection

from surefoot.model import CATEGORIES, Tenant, TenantName
from surefoot.pages.whose import name_of
from surefoot.scoring import comparison as place
from surefoot.scoring.comparison import SMALLEST_COHORT
from surefoot.scoring.percents import percent
from surefoot.scoring.products import licence
from surefoot.store import labels
from surefoot.store.summaries import Summary

PORTFOLIO = "portfolio"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a tenant stands in a category of a cohort."""

    category: str
    percent: float | None
    percentile: float | None
    average: float | None


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant among others of the viewer's, exactly."""

    kind: str
    """`portfolio`, `seats`, `industry`, `label` or `licences`."""
    name: str
    tenants: int | None
    """With a known percent, this one among them; None when they are too few to be told."""
    members: int | None
    """How many belong to it, also those without a known percent."""
    too_small: str | None
    """Why nothing is said."""
    rank: int | None
    percentile: float | None
    """Mid-rank: the share of tenants that score lower, with half of those that score the same."""
    average: float | None
    median: float | None
    highest: float | None
    lowest: float | None
    highest_tenant: TenantName | None
    lowest_tenant: TenantName | None
    categories: tuple[Standing, ...]


Known = Mapping[Tenant, Summary | None]
"""Tenants with how they stand; None: no day is stored."""


def of(conn: Connection, tenant: Tenant, visible: Sequence[Tenant], sums: Mapping[int, Summary]) -> tuple[Cohort, ...]:
    """Put a tenant among the visible ones: all of them first, then those of its size, industry, labels, licences."""
    own = sums.get(tenant.key)
    if own is None:
        return ()
    known: Known = {t: sums.get(t.key) for t in visible}
    labelled = labels.of(conn, visible)
    found = [cohort(PORTFOLIO, "Your tenants", own, known)]
    if own.seats_from is not None:
        alike = _those(known, lambda s: (s.seats_from, s.seats_to) == (own.seats_from, own.seats_to))
        found.append(cohort("seats", f"{own.seats_from} to {own.seats_to or 'more'} seats", own, alike))
    if own.industry:
        found.append(cohort("industry", own.industry, own, _those(known, lambda s: s.industry == own.industry)))
    found += [
        cohort("label", label, own, {t: s for t, s in known.items() if label in labelled.get(t.key, ())})
        for label in labelled.get(tenant.key, ())
    ]
    if own.services:
        alike = _those(known, lambda s: s.services == own.services)
        found.append(cohort("licences", ", ".join(licence(x) for x in own.services), own, alike))
    return tuple(found)


def _those(known: Known, belongs: Callable[[Summary], bool]) -> Known:
    return {tenant: s for tenant, s in known.items() if s is not None and belongs(s)}


def cohort(kind: str, name: str, own: Summary, known: Known) -> Cohort:
    """Put a tenant among the members of one cohort; fewer than five with a score are told nothing of."""
    percents = {t: p for t, s in known.items() if s and (p := percent(s.points, s.max_points)) is not None}
    mine = percent(own.points, own.max_points)
    if len(percents) < SMALLEST_COHORT:
        why = f"Fewer than {SMALLEST_COHORT} of your tenants with a score belong to it: too few to compare."
        nothing = dict.fromkeys((
            "tenants", "members", "rank", "percentile", "average", "median", "highest", "lowest", "highest_tenant",
            "lowest_tenant",
        ))  # fmt: skip
        return Cohort(kind=kind, name=name, too_small=why, categories=(), **nothing)
    values, by_name = list(percents.values()), sorted(percents, key=lambda t: t.name.casefold())
    best, worst = max(by_name, key=lambda t: percents[t]), min(by_name, key=lambda t: percents[t])
    members = [s for s in known.values() if s is not None]
    return Cohort(
        kind=kind,
        name=name,
        tenants=len(percents),
        members=len(known),
        too_small=None,
        rank=None if mine is None else place.place(mine, values),
        percentile=None if mine is None else place.percentile(mine, values),
        average=fsum(values) / len(values),
        median=median(values),
        highest=percents[best],
        lowest=percents[worst],
        highest_tenant=name_of(best),
        lowest_tenant=name_of(worst),
        categories=tuple(_standing(c, own, members) for c in in_order({c for m in members for c in m.categories})),
    )


def in_order(categories: Iterable[str]) -> list[str]:
    """Put categories in Microsoft's order, those that it invents later at the end."""
    return sorted(categories, key=lambda c: (CATEGORIES.index(c) if c in CATEGORIES else len(CATEGORIES), c))


def _standing(category: str, own: Summary, members: Sequence[Summary]) -> Standing:
    mine = share(own, category)
    others = [p for m in members if (p := share(m, category)) is not None]
    enough = len(others) >= SMALLEST_COHORT
    return Standing(
        category=category,
        percent=mine,
        percentile=place.percentile(mine, others) if enough and mine is not None else None,
        average=fsum(others) / len(others) if enough else None,
    )


def share(held: Summary, category: str) -> float | None:
    """Give the percent of a category; None where its maximum is not known."""
    points, most = held.categories.get(category, (0.0, None))
    return None if most is None else percent(points, most)
