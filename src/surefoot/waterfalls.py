"""The waterfall as SVG text: from one percent to another, part by part, in rows that leave room for long names.

Colours come from CSS classes only. Every text that reaches the picture is escaped here.
"""

import math
from collections.abc import Sequence
from html import escape

import msgspec

from surefoot.charts import Caption, ticks

TOP, FOOT = 10.0, 26.0
LETTER = 6.6
"""The width of a letter of the labels, generously."""
ROOM = 58.0
"""What a value beside its bar needs."""
LEAST = 1.5
"""The width of a bar that is too small to be seen."""


class Step(msgspec.Struct, frozen=True):
    """One part of the difference."""

    label: str
    kind: str
    """Its class: `up`, `down`, `catalogue` or `rest`."""
    value: float
    said: str
    """The value in words."""


class End(msgspec.Struct, frozen=True):
    """Where the waterfall begins or ends."""

    label: str
    value: float
    said: str


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a waterfall."""

    name: str
    width: int
    label: int
    """The width of the labels' column; 0: each label stands above its bar."""
    row: int
    bar: int


WIDE = Shape(name="wide", width=760, label=270, row=32, bar=20)
NARROW = Shape(name="narrow", width=328, label=0, row=46, bar=18)


class _Row(msgspec.Struct, frozen=True):
    label: str
    kind: str
    begin: float
    end: float
    said: str


def waterfall(first: End, steps: Sequence[Step], last: End, caption: Caption, *, shape: Shape = WIDE) -> str:
    """Draw how the steps lead from the first to the last percent; each begins where the one before ends.

    Raises `ValueError` when they do not: a waterfall with a hole would tell something untrue.
    """
    if not math.isclose(first.value + math.fsum(s.value for s in steps), last.value, abs_tol=1e-6):
        raise ValueError("the steps do not lead from the first to the last value")
    running = [first.value + math.fsum(s.value for s in steps[:n]) for n in range(len(steps) + 1)]
    axis = _axis(running)
    rows = [
        _Row(first.label, "end", axis[0], first.value, first.said),
        *(_Row(s.label, s.kind, running[n], running[n + 1], s.said) for n, s in enumerate(steps)),
        _Row(last.label, "end", axis[0], last.value, last.said),
    ]
    height = TOP + shape.row * len(rows) + FOOT
    ident = escape(f"{caption.key}-{shape.name}")
    head = (
        f'<svg class="chart waterfall {shape.name}" viewBox="0 0 {shape.width} {_n(height)}" role="img" '
        f'aria-labelledby="{ident}-title" aria-describedby="{ident}-desc">'
        f'<title id="{ident}-title">{escape(caption.title)}</title>'
        f'<desc id="{ident}-desc">{escape(caption.summary)}</desc>'
    )
    return f"{head}{_grid(axis, shape, height)}{_rows(rows, axis, shape)}</svg>"


def _axis(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    room = max((high - low) / 6, 0.05)
    low = low - room if low - room > 0 else min(0.0, low)
    return ticks(low, high, 6)


def _left(shape: Shape) -> float:
    return shape.label + 8.0 if shape.label else 4.0


def _x(value: float, axis: Sequence[float], shape: Shape) -> float:
    left, right = _left(shape), shape.width - ROOM
    return left + (right - left) * (value - axis[0]) / (axis[-1] - axis[0])


def _grid(axis: Sequence[float], shape: Shape, height: float) -> str:
    return "".join(_rule(n, axis, shape, height) for n in range(len(axis)))


def _rule(n: int, axis: Sequence[float], shape: Shape, height: float) -> str:
    x, kind = _n(_x(axis[n], axis, shape)), "grid" if n else "grid base"
    anchor = "start" if n == 0 and not shape.label else "middle"
    unit = " %" if n == len(axis) - 1 else ""
    return (
        f'<path class="{kind}" d="M{x} {_n(TOP - 4)}V{_n(height - FOOT)}"/>'
        f'<text x="{x}" y="{_n(height - 8)}" text-anchor="{anchor}">{axis[n]:g}{unit}</text>'
    )


def _rows(rows: Sequence[_Row], axis: Sequence[float], shape: Shape) -> str:
    drawn = []
    for n, row in enumerate(rows):
        bottom = TOP + shape.row * (n + 1) - 5
        top = bottom - shape.bar
        a, b = sorted((_x(row.begin, axis, shape), _x(row.end, axis, shape)))
        wide = max(b - a, LEAST)
        if n < len(rows) - 1:
            x = _n(_x(row.end, axis, shape))
            drawn.append(f'<path class="joint" d="M{x} {_n(bottom)}V{_n(top + shape.row)}"/>')
        drawn.append(
            f'<rect class="fall {escape(row.kind)}" x="{_n(a)}" y="{_n(top)}" width="{_n(wide)}" '
            f'height="{shape.bar}" rx="2"><title>{escape(row.label)}: {escape(row.said)}</title></rect>'
        )
        drawn.append(
            f'<text class="value" x="{_n(a + wide + 6)}" y="{_n(bottom - shape.bar / 2 + 4)}">{escape(row.said)}</text>'
        )
        drawn.append(_label(row, shape, top, bottom))
    return "".join(drawn)


def _label(row: _Row, shape: Shape, top: float, bottom: float) -> str:
    room = shape.label or shape.width - 8
    text = escape(_cut(row.label, int(room / LETTER)))
    strong = "name end" if row.kind == "end" else "name"
    if shape.label:
        y = _n((top + bottom) / 2 + 4)
        return f'<text class="{strong}" x="{shape.label}" y="{y}" text-anchor="end">{text}</text>'
    return f'<text class="{strong}" x="4" y="{_n(top - 5)}">{text}</text>'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "\u2026"


def _n(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
