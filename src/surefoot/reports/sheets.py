"""Lists as Excel workbooks: numbers stay numbers, days stay days, and a text is never a formula or a link."""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from surefoot.pages.actions import Actions
from surefoot.pages.columns import Column, Kind, Value, column_cells, status_words
from surefoot.pages.heatmap import HeatCell, HeatControl, Heatmap
from surefoot.pages.portfolio import Portfolio, PortfolioRow
from surefoot.scoring.heatmap import State

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["MEDIA_TYPE", "About", "of_actions", "of_heatmap", "of_portfolio"]

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.POINTS: "General",
    Kind.PERCENT: "0.00",
    Kind.DAY: "yyyy-mm-dd",
}
"""Excel writes them in its reader's own way."""
NARROWEST, WIDEST = 9, 60
LONGEST = 32_767
"""Characters that a cell takes."""
PLAINLY = "\u200b"
"""A zero-width space."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What the second sheet says."""

    title: str
    told: tuple[tuple[str, str], ...]
    """What is in the list and why: names and values."""
    made_at: dt.datetime


class Head(msgspec.Struct, frozen=True):
    """A column of a sheet."""

    label: str
    kind: Kind


def of_actions(page: Actions, columns: Sequence[Column], about: About) -> bytes:
    """Write the recommended actions that a page shows, in its order and columns."""
    cells = column_cells(columns)
    heads = [Head(label, cell.kind) for label, cell in cells]
    return _book("Recommended actions", heads, ([cell.value(a) for _, cell in cells] for a in page.actions), about)


PORTFOLIO: tuple[tuple[Head, Callable[[PortfolioRow], Value]], ...] = (
    (Head("Rank", Kind.COUNT), lambda r: r.rank),
    (Head("Tenant", Kind.TEXT), lambda r: r.tenant.name),
    (Head("Tenant id", Kind.TEXT), lambda r: r.tenant.id),
    (Head("Day", Kind.DAY), lambda r: r.as_of),
    (Head("Score in %", Kind.PERCENT), lambda r: r.percent),
    (Head("Points", Kind.POINTS), lambda r: r.points),
    (Head("Of points", Kind.POINTS), lambda r: r.max_points),
    (Head("1 day", Kind.PERCENT), lambda r: r.change_1),
    (Head("7 days", Kind.PERCENT), lambda r: r.change_7),
    (Head("30 days", Kind.PERCENT), lambda r: r.change_30),
    (Head("90 days", Kind.PERCENT), lambda r: r.change_90),
    (Head("Points available", Kind.POINTS), lambda r: r.points_available),
    (Head("Open actions", Kind.COUNT), lambda r: r.open_actions),
    (Head("Regressions", Kind.COUNT), lambda r: r.regressions),
    (Head("Dismissed", Kind.COUNT), lambda r: r.dismissed),
    (Head("Industry", Kind.TEXT), lambda r: r.industry),
    (Head("Labels", Kind.TEXT), lambda r: ", ".join(r.labels) or None),
    (Head("Last read", Kind.DAY), lambda r: r.synced_at.astimezone(dt.UTC).date() if r.synced_at else None),
    (Head("Problem", Kind.TEXT), lambda r: r.problem),
)


def of_portfolio(page: Portfolio, about: About) -> bytes:
    """Write the tenants of a page of the portfolio, in its order."""
    rows = ([value(row) for _, value in PORTFOLIO] for row in page.tenants)
    return _book("Portfolio", [head for head, _ in PORTFOLIO], rows, about)


HEATMAP: tuple[tuple[Head, Callable[[HeatControl], Value]], ...] = (
    (Head("Control", Kind.TEXT), lambda c: c.name),
    (Head("Control id", Kind.TEXT), lambda c: c.id),
    (Head("Category", Kind.TEXT), lambda c: c.category),
    (Head("Product", Kind.TEXT), lambda c: c.product),
    (Head("Points left", Kind.POINTS), lambda c: c.points_left),
    (Head("Open in", Kind.COUNT), lambda c: c.open),
    (Head("Accepted in", Kind.COUNT), lambda c: c.accepted),
    (Head("Completed in", Kind.COUNT), lambda c: c.completed),
    (Head("Scored in", Kind.COUNT), lambda c: c.scored),
)
UNSCORED = {State.NOT_SCORED: "Not licensed or not scored", State.NOT_KNOWN: "Not known (no score)"}


def of_heatmap(page: Heatmap, about: About) -> bytes:
    """Write the controls that a page of the heat map shows, with a column for each tenant that names the status."""
    heads = [*(head for head, _ in HEATMAP), *(Head(t.tenant.name, Kind.TEXT) for t in page.tenants)]
    rows = ([*(value(c) for _, value in HEATMAP), *map(_standing, c.cells)] for c in page.controls)
    return _book("Control by tenant", heads, rows, about, frozen=1)


def _standing(cell: HeatCell) -> str:
    return UNSCORED.get(cell.state, "") if cell.status is None else status_words(cell.status)


def _book(name: str, heads: Sequence[Head], rows: Iterable[Sequence[Value]], about: About, *, frozen: int = 0) -> bytes:
    """Write a list and what it is; its first `frozen` columns stay in sight."""
    import xlsxwriter  # noqa: PLC0415 - heavy, and only for whoever wants a workbook

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": about.title, "created": about.made_at.replace(tzinfo=None)})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    sheet = book.add_worksheet(name)
    _list(book, sheet, heads, list(rows), bold)
    sheet.freeze_panes(1, frozen)
    _about(book, book.add_worksheet("About"), about, bold)
    book.close()
    return out.getvalue()


def _list(
    book: "Workbook", sheet: "Worksheet", heads: Sequence[Head], rows: Sequence[Sequence[Value]], bold: "Format"
) -> None:
    formats = {kind: book.add_format({"num_format": text, "valign": "top"}) for kind, text in FORMATS.items()}
    formats[Kind.TEXT] = book.add_format({"text_wrap": True, "valign": "top"})
    for place, head in enumerate(heads):
        sheet.write_string(0, place, _text(head.label), bold)
        sheet.set_column(place, place, _width(head, [row[place] for row in rows]))
    for line, row in enumerate(rows, start=1):
        for place, (head, value) in enumerate(zip(heads, row, strict=True)):
            _write(sheet, (line, place), value, formats[head.kind])
    sheet.autofilter(0, 0, len(rows), len(heads) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _width(head: Head, values: Sequence[Value]) -> int:
    """Give a width in characters: the longest word of the head, and of texts nearly all."""
    least = max(NARROWEST, *(len(word) + 2 for word in head.label.split()))
    if head.kind is not Kind.TEXT:
        return max(least, 12 if head.kind is Kind.DAY else least)
    return min(WIDEST, max([least, *(len(str(v)) + 1 for v in values if v is not None)]))


def _write(sheet: "Worksheet", at: tuple[int, int], value: Value, written: Any) -> None:  # noqa: ANN401 - a format
    match value:
        case None:
            sheet.write_blank(*at, None, written)
        case str():
            sheet.write_string(*at, _text(value), written)
        case dt.date():
            sheet.write_datetime(*at, dt.datetime.combine(value, dt.time()), written)
        case _:
            sheet.write_number(*at, value, written)


def _text(value: str) -> str:
    """Cut a text to what a cell takes; before one that XlsxWriter would take for markup stands a zero-width space."""
    marked = value.startswith("<r>") and value[:LONGEST].endswith("</r>")
    return f"{PLAINLY if marked else ''}{value}"[:LONGEST]


def _about(book: "Workbook", sheet: "Worksheet", about: About, bold: "Format") -> None:
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    moment = f"{about.made_at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    for line, (name, value) in enumerate((("What", about.title), *about.told, ("Made", moment), ("By", "Surefoot"))):
        sheet.write_string(line, 0, name, bold)
        sheet.write_string(line, 1, _text(value), plain)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, WIDEST)
