"""One sync of one tenant: the network first, then one short transaction."""

import asyncio
import datetime as dt
import functools
from collections.abc import Callable, Mapping

import msgspec
from sqlalchemy import Engine

from surefoot.errors import NotFound, NotLicensed
from surefoot.graph import tokens
from surefoot.graph.client import Fetched, GraphClient, TenantGraph
from surefoot.graph.wire import Refusal
from surefoot.model import Connection, Profile, Snapshot, Source, Tenant
from surefoot.scoring.ratings import Ratings
from surefoot.store import database, history, profiles, tenants
from surefoot.sync import derived, events, outbox, road
from surefoot.sync.events import Happened

OVERLAP = dt.timedelta(days=3)
"""Microsoft restates days late: these are read again at every sync."""

Progress = Callable[[str, int], None]
"""Called with what was read ("days", "controls") and how many so far."""


class Pulled(msgspec.Struct, frozen=True, kw_only=True):
    """What one sync brought."""

    days: int
    """Days that Graph sent."""
    days_new: int
    days_changed: int
    profiles: int
    refused: tuple[Refusal, ...]
    """Records set aside because they could not be understood."""
    partial: str | None
    """Graph's own warning that a provider failed, or None."""
    happened: tuple[Happened, ...]
    """What each source of events brought, or why it is off."""


async def pull(
    engine: Engine,
    graph: GraphClient,
    tenant: Tenant,
    secrets: Mapping[str, str],
    *,
    ratings: Ratings,
    now: dt.datetime,
    due_at: dt.datetime | None = None,
    progress: Progress | None = None,
) -> Pulled:
    """Read what is missing of a tenant, save it, and mark the tenant as synced and next due at `due_at`.

    A `GraphError` leaves what is stored as it was; only when the days came and the profiles did not, the days
    are kept (their texts are lost tomorrow) before the error is raised.
    """
    connection, since = await asyncio.to_thread(_beginning, engine, tenant)
    provider = tokens.provider(tenant.id, connection, secrets)
    reader = graph.tenant(tenant.id, connection, provider)
    try:
        days, catalogue = await _fetch(reader, since, now.date(), progress)
        if not days.items:
            raise NotLicensed(request_id=next(iter(days.request_ids), None))
        whole = catalogue if isinstance(catalogue, Fetched) else None
        save = functools.partial(_save, engine, tenant, days, whole, ratings=ratings, now=now, due_at=due_at)
        saved = await asyncio.to_thread(save)
        if isinstance(catalogue, BaseException):
            raise catalogue
        happened = await events.pull(engine, reader, tenant, now=now)
    finally:
        await provider.close()
    return Pulled(
        days=len(days.items),
        days_new=saved.days_new,
        days_changed=saved.days_changed,
        profiles=len(catalogue.items),
        refused=days.refused + catalogue.refused,
        partial=days.partial or catalogue.partial,
        happened=happened,
    )


async def _fetch(
    graph: TenantGraph, since: dt.date | None, today: dt.date, progress: Progress | None
) -> tuple[Fetched[Snapshot], Fetched[Profile] | BaseException]:
    def tell(what: str) -> Callable[[int], None] | None:
        return (lambda count: progress(what, count)) if progress else None

    days, catalogue = await asyncio.gather(
        graph.snapshots(since=since, today=today, on_page=tell("days")),
        graph.profiles(on_page=tell("controls")),
        return_exceptions=True,
    )
    if isinstance(days, BaseException):
        raise days
    return days, catalogue


def _beginning(engine: Engine, tenant: Tenant) -> tuple[Connection, dt.date | None]:
    """Give the connection, and the first day to read: None asks for all that Graph has."""
    with database.reading(engine) as conn:
        known = [d.day for d in history.days(conn, tenant) if d.source is Source.GRAPH]
        return tenants.connection(conn, tenant), known[-1] - OVERLAP if known else None


def _save(
    engine: Engine,
    tenant: Tenant,
    days: Fetched[Snapshot],
    catalogue: Fetched[Profile] | None,
    *,
    ratings: Ratings,
    now: dt.datetime,
    due_at: dt.datetime | None,
) -> history.Saved:
    with database.writing(engine) as conn:
        if not tenants.is_there(conn, tenant):
            raise NotFound("The tenant was removed while it was read.")
        saved = history.save(conn, tenant, days.items, now=now)
        if catalogue is not None:
            profiles.save(conn, tenant, catalogue.items, now=now)
            tenants.mark_synced(conn, tenant, now=now, due_at=due_at)
            road.take_in(conn, tenant, now=now)
            outbox.confirm(conn, tenant, now=now)
        derived.refresh(conn, tenant, ratings)
        return saved
