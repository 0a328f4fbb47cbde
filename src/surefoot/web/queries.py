"""Query parameters, read strictly: an unknown name or value is refused with those that are possible."""

import datetime as dt
import enum
import re
from collections.abc import Iterable
from typing import TypeVar

from starlette.datastructures import QueryParams

from surefoot.errors import InputRefused
from surefoot.pages.outlets import camel

E = TypeVar("E", bound=enum.StrEnum)

MOST_DAYS = 36_500


def only(query: QueryParams, allowed: Iterable[str]) -> None:
    """Refuse a parameter that is not one of `allowed`, or that comes twice."""
    names = sorted(allowed)
    for name in query:
        if name not in names:
            raise InputRefused(f"There is no parameter {_quoted(name)} here. Possible: {', '.join(names) or 'none'}.")
        if len(query.getlist(name)) > 1:
            raise InputRefused(f"The parameter {name} is there more than once.")


def choice(query: QueryParams, name: str, kind: type[E]) -> E | None:
    """Read an enumeration's value as the API writes it; None when it is absent or empty."""
    text = query.get(name)
    if not text:
        return None
    return parse(text, name, kind)


def parse(text: str, name: str, kind: type[E]) -> E:
    """Read an enumeration's value in camelCase."""
    values = {camel(v.value): v for v in kind}
    if text not in values:
        raise InputRefused(f"{_quoted(text)} is no {name}. Possible: {', '.join(values)}.")
    return values[text]


def order(query: QueryParams, usual: E, *, falling: bool = False) -> tuple[E, bool]:
    """Read by what a list is sorted, as the API writes it, and whether the largest comes first (a minus)."""
    text = query.get("sort")
    if not text:
        return usual, falling
    return parse(text.removeprefix("-"), "sort", type(usual)), text.startswith("-")


def days(query: QueryParams, *, default: int = 90) -> int | None:
    """Read how many days of history are wanted; None: all."""
    text = query.get("days")
    if not text:
        return default
    if text == "all":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_DAYS)) and 1 <= int(text) <= MOST_DAYS):
        raise InputRefused(f"{_quoted(text)} is no number of days. Possible: 1 to {MOST_DAYS}, or all.")
    return int(text)


def day(query: QueryParams, name: str) -> dt.date | None:
    """Read a day as 2026-12-31; None when it is absent or empty."""
    text = query.get(name)
    return parse_day(text) if text else None


def parse_day(text: str) -> dt.date:
    """Read a day in the one form that the API writes."""
    try:
        return dt.datetime.strptime(text if _DAY.fullmatch(text) else "", "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise InputRefused(f"{_quoted(text)} is no day. Write it as 2026-12-31.") from None


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def flag(query: QueryParams, name: str) -> bool | None:
    """Read `true` or `false`; None when it is absent or empty."""
    text = query.get(name)
    if not text:
        return None
    if text not in {"true", "false"}:
        raise InputRefused(f"{_quoted(text)} is neither true nor false.")
    return text == "true"


def count(query: QueryParams, name: str, *, default: int, most: int) -> int:
    """Read a whole number from 1 to `most`."""
    text = query.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise InputRefused(f"{_quoted(text)} is no {name}. Possible: 1 to {most}.")
    return int(text)


def word(query: QueryParams, name: str) -> str | None:
    """Read a text; None when it is absent or empty."""
    return query.get(name) or None


def _quoted(text: str) -> str:
    """Repeat what was sent, but not at any length."""
    return repr(text if len(text) <= 60 else text[:60] + "...")  # noqa: PLR2004 - a line
