"""Reading what happened at a tenant: each of Graph's sources by itself, since what was read before."""

import asyncio
import datetime as dt
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from sqlalchemy import Engine

from surefoot.errors import ConsentMissing, GraphError, NotFound, NotLicensed, Unavailable
from surefoot.graph.client import Fetched, TenantGraph
from surefoot.model import EVENT_PERMISSIONS, Event, EventSource, Tenant
from surefoot.scoring.operations import is_noise
from surefoot.store import database, events, tenants
from surefoot.store.events import SourceState

OVERLAP = dt.timedelta(hours=6)
"""Records come late: these hours are read again, and known ones dropped by id."""

LONGEST = 150.0
"""Seconds that one source may take: events never keep the scores waiting for long."""


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """What reading one source brought."""

    source: EventSource
    events: int
    """New ones."""
    refused: int
    """Records that could not be understood."""
    error: str | None
    message: str | None
    """Why the source is off, and what to do."""


async def pull(engine: Engine, graph: TenantGraph, tenant: Tenant, *, now: dt.datetime) -> tuple[Happened, ...]:
    """Read every source since what was read before; one that fails switches itself off and breaks nothing."""
    states = await asyncio.to_thread(_states, engine, tenant)
    readers: dict[EventSource, Reader] = {
        EventSource.INCIDENT: graph.incidents,
        EventSource.DIRECTORY_AUDIT: graph.directory_audits,
        EventSource.INTUNE_AUDIT: graph.intune_audits,
    }
    return tuple([await _one(engine, tenant, s, read, states.get(s), now) for s, read in readers.items()])


Reader = Callable[..., Coroutine[Any, Any, Fetched[Event]]]


def _states(engine: Engine, tenant: Tenant) -> dict[EventSource, SourceState]:
    with database.reading(engine) as conn:
        return events.states(conn, tenant)


async def _one(
    engine: Engine, tenant: Tenant, source: EventSource, read: Reader, state: SourceState | None, now: dt.datetime
) -> Happened:
    until = state.read_until if state else None
    try:
        async with asyncio.timeout(LONGEST):
            got = await read(since=None if until is None else until - OVERLAP)
    except (GraphError, TimeoutError) as failed:
        error = failed if isinstance(failed, GraphError) else Unavailable(f"It took longer than {LONGEST:.0f} seconds.")
        kept = SourceState(
            source=source, read_until=until, tried_at=now, error=error.slug, message=_message(source, error)
        )
        return await asyncio.to_thread(_save, engine, tenant, kept, None)
    newest = max((e.at for e in got.items if e.at <= now), default=until)
    kept = SourceState(source=source, read_until=newest, tried_at=now)
    return await asyncio.to_thread(_save, engine, tenant, kept, got)


def _message(source: EventSource, error: GraphError) -> str:
    """Say what is missing: the scores' own permission is not what this source needs."""
    match error:
        case ConsentMissing():
            return (
                f"The permission {EVENT_PERMISSIONS[source]} is missing: grant it to the app, or leave this source off."
            )
        case NotLicensed():
            return str(error)
        case _:
            return error.sentence


def _save(engine: Engine, tenant: Tenant, state: SourceState, got: Fetched[Event] | None) -> Happened:
    taken = [e for e in got.items if not is_noise(e)] if got else []
    with database.writing(engine) as conn:
        if not tenants.is_there(conn, tenant):
            raise NotFound("The tenant was removed while it was read.")
        new = events.save(conn, tenant, taken)
        events.mark(conn, tenant, state)
    return Happened(
        source=state.source,
        events=new,
        refused=len(got.refused) if got else 0,
        error=state.error,
        message=state.message,
    )
