"""Tables and lines for a terminal of any width; the API's bytes for programs."""

import datetime as dt
import sys
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


def line(text: str = "") -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Tell a person something that is not the result."""
    sys.stderr.write(text + "\n")


def percent(value: float | None) -> str:
    """Write a percent with one decimal."""
    return "not known" if value is None else f"{value:.1f} %"


def points(value: float | None) -> str:
    """Write points with two decimals at most."""
    return "not known" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def signed(value: float | None) -> str:
    """Write a difference."""
    return "" if value is None else f"{value:+.1f}"


def level(value: Impact | Difficulty | None) -> str:
    """Write an impact or a difficulty."""
    return "not rated" if value is None else value.value.capitalize()


def when(value: dt.datetime | None) -> str:
    """Write a time."""
    return "never" if value is None else value.strftime("%Y-%m-%d %H:%M UTC")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: frozenset[int] = frozenset()) -> None:
    """Print a table that fits the terminal: long words wrap, numbers are never cut."""
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    for n, head in enumerate(heads):
        made.add_column(head, justify="right" if n in numbers else "left", no_wrap=n in numbers, overflow="fold")
    for row in rows:
        made.add_row(*row)
    Console(highlight=False, markup=False).print(made)
