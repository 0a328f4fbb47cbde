import math

import msgspec
import pytest
from hypothesis import given
from scoring_histories import START, histories

from surefoot.model import DayTotal, Source
from surefoot.scoring.changes import Kind, explain, summed
from surefoot.scoring.courses import Stretch
from surefoot.scoring.past import Course, daily, day_of, sums


@given(histories())
def test_each_day_is_explained_as_the_whole_days_are(history: tuple[list[Course], list[DayTotal]]) -> None:
    courses, totals = history
    found = list(daily(courses, totals))
    assert len(found) == len(totals) - 1
    for quick, before, after in zip(found, totals, totals[1:], strict=False):
        whole = explain(day_of(courses, before), day_of(courses, after))
        assert {(c.kind, c.control) for c in quick.changes} == {(c.kind, c.control) for c in whole.changes}
        assert quick.difference == whole.difference
        by_kind, whole_by_kind = summed(quick.changes, kind_of), summed(whole.changes, kind_of)
        assert by_kind == pytest.approx(whole_by_kind, abs=1e-9)


def kind_of(change: object) -> Kind:
    kind: Kind = change.kind  # type: ignore[attr-defined]
    return kind


def test_a_past_without_days_has_no_explanations() -> None:
    assert list(daily([], [])) == []


def test_the_counts_of_a_rich_day_stand_beside_the_control() -> None:
    stretch = Stretch(START, START, 3.0, 4.0, "Identity")
    course = Course(control="aad_mfa", name="MFA", service=None, product=None, stretches=(stretch,))
    day = day_of([course], DayTotal(START, 3.0, 4.0, Source.GRAPH), {"aad_mfa": (318.0, 420.0)})
    assert msgspec.to_builtins(day.controls[0])["count"] == 318.0


@given(histories())
def test_the_sums_of_days_are_those_of_the_controls_that_each_scores(
    history: tuple[list[Course], list[DayTotal]],
) -> None:
    courses, totals = history
    days = [t.day for t in totals]
    for day, found in zip(days, sums(courses, days), strict=True):
        held = [s for c in courses for s in c.stretches if s.covers(day)]
        if not held:
            assert found is None
            continue
        known = [s.max_points for s in held if s.max_points is not None]
        assert found == (math.fsum(s.points for s in held), math.fsum(known) if known else None)
