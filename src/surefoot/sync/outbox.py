"""The road to Microsoft: a decision and its outgoing write commit together; the write is delivered later, once."""

import asyncio
import datetime as dt

import msgspec
from sqlalchemy import Connection, Engine

from surefoot.errors import ConsentMissing, GraphError, WriteRefused
from surefoot.graph.client import TenantGraph
from surefoot.model import Decision, Outgoing, Profile, Stage, Tenant
from surefoot.scoring import workflow
from surefoot.store import audit, database, outgoing, profiles, tenants
from surefoot.store.audit import Deed

PERMISSION = "SecurityEvents.ReadWrite.All"
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=5), dt.timedelta(hours=24)


LEASE = dt.timedelta(minutes=15)
"""A decision that a sender took and did not finish with is due again after this."""


def switch(conn: Connection, tenant: Tenant, *, on: bool, by: str, now: dt.datetime) -> None:
    """Switch the sending of a tenant's decisions on or off; off, what waits is kept and goes on when it is on again."""
    before = tenants.writes_back(conn, tenant)
    tenants.set_write_back(conn, tenant, on=on)
    deed = Deed(action="tenant.write_back", tenant=tenant.id, before={"on": before}, after={"on": on})
    audit.append(conn, deed, by=by, now=now)


def enqueue(conn: Connection, tenant: Tenant, made: Decision) -> None:
    """Write down what is to be sent, in the decision's own transaction; nothing when write-back is off.

    What Microsoft already has is not sent again; what it has no word for is marked as kept in Surefoot only.
    """
    if not tenants.writes_back(conn, tenant):
        return
    theirs = _underway(conn, tenant, made.control) or _state(profiles.of(conn, tenant).get(made.control.casefold()))
    state = workflow.graph_state(made.status)
    kept = workflow.kept_here(made.control, made.status)
    same = theirs.casefold() == state.casefold()
    wording = kept is not None and state == workflow.DEFAULT and not same and not _refused_family(made)
    if kept is None and same:
        return
    send = kept is None or wording
    made_one = Outgoing(
        key=0,
        control=made.control,
        state=state,
        stage=Stage.WAITING if send else Stage.KEPT,
        made_at=made.decided_at,
        made_by=made.decided_by,
        comment=made.comment or made.evidence,
        assigned_to=made.owner,
        due_at=made.decided_at if send else None,
        ended_at=None if send else made.decided_at,
        message=kept,
    )
    outgoing.add(conn, tenant, made_one)


def _underway(conn: Connection, tenant: Tenant, control: str) -> str | None:
    """Give the state that is on its way already: what the last sync read is older than it."""
    same = (o for o in outgoing.of(conn, tenant, outgoing.OPEN) if o.control.casefold() == control.casefold())
    return next((o.state for o in same), None)


def _refused_family(made: Decision) -> bool:
    return any(made.control.casefold().startswith(family) for family in workflow.REFUSED_FAMILIES)


def _state(profile: Profile | None) -> str:
    return profile.state.state if profile and profile.state else workflow.DEFAULT


async def deliver(engine: Engine, graph: TenantGraph, tenant: Tenant, *, now: dt.datetime) -> tuple[Outgoing, ...]:
    """Send what is due, in order; give how each stands then. A failure keeps it for later, a refusal for somebody."""
    waiting = await asyncio.to_thread(_due, engine, tenant, now)
    done = []
    for one, spelled in waiting:
        result = await _send(graph, one, spelled, now)
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


async def _send(graph: TenantGraph, one: Outgoing, spelled: str, now: dt.datetime) -> Outgoing:
    """Look first, then write: an answer that was lost is no reason to write again."""
    tried = msgspec.structs.replace(one, attempts=one.attempts + 1)
    try:
        profile = await graph.profile(spelled)
        if _state(profile).casefold() != one.state.casefold():
            await graph.update_profile(profile, state=one.state, comment=one.comment, assigned_to=one.assigned_to)
    except WriteRefused as error:
        return _failed(tried, error, Stage.REFUSED, None)
    except GraphError as error:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(one.attempts, 12))
        return _failed(tried, error, Stage.WAITING, now + pause)
    return msgspec.structs.replace(
        tried, stage=Stage.SENT, sent_at=now, due_at=None, error=None, message=None, request_id=None
    )


def _failed(one: Outgoing, error: GraphError, stage: Stage, due: dt.datetime | None) -> Outgoing:
    said = f"Grant {PERMISSION} to the app to send decisions." if isinstance(error, ConsentMissing) else error.sentence
    return msgspec.structs.replace(
        one, stage=stage, due_at=due, error=error.slug, message=said, request_id=error.request_id
    )


def _mark(engine: Engine, tenant: Tenant, one: Outgoing, now: dt.datetime) -> None:
    with database.writing(engine) as conn:
        outgoing.mark(conn, tenant, one)
        deed = Deed(action=f"outgoing.{one.stage.value}", tenant=tenant.id, subject=one.control, after=one)
        audit.append(conn, deed, by="Surefoot", now=now)


def confirm(conn: Connection, tenant: Tenant, *, now: dt.datetime) -> int:
    """Compare what was sent with the profiles as just read; give how many are confirmed."""
    sent = outgoing.of(conn, tenant, [Stage.SENT])
    known = profiles.of(conn, tenant) if sent else {}
    confirmed = 0
    for one in sent:
        profile = known.get(one.control.casefold())
        stage = _stage(one, profile)
        if stage is not Stage.SENT:
            outgoing.mark(conn, tenant, msgspec.structs.replace(one, stage=stage, ended_at=now))
            confirmed += stage is Stage.CONFIRMED
    return confirmed


def _stage(one: Outgoing, profile: Profile | None) -> Stage:
    if profile is None:
        return Stage.SENT
    if _state(profile).casefold() == one.state.casefold():
        return Stage.CONFIRMED
    later = profile.state.updated_at if profile.state else None
    return Stage.OVERTAKEN if later and one.sent_at and later > one.sent_at else Stage.SENT
