"""Sending decisions to Microsoft: each at least once, in order, and what Microsoft already has never again."""

import asyncio
import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Engine

from surefoot.errors import ConsentMissing, GraphError, WriteRefused
from surefoot.graph.batches import MOST, Change
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
    done: list[Outgoing] = []
    for start in range(0, len(waiting), MOST):
        done += await _send(engine, graph, tenant, waiting[start : start + MOST], now)
    return tuple(done)


def _due(engine: Engine, tenant: Tenant, now: dt.datetime) -> list[tuple[Outgoing, str]]:
    """Take what is due, each with the control's id as its profile spells it: Graph looks at the case there."""
    with database.writing(engine) as conn:
        waiting = outgoing.claim(conn, tenant, now, lease=LEASE) if tenants.writes_back(conn, tenant) else []
        known = profiles.of(conn, tenant) if waiting else {}
        found = ((one, known.get(one.control.casefold())) for one in waiting)
        return [(one, profile.control if profile else one.control) for one, profile in found]


async def _send(
    engine: Engine, graph: TenantGraph, tenant: Tenant, part: Sequence[tuple[Outgoing, str]], now: dt.datetime
) -> list[Outgoing]:
    """Look first, then write: an answer that was lost is no reason to write again, nor is somebody else's change."""
    looked = await graph.profiles_of([spelled for _, spelled in part])
    done: dict[int, Outgoing] = {}
    writes: list[tuple[int, Change]] = []
    for n, ((one, _), profile) in enumerate(zip(part, looked, strict=True)):
        if isinstance(profile, GraphError):
            done[n] = _failed(one, profile, now)
        elif state_of(profile).casefold() == one.state.casefold():
            done[n] = _sent(one, now)
        elif await asyncio.to_thread(_changed, engine, tenant, profile, now):
            done[n] = msgspec.structs.replace(one, due_at=now + FIRST_PAUSE, message=_CHANGED)
        else:
            writes.append((n, _change(profile, one)))
    written = await graph.update_profiles([change for _, change in writes])
    for (n, change), answer in zip(writes, written, strict=True):
        done[n] = await _outcome(graph, part[n][0], change, answer, now)
    results = [done[n] for n in sorted(done)]
    await asyncio.to_thread(_mark, engine, tenant, results, now)
    return results


def _change(profile: Profile, one: Outgoing) -> Change:
    return Change(profile=profile, state=one.state, comment=one.comment, assigned_to=one.assigned_to)


_CHANGED = "Somebody changed it at Microsoft meanwhile: it is read first, then compared (`surefoot sync`)."


def _changed(engine: Engine, tenant: Tenant, profile: Profile, now: dt.datetime) -> bool:
    """Say whether Microsoft's side changed unread; the tenant is then due for a sync."""
    with database.writing(engine) as conn:
        if not road.news(conn, tenant, profile):
            return False
        tenants.make_due(conn, tenant, now)
        return True


async def _outcome(
    graph: TenantGraph, one: Outgoing, change: Change, answer: Profile | GraphError | None, now: dt.datetime
) -> Outgoing:
    """Say how a write ended; where Graph takes no alternate mitigation, write *Reviewed* and look whether it holds."""
    if not isinstance(answer, GraphError):
        return _sent(one, now)
    if not isinstance(answer, WriteRefused) or one.state != ALTERNATE:
        return _failed(one, answer, now)
    reviewed = msgspec.structs.replace(change, state=REVIEWED)
    (second,) = await graph.update_profiles([reviewed])
    if isinstance(second, GraphError):
        return _failed(one, second, now)
    (held,) = await graph.profiles_of([change.profile.control])
    if isinstance(held, GraphError):
        return _failed(one, held, now)
    if state_of(held).casefold() != REVIEWED.casefold():
        return msgspec.structs.replace(one, stage=Stage.KEPT, due_at=None, ended_at=now, message=_NOT_HELD)
    return _sent(msgspec.structs.replace(one, state=REVIEWED), now)


ALTERNATE, REVIEWED = workflow.GRAPH_STATES[Status.ALTERNATE], "Reviewed"
_NOT_HELD = (
    "Microsoft takes no alternate mitigation for this control, and resets Reviewed: set it in its portal, "
    "https://security.microsoft.com/securescore?viewid=actions"
)


def _sent(one: Outgoing, now: dt.datetime) -> Outgoing:
    return msgspec.structs.replace(
        one, stage=Stage.SENT, sent_at=now, due_at=None, error=None, message=None, request_id=None
    )


def _failed(one: Outgoing, error: GraphError, now: dt.datetime) -> Outgoing:
    """Keep what failed for later, and what was refused for somebody to look at."""
    said = f"Grant {PERMISSION} to the app to send decisions." if isinstance(error, ConsentMissing) else error.sentence
    refused = isinstance(error, WriteRefused)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(one.attempts - 1, 12))
    return msgspec.structs.replace(
        one,
        stage=Stage.REFUSED if refused else Stage.WAITING,
        due_at=None if refused else now + pause,
        error=error.slug,
        message=said,
        request_id=error.request_id,
    )


def _mark(engine: Engine, tenant: Tenant, results: Sequence[Outgoing], now: dt.datetime) -> None:
    with database.writing(engine) as conn:
        for one in results:
            outgoing.mark(conn, tenant, one)
            if one.stage is Stage.SENT:
                agreements.put(conn, tenant, one.control, Agreement(one.state, now))
            if one.stage is Stage.REFUSED:
                notices.refused(conn, tenant, one, now=now)
            deed = Deed(action=f"outgoing.{one.stage.value}", tenant=tenant.id, subject=one.control, after=one)
            audit.append(conn, deed, by="Surefoot", now=now)
