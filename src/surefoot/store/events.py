"""What happened at a tenant: read from Graph by source, noted by people; an event of the same id is kept once."""

import datetime as dt
import functools
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, insert, select

from surefoot.model import Event, EventSource, Tenant
from surefoot.store.schema import event as table
from surefoot.store.schema import event_source
from surefoot.store.shared import chunks

_BODY = msgspec.json.Decoder(Event)


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """How the reading of one of Graph's sources stands."""

    source: EventSource
    read_until: dt.datetime | None
    """The newest time that was read; None: nothing was yet."""
    tried_at: dt.datetime
    error: str | None = None
    """A slug (`errors.SurefootError.slug`); None: it works."""
    message: str | None = None
    """A sentence for the administrator."""


def save(conn: Connection, tenant: Tenant, events: Iterable[Event]) -> int:
    """Keep events; one that is there already is replaced when it differs. Gives how many are new."""
    incoming = {(e.source.value, e.id): e for e in events}
    held = _held(conn, tenant, incoming)
    changed = [identity for identity, body in held.items() if body != _body(incoming[identity])]
    for source, identity in changed:
        c = table.c
        conn.execute(delete(table).where(c.tenant == tenant.key, c.source == source, c.id == identity))
    fresh = [e for identity, e in incoming.items() if identity not in held or identity in changed]
    for part in chunks(fresh):
        conn.execute(insert(table), [_row(tenant, e) for e in part])
    return len(incoming) - len(held)


def _held(conn: Connection, tenant: Tenant, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    c = table.c
    found: dict[tuple[str, str], str] = {}
    for source in {s for s, _ in wanted}:
        for part in chunks([i for s, i in wanted if s == source]):
            rows = conn.execute(select(c.id, c.body).where(c.tenant == tenant.key, c.source == source, c.id.in_(part)))
            found |= {(source, row.id): row.body for row in rows}
    return found


def _row(tenant: Tenant, event: Event) -> dict[str, object]:
    return {
        "tenant": tenant.key,
        "source": event.source.value,
        "id": event.id,
        "at": event.at,
        "body": _body(event),
    }


def _body(event: Event) -> str:
    return msgspec.json.encode(event).decode()


def between(
    conn: Connection,
    tenant: Tenant,
    since: dt.datetime,
    until: dt.datetime,
    *,
    most: int = 20_000,
    sources: Collection[EventSource] | None = None,
) -> list[Event]:
    """List the events after `since` up to `until`, of some sources or of all, newest first, `most` of them at most."""
    asked: dict[str, Any] = {"tenant": tenant.key, "since": since, "until": until, "most": most}
    asked |= {} if sources is None else {"sources": [s.value for s in sources]}
    rows = conn.execute(_between(some=sources is not None), asked)
    return [_BODY.decode(body) for body in rows.scalars().all()]


@functools.cache
def _between(*, some: bool) -> Select[Any]:
    c = table.c
    query = select(c.body).where(c.tenant == bindparam("tenant"), c.at > bindparam("since"), c.at <= bindparam("until"))
    query = query.where(c.source.in_(bindparam("sources", expanding=True))) if some else query
    return query.order_by(c.at.desc(), c.key.desc()).limit(bindparam("most"))


def remove(conn: Connection, tenant: Tenant, source: EventSource, identity: str) -> bool:
    """Remove an event; False when there is none such."""
    c = table.c
    gone = conn.execute(delete(table).where(c.tenant == tenant.key, c.source == source.value, c.id == identity))
    return bool(gone.rowcount)


_STATES = select(event_source).where(event_source.c.tenant == bindparam("tenant"))


def states(conn: Connection, tenant: Tenant) -> dict[EventSource, SourceState]:
    """Say how the reading of each source stands; a source that was never tried is not there."""
    rows = conn.execute(_STATES, {"tenant": tenant.key}).all()
    return {
        EventSource(row.source): SourceState(
            source=EventSource(row.source),
            read_until=row.read_until,
            tried_at=row.tried_at,
            error=row.error,
            message=row.message,
        )
        for row in rows
    }


def coverage(conn: Connection, tenants: Sequence[Tenant]) -> dict[EventSource, tuple[int, int]]:
    """Count by source of how many tenants it is read, and of how many it was tried."""
    wanted = {t.key for t in tenants}
    found: dict[EventSource, tuple[int, int]] = {}
    for row in conn.execute(select(event_source.c.tenant, event_source.c.source, event_source.c.error)):
        if row.tenant in wanted:
            on, tried = found.get(EventSource(row.source), (0, 0))
            found[EventSource(row.source)] = (on + (row.error is None), tried + 1)
    return found


def mark(conn: Connection, tenant: Tenant, state: SourceState) -> None:
    """Note how a source's reading went."""
    c = event_source.c
    conn.execute(delete(event_source).where(c.tenant == tenant.key, c.source == state.source.value))
    row = {"tenant": tenant.key, **msgspec.structs.asdict(state), "source": state.source.value}
    conn.execute(insert(event_source), row)
