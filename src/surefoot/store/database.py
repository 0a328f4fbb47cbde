"""Opening the database, bringing it up to date, and transactions. All that differs between databases is here."""

import contextlib
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, bindparam, create_engine, event, func, select, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from surefoot.errors import DataUnusable
from surefoot.model import Actor
from surefoot.store.memory import MEMORY, Memory, Shared
from surefoot.store.schema import metadata, table_state
from surefoot.store.statements import Place, read_by, written_by

ANCHOR, HEAD = "audit.head", "audit_head"
"""The file that holds the newest audit entry, and where a transaction notes it."""
SHARED = "shared"
"""The engine's option with what its transactions remember together."""

PATIENCE = 30.0
"""Seconds to wait for another writer."""


def engine(path: Path) -> Engine:
    """Give the engine of the SQLite database at `path`; the file is made when it is first written."""
    made = create_engine(
        "sqlite://",
        creator=lambda: _connect(path),
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=False,
        poolclass=QueuePool,
        execution_options={"anchor": path.with_name(ANCHOR), SHARED: Shared()},
    )
    event.listen(made, "begin", _begin)
    event.listen(made, "before_cursor_execute", _note)
    return made


def _connect(path: Path) -> sqlite3.Connection:
    try:
        if not path.exists():
            path.touch(mode=0o600)  # whose file it is sees it alone, whatever the folder allows
        raw = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "cache_size=-16000"):
            raw.execute(f"PRAGMA {pragma}")
        raw.create_function("lower", 1, _lower, deterministic=True)
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    except OSError as error:
        message = f"{path} cannot be opened ({error.strerror}). Check that the folder exists and may be written to."
        raise DataUnusable(message) from error
    return raw


def _lower(value: object) -> str | None:
    """Lower all letters as Python does; SQLite's own function knows those of English only."""
    return None if value is None else str(value).lower()


def _unusable(path: object, error: BaseException) -> DataUnusable:
    said = str(error)
    if "not a database" in said:
        return DataUnusable(f"{path} is not a Surefoot database. Name another folder with --data.")
    if "malformed" in said:
        message = (
            f"{path} is damaged ({said}). Keep the file, stop Surefoot and put the newest backup in its place; "
            "what the backup lacks, `sqlite3 surefoot.db .recover` may save: docs/running.md."
        )
        return DataUnusable(message)
    if "readonly" in said or "unable to open" in said:
        return DataUnusable(f"{path} cannot be opened ({said}). Check that the folder exists and may be written to.")
    if "locked" in said:
        return DataUnusable(f"{path} is in use by another program, for longer than {PATIENCE:.0f} seconds.")
    return DataUnusable(f"{path} cannot be used: {said}.")


def _begin(conn: Connection) -> None:
    """Begin as a writer at once where one is wanted: a reader that turns writer could meet a newer database."""
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get("writing") else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one state of the database and changes nothing."""
    options: dict[str, Any] = {MEMORY: Memory(engine.get_execution_options()[SHARED], _states)}
    with _named(), engine.connect().execution_options(**options) as conn, conn.begin() as transaction:
        yield conn
        transaction.rollback()


@contextmanager
def writing(engine: Engine, *, by: Actor | None = None) -> Iterator[Connection]:
    """Open a transaction that is committed, to the disk, when the block ends without an error.

    `by` is who does it, for the audit trail; its newest entry is written beside the database after the commit.
    """
    with _named(), engine.connect().execution_options(writing=True, actor=by) as conn:
        conn.info.pop(HEAD, None)
        with conn.begin() as transaction:
            before, conn.info[WRITTEN] = _changes(conn), set()
            yield conn
            if transaction.is_active and _changes(conn) != before:
                _set_states(conn, conn.info[WRITTEN])
        head = conn.info.pop(HEAD, None)
        if head is not None:
            _anchor(conn.get_execution_options()["anchor"], head)


WRITTEN = "written"
"""Where a writing transaction notes what it wrote to."""


def _note(
    conn: Connection, _cursor: object, statement: str, parameters: object, _context: object, many: bool,  # noqa: FBT001 - SQLAlchemy's form
) -> None:  # fmt: skip
    """Note what a statement reads, where that is remembered, or writes."""
    options = conn.get_execution_options()
    memory: Memory | None = options.get(MEMORY)
    if memory is not None and memory.asks():
        memory.saw(read_by(statement, parameters))
    elif options.get("writing"):
        conn.info.setdefault(WRITTEN, set()).update(written_by(statement, parameters, many=many))


_STATES = select(table_state.c.name, table_state.c.whose, table_state.c.number).where(
    table_state.c.whose.in_(bindparam("owners", expanding=True))
)
_ABSENT = f"no such table: {table_state.name}"


def _states(conn: Connection, owners: Collection[int]) -> Mapping[Place, int]:
    """Read which states a transaction sees; none before the migration that counts them."""
    try:
        return {Place(row[0], row[1]): row[2] for row in conn.execute(_STATES, {"owners": list(owners)}).all()}
    except OperationalError as error:
        if _ABSENT not in str(error):
            raise
        return {}


def _changes(conn: Connection) -> int:
    """Count the rows that this connection ever inserted, changed or deleted, be it by a trigger or a cascade."""
    raw: Any = conn.connection.driver_connection
    return int(raw.total_changes)


def _set_states(conn: Connection, places: Iterable[Place]) -> None:
    """Give places other numbers after a change; by chance, so that a copy which was put back has never had them."""
    number = secrets.randbits(62)
    rows = [{"whose": place.whose, "name": place.table, "number": number} for place in sorted(places)]
    try:
        if rows:
            conn.execute(_SET_STATES, rows)
    except OperationalError as error:
        if _ABSENT not in str(error):
            raise


_NEW = insert(table_state)
_SET_STATES = _NEW.on_conflict_do_update(
    index_elements=[table_state.c.whose, table_state.c.name], set_={"number": _NEW.excluded.number}
)


@contextmanager
def trying(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which things are done to see what comes of it: all of it is taken back."""
    with _named(), engine.connect().execution_options(writing=True) as conn, conn.begin() as transaction:
        yield conn
        conn.info.pop(HEAD, None)
        transaction.rollback()


def _anchor(path: Path, head: str) -> None:
    """Keep the newest entry of the trail in a file: a trail that was cut does not have it any more."""
    fresh = path.with_suffix(".new")
    with contextlib.suppress(OSError):  # the deed is done and in the trail; a later one anchors again
        fresh.write_text(f"{head}\n", "ascii")
        fresh.replace(path)


@contextmanager
def _named() -> Iterator[None]:
    """Turn the database's own errors into ours: a full disk, a lock, a broken file."""
    try:
        yield
    except (OperationalError, DatabaseError) as error:
        if isinstance(error, OperationalError) or "not a database" in str(error) or "malformed" in str(error):
            raise _unusable("The database", error.orig or error) from error
        raise


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to date; `DataUnusable` when it is newer than this program."""
    with writing(engine) as conn:
        config = _config()
        config.attributes["connection"] = conn
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            message = f"The database was written by a newer Surefoot ({error}). Update the program."
            raise DataUnusable(message) from error


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """Give the schema's revision and the newest that this program knows."""
    with reading(engine) as conn:
        current = MigrationContext.configure(conn).get_current_revision()
    return current, ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def integrity(engine: Engine) -> str:
    """Check the whole database: `ok`, or what is wrong with it."""
    with reading(engine) as conn:
        found = conn.execute(text("PRAGMA integrity_check(10)")).scalars().all()
        foreign = conn.execute(text("PRAGMA foreign_key_check")).all()
    return "; ".join(map(str, found)) + (f"; {len(foreign)} rows point nowhere" if foreign else "")


def counts(engine: Engine) -> dict[str, int]:
    """Count the rows of every table."""
    with reading(engine) as conn:
        return {
            name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in sorted(metadata.tables.items())
        }


def size(engine: Engine) -> int:
    """Give the bytes that the database takes, free pages left out."""
    with reading(engine) as conn:
        pages: dict[str, Any] = {
            name: conn.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        }
    return int((pages["page_count"] - pages["freelist_count"]) * pages["page_size"])
