"""Why the score moved in the last week, or when it last did: only the controls that differ are looked at."""

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot.model import DayTotal, Profile, Tenant
from surefoot.scoring import telling
from surefoot.scoring.actions import name_of as title_of
from surefoot.scoring.changes import NONE_ALIKE, Alike, Change, Day, Explanation, Held, Kind, explain
from surefoot.scoring.courses import maxima
from surefoot.scoring.past import Counts
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.telling import Came
from surefoot.store import history
from surefoot.store.series import number_of
from surefoot.store.standings import Piece, Pieces

WEEK = 7
NAMED = 6
"""Changes that are told one by one."""
MANY = 3
"""From so many on, what Microsoft does to several controls at once is told as one."""
TOGETHER = {
    Kind.CONTROL_ADDED: "controls added",
    Kind.CONTROL_RETIRED: "controls retired",
    Kind.MAX_CHANGED: "maxima changed",
}
OTHERS = {
    Kind.UNKNOWN_MAXIMA: "Controls without a known maximum",
    Kind.UNEXPLAINED: "Not in any control",
}


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the difference."""

    kind: Kind | None
    """None: several kinds summed up."""
    control: str | None
    """None for what no single control stands for."""
    name: str
    percent: float | None
    """In points of percent; the parts sum to the difference. None when a percent of the days is not known."""
    changes: int
    """How many are summed up."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """Why the score differs between two stored days."""

    since: dt.date
    until: dt.date
    quiet: bool
    """Nothing moved in the last 7 days: this is the last move before."""
    percent_before: float | None
    percent_after: float | None
    difference: float | None
    sentence: str
    parts: tuple[Part, ...]
    """Largest first; empty when nothing ever moved."""
    changes: int


class Read(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What was read of a tenant already."""

    totals: Sequence[DayTotal]
    """The stored days, oldest first."""
    held: Pieces
    known: Mapping[str, Profile]
    ratings: Ratings

    @functools.cached_property
    def known_maxima(self) -> bool:
        """Say whether something tells the maximum of every control."""
        return all(_tells(mine, self) for mine in self.held.values())


def build(conn: Connection, tenant: Tenant, read: Read) -> Moved | None:
    """Explain the newest day against the nearest stored one a week before it; None when only one day is stored."""
    totals = read.totals
    if len(totals) < 2:  # noqa: PLR2004 - one day moved nowhere
        return None
    after = totals[-1]
    target = after.day - dt.timedelta(days=WEEK)
    before = next((t for t in reversed(totals) if t.day <= target), totals[0])
    explained = between(conn, tenant, read, before, after)
    if explained.changes:
        return _moved(conn, tenant, read, explained)
    earlier = _last_move(read)
    if earlier is None:
        return _moved(conn, tenant, read, explained, quiet=True)
    return _moved(conn, tenant, read, between(conn, tenant, read, *earlier), quiet=True)


def between(
    conn: Connection, tenant: Tenant, read: Read, before: DayTotal, after: DayTotal, *, counted: bool = True
) -> Explanation:
    """Explain one stored day against another, as the page of the changes does; with Graph's counts, if `counted`."""
    a, b = number_of(before.day), number_of(after.day)
    alike: list[tuple[Sequence[Piece], int]] = []
    changed: list[tuple[Sequence[Piece], int | None, int | None]] = []
    for mine in read.held.values():
        newest = mine[-1]
        if newest.from_day <= a <= b <= newest.to_day:  # as most often
            alike.append((mine, len(mine) - 1))
            continue
        before_it, after_it = _on(mine, a), _on(mine, b)
        if before_it != after_it:
            changed.append((mine, before_it, after_it))
        elif before_it is not None:
            alike.append((mine, before_it))
    days = []
    for total, found in (
        (before, [(mine, old) for mine, old, _ in changed]),
        (after, [(mine, new) for mine, _, new in changed]),
    ):
        keys = [mine[0].key for mine, _ in found] if counted else []
        counts = history.counts(conn, tenant, total.day, controls=keys) if keys else {}
        controls = tuple(_controls(read, found, counts))
        days.append(Day(day=total.day, points=total.points, max_points=total.max_points, controls=controls))
    return explain(days[0], days[1], _alike(alike, read))


Place = tuple[Sequence[Piece], int | None]
"""The pieces of a control, and which of them covers a day; None: the tenant did not have it then."""


def _on(mine: Sequence[Piece], day: int) -> int | None:
    for n in range(len(mine) - 1, -1, -1):
        if mine[n].from_day <= day <= mine[n].to_day:
            return n
    return None


def _controls(read: Read, places: Sequence[Place], counts: Counts) -> Iterable[Held]:
    for mine, place in places:
        if place is not None:
            now = mine[place]
            count, most = counts.get(now.control, (None, None))
            profile, rating = read.known.get(now.folded), read.ratings.of(now.control)
            yield Held(
                control=now.control,
                name=title_of(now.control, profile, rating),
                category=now.category,
                service=(profile.service if profile else None) or (rating.service if rating else None),
                points=now.points,
                max_points=_maximum(mine, place, read),
                count=count,
                total=most,
            )


def _maximum(mine: Sequence[Piece], place: int, read: Read) -> float | None:
    profile = read.known.get(mine[0].folded)
    return maxima(mine, profile.max_points if profile else None)[place]


def _alike(places: Sequence[tuple[Sequence[Piece], int]], read: Read) -> Alike:
    """Sum up what both days hold alike; it matters only where some control's maximum is not known."""
    if read.known_maxima:
        return NONE_ALIKE
    known = [_maximum(mine, place, read) for mine, place in places]
    return Alike(max_points=fsum(m or 0.0 for m in known), unknown=None in known)


def _tells(mine: Sequence[Piece], read: Read) -> bool:
    """Say whether something tells a control's maximum."""
    profile = read.known.get(mine[0].folded)
    return (profile is not None and profile.max_points is not None) or any(p.percent for p in mine)


def _last_move(read: Read) -> tuple[DayTotal, DayTotal] | None:
    """Give the newest stored day on which anything changed, after the stored one before it."""
    newest = number_of(read.totals[-1].day)
    turns = [p.from_day for mine in read.held.values() for p in mine]
    turns += [p.to_day + 1 for mine in read.held.values() for p in mine if p.to_day < newest]
    turn = max(turns, default=0)
    pairs = list(pairwise(read.totals))
    return next(
        (
            (a, b)
            for a, b in reversed(pairs)
            if (a.points, a.max_points) != (b.points, b.max_points) or number_of(a.day) < turn <= number_of(b.day)
        ),
        None,
    )


def _moved(conn: Connection, tenant: Tenant, read: Read, explained: Explanation, *, quiet: bool = False) -> Moved:
    return Moved(
        since=explained.since,
        until=explained.until,
        quiet=quiet,
        percent_before=explained.percent_before,
        percent_after=explained.percent_after,
        difference=explained.difference,
        sentence=telling.sentence(explained, _came(conn, tenant, read, explained)),
        parts=parts(explained),
        changes=len(explained.changes),
    )


def _came(conn: Connection, tenant: Tenant, read: Read, explained: Explanation) -> Came:
    """Say which licences came; asked only where controls were added, which is seldom."""
    added = [c for c in explained.changes if c.kind is Kind.CONTROL_ADDED]
    if not added:
        return Came()
    services = history.services_by_day(conn, tenant)
    none: frozenset[str] = frozenset()
    came = services.get(explained.until, none) - services.get(explained.since, none)
    days = [t.day for t in read.totals if explained.since <= t.day <= explained.until]
    brought = {b for a, b in pairwise(days) if services.get(b, none) - services.get(a, none)}
    begun = {mine[0].folded: {p.from_day for p in mine} for mine in read.held.values()}
    bought = {c.control for c in added if c.control and begun[c.control.casefold()] & {number_of(d) for d in brought}}
    return Came(
        licences=tuple(sorted(came)), services=_services(read, explained.since), bought=frozenset(bought)
    )  # fmt: skip


def _services(read: Read, day: dt.date) -> frozenset[str]:
    """Name the services whose controls were scored on a day."""
    at = number_of(day)
    ids = [(mine[0].folded, mine[0].control) for mine in read.held.values() if _on(mine, at) is not None]
    found = set()
    for folded, control in ids:
        profile, rating = read.known.get(folded), read.ratings.of(control)
        found.add((profile.service if profile else None) or (rating.service if rating else None))
    return frozenset(s for s in found if s)


def parts(explained: Explanation) -> tuple[Part, ...]:
    """Give the largest changes by name and the others as sums: together they are the whole difference."""
    by_kind = {kind: [c for c in explained.changes if c.kind is kind] for kind in TOGETHER}
    many = {kind: held for kind, held in by_kind.items() if len(held) >= MANY}
    told = [_one(c) for c in explained.changes if c.kind not in many]
    told += [_many(kind, f"{len(held)} {TOGETHER[kind]}", held) for kind, held in many.items()]
    told.sort(key=lambda p: -abs(p.percent or 0.0))
    if len(told) <= NAMED + 1:
        return tuple(told)
    rest = told[NAMED:]
    gains, losses = ([p for p in rest if ((p.percent or 0.0) < 0) is fell] for fell in (False, True))
    sums = [_rest(p, one, many_) for p, one, many_ in ((gains, "gain", "gains"), (losses, "loss", "losses")) if p]
    return (*told[:NAMED], *sums)


def _one(change: Change) -> Part:
    name = change.name or change.control or OTHERS.get(change.kind, "Other controls")
    return Part(kind=change.kind, control=change.control, name=name, percent=change.percent, changes=1)


def _many(kind: Kind, name: str, changes: Sequence[Change]) -> Part:
    return Part(kind=kind, control=None, name=name, percent=_sum(c.percent for c in changes), changes=len(changes))


def _rest(small: Sequence[Part], one: str, many: str) -> Part:
    kinds = {p.kind for p in small}
    return Part(
        kind=kinds.pop() if len(kinds) == 1 else None,
        control=None,
        name=f"{len(small)} smaller {one if len(small) == 1 else many}",
        percent=_sum(p.percent for p in small),
        changes=sum(p.changes for p in small),
    )


def _sum(percents: Iterable[float | None]) -> float | None:
    held = list(percents)
    return None if None in held else fsum(p for p in held if p is not None)
