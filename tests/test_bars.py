"""Bars: as high as their values, up and down from one line; what is not known is shaded, and no bar is lost."""

import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.bars import BROAD, NARROW, WIDE, Bar, bars
from surefoot.charts import Caption, Form, Part

CAPTION = Caption(key="changes", title="Changes", summary="By week")
HOSTILE = "<img src=x onerror=alert(1)>\"'&"
values = st.one_of(st.none(), st.lists(st.floats(-50, 50).map(lambda v: round(v, 3)), max_size=4))


def bar(n: int, held: list[float] | None, **more: object) -> Bar:
    parts = None if held is None else tuple(Part(f"part {i}", "up" if v > 0 else "down", v) for i, v in enumerate(held))
    return Bar(label=f"{n} Nov", said=f"Bar {n}", parts=parts, href=f"/why?n={n}", **more)


def drawn(svg: str) -> list[tuple[str, list[tuple[float, float]]]]:
    """Give of each link its name, and top and height of its parts."""
    root = ET.fromstring(svg)  # noqa: S314 - ours
    return [(a.get("aria-label", ""), [_place(r) for r in a.iter("rect") if _is_part(r)]) for a in root.iter("a")]


def _is_part(rect: ET.Element) -> bool:
    return "fall" in rect.get("class", "")


def _place(rect: ET.Element) -> tuple[float, float]:
    return float(rect.get("y", "")), float(rect.get("height", ""))


@given(st.lists(values, min_size=1, max_size=12), st.sampled_from([BROAD, WIDE, NARROW]), st.booleans())
def test_every_bar_is_there_and_stays_in_the_picture(held: list[list[float] | None], form: Form, whole: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    svg = bars([bar(n, v, net="+1.0") for n, v in enumerate(held)], CAPTION, form=form, unit=" %", whole=whole)
    assert not re.search(r"nan|inf|None", svg)
    found = drawn(svg)
    assert [name for name, _ in found] == [f"Bar {n}" for n in range(len(held))]
    for (_, parts), v in zip(found, held, strict=True):
        assert len(parts) == len([x for x in v or () if x])
        assert all(form.top - 2 <= y and y + high <= form.height - form.bottom + 2 for y, high in parts)
    assert svg.count('class="gap"') == held.count(None)


def test_what_is_gained_stands_and_what_is_lost_hangs() -> None:
    (_, [gained, lost, more]), (_, [half]) = drawn(bars([bar(1, [4.0, -2.0, 1.0]), bar(2, [2.0])], CAPTION))
    line = gained[0] + gained[1]
    assert math.isclose(lost[0], line, abs_tol=0.02)
    assert math.isclose(more[0] + more[1], gained[0], abs_tol=0.02)
    assert math.isclose(gained[1], 2 * lost[1], abs_tol=0.02)
    assert math.isclose(half[1], lost[1], abs_tol=0.02)


@pytest.mark.parametrize("held", [[1.0, -1.0], [3.0], [7.0, -4.0], [23.0, -1.0], [1.0], [-1.0]])
def test_an_axis_of_counts_has_whole_numbers(held: list[float]) -> None:
    svg = bars([bar(1, held)], CAPTION, whole=True)
    ticks = re.findall(r'text-anchor="end">([^<]+)<', svg)
    assert len(ticks) >= 2
    assert all(re.fullmatch(r"\u2212?\d+", t) for t in ticks)


def test_many_labels_are_thinned_and_the_last_one_stays() -> None:
    labels = re.findall(r">(\d+) Nov<", bars([bar(n, [1.0]) for n in range(26)], CAPTION, form=NARROW))
    assert 2 <= len(labels) <= NARROW.dates
    assert labels[-1] == "25"


def test_no_bar_and_nothing_but_zeros_are_pictures_too() -> None:
    assert bars([], CAPTION).endswith("</svg>")
    assert "0" in re.findall(r'text-anchor="end">([^<]+)<', bars([bar(1, [0.0])], CAPTION))


def test_what_others_wrote_is_escaped() -> None:
    held = Bar(label=HOSTILE, said=HOSTILE, parts=(Part(HOSTILE, "up", 1.0),), href=f"/x?{HOSTILE}", net=HOSTILE)
    hostile = Caption(key="k", title=HOSTILE, summary=HOSTILE)
    svg = bars([held], hostile, unit=HOSTILE)
    assert "<img" not in svg
    ET.fromstring(svg)  # noqa: S314 - ours
