"""How a tenant compares: with the groups that Microsoft averages, and exactly with the viewer's other tenants."""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from surefoot import locales
from surefoot.model import CLOSED, Tenant, TenantName
from surefoot.pages import against as others
from surefoot.pages import cohorts as own_tenants
from surefoot.pages import groups as averaged
from surefoot.pages import shares
from surefoot.pages.against import Counterpart
from surefoot.pages.cohorts import PORTFOLIO, Cohort
from surefoot.pages.groups import ALIKE, ALL_TENANTS, LOOK_BACK, ORDER, STEADY, Group
from surefoot.pages.shares import ControlShare
from surefoot.pages.whose import name_of
from surefoot.scoring import actions as work
from surefoot.scoring import comparison as place
from surefoot.scoring.comparison import NARROW, WIDE, Range
from surefoot.scoring.percents import percent
from surefoot.scoring.ratings import Ratings
from surefoot.store import averages, history, standings, summaries
from surefoot.store.summaries import Summary

NAMED = 10
"""Actions whose share in the portfolio is shown."""
METHOD = (
    "Microsoft gives the average of all tenants and nothing of their spread. The estimate assumes a Beta distribution "
    f"around that average with a standard deviation between {NARROW:.0f} and {WIDE:.0f} points of percent; the range "
    "is what these two bounds give. See docs/comparison.md."
)
GIVEN = (
    "Microsoft Graph gives averages alone: of all tenants, of those in the same range of seats, and often of those of "
    "the same industry. It gives no rank, no percentile and no spread."
)


class Word(enum.StrEnum):
    """How a tenant stands against those that are like it."""

    ABOVE = "above"
    LEVEL = "level"
    BELOW = "below"
    MIXED = "mixed"
    """Above some, below others."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to: are we better than companies like us?"""

    word: Word | None
    """None: not known."""
    answer: str
    """In a few words."""
    sentence: str
    """With its figures."""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """A bar of the ladder: the tenant, a group that Microsoft averages, or the middle of the viewer's tenants."""

    kind: str
    """`you`, a group's basis as Graph names it, or `portfolio`."""
    name: str
    percent: float | None
    distance: float | None
    """The tenant's percent less this one; None for the tenant itself."""
    as_of: dt.date | None


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What a group has in one category."""

    kind: str
    """As a rung's."""
    average: float | None
    distance: float | None


class CategoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One category of the tenant beside every group's."""

    category: str
    percent: float | None
    scored: bool
    """Whether anything of it is scored for the tenant: what is not licensed is not."""
    groups: tuple[Beside, ...]
    """The nearest group first; last the average of the viewer's own tenants, where there are enough."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tenant may stand among all Microsoft 365 tenants: an estimate, never a measurement."""

    range: Range | None
    """Percent of tenants that score lower; None where the method's assumptions do not hold."""
    unknown: str | None
    """Why there is none."""
    method: str
    given: str = GIVEN
    """What Microsoft really gives."""


def bounds(found: Range | None) -> tuple[str, str]:
    """Write both ends of a range in whole percents, empty for none; nobody stands above all others, nor below."""
    if found is None:
        return "", ""
    low = "under 1" if found.low < LEAST else locales.number(found.low, 0)
    high = "over 99" if found.high > MOST else locales.number(found.high, 0)
    return low, high


LEAST, MOST = 0.5, 99.5


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the tenant is compared with."""

    tenant: TenantName
    as_of: dt.date | None
    percent: float | None
    verdict: Verdict
    ladder: tuple[Rung, ...]
    """Highest first, what is not known last."""
    categories: tuple[CategoryLine, ...]
    groups: tuple[Group, ...]
    no_groups: str | None
    """Why there are none, when there are none."""
    estimate: Estimate
    cohorts: tuple[Cohort, ...]
    """The whole portfolio first."""
    against: Counterpart | None
    """The other side, where one was asked for."""
    actions: tuple[ControlShare, ...]
    """The first open actions: how many of the viewer's tenants have them."""


def build(
    conn: Connection,
    tenant: Tenant,
    visible: Sequence[Tenant],
    *,
    ratings: Ratings,
    days: int | None = 90,
    against: Tenant | str | None = None,
) -> Comparison:
    """Compare a tenant with Microsoft's groups, and with `visible`: the tenants that the viewer may see.

    `against` is another tenant or a label to stand beside; raises `InputRefused` for the tenant itself and for a label
    that nobody has.
    """
    totals = history.days(conn, tenant)
    sums = summaries.of(conn, visible)
    newest = totals[-1] if totals else None
    held = standings.of(conn, tenant, newest.day, told=frozenset()) if newest else ()
    most = NAMED if against is None else None
    ranked = work.rank(held, newest.max_points, ratings, newest.day, most=most) if newest else ()
    other = others.build(conn, tenant, against, visible, sums=sums, ranked=ranked) if against is not None else None
    if newest is None:
        return _empty(tenant, other)
    mine, own = percent(newest.points, newest.max_points), sums.get(tenant.key)
    since = None if days is None else newest.day - dt.timedelta(days=max(days, LOOK_BACK + 7) - 1)
    found = averaged.groups(totals, averages.over_time(conn, tenant, since=since), own, days)
    among = own_tenants.of(conn, tenant, visible, sums)
    named = {a.id: a.name for a in [a for a in ranked if a.status not in CLOSED][:NAMED]}
    told = shares.build(conn, visible, named)
    return Comparison(
        tenant=name_of(tenant),
        as_of=newest.day,
        percent=mine,
        verdict=_verdict(tenant.name, mine, found, among),
        ladder=_ladder(tenant.name, newest.day, mine, found, among),
        categories=_categories(own, found, among),
        groups=found,
        no_groups=None if found else "Microsoft sent no averages with the days in this range.",
        estimate=_estimate(mine, found),
        cohorts=among,
        against=other,
        actions=tuple(told[c.casefold()] for c in named),
    )


def _empty(tenant: Tenant, other: Counterpart | None) -> Comparison:
    said = "No day of this tenant is stored yet."
    return Comparison(
        tenant=name_of(tenant),
        as_of=None,
        percent=None,
        verdict=Verdict(word=None, answer=UNKNOWN, sentence=said),
        ladder=(),
        categories=(),
        groups=(),
        no_groups=said,
        estimate=_estimate(None, ()),
        cohorts=(),
        against=other,
        actions=(),
    )


UNKNOWN = "Not known yet"
_ANSWERS = {
    Word.ABOVE: "Yes, better than {}",
    Word.LEVEL: "Level with {}",
    Word.BELOW: "No, behind {}",
    Word.MIXED: "Better than some {}, behind others",
}


def _verdict(name: str, mine: float | None, groups: Sequence[Group], cohorts: Sequence[Cohort]) -> Verdict:
    if mine is None:
        return Verdict(word=None, answer=UNKNOWN, sentence=f"The percent of {name} is not known.")
    whole = _portfolio(cohorts)
    known = [g for g in sorted(groups, key=_nearness) if g.distance is not None]
    alike = [g for g in known if g.basis in ALIKE]
    middle = [mine - whole.median] if whole and whole.median is not None else []
    who = "organizations like yours" if alike else "the average organization" if known else "most of your tenants"
    compared = [g.distance for g in alike or known if g.distance is not None] or middle
    has = f"{name} has {locales.number(mine, 1)} %"
    if not compared:
        why = "Microsoft sent no averages, and there are too few tenants of yours to compare with."
        return Verdict(word=None, answer=UNKNOWN, sentence=f"{has}. {why}")
    told = [_told(g, first=n == 0) for n, g in enumerate(known)]
    ranked = [f"number {whole.rank} of your {whole.tenants} tenants"] if whole and whole.rank else []
    word = _word(compared)
    return Verdict(word=word, answer=_ANSWERS[word].format(who), sentence=f"{has}: {', '.join([*told, *ranked])}.")


def _nearness(group: Group) -> tuple[int, str]:
    return (ORDER.index(group.basis) if group.basis in ORDER else len(ORDER), group.basis)


def _word(distances: Sequence[float]) -> Word:
    signs = {0 if abs(d) < STEADY else 1 if d > 0 else -1 for d in distances}
    if {1, -1} <= signs:
        return Word.MIXED
    return Word.ABOVE if 1 in signs else Word.BELOW if -1 in signs else Word.LEVEL


def _told(group: Group, *, first: bool) -> str:
    gap, name = group.distance or 0.0, f"{_called(group)} ({locales.number(group.average or 0.0, 1)} %)"
    if abs(gap) < STEADY:
        return f"level with {name}"
    unit = " points of percent" if first else ""
    return f"{locales.number(abs(gap), 1)}{unit} {'above' if gap > 0 else 'below'} {name}"


def _called(group: Group) -> str:
    """Name a group as it stands in a sentence."""
    match group.basis:
        case "AllTenants":
            return "all Microsoft 365 tenants"
        case "IndustryTypes":
            return "its industry"
        case "TotalSeats":
            return "organizations of its size"
        case _:
            return group.name


def _portfolio(cohorts: Sequence[Cohort]) -> Cohort | None:
    return next((c for c in cohorts if c.kind == PORTFOLIO and c.too_small is None), None)


def _ladder(
    name: str, day: dt.date, mine: float | None, groups: Sequence[Group], cohorts: Sequence[Cohort]
) -> tuple[Rung, ...]:
    rungs = [Rung(kind="you", name=name, percent=mine, distance=None, as_of=day)]
    rungs += [Rung(kind=g.basis, name=g.name, percent=g.average, distance=g.distance, as_of=g.as_of) for g in groups]
    whole = _portfolio(cohorts)
    if whole and whole.median is not None:
        gap = None if mine is None else mine - whole.median
        rungs.append(Rung(kind=PORTFOLIO, name="Your tenants (median)", percent=whole.median, distance=gap, as_of=day))
    return tuple(sorted(rungs, key=lambda r: (r.percent is None, -(r.percent or 0.0))))


def _categories(own: Summary | None, groups: Sequence[Group], cohorts: Sequence[Cohort]) -> tuple[CategoryLine, ...]:
    if own is None:
        return ()
    whole = _portfolio(cohorts)
    theirs: list[tuple[str, Mapping[str, tuple[float | None, float | None]]]] = [
        (g.basis, {c.category: (c.average, c.distance) for c in g.categories}) for g in sorted(groups, key=_nearness)
    ]
    if whole:
        theirs.append((PORTFOLIO, {c.category: (c.average, _less(c.percent, c.average)) for c in whole.categories}))
    names = own_tenants.in_order({*own.categories, *(c.category for g in groups for c in g.categories)})
    return tuple(
        CategoryLine(
            category=name,
            percent=own_tenants.share(own, name),
            scored=name in own.categories,
            groups=tuple(_beside(kind, held.get(name, (None, None))) for kind, held in theirs),
        )
        for name in names
    )


def _beside(kind: str, pair: tuple[float | None, float | None]) -> Beside:
    return Beside(kind=kind, average=pair[0], distance=pair[1])


def _less(mine: float | None, theirs: float | None) -> float | None:
    return None if mine is None or theirs is None else mine - theirs


def _estimate(mine: float | None, groups: Iterable[Group]) -> Estimate:
    return estimated(mine, next((g.average for g in groups if g.basis == ALL_TENANTS), None))


def estimated(mine: float | None, average: float | None) -> Estimate:
    """Estimate where a percent stands among all tenants, of which only the average is known."""
    found = None if mine is None else place.estimate(mine, average)
    unknown = None
    if mine is None:
        unknown = "The tenant's own percent is not known."
    elif average is None:
        unknown = "Microsoft sent no average of all tenants."
    elif found is None:
        unknown = f"An average of {average:.1f} % is too near to an end for the method's assumptions."
    return Estimate(range=found, unknown=unknown, method=METHOD, given=GIVEN)
