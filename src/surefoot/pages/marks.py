"""The days of a line that are worth a number: those that moved most, and those on which something was noted."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import msgspec
from sqlalchemy import Connection

from surefoot.model import Event, EventSource, Tenant
from surefoot.pages.moved import Part, Read, between, parts
from surefoot.scoring.changes import Kind
from surefoot.scoring.products import licence
from surefoot.store import events, history

MOST = 5
"""More numbers above a line are not read."""
MOVED = 0.05
"""A day that moved less, in points of percent, gets its number from what was noted alone."""
WEIGHTS = {EventSource.NOTE: 0.5, EventSource.INCIDENT: 0.3}
"""What an event is worth beside the points of percent that its day moved."""
WORDS = {
    Kind.GAINED: ("{} gained", "{} controls gained"),
    Kind.REGRESSED: ("{} fell", "{} controls fell"),
    Kind.CONTROL_ADDED: ("{} was added", "{} controls were added"),
    Kind.CONTROL_RETIRED: ("{} is scored no more", "{} controls are scored no more"),
    Kind.MAX_CHANGED: ("Microsoft re-weighed {}", "Microsoft re-weighed {} controls"),
    Kind.UNKNOWN_MAXIMA: ("Controls without a known maximum changed", "{} controls without a known maximum changed"),
    Kind.UNEXPLAINED: ("Microsoft's total changed", "Microsoft's total changed"),
}
"""What is said of one control and of several; the page behind says whether a licence or Microsoft brought them."""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day with a percent."""

    date: dt.date
    percent: float | None


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What a number above the line stands for."""

    date: dt.date
    since: dt.date | None
    """The shown day before it; None for the first one."""
    change: float | None
    """Points of percent against that day; None when not known."""
    title: str
    """What somebody noted, else the largest part of the move; an incident names a day that did not move alone."""
    source: EventSource | None
    """Who says so; None: it is read from the points."""
    more: int
    """Further events or controls of that day."""
    others: int
    """Further changes that `change` has in it, beside the one that the title names; 0 when the title is a note's."""


def build(conn: Connection, tenant: Tenant, read: Read, days: Sequence[Day]) -> tuple[Mark, ...]:
    """Mark the days that moved most or on which somebody noted something, oldest first."""
    if not days:
        return ()
    dates = {d.date for d in days}
    moves = {b.date: (a.date, _minus(b.percent, a.percent)) for a, b in pairwise(days)}
    noted: dict[dt.date, list[Event]] = {}
    for event in _events(conn, tenant, days[0].date, days[-1].date):
        noted.setdefault(_shown_on(event, dates), []).append(event)
    weights = {day: weight for day in dates if (weight := _weight(moves.get(day), noted.get(day, ())))}
    chosen = sorted(sorted(weights, key=lambda d: (-weights[d], -d.toordinal()))[:MOST])
    return tuple(_mark(conn, tenant, read, day, moves.get(day), noted.get(day, ())) for day in chosen)


def _events(conn: Connection, tenant: Tenant, since: dt.date, until: dt.date) -> list[Event]:
    begun, ended = (dt.datetime.combine(d, dt.time(), dt.UTC) for d in (since, until + dt.timedelta(days=1)))
    return events.between(conn, tenant, begun, ended, most=500, sources=tuple(WEIGHTS))


def _shown_on(event: Event, days: set[dt.date]) -> dt.date:
    """Put an event of a day without data on the next stored one."""
    day = event.at.astimezone(dt.UTC).date()
    return day if day in days else min((d for d in days if d > day), default=max(days))


def _weight(move: tuple[dt.date, float | None] | None, noted: Sequence[Event]) -> float:
    moved = abs(move[1] or 0.0) if move else 0.0
    tale = max((WEIGHTS[e.source] for e in noted), default=0.0)
    return tale + (1.0 + moved if moved >= MOVED else 0.0)


def _mark(
    conn: Connection,
    tenant: Tenant,
    read: Read,
    day: dt.date,
    move: tuple[dt.date, float | None] | None,
    noted: Sequence[Event],
) -> Mark:
    since, change = move or (None, None)
    first = max(noted, key=lambda e: (WEIGHTS[e.source], e.at), default=None)
    moved = since is not None and abs(change or 0.0) >= MOVED
    if first and (first.source is EventSource.NOTE or not moved):
        title, source, more, others = first.title, first.source, len(noted) - 1, 0
    else:
        title, others = _largest(conn, tenant, read, since, day) if since else ("", 0)
        source, more = None, others + len(noted)
    return Mark(date=day, since=since, change=change, title=title, source=source, more=more, others=others)


def _largest(conn: Connection, tenant: Tenant, read: Read, since: dt.date, day: dt.date) -> tuple[str, int]:
    """Name the largest part of the way that the score went from one shown day to the next, and count the rest."""
    before, after = (next(t for t in read.totals if t.day == at) for at in (since, day))
    explained = between(conn, tenant, read, before, after, counted=False)
    same_way = [p for p in parts(explained) if (p.percent or 0.0) * (explained.difference or 0.0) > 0]
    if not same_way:
        return "Microsoft's total changed", len(explained.changes)
    part = max(same_way, key=lambda p: abs(p.percent or 0.0))
    came: set[str] = set()
    if part.kind is Kind.CONTROL_ADDED:
        came = set(history.services(conn, tenant, day)) - set(history.services(conn, tenant, since))
    told = f"{', '.join(sorted(licence(x) for x in came)[:2])} came" if came else _told(part)
    return told, len(explained.changes) - part.changes


def _told(part: Part) -> str:
    if part.kind is None:
        return part.name
    one, many = WORDS[part.kind]
    return one.format(part.name) if part.changes == 1 else many.format(part.changes)


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before
