"""Bands behind a line: ranges of its values with a meaning of their own.

Colours come from CSS classes only. Every text that reaches the picture is escaped here.
"""

from collections.abc import Callable, Sequence
from html import escape

import msgspec

from surefoot.charts import Scale

ROOM = 15.0
"""The height that a band's words need."""


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """A range of values."""

    kind: str
    """Its class."""
    low: float
    high: float
    label: str


def behind(bands: Sequence[Band]) -> Callable[[Scale], str]:
    """Draw the bands as far as the axis shows them, each with its words where they fit."""
    return lambda scale: "".join(_band(b, scale) for b in bands)


def _band(band: Band, scale: Scale) -> str:
    low, high = max(band.low, scale.low), min(band.high, scale.high)
    if high <= low:
        return ""
    top, bottom = scale.y(high), scale.y(low)
    form = scale.form
    drawn = (
        f'<rect class="zone {escape(band.kind)}" x="{form.left}" y="{top:.2f}" width="{form.inner}" '
        f'height="{bottom - top:.2f}"/>'
    )
    if low > scale.low:
        drawn += f'<path class="bound" d="M{form.left} {bottom:.2f}H{form.width - form.right}"/>'
    if bottom - top < ROOM:
        return drawn
    return f'{drawn}<text class="zone-name" x="{form.left + 6}" y="{top + ROOM - 3:.2f}">{escape(band.label)}</text>'
