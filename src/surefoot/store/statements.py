"""Which tables a statement is about: what answers are remembered by."""

import functools
import re

from surefoot.store.schema import metadata, table_state

TABLES = frozenset(metadata.tables) - {table_state.name}
"""All whose contents somebody may remember."""

_READS = re.compile(r"\s*(?:SELECT|PRAGMA|BEGIN|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"""\s*(?P<deed>INSERT\s+INTO|UPDATE(?!\s+OR\s)|DELETE\s+FROM)\s+["`]?(?P<table>\w+)["`]?(?!\s*\.)""", re.IGNORECASE
)
_WORD = re.compile(r"\w+")


@functools.lru_cache(maxsize=1024)
def read_by(statement: str) -> frozenset[str]:
    """Give the tables that a reading statement names, and maybe some that it only has a column called like; or all."""
    return frozenset(_WORD.findall(statement)) & TABLES or TABLES


@functools.lru_cache(maxsize=1024)
def written_by(statement: str) -> frozenset[str]:
    """Give the tables that a statement may write to: none when it reads, all when it does not say so plainly."""
    if _READS.match(statement):
        return frozenset()
    found = _WRITES.match(statement)
    if found is None or found["table"] not in metadata.tables:
        return TABLES
    deletes = found["deed"].upper().startswith("DELETE")
    return (_dragged(found["table"]) if deletes else frozenset({found["table"]})) & TABLES


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
