"""The waterfall: every part drawn, each beginning where the one before ends, nothing untrue."""

import math
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.charts import Caption
from surefoot.waterfalls import LEAST, NARROW, WIDE, End, Shape, Step, waterfall

CAPTION = Caption(key="why", title="Why", summary="The parts")
sizes = st.floats(min_value=1, max_value=8).flatmap(lambda v: st.sampled_from([round(v, 6), round(-v, 6)]))
parts = st.lists(sizes, min_size=1, max_size=10).filter(lambda values: math.fsum(values) > -45)


def drawn(values: list[float], shape: Shape = WIDE, name: str = "Part") -> str:
    steps = [Step(f"{name} {n}", "up" if v > 0 else "down", v, f"{v:+.2f}") for n, v in enumerate(values)]
    return waterfall(
        End("Before", 50.0, "50"), steps, End("After", 50.0 + math.fsum(values), "?"), CAPTION, shape=shape
    )


def bars(svg: str) -> list[tuple[str, float, float]]:
    root = ET.fromstring(svg)  # noqa: S314 - ours
    found = [r for r in root.iter("rect") if r.get("class", "").startswith("fall")]
    return [(r.get("class", ""), float(r.get("x", "")), float(r.get("width", ""))) for r in found]


@given(parts, st.sampled_from([WIDE, NARROW]))
def test_each_bar_begins_where_the_one_before_ends(values: list[float], shape: Shape) -> None:
    svg = drawn(values, shape)
    assert not re.search(r"nan|inf|None", svg)
    found = bars(svg)
    assert len(found) == len(values) + 2
    at = found[0][1] + found[0][2]
    for (kind, x, wide), value in zip(found[1:-1], values, strict=True):
        begin, end = (x, x + wide) if kind == "fall up" else (x + wide, x)
        assert math.isclose(begin, at, abs_tol=0.05)
        at = end
        assert (value > 0) == (kind == "fall up")
    assert math.isclose(found[-1][1] + found[-1][2], at, abs_tol=0.05)
    assert all(x >= 0 and x + wide <= shape.width for _, x, wide in found)


def test_parts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="do not lead"):
        waterfall(End("a", 50.0, "50"), [Step("x", "up", 1.0, "+1")], End("b", 52.0, "52"), CAPTION)


@pytest.mark.parametrize("shape", [WIDE, NARROW], ids=["wide", "narrow"])
def test_names_are_escaped_and_cut_to_their_room(shape: Shape) -> None:
    svg = drawn([1.0, -2.0], shape, name="<b>&" + "long " * 40)
    assert "<b>" not in svg
    texts = [t.text or "" for t in ET.fromstring(svg).iter("text")]  # noqa: S314 - ours
    assert max(map(len, texts)) < 60
    assert any(t.endswith("\u2026") for t in texts)


def test_rows_lie_below_each_other() -> None:
    tops = [float(y) for y in re.findall(r'class="fall [a-z]+" x="[^"]+" y="([^"]+)"', drawn([1, 2, -3]))]
    assert all(b - a == WIDE.row for a, b in pairwise(tops))


def test_a_tiny_part_can_still_be_seen() -> None:
    assert bars(drawn([20.0, 0.0001]))[2][2] == LEAST
