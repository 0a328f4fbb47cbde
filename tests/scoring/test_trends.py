"""Trends: no invented day, falls told from jitter and from Microsoft's doing, repairs timed from the fall."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.model import DayTotal, Source
from surefoot.scoring import trends
from surefoot.scoring.courses import Stretch
from surefoot.scoring.past import Course, daily
from surefoot.scoring.trends import Step

START = dt.date(2026, 1, 1)


def day(n: int) -> dt.date:
    return START + dt.timedelta(days=n)


class Point:
    def __init__(self, n: int) -> None:
        self.date = day(n)


days = st.sets(st.integers(0, 200)).map(sorted)


@given(days, st.sampled_from(Step))
def test_every_sampled_point_is_a_stored_day_and_the_last_of_its_step(stored: list[int], step: Step) -> None:
    points = [Point(n) for n in stored]
    found = trends.sampled(points, step)
    assert all(p in points for p in found)
    assert [p.date for p in found] == sorted({p.date for p in found})
    keys = {Step.DAY: lambda d: d, Step.WEEK: lambda d: d.isocalendar()[:2], Step.MONTH: lambda d: (d.year, d.month)}
    steps: dict[object, dt.date] = {}
    for p in points:
        steps[keys[step](p.date)] = p.date
    assert [p.date for p in found] == list(steps.values())


@given(days)
def test_stored_days_and_gaps_make_the_whole_range(stored: list[int]) -> None:
    found = trends.gaps([day(n) for n in stored])
    missing = {g.first + dt.timedelta(days=n) for g in found for n in range(g.days)}
    assert all((g.last - g.first).days + 1 == g.days > 0 for g in found)
    whole = {day(n) for n in range(stored[0], stored[-1] + 1)} if stored else set()
    assert missing | {day(n) for n in stored} == whole
    assert not missing & {day(n) for n in stored}


def course(*shares: tuple[int, float, float], control: str = "aad_mfa") -> Course:
    """Make a course of stretches that begin on a day, with points and a maximum."""
    ends = [s[0] - 1 for s in shares[1:]] + [200] * bool(shares)
    stretches = tuple(
        Stretch(day(begun), day(ended), points, most, "Identity")
        for (begun, points, most), ended in zip(shares, ends, strict=True)
    )
    return Course(control=control, name=control, service="AzureAD", product="Entra", stretches=stretches)


def test_a_repair_takes_from_the_fall_to_the_old_share() -> None:
    mended = course((0, 10.0, 10.0), (20, 4.0, 10.0), (24, 7.0, 10.0), (30, 10.0, 10.0))
    found = trends.repair([mended], START, day(100))
    assert (found.falls, found.repaired, found.mean_days, found.median_days) == (1, 1, 10.0, 10.0)
    assert (found.last_fall, found.days_since) == (day(20), 80)
    still_open = trends.repair([mended], START, day(25))
    assert (still_open.falls, still_open.repaired, still_open.mean_days) == (1, 0, None)


@pytest.mark.parametrize(
    "quiet",
    [
        course((0, 10.0, 10.0), (20, 9.95, 10.0)),  # jitter
        course((0, 10.0, 10.0), (20, 5.0, 5.0)),  # Microsoft took points away
        course((0, 5.0, 10.0), (20, 2.5, 5.0)),
        course((0, 5.0, 10.0), (20, 8.0, 10.0)),
        course((0, 10.0, 10.0)),
        course(),
    ],
)
def test_jitter_and_lower_maxima_are_no_falls(quiet: Course) -> None:
    found = trends.repair([quiet], START, day(100))
    assert (found.falls, found.last_fall, found.days_since) == (0, None, None)


def test_a_control_that_falls_twice_flaps() -> None:
    twice = course((0, 8.0, 8.0), (5, 0.0, 8.0), (6, 8.0, 8.0), (9, 0.0, 8.0), control="mdo_links")
    once = course((0, 8.0, 8.0), (5, 0.0, 8.0))
    (found,) = trends.flapping([once, twice], START, day(100))
    assert (found.control, found.falls, found.repaired) == ("mdo_links", 2, 1)
    assert trends.flapping([twice], START, day(8)) == ()


@given(st.lists(st.tuples(st.sampled_from([0.0, 2.5, 5.0, 10.0]), st.sampled_from([5.0, 10.0])), max_size=8))
def test_no_fall_is_mended_before_it_happened(values: list[tuple[float, float]]) -> None:
    made = course(*((n * 10, min(p, most), most) for n, (p, most) in enumerate(values)))
    found = trends.falls(made.stretches, START, day(200))
    assert all(f.mended is None or f.mended > f.day for f in found)
    assert len(found) <= max(0, len(values) - 1)


def test_a_month_tells_gains_losses_and_the_catalogues_part() -> None:
    courses = [
        course((0, 4.0, 10.0), (20, 9.0, 10.0), (40, 6.0, 10.0)),
        course((35, 0.0, 5.0), control="mdo_new"),
    ]
    totals = [
        DayTotal(day(n), sum(s.points for c in courses for s in c.stretches if s.covers(day(n))),
                 sum(s.max_points or 0 for c in courses for s in c.stretches if s.covers(day(n))), Source.GRAPH)
        for n in range(55)
    ]  # fmt: skip
    january, february = trends.by_month(daily(courses, totals))
    assert (january.month, january.gained, january.lost, january.catalogue) == ("2026-01", 5.0, 0.0, 0.0)
    assert (february.month, february.gained, february.lost) == ("2026-02", 0.0, 3.0)
    assert february.catalogue == pytest.approx(100 * 9 / 15 - 90)


@given(st.lists(st.none() | st.floats(0, 100), max_size=60), st.integers(1, 40))
def test_the_moving_best_and_worst_are_those_of_the_days_before(values: list[float | None], span: int) -> None:
    days = [(day(2 * n), value) for n, value in enumerate(values)]
    for found, (when, _) in zip(trends.moving(days, span), days, strict=True):
        near = [v for d, v in days if v is not None and 0 <= (when - d).days < span]
        assert (found.best, found.worst) == (max(near, default=None), min(near, default=None))
