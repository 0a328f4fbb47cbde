import datetime as dt
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.scoring.changes import Day, Held, Kind, explain, summed

MONDAY, TUESDAY, WEDNESDAY = (dt.date(2026, 11, n) for n in (2, 3, 4))


def held(control: str, points: float, max_points: float | None = 10.0, category: str = "Identity") -> Held:
    return Held(
        control=control, name=control, category=category, service="AzureAD", points=points, max_points=max_points
    )


def day(when: dt.date, *controls: Held, points: float | None = None, max_points: float | None = None) -> Day:
    known = math.fsum(c.max_points or 0.0 for c in controls)
    earned = math.fsum(c.points for c in controls)
    return Day(
        day=when,
        points=earned if points is None else points,
        max_points=known if max_points is None else max_points,
        controls=controls,
    )


@st.composite
def a_day(draw: st.DrawFn, when: dt.date = MONDAY, *, drifting: bool = True) -> Day:
    controls = []
    for name in draw(st.sets(st.sampled_from("abcdefghij"))):
        maximum = draw(st.one_of(st.none(), st.integers(1, 20).map(float)))
        share = 0.0 if maximum is None else draw(st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 1))
        controls.append(held(name, (maximum or 0.0) * share, maximum, draw(st.sampled_from(["Identity", "Data"]))))
    drift = st.floats(-5, 5) if drifting else st.just(0.0)
    plain = day(when, *controls)
    return day(
        when,
        *controls,
        points=plain.points + draw(drift),
        max_points=draw(st.sampled_from([0.0, 1.0 + abs(plain.max_points + draw(drift)), plain.max_points])),
    )


@given(a_day(), a_day(TUESDAY))
def test_the_parts_sum_to_the_difference(before: Day, after: Day) -> None:
    told = explain(before, after)
    if told.difference is None:
        assert all(c.percent is None for c in told.changes)
    else:
        scale = max(1.0, abs(told.percent_before or 0.0), abs(told.percent_after or 0.0))
        assert math.fsum(c.percent or 0.0 for c in told.changes) == pytest.approx(told.difference, abs=1e-9 * scale)
        assert math.fsum(c.points for c in told.changes) == pytest.approx(told.points, abs=1e-6)
        assert math.fsum(c.max_points for c in told.changes) == pytest.approx(told.max_points, abs=1e-6)


@given(a_day())
def test_a_day_explained_by_itself_has_no_changes(same: Day) -> None:
    assert explain(same, same).changes == ()


@given(st.data())
def test_with_unchanged_maxima_the_parts_of_two_steps_add_up_control_by_control(data: st.DataObject) -> None:
    maxima = {name: float(data.draw(st.integers(1, 20))) for name in "abcdef"}
    days = [
        day(when, *(held(n, m * data.draw(st.floats(0, 1)), m) for n, m in maxima.items()))
        for when in (MONDAY, TUESDAY, WEDNESDAY)
    ]
    steps = [*explain(days[0], days[1]).changes, *explain(days[1], days[2]).changes]
    two, one = summed(steps, lambda c: c.control), summed(explain(days[0], days[2]).changes, lambda c: c.control)
    for name in maxima:
        assert two.get(name, 0.0) == pytest.approx(one.get(name, 0.0), abs=1e-7)


@given(a_day(), a_day(TUESDAY), st.randoms())
def test_the_order_of_the_controls_changes_nothing(before: Day, after: Day, chance: random.Random) -> None:
    def shuffled(some: Day) -> Day:
        controls = list(some.controls)
        chance.shuffle(controls)
        return Day(day=some.day, points=some.points, max_points=some.max_points, controls=tuple(controls))

    assert explain(shuffled(before), shuffled(after)) == explain(before, after)


@pytest.mark.parametrize(("before", "after"), [(0.0, 10.0), (10.0, 0.0), (0.0, 0.0)])
def test_a_maximum_of_zero_makes_the_difference_not_known(before: float, after: float) -> None:
    told = explain(day(MONDAY, held("a", 0.0), max_points=before), day(TUESDAY, held("a", 5.0), max_points=after))
    assert told.difference is None
    assert [c.percent for c in told.changes if c.control == "a"] == [None]
    assert [c.points for c in told.changes if c.control == "a"] == [5.0]


def test_a_control_that_lost_points_regressed_and_nothing_else_is_named() -> None:
    told = explain(day(MONDAY, held("a", 10.0), held("b", 5.0)), day(TUESDAY, held("a", 4.0), held("b", 5.0)))
    assert [(c.control, c.kind, c.points) for c in told.changes] == [("a", Kind.REGRESSED, -6.0)]
    assert told.changes[0].percent == pytest.approx(-30.0)


def test_an_added_control_without_points_lowers_the_percent_though_nothing_got_worse() -> None:
    told = explain(day(MONDAY, held("a", 10.0)), day(TUESDAY, held("a", 10.0), held("new", 0.0)))
    (added,) = told.changes
    assert (added.kind, added.control, added.points, added.max_points) == (Kind.CONTROL_ADDED, "new", 0.0, 10.0)
    assert added.percent == told.difference == pytest.approx(-50.0)


def test_a_retired_control_is_named_also_when_it_had_nothing() -> None:
    told = explain(day(MONDAY, held("a", 5.0), held("old", 0.0)), day(TUESDAY, held("a", 5.0)))
    assert [(c.control, c.kind) for c in told.changes] == [("old", Kind.CONTROL_RETIRED)]


def test_a_full_control_that_is_weighed_anew_is_nobodys_merit() -> None:
    told = explain(day(MONDAY, held("a", 5.0, 5.0), held("b", 0.0)), day(TUESDAY, held("a", 8.0, 8.0), held("b", 0.0)))
    assert [(c.control, c.kind, c.points, c.max_points) for c in told.changes] == [("a", Kind.MAX_CHANGED, 3.0, 3.0)]


def test_controls_of_unknown_maximum_are_explained_as_a_group() -> None:
    before = day(MONDAY, held("a", 5.0), held("x", 0.0, None), held("y", 0.0, None), max_points=38.0)
    after = day(TUESDAY, held("a", 5.0), held("x", 0.0, None), max_points=30.0)
    kinds = {c.kind: c.max_points for c in explain(before, after).changes}
    assert kinds == {Kind.CONTROL_RETIRED: 0.0, Kind.UNKNOWN_MAXIMA: -8.0}


def test_what_the_controls_do_not_account_for_is_unexplained_and_shown() -> None:
    told = explain(day(MONDAY, held("a", 5.0)), day(TUESDAY, held("a", 5.0), points=6.0))
    assert [(c.kind, c.points) for c in told.changes] == [(Kind.UNEXPLAINED, 1.0)]


def test_ids_are_the_same_control_without_regard_to_case() -> None:
    assert explain(day(MONDAY, held("AdminMFA", 5.0)), day(TUESDAY, held("adminmfa", 5.0))).changes == ()
