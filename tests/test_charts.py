"""The pictures: never a place that is no number, never out of order, gaps left open."""

import datetime as dt
import itertools
import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot import charts
from surefoot.charts import NARROW, WIDE, Caption, Part, Point

FIRST = dt.date(2026, 1, 1)
CAPTION = Caption(key="h", title="Score", summary="The days")
SVG = "{http://www.w3.org/2000/svg}"


def days(*values: float | None, start: dt.date = FIRST) -> list[Point]:
    return [Point(start + dt.timedelta(days=i), v) for i, v in enumerate(values)]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - ours


def lines(svg: str) -> list[list[tuple[float, float]]]:
    paths = [p.get("d", "") for p in parsed(svg).iter(f"{SVG}path") if p.get("class") == "line"]
    return [[(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path)] for path in paths]


known = st.floats(min_value=0, max_value=100)
histories = st.lists(st.one_of(st.none(), known), max_size=120).map(lambda values: days(*values))


@given(histories, st.sampled_from([WIDE, NARROW]))
def test_every_place_is_a_number_inside_the_picture_and_days_go_right(points: list[Point], form: charts.Form) -> None:
    svg = charts.history(points, CAPTION, form=form)
    assert not re.search(r"nan|inf|None", svg, re.IGNORECASE)
    for line in lines(svg):
        assert all(a[0] <= b[0] for a, b in itertools.pairwise(line))
        for x, y in line:
            assert form.left - 0.01 <= x <= form.width - form.right + 0.01
            assert form.top - 0.01 <= y <= form.height - form.bottom + 0.01


@given(st.lists(known, min_size=400, max_size=2600))
def test_years_of_days_keep_their_highest_and_lowest_value(values: list[float]) -> None:
    drawn = [y for line in lines(charts.history(days(*values), CAPTION)) for _, y in line]
    assert len(drawn) <= 4 * (WIDE.inner + 1)
    whole = charts.history(days(max(values), min(values)), CAPTION)
    ((_, top), (_, bottom)) = lines(whole)[0] if max(values) != min(values) else ((0, drawn[0]), (0, drawn[0]))
    assert math.isclose(min(drawn), top, abs_tol=0.02)
    assert math.isclose(max(drawn), bottom, abs_tol=0.02)


def test_no_days_are_said_to_be_no_data() -> None:
    assert "no data" in charts.history([], CAPTION)
    assert "no data" in charts.history(days(None, None, math.nan), CAPTION)


def test_one_day_is_a_dot() -> None:
    svg = charts.history(days(72.0), CAPTION)
    assert 'class="alone"' in svg
    assert 'class="dot-last"' in svg


def test_two_days_are_a_line() -> None:
    assert [len(line) for line in lines(charts.history(days(70.0, 72.0), CAPTION))] == [2]


def test_equal_values_lie_on_a_line_with_room_around_it() -> None:
    (line,) = lines(charts.history(days(*[72.0] * 30), CAPTION))
    assert {y for _, y in line} == {line[0][1]}
    assert WIDE.top < line[0][1] < WIDE.height - WIDE.bottom


@pytest.mark.parametrize("value", [0.0, 100.0])
def test_the_ends_of_the_scale_are_never_passed(value: float) -> None:
    svg = charts.history(days(value, value), CAPTION)
    assert float(re.search(r'data-low="([\d.-]+)"', svg)[1]) >= 0
    assert float(re.search(r'data-high="([\d.-]+)"', svg)[1]) <= 100


def test_missing_days_leave_the_line_open_and_are_shaded() -> None:
    points = days(70.0, 71.0) + days(72.0, 73.0, start=FIRST + dt.timedelta(days=6))
    svg = charts.history(points, CAPTION)
    assert [len(line) for line in lines(svg)] == [2, 2]
    assert svg.count('class="gap"') == 1
    assert "no data from 2026-01-03 to 2026-01-06" in svg


def test_a_value_that_is_not_known_is_a_gap_too() -> None:
    svg = charts.history(days(70.0, None, 72.0, None), CAPTION, span=(FIRST, FIRST + dt.timedelta(days=3)))
    assert svg.count('class="gap"') == 2


def test_the_order_of_the_points_does_not_matter() -> None:
    points = days(70.0, 71.0, 69.0)
    assert charts.history(points[::-1], CAPTION) == charts.history(points, CAPTION)


def test_words_are_escaped() -> None:
    hostile = '"><script>alert(1)</script>'
    svgs = [
        charts.history(days(1.0), Caption(key=hostile, title=hostile, summary=hostile)),
        charts.meter(5, label=hostile, kind=hostile),
        charts.score_bar(5, 6, 7, label=hostile, key=hostile),
        charts.stacked([Part(hostile, hostile, 1)], label=hostile),
        charts.swatch(hostile),
    ]
    assert all("<script" not in svg for svg in svgs)
    for svg in svgs:
        parsed(svg)


def test_no_picture_carries_a_style_attribute() -> None:
    svgs = (
        charts.history(days(1.0, 2.0), CAPTION),
        charts.meter(5, label="m"),
        charts.score_bar(5, 6, 7, label="s", key="k"),
    )
    assert all("style" not in svg for svg in svgs)


finite = st.floats(min_value=-1e6, max_value=1e6)


@given(finite, finite, st.integers(min_value=3, max_value=9))
def test_ticks_enclose_the_values_evenly(one: float, other: float, most: int) -> None:
    low, high = sorted((one, other))
    marks = charts.ticks(low, high, most)
    tolerance = 1e-6 * max(1.0, abs(low), abs(high))
    assert 2 <= len(marks) <= most
    assert marks[0] <= low + tolerance
    assert marks[-1] >= high - tolerance
    steps = [b - a for a, b in itertools.pairwise(marks)]
    assert min(steps) > 0
    assert max(steps) - min(steps) <= tolerance


def test_ticks_refuse_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="finite"):
        charts.ticks(math.nan, 1.0)


@given(st.dates(min_value=dt.date(2000, 1, 1)), st.integers(min_value=0, max_value=5000), st.integers(1, 8))
def test_date_marks_run_from_the_first_to_the_last(first: dt.date, length: int, most: int) -> None:
    last = min(first, dt.date(9980, 1, 1)) + dt.timedelta(days=length)
    marks = charts.date_marks(min(first, last), last, most)
    assert marks == sorted(set(marks))
    assert len(marks) <= max(1, most)
    assert marks[-1] == last


@pytest.mark.parametrize(("percent", "width"), [(-5, "0%"), (0, "0%"), (72.0, "72%"), (130, "100%")])
def test_a_meter_stays_within_its_track(percent: float, width: str) -> None:
    assert f'width="{width}" height="8"' in charts.meter(percent, label="x").split("fill", 1)[1]


def test_a_meter_that_is_not_known_is_empty() -> None:
    assert "unknown" in charts.meter(None, label="x")
    assert "unknown" in charts.meter(math.nan, label="x")


@given(st.lists(st.integers(min_value=0, max_value=500), max_size=9))
def test_parts_of_a_stack_fill_it(counts: list[int]) -> None:
    svg = charts.stacked([Part(f"p{i}", "planned", n) for i, n in enumerate(counts)], label="x")
    widths = [
        float(r.get("width", "").rstrip("%"))
        for r in parsed(svg).iter(f"{SVG}rect")
        if r.get("class") == "part planned"
    ]
    assert len(widths) == sum(n > 0 for n in counts)
    assert not widths or math.isclose(math.fsum(widths), 100, abs_tol=0.01 * len(widths))


def test_the_score_bar_has_planned_hatched_and_achievable_light() -> None:
    svg = charts.score_bar(72.0, 76.8, 83.3, label="x", key="score")
    assert 'class="achievable" width="83.3%"' in svg
    assert 'fill="url(#score-hatch)" width="76.8%"' in svg
    assert 'class="fill accent" width="72%"' in svg
    assert "hatch)" not in charts.score_bar(72.0, None, None, label="x", key="score")


def test_marks_stand_apart_above_their_days_and_inside_the_picture() -> None:
    line = days(*(float(50 + i % 3) for i in range(90)))
    marks = [charts.Mark(FIRST + dt.timedelta(days=80 + i), i + 1, "plain") for i in range(9)]
    outside = charts.Mark(FIRST + dt.timedelta(days=400), 10, "plain")
    for form in (WIDE, NARROW):
        found = parsed(charts.history(line, CAPTION, form=form, marks=[*marks, outside]))
        places = [float(c.get("cx", "")) for g in found.iter(f"{SVG}g") for c in g.iter(f"{SVG}circle")]
        assert len(places) == 9
        assert all(b - a >= charts.MARK - 0.02 for a, b in itertools.pairwise(places))
        assert form.left < places[0]
        assert places[-1] < form.width - form.right


def test_lines_beside_widen_the_axis_and_keep_their_gaps() -> None:
    line = days(70.0, 71.0, 72.0, 71.0, 70.0)
    other = charts.Beside("b1", days(20.0, 21.0, None, 20.0, 21.0))
    svg = charts.history(line, CAPTION, beside=[other])
    assert svg.count('class="beside b1"') == 2
    assert float(re.findall(r'data-low="([^"]+)"', svg)[0]) <= 20
    assert 'class="beside' not in charts.history(line, CAPTION)
