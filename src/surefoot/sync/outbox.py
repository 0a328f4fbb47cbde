"""The road to Microsoft: a decision and its outgoing write commit together; a sync confirms what was sent."""

import datetime as dt

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from surefoot.model import Decision, Outgoing, Profile, Side, Stage, Tenant
from surefoot.scoring import workflow
from surefoot.store import audit, conflicts, decisions, outgoing, plans, profiles, tenants
from surefoot.store.audit import Deed


def switch(conn: Connection, tenant: Tenant, *, on: bool, by: str, now: dt.datetime) -> None:
    """Switch the sending of a tenant's decisions on or off; off, what waits is kept and goes on when it is on again."""
    before = tenants.writes_back(conn, tenant)
    tenants.set_write_back(conn, tenant, on=on)
    deed = Deed(action="tenant.write_back", tenant=tenant.id, before={"on": before}, after={"on": on})
    audit.append(conn, deed, by=by, now=now)


def enqueue_all(conn: Connection, tenant: Tenant, *, now: dt.datetime) -> int:
    """Have sent what was decided here while sending was off and Microsoft does not have; give how many."""
    before = len(outgoing.of(conn, tenant, [Stage.WAITING]))
    disputed = conflicts.open_of(conn, tenant)
    for folded, made in decisions.newest(conn, tenant).items():
        if made.decided_in is Side.SUREFOOT and folded not in disputed:
            enqueue(conn, tenant, msgspec.structs.replace(made, decided_at=now))
    return len(outgoing.of(conn, tenant, [Stage.WAITING])) - before


def enqueue(conn: Connection, tenant: Tenant, made: Decision, *, profile: Profile | UnsetType | None = UNSET) -> None:
    """Write down what is to be sent, in the decision's own transaction; nothing when write-back is off.

    What Microsoft already has is not sent again; what it has no word for is marked as kept in Surefoot only. `profile`
    is the control's, from whoever has read it already.
    """
    if not tenants.writes_back(conn, tenant):
        return
    known = profiles.of(conn, tenant).get(made.control.casefold()) if profile is UNSET else profile
    theirs = _underway(conn, tenant, made.control) or state_of(known)
    state = workflow.graph_state(made.status)
    kept = workflow.kept_here(made.control, made.status)
    same = theirs.casefold() == state.casefold()
    wording = kept is not None and state == workflow.DEFAULT and not same and not _refused_family(made)
    if kept is None and same:
        return
    send = kept is None or wording
    held = plans.of(conn, tenant, made.control)
    plan = held[-1] if held else None
    made_one = Outgoing(
        key=0,
        control=made.control,
        state=state,
        stage=Stage.WAITING if send else Stage.KEPT,
        made_at=made.decided_at,
        made_by=made.decided_by,
        comment=made.comment or made.evidence,
        assigned_to=made.owner or (plan.owner if plan else None),
        due_at=made.decided_at if send else None,
        ended_at=None if send else made.decided_at,
        message=kept,
    )
    outgoing.add(conn, tenant, made_one)


def _underway(conn: Connection, tenant: Tenant, control: str) -> str | None:
    """Give the state that is on its way already: what the last sync read is older than it."""
    return next((o.state for o in outgoing.of(conn, tenant, outgoing.OPEN, control_id=control)), None)


def _refused_family(made: Decision) -> bool:
    return any(made.control.casefold().startswith(family) for family in workflow.REFUSED_FAMILIES)


def state_of(profile: Profile | None) -> str:
    """Give the state in force at Microsoft."""
    return profile.state.state if profile and profile.state else workflow.DEFAULT


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
    if state_of(profile).casefold() == one.state.casefold():
        return Stage.CONFIRMED
    later = profile.state.updated_at if profile.state else None
    return Stage.OVERTAKEN if later and one.sent_at and later > one.sent_at else Stage.SENT
