"""Why a score moved between two stored days: by control, and summed for the waterfall."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec
from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotStored
from surefoot.model import DayTotal, EventSource, Tenant, TenantName
from surefoot.pages import events as happened
from surefoot.pages import past as pasts
from surefoot.pages.past import Past
from surefoot.pages.whose import name_of
from surefoot.scoring import telling
from surefoot.scoring.causes import LAG, Candidates, Cause
from surefoot.scoring.changes import Change, Explanation, Kind, explain, summed
from surefoot.scoring.past import day_of
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.telling import Came
from surefoot.store import history

WEEK = 7


class ChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One reason, as outlets show it."""

    kind: Kind
    control: str | None
    """None for the group of unknown maxima and for what is unexplained."""
    name: str | None
    category: str | None
    service: str | None
    percent: float | None
    """Both parts together, in points of percent."""
    earned: float | None
    catalogue: float | None
    points: float
    max_points: float
    points_before: float | None
    """None when the control was not scored on that day, as for the other three."""
    points_after: float | None
    max_before: float | None
    max_after: float | None
    count_before: float | None
    count_after: float | None
    total: float | None
    day: dt.date | None
    """The stored day in between on which most of it happened; None for what no control stands for."""
    causes: tuple[Cause, ...]
    """Candidates around that day, the likeliest first; none is proof."""


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of several changes."""

    key: str
    percent: float | None
    """In points of percent; None when a part is not known."""
    changes: int


class DayChange(msgspec.Struct, frozen=True, kw_only=True):
    """A stored day on which something moved."""

    date: dt.date
    since: dt.date
    """The stored day before it."""
    difference: float | None
    points: float
    max_points: float
    kinds: tuple[Sum, ...]
    sentence: str


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Why the score differs between two days. The changes' percents sum to the difference."""

    tenant: TenantName
    since: dt.date
    until: dt.date
    percent_before: float | None
    percent_after: float | None
    difference: float | None
    points_before: float
    points_after: float
    max_before: float
    max_after: float
    sentence: str
    licences_added: tuple[str, ...]
    """Entries of Graph's `enabledServices`."""
    licences_ended: tuple[str, ...]
    changes: tuple[ChangeRow, ...]
    """Largest first."""
    by_kind: tuple[Sum, ...]
    by_category: tuple[Sum, ...]
    by_service: tuple[Sum, ...]
    by_day: tuple[DayChange, ...]
    """The days between on which something moved; their differences sum to the whole, their parts need not."""


def build(
    conn: Connection, tenant: Tenant, *, ratings: Ratings, since: dt.date | None = None, until: dt.date | None = None
) -> Changes:
    """Explain `until` (None: the newest stored day) against `since` (None: the nearest stored one a week before).

    Raises `NotFound`, naming the nearest stored days, for a day that is not stored.
    """
    past = pasts.of(conn, tenant, ratings=ratings)
    before, after = _ends(past, since, until)
    counts = [history.counts(conn, tenant, t.day) for t in (before, after)]
    days = [day_of(past.courses, t, c) for t, c in zip((before, after), counts, strict=True)]
    explained = explain(days[0], days[1])
    steps = [e for e in pasts.steps(conn, tenant, ratings, before.day, after.day) if e.since >= before.day]
    turns = _turns(steps)
    candidates = _candidates(conn, tenant, before.day, after.day)
    came, ended = _licences(conn, tenant, before.day, after.day)
    bought = _bought(steps, history.services_by_day(conn, tenant))
    services = frozenset(h.service for h in days[0].controls if h.service)
    return Changes(
        tenant=name_of(tenant),
        since=before.day,
        until=after.day,
        percent_before=explained.percent_before,
        percent_after=explained.percent_after,
        difference=explained.difference,
        points_before=before.points,
        points_after=after.points,
        max_before=before.max_points,
        max_after=after.max_points,
        sentence=telling.sentence(explained, Came(licences=came, services=services, bought=bought)),
        licences_added=came,
        licences_ended=ended,
        changes=tuple(row(c, turns.get(_key(c)), candidates) for c in explained.changes),
        by_kind=_sums(explained.changes, lambda c: c.kind.value),
        by_category=_sums(explained.changes, lambda c: c.category or "-"),
        by_service=_sums(explained.changes, lambda c: c.service or "-"),
        by_day=tuple(_day(e) for e in steps if e.changes),
    )


Turn = tuple[dt.date, dt.date, float]
"""The stored days between which a change happened, and its points."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What moved on some days, for a page that shows the days themselves."""

    days: Mapping[dt.date, DayChange]
    """Those on which something moved."""
    causes: frozenset[tuple[EventSource, str]]
    """The events about those days that are candidate causes of a change of the whole range, by source and id."""


def told(
    conn: Connection,
    tenant: Tenant,
    *,
    ratings: Ratings,
    since: dt.date,
    until: dt.date,
    days: Collection[dt.date],
) -> Told:
    """Tell of `days` what `build` tells of every day from `since` to `until`; the three are stored days."""
    past = pasts.of(conn, tenant, ratings=ratings)
    before, after = _ends(past, since, until)
    explained = explain(day_of(past.courses, before), day_of(past.courses, after))
    steps = [e for e in pasts.steps(conn, tenant, ratings, before.day, after.day) if e.since >= before.day]
    turns = _turns(steps)
    moved = [(c, turn) for c in explained.changes if (turn := turns.get(_key(c))) and _reaches(turn, days)]
    candidates = _candidates(conn, tenant, before.day, after.day) if moved else Candidates(())
    causes = (cause.event for change, turn in moved for cause in candidates.of(change, turn[0], turn[1]))
    return Told(
        days={e.until: _day(e) for e in steps if e.changes and e.until in days},
        causes=frozenset((event.source, event.id) for event in causes),
    )


def _reaches(turn: Turn, days: Iterable[dt.date]) -> bool:
    """Say whether what happened about one of the days can be a cause of what moved then."""
    begun, ended = turn[0] - LAG, turn[1] + dt.timedelta(days=1)
    return any(begun <= day <= ended for day in days)


def _bought(steps: Iterable[Explanation], services: Mapping[dt.date, frozenset[str]]) -> frozenset[str]:
    """Name the controls that came on a day on which a licence did."""
    none: frozenset[str] = frozenset()
    came = [s for s in steps if services.get(s.until, none) - services.get(s.since, none)]
    return frozenset(c.control for s in came for c in s.changes if c.kind is Kind.CONTROL_ADDED and c.control)


def _key(change: Change) -> tuple[str, Kind]:
    return (change.control or "").casefold(), change.kind


def _turns(steps: Iterable[Explanation]) -> dict[tuple[str, Kind], Turn]:
    """Give where most of each control's change lies."""
    found: dict[tuple[str, Kind], Turn] = {}
    for step in steps:
        for change in step.changes:
            size = max(abs(change.points), abs(change.max_points))
            if change.control and size >= found.get(_key(change), (step.since, step.until, 0.0))[2]:
                found[_key(change)] = (step.since, step.until, size)
    return found


def _candidates(conn: Connection, tenant: Tenant, since: dt.date, until: dt.date) -> Candidates:
    begun = happened.start_of(since + dt.timedelta(days=1)) - LAG
    ended = happened.start_of(until + dt.timedelta(days=1))
    return Candidates(happened.between(conn, tenant, begun, ended))


def _ends(past: Past, since: dt.date | None, until: dt.date | None) -> tuple[DayTotal, DayTotal]:
    newest = past.totals[-1].day if past.totals else dt.date.min
    after = past.on(until or newest)
    if since is None and after.day == past.totals[0].day:
        message = f"{after.day} is the first day that is stored: there is nothing before it to compare with yet."
        raise NotStored(message)
    if since is None:
        target = after.day - dt.timedelta(days=WEEK)
        since = max((t.day for t in past.totals if t.day <= target), default=past.totals[0].day)
    before = past.on(since)
    if before.day > after.day:
        message = f"The first day ({before.day}) is after the last ({after.day}): turn them round."
        raise InputRefused(message)
    return before, after


def _licences(conn: Connection, tenant: Tenant, since: dt.date, until: dt.date) -> tuple[tuple[str, ...], ...]:
    before, after = (set(history.services(conn, tenant, day)) for day in (since, until))
    return tuple(sorted(after - before)), tuple(sorted(before - after))


def row(change: Change, turn: Turn | None, candidates: Candidates) -> ChangeRow:
    """Put a change on one line."""
    before, after = change.before, change.after
    return ChangeRow(
        kind=change.kind,
        control=change.control,
        name=change.name,
        category=change.category,
        service=change.service,
        percent=change.percent,
        earned=change.earned,
        catalogue=change.catalogue,
        points=change.points,
        max_points=change.max_points,
        points_before=before.points if before else None,
        points_after=after.points if after else None,
        max_before=before.max_points if before else None,
        max_after=after.max_points if after else None,
        count_before=before.count if before else None,
        count_after=after.count if after else None,
        total=after.total if after else None,
        day=turn[1] if turn else None,
        causes=candidates.of(change, turn[0], turn[1]) if turn else (),
    )


def _sums(changes: Iterable[Change], key: Callable[[Change], str]) -> tuple[Sum, ...]:
    held = tuple(changes)
    counts: dict[str, int] = {}
    for change in held:
        counts[key(change)] = counts.get(key(change), 0) + 1
    found = summed(held, key)
    made = (Sum(key=name, percent=part, changes=counts[name]) for name, part in found.items())
    return tuple(sorted(made, key=lambda s: (-abs(s.percent or 0.0), s.key)))


def _day(explained: Explanation) -> DayChange:
    return DayChange(
        date=explained.until,
        since=explained.since,
        difference=explained.difference,
        points=explained.points,
        max_points=explained.max_points,
        kinds=_sums(explained.changes, lambda c: c.kind.value),
        sentence=telling.sentence(explained),
    )
