"""Opening a database: schema and migrations agree, and what is unusable says so and stays as it is."""

import re
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine

from surefoot.errors import DataUnusable
from surefoot.store import database, schema


def test_the_migrations_make_the_schema(engine: Engine) -> None:
    with database.reading(engine) as conn:
        assert compare_metadata(MigrationContext.configure(conn), schema.metadata) == []
    ours, theirs = sqlite3.connect(":memory:"), sqlite3.connect(_path(engine))
    for text in [*_statements(), *schema.TRIGGERS.values()]:
        ours.execute(text)
    query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name != 'alembic_version'"
    assert _parts(ours.execute(query)) == _parts(theirs.execute(query))
    ours.close()
    theirs.close()


def _statements() -> list[str]:
    from sqlalchemy import create_engine
    from sqlalchemy.schema import CreateIndex, CreateTable

    dialect = create_engine("sqlite://").dialect
    made = []
    for table in schema.metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)))
        made += [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
    return made


def _parts(rows: sqlite3.Cursor) -> dict[str, list[str]]:
    """Take statements apart: the order of constraints says nothing."""
    return {name: sorted(" ".join(part.split()) for part in re.split(r"[,()]", sql or "")) for name, sql in rows}


def test_upgrading_again_keeps_every_row(engine: Engine) -> None:
    with database.writing(engine) as conn:
        conn.exec_driver_sql("INSERT INTO shared_text (text) VALUES ('kept')")
    database.upgrade(engine)
    assert database.counts(engine)["shared_text"] == 1
    assert len(set(database.revisions(engine))) == 1
    assert database.integrity(engine) == "ok"


def test_a_database_of_the_first_release_keeps_its_rows(tmp_path: Path) -> None:
    made = database.engine(tmp_path / "old.db")
    database.upgrade(made, "0001")
    row = "(key, id, name, created_at, method, cloud, failures)"
    with database.writing(made) as conn:
        conn.exec_driver_sql(f"INSERT INTO tenant {row} VALUES (1, 'a', 'Contoso', 0, 'none', 'global', 0)")  # noqa: S608 - our own words
        conn.exec_driver_sql("INSERT INTO shared_text (key, text) VALUES (7, '[]')")
        conn.exec_driver_sql("INSERT INTO day VALUES (1, 20000, 1.5, 3.0, NULL, NULL, 7, 2, 1)")
    database.upgrade(made)
    with database.reading(made) as conn:
        assert conn.exec_driver_sql("SELECT points, max_points FROM day").all() == [(1.5, 3.0)]
    assert database.integrity(made) == "ok"
    made.dispose()


def test_a_newer_database_is_left_alone(engine: Engine) -> None:
    with database.writing(engine) as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DataUnusable, match="newer Surefoot"):
        database.upgrade(engine)
    assert database.revisions(engine)[0] == "9999"


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "surefoot.db"
    file.write_bytes(b"my diary, not to be lost" * 100)
    with pytest.raises(DataUnusable, match="not a Surefoot database"):
        database.upgrade(database.engine(file))
    assert file.read_bytes() == b"my diary, not to be lost" * 100


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataUnusable, match="cannot be opened"):
        database.upgrade(database.engine(tmp_path / "nowhere" / "surefoot.db"))


def test_a_database_that_somebody_else_writes_says_so(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(_path(engine), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(database, "PATIENCE", 0.0)
    impatient = database.engine(Path(_path(engine)))
    with pytest.raises(DataUnusable, match="in use by another program"), database.writing(impatient) as conn:
        conn.exec_driver_sql("INSERT INTO shared_text (text) VALUES ('lost')")
    other.execute("ROLLBACK")
    other.close()
    with database.writing(impatient) as conn:
        conn.exec_driver_sql("INSERT INTO shared_text (text) VALUES ('kept')")
    impatient.dispose()
    assert database.counts(engine)["shared_text"] == 1


def _path(engine: Engine) -> str:
    with database.reading(engine) as conn:
        return str(conn.exec_driver_sql("PRAGMA database_list").all()[0][2])


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    def half() -> None:
        with database.writing(engine) as conn:
            conn.exec_driver_sql("INSERT INTO shared_text (text) VALUES ('lost')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert database.counts(engine)["shared_text"] == 0


def test_a_full_disk_says_so_and_the_next_write_works(engine: Engine) -> None:
    def fill(pages: int, rows: int) -> None:
        with database.writing(engine) as conn:
            conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            for n in range(rows):
                conn.exec_driver_sql("INSERT INTO shared_text (text) VALUES (?)", (f"{n}" * 1000,))

    with database.reading(engine) as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
    with pytest.raises(DataUnusable, match="full"):
        fill(pages, 300)
    fill(1_000_000, 1)
    assert database.counts(engine)["shared_text"] == 1
    assert database.integrity(engine) == "ok"


def test_a_damaged_file_is_found(engine: Engine) -> None:
    path = Path(_path(engine))
    with database.writing(engine) as conn:
        for n in range(300):
            conn.exec_driver_sql("INSERT INTO shared_text (text) VALUES (?)", (f"{n}" * 100,))
    with database.reading(engine) as conn:
        conn.exec_driver_sql("SELECT 1")
    engine.dispose()
    raw = bytearray(path.read_bytes())
    raw[-8192:-4096] = b"\xff" * 4096
    path.write_bytes(raw)
    try:
        found = database.integrity(database.engine(path))
    except DataUnusable as error:
        found = str(error)
    assert found != "ok"


def test_a_database_whose_tables_cannot_be_read_says_what_to_do(engine: Engine) -> None:
    path = Path(_path(engine))
    engine.dispose()
    raw = bytearray(path.read_bytes())
    raw[4096 : 4096 * 12] = bytes(byte ^ 0x5A for byte in raw[4096 : 4096 * 12])
    path.write_bytes(raw)
    with pytest.raises(DataUnusable, match=r"damaged .*newest backup"):
        database.upgrade(database.engine(path))
