"""Why a score moved, as a picture and as a paragraph; the overview and the history tell it alike."""

import datetime as dt

from markupsafe import Markup

from surefoot import charts, waterfalls
from surefoot.pages.moved import Moved
from surefoot.scoring.changes import Kind
from surefoot.web.html import formats

KINDS = {
    Kind.GAINED: ("up", "Gained"),
    Kind.REGRESSED: ("down", "Lost"),
    Kind.CONTROL_ADDED: ("catalogue", "Control added"),
    Kind.CONTROL_RETIRED: ("catalogue", "Control retired"),
    Kind.MAX_CHANGED: ("catalogue", "Maximum changed"),
    Kind.UNKNOWN_MAXIMA: ("rest", "Controls without a known maximum"),
    Kind.UNEXPLAINED: ("rest", "Not in any control"),
}
"""The class and the words of each kind of change."""


def falls(moved: Moved) -> tuple[Markup, ...]:
    """Draw the parts in a wide and a narrow form; nothing where nothing moved or a percent is not known."""
    before, after = moved.percent_before, moved.percent_after
    parts = [(p, p.percent) for p in moved.parts if p.percent is not None]
    if before is None or after is None or not parts or len(parts) < len(moved.parts):
        return ()
    ordered = sorted(parts, key=lambda pair: (pair[1] < 0, -abs(pair[1])))
    steps = [
        waterfalls.Step(p.name, KINDS[p.kind][0] if p.kind else "rest", value, formats.signed(value, 2))
        for p, value in ordered
    ]
    caption = charts.Caption(
        key="why",
        title=f"Why the score moved from {formats.percent(before, 2)} to {formats.percent(after, 2)}",
        summary="; ".join(f"{s.label} {s.said}" for s in steps) + ".",
    )
    first = waterfalls.End(formats.day(moved.since), before, formats.percent(before, 2))
    last = waterfalls.End(formats.day(moved.until), after, formats.percent(after, 2))
    shapes = (waterfalls.WIDE, waterfalls.NARROW)
    return tuple(Markup(waterfalls.waterfall(first, steps, last, caption, shape=s)) for s in shapes)  # noqa: S704


End = tuple[dt.date, float | None]
"""A day and its percent."""


def told(name: str, before: End, after: End, sentence: str) -> str:
    """Say for a customer whose score it is and where it stands, then what moved it."""
    was, stands = (f"{formats.percent(value)} on {formats.day(day)}" for day, value in (before, after))
    return f"{name}'s Microsoft Secure Score was {was} and {stands}. {sentence}"
