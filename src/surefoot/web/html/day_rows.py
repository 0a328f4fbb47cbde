"""The rows of tables of days, written in Python: a year of them would take most of a page's time in a template.

They are filters of the templates; the charts' script steps through them. What comes from outside is escaped here.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

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


def history_rows(rows: Iterable[DayRow], legend: Sequence[Legend]) -> Markup:
    """Write the history's rows: score, change, points, averages of groups, mark and source of each day."""
    return Markup("\n").join(_history(row, legend) for row in rows)


def overview_rows(rows: Iterable[HistoryRow]) -> Markup:
    """Write the overview's rows: score, change, points and source of each day."""
    return Markup("\n").join(_overview(row) for row in rows)


def action_rows(rows: Iterable[HistoryRow]) -> Markup:
    """Write an action's rows: its percent and its points on each day."""
    return Markup("").join(_action(row) for row in rows)


def _history(row: DayRow, legend: Sequence[Legend]) -> Markup:
    percent, points = escape(formats.percent(row.percent)), _points(row)
    shown = [f"{percent}{_moved(row.change)}", f"{points} points"]
    shown += [escape(f"{g.name.replace('|', ' ')}: {formats.percent(a)}") for g, a in _of(row, legend)]
    shown += [] if row.number is None else [f"Mark {row.number}, explained below"]
    averages = "".join(f'<td class="num">{escape(formats.percent(a))}</td>' for a in row.averages)
    mark = "" if row.number is None else f'<a href="#mark-{row.number}">{row.number}</a>'
    return Markup(  # noqa: S704 - escaped above
        f'{_begun(row, shown)}<td class="num">{percent}</td><td class="num">{_change(row)}</td>'
        f'<td class="num">{points}</td>{averages}<td>{mark}</td><td>{escape(formats.source(row.source))}</td></tr>'
    )


def _of(row: DayRow, legend: Sequence[Legend]) -> Iterable[tuple[Legend, float | None]]:
    return zip(legend, row.averages, strict=True)


def _change(row: DayRow) -> str:
    if row.change is None:
        return formats.NONE
    if row.why_href is None:
        return ""
    way, moved = formats.direction(row.change), escape(formats.signed(row.change))
    return f'<a class="delta {way}" href="{escape(row.why_href)}">{moved}</a>'


def _overview(row: HistoryRow) -> Markup:
    percent, points, change = escape(formats.percent(row.percent)), _points(row), formats.NONE
    if row.change is not None:
        change = f'<span class="delta {formats.direction(row.change)}">{escape(formats.signed(row.change))}</span>'
    return Markup(  # noqa: S704 - escaped above
        f'{_begun(row, (f"{percent}{_moved(row.change)}", f"{points} points"))}<td class="num">{percent}</td>'
        f'<td class="num">{change}</td><td class="num">{points}</td><td>{escape(formats.source(row.source))}</td></tr>'
    )


def _action(row: HistoryRow) -> Markup:
    percent, points = escape(formats.percent(row.percent)), _points(row)
    return Markup(  # noqa: S704 - escaped above
        f'{_begun(row, (percent, f"{points} points"))}<td class="num">{percent}</td><td class="num">{points}</td></tr>'
    )


def _begun(row: DayRow | HistoryRow, shown: Iterable[str]) -> str:
    """Begin a row with what the chart's script reads, and with its day; `shown` are escaped lines."""
    day, percent = escape(formats.day(row.day)), "" if row.percent is None else row.percent
    head = f'<tr data-day="{row.day.isoformat()}" data-percent="{percent}" data-label="{day}"'
    return f'{head} data-lines="{"|".join(shown)}"><th scope="row">{day}</th>'


def _moved(change: float | None) -> str:
    return "" if change is None else f" ({escape(formats.signed(change))})"


def _points(row: DayRow | HistoryRow) -> str:
    return escape(f"{formats.points(row.points)} of {formats.points(row.max_points)}")


FILTERS = {f.__name__: f for f in (history_rows, overview_rows, action_rows)}
