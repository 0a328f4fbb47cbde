"""Query parameters, read strictly: an unknown name or value is refused with those that are possible."""

import enum
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
            raise InputRefused(f"There is no parameter {_quoted(name)} here. Possible: {', '.join(names)}.")
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


def _quoted(text: str) -> str:
    """Repeat what was sent, but not at any length."""
    return repr(text if len(text) <= 60 else text[:60] + "...")  # noqa: PLR2004 - a line
