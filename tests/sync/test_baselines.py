"""Baselines: every version kept, each change told, and tenants that are as they say once they were applied."""

import datetime as dt
import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sync_world import NOW, TODAY, add, choose, read

from surefoot.emulator.server import Emulator
from surefoot.errors import InputRefused, NotFound
from surefoot.model import DECIDABLE, Actor, ActorKind, AuditEntry, Grounds, Role, Status, Tenant
from surefoot.pages import actions, baseline_files, outlets
from surefoot.pages import baselines as pages
from surefoot.pages.baselines import DriftPage
from surefoot.scoring import workflow
from surefoot.scoring.actions import Action
from surefoot.scoring.baselines import MOST_RULES, Baseline, Drift, Rule
from surefoot.scoring.ratings import load
from surefoot.scoring.workflow import Need
from surefoot.store import audit, baselines, database, tenants
from surefoot.sync import baselines as sync
from surefoot.sync import bulk
from surefoot.sync.bulk import Item, Outcome, Result
from surefoot.sync.policies import govern

LATER = NOW + dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
ANNA = Actor(name="anna", kind=ActorKind.PERSON, origin="test")
LOST = Rule(control="nobody_has_this", expected=Status.COMPLETED)


def rule(control: str, expected: Status, **more: object) -> Rule:
    """Make a rule with what its status needs."""
    needs = workflow.RULES[expected].needs if expected in workflow.RULES else frozenset()
    given_ = {
        "comment": "bearable" if Need.REASON in needs else None,
        "evidence": "We use X" if Need.EVIDENCE in needs else None,
    }
    return Rule(control=control, expected=expected, **given_ | more)


@pytest.fixture
def work(engine: Engine, emulator: Emulator, tenant: Tenant) -> list[Action]:
    """Read the tenant, and give its actions that are still to be addressed."""
    read(engine, emulator, tenant)
    with database.reading(engine) as conn:
        ranked = actions.build(conn, tenant, ratings=load()).actions
    return [a for a in ranked if a.status is Status.TO_ADDRESS]


def put(
    engine: Engine, *rules: Rule, name: str = "Standard", at: dt.datetime = NOW, about: str | None = None
) -> Baseline:
    with database.writing(engine) as conn:
        return sync.put(conn, name, about, rules, by="anna", now=at)


def assign(engine: Engine, *wanted: Tenant, name: str = "Standard") -> list[Tenant]:
    with database.writing(engine) as conn:
        return sync.assign(conn, wanted, name, by="anna", now=NOW)


def look(engine: Engine, *wanted: Tenant, today: dt.date = TODAY) -> DriftPage:
    with database.reading(engine) as conn:
        found = baselines.find(conn, "standard")
        return pages.drifts(conn, found, wanted, None, ratings=load(), today=today)


def items(engine: Engine, *wanted: Tenant, today: dt.date = TODAY) -> list[Item]:
    with database.reading(engine) as conn:
        return sync.items_of(conn, baselines.find(conn, "Standard"), wanted, ratings=load(), today=today)


def apply(engine: Engine, *wanted: Tenant) -> tuple[Result, ...]:
    found = items(engine, *wanted)
    if not found:
        return ()
    done = bulk.carry_out(engine, found, by=ANNA, role=Role.ADMINISTRATOR, ratings=load(), clock=lambda: NOW)
    return done.results


def trail(engine: Engine) -> list[AuditEntry]:
    with database.reading(engine) as conn:
        return [e for e in audit.entries(conn, None) if e.action.startswith("baseline.")][::-1]


def test_every_version_is_kept_and_the_newest_counts(engine: Engine, work: list[Action]) -> None:
    first, second = work[0].id, work[1].id
    put(engine, rule(first, Status.COMPLETED), LOST, about=" For all\x00 ")
    kept = put(engine, rule(second.upper(), Status.PLANNED), rule(first, Status.PLANNED), name=" STANDARD ", at=LATER)
    assert kept.name == "Standard"
    assert {r.control for r in kept.rules} == {first, second}
    with database.reading(engine) as conn:
        assert baselines.newest(conn) == [kept]
        told = pages.history(conn, "standard", None)
    assert [(v.rules, v.changed_at, v.description) for v in told.versions] == [(2, LATER, None), (2, NOW, "For all")]
    newest = told.versions[0]
    assert (newest.added, newest.changed, newest.removed) == ((second,), (first,), (LOST.control,))


def test_the_same_again_is_no_new_version(engine: Engine, work: list[Action]) -> None:
    made = put(engine, rule(work[0].id, Status.PLANNED, owner="bert "), about="x")
    assert put(engine, rule(work[0].id.upper(), Status.PLANNED, owner="bert"), about="x ", at=LATER) == made
    assert len(trail(engine)) == 1


def test_a_removed_baseline_is_gone_from_its_tenants_too_and_its_versions_stay(
    engine: Engine, tenant: Tenant, work: list[Action]
) -> None:
    put(engine, rule(work[0].id, Status.PLANNED))
    assign(engine, tenant)
    with database.writing(engine) as conn:
        sync.remove(conn, "STANDARD", by="bert", now=LATER)
        with pytest.raises(NotFound, match="no baseline 'Standard'"):
            sync.remove(conn, "Standard", by="bert", now=LATER)
        assert baselines.assigned(conn, [tenant]) == {}
        assert pages.build(conn, None, ratings=load(), today=TODAY).total == 0
        assert [v.rules for v in pages.history(conn, "Standard", None).versions] == [0, 1]
    assert [e.action.removeprefix("baseline.") for e in trail(engine)] == [
        "changed", "assigned", "unassigned", "removed",
    ]  # fmt: skip


def test_each_change_is_told_with_its_tenant_and_what_was_before(
    engine: Engine, tenant: Tenant, work: list[Action]
) -> None:
    put(engine, rule(work[0].id, Status.PLANNED))
    put(engine, rule(work[0].id, Status.COMPLETED))
    assert assign(engine, tenant, tenant) == [tenant]
    assert assign(engine, tenant) == []
    with database.writing(engine) as conn:
        assert sync.unassign(conn, [tenant], "Standard", by="anna", now=NOW) == [tenant]
        assert sync.unassign(conn, [tenant], "Standard", by="anna", now=NOW) == []
    first, second, *others = trail(engine)
    assert (first.before, json.loads(second.before or "")["rules"][0]["expected"]) == (None, "planned")
    assert [(e.action, e.tenant, e.subject) for e in others] == [
        ("baseline.assigned", tenant.id, "Standard"),
        ("baseline.unassigned", tenant.id, "Standard"),
    ]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a/b", "..", "a\u202eb"])
def test_a_name_that_is_no_name_is_refused(engine: Engine, name: str) -> None:
    with pytest.raises(InputRefused, match="1 to 100 printable"):
        put(engine, LOST, name=name)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((), "1 to 500 rules, and this has 0"),
        (tuple(rule(f"c{n}", Status.PLANNED) for n in range(MOST_RULES + 1)), "and this has 501"),
        ((rule("Aad", Status.PLANNED), rule("aad ", Status.COMPLETED)), "more than one rule about aad"),
        ((rule(" ", Status.PLANNED),), "names its control"),
        ((rule("aad", Status.RISK_ACCEPTED, comment=None),), "aad: A risk is accepted with a reason"),
        ((rule("aad", Status.THIRD_PARTY, evidence=" "),), "aad: Say what resolves it"),
        ((rule("aad", Status.PLANNED, comment="x" * 2001),), "aad: the comment has 2001"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_are_refused_and_change_nothing(
    engine: Engine, rules: tuple[Rule, ...], said: str
) -> None:
    with pytest.raises(InputRefused, match=said):
        put(engine, *rules)
    assert trail(engine) == []


def test_what_was_never_put_is_not_found(engine: Engine, tenant: Tenant) -> None:
    with pytest.raises(NotFound, match="no baseline"):
        assign(engine, tenant)
    with database.reading(engine) as conn, pytest.raises(NotFound, match="never was"):
        pages.history(conn, "Standard", None)


def test_a_tenant_is_counted_by_what_it_lacks(engine: Engine, tenant: Tenant, work: list[Action]) -> None:
    planned, late, due, gone = (a.id for a in work[:4])
    choose(engine, tenant, planned, Status.IN_PROGRESS)
    put(
        engine, LOST, rule(planned, Status.PLANNED), rule(late, Status.COMPLETED, due=TODAY - DAY),
        rule(due, Status.COMPLETED, due=TODAY), rule(gone, Status.THIRD_PARTY),
    )  # fmt: skip
    assign(engine, tenant)
    page = look(engine, tenant)
    (stands,) = page.tenants
    assert (stands.fulfilled, stands.open, stands.differs, stands.late, stands.not_scored) == (1, 1, 1, 1, 1)
    assert [(r.control, r.drift) for r in page.rows] == [
        (late, Drift.LATE), (gone, Drift.DIFFERS), (due, Drift.DUE), (LOST.control, Drift.MISSING),
    ]  # fmt: skip
    assert page.drifting == 1
    with database.reading(engine) as conn:
        (row,) = pages.build(conn, None, ratings=load(), today=TODAY).baselines
        (hidden,) = pages.build(conn, frozenset(), ratings=load(), today=TODAY).baselines
        one = pages.one(conn, "standard", None, ratings=load())
    assert (row.rules, row.tenants, row.drifting) == (5, 1, 1)
    assert (hidden.tenants, hidden.drifting) == (0, 0)
    assert one.unknown == (LOST.control,)
    assert one.names[gone] == work[3].name


def test_applying_plans_what_is_to_be_completed_with_owner_and_date(
    engine: Engine, tenant: Tenant, work: list[Action]
) -> None:
    due, late, taken = (a.id for a in work[:3])
    choose(engine, tenant, taken, Status.RISK_ACCEPTED)
    until = TODAY + 30 * DAY
    put(
        engine, rule(due, Status.COMPLETED, owner="carla", due=until, comment="By then"),
        rule(late, Status.COMPLETED, due=TODAY - DAY), rule(taken, Status.COMPLETED),
    )  # fmt: skip
    assert [r.outcome for r in apply(engine, tenant)] == [Outcome.CHANGED] * 2
    with database.reading(engine) as conn:
        made = {a.id: a for a in actions.build(conn, tenant, ratings=load()).actions}
    assert (made[due].status, made[due].plan.owner, made[due].plan.due) == (Status.PLANNED, "carla", until)
    assert made[due].decision.comment == "By then"
    assert (made[late].status, made[late].plan) == (Status.PLANNED, None)
    assert made[taken].status is Status.RISK_ACCEPTED
    assert {r.control: r.drift for r in look(engine, tenant).rows} == {
        due: Drift.DUE, late: Drift.LATE, taken: Drift.DIFFERS,
    }  # fmt: skip
    assert items(engine, tenant) == []


def test_applying_gives_a_risk_its_grounds_and_its_end(engine: Engine, tenant: Tenant, work: list[Action]) -> None:
    put(
        engine,
        rule(work[0].id, Status.RISK_ACCEPTED, comment="none", grounds=Grounds.NOT_APPLICABLE, review_days=200),
        rule(work[1].id, Status.RISK_ACCEPTED),
    )
    apply(engine, tenant)
    with database.reading(engine) as conn:
        made = {a.id: a.decision for a in actions.build(conn, tenant, ratings=load()).actions}
    first, second = made[work[0].id], made[work[1].id]
    assert (first.grounds, first.review_on) == (Grounds.NOT_APPLICABLE, TODAY + 200 * DAY)
    assert (second.grounds, second.review_on) == (Grounds.RISK, TODAY + 90 * DAY)


def test_what_needs_a_second_person_is_asked_once(engine: Engine, tenant: Tenant, work: list[Action]) -> None:
    with database.writing(engine) as conn:
        govern(conn, None, {"two_persons": "true"}, by="anna", now=NOW)
    put(engine, rule(work[0].id, Status.RISK_ACCEPTED))
    assert [r.outcome for r in apply(engine, tenant)] == [Outcome.ASKED]
    assert items(engine, tenant) == []
    assert look(engine, tenant).tenants[0].differs == 1


def test_only_tenants_that_have_a_baseline_can_be_chosen_for_it(
    engine: Engine, emulator: Emulator, tenant: Tenant, work: list[Action]
) -> None:
    other = add(engine, emulator, 1)
    put(engine, rule(work[0].id, Status.PLANNED))
    assign(engine, tenant)
    with database.reading(engine) as conn:
        assert sync.chosen(conn, "Standard", [tenant, other], None) == [tenant]
        assert sync.chosen(conn, "Standard", [other], None) == []
        with pytest.raises(InputRefused, match=f"not assigned to {other.name}"):
            sync.chosen(conn, "Standard", [tenant, other], [tenant, other])


def test_a_tenants_removal_takes_its_assignments_along(engine: Engine, tenant: Tenant, work: list[Action]) -> None:
    put(engine, rule(work[0].id, Status.PLANNED))
    assign(engine, tenant)
    with database.writing(engine) as conn:
        tenants.remove(conn, tenant)
        assert baselines.assigned(conn, [tenant]) == {}


def test_a_baseline_made_of_a_tenant_is_what_that_tenant_has(
    engine: Engine, tenant: Tenant, work: list[Action]
) -> None:
    for action, status in zip(work, sorted(DECIDABLE), strict=False):
        choose(engine, tenant, action.id, status)
    with database.reading(engine) as conn:
        rules = sync.rules_of(conn, tenant, ratings=load())
    assert {a.id for a in work[: len(DECIDABLE)]} <= {r.control for r in rules}
    put(engine, *rules)
    (stands,) = look(engine, tenant).tenants
    assert (stands.fulfilled, stands.differs, stands.late) == (len(rules), 0, 0)


def test_what_the_page_shows_can_be_read_again(engine: Engine, tenant: Tenant, work: list[Action]) -> None:
    made = put(
        engine, rule(work[0].id, Status.RISK_ACCEPTED, grounds=Grounds.RISK, review_days=30), LOST,
        rule(work[1].id, Status.COMPLETED, elsewhere=True, owner="bert", due=TODAY), about="For all",
    )  # fmt: skip
    assign(engine, tenant)
    with database.reading(engine) as conn:
        shown = outlets.encode(pages.one(conn, "Standard", None, ratings=load()))
    body = baseline_files.read(shown)
    assert (body.description, baseline_files.rules_of(body)) == ("For all", made.rules)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_once_applied_nothing_differs_that_could_be_decided(
    data: st.DataObject, engine: Engine, tenant: Tenant, work: list[Action]
) -> None:
    """Over whatever was decided before: each example goes on from the one before it."""
    for action in work[:6]:
        if (status := data.draw(st.none() | st.sampled_from(sorted(DECIDABLE)))) is not None:
            choose(engine, tenant, action.id, status)
    dates = st.none() | st.dates(TODAY - 5 * DAY, TODAY + 5 * DAY)
    rules = []
    for action in work[:6]:
        made = rule(action.id, data.draw(st.sampled_from(Status)))
        work_alone = made.expected in {Status.PLANNED, Status.IN_PROGRESS, Status.COMPLETED}
        rules.append(msgspec.structs.replace(made, due=data.draw(dates) if work_alone else None))
    put(engine, *rules)
    refused = {r.control for r in apply(engine, tenant) if r.outcome is Outcome.REFUSED}
    assert refused == set()
    differing = [r for r in look(engine, tenant).rows if r.drift is Drift.DIFFERS]
    assert [r for r in differing if r.expected in DECIDABLE] == []
    assert items(engine, tenant) == []
