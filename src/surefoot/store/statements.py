"""Which tables a statement is about, and whose rows of them: what answers are remembered by.

All of it is read off the statement's text, and whatever is not plain counts for the whole table.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

from surefoot.store.schema import control, metadata, profile_content, shared_text, table_state

TABLES = frozenset(metadata.tables) - {table_state.name}
"""All whose contents somebody may remember."""
OWNED = frozenset(t.name for t in metadata.tables.values() if "tenant" in t.c and not t.c.tenant.nullable) & TABLES
"""Those whose rows are of one tenant each."""
SHARED = frozenset({control.name, shared_text.name, profile_content.name})
"""Texts and ids that all share by their keys: rows are added, and are never of others who have a key already."""


class Whose(IntEnum):
    """Of whom a place is, where it is of no single tenant."""

    ANYBODY = 0
    """Of the whole table: every write to it counts."""
    EVERYBODY = -1
    """Of all rows that were there: only writes count that may have changed any of them."""


class Place(NamedTuple):
    """Rows of a table: those of a tenant, by its key, or as `Whose` says."""

    table: str
    whose: int


_READS = re.compile(r"\s*(?:SELECT|PRAGMA|BEGIN|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"""\s*(?P<deed>INSERT\s+INTO|UPDATE(?!\s+OR\s)|DELETE\s+FROM)\s+["`]?(?P<table>\w+)["`]?(?!\s*\.)""", re.IGNORECASE
)
_INSERTED = re.compile(r"INSERT INTO \S+ \((?P<columns>[^()]*)\) VALUES \(\?(?:, \?)*\)(?:, \(\?(?:, \?)*\))*\s*")
_INTRICATE = re.compile(r"\b(?:OR|NOT|CASE|OUTER|LEFT|UNION|EXCEPT|INTERSECT|WITH|HAVING)\b|'", re.IGNORECASE)
"""What could make a condition on a tenant hold for less than it seems to, or hide a mark of a parameter."""
_WORD, _COLUMN = re.compile(r"\w+"), re.compile(r'\."?\w+"?')
_ELSEWHERE = re.compile(r"\b(?:main|temp)\b", re.IGNORECASE)


def read_by(statement: str, parameters: object) -> frozenset[Place]:
    """Give the places that a reading statement names, and maybe some that it only has a column called like; or all."""
    return frozenset(Place(table, _value(whose, mark, parameters)) for table, whose, mark in _read(statement))


def written_by(statement: str, parameters: object, *, many: bool) -> frozenset[Place]:
    """Give the places that a statement may change: none when it reads, all when it does not say so plainly.

    `many`: there are as many sets of parameters as times that it is executed.
    """
    tables, adds, mark = _written(statement)
    sets = parameters if many and isinstance(parameters, Sequence) else [parameters]
    found: set[Place] = {Place(table, Whose.ANYBODY) for table in tables}
    if mark is None:
        return frozenset(found | {Place(table, Whose.EVERYBODY) for table in tables if not adds})
    (table,) = tables
    found |= {Place(table, owner) for one in sets for owner in _owners(mark, one)}
    return frozenset(found)


class _Mark(NamedTuple):
    """Where the tenant's key stands among the parameters: first, and every so many after it (0: once)."""

    first: int
    every: int


def _value(whose: int, mark: _Mark | None, parameters: object) -> int:
    if mark is None:
        return whose
    (owner,) = _owners(mark, parameters)
    return owner


def _owners(mark: _Mark, parameters: object) -> Iterable[int]:
    """Give the keys of the tenants; what is no list of parameters is of everybody."""
    if not isinstance(parameters, tuple | list) or len(parameters) <= mark.first:
        return [Whose.EVERYBODY]
    found = parameters[mark.first :: mark.every] if mark.every else parameters[mark.first : mark.first + 1]
    return [owner if isinstance(owner, int) and owner > 0 else Whose.EVERYBODY for owner in found]


@functools.lru_cache(maxsize=1024)
def _read(statement: str) -> tuple[tuple[str, int, _Mark | None], ...]:
    named = metadata.tables.keys() & frozenset(_WORD.findall(_COLUMN.sub("", statement)))
    if not named or not _READS.match(statement) or _ELSEWHERE.search(statement):
        return tuple((table, Whose.ANYBODY, None) for table in TABLES)
    return tuple((table, *_whose(statement, table)) for table in sorted(named & TABLES))


def _whose(statement: str, table: str) -> tuple[int, _Mark | None]:
    """Say of whom the rows of a table are that a statement reads."""
    called = _called(statement, table)
    mark = _of_one(statement, table)
    if mark is not None:
        return Whose.EVERYBODY, mark
    joined = rf'JOIN {table} ON {table}\."?key"? = \w+\.\w+(?:\s|$)'
    named = rf'FROM {table}\s+WHERE {table}\."?key"? IN \(\?(?:, \?)*\)\s*$'
    if table in SHARED and called is not None and re.match(f"{joined}|{named}", statement[called - len("JOIN ") :]):
        return Whose.EVERYBODY, None
    return Whose.ANYBODY, None


def _called(statement: str, table: str) -> int | None:
    """Give where a statement names a table; None: not once, or beside what could make a condition hold for less."""
    found = list(re.finditer(rf'(?<![.\w"])"?{table}"?(?![.\w"])', statement))
    return found[0].start() if len(found) == 1 and not _INTRICATE.search(statement) else None


def _of_one(statement: str, table: str) -> _Mark | None:
    """Say where the tenant's key stands, where a statement is about the rows of one; None: it is not plainly so."""
    called = _called(statement, table)
    found = _condition(statement, table)
    if called is None or found is None or _level(statement, found) != _level(statement, called):
        return None
    return _Mark(statement[:found].count("?"), 0)


def _condition(statement: str, table: str) -> int | None:
    """Give where a statement says that a table's rows are of one tenant; None: not plainly."""
    if table not in OWNED:
        return None
    found = re.search(rf'(?:WHERE|AND)\s+("?{table}"?\.tenant = )\?(?=\s|\)|$)', statement)
    return None if found is None else found.end(1)


def _level(statement: str, place: int) -> tuple[int, ...]:
    """Give the places of the brackets that are open at a place."""
    opened: list[int] = []
    for at, letter in enumerate(statement[:place]):
        if letter == "(":
            opened.append(at)
        elif letter == ")" and opened:
            opened.pop()
    return tuple(opened)


@functools.lru_cache(maxsize=1024)
def _written(statement: str) -> tuple[frozenset[str], bool, _Mark | None]:
    """Give the tables, whether rows are only added that are nobody's yet, and where their tenant stands."""
    if _READS.match(statement):
        return frozenset(), False, None
    found = _WRITES.match(statement)
    if found is None or found["table"] not in metadata.tables:
        return TABLES, False, None
    table, deed = found["table"], found["deed"].upper()
    if deed.startswith("DELETE"):
        tables = _dragged(table) & TABLES
        return tables, False, _changed(statement, table) if tables == {table} else None
    tables = frozenset({table}) & TABLES
    if not tables or deed.startswith("UPDATE"):
        return tables, False, _changed(statement, table) if tables else None
    plain = _INSERTED.fullmatch(statement)
    adds = plain is not None and table in SHARED
    return tables, adds, _inserted(plain["columns"], table) if plain is not None else None


def _changed(statement: str, table: str) -> _Mark | None:
    """Say where the tenant stands whose rows are changed or deleted: in a condition, and in nothing that is set."""
    moves = re.search(r"\btenant\s*=", statement.partition(" WHERE ")[0])
    return None if moves else _of_one(statement, table)


def _inserted(columns: str, table: str) -> _Mark | None:
    names = [name.strip().strip('"') for name in columns.split(",")]
    return _Mark(names.index("tenant"), len(names)) if table in OWNED and "tenant" in names else None


@functools.cache
def _dragged(table: str) -> frozenset[str]:
    """Give a table and those that lose or change rows with its rows."""
    found, fresh = frozenset({table}), frozenset({table})
    while fresh:
        fresh = frozenset(t.name for t in metadata.tables.values() if _follows(t.name, fresh)) - found
        found |= fresh
    return found


def _follows(table: str, others: frozenset[str]) -> bool:
    keys = metadata.tables[table].foreign_keys
    return any(key.ondelete and key.column.table.name in others for key in keys)
