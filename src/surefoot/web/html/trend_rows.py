"""The rows of the trends' tables of days, written in Python as those of the history are: filters of the templates."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec
from markupsafe import Markup

from surefoot.pages.groups import Group
from surefoot.pages.trends import CategoryDay, GroupTrend, TrendDay
from surefoot.web.html import formats
from surefoot.web.html.day_rows import CUT, escaped


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


class _Row(NamedTuple):
    """What a row says: day, value and words for the chart's script (its lines, apart by bars), and the cells."""

    iso: str
    value: float | None
    texts: tuple[str, ...]
    """The day, what the script shows, and each cell; to be escaped."""


def zone_rows(rows: Iterable[DayRow]) -> Markup:
    """Write score, zone and points of each day."""
    return _written([_zone(r) for r in rows], ("num", "", "num"))


def category_rows(days: Iterable[CategoryDay]) -> Markup:
    """Write percent and points of a category on each day."""
    return _written([_category(d) for d in days], ("num", "num"))


def comparison_rows(rows: Iterable[DayRow], groups: Sequence[GroupLine]) -> Markup:
    """Write the score and the averages of groups of each day."""
    names = [g.group.name.replace("|", " ").replace(CUT, " ") for g in groups]
    return _written([_compared(r, names) for r in rows], ("num",) * (1 + len(names)))


class Beside(Protocol):
    """A day beside the averages of groups."""

    @property
    def day(self) -> dt.date:
        """The day."""
        ...

    @property
    def percent(self) -> float | None:
        """The tenant's own."""
        ...

    @property
    def averages(self) -> tuple[float | None, ...]:
        """One for each group."""
        ...


class Named(Protocol):
    """A group's line."""

    @property
    def group(self) -> Group:
        """Whose."""
        ...


def beside_rows(rows: Iterable[Beside], groups: Sequence[Named]) -> Markup:
    """Write the comparison's rows: the score and the averages of groups of each day."""
    names = [g.group.name.replace("|", " ").replace(CUT, " ") for g in groups]
    return _written([_beside(r, names) for r in rows], ("num",) * (1 + len(names)))


def regressed_rows(rows: Iterable[DayRow]) -> Markup:
    """Write how many controls were below their best on each day, and the points lost."""
    return _written([_regressed(r) for r in rows], ("num", "num"))


def given_up_rows(rows: Iterable[DayRow]) -> Markup:
    """Write how many risks were accepted on each day, and the points given up."""
    return _written([_given_up(r) for r in rows], ("num", "num"))


def _zone(row: DayRow) -> _Row:
    points, said = _points(row.day), f", {row.zone.lower()}" if row.zone else ""
    texts = (row.label, f"{row.percent}{said}|{points} points", row.percent, row.zone or "not known", points)
    return _Row(row.iso, row.day.percent, texts)


def _category(day: CategoryDay) -> _Row:
    percent, points = formats.percent(day.percent), _points(day)
    texts = (formats.day(day.date), f"{percent}|{points} points", percent, points)
    return _Row(formats.iso(day.date), day.percent, texts)


def _compared(row: DayRow, names: Sequence[str]) -> _Row:
    averages = [formats.percent(a) for a in row.averages]
    shown = "|".join([row.percent, *(f"{name}: {a}" for name, a in zip(names, averages, strict=True))])
    return _Row(row.iso, row.day.percent, (row.label, shown, row.percent, *averages))


def _beside(row: Beside, names: Sequence[str]) -> _Row:
    percent, averages = formats.percent(row.percent), [formats.percent(a) for a in row.averages]
    shown = "|".join([percent, *(f"{name}: {a}" for name, a in zip(names, averages, strict=True))])
    return _Row(formats.iso(row.day), row.percent, (formats.day(row.day), shown, percent, *averages))


def _regressed(row: DayRow) -> _Row:
    lost = formats.points(row.day.points_lost)
    shown = f"{formats.plural(row.day.regressed, 'control', 'controls')} below the best|{lost} points lost"
    return _Row(row.iso, row.day.regressed, (row.label, shown, formats.count(row.day.regressed), lost))


def _given_up(row: DayRow) -> _Row:
    given = formats.points(row.day.points_given_up)
    shown = f"{given} points given up|{formats.plural(row.day.accepted, 'risk', 'risks')} accepted"
    return _Row(row.iso, row.day.points_given_up, (row.label, shown, formats.count(row.day.accepted), given))


def _written(rows: Sequence[_Row], kinds: Sequence[str]) -> Markup:
    """Write rows whose cells are of these kinds."""
    texts = iter(escaped([text for row in rows for text in row.texts]))
    begun = [f'<td class="{kind}">' if kind else "<td>" for kind in kinds]
    written = []
    for row in rows:
        told, shown = next(texts), next(texts)
        cells = "".join([f"{cell}{next(texts)}</td>" for cell in begun])
        percent = "" if row.value is None else row.value
        head = f'<tr data-day="{row.iso}" data-percent="{percent}" data-label="{told}" data-lines="{shown}">'
        written.append(f'{head}<th scope="row">{told}</th>{cells}</tr>')
    return Markup("\n".join(written))  # noqa: S704 - escaped above


def _points(day: TrendDay | CategoryDay) -> str:
    return f"{formats.points(day.points)} of {formats.points(day.max_points)}"


FILTERS = {
    f.__name__: f for f in (zone_rows, category_rows, comparison_rows, beside_rows, regressed_rows, given_up_rows)
}
