"""The road to Microsoft: what is decided arrives once, in order; what cannot arrive says why and is never lost."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sync_world import CLOCK, NOW, TODAY, add, choose, open_controls, read, send

from surefoot.emulator.server import Emulator, Fault, Running
from surefoot.emulator.world import Update, generate
from surefoot.model import Stage, Status, Tenant
from surefoot.pages import outbox as outbox_page
from surefoot.scoring.ratings import load
from surefoot.store import audit, database, decisions, outgoing, schema
from surefoot.sync import delivery, outbox

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def controls(engine: Engine, emulator: Emulator, tenant: Tenant) -> list[str]:
    """Read the tenant, switch write-back on, and name open controls that Graph takes, and then device controls."""
    read(engine, emulator, tenant)
    with database.writing(engine) as conn:
        outbox.switch(conn, tenant, on=True, by="anna", now=NOW)
    return open_controls(engine, tenant)


def held(engine: Engine, tenant: Tenant) -> list[tuple[str, str, Stage]]:
    with database.reading(engine) as conn:
        return [(o.control.casefold(), o.state, o.stage) for o in reversed(outgoing.of(conn, tenant))]


def theirs(emulator: Emulator, control: str) -> list[Update]:
    return emulator.world.tenants[0].updates.get(control, [])


def test_a_decision_arrives_and_a_sync_confirms_it(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0], Status.THIRD_PARTY)
    assert theirs(emulator, controls[0]) == []
    assert [o.stage for o in send(engine, emulator, tenant)] == [Stage.SENT]
    (made,) = theirs(emulator, controls[0])
    assert (made.state, made.comment, made.assigned_to) == ("ThirdParty", "third_party because", "bert")
    with database.reading(engine) as conn:
        (sending,) = outbox_page.build(conn, [tenant], ratings=load(), now=NOW).sending
        late = outbox_page.build(conn, [tenant], ratings=load(), now=NOW + 49 * HOUR)
    assert (sending.expected_by, sending.overdue) == (NOW + 48 * HOUR, False)
    assert (late.overdue, late.sending[0].hint is not None) == (1, True)
    read(engine, emulator, tenant)
    assert held(engine, tenant) == [(controls[0].casefold(), "ThirdParty", Stage.CONFIRMED)]


def test_planned_stays_here_and_says_so(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0], Status.PLANNED)
    assert send(engine, emulator, tenant) == ()
    assert theirs(emulator, controls[0]) == []
    with database.reading(engine) as conn:
        (sending,) = outbox_page.build(conn, [tenant], ratings=load(), now=NOW).sending
    assert (sending.outgoing.stage, sending.outgoing.message) == (
        Stage.KEPT, "Microsoft Graph has no word for planned and in progress.",
    )  # fmt: skip


def test_planned_after_accepted_takes_the_acceptance_back_at_microsoft(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0], Status.RISK_ACCEPTED)
    send(engine, emulator, tenant)
    read(engine, emulator, tenant)
    choose(engine, tenant, controls[0], Status.PLANNED, NOW + HOUR)
    send(engine, emulator, tenant, NOW + HOUR)
    assert [u.state for u in theirs(emulator, controls[0])] == ["Ignored", "Default"]


def test_device_controls_are_kept_here_with_where_to_do_it(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    device = controls[-1]
    assert device.casefold().startswith("scid_")
    choose(engine, tenant, device, Status.RISK_ACCEPTED)
    assert held(engine, tenant) == [(device.casefold(), "Ignored", Stage.KEPT)]
    assert send(engine, emulator, tenant) == ()


def test_nothing_is_sent_while_it_is_off(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0], Status.THIRD_PARTY)
    with database.writing(engine) as conn:
        outbox.switch(conn, tenant, on=False, by="anna", now=NOW)
    choose(engine, tenant, controls[1], Status.THIRD_PARTY)
    assert send(engine, emulator, tenant) == ()
    assert len(held(engine, tenant)) == 1


def test_what_microsoft_already_has_is_never_written_again(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0], Status.ALTERNATE)
    send(engine, emulator, tenant)
    with database.writing(engine) as conn:  # as after a kill between the write and the note of it
        conn.execute(update(schema.outgoing).values(stage="waiting", due_at=NOW, sent_at=None))
    assert [o.stage for o in send(engine, emulator, tenant)] == [Stage.SENT]
    assert len(theirs(emulator, controls[0])) == 1
    read(engine, emulator, tenant)
    choose(engine, tenant, controls[0], Status.ALTERNATE, NOW + HOUR)
    assert len(held(engine, tenant)) == 1


def test_a_later_decision_takes_the_place_of_one_that_waits(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    for n, status in enumerate((Status.RISK_ACCEPTED, Status.THIRD_PARTY)):
        choose(engine, tenant, controls[0], status, NOW + n * HOUR)
    send(engine, emulator, tenant, NOW + 2 * HOUR)
    assert [u.state for u in theirs(emulator, controls[0])] == ["ThirdParty"]
    assert [stage for _, _, stage in held(engine, tenant)] == [Stage.SUPERSEDED, Stage.SENT]


def test_what_is_taken_back_before_a_sync_showed_it_is_taken_back_at_microsoft_too(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0], Status.RISK_ACCEPTED)
    send(engine, emulator, tenant)
    choose(engine, tenant, controls[0], Status.TO_ADDRESS, NOW + HOUR)
    send(engine, emulator, tenant, NOW + HOUR)
    assert [u.state for u in theirs(emulator, controls[0])] == ["Ignored", "Default"]


def test_what_is_taken_back_before_it_was_sent_is_never_written(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0], Status.RISK_ACCEPTED)
    choose(engine, tenant, controls[0], Status.TO_ADDRESS, NOW + HOUR)
    assert [o.stage for o in send(engine, emulator, tenant, NOW + HOUR)] == [Stage.SENT]
    assert theirs(emulator, controls[0]) == []


def test_two_senders_never_take_the_same_decision(engine: Engine, tenant: Tenant, controls: list[str]) -> None:
    choose(engine, tenant, controls[0], Status.RISK_ACCEPTED)

    def taken(at: dt.datetime) -> int:
        with database.writing(engine) as conn:
            return len(outgoing.claim(conn, tenant, at, lease=delivery.LEASE))

    assert [taken(NOW), taken(NOW), taken(NOW + delivery.LEASE)] == [1, 0, 1]


def test_what_was_decided_before_is_sent_when_somebody_asks_for_it(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    with database.writing(engine) as conn:
        outbox.switch(conn, tenant, on=False, by="anna", now=NOW)
    for control, status in zip(controls, (Status.THIRD_PARTY, Status.PLANNED, Status.RISK_ACCEPTED), strict=False):
        choose(engine, tenant, control, status)
    with database.writing(engine) as conn:
        outbox.switch(conn, tenant, on=True, by="anna", now=NOW)
        assert outgoing.of(conn, tenant) == []
        assert outbox.enqueue_all(conn, tenant, now=NOW + HOUR) == 2
        assert outbox.enqueue_all(conn, tenant, now=NOW + HOUR) == 0
    assert [o.stage for o in send(engine, emulator, tenant, NOW + 2 * HOUR)] == [Stage.SENT] * 2
    assert [u.state for c in controls[:3] for u in theirs(emulator, c)] == ["ThirdParty", "Ignored"]


class Stopping:
    """A Graph that is switched off after its first batch of writes."""

    def __init__(self, graph: Any, emulator: Emulator) -> None:
        self._graph, self._emulator = graph, emulator

    async def profiles_of(self, controls: Any) -> Any:
        return await self._graph.profiles_of(controls)

    async def update_profiles(self, changes: Any) -> Any:
        done = await self._graph.update_profiles(changes)
        self._emulator.faults.append(Fault(times=1000, reset=True))
        return done


def test_fifty_decisions_arrive_once_when_graph_is_switched_off_in_the_middle(engine: Engine) -> None:
    with Running(generate(11, TODAY, tenants=1, controls=420), now=CLOCK) as emulator:
        tenant = add(engine, emulator)
        read(engine, emulator, tenant)
        with database.writing(engine) as conn:
            outbox.switch(conn, tenant, on=True, by="anna", now=NOW)
        chosen = [c for c in open_controls(engine, tenant) if not c.casefold().startswith("scid_")][:50]
        assert len(chosen) == 50
        for control in chosen:
            choose(engine, tenant, control, Status.RISK_ACCEPTED)
        first = send(engine, emulator, tenant, through=lambda graph: Stopping(graph, emulator))
        assert [o.stage for o in first] == [Stage.SENT] * 20 + [Stage.WAITING] * 30
        emulator.faults.clear()
        assert [o.stage for o in send(engine, emulator, tenant, NOW + HOUR)] == [Stage.SENT] * 30
        assert [[u.state for u in theirs(emulator, c)] for c in chosen] == [["Ignored"]] * 50
        read(engine, emulator, tenant, NOW + 2 * HOUR)
        assert {stage for _, _, stage in held(engine, tenant)} == {Stage.CONFIRMED}


@pytest.mark.parametrize("holds", [True, False])
def test_where_graph_takes_no_alternate_mitigation_reviewed_is_tried_and_looked_at(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str], *, holds: bool
) -> None:
    emulator.refuses_alternate, emulator.resets_reviewed = True, not holds
    choose(engine, tenant, controls[0], Status.ALTERNATE)
    (one,) = send(engine, emulator, tenant)
    assert (one.stage, one.state) == ((Stage.SENT, "Reviewed") if holds else (Stage.KEPT, "AlternateMitigation"))
    read(engine, emulator, tenant, NOW + HOUR)
    with database.reading(engine) as conn:
        assert outgoing.of(conn, tenant)[0].stage is (Stage.CONFIRMED if holds else Stage.KEPT)
        assert decisions.newest(conn, tenant)[controls[0].casefold()].status is Status.ALTERNATE
    assert holds or "its portal" in (one.message or "")


def test_when_graph_goes_away_in_the_middle_all_arrive_once_later(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    chosen = [c for c in controls if not c.casefold().startswith("scid_")][:6]
    for control in chosen:
        choose(engine, tenant, control, Status.RISK_ACCEPTED)
    emulator.faults.append(Fault(path=chosen[3], times=9, status=504, body=b"{}"))
    emulator.faults.append(Fault(path=chosen[4], times=2, status=503, body=b"{}"))
    first = send(engine, emulator, tenant)
    assert sorted(o.stage for o in first) == [Stage.SENT] * 4 + [Stage.WAITING] * 2
    failed = [o for o in first if o.stage is Stage.WAITING]
    assert all(o.attempts == 1 and o.error == "unavailable" and o.due_at == NOW + HOUR / 12 for o in failed)
    emulator.faults.clear()
    assert send(engine, emulator, tenant) == ()
    assert [o.stage for o in send(engine, emulator, tenant, NOW + HOUR)] == [Stage.SENT, Stage.SENT]
    assert [len(theirs(emulator, c)) for c in chosen] == [1] * 6


def test_a_refusal_stays_visible_with_graphs_words_and_blocks_no_other(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    for control in controls[:2]:
        choose(engine, tenant, control, Status.RISK_ACCEPTED)
    body = b'{"error": {"code": "BadRequest", "message": "Http request failed with statusCode=BadRequest"}}'
    emulator.faults.append(Fault(path=controls[0], times=1, status=400, body=body))
    found = {o.control.casefold(): o for o in send(engine, emulator, tenant)}
    refused = found[controls[0].casefold()]
    assert (refused.stage, refused.due_at) == (Stage.REFUSED, None)
    assert "statusCode=BadRequest" in (refused.message or "")
    assert found[controls[1].casefold()].stage is Stage.SENT


def test_a_missing_permission_waits_and_names_it(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0], Status.RISK_ACCEPTED)
    body = b'{"error": {"code": "Forbidden", "message": "no"}}'
    emulator.faults.append(Fault(path=controls[0], times=1, status=403, body=body))
    (one,) = send(engine, emulator, tenant)
    assert one.stage is Stage.WAITING
    assert "SecurityEvents.ReadWrite.All" in (one.message or "")


def test_a_state_that_somebody_set_after_it_was_sent_is_told(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0], Status.RISK_ACCEPTED)
    send(engine, emulator, tenant)
    later = Update(state="ThirdParty", comment="", updated_by="portal", updated_at=NOW + HOUR)
    emulator.world.tenants[0].updates[controls[0]].append(later)
    read(engine, emulator, tenant, NOW + 2 * HOUR)
    assert [stage for _, _, stage in held(engine, tenant)] == [Stage.OVERTAKEN]


def test_every_sending_is_in_the_trail(engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]) -> None:
    choose(engine, tenant, controls[0], Status.THIRD_PARTY)
    send(engine, emulator, tenant)
    with database.reading(engine) as conn:
        actions = [e.action for e in audit.entries(conn, None)]
        assert audit.verify(conn).broken is None
    assert actions[:4] == ["outgoing.sent", "plan.changed", "decision.made", "tenant.write_back"]


def test_profiles_of_other_spelling_are_written_by_their_own(
    engine: Engine, emulator: Emulator, tenant: Tenant, controls: list[str]
) -> None:
    choose(engine, tenant, controls[0].swapcase(), Status.THIRD_PARTY)
    assert [o.stage for o in send(engine, emulator, tenant)] == [Stage.SENT]
    assert len(theirs(emulator, controls[0])) == 1
