"""Bars in rows: places on one scale, unknown never zero, texts escaped."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot import ladders

anything = st.one_of(st.none(), st.floats())
known = st.floats(-20, 120)


def elements(svg: str, tag: str, kind: str) -> list[ET.Element]:
    return [e for e in ET.fromstring(svg).iter(tag) if kind in e.get("class", "").split()]  # noqa: S314 - ours


def place(text: str | None) -> float:
    assert text is not None
    assert text.endswith("%")
    return float(text[:-1])


@given(anything, anything)
def test_a_rung_is_as_wide_as_its_percent_with_a_mark_at_the_other(value: float | None, mark: float | None) -> None:
    svg = ladders.rung(value, mark, label="x")
    assert not re.search(r"nan|inf|None", svg)
    bars, marks = elements(svg, "rect", "bar"), elements(svg, "line", "mark")
    assert all(0 <= place(b.get("width")) <= 100 for b in bars)
    assert all(0 <= place(m.get("x1")) <= 100 for m in marks)


def test_not_known_is_an_empty_bar_and_zero_is_none() -> None:
    assert elements(ladders.rung(None, 50, label="x"), "rect", "unknown")
    assert not elements(ladders.rung(None, 50, label="x"), "rect", "bar")
    zero = ladders.rung(0.0, 50, label="x")
    assert not elements(zero, "rect", "unknown")
    assert place(elements(zero, "rect", "bar")[0].get("width")) == 0


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_band_lies_between_its_bounds(one: float, other: float) -> None:
    low, high = sorted((one, other))
    svg = ladders.band(low, high, label="x", key="k")
    band = elements(svg, "rect", "estimated")[0]
    assert place(band.get("x")) == pytest.approx(low, abs=0.01)
    assert place(band.get("width")) == pytest.approx(max(1.0, high - low), abs=0.02)
    assert 'id="k-estimate"' in svg


@given(known, known, known, anything)
def test_a_spread_goes_from_the_lowest_to_the_highest(
    low: float, high: float, middle: float, mark: float | None
) -> None:
    svg = ladders.spread(low, high, middle, mark, label="x")
    assert not re.search(r"nan|inf|None", svg)
    assert len(elements(svg, "line", "middle")) == 1


@given(st.floats(-100, 100), st.floats(1, 100))
def test_a_gap_goes_from_the_middle_to_its_side(distance: float, most: float) -> None:
    bars = [b for k in ("more", "less") for b in elements(ladders.gap(distance, most, label="x"), "rect", k)]
    if abs(distance) / most > 0.001:
        left, wide = place(bars[0].get("x")), place(bars[0].get("width"))
        assert wide <= 50
        assert (left if distance > 0 else left + wide) == pytest.approx(50, abs=0.02)
        assert ("more" in (bars[0].get("class") or "")) == (distance > 0)


def test_an_unknown_gap_is_empty_and_no_gap_is_a_line() -> None:
    assert not list(ET.fromstring(ladders.gap(None, 10, label="x")).iter("line"))  # noqa: S314 - ours
    assert len(elements(ladders.gap(0.0, 0.0, label="x"), "line", "zero")) == 1


@pytest.mark.parametrize(
    "svg",
    [
        ladders.rung(50, 50, label="<b>&", kind='x"y'),
        ladders.band(1, 2, label="<b>&", key='x"y'),
        ladders.spread(1, 2, 1, 1, label="<b>&"),
        ladders.gap(1, 2, label="<b>&"),
    ],
)
def test_texts_are_escaped(svg: str) -> None:
    assert "<b>" not in svg
    assert ET.fromstring(svg)[0].text == "<b>&"  # noqa: S314 - ours
