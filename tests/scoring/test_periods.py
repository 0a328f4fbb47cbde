"""Periods: their parts are the difference, no day is counted twice, and what is not stored is not known."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_histories import histories

from surefoot.model import DayTotal, Source
from surefoot.scoring import trends
from surefoot.scoring.courses import Stretch
from surefoot.scoring.past import Course, daily
from surefoot.scoring.percents import percent
from surefoot.scoring.periods import Period, fitting, periods
from surefoot.scoring.trends import Fall, Step

START = dt.date(2026, 3, 1)
"""A Sunday."""


def day(n: int) -> dt.date:
    return START + dt.timedelta(days=n)


def parts(period: Period) -> float:
    return sum((period.gained or 0, period.lost or 0, period.catalogue or 0, period.other or 0))


@given(histories(), st.sampled_from(Step))
def test_the_parts_of_a_period_are_the_difference_between_its_ends(
    history: tuple[list[Course], list[DayTotal]], step: Step
) -> None:
    courses, totals = history
    by_day = {t.day: percent(t.points, t.max_points) for t in totals}
    found = periods(daily(courses, totals), (), step)
    for p in found:
        if p.since is None or p.until is None:
            assert (p.change, p.gained, p.lost, p.gained_points) == (None, None, None, None)
            assert not any(p.first <= d <= p.last for d in list(by_day)[1:])
            continue
        assert p.first <= p.until <= p.last
        a, b = by_day[p.since], by_day[p.until]
        assert p.change == (None if a is None or b is None else b - a)
        if p.gained is not None:
            assert parts(p) == pytest.approx(p.change, abs=1e-9)
            assert p.gained >= 0 >= (p.lost or 0)
    assert all(b.first - a.last == dt.timedelta(days=1) for a, b in pairwise(found))


@given(histories())
def test_months_hold_what_the_history_says_of_them(history: tuple[list[Course], list[DayTotal]]) -> None:
    courses, totals = history
    found = {f"{p.first:%Y-%m}": p for p in periods(daily(courses, totals), (), Step.MONTH) if p.since}
    for month in trends.by_month(daily(courses, totals)):
        held = found.pop(month.month)
        assert (held.gained_points, held.lost_points) == (month.gained, month.lost)
        if held.gained is not None:
            assert held.catalogue == pytest.approx(month.catalogue, abs=1e-12)
    assert found == {}


def test_weeks_begin_on_monday_and_one_without_a_day_is_not_known() -> None:
    held = Course(
        control="a", name="A", service=None, product=None,
        stretches=(Stretch(day(0), day(1), 2.0, 10.0, "Identity"), Stretch(day(2), day(20), 5.0, 10.0, "Identity")),
    )  # fmt: skip
    totals = [DayTotal(day(n), 2.0 if n < 2 else 5.0, 10.0, Source.GRAPH) for n in (0, 1, 2, 20)]
    falls = [Fall(day(2), day(20)), Fall(day(20), None)]
    first, second, third = periods(daily([held], totals), falls, Step.WEEK)
    assert (first.first, first.last, first.since, first.until) == (day(1), day(7), day(0), day(2))
    assert (first.change, first.gained, first.gained_points) == (30.0, pytest.approx(30.0), 3.0)
    assert (first.falls, first.mended, third.falls, third.mended) == (1, 0, 1, 1)
    assert (second.since, second.change, second.gained, second.lost_points) == (None, None, None, None)
    assert (third.since, third.change) == (day(2), 0.0)


@pytest.mark.parametrize(
    ("days", "step"), [(1, Step.DAY), (16, Step.DAY), (17, Step.WEEK), (190, Step.WEEK), (191, Step.MONTH)]
)
def test_a_range_is_cut_into_few_periods(days: int, step: Step) -> None:
    assert fitting(START, day(days - 1)) is step


def test_nothing_is_made_of_nothing() -> None:
    assert periods((), (), Step.WEEK) == ()
