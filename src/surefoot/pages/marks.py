"""The days of a line that are worth a number: those that moved most, and those on which something was noted."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import msgspec
from sqlalchemy import Connection

from surefoot.model import Event, EventSource, Tenant
from surefoot.pages.moved import Read
from surefoot.scoring.actions import name_of as title_of
from surefoot.scoring.products import licence
from surefoot.store import events, history
from surefoot.store.series import number_of
from surefoot.store.standings import Piece

MOST = 5
"""More numbers above a line are not read."""
MOVED = 0.05
"""A day that moved less, in points of percent, gets its number from what was noted alone."""
WEIGHTS = {EventSource.NOTE: 0.5, EventSource.INCIDENT: 0.3}
"""What an event is worth beside the points of percent that its day moved."""


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
    """What was noted, else what changed most."""
    source: EventSource | None
    """Who says so; None: it is read from the points."""
    more: int
    """Further events or controls of that day."""


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
    marks = (_mark(conn, tenant, read, day, moves.get(day), noted.get(day, ())) for day in chosen)
    return tuple(m for m in marks if m is not None)


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
) -> Mark | None:
    since, change = move or (None, None)
    if noted:
        first = max(noted, key=lambda e: (WEIGHTS[e.source], e.at))
        title, source, more = first.title, first.source, len(noted) - 1
    else:
        title, more = _changed(conn, tenant, read, since, day)
        source = None
    return Mark(date=day, since=since, change=change, title=title, source=source, more=more)


def _changed(conn: Connection, tenant: Tenant, read: Read, since: dt.date | None, day: dt.date) -> tuple[str, int]:
    """Name what changed most from one shown day to the next, and count the rest."""
    if since is None:
        return "", 0
    turned = _turned(read, number_of(since), number_of(day))
    added = sum(old is None for old, _ in turned)
    came = set(history.facts(conn, tenant, day).services) if added else set()
    came -= set(history.facts(conn, tenant, since).services) if came else set()
    if came:
        return f"{', '.join(sorted(licence(x) for x in came)[:2])} came", len(turned)
    if not turned:
        return "Microsoft's total changed", 0
    old, new = max(turned, key=lambda pair: abs(_points(pair[1]) - _points(pair[0])))
    name = _name(read, new or old)
    way = "added" if old is None else "retired" if new is None else "gained" if new.points > old.points else "fell"
    way = way if old is None or new is None or new.points != old.points else "re-weighed"
    return f"{name} {way}", len(turned) - 1


Turned = tuple[Piece | None, Piece | None]


def _turned(read: Read, since: int, day: int) -> list[Turned]:
    found = []
    for mine in read.held.values():
        if mine[-1].from_day <= since and mine[-1].to_day >= day:
            continue
        old, new = (next((p for p in reversed(mine) if p.from_day <= at <= p.to_day), None) for at in (since, day))
        if old is not new:
            found.append((old, new))
    return found


def _points(piece: Piece | None) -> float:
    return piece.points if piece else 0.0


def _name(read: Read, piece: Piece | None) -> str:
    if piece is None:
        return ""
    return title_of(piece.control, read.known.get(piece.folded), read.ratings.of(piece.control))


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before
