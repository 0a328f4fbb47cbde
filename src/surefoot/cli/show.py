"""Tables and lines for a terminal of any width; the API's bytes for programs."""

import datetime as dt
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence

from surefoot.model import Difficulty, Impact, Status
from surefoot.pages.outlets import encode

STATUSES = {
    Status.TO_ADDRESS: "To address",
    Status.PLANNED: "Planned",
    Status.IN_PROGRESS: "In progress",
    Status.RISK_ACCEPTED: "Risk accepted",
    Status.THIRD_PARTY: "Third party",
    Status.ALTERNATE: "Alternate mitigation",
    Status.COMPLETED: "Completed",
}


def json(page: object) -> None:
    """Print a page as the API sends it."""
    sys.stdout.buffer.write(encode(page) + b"\n")
    sys.stdout.flush()


def harmless(text: str) -> str:
    """Cut out what would steer a terminal: names and comments of others are printed, too."""
    return _STEERING.sub("", text)


_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters, but tabs and ends of lines."""


def line(text: str = "") -> None:
    """Print a line."""
    sys.stdout.write(harmless(text) + "\n")


def note(text: str) -> None:
    """Tell a person something that is not the result."""
    sys.stderr.write(harmless(text) + "\n")


def percent(value: float | None) -> str:
    """Write a percent with one decimal."""
    return "not known" if value is None else f"{value:.1f} %"


def points(value: float | None) -> str:
    """Write points with two decimals at most."""
    return "not known" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def signed(value: float | None) -> str:
    """Write a difference."""
    if value is None:
        return ""
    shown = f"{value:+.1f}"
    return shown if float(shown) else "0.0"


def change(value: float | None) -> str:
    """Write a difference in points of percent, with a second decimal where one would show nothing."""
    if value is None:
        return "?"
    shown = f"{value:+.2f}"
    return shown if abs(value) < 0.05 and float(shown) else signed(value)  # noqa: PLR2004 - one decimal would show nothing


def level(value: Impact | Difficulty | None) -> str:
    """Write an impact or a difficulty."""
    return "not rated" if value is None else value.value.capitalize()


def when(value: dt.datetime | None) -> str:
    """Write a time."""
    return "never" if value is None else value.strftime("%Y-%m-%d %H:%M UTC")


def last_read(at: dt.datetime | None, newest: dt.date | None) -> str:
    """Say when a tenant was read; one that never was may have days from files."""
    return when(at) if at is not None or newest is None else f"imported, newest day {newest}"


def counted(count: int, what: str) -> str:
    """Write a number of things: `1 day`, `2 days`."""
    return f"{count} {what}" + ("" if count == 1 else "s")


def width() -> int:
    """Give the columns of the terminal, 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def wrapped(text: str, *, indent: int = 0) -> None:
    """Print a sentence over as many lines as it takes."""
    margin = " " * indent
    line(textwrap.fill(text, max(width(), indent + 20), initial_indent=margin, subsequent_indent=margin))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: frozenset[int] = frozenset()) -> None:
    """Print a table; where the terminal is too narrow for one, a block a row. Nothing is cut."""
    from rich.console import Console
    from rich.table import Table

    if _least(heads, rows) > width():
        _blocks(heads, rows)
        return
    made = Table(box=None, pad_edge=False, header_style="bold")
    for n, head in enumerate(heads):
        made.add_column(head, justify="right" if n in numbers else "left", no_wrap=n > 0, overflow="fold")
    for row in rows:
        made.add_row(*map(harmless, row))
    Console(highlight=False, markup=False, emoji=False, width=width()).print(made)


_LEAST_NAME = 24
"""A first column that is narrower is no pleasure to read."""


def _least(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Give the columns that a table takes at least: the first column may wrap, the others not."""
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    return min(widths[0], _LEAST_NAME) + sum(widths[1:]) + 2 * (len(heads) - 1)


def _blocks(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for first, *rest in rows:
        wrapped(first)
        wrapped(", ".join(f"{h.lower()} {cell}" for h, cell in zip(heads[1:], rest, strict=True) if cell), indent=2)
