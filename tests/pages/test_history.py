"""A history of anything, over any range: stored days alone, extremes, months, repairs."""

import datetime as dt

import pytest
from pages_world import NO_RATINGS, NOW, TODAY, add, day, fill, snapshot
from sqlalchemy import Engine

from surefoot.errors import InputRefused, NotFound
from surefoot.model import Tenant
from surefoot.pages import history, overview
from surefoot.pages.history import History, Wanted
from surefoot.scoring.ratings import Rating, Ratings
from surefoot.scoring.trends import Step
from surefoot.store import database
from surefoot.store import history as history_store

FULL = {"aad_mfa": (10.0, 10.0), "mdo_links": (8.0, 8.0)}
FALLEN = {"aad_mfa": (4.0, 10.0), "mdo_links": (8.0, 8.0)}


@pytest.fixture
def tenant(engine: Engine) -> Tenant:
    """Keep sixty days: a fall 30 days ago that was mended 25 days ago, and three missing days."""
    stored = [back for back in range(60) if back not in {10, 11, 40}]
    return fill(engine, {back: FALLEN if 25 < back <= 30 else FULL for back in stored})


def build(engine: Engine, tenant: Tenant, **wanted: object) -> History:
    with database.reading(engine) as conn:
        return history.build(conn, tenant, ratings=NO_RATINGS, wanted=Wanted(**wanted))


def test_the_score_with_its_gaps_extremes_months_and_repairs(engine: Engine, tenant: Tenant) -> None:
    page = build(engine, tenant)
    assert (len(page.history), page.missing, page.first) == (57, 3, day(59))
    assert [(g.first, g.last, g.days) for g in page.gaps] == [(day(40), day(40), 1), (day(11), day(10), 2)]
    assert page.best is not None
    assert page.worst is not None
    assert (page.best.date, page.best.percent) == (TODAY, 100.0)
    assert (page.worst.date, page.worst.percent) == (day(26), pytest.approx(100 * 12 / 18))
    assert page.repair is not None
    assert (page.repair.falls, page.repair.mean_days, page.repair.days_since) == (1, 5.0, 30)
    october = next(m for m in page.months if m.month == "2026-10")
    assert (october.gained, october.lost, october.catalogue) == (6.0, 6.0, 0.0)
    assert page.flapping == ()


def test_weeks_and_months_are_as_of_their_last_stored_day(engine: Engine, tenant: Tenant) -> None:
    weeks = build(engine, tenant, by=Step.WEEK)
    assert [d.date.isoweekday() for d in weeks.history[:-1]] == [7] * (len(weeks.history) - 1)
    assert weeks.history[-1].date == TODAY
    assert (len(weeks.history), weeks.missing) == (10, 3)
    months = build(engine, tenant, by=Step.MONTH)
    assert [d.date for d in months.history] == [dt.date(2026, 9, 30), dt.date(2026, 10, 31), TODAY]


def test_a_category_a_service_and_a_control_sum_to_their_own(engine: Engine, tenant: Tenant) -> None:
    category = build(engine, tenant, category="identity")
    assert (category.of.kind, category.of.name) == ("category", "Identity")
    assert {(d.points, d.max_points) for d in category.history} == {(10.0, 10.0), (4.0, 10.0)}
    assert build(engine, tenant, service="mdo").of.name == "Microsoft Defender for Office 365"
    control = build(engine, tenant, control="MDO_LINKS")
    assert (control.of.key, control.of.name) == ("mdo_links", "Title of mdo_links")
    assert {d.percent for d in control.history} == {100.0}
    assert control.repair is not None
    assert control.repair.falls == 0
    assert all(m.lost == 0.0 for m in control.months)


def test_days_on_which_a_control_was_not_scored_are_not_there(engine: Engine) -> None:
    tenant = fill(engine, {3: FULL, 2: {"mdo_links": (8.0, 8.0)}, 1: FULL, 0: {"aad_mfa": (0.0, 0.0)}})
    page = build(engine, tenant, control="aad_mfa")
    assert [d.date for d in page.history] == [day(3), day(1), TODAY]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [({"days": 7}, 7), ({"days": None}, 57), ({"since": day(5), "until": day(3)}, 3), ({"until": day(50)}, 10),
     ({"since": day(12), "until": day(12)}, 1), ({"since": day(11), "until": day(10)}, 0)],
)  # fmt: skip
def test_any_range(engine: Engine, tenant: Tenant, wanted: dict[str, object], count: int) -> None:
    assert len(build(engine, tenant, **wanted).history) == count


@pytest.mark.parametrize(
    ("wanted", "error", "words"),
    [
        ({"category": "Identity", "control": "x"}, InputRefused, "not two of them"),
        ({"since": day(1), "until": day(2)}, InputRefused, "turn them round"),
        ({"category": "Nonsense"}, NotFound, "it has: Apps, Identity"),
        ({"service": "EXO"}, NotFound, "it has: AzureAD, MDO"),
        ({"category": ""}, NotFound, "it has: Apps, Identity"),
        ({"service": ""}, NotFound, "it has: AzureAD, MDO"),
        ({"control": "exo_x"}, NotFound, "never had a control 'exo_x'.$"),
        ({"control": "mdo_link"}, NotFound, "Did you mean: mdo_links?"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    engine: Engine, tenant: Tenant, wanted: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        build(engine, tenant, **wanted)


def test_a_tenant_without_days_has_an_empty_history(engine: Engine) -> None:
    page = build(engine, fill(engine, {}))
    assert (page.history, page.first, page.missing, page.best, page.repair) == ((), None, 0, None, None)


def test_a_range_that_ends_in_the_future_ends_on_the_newest_stored_day(engine: Engine, tenant: Tenant) -> None:
    page = build(engine, tenant, days=7, until=dt.date(2030, 1, 1))
    assert [d.date for d in page.history] == [day(back) for back in range(6, -1, -1)]
    page = build(engine, tenant, since=day(59), until=dt.date(2030, 1, 1))
    assert page.repair is not None
    assert page.repair.days_since == 30


@pytest.mark.parametrize("of", [{}, {"category": "Identity"}])
def test_a_days_moving_extremes_do_not_depend_on_the_range(
    engine: Engine, tenant: Tenant, of: dict[str, object]
) -> None:
    whole = {m.date: m for m in build(engine, tenant, days=None, **of).moving}
    assert whole[day(1)].worst is not None
    assert whole[day(1)].worst < 100.0
    for days in (1, 5, 20, 45):
        page = build(engine, tenant, days=days, **of)
        assert [m.date for m in page.moving] == [d.date for d in page.history]
        assert all(m == whole[m.date] for m in page.moving)


@pytest.fixture
def bare(engine: Engine) -> Tenant:
    """Keep a day without any profile: nobody knows the maximum of what has no points."""
    with database.writing(engine) as conn:
        made = add(conn)
        history_store.save(conn, made, [snapshot(made, 0, {"aad_mfa": (9.0, 10.0), "aad_none": (0.0, 0.0)})], now=NOW)
    return made


def test_a_category_counts_the_usual_maximum_of_what_never_had_points_as_the_overview_does(
    engine: Engine, bare: Tenant
) -> None:
    with database.reading(engine) as conn:
        for ratings, most in ((NO_RATINGS, 10.0), (Ratings({"aad_none": Rating(max_points=6.0)}, {}), 16.0)):
            (found,) = history.build(conn, bare, ratings=ratings, wanted=Wanted(category="Identity")).history
            (shown,) = overview.build(conn, bare, ratings=ratings).categories
            assert found.max_points == shown.max_points == most
            assert found.percent == shown.percent


def test_a_control_whose_maximum_nobody_knows_has_points_and_no_percent(engine: Engine, bare: Tenant) -> None:
    page = build(engine, bare, control="aad_none")
    assert [(d.points, d.max_points, d.percent) for d in page.history] == [(0.0, None, None)]
    assert (page.best, page.worst, page.moving[0].best) == (None, None, None)


def test_no_service_is_not_a_service(engine: Engine, bare: Tenant) -> None:
    with pytest.raises(NotFound, match="it has: none"):
        build(engine, bare, service="")
