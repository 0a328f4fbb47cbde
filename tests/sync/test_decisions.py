"""Accepted risks: they hold until their day, return by themselves with why, and stand in the register."""

import datetime as dt

import pytest
from sqlalchemy import Engine
from sync_world import NOW, TODAY, read

from surefoot.emulator.server import Emulator
from surefoot.errors import InputRefused
from surefoot.model import Decision, Status, Tenant
from surefoot.pages import actions, risks
from surefoot.scoring.ratings import load
from surefoot.store import audit, database, decisions, plans, tenants
from surefoot.sync.decisions import decide, expire

LATER = NOW + dt.timedelta(days=31)


@pytest.fixture
def accepted(engine: Engine, emulator: Emulator, tenant: Tenant) -> Decision:
    """Accept the first open action's risk for thirty days."""
    read(engine, emulator, tenant)
    with database.writing(engine) as conn:
        action = actions.build(conn, tenant, ratings=load()).actions[0]
        asked = Decision(
            control=action.id, status=Status.RISK_ACCEPTED, decided_at=NOW, decided_by="anna", comment="bearable",
            review_on=TODAY + dt.timedelta(days=30), owner="bert",
        )  # fmt: skip
        return decide(conn, tenant, asked, ratings=load())


def status(engine: Engine, tenant: Tenant, control: str) -> Status:
    with database.reading(engine) as conn:
        return actions.one(conn, tenant, control, ratings=load()).action.status


def test_an_accepted_risk_stands_in_the_register_with_its_end(
    engine: Engine, tenant: Tenant, accepted: Decision
) -> None:
    with database.reading(engine) as conn:
        page = risks.build(conn, [tenant], ratings=load(), today=TODAY)
        assert tenants.accepting(conn, [tenant]) == [tenant]
    (risk,) = [r for r in page.risks if r.accepted_in == "surefoot"]
    assert (risk.control, risk.by, risk.why) == (accepted.control, "anna", "bearable")
    assert (risk.until, risk.days_left, risk.since) == (accepted.review_on, 30, NOW)
    assert risk.points is not None
    assert page.points >= risk.points > 0


def test_it_holds_through_its_last_day_and_then_returns_by_itself_saying_why(
    engine: Engine, tenant: Tenant, accepted: Decision
) -> None:
    with database.writing(engine) as conn:
        assert expire(conn, tenant, load(), now=LATER - dt.timedelta(days=1)) == 0
    assert status(engine, tenant, accepted.control) is Status.RISK_ACCEPTED
    with database.writing(engine) as conn:
        assert expire(conn, tenant, load(), now=LATER) == 1
        assert expire(conn, tenant, load(), now=LATER) == 0
        newest = decisions.newest(conn, tenant)[accepted.control.casefold()]
        entry = next(e for e in audit.entries(conn, None) if e.action == "decision.made")
        plan = plans.newest(conn, tenant)[accepted.control.casefold()]
    assert status(engine, tenant, accepted.control) is Status.TO_ADDRESS
    assert (newest.decided_by, plan.owner) == ("Surefoot", "bert")
    assert newest.comment == (
        f"The risk was accepted by anna until {accepted.review_on}: accept it anew, or address it."
    )
    assert (entry.action, entry.actor, entry.why) == ("decision.made", "Surefoot", newest.comment)


def test_a_renewed_acceptance_keeps_the_chain(engine: Engine, tenant: Tenant, accepted: Decision) -> None:
    again = Decision(
        control=accepted.control, status=Status.RISK_ACCEPTED, decided_at=NOW + dt.timedelta(days=20),
        decided_by="carla", comment="still bearable", review_on=TODAY + dt.timedelta(days=110),
    )  # fmt: skip
    with database.writing(engine) as conn:
        decide(conn, tenant, again, ratings=load())
        assert expire(conn, tenant, load(), now=LATER) == 0
        chain = decisions.of(conn, tenant, accepted.control)
    assert [(d.decided_by, d.review_on) for d in chain] == [("anna", accepted.review_on), ("carla", again.review_on)]


def test_a_refused_decision_leaves_nothing(engine: Engine, tenant: Tenant, accepted: Decision) -> None:
    before = database.counts(engine)
    bad = Decision(control=accepted.control, status=Status.THIRD_PARTY, decided_at=NOW, decided_by="anna")
    with pytest.raises(InputRefused, match="evidence"), database.writing(engine) as conn:
        decide(conn, tenant, bad, ratings=load())
    assert database.counts(engine) == before
