"""What numbers a page writes, taken as they come to its filters and templates: in full, before any rounding."""

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jinja2 import Environment

from surefoot.web.html import formats

NUMERIC = ("percent", "number", "points", "gain", "count", "signed", "magnitude", "plural")
"""The filters that write a number; the first argument is it."""


class Written:
    """Notes every number that templates write, by a filter or plainly; set up before the first template is loaded."""

    def __init__(self, env: Environment) -> None:
        self.numbers: list[tuple[float, str]] = []
        self._kept = {name: getattr(formats, name) for name in NUMERIC}
        for name, write in self._kept.items():
            env.filters[name] = self._noting(name, write)
            setattr(formats, name, env.filters[name])  # parts that are written in Python use them from there
        env.finalize = self._plainly

    def end(self) -> None:
        """Write as before."""
        for name, write in self._kept.items():
            setattr(formats, name, write)

    def _noting(self, name: str, write: Callable[..., str]) -> Callable[..., str]:
        @functools.wraps(write)
        def noted(value: float | None, *args: Any, **options: Any) -> str:
            text = write(value, *args, **options)
            self._note(value, f"{name}: {text}")
            return text

        return noted

    def _plainly(self, value: Any) -> Any:
        self._note(value, "plainly")
        return value

    def _note(self, value: Any, how: str) -> None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.numbers.append((value, how))

    def taken(self) -> list[tuple[float, str]]:
        """Give what was written since the last time."""
        found, self.numbers = self.numbers, []
        return found


def numbers_of(answer: Any) -> Iterator[float]:
    """Give every number of an API's answer, and how long each of its lists is."""
    match answer:
        case bool() | None | str():
            return
        case int() | float():
            yield answer
        case dict():
            for value in answer.values():
                yield from numbers_of(value)
        case list():
            yield len(answer)
            for value in answer:
                yield from numbers_of(value)


def strange(written: Iterable[tuple[float, str]], known: Iterable[float]) -> list[tuple[float, str]]:
    """List what was written that is not known, each once."""
    told = set(known)
    return [pair for pair in dict.fromkeys(written) if pair[0] not in told]
