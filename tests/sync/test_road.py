"""The road from Microsoft: what is set there arrives once; what both sides changed is a conflict until one holds."""

import datetime as dt

import msgspec
import pytest
from sqlalchemy import Engine
from sync_world import NOW, choose, open_controls, portal, read, send

from surefoot.emulator.server import Emulator
from surefoot.errors import InputRefused, NotFound, NotPermitted
from surefoot.model import Conflict, Decision, NoticeKind, Role, Side, Stage, Status, Tenant
from surefoot.pages import actions
from surefoot.scoring import workflow
from surefoot.scoring.ratings import load
from surefoot.store import agreements, audit, conflicts, database, decisions, notices, outgoing, profiles
from surefoot.sync import outbox, road
from surefoot.sync.decisions import expire
from surefoot.sync.policies import govern

HOUR = dt.timedelta(hours=1)
PIA = "pia@contoso.example"


@pytest.fixture
def control(engine: Engine, emulator: Emulator, tenant: Tenant) -> str:
    read(engine, emulator, tenant)
    with database.writing(engine) as conn:
        outbox.switch(conn, tenant, on=True, by="anna", now=NOW)
    return open_controls(engine, tenant)[0]


def newest(engine: Engine, tenant: Tenant, control: str) -> Decision:
    with database.reading(engine) as conn:
        return decisions.of(conn, tenant, control)[-1]


def disputes(engine: Engine, tenant: Tenant) -> list[Conflict]:
    with database.reading(engine) as conn:
        return conflicts.of(conn, tenant)


def status(engine: Engine, tenant: Tenant, control: str) -> Status:
    with database.reading(engine) as conn:
        return actions.one(conn, tenant, control, ratings=load()).action.status


def theirs(emulator: Emulator, control: str) -> list[str]:
    return [u.state for u in emulator.world.tenants[0].updates.get(control, [])]


def test_what_is_set_in_the_portal_becomes_a_decision_with_author_and_time_once(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    portal(emulator, control, "ThirdParty", NOW + HOUR)
    for hours in (2, 3):
        read(engine, emulator, tenant, NOW + hours * HOUR)
    with database.reading(engine) as conn:
        (made,) = decisions.of(conn, tenant, control)
        told = [e for e in audit.entries(conn, None) if e.action == "decision.taken_in" and e.subject == control]
    assert (made.status, made.decided_by, made.decided_at) == (Status.THIRD_PARTY, PIA, NOW + HOUR)
    assert (made.decided_in, made.comment) == (Side.MICROSOFT, "in the portal")
    assert len(told) == 1
    assert status(engine, tenant, control) is Status.THIRD_PARTY
    assert theirs(emulator, control) == ["ThirdParty"]


def test_every_step_taken_in_the_portal_is_kept(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    for hours, state in enumerate(("Ignored", "Default", "reviewed"), start=1):
        portal(emulator, control, state, NOW + hours * HOUR)
    read(engine, emulator, tenant, NOW + 9 * HOUR)
    with database.reading(engine) as conn:
        made = [d.status for d in decisions.of(conn, tenant, control)]
    assert made == [Status.RISK_ACCEPTED, Status.TO_ADDRESS, Status.ALTERNATE]


def test_a_word_that_nobody_knows_changes_nothing(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    choose(engine, tenant, control, Status.PLANNED)
    portal(emulator, control, "Someday", NOW + HOUR)
    read(engine, emulator, tenant, NOW + 2 * HOUR)
    assert status(engine, tenant, control) is Status.PLANNED
    assert disputes(engine, tenant) == []


def test_our_own_writes_are_no_decisions_of_others(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    choose(engine, tenant, control, Status.RISK_ACCEPTED)
    send(engine, emulator, tenant)
    read(engine, emulator, tenant, NOW + HOUR)
    with database.reading(engine) as conn:
        (sent,) = outgoing.of(conn, tenant)
        assert len(decisions.of(conn, tenant, control)) == 1
    assert (sent.stage, sent.seen_at) == (Stage.CONFIRMED, NOW)
    assert disputes(engine, tenant) == []


def test_a_later_change_in_the_portal_follows_what_was_sent(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    choose(engine, tenant, control, Status.RISK_ACCEPTED)
    send(engine, emulator, tenant)
    portal(emulator, control, "Default", NOW + HOUR)
    read(engine, emulator, tenant, NOW + 2 * HOUR)
    assert newest(engine, tenant, control).decided_by == PIA
    assert status(engine, tenant, control) is Status.TO_ADDRESS
    assert disputes(engine, tenant) == []


@pytest.fixture
def conflict(engine: Engine, emulator: Emulator, tenant: Tenant, control: str) -> Conflict:
    """Decide here, and otherwise in the portal, before either side heard of the other."""
    choose(engine, tenant, control, Status.RISK_ACCEPTED)
    portal(emulator, control, "ThirdParty", NOW + HOUR)
    read(engine, emulator, tenant, NOW + 2 * HOUR)
    (found,) = disputes(engine, tenant)
    return found


def test_what_both_sides_changed_is_a_conflict_with_both_versions_and_nothing_is_sent(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str, conflict: Conflict
) -> None:
    assert (conflict.control, conflict.ours, conflict.ours_by) == (control, Status.RISK_ACCEPTED, "anna")
    assert (conflict.theirs, conflict.theirs_by, conflict.theirs_at) == ("ThirdParty", PIA, NOW + HOUR)
    assert conflict.holds is None
    assert send(engine, emulator, tenant, NOW + 3 * HOUR) == ()
    assert theirs(emulator, control) == ["ThirdParty"]
    assert status(engine, tenant, control) is Status.RISK_ACCEPTED
    with database.reading(engine) as conn:
        assert [o.stage for o in outgoing.of(conn, tenant)] == [Stage.HELD]
        assert [n.recipient for _, n in notices.of(conn, [tenant]) if n.kind is NoticeKind.CONFLICT] == ["anna"]
    with pytest.raises(InputRefused, match="say first which holds"):
        choose(engine, tenant, control, Status.PLANNED, NOW + 3 * HOUR)
    with database.writing(engine) as conn:
        assert expire(conn, tenant, load(), now=NOW + dt.timedelta(days=400)) == 0


def test_microsofts_side_holds(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str, conflict: Conflict
) -> None:
    with database.writing(engine) as conn:
        made = road.resolve(conn, tenant, control, Side.MICROSOFT, by="carla", now=NOW + 3 * HOUR)
        assert notices.of(conn, [tenant], unread=True) == []
    assert (made.holds, made.resolved_by, made.key) == (Side.MICROSOFT, "carla", conflict.key)
    assert newest(engine, tenant, control).decided_by == PIA
    assert status(engine, tenant, control) is Status.THIRD_PARTY
    assert send(engine, emulator, tenant, NOW + 4 * HOUR) == ()
    assert theirs(emulator, control) == ["ThirdParty"]
    with database.writing(engine) as conn, pytest.raises(NotFound, match="no open conflict"):
        road.resolve(conn, tenant, control, Side.MICROSOFT, by="carla", now=NOW + 3 * HOUR)


@pytest.mark.usefixtures("conflict")
def test_our_side_holds(engine: Engine, emulator: Emulator, tenant: Tenant, control: str) -> None:
    with database.writing(engine) as conn:
        road.resolve(conn, tenant, control, Side.SUREFOOT, by="carla", now=NOW + 3 * HOUR)
    assert [o.stage for o in send(engine, emulator, tenant, NOW + 4 * HOUR)] == [Stage.SENT]
    assert theirs(emulator, control) == ["ThirdParty", "Ignored"]
    read(engine, emulator, tenant, NOW + 5 * HOUR)
    assert len(disputes(engine, tenant)) == 1
    assert status(engine, tenant, control) is Status.RISK_ACCEPTED


@pytest.mark.parametrize(
    ("rule", "hours", "holds"),
    [
        ("microsoft", -1, Side.MICROSOFT),
        ("surefoot", 1, Side.SUREFOOT),
        ("newest", 1, Side.MICROSOFT),
        ("newest", -1, Side.SUREFOOT),
    ],
)
def test_a_rule_resolves_by_itself_and_says_so(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str, rule: str, hours: int, holds: Side
) -> None:
    with database.writing(engine) as conn:
        govern(conn, tenant, {"conflicts": rule}, by="anna", now=NOW)
    choose(engine, tenant, control, Status.RISK_ACCEPTED)
    portal(emulator, control, "ThirdParty", NOW + hours * HOUR)
    read(engine, emulator, tenant, NOW + 2 * HOUR)
    send(engine, emulator, tenant, NOW + 3 * HOUR)
    (found,) = disputes(engine, tenant)
    assert (found.holds, found.rule, found.resolved_by) == (holds, rule, "Surefoot")
    expected = Status.THIRD_PARTY if holds is Side.MICROSOFT else Status.RISK_ACCEPTED
    assert status(engine, tenant, control) is expected
    assert theirs(emulator, control)[-1] == ("ThirdParty" if holds is Side.MICROSOFT else "Ignored")


def test_what_is_taken_back_in_the_portal_is_no_conflict_any_more(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str, conflict: Conflict
) -> None:
    portal(emulator, control, "Default", NOW + 3 * HOUR)
    read(engine, emulator, tenant, NOW + 4 * HOUR)
    (found,) = disputes(engine, tenant)
    assert (found.key, found.holds, found.rule) == (conflict.key, Side.SUREFOOT, "taken back at Microsoft")
    assert [o.stage for o in send(engine, emulator, tenant, NOW + 5 * HOUR)] == [Stage.SENT]


def test_both_sides_that_say_the_same_agree(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str, conflict: Conflict
) -> None:
    portal(emulator, control, "Ignored", NOW + 3 * HOUR)
    read(engine, emulator, tenant, NOW + 4 * HOUR)
    (found,) = disputes(engine, tenant)
    assert (found.key, found.rule) == (conflict.key, "both agree")
    assert send(engine, emulator, tenant, NOW + 5 * HOUR) == ()
    assert status(engine, tenant, control) is Status.RISK_ACCEPTED


def test_before_a_write_somebody_elses_unread_change_is_read_first(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    choose(engine, tenant, control, Status.RISK_ACCEPTED)
    portal(emulator, control, "ThirdParty", NOW + HOUR)
    (held,) = send(engine, emulator, tenant, NOW + 2 * HOUR)
    assert (held.stage, theirs(emulator, control)) == (Stage.WAITING, ["ThirdParty"])
    assert held.message
    assert "read first" in held.message
    read(engine, emulator, tenant, NOW + 3 * HOUR)
    assert [c.holds for c in disputes(engine, tenant)] == [None]


def test_what_a_write_from_here_overtook_is_told(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    choose(engine, tenant, control, Status.RISK_ACCEPTED)
    send(engine, emulator, tenant)
    updates = emulator.world.tenants[0].updates[control]
    between = msgspec.structs.replace(updates[0], state="ThirdParty", updated_by=PIA, comment="me too")
    updates.insert(0, msgspec.structs.replace(between, updated_at=NOW - dt.timedelta(seconds=1)))
    read(engine, emulator, tenant, NOW + HOUR)
    (found,) = disputes(engine, tenant)
    assert (found.theirs, found.theirs_by, found.holds) == ("ThirdParty", PIA, Side.SUREFOOT)
    assert found.rule == "it arrived later"
    assert status(engine, tenant, control) is Status.RISK_ACCEPTED


def test_planned_here_and_read_late_from_there_is_a_conflict(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    portal(emulator, control, "Ignored", NOW + HOUR)
    choose(engine, tenant, control, Status.PLANNED, NOW + 2 * HOUR)
    read(engine, emulator, tenant, NOW + 3 * HOUR)
    assert [(c.ours, c.theirs, c.holds) for c in disputes(engine, tenant)] == [(Status.PLANNED, "Ignored", None)]


def test_of_two_states_set_at_the_same_time_the_one_in_force_is_decided_last(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    for state in ("Ignored", "ThirdParty"):
        portal(emulator, control, state, NOW + HOUR)
    read(engine, emulator, tenant, NOW + 2 * HOUR)
    with database.reading(engine) as conn:
        held = profiles.of(conn, tenant)[control.casefold()].state
        agreed = agreements.of(conn, tenant)[control.casefold()]
    assert held is not None
    assert agreed.state == held.state
    assert workflow.agree(held.state, newest(engine, tenant, control).status)


def test_microsofts_acceptance_holds_by_a_second_person_where_two_are_asked_for(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    choose(engine, tenant, control, Status.THIRD_PARTY)
    portal(emulator, control, "Ignored", NOW + HOUR)
    read(engine, emulator, tenant, NOW + 2 * HOUR)
    with database.writing(engine) as conn:
        govern(conn, tenant, {"two_persons": "true"}, by="root", now=NOW)
        for by, role in (("bert", Role.EDITOR), ("Anna ", Role.APPROVER)):
            with pytest.raises(NotPermitted):
                road.resolve(conn, tenant, control, Side.MICROSOFT, by=by, now=NOW + 3 * HOUR, role=role)
        road.resolve(conn, tenant, control, Side.MICROSOFT, by="bert", now=NOW + 3 * HOUR, role=Role.APPROVER)
    assert status(engine, tenant, control) is Status.RISK_ACCEPTED


def test_what_arrives_after_a_conflict_was_found_ends_it(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str, conflict: Conflict
) -> None:
    ours = msgspec.structs.replace(
        emulator.world.tenants[0].updates[control][-1], state="Ignored", updated_by="app",
        updated_at=NOW + 3 * HOUR, comment="risk_accepted because",
    )  # fmt: skip
    with database.writing(engine) as conn:
        (held,) = outgoing.of(conn, tenant)
        outgoing.mark(conn, tenant, msgspec.structs.replace(held, stage=Stage.SENT, attempts=1, sent_at=NOW + 3 * HOUR))
    emulator.world.tenants[0].updates[control].append(ours)
    read(engine, emulator, tenant, NOW + 4 * HOUR)
    (found,) = disputes(engine, tenant)
    assert (found.key, found.rule, found.holds) == (conflict.key, "both agree", Side.SUREFOOT)


def test_long_texts_and_blank_names_of_microsofts_are_taken_within_bounds(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str
) -> None:
    portal(emulator, control, "Ignored", NOW + HOUR, by="   ")
    updates = emulator.world.tenants[0].updates[control]
    updates[-1] = msgspec.structs.replace(updates[-1], comment="x" * 100_000)
    read(engine, emulator, tenant, NOW + 2 * HOUR)
    made = newest(engine, tenant, control)
    assert (made.decided_by, len(made.comment or "")) == ("somebody at Microsoft", 2000)
