"""What is made of the history: the same figures as the pages that read all of it, after every way that it changes."""

import datetime as dt
import json

import pytest
from sqlalchemy import Engine, select
from sync_world import NOW, TODAY

from surefoot.emulator import answers
from surefoot.emulator.demo import demo
from surefoot.graph import wire
from surefoot.model import Connection, Decision, Status, Tenant
from surefoot.pages import actions, changes, overview
from surefoot.scoring.changes import Kind
from surefoot.scoring.ratings import load
from surefoot.store import database, history, profiles, schema, shifts, summaries, tenants
from surefoot.sync.decisions import decide
from surefoot.sync.derived import catch_up, refresh

WORLD = demo(TODAY)
CONTOSO = WORLD.tenants[0]


@pytest.fixture
def contoso(engine: Engine) -> Tenant:
    days = CONTOSO.days(TODAY)
    bodies = [answers.score_of(CONTOSO, d, rich=d == days[0]) for d in days]
    listed = [answers.profile_of(CONTOSO, h.control) for h in CONTOSO.held if h.control.listed]
    with database.writing(engine) as conn:
        made = tenants.add(conn, id=CONTOSO.id, name="Contoso", connection=Connection(), now=NOW, due_at=None)
        history.save(conn, made, wire.snapshots(json.dumps({"value": bodies}).encode()).items, now=NOW)
        profiles.save(conn, made, wire.profiles(json.dumps({"value": listed}).encode()).items, now=NOW)
        refresh(conn, made, load())
    return made


def test_the_summary_says_what_the_overview_says(engine: Engine, contoso: Tenant) -> None:
    with database.reading(engine) as conn:
        page = overview.build(conn, contoso, ratings=load())
        made = summaries.of(conn, [contoso])[contoso.key]
        assert summaries.missing(conn, [contoso]) == []
    assert (made.day, made.points, made.max_points) == (page.as_of, page.points, page.max_points)
    assert (made.available, made.open_actions, made.regressions) == (
        page.points_available,
        page.open_actions,
        page.regressed,
    )
    assert page.trend is not None
    assert made.changes[30] == page.trend.percent
    assert {c.category: (c.points, c.max_points) for c in page.categories} == dict(made.categories)
    assert (made.seats_from, made.seats_to) == (1000, 2499)
    assert "HasM365E5" in made.services


def test_a_decision_is_in_the_summary_at_once(engine: Engine, contoso: Tenant) -> None:
    with database.writing(engine) as conn:
        before = summaries.of(conn, [contoso])[contoso.key].available
        accepted = Decision(
            control="BlockLegacyAuthentication",
            status=Status.RISK_ACCEPTED,
            decided_at=NOW,
            decided_by="anna",
            comment="bearable",
        )
        decide(conn, contoso, accepted, ratings=load())
        assert summaries.of(conn, [contoso])[contoso.key].available == pytest.approx(before - 12.0)


def test_the_shifts_are_what_the_changes_page_calls_the_catalogue(engine: Engine, contoso: Tenant) -> None:
    with database.reading(engine) as conn:
        days = [d.day for d in history.days(conn, contoso)]
        page = changes.build(conn, contoso, ratings=load(), since=days[0], until=days[-1])
        kept = [s for _, s in shifts.between(conn, [contoso], days[0], days[-1])]
    added = {c.control for c in page.changes if c.kind is Kind.CONTROL_ADDED}
    assert {s.control for s in kept if s.kind is Kind.CONTROL_ADDED} == added
    bought = {s.day for s in kept if s.bought}
    assert bought == {TODAY - dt.timedelta(days=60)}
    assert {s.day for s in kept if not s.bought} == {TODAY - dt.timedelta(days=40)}


def test_shifts_that_no_longer_hold_go_away(engine: Engine, contoso: Tenant) -> None:
    with database.writing(engine) as conn:
        shifts.replace(conn, contoso, [])
        assert shifts.between(conn, [contoso], dt.date(2000, 1, 1), TODAY) == []
        refresh(conn, contoso, load())
        assert len(shifts.between(conn, [contoso], dt.date(2000, 1, 1), TODAY)) == 18


def test_a_tenant_without_days_has_no_summary(engine: Engine) -> None:
    with database.writing(engine) as conn:
        made = tenants.add(conn, id=CONTOSO.id, name="Empty", connection=Connection(), now=NOW, due_at=None)
        refresh(conn, made, load())
        assert summaries.of(conn, [made]) == {}
        assert summaries.missing(conn, [made]) == []


def test_what_an_older_surefoot_did_not_make_is_made_up_for(engine: Engine, contoso: Tenant) -> None:
    with database.writing(engine) as conn:
        before = summaries.of(conn, [contoso])
        summaries.save(conn, contoso, None)
        assert summaries.missing(conn, [contoso]) == [contoso]
        assert catch_up(conn, [contoso], load(), most=0) == 1
        assert catch_up(conn, [contoso], load()) == 0
        assert summaries.of(conn, [contoso]) == before


def test_the_actions_at_hand_are_those_of_the_list(engine: Engine, contoso: Tenant) -> None:
    def held() -> dict[str, tuple[object, ...]]:
        w, c = schema.work.c, schema.control.c
        query = select(c.id, w.rank, w.status, w.earned, w.points, w.quick_win).join(
            schema.control, w.control == schema.control.c.key
        )
        with database.reading(engine) as conn:
            return {row[0]: tuple(row[1:]) for row in conn.execute(query)}

    def listed() -> dict[str, tuple[object, ...]]:
        with database.reading(engine) as conn:
            page = actions.build(conn, contoso, ratings=load())
        return {a.id: (a.rank, a.status.value, a.earned_points, a.points, a.quick_win) for a in page.actions}

    assert held() == listed()
    one = Decision(control="BlockLegacyAuthentication", status=Status.PLANNED, decided_by="ann", decided_at=NOW)
    with database.writing(engine) as conn:
        decide(conn, contoso, one, ratings=load())
    assert held() == listed()
    assert held()["BlockLegacyAuthentication"][1] == "planned"
