"""Bars that stand in the rows of a table and compare, as SVG text: each as wide as its place, on one scale of percent.

Colours come from CSS classes only. Every text that reaches the picture is escaped here.
"""

import math
from html import escape

WHOLE = 100.0


def rung(value: float | None, mark: float | None, *, label: str, kind: str = "group") -> str:
    """Draw a percent as a bar with a mark at another one: under each other, the marks make one line.

    `kind` is the bar's class: `you`, `group` or `portfolio`. Not known is an empty, dashed bar.
    """
    head = _head("rung", 18, label)
    if value is None or not math.isfinite(value):
        body = '<rect class="unknown" x="0.5" y="3.5" width="99%" height="11" rx="2"/>'
    else:
        body = (
            f'<rect class="track" y="3" width="100%" height="12" rx="2"/>'
            f'<rect class="bar {escape(kind)}" y="3" width="{_at(value)}" height="12" rx="2"/>'
        )
    return f"{head}{body}{_line('mark', mark, 0, 18)}</svg>"


def band(low: float, high: float, *, label: str, key: str) -> str:
    """Draw a range on a scale from 0 to 100, hatched: it is an estimate, and nobody knows where in it the truth is."""
    pattern = f"{escape(key)}-estimate"
    ticks = "".join(_line("tick", float(place), 2, 20) for place in (25, 50, 75))
    wide = max(1.0, min(WHOLE, high) - max(0.0, low))
    return (
        f"{_head('band', 22, label)}"
        f'<defs><pattern id="{pattern}" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch" width="3" height="6"/></pattern></defs>'
        f'<rect class="track" y="5" width="100%" height="12" rx="2"/>{ticks}'
        f'<rect class="planned-base" x="{_at(low)}" y="5" width="{_at(wide)}" height="12" rx="2"/>'
        f'<rect class="estimated" fill="url(#{pattern})" x="{_at(low)}" y="5" width="{_at(wide)}" height="12" rx="2"/>'
        "</svg>"
    )


def spread(low: float, high: float, middle: float, mark: float | None, *, label: str) -> str:
    """Draw from the lowest to the highest of a group, with a line for its middle and a dot for one of them."""
    dot = "" if mark is None or not math.isfinite(mark) else f'<circle class="you" cx="{_at(mark)}" cy="9" r="5"/>'
    return (
        f"{_head('spread', 18, label)}"
        '<rect class="track" y="7" width="100%" height="4" rx="2"/>'
        f'<rect class="bar group" x="{_at(low)}" y="7" width="{_at(max(0.5, high - low))}" height="4" rx="2"/>'
        f"{_line('middle', middle, 2, 16)}{dot}</svg>"
    )


def gap(distance: float | None, most: float, *, label: str) -> str:
    """Draw a difference from the middle outwards: to the right what is more, to the left what is less.

    `most` is the difference that fills a side, so that bars under each other share a scale.
    """
    head = _head("gap", 10, label)
    if distance is None or not math.isfinite(distance):
        return f"{head}</svg>"
    wide = 0.0 if most <= 0 else 50.0 * min(1.0, abs(distance) / most)
    track = '<rect class="track" y="1" width="100%" height="8" rx="2"/>'
    kind, left = ("more", 50.0) if distance >= 0 else ("less", 50.0 - wide)
    bar = f'<rect class="bar {kind}" x="{_at(left)}" y="1" width="{_at(wide)}" height="8" rx="1"/>' if wide else ""
    return f"{head}{track}{bar}{_line('zero', 50.0, 0, 10)}</svg>"


def _head(kind: str, height: int, label: str) -> str:
    return f'<svg class="ladder {kind}" width="100%" height="{height}" role="img"><title>{escape(label)}</title>'


def _line(kind: str, place: float | None, top: int, bottom: int) -> str:
    """Draw an upright line at a percent of the width."""
    if place is None or not math.isfinite(place):
        return ""
    x = _at(place)
    return f'<line class="{kind}" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'


def _at(percent: float) -> str:
    """Write a place between 0 and 100 percent of the width."""
    text = f"{min(WHOLE, max(0.0, percent)):.2f}".rstrip("0").rstrip(".")
    return f"{text or '0'}%"
