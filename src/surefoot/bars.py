"""Bars side by side as SVG text: what came above the line, what went below it, each bar a link.

Colours come from CSS classes only. Every text that reaches the picture is escaped here.
"""

import math
from collections.abc import Sequence
from html import escape

import msgspec

from surefoot import locales
from surefoot.charts import Caption, Form, Part, ticks

WIDEST = 46.0
"""No bar is wider."""
SHARE = 0.68
"""Of the room between two bars' middles that a bar takes."""
NET = 40.0
"""The room that a sum above its bar needs."""
LEAST = 1.5
"""The height of a part that is too small to be seen."""
LETTER = 6.4
"""The width of a letter of the labels, generously."""

WIDE = Form(name="wide", width=760, height=240, left=44, right=10, top=20, bottom=26, dates=14, label=52)
BROAD = Form(name="broad", width=1300, height=280, left=48, right=10, top=20, bottom=26, dates=26, label=52)
NARROW = Form(name="narrow", width=328, height=220, left=38, right=6, top=20, bottom=26, dates=6, label=52)


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar."""

    label: str
    """Under it; of many bars not all fit."""
    said: str
    """All of it in words."""
    parts: tuple[Part, ...] | None
    """Those above 0 stand on the line, those below hang from it; None: not known."""
    net: str = ""
    """What they come to, written above the bar where there is room."""
    href: str | None = None


def bars(drawn: Sequence[Bar], caption: Caption, *, form: Form = WIDE, unit: str = "", whole: bool = False) -> str:
    """Draw bars around a line at 0; what is not known is shaded, never 0. `whole` keeps the axis to whole numbers."""
    ident = escape(f"{caption.key}-{form.name}")
    head = (
        f'<svg class="chart bars {form.name}" viewBox="0 0 {form.width} {form.height}" role="group" '
        f'aria-labelledby="{ident}-title" aria-describedby="{ident}-desc">'
        f'<title id="{ident}-title">{escape(caption.title)}</title>'
        f'<desc id="{ident}-desc">{escape(caption.summary)}</desc>'
    )
    axis = _axis(drawn, whole=whole)
    every = _every(drawn, form)
    inner = "".join(_bar(n, bar, axis, form, len(drawn), every) for n, bar in enumerate(drawn))
    return f"{head}{_grid(axis, form, unit)}{inner}</svg>"


def _axis(drawn: Sequence[Bar], *, whole: bool) -> list[float]:
    sums = [_reach(bar) for bar in drawn]
    high, low = max((h for h, _ in sums), default=0.0), min((s for _, s in sums), default=0.0)
    if high == low == 0.0:
        return [0.0, 1.0]
    if not whole:
        return ticks(low, high)
    found = (ticks(low, high, most) for most in range(6, 1, -1))
    return next((axis for axis in found if all(v == round(v) for v in axis)), [math.floor(low), 0.0, math.ceil(high)])


def _reach(bar: Bar) -> tuple[float, float]:
    """Give how far a bar goes up and down."""
    values = [p.value for p in bar.parts or () if math.isfinite(p.value)]
    return math.fsum(v for v in values if v > 0), math.fsum(v for v in values if v < 0)


def _every(drawn: Sequence[Bar], form: Form) -> int:
    """Say which label fits: every one, every second, ..."""
    longest = max((len(b.label) for b in drawn), default=1) * LETTER + 8
    most = max(1, min(form.dates, int(form.inner / longest)))
    return max(1, math.ceil(len(drawn) / most))


def _y(value: float, axis: Sequence[float], form: Form) -> float:
    floor = form.height - form.bottom
    return floor - (floor - form.top) * (value - axis[0]) / (axis[-1] - axis[0])


def _grid(axis: Sequence[float], form: Form, unit: str) -> str:
    rules = []
    for n, value in enumerate(axis):
        y, kind = _y(value, axis, form), "grid base" if value == 0 else "grid"
        sign = unit if n == len(axis) - 1 else ""
        rules.append(f'<path class="{kind}" d="M{form.left} {y:.2f}H{form.width - form.right}"/>')
        text = f"{value:g}".replace("-", locales.MINUS).replace(".", locales.decimal_point())
        rules.append(f'<text x="{form.left - 6}" y="{y + 4:.2f}" text-anchor="end">{text}{escape(sign)}</text>')
    return "".join(rules)


def _bar(place: int, bar: Bar, axis: Sequence[float], form: Form, count: int, every: int) -> str:
    room = form.inner / count
    left = form.left + room * place
    top, floor = form.top, form.height - form.bottom
    body = f'<rect class="hit" x="{left:.2f}" y="{top}" width="{room:.2f}" height="{floor - top}"/>'
    if bar.parts is None:
        body = body.replace('class="hit"', 'class="gap"')
    else:
        body += _parts(bar.parts, left + room / 2, min(WIDEST, room * SHARE), axis, form)
        if bar.net and room >= NET:
            y = _y(_reach(bar)[0], axis, form) - 5
            body += (
                f'<text class="net" x="{left + room / 2:.2f}" y="{y:.2f}" text-anchor="middle">{escape(bar.net)}</text>'
            )
    if (count - 1 - place) % every == 0:
        x = f"{left + room / 2:.2f}"
        body += f'<text x="{x}" y="{form.height - 8}" text-anchor="middle">{escape(bar.label)}</text>'
    title = f"<title>{escape(bar.said)}</title>"
    if bar.href is None:
        return f'<g class="bar">{title}{body}</g>'
    return f'<a class="bar" href="{escape(bar.href)}" aria-label="{escape(bar.said)}">{title}{body}</a>'


def _parts(parts: Sequence[Part], middle: float, wide: float, axis: Sequence[float], form: Form) -> str:
    """Stack what is above 0 upwards and what is below downwards."""
    found, up, down = [], 0.0, 0.0
    for part in parts:
        if not math.isfinite(part.value) or part.value == 0:
            continue
        begin = up if part.value > 0 else down
        end = begin + part.value
        up, down = (end, down) if part.value > 0 else (up, end)
        a, b = sorted((_y(begin, axis, form), _y(end, axis, form)))
        found.append(
            f'<rect class="fall {escape(part.kind)}" x="{middle - wide / 2:.2f}" y="{a:.2f}" width="{wide:.2f}" '
            f'height="{max(b - a, LEAST):.2f}"/>'
        )
    return "".join(found)
