"""The road from Microsoft: what was set there becomes a decision here, once, or a conflict when both sides changed."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.errors import NotFound, NotPermitted
from surefoot.model import Conflict, Decision, NoticeKind, Outgoing, Profile, Role, Side, StateUpdate, Status, Tenant
from surefoot.scoring import workflow
from surefoot.scoring.policy import ConflictRule
from surefoot.store import agreements, audit, conflicts, decisions, outgoing, policies, profiles
from surefoot.store import notices as stored_notices
from surefoot.store.agreements import Agreement
from surefoot.store.audit import Deed
from surefoot.sync import notices
from surefoot.sync.decisions import overtake
from surefoot.sync.outbox import enqueue

SKEW = dt.timedelta(minutes=5)
"""By how much the clocks of both sides may differ."""
SYSTEM = "Surefoot"
SOMEBODY = "somebody at Microsoft"
"""Who set a state, where Graph does not say."""


class _Control(msgspec.Struct, frozen=True, kw_only=True):
    """One control on the road: what both sides hold."""

    id: str
    base: str
    """What both sides last agreed on, in Graph's word."""
    ours: Decision | None
    fresh: tuple[StateUpdate, ...]
    """What somebody else set since, oldest first."""
    disputed: Conflict | None


def take_in(conn: Connection, tenant: Tenant, *, now: dt.datetime) -> int:
    """Compare what Microsoft lists, and was not compared yet, with what was decided here; give how many updates.

    A three-way merge against what both sides last agreed on. What only Microsoft's side changed becomes a decision with
    its author and time; what both changed becomes a conflict, which the policy or a person resolves.
    """
    fresh = profiles.untaken(conn, tenant)
    if not fresh:
        return 0
    agreed, decided = agreements.of(conn, tenant), decisions.newest(conn, tenant)
    disputed, known = conflicts.open_of(conn, tenant), profiles.of(conn, tenant)
    tried = outgoing.tried(conn, tenant)
    for control, rows in fresh.items():
        folded = control.casefold()
        timed = [row for row in rows if row.updated_at is not None]
        mine = [o for o in tried if o.control.casefold() == folded]
        foreign, last = _echoes(conn, tenant, timed, mine)
        before = agreed.get(folded)
        at = _Control(
            id=control,
            base=last.state if last else before.state if before else workflow.DEFAULT,
            ours=decided.get(folded),
            fresh=tuple(foreign),
            disputed=disputed.get(folded),
        )
        own = max(
            [*(o.seen_at for o in mine if o.seen_at), *((last.updated_at,) if last and last.updated_at else ())],
            default=None,
        )
        if last:
            agreements.put(conn, tenant, control, Agreement(last.state, now))
        profile = known.get(folded)
        newest = profile.state if profile and profile.state else timed[-1] if timed else None
        if newest is not None:
            _meet(conn, tenant, at, newest, own, before.state if before else workflow.DEFAULT, now)
    profiles.mark_taken(conn, tenant, now=now)
    return sum(map(len, fresh.values()))


def _echoes(
    conn: Connection, tenant: Tenant, rows: Sequence[StateUpdate], mine: Sequence[Outgoing]
) -> tuple[list[StateUpdate], StateUpdate | None]:
    """Part what somebody else set from what was sent from here; give the former, and the last of the latter."""
    waiting = [o for o in mine if o.seen_at is None]
    foreign, last = [], None
    for row in rows:
        sent = next((o for o in waiting if echoes(row, o)), None)
        if sent is None or row.updated_at is None:
            foreign.append(row)
        else:
            waiting.remove(sent)
            outgoing.see(conn, tenant, sent, row.updated_at)
            last = row
    return foreign, last


def echoes(row: StateUpdate, sent: Outgoing) -> bool:
    """Say whether an update that Microsoft lists may be what was sent."""
    return (
        row.state.casefold() == sent.state.casefold()
        and (row.comment or "").strip() == (sent.comment or "").strip()
        and row.updated_at is not None
        and row.updated_at >= sent.made_at - SKEW
    )


def news(conn: Connection, tenant: Tenant, profile: Profile) -> bool:
    """Say whether a profile that was just read shows a state that somebody else set and that was not taken in yet."""
    said = profile.state
    if said is None or said.updated_at is None or workflow.status_of(said.state) is None:
        return False
    held = profiles.of(conn, tenant).get(profile.control.casefold())
    if held and any(u.updated_at == said.updated_at and u.state == said.state for u in held.updates):
        return False
    before = agreements.of(conn, tenant).get(profile.control.casefold())
    if workflow.status_of(said.state) is workflow.status_of(before.state if before else workflow.DEFAULT):
        return False
    mine = [o for o in outgoing.tried(conn, tenant) if o.control.casefold() == profile.control.casefold()]
    return not any(o.seen_at is None and echoes(said, o) for o in mine)


def _meet(
    conn: Connection,
    tenant: Tenant,
    at: _Control,
    newest: StateUpdate,
    own: dt.datetime | None,
    before: str,
    now: dt.datetime,
) -> None:
    """Bring one control's two sides together."""
    current = [u for u in at.fresh if own is None or (u.updated_at or now) > own]
    current.sort(key=lambda u: (u.updated_at or now, u == newest))  # of the same time, the one in force comes last
    _overlapped(conn, tenant, at, [u for u in at.fresh if u not in current], before, now)
    ours = at.ours
    if not current and at.disputed and ours and workflow.agree(newest.state, ours.status):
        # What was on its way when the conflict was found has arrived after all.
        _agreed(conn, tenant, at, newest, now)
    if not current or workflow.status_of(newest.state) is None:
        return
    if ours is not None and workflow.agree(newest.state, ours.status):
        _agreed(conn, tenant, at, newest, now)
    elif _only_theirs(at, current):
        _adopt(conn, tenant, at, current, now)
        agreements.put(conn, tenant, at.id, Agreement(newest.state, now))
    elif workflow.status_of(newest.state) is workflow.status_of(at.base):
        if at.disputed:
            settle(conn, tenant, at.disputed, Side.SUREFOOT, by=SYSTEM, rule="taken back at Microsoft", now=now)
    else:
        _conflict(conn, tenant, at, newest, now)


def _agreed(conn: Connection, tenant: Tenant, at: _Control, newest: StateUpdate, now: dt.datetime) -> None:
    agreements.put(conn, tenant, at.id, Agreement(newest.state, now))
    if at.disputed:
        _close(conn, tenant, at.disputed, Side.SUREFOOT, by=SYSTEM, rule="both agree", now=now)
        outgoing.drop(conn, tenant, at.id, now=now)


def _only_theirs(at: _Control, current: Sequence[StateUpdate]) -> bool:
    """Say whether nothing was decided here since both sides agreed that Microsoft was not told."""
    if at.disputed is not None:
        return False
    if at.ours is None:
        return True
    first = current[0].updated_at
    return workflow.agree(at.base, at.ours.status) and first is not None and at.ours.decided_at < first


def _adopt(conn: Connection, tenant: Tenant, at: _Control, found: Sequence[StateUpdate], now: dt.datetime) -> None:
    """Make decisions of what was set at Microsoft."""
    before = at.ours
    for update in found:
        status = workflow.status_of(update.state)
        if status is None:
            continue
        made = Decision(
            control=at.id,
            status=status,
            decided_at=min(update.updated_at or now, now),
            decided_by=_who(update.updated_by),
            comment=_said(update.comment),
            decided_in=Side.MICROSOFT,
        )
        _record(conn, tenant, made, before, now)
        before = made
    outgoing.drop(conn, tenant, at.id, now=now)


LONGEST_COMMENT, LONGEST_NAME = 2_000, 200
"""What is taken over of Graph's texts; the whole stands with the update itself."""


def _said(comment: str | None) -> str | None:
    return (comment or "").strip()[:LONGEST_COMMENT] or None


def _who(name: str | None) -> str:
    return (name or "").strip()[:LONGEST_NAME] or SOMEBODY


def _record(conn: Connection, tenant: Tenant, made: Decision, before: Decision | None, now: dt.datetime) -> None:
    decisions.record(conn, tenant, made)
    deed = Deed(
        action="decision.taken_in",
        tenant=tenant.id,
        subject=made.control,
        before=before,
        after=made,
        why=f"{made.decided_by} set it at Microsoft.",
    )
    audit.append(conn, deed, by=SYSTEM, now=now)
    overtake(conn, tenant, made, by=SYSTEM, at=now)


def _overlapped(
    conn: Connection, tenant: Tenant, at: _Control, missed: Sequence[StateUpdate], before: str, now: dt.datetime
) -> None:
    """Keep what somebody set at Microsoft just before a decision from here arrived: it is undone, not unseen."""
    last = next((u for u in reversed(missed) if workflow.status_of(u.state) is not None), None)
    if last is None or at.ours is None:
        return
    if workflow.status_of(last.state) is workflow.status_of(before) or workflow.agree(last.state, at.ours.status):
        return
    found = conflicts.add(conn, tenant, _of(at, at.ours, last, now))
    _tell(conn, tenant, found, now)
    _close(conn, tenant, found, Side.SUREFOOT, by=SYSTEM, rule="it arrived later", now=now)


def _conflict(conn: Connection, tenant: Tenant, at: _Control, newest: StateUpdate, now: dt.datetime) -> None:
    if at.ours is None:
        return
    found = _of(at, at.ours, newest, now)
    if at.disputed:
        found = msgspec.structs.replace(found, key=at.disputed.key, found_at=at.disputed.found_at)
        conflicts.change(conn, tenant, found)
    else:
        found = conflicts.add(conn, tenant, found)
    outgoing.hold(conn, tenant, at.id)
    _tell(conn, tenant, found, now)
    rule = policies.of(conn, tenant).conflicts
    if rule is ConflictRule.ASK:
        notices.conflicting(conn, tenant, found, now=now)
    else:
        settle(conn, tenant, found, _winner(found, rule), by=SYSTEM, rule=rule.value, now=now)


def _winner(found: Conflict, rule: ConflictRule) -> Side:
    if rule is ConflictRule.NEWEST:
        return Side.MICROSOFT if found.theirs_at > found.ours_at else Side.SUREFOOT
    return Side.MICROSOFT if rule is ConflictRule.MICROSOFT else Side.SUREFOOT


def _of(at: _Control, ours: Decision, theirs: StateUpdate, now: dt.datetime) -> Conflict:
    return Conflict(
        key=0,
        control=at.id,
        found_at=now,
        ours=ours.status,
        ours_by=ours.decided_by,
        ours_at=ours.decided_at,
        ours_comment=ours.comment,
        theirs=theirs.state,
        theirs_by=_who(theirs.updated_by) if theirs.updated_by else None,
        theirs_at=min(theirs.updated_at or now, now),
        theirs_comment=_said(theirs.comment),
    )


def _tell(conn: Connection, tenant: Tenant, found: Conflict, now: dt.datetime) -> None:
    deed = Deed(action="conflict.found", tenant=tenant.id, subject=found.control, after=found)
    audit.append(conn, deed, by=SYSTEM, now=now)


def resolve(
    conn: Connection,
    tenant: Tenant,
    control: str,
    holds: Side,
    *,
    by: str,
    now: dt.datetime,
    role: Role = Role.ADMINISTRATOR,
) -> Conflict:
    """Say which side holds; `NotFound` when there is no open conflict about the control.

    Where two persons accept a risk, Microsoft's acceptance holds by somebody with the role approver who did not decide
    here.
    """
    found = conflicts.open_of(conn, tenant).get(control.casefold())
    if found is None:
        message = f"{tenant.name} has no open conflict about {control!r}."
        raise NotFound(message)
    accepts = holds is Side.MICROSOFT and workflow.status_of(found.theirs) is Status.RISK_ACCEPTED
    if accepts and policies.of(conn, tenant).two_persons:
        if not role.may(Role.APPROVER):
            message = f"This accepts a risk: it needs the role approver, and yours is {role.value}."
            raise NotPermitted(message)
        if workflow.same_person(by, found.ours_by):
            message = f"This accepts a risk: somebody else than {found.ours_by}, who decided here, has to say so."
            raise NotPermitted(message)
    return settle(conn, tenant, found, holds, by=by, rule=None, now=now)


def settle(
    conn: Connection,
    tenant: Tenant,
    found: Conflict,
    holds: Side,
    *,
    by: str,
    rule: str | None,
    now: dt.datetime,
) -> Conflict:
    """Let one side hold: Microsoft's becomes a decision here, ours is sent again."""
    ours = decisions.newest(conn, tenant).get(found.control.casefold())
    outgoing.drop(conn, tenant, found.control, now=now)
    agreements.put(conn, tenant, found.control, Agreement(found.theirs, now))
    made = _close(conn, tenant, found, holds, by=by, rule=rule, now=now)
    if holds is Side.SUREFOOT and ours is not None:
        enqueue(conn, tenant, msgspec.structs.replace(ours, decided_at=now))
    status = workflow.status_of(found.theirs)
    if holds is Side.MICROSOFT and status is not None:
        later = found.theirs_at > found.ours_at
        decided = Decision(
            control=found.control,
            status=status,
            decided_at=min(found.theirs_at, now) if later else now,
            decided_by=found.theirs_by or SOMEBODY,
            comment=found.theirs_comment,
            decided_in=Side.MICROSOFT,
        )
        _record(conn, tenant, decided, ours, now)
    return made


def _close(
    conn: Connection, tenant: Tenant, found: Conflict, holds: Side, *, by: str, rule: str | None, now: dt.datetime
) -> Conflict:
    made = msgspec.structs.replace(found, holds=holds, resolved_at=now, resolved_by=by, rule=rule)
    conflicts.change(conn, tenant, made)
    deed = Deed(action="conflict.resolved", tenant=tenant.id, subject=found.control, before=found, after=made)
    audit.append(conn, deed, by=by, now=now)
    stored_notices.close(conn, tenant, NoticeKind.CONFLICT, str(found.key), by=by, now=now)
    return made
