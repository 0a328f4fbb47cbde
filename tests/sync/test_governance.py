"""Two persons, policies, plans and notices: who may, what is kept, and what is told once."""

import datetime as dt

import msgspec
import pytest
from sqlalchemy import Engine
from sync_world import NOW, TODAY, choose, open_controls, portal, read

from surefoot.emulator.server import Emulator
from surefoot.errors import InputRefused, NotFound, NotPermitted
from surefoot.model import (
    AcceptanceRequest,
    Decision,
    Grounds,
    NoticeKind,
    Priority,
    RequestState,
    Role,
    Status,
    Tenant,
)
from surefoot.pages import actions, detail, governance, risks
from surefoot.scoring.policy import ConflictRule
from surefoot.scoring.ratings import load
from surefoot.store import audit, database, notices, plans, policies, requests
from surefoot.sync.acceptances import approve, decline, submit
from surefoot.sync.decisions import decide, expire
from surefoot.sync.notices import remind
from surefoot.sync.plans import PlanChange, replan
from surefoot.sync.policies import govern
from surefoot.sync.undoing import take_back
from surefoot.sync.weighing import Who

DAY = dt.timedelta(days=1)


@pytest.fixture
def control(engine: Engine, emulator: Emulator, tenant: Tenant) -> str:
    read(engine, emulator, tenant)
    return open_controls(engine, tenant)[0]


def acceptance(control: str, by: str = "anna", at: dt.datetime = NOW, days: int = 30) -> Decision:
    return Decision(
        control=control, status=Status.RISK_ACCEPTED, decided_at=at, decided_by=by, comment="bearable", owner="bert",
        review_on=at.date() + days * DAY,
    )  # fmt: skip


def status(engine: Engine, tenant: Tenant, control: str) -> Status:
    with database.reading(engine) as conn:
        return actions.one(conn, tenant, control, ratings=load()).action.status


@pytest.fixture
def asked(engine: Engine, tenant: Tenant, control: str) -> AcceptanceRequest:
    with database.writing(engine) as conn:
        govern(conn, None, {"two_persons": "true"}, by="root", now=NOW)
        made = submit(conn, tenant, acceptance(control), role=Role.EDITOR, ratings=load())
    assert isinstance(made, AcceptanceRequest)
    return made


def test_where_two_persons_are_asked_for_one_alone_accepts_nothing(
    engine: Engine, tenant: Tenant, control: str, asked: AcceptanceRequest
) -> None:
    assert status(engine, tenant, control) is Status.TO_ADDRESS
    with database.writing(engine) as conn:
        with pytest.raises(InputRefused, match="two persons"):
            decide(conn, tenant, acceptance(control), ratings=load())
        for by, role in (("Anna", Role.ADMINISTRATOR), ("bert", Role.EDITOR)):
            with pytest.raises(NotPermitted):
                approve(conn, tenant, asked.key, by=by, role=role, ratings=load(), now=NOW)
        assert [r.request.key for r in governance.asked(conn, [tenant], ratings=load()).requests] == [asked.key]
    with database.reading(engine) as conn:
        page = detail.build(conn, tenant, control, ratings=load(), now=NOW, visible=None)
    assert page.request == asked
    assert [p.asks for p in page.possible if p.status is Status.RISK_ACCEPTED] == [True]


def test_a_second_person_approves_and_both_are_known(
    engine: Engine, tenant: Tenant, control: str, asked: AcceptanceRequest
) -> None:
    with database.writing(engine) as conn:
        made = approve(
            conn, tenant, asked.key, by="bert", role=Role.APPROVER, ratings=load(), now=NOW + DAY, answer="ok"
        )
        (risk,) = [r for r in risks.build(conn, [tenant], ratings=load(), today=TODAY).risks if r.control == control]
        told = [n for _, n in notices.of(conn, [tenant]) if n.kind is NoticeKind.ACCEPTANCE_ANSWERED]
        trail = [e.action for e in audit.entries(conn, None)]
        with pytest.raises(InputRefused, match="approved already"):
            approve(conn, tenant, asked.key, by="carla", role=Role.APPROVER, ratings=load(), now=NOW + DAY)
    assert status(engine, tenant, control) is Status.RISK_ACCEPTED
    assert (made.decided_by, made.approved_by, made.decided_at) == ("anna", "bert", NOW + DAY)
    assert (risk.by, risk.approved_by, risk.grounds, risk.renewed) == ("anna", "bert", Grounds.RISK, 0)
    assert [n.recipient for n in told] == ["anna"]
    assert {"acceptance.asked", "acceptance.approved", "decision.made", "policy.changed"} <= set(trail)


@pytest.mark.parametrize(("by", "outcome"), [("carla", "asked"), ("bert", "changed")])
def test_an_acceptance_that_somebody_ended_comes_back_by_nobody_else_alone(
    engine: Engine, tenant: Tenant, control: str, asked: AcceptanceRequest, by: str, outcome: str
) -> None:
    with database.writing(engine) as conn:
        approve(conn, tenant, asked.key, by="anna.b", role=Role.APPROVER, ratings=load(), now=NOW + DAY)
        ended = Decision(
            control=control, status=Status.TO_ADDRESS, decided_at=NOW + 2 * DAY, decided_by="bert", comment="No more."
        )
        decide(conn, tenant, ended, ratings=load())
    with database.writing(engine) as conn:
        who = Who(name=by, role=Role.EDITOR, now=NOW + 3 * DAY)
        assert take_back(conn, tenant, control, who, ratings=load()).outcome == outcome
    assert status(engine, tenant, control) is (Status.TO_ADDRESS if outcome == "asked" else Status.RISK_ACCEPTED)


def test_a_request_is_declined_with_a_reason_or_taken_back_without(
    engine: Engine, tenant: Tenant, control: str, asked: AcceptanceRequest
) -> None:
    with database.writing(engine) as conn:
        with pytest.raises(NotPermitted):
            decline(conn, tenant, asked.key, by="bert", role=Role.EDITOR, now=NOW, answer="no")
        with pytest.raises(InputRefused, match="Say why"):
            decline(conn, tenant, asked.key, by="bert", role=Role.APPROVER, now=NOW, answer=" ")
        made = decline(conn, tenant, asked.key, by="bert", role=Role.APPROVER, now=NOW, answer="not bearable")
        again = submit(conn, tenant, acceptance(control), role=Role.EDITOR, ratings=load())
        assert isinstance(again, AcceptanceRequest)
        back = decline(conn, tenant, again.key, by="anna", role=Role.EDITOR, now=NOW, answer=None)
        with pytest.raises(NotFound):
            decline(conn, tenant, 99, by="anna", role=Role.EDITOR, now=NOW, answer=None)
    assert (made.state, back.state) == (RequestState.DECLINED, RequestState.WITHDRAWN)
    assert status(engine, tenant, control) is Status.TO_ADDRESS


def test_another_decision_withdraws_the_request(
    engine: Engine, tenant: Tenant, control: str, asked: AcceptanceRequest
) -> None:
    choose(engine, tenant, control, Status.PLANNED)
    with database.reading(engine) as conn:
        (kept,) = requests.of(conn, tenant)
    assert (kept.key, kept.state) == (asked.key, RequestState.WITHDRAWN)


def test_an_approval_that_comes_after_the_asked_end_is_refused(
    engine: Engine, tenant: Tenant, control: str, asked: AcceptanceRequest
) -> None:
    with database.writing(engine) as conn, pytest.raises(InputRefused, match="Accepted until"):
        approve(conn, tenant, asked.key, by="bert", role=Role.APPROVER, ratings=load(), now=NOW + 40 * DAY)
    assert status(engine, tenant, control) is Status.TO_ADDRESS


def test_a_tenants_policy_comes_before_the_installations(engine: Engine, tenant: Tenant, control: str) -> None:
    with database.writing(engine) as conn:
        govern(conn, None, {"usual_days": "60", "conflicts": "newest"}, by="root", now=NOW)
        govern(conn, tenant, {"usual_days": "10"}, by="root", now=NOW)
        assert (policies.of(conn, tenant).usual_days, policies.of(conn, None).usual_days) == (10, 60)
        assert policies.of(conn, tenant).conflicts is ConflictRule.NEWEST
        open_ended = Decision(
            control=control, status=Status.RISK_ACCEPTED, decided_at=NOW, decided_by="anna", comment="bearable"
        )
        assert decide(conn, tenant, open_ended, ratings=load()).review_on == TODAY + 10 * DAY
        govern(conn, tenant, {"usual_days": None}, by="root", now=NOW)
        assert policies.of(conn, tenant).usual_days == 60
        changed = [e for e in audit.entries(conn, None) if e.action == "policy.changed"]
    assert [e.tenant for e in changed] == [tenant.id, tenant.id, None]


@pytest.mark.parametrize(
    ("name", "value"),
    [("usual_days", "0"), ("usual_days", "x"), ("two_persons", "maybe"), ("conflicts", "loudest"), ("colour", "red"),
     ("usual_days", "400"), ("longest_days", "99999")],
)  # fmt: skip
def test_a_policy_that_cannot_be_is_refused_and_nothing_changes(engine: Engine, name: str, value: str) -> None:
    with pytest.raises(InputRefused), database.writing(engine) as conn:
        govern(conn, None, {name: value}, by="root", now=NOW)
    with database.reading(engine) as conn:
        assert policies.words(conn, None) == {}


def test_the_owner_is_reminded_once_before_the_end(engine: Engine, tenant: Tenant, control: str) -> None:
    with database.writing(engine) as conn:
        decide(conn, tenant, acceptance(control), ratings=load())
        told = [remind(conn, tenant, now=NOW + days * DAY) for days in (0, 15, 16, 17, 29)]
        rows = governance.told(conn, [tenant], ratings=load()).notices
        assert notices.read(conn, [tenant], [rows[0].notice.key], by="bert", now=NOW) == 1
        assert governance.told(conn, [tenant], ratings=load()).total == 0
        again = acceptance(control, at=NOW + 29 * DAY, days=10)
        decide(conn, tenant, again, ratings=load())
        assert remind(conn, tenant, now=NOW + 30 * DAY) == 1
    assert told == [0, 0, 1, 0, 0]
    assert (rows[0].notice.kind, rows[0].notice.recipient) == (NoticeKind.ACCEPTANCE_ENDS, "bert")


def test_a_plan_stays_when_the_status_changes(engine: Engine, tenant: Tenant, control: str) -> None:
    with database.writing(engine) as conn:
        change = PlanChange(
            owner=" anna ",
            due=TODAY + DAY,
            priority=Priority.HIGH,
            labels=("b", "a", "b"),
            ticket="https://t.example/1",
        )
        made = replan(conn, tenant, control, change, by="carla", now=NOW)
        assert replan(conn, tenant, control, PlanChange(owner="anna"), by="dora", now=NOW + DAY) == made
    choose(engine, tenant, control, Status.PLANNED)
    with database.reading(engine) as conn:
        action = actions.one(conn, tenant, control, ratings=load()).action
        assert len(plans.of(conn, tenant, control)) == 2
    assert made
    assert (made.labels, made.owner, made.changed_by) == (("a", "b"), "anna", "carla")
    assert action.plan
    assert (action.plan.owner, action.plan.priority, action.plan.due) == ("bert", Priority.HIGH, TODAY + DAY)


@pytest.mark.parametrize(
    "change",
    [
        PlanChange(due=TODAY - DAY),
        PlanChange(owner="x" * 201),
        PlanChange(ticket="javascript:alert(1)"),
        PlanChange(labels=("a,b",)),
        PlanChange(labels=tuple(str(n) for n in range(21))),
    ],
)
def test_a_plan_that_cannot_be_is_refused(engine: Engine, tenant: Tenant, control: str, change: PlanChange) -> None:
    with pytest.raises(InputRefused), database.writing(engine) as conn:
        replan(conn, tenant, control, change, by="carla", now=NOW)
    with database.reading(engine) as conn:
        assert plans.newest(conn, tenant) == {}


def test_the_timeline_tells_all_of_it(engine: Engine, tenant: Tenant, control: str, asked: AcceptanceRequest) -> None:
    with database.writing(engine) as conn:
        approve(conn, tenant, asked.key, by="bert", role=Role.APPROVER, ratings=load(), now=NOW + DAY)
    choose(engine, tenant, control, Status.THIRD_PARTY, NOW + 2 * DAY)
    with database.reading(engine) as conn:
        page = detail.build(conn, tenant, control, ratings=load(), now=NOW + 3 * DAY, visible=None)
    assert [s.what for s in page.timeline if s.kind is detail.StepKind.DECISION] == [
        "Third party",
        f"Risk accepted until {TODAY + 30 * DAY}, approved by bert",
    ]
    assert {s.kind.value for s in page.timeline} == {"decision", "plan", "request"}
    assert [s.at for s in page.timeline] == sorted((s.at for s in page.timeline), reverse=True)


def test_a_decision_at_microsoft_withdraws_the_request(
    engine: Engine, emulator: Emulator, tenant: Tenant, control: str, asked: AcceptanceRequest
) -> None:
    portal(emulator, control, "ThirdParty", NOW + dt.timedelta(hours=1))
    read(engine, emulator, tenant, NOW + dt.timedelta(hours=2))
    with database.reading(engine) as conn:
        (request,) = requests.of(conn, tenant)
        trail = [(e.action, e.actor) for e in audit.entries(conn, None)]
    assert (request.key, request.state, request.answered_by) == (asked.key, RequestState.WITHDRAWN, "Surefoot")
    assert ("acceptance.withdrawn", "Surefoot") in trail
    assert status(engine, tenant, control) is Status.THIRD_PARTY


def test_the_usual_days_never_lie_above_the_longest_whoever_set_which(
    engine: Engine, tenant: Tenant, control: str
) -> None:
    with database.writing(engine) as conn:
        govern(conn, tenant, {"usual_days": "200"}, by="root", now=NOW)
        govern(conn, None, {"longest_days": "100"}, by="root", now=NOW)
        wanted = msgspec.structs.replace(acceptance(control), review_on=None)
        assert decide(conn, tenant, wanted, ratings=load()).review_on == NOW.date() + 100 * DAY


def test_an_acceptance_that_ends_lets_the_request_to_renew_it_wait_on(
    engine: Engine, tenant: Tenant, control: str
) -> None:
    with database.writing(engine) as conn:
        decide(conn, tenant, acceptance(control), ratings=load())
        govern(conn, tenant, {"two_persons": "true"}, by="root", now=NOW)
        again = submit(
            conn, tenant, acceptance(control, by="bert", at=NOW + 30 * DAY), role=Role.EDITOR, ratings=load()
        )
        assert isinstance(again, AcceptanceRequest)
        assert expire(conn, tenant, load(), now=NOW + 31 * DAY) == 1
        made = approve(conn, tenant, again.key, by="carla", role=Role.APPROVER, ratings=load(), now=NOW + 32 * DAY)
    assert (made.decided_by, made.approved_by) == ("bert", "carla")


def test_who_sees_some_tenants_may_be_stricter_than_the_installation_not_laxer(engine: Engine, tenant: Tenant) -> None:
    with database.writing(engine) as conn:
        govern(conn, None, {"two_persons": "true", "longest_days": "100"}, by="root", now=NOW)
        govern(conn, tenant, {"longest_days": "95"}, by="msp", now=NOW, may_loosen=False)
    for change in ({"two_persons": "false"}, {"longest_days": "200"}, {"must_end": "false"}):
        with pytest.raises(NotPermitted, match="asks for more"), database.writing(engine) as conn:
            govern(conn, tenant, change, by="msp", now=NOW, may_loosen=False)
    with database.writing(engine) as conn:
        assert not govern(conn, tenant, {"two_persons": "false"}, by="root", now=NOW).two_persons


def test_a_request_whose_due_date_passed_meanwhile_can_be_approved(
    engine: Engine, tenant: Tenant, control: str
) -> None:
    wanted = msgspec.structs.replace(acceptance(control), due=TODAY + DAY)
    with database.writing(engine) as conn:
        govern(conn, tenant, {"two_persons": "true"}, by="root", now=NOW)
        asked = submit(conn, tenant, wanted, role=Role.EDITOR, ratings=load())
        assert isinstance(asked, AcceptanceRequest)
        approve(conn, tenant, asked.key, by="bert", role=Role.APPROVER, ratings=load(), now=NOW + 5 * DAY)
    assert status(engine, tenant, control) is Status.RISK_ACCEPTED
