"""Why the score moved, on a real answer of Graph and on small histories: exact, named, with candidates beside it."""

import datetime as dt
from math import fsum
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages_world import NO_RATINGS, NOW, TODAY, Points, add, day, fill, snapshot
from sqlalchemy import Engine

from surefoot.errors import InputRefused, NotFound
from surefoot.model import Event, EventSource, Tenant
from surefoot.pages import changes
from surefoot.pages.changes import Changes
from surefoot.scoring.changes import Kind
from surefoot.scoring.ratings import load
from surefoot.store import database, events, history
from surefoot.sync import imports

REAL = Path(__file__).parents[2] / "../shared/data/securescores-90days.json"
ON_REAL = pytest.mark.skipif(not REAL.exists(), reason="the real answers are not beside the tests")


@pytest.fixture
def real(engine: Engine) -> Tenant:
    with database.writing(engine) as conn:
        return imports.store(conn, imports.read(REAL), name="real", now=NOW, ratings=load()).tenant


def explained(engine: Engine, tenant: Tenant, since: dt.date | None = None, until: dt.date | None = None) -> Changes:
    with database.reading(engine) as conn:
        return changes.build(conn, tenant, ratings=load(), since=since, until=until)


@ON_REAL
def test_the_fall_of_the_real_file_names_three_controls_and_nothing_else(engine: Engine, real: Tenant) -> None:
    page = explained(engine, real, dt.date(2025, 8, 23), dt.date(2025, 8, 24))
    assert {c.control: c.points for c in page.changes} == {
        "mdo_safeattachments": pytest.approx(-8.0),
        "mdo_safelinksforemail": pytest.approx(-9.0),
        "mdo_safeattachmentpolicy": pytest.approx(-5.0),
    }
    assert {c.kind for c in page.changes} == {Kind.REGRESSED}
    assert page.difference is not None
    assert abs(fsum(c.percent or 0.0 for c in page.changes) - page.difference) < 1e-9
    assert all(c.day == dt.date(2025, 8, 24) for c in page.changes)
    assert page.sentence.startswith("Score fell 6.1 points of percent on 24 Aug 2025")


@ON_REAL
def test_new_controls_of_the_real_file_are_nobodys_merit(engine: Engine, real: Tenant) -> None:
    page = explained(engine, real, dt.date(2025, 8, 11), dt.date(2025, 8, 13))
    merit = fsum(abs(c.points) for c in page.changes if c.kind in {Kind.GAINED, Kind.REGRESSED})
    came = [c for c in page.changes if c.kind is Kind.CONTROL_ADDED]
    assert came
    assert merit < 0.5 < fsum(c.max_points for c in came)
    assert "came with" in page.sentence or "Microsoft added" in page.sentence


def test_candidates_lie_around_the_day_on_which_a_control_moved(engine: Engine) -> None:
    full, less = {"aad_mfa": (10.0, 10.0)}, {"aad_mfa": (4.0, 10.0)}
    tenant = fill(engine, {30: full, 20: full, 19: less, 0: less})
    right = Event(source=EventSource.DIRECTORY_AUDIT, id="1", at=noon(19), title="Delete conditional access policy")
    wrong = Event(source=EventSource.DIRECTORY_AUDIT, id="2", at=noon(1), title="Delete conditional access policy")
    with database.writing(engine) as conn:
        events.save(conn, tenant, [right, wrong])
    page = explained(engine, tenant, day(30), TODAY)
    assert [(c.day, [x.event for x in c.causes]) for c in page.changes] == [(day(19), [right])]


def noon(back: int) -> dt.datetime:
    return dt.datetime.combine(day(back), dt.time(12), dt.UTC)


def test_without_days_the_newest_is_explained_against_a_week_before(engine: Engine) -> None:
    tenant = fill(engine, {back: {"aad_mfa": (float(20 - back), 20.0)} for back in range(12)})
    page = explained(engine, tenant)
    assert (page.since, page.until) == (day(7), TODAY)
    assert [d.date for d in page.by_day] == [day(back) for back in range(6, -1, -1)]
    assert fsum(d.difference or 0.0 for d in page.by_day) == pytest.approx(page.difference)


@pytest.mark.parametrize(
    ("since", "until", "error", "words"),
    [
        (3, 0, NotFound, "nearest that are: 2026-11-19 and 2026-11-21"),
        (0, 4, InputRefused, "turn them round"),
        (4, -400, NotFound, "nearest that are: 2026-11-23"),
    ],
)
def test_days_that_are_not_stored_or_the_wrong_way_round_are_refused(
    engine: Engine, since: int, until: int, error: type[Exception], words: str
) -> None:
    held = {"aad_mfa": (5.0, 10.0)}
    tenant = fill(engine, {4: held, 2: held, 0: held})
    with pytest.raises(error, match=words):
        explained(engine, tenant, day(since), day(until))


def test_a_tenant_without_days_says_what_to_do(engine: Engine) -> None:
    with pytest.raises(NotFound, match="surefoot sync"):
        explained(engine, fill(engine, {}))


def test_the_first_day_alone_has_nothing_to_be_compared_with(engine: Engine) -> None:
    tenant = fill(engine, {0: {"aad_mfa": (5.0, 10.0)}})
    with pytest.raises(NotFound, match="nothing before it to compare with"):
        explained(engine, tenant)
    page = explained(engine, tenant, TODAY, TODAY)
    assert (page.changes, page.difference) == ((), 0.0)
    assert page.sentence == "23 Nov 2026 is compared with itself: nothing differs."


def test_a_bought_licence_is_told_as_one(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tenant = add(conn)
        before = snapshot(tenant, 1, {"aad_mfa": (5.0, 10.0)}, ["HasAADP1"])
        after = snapshot(tenant, 0, {"aad_mfa": (5.0, 10.0), "mip_dlp": (3.0, 3.0)}, ["HasAADP1", "HasM365E5"])
        history.save(conn, tenant, [before, after], now=NOW)
    page = explained(engine, tenant)
    assert page.licences_added == ("HasM365E5",)
    assert "a new licence (Microsoft 365 E5) brought 1 control" in page.sentence


held_days = st.dictionaries(
    st.integers(0, 40),
    st.dictionaries(
        st.sampled_from(["aad_a", "aad_b", "mdo_c", "mip_d", "scid_e"]),
        st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from([4.0, 8.0, 10.0])).map(
            lambda pair: (pair[0] * pair[1], pair[1])
        ),
        max_size=5,
    ),
    min_size=1,
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data(), days=held_days)
def test_over_gaps_restated_days_and_vanished_controls_the_parts_sum_to_the_difference(
    engine: Engine, data: st.DataObject, days: dict[int, dict[str, Points]]
) -> None:
    with database.writing(engine) as conn:
        tenant = add(conn)
        history.save(conn, tenant, [snapshot(tenant, back, held) for back, held in days.items()], now=NOW)
        restated = data.draw(st.sampled_from(sorted(days)))
        held = next(iter(data.draw(held_days).values()))
        history.save(conn, tenant, [snapshot(tenant, restated, held)], now=NOW)
        page = changes.build(conn, tenant, ratings=NO_RATINGS, since=day(max(days)), until=day(min(days)))
        conn.rollback()
    if page.difference is None:
        assert all(c.percent is None for c in page.changes)
    else:
        assert abs(fsum(c.percent or 0.0 for c in page.changes) - page.difference) < 1e-9
        assert abs(fsum(s.percent or 0.0 for s in page.by_kind) - page.difference) < 1e-9
        assert abs(fsum(s.percent or 0.0 for s in page.by_category) - page.difference) < 1e-9


def test_what_is_told_of_some_days_is_what_the_whole_range_tells_of_them(engine: Engine) -> None:
    tenant = fill(engine, {back: {"aad_mfa": (float(30 - back // 3), 40.0)} for back in range(30)})
    made = [
        Event(source=EventSource.DIRECTORY_AUDIT, id=str(back), at=noon(back), title="Delete conditional access policy")
        for back in range(30)
    ]
    with database.writing(engine) as conn:
        events.save(conn, tenant, made)
    page, marked = explained(engine, tenant, day(29), TODAY), {day(2), day(11), day(12)}
    with database.reading(engine) as conn:
        some = changes.told(conn, tenant, ratings=load(), since=day(29), until=TODAY, days=marked)
        every = changes.told(
            conn, tenant, ratings=load(), since=day(29), until=TODAY, days={d.date for d in page.by_day}
        )
    assert dict(some.days) == {d.date: d for d in page.by_day if d.date in marked}
    assert some.days
    assert every.causes == {(x.event.source, x.event.id) for c in page.changes for x in c.causes}
    assert every.causes
    about = {e.id for e in made if e.at.date() in marked}
    assert {i for _, i in some.causes} & about == {i for _, i in every.causes} & about
