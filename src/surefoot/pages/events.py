"""What happened at a tenant: read from Graph, noted by people, decided here or in Microsoft's portal."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.model import EVENT_PERMISSIONS, Decision, Event, EventSource, Side, StateUpdate, Tenant, TenantName
from surefoot.pages.whose import name_of
from surefoot.store import decisions, events, profiles
from surefoot.store.events import SourceState

MOST = 1000
"""Events on one page."""


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of Graph's sources: whether it is read."""

    source: EventSource
    permission: str
    """What the app registration needs for it."""
    on: bool
    read_until: dt.datetime | None
    """The newest event that was read; None: none yet."""
    message: str | None
    """Why it is not read, and what to do; None when it is."""


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """The events of a range of days, newest first."""

    tenant: TenantName
    since: dt.date
    until: dt.date
    events: tuple[Event, ...]
    total: int
    """How many there are in the range; the list holds the newest of them."""
    sources: tuple[SourceRow, ...]


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are wanted."""

    source: EventSource | None = None
    text: str | None = None
    """In title, actor, targets or control, without regard to case."""

    def takes(self, event: Event) -> bool:
        """Say whether an event is wanted."""
        if self.source is not None and event.source is not self.source:
            return False
        told = (event.title, event.actor, event.control, *event.targets)
        return not self.text or self.text.casefold() in " ".join(filter(None, told)).casefold()


def build(conn: Connection, tenant: Tenant, *, since: dt.date, until: dt.date, wanted: Filter | None = None) -> Events:
    """List what happened from `since` to `until` (UTC days, both among them)."""
    found = between(conn, tenant, start_of(since), start_of(until + dt.timedelta(days=1)))
    taken = [e for e in found if wanted is None or wanted.takes(e)]
    return Events(
        tenant=name_of(tenant),
        since=since,
        until=until,
        events=tuple(taken[:MOST]),
        total=len(taken),
        sources=sources(conn, tenant),
    )


def sources(conn: Connection, tenant: Tenant) -> tuple[SourceRow, ...]:
    """Say of each of Graph's sources whether it is read."""
    states = events.states(conn, tenant)
    return tuple(_source(source, states.get(source)) for source in EVENT_PERMISSIONS)


def _source(source: EventSource, state: SourceState | None) -> SourceRow:
    return SourceRow(
        source=source,
        permission=EVENT_PERMISSIONS[source],
        on=state is not None and state.error is None,
        read_until=state.read_until if state else None,
        message=state.message if state else "Not read yet: Surefoot tries it with the next sync.",
    )


def start_of(day: dt.date) -> dt.datetime:
    """Give the first moment of a UTC day."""
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def between(conn: Connection, tenant: Tenant, since: dt.datetime, until: dt.datetime) -> list[Event]:
    """List the events after `since` up to `until` of all sources, newest first."""
    read = events.between(conn, tenant, since, until)
    here = (d for d in decisions.every(conn, tenant) if d.decided_in is Side.SUREFOOT)
    said = [*map(_decided, here), *(_set(*u) for u in profiles.updates(conn, tenant))]
    mine: Sequence[Event] = [e for e in said if since < e.at <= until]
    return sorted([*read, *mine], key=lambda e: (e.at, e.source.value, e.id), reverse=True)


def _decided(made: Decision) -> Event:
    status = made.status.value.replace("_", " ")
    return Event(
        source=EventSource.DECISION,
        id=f"{made.control}/{made.decided_at.isoformat()}",
        at=made.decided_at,
        title=f"Marked as {status}" + (f": {made.comment}" if made.comment else ""),
        actor=made.decided_by,
        control=made.control,
    )


_NOT_YET = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _set(control: str, update: StateUpdate) -> Event:
    at = update.updated_at or _NOT_YET
    return Event(
        source=EventSource.PORTAL,
        id=f"{control}/{at.isoformat()}/{update.state}",
        at=at,
        title=f"Set to {update.state} at Microsoft" + (f": {update.comment}" if update.comment else ""),
        actor=update.updated_by,
        control=control,
    )
