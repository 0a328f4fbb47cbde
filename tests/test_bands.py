"""Bands behind a line, and axes that hold what they are told to."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

import pytest

from surefoot import bands, charts
from surefoot.bands import Band

START = dt.date(2026, 11, 1)
CAPTION = charts.Caption(key="zone", title="Zones", summary="By day")
BANDS = (
    Band(kind="good", low=70.0, high=100.0, label="Good <70>"),
    Band(kind="okay", low=40.0, high=70.0, label="Okay"),
    Band(kind="bad", low=0.0, high=40.0, label="Bad"),
)


def line(*values: float | None) -> list[charts.Point]:
    return [charts.Point(START + dt.timedelta(days=n), v) for n, v in enumerate(values)]


def shown(*values: float | None, **axis: object) -> str:
    return charts.history(line(*values), CAPTION, shown=charts.Axis(behind=bands.behind(BANDS), **axis))


@pytest.mark.parametrize(
    ("values", "kinds"),
    [((72.0, 80.0), ["good"]), ((66.0, 72.0), ["good", "okay"]), ((20.0, 90.0), ["good", "okay", "bad"]),
     ((5.0, 9.0), ["bad"])],
)  # fmt: skip
def test_a_band_is_there_as_far_as_the_axis_shows_it(values: tuple[float, ...], kinds: list[str]) -> None:
    svg = shown(*values)
    assert re.findall(r'class="zone (\w+)"', svg) == kinds
    heights = [float(h) for h in re.findall(r'class="zone \w+"[^>]* height="([^"]+)"', svg)]
    assert sum(heights) == pytest.approx(charts.WIDE.height - charts.WIDE.bottom - charts.WIDE.top, abs=0.1)
    assert "Good &lt;70&gt;" in svg or "good" not in kinds
    ET.fromstring(svg)  # noqa: S314 - ours


def test_an_axis_holds_the_bounds_that_it_is_told_to() -> None:
    assert re.findall(r'class="zone (\w+)"', shown(60.0, 61.0)) == ["okay"]
    assert re.findall(r'class="zone (\w+)"', shown(60.0, 61.0, holds=(70.5,))) == ["good", "okay"]


@pytest.mark.parametrize("values", [(0.0, 0.0), (1.0, 2.0), (125.0, 0.0), (3.5,)])
def test_an_axis_of_counts_begins_at_0_and_has_no_percents(values: tuple[float, ...]) -> None:
    svg = charts.history(line(*values), CAPTION, shown=charts.Axis(unit="", zero=True))
    assert 'data-low="0"' in svg
    ticks = re.findall(r'text-anchor="end">([^<]+)<', svg)
    assert ticks[0] == "0"
    assert "%" not in svg
    assert all(re.fullmatch(r"\d+", t) for t in ticks if " " not in t)


def test_no_band_is_drawn_where_there_is_no_line() -> None:
    assert "zone" not in shown(None).replace("zone-", "")
