"""A history of anything, over any range: stored days alone, extremes, months, repairs."""

import datetime as dt

import pytest
from pages_world import NO_RATINGS, TODAY, day, fill
from sqlalchemy import Engine

from surefoot.errors import InputRefused, NotFound
from surefoot.model import Tenant
from surefoot.pages import history
from surefoot.pages.history import History, Wanted
from surefoot.scoring.trends import Step
from surefoot.store import database

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
        ({"control": "exo_x"}, NotFound, "never had a control"),
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
