"""Many decisions at once: the preview tells what happens, a refusal harms nobody, one undo puts all back."""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import Engine
from sync_world import NOW, TODAY, add, choose, open_controls, read

from surefoot.emulator.server import Emulator
from surefoot.errors import InputRefused, NotFound, NotPermitted
from surefoot.model import Actor, ActorKind, Decision, Plan, Priority, RequestState, Role, Status, Tenant
from surefoot.scoring.ratings import load
from surefoot.store import audit, bulks, database, decisions, plans, policies, portfolio, requests
from surefoot.sync.acceptances import approve
from surefoot.sync.bulk import Change, Done, Item, Outcome, Past, Result, carry_out, preview, undo
from surefoot.sync.plans import PlanChange, replan

ANNA = Actor(name="anna", kind=ActorKind.PERSON, origin="command line")
LATER = NOW + dt.timedelta(hours=1)
PLANNED = Change(status=Status.PLANNED, owner="bert", due=TODAY + dt.timedelta(days=30))
ACCEPTED = Change(status=Status.RISK_ACCEPTED, comment="bearable", review_on=TODAY + dt.timedelta(days=60))


@pytest.fixture
def pair(engine: Engine, emulator: Emulator, tenant: Tenant) -> tuple[Tenant, Tenant]:
    other = add(engine, emulator, 1)
    read(engine, emulator, tenant)
    read(engine, emulator, other)
    return tenant, other


@pytest.fixture
def one(pair: tuple[Tenant, Tenant]) -> Tenant:
    return pair[0]


@pytest.fixture
def controls(engine: Engine, one: Tenant) -> list[str]:
    return open_controls(engine, one)[:6]


def foreseen(engine: Engine, items: list[Item], now: dt.datetime = NOW) -> tuple[Result, ...]:
    return preview(engine, items, by="anna", role=Role.EDITOR, ratings=load(), now=now)


def done(engine: Engine, items: list[Item], now: dt.datetime = NOW, role: Role = Role.EDITOR) -> Done:
    """Carry out what the preview foresees, and nothing else."""
    wanted = foreseen(engine, items, now) if role is Role.EDITOR else ()
    heard: list[Result] = []
    made = carry_out(engine, items, by=ANNA, role=role, ratings=load(), clock=lambda: now, told=heard.append)
    assert made.results == wanted == tuple(heard)
    return made


def undone(engine: Engine, key: int, now: dt.datetime = LATER, visible: frozenset[str] | None = None) -> list[Result]:
    back = undo(engine, key, visible, by=ANNA, role=Role.EDITOR, ratings=load(), clock=lambda: now)
    return sorted(back, key=lambda r: r.control)


def of(results: tuple[Result, ...] | list[Result]) -> list[Outcome]:
    return [r.outcome for r in results]


def in_force(engine: Engine, tenant: Tenant, control: str) -> tuple[Decision | None, Plan | None]:
    with database.reading(engine) as conn:
        folded = control.casefold()
        return decisions.newest(conn, tenant).get(folded), plans.newest(conn, tenant).get(folded)


def said(engine: Engine, tenant: Tenant, control: str) -> tuple[object, ...]:
    """Give what is in force, without who and when."""
    decision, plan = in_force(engine, tenant, control)
    d = (decision.status, decision.comment, decision.evidence, decision.review_on) if decision else ()
    return (*d, *((plan.owner, plan.due, plan.labels) if plan else ()))


def test_a_preview_writes_nothing(engine: Engine, one: Tenant, controls: list[str]) -> None:
    before = database.counts(engine)
    results = foreseen(engine, [Item(tenant=one, control=c, change=PLANNED) for c in controls])
    assert of(results) == [Outcome.CHANGED] * 6
    assert {(r.tenant.id, r.before) for r in results} == {(one.id, Status.TO_ADDRESS)}
    assert all(r.name != r.control for r in results)
    assert database.counts(engine) == before


def test_many_actions_of_a_tenant_are_changed_counted_and_in_the_trail(
    engine: Engine, one: Tenant, controls: list[str]
) -> None:
    items = [Item(tenant=one, control=c.upper(), change=PLANNED) for c in controls]
    made = done(engine, items)
    assert of(made.results) == [Outcome.CHANGED] * 6
    decision, plan = in_force(engine, one, controls[0])
    assert (decision.status, decision.decided_by, decision.decided_at) == (Status.PLANNED, "anna", NOW)
    assert (plan.owner, plan.due) == ("bert", TODAY + dt.timedelta(days=30))
    with database.reading(engine) as conn:
        trail = [e.action for e in audit.entries(conn, None)]
        (kept,) = bulks.listed(conn, None)
        assert bulks.listed(conn, frozenset()) == []
        assert audit.verify(conn).broken is None
    assert trail[0] == "bulk.made"
    assert (trail.count("decision.made"), trail.count("plan.changed")) == (6, 6)
    assert (kept.key, kept.made_by, kept.outcomes, kept.tenants) == (made.key, "anna", {"changed": 6}, 1)
    assert of(done(engine, items, LATER).results) == [Outcome.UNCHANGED] * 6


def test_one_control_over_many_tenants_changes_each_ones_row_of_the_portfolio(
    engine: Engine, pair: tuple[Tenant, Tenant]
) -> None:
    shared = min(set(open_controls(engine, pair[0])) & set(open_controls(engine, pair[1])))
    before = points(engine)
    made = done(engine, [Item(tenant=t, control=shared, change=ACCEPTED) for t in pair])
    assert of(made.results) == [Outcome.CHANGED] * 2
    assert {r.tenant.name for r in made.results} == {t.name for t in pair}
    after = points(engine)
    assert all(after[name] < before[name] for name in before)
    assert of(undone(engine, made.key, visible=frozenset({pair[0].id}))) == [Outcome.CHANGED]
    with pytest.raises(InputRefused, match="undone already"):
        undone(engine, made.key, visible=frozenset({pair[0].id}))
    assert said(engine, pair[1], shared)[0] is Status.RISK_ACCEPTED
    assert of(undone(engine, made.key)) == [Outcome.CHANGED]
    assert points(engine) == before


def points(engine: Engine) -> dict[str, float]:
    with database.reading(engine) as conn:
        return {r.name: r.points_available for r in portfolio.rows(conn, portfolio.Wanted(visible=None))}


def test_what_is_refused_harms_no_other(engine: Engine, one: Tenant, controls: list[str]) -> None:
    lacking = Change(status=Status.THIRD_PARTY)
    items = [
        Item(tenant=one, control=controls[0], change=PLANNED),
        Item(tenant=one, control=controls[1], change=lacking),
        Item(tenant=one, control="nothing", change=PLANNED),
        Item(tenant=one, control=controls[2], change=msgspec.structs.replace(PLANNED, due=TODAY - dt.timedelta(1))),
        Item(tenant=one, control=controls[3], change=Change(comment="alone")),
        Item(tenant=one, control=controls[4], change=Change()),
        Item(tenant=one, control=controls[5], change=Change(status=Status.COMPLETED)),
        Item(tenant=one, control=controls[0].upper(), change=ACCEPTED),
    ]
    made = done(engine, items)
    assert of(made.results) == [Outcome.CHANGED] + [Outcome.REFUSED] * 7
    sentences = " ".join(str(r.message) for r in made.results)
    for words in ("evidence", "no action 'nothing'", "has passed", "name it, too", "Say what", "twice"):
        assert words in sentences
    assert said(engine, one, controls[0])[0] is Status.PLANNED
    assert all(said(engine, one, c) == () for c in controls[1:])


def test_what_is_not_said_stays_and_a_renewal_is_a_change(engine: Engine, one: Tenant, controls: list[str]) -> None:
    one_item = [Item(tenant=one, control=controls[0], change=ACCEPTED)]
    done(engine, one_item)
    assert of(done(engine, one_item, LATER).results) == [Outcome.UNCHANGED]
    later = Change(status=Status.RISK_ACCEPTED, review_on=TODAY + dt.timedelta(days=90))
    assert of(done(engine, [Item(tenant=one, control=controls[0], change=later)], LATER).results) == [Outcome.CHANGED]
    assert said(engine, one, controls[0]) == (Status.RISK_ACCEPTED, "bearable", None, later.review_on)
    cleared = Change(status=Status.RISK_ACCEPTED, comment="")
    assert of(done(engine, [Item(tenant=one, control=controls[0], change=cleared)], LATER).results) == [Outcome.REFUSED]
    nothing = Change(status=Status.TO_ADDRESS)
    assert of(done(engine, [Item(tenant=one, control=controls[1], change=nothing)]).results) == [Outcome.UNCHANGED]


def test_the_plan_alone_changes_and_goes_back(engine: Engine, one: Tenant, controls: list[str]) -> None:
    choose(engine, one, controls[0], Status.PLANNED)
    change = Change(owner=None, priority=Priority.HIGH, labels=("q1", "pilot"), ticket="4711")
    made = done(engine, [Item(tenant=one, control=c, change=change) for c in controls[:2]], LATER)
    assert of(made.results) == [Outcome.CHANGED] * 2
    decision, plan = in_force(engine, one, controls[0])
    assert decision.decided_at == NOW
    assert (plan.owner, plan.priority, plan.labels, plan.ticket) == (None, Priority.HIGH, ("pilot", "q1"), "4711")
    assert of(undone(engine, made.key)) == [Outcome.CHANGED] * 2
    assert in_force(engine, one, controls[0])[0] == decision
    assert in_force(engine, one, controls[0])[1].owner == "bert"
    assert said(engine, one, controls[1]) == (None, None, ())


def test_undo_puts_back_decisions_and_plans_as_new_ones_once(engine: Engine, one: Tenant, controls: list[str]) -> None:
    choose(engine, one, controls[0], Status.ALTERNATE)
    with database.writing(engine) as conn:
        past = PlanChange(due=TODAY, labels=("pilot",))
        replan(conn, one, controls[0], past, by="carla", now=NOW)
    before = said(engine, one, controls[0])
    made = done(engine, [Item(tenant=one, control=c, change=PLANNED) for c in controls[:2]], LATER)
    back = undone(engine, made.key, LATER + dt.timedelta(days=3))
    assert of(back) == [Outcome.CHANGED] * 2
    assert said(engine, one, controls[0]) == before
    assert said(engine, one, controls[1])[:2] == (Status.TO_ADDRESS, f"undo of bulk {made.key}")
    with database.reading(engine) as conn:
        assert len(decisions.of(conn, one, controls[0])) == 3
        (kept,) = bulks.listed(conn, None)
        assert next(iter(audit.entries(conn, None))).action == "bulk.undone"
    assert kept.undone_by == "anna"
    with pytest.raises(InputRefused, match="undone already by anna"):
        undone(engine, made.key)
    with pytest.raises(NotFound):
        undone(engine, made.key + 1)
    with pytest.raises(NotFound):
        undone(engine, made.key, visible=frozenset())


@pytest.mark.parametrize("what", ["decision", "plan"])
def test_undo_leaves_alone_what_somebody_changed_since(
    engine: Engine, one: Tenant, controls: list[str], what: str
) -> None:
    made = done(engine, [Item(tenant=one, control=c, change=PLANNED) for c in controls[:3]])
    if what == "decision":
        choose(engine, one, controls[1], Status.IN_PROGRESS, LATER, "carla")
    else:
        with database.writing(engine) as conn:
            replan(conn, one, controls[1], PlanChange(owner="dora"), by="carla", now=LATER)
    held = in_force(engine, one, controls[1])
    back = {r.control: r for r in undone(engine, made.key, LATER + dt.timedelta(hours=1))}
    assert back[controls[1]].outcome is Outcome.REFUSED
    assert back[controls[1]].message == "It was changed since by carla."
    assert in_force(engine, one, controls[1]) == held
    assert [back[c].outcome for c in (controls[0], controls[2])] == [Outcome.CHANGED] * 2


def test_an_acceptance_that_has_ended_since_is_not_put_back(engine: Engine, one: Tenant, controls: list[str]) -> None:
    done(engine, [Item(tenant=one, control=c, change=ACCEPTED) for c in controls[:1]])
    made = done(engine, [Item(tenant=one, control=controls[0], change=PLANNED)], LATER)
    (back,) = undone(engine, made.key, NOW + dt.timedelta(days=61))
    assert back.outcome is Outcome.CHANGED
    assert "ended on" in str(back.message)
    assert said(engine, one, controls[0])[0] is Status.TO_ADDRESS


@pytest.fixture
def by_two(engine: Engine) -> None:
    with database.writing(engine) as conn:
        policies.put(conn, None, "two_persons", "true")


def pending(engine: Engine, tenant: Tenant) -> list[int]:
    with database.reading(engine) as conn:
        return [r.key for r in requests.of(conn, tenant, states=[RequestState.PENDING])]


@pytest.mark.usefixtures("by_two")
def test_where_two_accept_a_risk_many_are_asked_for(engine: Engine, one: Tenant, controls: list[str]) -> None:
    change = msgspec.structs.replace(ACCEPTED, owner="bert")
    past = Past(decided_at=NOW - dt.timedelta(days=9), decided_by="carla", approved_by="dora")
    items = [Item(tenant=one, control=c, change=msgspec.structs.replace(change, past=past)) for c in controls[:3]]
    made = done(engine, items)
    assert of(made.results) == [Outcome.ASKED] * 3
    assert of(done(engine, items, LATER).results) == [Outcome.UNCHANGED] * 3
    assert said(engine, one, controls[0]) == ("bert", None, ())
    first, *_ = keys = sorted(pending(engine, one))
    with database.reading(engine) as conn:
        assert {r.asked.decided_by for r in requests.of(conn, one)} == {"anna"}
    with database.writing(engine) as conn:
        approve(conn, one, first, by="dora", role=Role.APPROVER, ratings=load(), now=LATER)
    back = undone(engine, made.key)
    assert sorted(of(back)) == [Outcome.CHANGED, Outcome.CHANGED, Outcome.REFUSED]
    assert (len(keys), pending(engine, one)) == (3, [])


@pytest.mark.usefixtures("by_two")
def test_an_acceptance_by_two_is_put_back_as_one_by_two(engine: Engine, one: Tenant, controls: list[str]) -> None:
    done(engine, [Item(tenant=one, control=controls[0], change=ACCEPTED)])
    with database.writing(engine) as conn:
        approve(conn, one, pending(engine, one)[0], by="dora", role=Role.APPROVER, ratings=load(), now=NOW)
    made = done(engine, [Item(tenant=one, control=controls[0], change=PLANNED)], LATER)
    assert of(undone(engine, made.key)) == [Outcome.CHANGED]
    decision, _ = in_force(engine, one, controls[0])
    assert (decision.status, decision.decided_by, decision.approved_by) == (Status.RISK_ACCEPTED, "anna", "dora")


def test_a_decision_of_last_year_keeps_its_date_unless_a_later_one_is_known(
    engine: Engine, one: Tenant, controls: list[str]
) -> None:
    choose(engine, one, controls[1], Status.PLANNED, NOW)
    past = Past(decided_at=NOW - dt.timedelta(days=200), decided_by="carla")
    change = Change(status=Status.ALTERNATE, evidence="4711", past=past, due=TODAY - dt.timedelta(days=100))
    made = done(engine, [Item(tenant=one, control=controls[0], change=change)], LATER)
    assert of(made.results) == [Outcome.CHANGED]
    decision, plan = in_force(engine, one, controls[0])
    assert (decision.decided_at, decision.decided_by, plan.changed_by) == (past.decided_at, "carla", "carla")
    with database.reading(engine) as conn:
        assert {(e.at, e.actor) for e in audit.entries(conn, None) if e.subject == controls[0]} == {(LATER, "anna")}
    newer = msgspec.structs.replace(change, due=TODAY)
    done(engine, [Item(tenant=one, control=controls[1], change=newer)], LATER)
    decision, _ = in_force(engine, one, controls[1])
    assert (decision.status, decision.decided_at, decision.decided_by) == (Status.ALTERNATE, LATER, "anna")
    over = msgspec.structs.replace(ACCEPTED, past=past, review_on=TODAY - dt.timedelta(days=150))
    assert of(done(engine, [Item(tenant=one, control=controls[2], change=over)]).results) == [Outcome.REFUSED]


def test_a_tenant_is_all_there_or_not_at_all(engine: Engine, pair: tuple[Tenant, Tenant], controls: list[str]) -> None:
    second = open_controls(engine, pair[1])[:3]
    items = [Item(tenant=pair[0], control=c, change=PLANNED) for c in controls[:2]]
    items += [Item(tenant=pair[1], control=c, change=PLANNED) for c in second]
    dying = killer(after=4)
    with pytest.raises(KeyboardInterrupt):
        carry_out(engine, items, by=ANNA, role=Role.EDITOR, ratings=load(), clock=lambda: NOW, told=dying)
    assert [said(engine, pair[0], c)[0] for c in controls[:2]] == [Status.PLANNED] * 2
    assert [said(engine, pair[1], c) for c in second] == [()] * 3
    assert of(done(engine, items, LATER).results) == [Outcome.UNCHANGED] * 2 + [Outcome.CHANGED] * 3
    assert of(undone(engine, 1)) == [Outcome.CHANGED] * 2


def killer(after: int) -> Callable[[Result], None]:
    heard: list[Result] = []

    def told(result: Result) -> None:
        heard.append(result)
        if len(heard) == after:
            raise KeyboardInterrupt

    return told


def test_readers_change_nothing_and_nothing_is_no_selection(engine: Engine, one: Tenant, controls: list[str]) -> None:
    items = [Item(tenant=one, control=controls[0], change=PLANNED)]
    with pytest.raises(NotPermitted):
        preview(engine, items, by="rita", role=Role.READER, ratings=load(), now=NOW)
    with pytest.raises(NotPermitted):
        done(engine, items, role=Role.READER)
    with pytest.raises(InputRefused, match="Nothing is selected"):
        done(engine, [])


def test_undoing_brings_no_acceptance_back_whose_second_person_is_the_first_in_other_letters(
    engine: Engine, one: Tenant, controls: list[str]
) -> None:
    past = Past(decided_at=NOW - dt.timedelta(hours=1), decided_by="anna", approved_by="Anna ")
    done(engine, [Item(tenant=one, control=controls[0], change=msgspec.structs.replace(ACCEPTED, past=past))])
    with database.writing(engine) as conn:
        policies.put(conn, one, "two_persons", "true")
    back = done(engine, [Item(tenant=one, control=controls[0], change=Change(status=Status.TO_ADDRESS))], LATER)
    (result,) = undo(
        engine, back.key, None, by=ANNA, role=Role.EDITOR, ratings=load(), clock=lambda: LATER + dt.timedelta(hours=1)
    )  # fmt: skip
    assert result.outcome is Outcome.ASKED
