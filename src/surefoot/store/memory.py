"""What is remembered of the database: a question has the same answer until a table that it was read from is written.

Which tables those are is seen while it is asked, so nobody has to say it rightly: docs/decisions/0008.
"""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection

P = ParamSpec("P")
R = TypeVar("R")

MEMORY = "memory"
"""The execution option that holds the memory of one reading transaction."""
Question = tuple[Hashable, ...]
"""What is asked, and its arguments."""
USUAL = 50
"""How many answers to one question outlive their transaction; the one that was asked for longest ago goes first."""
SMALL = 200
"""The same, where an answer is of one tenant and small."""


class Kept(NamedTuple):
    """An answer, and what it was read from."""

    answer: Any
    states: Mapping[str, int]
    """The numbers that its tables had."""


class Shared:
    """The answers that all transactions of the process share, as long as the tables they were read from stay."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Hashable, OrderedDict[Question, Kept]] = {}

    def find(self, question: Question, states: Mapping[str, int]) -> Kept | None:
        """Give the answer that holds while tables have these numbers; None when there is none."""
        with self._lock:
            held = self._kept.get(question[0])
            found = held.get(question) if held else None
            if held is None or found is None or not found.states.items() <= states.items():
                return None
            held.move_to_end(question)
            return found

    def keep(self, question: Question, kept: Kept, most: int) -> None:
        """Keep an answer instead of an earlier one; of one kind of question so many are kept at most."""
        with self._lock:
            held = self._kept.setdefault(question[0], OrderedDict())
            held[question] = kept
            held.move_to_end(question)
            if len(held) > most:
                held.popitem(last=False)


class Memory:
    """What one reading transaction remembers: its own answers, and those of others who see the same tables.

    `states` reads the number of each table that the transaction sees. A table without one cannot be told: what was
    read from it does not outlive the transaction.
    """

    def __init__(self, shared: Shared, states: Callable[[Connection], Mapping[str, int]]) -> None:
        self._shared = shared
        self._read = states
        self._states: Mapping[str, int] | None = None
        self._own: dict[Question, tuple[Any, frozenset[str]]] = {}
        self._asking: list[set[str]] = []
        """The tables that were read for each question that is being asked, the innermost last."""

    def saw(self, tables: Iterable[str]) -> None:
        """Note that something was read from tables, for the question that is being asked."""
        if self._asking:
            self._asking[-1].update(tables)

    def answer(self, conn: Connection, question: Question, most: int, ask: Callable[[], R]) -> R:
        """Give what is remembered, or ask."""
        if question not in self._own:
            self._own[question] = self._answered(conn, question, most, ask)
        answer, tables = self._own[question]
        self.saw(tables)
        return answer  # type: ignore[no-any-return]

    def _answered(
        self, conn: Connection, question: Question, most: int, ask: Callable[[], Any]
    ) -> tuple[Any, frozenset[str]]:
        if self._states is None:
            self._states = self._read(conn)
        found = self._shared.find(question, self._states)
        if found is not None:
            return found.answer, frozenset(found.states)
        self._asking.append(set())
        try:
            answer = ask()
        finally:
            tables = frozenset(self._asking.pop())
        if tables <= self._states.keys():
            self._shared.keep(question, Kept(answer, {t: self._states[t] for t in tables}), most)
        return answer, tables


Asking = Callable[Concatenate[Connection, P], R]


def remembered(ask: Asking[P, R]) -> Asking[P, R]:
    """Ask once until what it reads is written, and each time anew wherever something may be written.

    The answer depends on the database and the arguments alone: not on the clock. It is shared: it must not be changed
    by who gets it. The arguments are hashable; one by name that is None counts as left out.
    """
    return _remembered(ask, USUAL)


def remembered_long(ask: Asking[P, R]) -> Asking[P, R]:
    """Do the same as `remembered` for small answers of single tenants: those of more tenants are kept."""
    return _remembered(ask, SMALL)


def _remembered(ask: Asking[P, R], most: int) -> Asking[P, R]:
    @functools.wraps(ask)
    def asked(conn: Connection, /, *args: P.args, **kwargs: P.kwargs) -> R:
        memory: Memory | None = conn.get_execution_options().get(MEMORY)
        if memory is None:
            return ask(conn, *args, **kwargs)
        named = tuple(sorted((name, value) for name, value in kwargs.items() if value is not None))
        return memory.answer(conn, (ask, args, named), most, lambda: ask(conn, *args, **kwargs))

    return asked
