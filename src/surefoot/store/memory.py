"""What is remembered of the database: between two writes the same question has the same answer, whoever asks."""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

P = ParamSpec("P")
R = TypeVar("R")

MEMORY = "memory"
"""The execution option that holds the memory of one reading transaction."""
MOST = 50
"""How many answers to one question outlive their transaction; the one that was asked for longest ago goes first."""
NOTHING: Any = object()
Question = tuple[Hashable, ...]
"""What is asked, and its arguments."""


class Shared:
    """The answers that hold in one state of the database, for all transactions of the process that see it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._state: int | None = None
        self._answers: dict[Hashable, OrderedDict[Hashable, Any]] = {}

    def find(self, state: int, question: Question) -> Any:  # noqa: ANN401 - whatever was kept
        """Give the answer in a state, or `NOTHING`."""
        with self._lock:
            held = self._answers.get(question[0])
            if state != self._state or held is None or question not in held:
                return NOTHING
            held.move_to_end(question)
            return held[question]

    def keep(self, state: int, question: Question, answer: object) -> None:
        """Keep an answer; those of another state are forgotten."""
        with self._lock:
            if state != self._state:
                self._state = state
                self._answers.clear()
            held = self._answers.setdefault(question[0], OrderedDict())
            held[question] = answer
            if len(held) > self._most:
                held.popitem(last=False)


class Memory:
    """What one reading transaction remembers: its own answers, and those of others who see the same state.

    `state` reads which state the transaction sees; None: it cannot be told, and nothing outlives the transaction.
    """

    def __init__(self, shared: Shared, state: Callable[[Connection], int | None]) -> None:
        self._shared = shared
        self._read = state
        self._state: int | None = NOTHING
        self._own: dict[Question, Any] = {}

    def answer(self, conn: Connection, question: Question, ask: Callable[[], R]) -> R:
        """Give what is remembered, or ask."""
        if question in self._own:
            found: R = self._own[question]
            return found
        if self._state is NOTHING:
            self._state = self._read(conn)
        answer = NOTHING if self._state is None else self._shared.find(self._state, question)
        if answer is NOTHING:
            answer = ask()
            if self._state is not None:
                self._shared.keep(self._state, question, answer)
        self._own[question] = answer
        return answer  # type: ignore[no-any-return]


def remembered(ask: Callable[Concatenate[Connection, P], R]) -> Callable[Concatenate[Connection, P], R]:
    """Ask once between two writes, and each time anew wherever something may be written.

    The answer depends on the database and the arguments alone: not on the clock. It is shared: it must not be changed
    by who gets it. The arguments are hashable; one by name that is None counts as left out.
    """

    @functools.wraps(ask)
    def asked(conn: Connection, /, *args: P.args, **kwargs: P.kwargs) -> R:
        memory: Memory | None = conn.get_execution_options().get(MEMORY)
        if memory is None:
            return ask(conn, *args, **kwargs)
        named = tuple(sorted((name, value) for name, value in kwargs.items() if value is not None))
        return memory.answer(conn, (ask, args, named), lambda: ask(conn, *args, **kwargs))

    return asked
