"""What is remembered of the database: between two writes the same question has the same answer, whoever asks."""

import enum
import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

P = ParamSpec("P")
R = TypeVar("R")

MEMORY = "memory"
"""The execution option that holds the memory of one reading transaction."""


class Part(enum.IntEnum):
    """What of the database an answer depends on; the value is the key of its row in the table `state`."""

    ALL = 1
    COLLECTED = 2
    """What readings and imports write: nothing of it changes when people decide, label or sign in."""


MOST = {Part.ALL: 50, Part.COLLECTED: 200}
"""How many answers to one question outlive their transaction; the one that was asked for longest ago goes first."""
NOTHING: Any = object()
Question = tuple[Hashable, ...]
"""What is asked, and its arguments."""


class Shared:
    """The answers that hold in one state of a part, for all transactions of the process that see it."""

    def __init__(self, most: int) -> None:
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


def shared() -> Mapping[Part, Shared]:
    """Give an empty memory for all transactions of a database."""
    return {part: Shared(most) for part, most in MOST.items()}


class Memory:
    """What one reading transaction remembers: its own answers, and those of others who see the same state.

    `states` reads which state of each part the transaction sees; a part without one cannot be told, and none of its
    answers outlives the transaction.
    """

    def __init__(self, kept: Mapping[Part, Shared], states: Callable[[Connection], Mapping[Part, int]]) -> None:
        self._kept = kept
        self._read = states
        self._states: Mapping[Part, int] | None = None
        self._own: dict[Question, Any] = {}
        self.within: Part | None = None
        """The part that what is asked just now depends on; None: nothing is asked."""

    def answer(self, conn: Connection, question: Question, part: Part, ask: Callable[[], R]) -> R:
        """Give what is remembered, or ask; the question depends on a part."""
        if self.within is Part.COLLECTED and part is not Part.COLLECTED:
            message = f"{question[0]} may change while what asks for it is remembered"
            raise RuntimeError(message)
        if question in self._own:
            found: R = self._own[question]
            return found
        if self._states is None:
            self._states = self._read(conn)
        state, shared = self._states.get(part), self._kept[part]
        answer = NOTHING if state is None else shared.find(state, question)
        if answer is NOTHING:
            outer, self.within = self.within, part
            try:
                answer = ask()
            finally:
                self.within = outer
            if state is not None:
                shared.keep(state, question, answer)
        self._own[question] = answer
        return answer  # type: ignore[no-any-return]


Asking = Callable[Concatenate[Connection, P], R]


def remembered(ask: Asking[P, R]) -> Asking[P, R]:
    """Ask once between two writes, and each time anew wherever something may be written.

    The answer depends on the database and the arguments alone: not on the clock. It is shared: it must not be changed
    by who gets it. The arguments are hashable; one by name that is None counts as left out.
    """
    return _remembered(ask, Part.ALL)


def collected(ask: Asking[P, R]) -> Asking[P, R]:
    """Do the same as `remembered` for what depends on no table that people write: it holds until the next reading."""
    return _remembered(ask, Part.COLLECTED)


def _remembered(ask: Asking[P, R], part: Part) -> Asking[P, R]:
    @functools.wraps(ask)
    def asked(conn: Connection, /, *args: P.args, **kwargs: P.kwargs) -> R:
        memory: Memory | None = conn.get_execution_options().get(MEMORY)
        if memory is None:
            return ask(conn, *args, **kwargs)
        named = tuple(sorted((name, value) for name, value in kwargs.items() if value is not None))
        return memory.answer(conn, (ask, args, named), part, lambda: ask(conn, *args, **kwargs))

    return asked
