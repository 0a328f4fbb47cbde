"""What is remembered of the database: a question has the same answer until what it was read from is written.

Which rows of which tables that are is seen while it is asked, so nobody has to say it rightly: docs/decisions/0008.
"""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection

from surefoot.store.statements import Place, Whose

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
    states: Mapping[Place, int]
    """The numbers that its places had."""


class Shared:
    """The answers that all transactions of the process share, as long as what they were read from stays."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Hashable, OrderedDict[Question, Kept]] = {}

    def find(self, question: Question, number: Callable[[Place], int | None]) -> Kept | None:
        """Give the answer that holds while the places have the numbers that they had; None when there is none."""
        with self._lock:
            held = self._kept.get(question[0])
            found = held.get(question) if held else None
        if held is None or found is None or any(number(place) != n for place, n in found.states.items()):
            return None
        with self._lock:
            if question in held:
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


States = Callable[[Connection, Collection[int]], Mapping[Place, int]]
"""Reads the numbers of all places of some owners that the transaction sees."""
COMMON = (Whose.ANYBODY, Whose.EVERYBODY)


class Memory:
    """What one reading transaction remembers: its own answers, and those of others who see the same.

    A table without numbers cannot be told: what was read from it does not outlive the transaction. A tenant of
    which nothing was written yet has the number 0.
    """

    def __init__(self, shared: Shared, states: States) -> None:
        self._shared = shared
        self._read = states
        self._states: dict[int, Mapping[Place, int]] = {}
        """By owner."""
        self._own: dict[Question, tuple[Any, frozenset[Place]]] = {}
        self._asking: list[set[Place]] = []
        """What was read for each question that is being asked, the innermost last."""

    def saw(self, places: Iterable[Place]) -> None:
        """Note that something was read from places, for the question that is being asked."""
        if self._asking:
            self._asking[-1].update(places)

    def asks(self) -> bool:
        """Say whether a question is being asked."""
        return bool(self._asking)

    def answer(self, conn: Connection, question: Question, most: int, ask: Callable[[], R]) -> R:
        """Give what is remembered, or ask."""
        if question not in self._own:
            self._own[question] = self._answered(conn, question, most, ask)
        answer, places = self._own[question]
        self.saw(places)
        return answer  # type: ignore[no-any-return]

    def _answered(
        self, conn: Connection, question: Question, most: int, ask: Callable[[], Any]
    ) -> tuple[Any, frozenset[Place]]:
        number = functools.partial(self._number, conn)
        found = self._shared.find(question, number)
        if found is not None:
            return found.answer, frozenset(found.states)
        self._asking.append(set())
        try:
            answer = ask()
        finally:
            read = self._asking.pop()
        places = frozenset(read | {Place(p.table, Whose.EVERYBODY) for p in read if p.whose > 0})
        states = {place: n for place in places if (n := number(place)) is not None}
        if len(states) == len(places):
            self._shared.keep(question, Kept(answer, states), most)
        return answer, places

    def _number(self, conn: Connection, place: Place) -> int | None:
        """Read the number of a place, once for all that have the same owner."""
        if place.whose not in self._states:
            owners = [place.whose] if place.whose > 0 else COMMON
            found = self._read(conn, owners)
            for owner in owners:
                self._states[owner] = {p: n for p, n in found.items() if p.whose == owner}
        return self._states[place.whose].get(place, 0 if place.whose > 0 else None)


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
