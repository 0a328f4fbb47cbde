"""The overview beyond the score: why it moved, what to review, how it compares, which days are marked."""

import datetime as dt
import random

import pytest
from pages_world import NO_RATINGS, NOW, TODAY, add, day, fill, profile, snapshot
from sqlalchemy import Engine

from surefoot.model import Average, Decision, Event, EventSource, Outgoing, Stage, Status, Tenant
from surefoot.pages import actions, changes, overview
from surefoot.pages.actions import Filter
from surefoot.pages.overview import Overview
from surefoot.scoring.actions import NewsKind
from surefoot.store import database, events, history, outgoing, profiles
from surefoot.sync.decisions import decide
from surefoot.sync.derived import refresh
from surefoot.sync.plans import PlanChange, replan

FULL = {"aad_mfa": (10.0, 10.0), "mdo_links": (8.0, 8.0)}
FALLEN = {"aad_mfa": (4.0, 10.0), "mdo_links": (8.0, 8.0)}


def build(engine: Engine, tenant: Tenant, *, days: int | None = 90) -> Overview:
    with database.reading(engine) as conn:
        return overview.build(conn, tenant, ratings=NO_RATINGS, days=days, visible=None, now=NOW)


def test_the_week_is_explained_as_the_page_of_the_changes_does(engine: Engine) -> None:
    chance = random.Random("overview")  # noqa: S311 - made-up points
    for number in range(1, 6):
        names = [f"{kind}_{n}" for kind in ("aad", "mdo", "mip", "scid") for n in range(3)]
        days = {}
        for back in range(20, -1, -1):
            if back % 6 != 3:
                held = [n for n in names if chance.random() < 0.9]
                days[back] = {n: (chance.choice([0.0, 2.0, 5.0]), chance.choice([5.0, 5.0, 8.0])) for n in held}
        tenant = fill(engine, days, number=number, name=f"T{number}")
        moved = build(engine, tenant).moved
        with database.reading(engine) as conn:
            page = changes.build(conn, tenant, ratings=NO_RATINGS)
        assert moved is not None
        assert (moved.since, moved.until, moved.sentence) == (page.since, page.until, page.sentence)
        assert moved.changes == len(page.changes)
        assert sum(p.percent or 0.0 for p in moved.parts) == pytest.approx(page.difference, abs=1e-9)
        assert sum(p.changes for p in moved.parts) == moved.changes
        assert len(moved.parts) <= 8


def test_a_quiet_week_tells_the_last_move(engine: Engine) -> None:
    tenant = fill(engine, {30: FULL, 20: FULL, 19: FALLEN, 9: FALLEN, 3: FALLEN, 0: FALLEN})
    moved = build(engine, tenant).moved
    assert moved is not None
    assert (moved.quiet, moved.since, moved.until) == (True, day(20), day(19))
    assert [p.control for p in moved.parts] == ["aad_mfa"]
    assert moved.difference == pytest.approx(-100 * 6 / 18)


def test_nothing_ever_moved_and_one_day_alone_are_told_apart(engine: Engine) -> None:
    still = build(engine, fill(engine, {9: FULL, 0: FULL})).moved
    assert still is not None
    assert (still.quiet, still.parts, still.changes) == (True, (), 0)
    assert build(engine, fill(engine, {0: FULL}, number=2, name="New")).moved is None


def test_a_licence_that_came_is_named_with_what_it_brought(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tenant = add(conn)
        more = FULL | {f"mip_{n}": (2.0, 5.0) for n in range(4)}
        days = [snapshot(tenant, 8, FULL, ["HasAADP1"]), snapshot(tenant, 3, more, ["HasAADP1", "HasM365E5"])]
        history.save(conn, tenant, [*days, snapshot(tenant, 0, more, ["HasAADP1", "HasM365E5"])], now=NOW)
    page = build(engine, tenant)
    assert page.licences == ("Microsoft 365 E5", "Microsoft Entra ID P1")
    assert page.moved is not None
    assert "a new licence (Microsoft 365 E5) brought 4 controls" in page.moved.sentence
    assert [(p.name, p.changes) for p in page.moved.parts] == [("4 controls added", 4)]
    assert [m.title for m in page.marks] == ["Microsoft 365 E5 came"]


def test_days_that_moved_or_were_noted_are_marked(engine: Engine) -> None:
    tenant = fill(engine, {9: FULL, 8: FALLEN, 7: FALLEN, 0: FALLEN})
    note = Event(source=EventSource.NOTE, id="n", at=NOW - dt.timedelta(days=5), title="Moved to new scanners")
    audit = Event(source=EventSource.DIRECTORY_AUDIT, id="a", at=NOW - dt.timedelta(days=3), title="Update policy")
    with database.writing(engine) as conn:
        events.save(conn, tenant, [note, audit])
    marks = build(engine, tenant).marks
    assert [(m.date, m.title, m.source) for m in marks] == [
        (day(8), "Title of aad_mfa fell", None),
        (day(0), "Moved to new scanners", EventSource.NOTE),
    ]
    assert marks[0].change == pytest.approx(-100 * 6 / 18)
    assert marks[0].since == day(9)


def test_a_mark_names_the_largest_part_of_a_move_and_never_an_incident(engine: Engine) -> None:
    less = {"aad_mfa": (9.9, 10.0), "mdo_links": (8.0, 8.0)}
    added = {f"mip_{n}": (0.0, 5.0) for n in range(4)}
    tenant = fill(engine, {9: FULL, 8: less | added, 5: less | added, 4: FULL | added, 0: FULL | added})
    at = dt.datetime.combine(day(8), dt.time(9), dt.UTC)
    incident = Event(source=EventSource.INCIDENT, id="i", at=at, title="Unfamiliar sign-in properties")
    still = Event(source=EventSource.INCIDENT, id="s", at=at + dt.timedelta(days=3), title="Mass download")
    with database.writing(engine) as conn:
        events.save(conn, tenant, [incident, still])
    told = [(m.date, m.title, m.source, m.more) for m in build(engine, tenant).marks]
    assert told == [
        (day(8), "4 controls were added", None, 2),
        (day(5), "Mass download", EventSource.INCIDENT, 0),
        (day(4), "Title of aad_mfa gained", None, 0),
    ]
    note = Event(source=EventSource.NOTE, id="n", at=at, title="Bought scanners")
    with database.writing(engine) as conn:
        events.save(conn, tenant, [note])
    assert build(engine, tenant).marks[0].title == "Bought scanners"


def test_what_is_to_be_reviewed_is_counted_as_the_lists_count_it(engine: Engine) -> None:
    held = FALLEN | {"mip_dlp": (0.0, 6.0), "scid_1": (0.0, 3.0)}
    tenant = fill(engine, {9: FULL, 8: held, 0: held})
    with database.writing(engine) as conn:
        for control, status in (("mip_dlp", Status.RISK_ACCEPTED), ("scid_1", Status.PLANNED)):
            until = TODAY + dt.timedelta(days=7) if status is Status.RISK_ACCEPTED else None
            made = Decision(
                control=control, status=status, decided_at=NOW, decided_by="anna", comment="Bearable", review_on=until
            )
            decide(conn, tenant, made, ratings=NO_RATINGS)
        late = NOW - dt.timedelta(days=9)
        replan(conn, tenant, "scid_1", PlanChange(owner="bo", due=late.date()), by="anna", now=late)
        sent = Outgoing(
            key=0, control="aad_mfa", state="Ignored", stage=Stage.SENT, made_at=late, made_by="anna", sent_at=late
        )
        outgoing.add(conn, tenant, sent)
    review = build(engine, tenant).review
    assert review is not None
    assert (review.regressed, review.to_address, review.planned, review.risk_accepted) == (1, 1, 1, 1)
    assert (review.overdue, review.ending, review.ending_days) == (1, 1, 14)
    assert (review.waiting, review.late, review.expected_by) == (1, 1, late + dt.timedelta(days=7))
    assert (review.refused, review.conflicts, review.requests, review.dismissed) == (0, 0, 0, 0)


def test_what_microsoft_added_and_reworded_lately_is_counted_and_filtered(engine: Engine) -> None:
    tenant = fill(engine, {9: FULL, 0: FULL | {"mip_new": (0.0, 5.0), "mip_old": (0.0, 5.0)}})
    with database.writing(engine) as conn:
        old = NOW - dt.timedelta(days=60)
        known = [profile(c, 10.0) for c in ("aad_mfa", "mdo_links")]
        fresh = add(conn, 2, "Fabrikam")
        history.save(conn, fresh, [snapshot(fresh, back, FULL | {"mip_new": (0.0, 5.0)}) for back in (60, 0)], now=NOW)
        profiles.save(conn, fresh, known, now=old)
        profiles.save(
            conn, fresh, [profile("aad_mfa", 10.0, "Anew"), known[1], profile("mip_new", 5.0)],
            now=NOW - dt.timedelta(days=3),
        )  # fmt: skip
    assert build(engine, tenant).review.recently_added == 0  # type: ignore[union-attr]
    review = build(engine, fresh).review
    assert review is not None
    assert (review.recently_added, review.recently_updated) == (1, 1)
    assert review.recent_since == day(30)
    with database.reading(engine) as conn:
        for kind, control in ((NewsKind.ADDED, "mip_new"), (NewsKind.UPDATED, "aad_mfa")):
            page = actions.build(conn, fresh, ratings=NO_RATINGS, wanted=Filter(recent=kind))
            assert [a.id for a in page.actions] == [control]


def test_the_place_among_ones_own_tenants_is_exact(engine: Engine) -> None:
    made = []
    for number, points in enumerate([2.0, 4.0, 6.0, 8.0, 10.0], start=1):
        tenant = fill(engine, {0: {"aad_mfa": (points, 10.0)}}, number=number, name=f"T{number}")
        with database.writing(engine) as conn:
            refresh(conn, tenant, NO_RATINGS)
        made.append(tenant)
    among = build(engine, made[3]).among
    assert among is not None
    assert (among.own.tenants, among.own.rank, among.own.median) == (5, 2, 60.0)
    with database.reading(engine) as conn:
        few = frozenset(t.id for t in made[:4])
        seen = overview.build(conn, made[3], ratings=NO_RATINGS, visible=few, now=NOW).among
    assert seen is not None
    assert (seen.own.tenants, seen.own.rank) == (None, None)
    assert "too few" in (seen.own.too_small or "")


def test_the_groups_of_the_newest_day_that_has_some_are_shown(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tenant = add(conn)
        group = Average(basis="AllTenants", percent=40.0)
        seats = Average(basis="TotalSeats", percent=60.0, seats_from=100, seats_to=999)
        days = [
            snapshot(tenant, 3, FULL).__class__(**{**_fields(snapshot(tenant, 3, FULL)), "averages": (group, seats)}),
            snapshot(tenant, 0, FALLEN),
        ]
        history.save(conn, tenant, days, now=NOW)
    among = build(engine, tenant).among
    assert among is not None
    assert [(g.basis, g.as_of, g.average, g.distance, g.about) for g in among.groups] == [
        ("TotalSeats", day(3), 60.0, pytest.approx(40.0), "100 to 999 seats"),
        ("AllTenants", day(3), 40.0, pytest.approx(60.0), "All Microsoft 365 tenants"),
    ]
    assert among.estimate.range is not None


def _fields(made: object) -> dict[str, object]:
    return {name: getattr(made, name) for name in made.__struct_fields__}  # type: ignore[attr-defined]


def test_an_empty_tenant_has_none_of_it(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tenant = add(conn)
    page = build(engine, tenant)
    assert (page.review, page.moved, page.among, page.marks, page.licences) == (None, None, None, (), ())
