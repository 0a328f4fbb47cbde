"""Lists in the order that somebody asks for: rows without a value come last, whichever way round."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Row = TypeVar("Row")


def ordered(rows: Iterable[Row], value: Callable[[Row], Any], *, falling: bool) -> tuple[Row, ...]:
    """Sort rows by a value, which may be None; rows of equal values stay as they are. Words are folded."""
    given = [(_plain(value(row)), row) for row in rows]
    known = sorted((pair for pair in given if pair[0] is not None), key=lambda pair: pair[0], reverse=falling)
    return tuple(row for _, row in [*known, *(pair for pair in given if pair[0] is None)])


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever can be compared
    return value.casefold() if isinstance(value, str) else value
