"""Sending decisions to Microsoft: each at least once, in order, and what Microsoft already has never again."""

import asyncio
import datetime as dt

import msgspec
from sqlalchemy import Engine

from surefoot.errors import ConsentMissing, GraphError, WriteRefused
from surefoot.graph.client import TenantGraph
from surefoot.model import Outgoing, Profile, Stage, Status, Tenant
from surefoot.scoring import workflow
from surefoot.store import agreements, audit, database, outgoing, profiles, tenants
from surefoot.store.agreements import Agreement
from surefoot.store.audit import Deed
from surefoot.sync import notices, road
from surefoot.sync.outbox import state_of

PERMISSION = "SecurityEvents.ReadWrite.All"
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=5), dt.timedelta(hours=24)
LEASE = dt.timedelta(minutes=15)
"""A decision that a sender took and did not finish with is due again after this."""


async def deliver(engine: Engine, graph: TenantGraph, tenant: Tenant, *, now: dt.datetime) -> tuple[Outgoing, ...]:
    """Send what is due, in order; give how each stands then. A failure keeps it for later, a refusal for somebody."""
    waiting = await asyncio.to_thread(_due, engine, tenant, now)
    done = []
    for one, spelled in waiting:
        result = await _send(engine, graph, tenant, one, spelled, now)
        await asyncio.to_thread(_mark, engine, tenant, result, now)
        done.append(result)
    return tuple(done)


def _due(engine: Engine, tenant: Tenant, now: dt.datetime) -> list[tuple[Outgoing, str]]:
    """Take what is due, each with the control's id as its profile spells it: Graph looks at the case there."""
    with database.writing(engine) as conn:
        waiting = outgoing.claim(conn, tenant, now, lease=LEASE) if tenants.writes_back(conn, tenant) else []
        known = profiles.of(conn, tenant) if waiting else {}
        found = ((one, known.get(one.control.casefold())) for one in waiting)
        return [(one, profile.control if profile else one.control) for one, profile in found]


async def _send(
    engine: Engine, graph: TenantGraph, tenant: Tenant, one: Outgoing, spelled: str, now: dt.datetime
) -> Outgoing:
    """Look first, then write: an answer that was lost is no reason to write again, nor is somebody else's change."""
    try:
        profile = await graph.profile(spelled)
        if state_of(profile).casefold() == one.state.casefold():
            return _sent(one, now)
        if await asyncio.to_thread(_changed, engine, tenant, profile, now):
            return msgspec.structs.replace(one, due_at=now + FIRST_PAUSE, message=_CHANGED)
        return await _write(graph, profile, one, now)
    except WriteRefused as error:
        return _failed(one, error, Stage.REFUSED, None)
    except GraphError as error:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(one.attempts - 1, 12))
        return _failed(one, error, Stage.WAITING, now + pause)


_CHANGED = "Somebody changed it at Microsoft meanwhile: it is read first, then compared (`surefoot sync`)."


def _changed(engine: Engine, tenant: Tenant, profile: Profile, now: dt.datetime) -> bool:
    """Say whether Microsoft's side changed unread; the tenant is then due for a sync."""
    with database.writing(engine) as conn:
        if not road.news(conn, tenant, profile):
            return False
        tenants.make_due(conn, tenant, now)
        return True


async def _write(graph: TenantGraph, profile: Profile, one: Outgoing, now: dt.datetime) -> Outgoing:
    """Write a state; where Graph does not take an alternate mitigation, *Reviewed*, and look whether that holds."""
    try:
        await graph.update_profile(profile, state=one.state, comment=one.comment, assigned_to=one.assigned_to)
    except WriteRefused:
        if one.state != ALTERNATE:
            raise
        await graph.update_profile(profile, state=REVIEWED, comment=one.comment, assigned_to=one.assigned_to)
        if state_of(await graph.profile(profile.control)).casefold() != REVIEWED.casefold():
            return msgspec.structs.replace(one, stage=Stage.KEPT, due_at=None, ended_at=now, message=_NOT_HELD)
        return _sent(msgspec.structs.replace(one, state=REVIEWED), now)
    return _sent(one, now)


ALTERNATE, REVIEWED = workflow.GRAPH_STATES[Status.ALTERNATE], "Reviewed"
_NOT_HELD = "Microsoft takes no alternate mitigation for this control, and resets Reviewed: set it in its portal."


def _sent(one: Outgoing, now: dt.datetime) -> Outgoing:
    return msgspec.structs.replace(
        one, stage=Stage.SENT, sent_at=now, due_at=None, error=None, message=None, request_id=None
    )


def _failed(one: Outgoing, error: GraphError, stage: Stage, due: dt.datetime | None) -> Outgoing:
    said = f"Grant {PERMISSION} to the app to send decisions." if isinstance(error, ConsentMissing) else error.sentence
    return msgspec.structs.replace(
        one, stage=stage, due_at=due, error=error.slug, message=said, request_id=error.request_id
    )


def _mark(engine: Engine, tenant: Tenant, one: Outgoing, now: dt.datetime) -> None:
    with database.writing(engine) as conn:
        outgoing.mark(conn, tenant, one)
        if one.stage is Stage.SENT:
            agreements.put(conn, tenant, one.control, Agreement(one.state, now))
        if one.stage is Stage.REFUSED:
            notices.refused(conn, tenant, one, now=now)
        deed = Deed(action=f"outgoing.{one.stage.value}", tenant=tenant.id, subject=one.control, after=one)
        audit.append(conn, deed, by="Surefoot", now=now)
