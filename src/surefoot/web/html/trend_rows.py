"""The rows of the trends' tables of days, written in Python as those of the history are: filters of the templates."""

from collections.abc import Iterable, Sequence

import msgspec
from markupsafe import Markup, escape

from surefoot.pages.trends import CategoryDay, GroupTrend, TrendDay
from surefoot.web.html import formats


class GroupLine(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison line and its name."""

    group: GroupTrend
    field: str
    swatch: Markup


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """A day of the tables; the charts' script steps through these rows, too."""

    day: TrendDay
    iso: str
    label: str
    percent: str
    zone: str
    """In words; empty when the percent is not known."""
    averages: tuple[float | None, ...]
    """One for each comparison line."""


def zone_rows(rows: Iterable[DayRow]) -> Markup:
    """Write score, zone and points of each day."""
    return Markup("\n").join(_zone(r) for r in rows)


def category_rows(days: Iterable[CategoryDay]) -> Markup:
    """Write percent and points of a category on each day."""
    return Markup("\n").join(_category(d) for d in days)


def comparison_rows(rows: Iterable[DayRow], groups: Sequence[GroupLine]) -> Markup:
    """Write the score and the averages of groups of each day."""
    return Markup("\n").join(_compared(r, groups) for r in rows)


def regressed_rows(rows: Iterable[DayRow]) -> Markup:
    """Write how many controls were below their best on each day, and the points lost."""
    return Markup("\n").join(_regressed(r) for r in rows)


def given_up_rows(rows: Iterable[DayRow]) -> Markup:
    """Write how many risks were accepted on each day, and the points given up."""
    return Markup("\n").join(_given_up(r) for r in rows)


def _zone(row: DayRow) -> Markup:
    points, said = _points(row.day), f", {row.zone.lower()}" if row.zone else ""
    cells = f'{_number(row.percent)}<td>{escape(row.zone or "not known")}</td><td class="num">{points}</td>'
    return _row(row.iso, row.day.percent, row.label, f"{escape(row.percent + said)}|{points} points", cells)


def _category(day: CategoryDay) -> Markup:
    percent, points = formats.percent(day.percent), _points(day)
    cells = f'{_number(percent)}<td class="num">{points}</td>'
    shown = f"{escape(percent)}|{points} points"
    return _row(formats.iso(day.date), day.percent, formats.day(day.date), shown, cells)


def _compared(row: DayRow, groups: Sequence[GroupLine]) -> Markup:
    averages = [formats.percent(a) for a in row.averages]
    named = zip(groups, averages, strict=True)
    shown = "|".join([row.percent, *(f"{g.group.name.replace('|', ' ')}: {a}" for g, a in named)])
    cells = "".join(_number(text) for text in (row.percent, *averages))
    return _row(row.iso, row.day.percent, row.label, escape(shown), cells)


def _regressed(row: DayRow) -> Markup:
    lost = formats.points(row.day.points_lost)
    shown = f"{formats.plural(row.day.regressed, 'control', 'controls')} below the best|{lost} points lost"
    cells = _number(formats.count(row.day.regressed)) + _number(lost)
    return _row(row.iso, row.day.regressed, row.label, escape(shown), cells)


def _given_up(row: DayRow) -> Markup:
    given = formats.points(row.day.points_given_up)
    shown = f"{given} points given up|{formats.plural(row.day.accepted, 'risk', 'risks')} accepted"
    cells = _number(formats.count(row.day.accepted)) + _number(given)
    return _row(row.iso, row.day.points_given_up, row.label, escape(shown), cells)


def _row(iso: str, value: float | None, label: str, shown: str, cells: str) -> Markup:
    """Write a row; `shown` (the chart's lines, apart by bars) and `cells` are escaped already."""
    told, percent = escape(label), "" if value is None else value
    head = f'<tr data-day="{iso}" data-percent="{percent}" data-label="{told}" data-lines="{shown}">'
    return Markup(f'{head}<th scope="row">{told}</th>{cells}</tr>')  # noqa: S704 - escaped above


def _number(text: str) -> str:
    return f'<td class="num">{escape(text)}</td>'


def _points(day: TrendDay | CategoryDay) -> str:
    return escape(f"{formats.points(day.points)} of {formats.points(day.max_points)}")


FILTERS = {f.__name__: f for f in (zone_rows, category_rows, comparison_rows, regressed_rows, given_up_rows)}
