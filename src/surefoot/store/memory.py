"""What a reading transaction remembers: it sees one state of the database, so the same question has the same answer."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

P = ParamSpec("P")
R = TypeVar("R")

MEMORY = "memory"
"""The execution option that holds the answers of one reading transaction."""


def remembered(ask: Callable[Concatenate[Connection, P], R]) -> Callable[Concatenate[Connection, P], R]:
    """Ask once in a reading transaction, and each time anew wherever something may be written.

    The answer is shared: it must not be changed by who gets it. The arguments are hashable; one by name that is None
    counts as left out.
    """

    @functools.wraps(ask)
    def asked(conn: Connection, /, *args: P.args, **kwargs: P.kwargs) -> R:
        memory: dict[Any, R] | None = conn.get_execution_options().get(MEMORY)
        if memory is None:
            return ask(conn, *args, **kwargs)
        key = (ask, args, tuple(sorted((name, value) for name, value in kwargs.items() if value is not None)))
        if key not in memory:
            memory[key] = ask(conn, *args, **kwargs)
        return memory[key]

    return asked
