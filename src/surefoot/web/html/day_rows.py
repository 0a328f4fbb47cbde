"""The rows of tables of days, written in Python: a year of them would take most of a page's time in a template.

They are filters of the templates; the charts' script steps through them. What comes from outside is escaped here.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup, escape

from surefoot.model import Source
from surefoot.web.html import formats
from surefoot.web.html.contexts import HistoryRow


class Legend(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison line and its name."""

    name: str
    meaning: str
    swatch: Markup
    average: float | None
    """The newest one of the range."""


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the history's table; the chart's script steps through these rows, too."""

    day: dt.date
    percent: float | None
    points: float
    max_points: float | None
    change: float | None
    source: Source
    why_href: str | None
    number: int | None
    """Of the mark above it."""
    averages: tuple[float | None, ...]
    """One for each comparison line that is shown."""


def history_rows(rows: Sequence[DayRow], legend: Sequence[Legend]) -> Markup:
    """Write the history's rows: score, change, points, averages of groups, mark and source of each day."""
    written = [_history(row, texts, legend) for row, texts in zip(rows, _texts(rows), strict=True)]
    return Markup("\n".join(written))  # noqa: S704 - escaped below


def overview_rows(rows: Sequence[HistoryRow]) -> Markup:
    """Write the overview's rows: score, change, points and source of each day."""
    written = [_overview(row, texts) for row, texts in zip(rows, _texts(rows), strict=True)]
    return Markup("\n".join(written))  # noqa: S704 - escaped below


def action_rows(rows: Sequence[HistoryRow]) -> Markup:
    """Write an action's rows: its percent and its points on each day."""
    texts = iter(escaped([text for row in rows for text in _told(row)]))
    written = [_action(row, next(texts), next(texts), next(texts)) for row in rows]
    return Markup("".join(written))  # noqa: S704 - escaped above


class _Texts(NamedTuple):
    """What a row says, escaped."""

    day: str
    percent: str
    points: str
    change: str
    """Empty when it is not known."""
    source: str
    why_href: str
    """Empty when there is none."""


CUT = "\x1f"
"""Stands between texts that are escaped together: one by one they would take half of the time. None has it."""


def _texts(rows: Sequence[DayRow | HistoryRow]) -> list[_Texts]:
    texts = [
        text
        for row in rows
        for text in (
            *_told(row),
            "" if row.change is None else formats.signed(row.change),
            formats.source(row.source),
            (row.why_href or "") if isinstance(row, DayRow) else "",
        )
    ]
    parts = iter(escaped(texts))
    return [_Texts(*made) for made in zip(parts, parts, parts, parts, parts, parts, strict=True)]


def _told(row: DayRow | HistoryRow) -> tuple[str, str, str]:
    """Say which day it is, its percent and its points."""
    points = f"{formats.points(row.points)} of {formats.points(row.max_points)}"
    return formats.day(row.day), formats.percent(row.percent), points


def escaped(texts: Sequence[str]) -> list[str]:
    """Escape each of some texts, none of which has a `CUT`."""
    return str(escape(CUT.join(texts))).split(CUT) if texts else []


def _history(row: DayRow, texts: _Texts, legend: Sequence[Legend]) -> str:
    shown = [_moved(texts), f"{texts.points} points"]
    shown += [escape(f"{g.name.replace('|', ' ')}: {formats.percent(a)}") for g, a in _of(row, legend)]
    shown += [] if row.number is None else [f"Mark {row.number}, explained below"]
    averages = "".join([f'<td class="num">{escape(formats.percent(a))}</td>' for a in row.averages])
    mark = "" if row.number is None else f'<a href="#mark-{row.number}">{row.number}</a>'
    return (
        f'{_begun(row, texts.day, "|".join(shown))}<td class="num">{texts.percent}</td>'
        f'<td class="num">{_change(row, texts)}</td>'
        f'<td class="num">{texts.points}</td>{averages}<td>{mark}</td><td>{texts.source}</td></tr>'
    )


def _of(row: DayRow, legend: Sequence[Legend]) -> Iterable[tuple[Legend, float | None]]:
    return zip(legend, row.averages, strict=True)


def _change(row: DayRow, texts: _Texts) -> str:
    if row.change is None:
        return formats.NONE
    if row.why_href is None:
        return ""
    return f'<a class="delta {formats.direction(row.change)}" href="{texts.why_href}">{texts.change}</a>'


def _overview(row: HistoryRow, texts: _Texts) -> str:
    change = formats.NONE
    if row.change is not None:
        change = f'<span class="delta {formats.direction(row.change)}">{texts.change}</span>'
    return (
        f'{_begun(row, texts.day, f"{_moved(texts)}|{texts.points} points")}<td class="num">{texts.percent}</td>'
        f'<td class="num">{change}</td><td class="num">{texts.points}</td><td>{texts.source}</td></tr>'
    )


def _action(row: HistoryRow, day: str, percent: str, points: str) -> str:
    begun = _begun(row, day, f"{percent}|{points} points")
    return f'{begun}<td class="num">{percent}</td><td class="num">{points}</td></tr>'


def _begun(row: DayRow | HistoryRow, day: str, shown: str) -> str:
    """Begin a row with its day and what the chart's script reads (`shown` are lines, apart by bars), both escaped."""
    percent = "" if row.percent is None else row.percent
    head = f'<tr data-day="{row.day.isoformat()}" data-percent="{percent}" data-label="{day}"'
    return f'{head} data-lines="{shown}"><th scope="row">{day}</th>'


def _moved(texts: _Texts) -> str:
    return f"{texts.percent} ({texts.change})" if texts.change else texts.percent


FILTERS = {f.__name__: f for f in (history_rows, overview_rows, action_rows)}
