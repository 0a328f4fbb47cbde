"""Lists of a page as CSV: one row an item, the API's names, nested values flattened, formulas defused."""

import csv
import io
import types
import typing
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from surefoot.pages.outlets import camel, plain

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins so, also after blanks, is a formula to spreadsheets: an apostrophe makes it a text again."""


def write(rows: Sequence[msgspec.Struct], kind: type[msgspec.Struct]) -> bytes:
    """Write rows of one kind; the header is there also without any row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    names = list(_names(kind))
    writer.writerow(names)
    for row in rows:
        held = dict(_cells(plain(row), kind))
        writer.writerow([held.get(name, "") for name in names])
    return out.getvalue().encode()


def write_cells(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write rows of plain values under heads."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([_cell(plain(value)) for value in row] for row in rows)
    return out.getvalue().encode()


def _names(kind: type[msgspec.Struct], before: str = "") -> typing.Iterator[str]:
    for name, inner in _fields(kind):
        whole = _joined(before, name)
        if inner is None:
            yield whole
        else:
            yield from _names(inner, whole)


def _fields(kind: type[msgspec.Struct]) -> typing.Iterator[tuple[str, type[msgspec.Struct] | None]]:
    """Give each field, and the struct that it holds if it holds one."""
    hints = typing.get_type_hints(kind)
    for name in kind.__struct_fields__:
        options = typing.get_args(hints[name]) if isinstance(hints[name], types.UnionType) else (hints[name],)
        inner = next((o for o in options if isinstance(o, type) and issubclass(o, msgspec.Struct)), None)
        yield camel(name), inner


def _joined(before: str, name: str) -> str:
    return before + name[0].upper() + name[1:] if before else name


def _cells(value: Any, kind: type[msgspec.Struct], before: str = "") -> typing.Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON leaves here
    for name, inner in _fields(kind):
        held = value.get(name) if value else None
        if inner is None:
            yield _joined(before, name), _cell(held)
        else:
            yield from _cells(held, inner, _joined(before, name))


def _cell(value: Any) -> str:  # noqa: ANN401, PLR0911 - a case a kind
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.10g}"
        case int():
            return str(value)
        case list() if any(isinstance(v, dict) for v in value):
            return str(len(value))
        case list():
            return _safe("; ".join(map(str, value)))
        case _:
            return _safe(str(value))


def _safe(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text
