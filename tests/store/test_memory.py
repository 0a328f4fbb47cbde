"""Between two writes a question is asked once; where something may be written, each time anew."""

import datetime as dt
import re
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, Engine, text

from surefoot.model import Connection as Way
from surefoot.model import Decision, Profile, Status, Tenant
from surefoot.store import database, decisions, profiles, schema, tenants
from surefoot.store.memory import Kept, Shared, remembered
from surefoot.store.statements import TABLES, read_by, written_by

NOW = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC)
MADE = Decision(control="aad_mfa", status=Status.PLANNED, decided_at=NOW, decided_by="ada")


def a_tenant(conn: Connection, number: int = 1) -> Tenant:
    identity = f"0c0a1e5e-0000-4000-8000-{number:012d}"
    return tenants.add(conn, id=identity, name=f"Tenant {number}", connection=Way(), now=NOW, due_at=None)


def add_and_fail(engine: Engine) -> None:
    with database.writing(engine) as conn:
        a_tenant(conn)
        raise KeyError


class Asked:
    """A question that notes how often it was put to the database."""

    def __init__(self) -> None:
        self.times: list[int] = []

        @remembered
        def ask(conn: Connection, number: int, *, of: str = "") -> tuple[int, ...]:
            self.times.append(number)
            return (*(t.key for t in tenants.all_of(conn, None)), number + len(of))

        self.ask = ask


def test_a_question_is_asked_once_for_all_who_see_the_same_state(engine: Engine) -> None:
    asked = Asked()
    with database.reading(engine) as conn:
        assert [asked.ask(conn, 1), asked.ask(conn, 1), asked.ask(conn, 2)] == [(1,), (1,), (2,)]
        assert asked.ask(conn, 1, of="x") == (2,)
    with database.reading(engine) as conn, database.reading(engine) as other:
        assert asked.ask(conn, 1) == asked.ask(other, 1) == (1,)
    assert asked.times == [1, 2, 1]


def test_after_a_write_every_question_is_asked_anew_whoever_wrote(engine: Engine, tmp_path: Path) -> None:
    asked, elsewhere = Asked(), database.engine(tmp_path / "surefoot.db")
    for writer in (engine, elsewhere):
        with database.reading(engine) as conn:
            before = asked.ask(conn, 9)
        with database.writing(writer) as conn:
            tenant = a_tenant(conn, len(before))
        with database.reading(engine) as conn:
            assert asked.ask(conn, 9) == (*before[:-1], tenant.key, 9)
    with database.writing(elsewhere) as conn:
        tenants.remove(conn, tenant)
    with database.reading(engine) as conn:
        assert asked.ask(conn, 9) == before
    elsewhere.dispose()


def test_who_began_to_read_before_a_write_goes_on_seeing_what_was(engine: Engine) -> None:
    asked = Asked()
    with database.reading(engine) as older:
        assert tenants.all_of(older, None) == []
        with database.writing(engine) as conn:
            tenant = a_tenant(conn)
        for _ in range(2):
            with database.reading(engine) as newer:
                assert asked.ask(newer, 5) == (tenant.key, 5)
            assert asked.ask(older, 5) == (5,)
    with database.reading(engine) as newer:
        assert asked.ask(newer, 5) == (tenant.key, 5)


def test_what_was_taken_back_or_changed_nothing_leaves_the_answers(engine: Engine) -> None:
    asked = Asked()
    with database.reading(engine) as conn:
        asked.ask(conn, 1)
    with database.writing(engine) as conn:
        assert tenants.all_of(conn, None) == []
    with database.trying(engine) as conn:
        a_tenant(conn)
    with pytest.raises(KeyError):
        add_and_fail(engine)
    with database.reading(engine) as conn:
        assert asked.ask(conn, 1) == (1,)
    assert asked.times == [1]


def test_a_write_leaves_the_answers_that_were_read_from_other_tables(engine: Engine) -> None:
    times: list[str] = []

    @remembered
    def known(conn: Connection, tenant: Tenant) -> int:
        times.append("known")
        return len(profiles.of(conn, tenant))

    @remembered
    def both(conn: Connection, tenant: Tenant) -> int:
        times.append("both")
        return known(conn, tenant) + len(decisions.newest(conn, tenant))

    with database.writing(engine) as conn:
        tenant = a_tenant(conn)
    expected = iter([0, 1, 2, 2])

    def asked() -> list[str]:
        times.clear()
        with database.reading(engine) as conn:
            assert both(conn, tenant) == next(expected)
        return times

    assert asked() == ["both", "known"]
    with database.writing(engine) as conn:
        decisions.record(conn, tenant, MADE)
    # Its control's name may be a new one, and the profiles have names: both are asked anew.
    assert asked() == ["both", "known"]
    with database.writing(engine) as conn:
        profiles.save(conn, tenant, [Profile(control="aad_mfa", title="MFA", category="Identity")], now=NOW)
    assert asked() == ["both", "known"]
    with database.writing(engine) as conn:
        decisions.record(conn, tenant, msgspec.structs.replace(MADE, status=Status.IN_PROGRESS))
    assert asked() == ["both"]


def test_what_a_nested_answer_was_read_from_counts_for_the_outer_one_too(engine: Engine) -> None:
    @remembered
    def inner(conn: Connection) -> int:
        return int(conn.execute(text("SELECT count(*) FROM tenant")).scalar_one())

    @remembered
    def outer(conn: Connection, number: int) -> int:
        return inner(conn) + number

    for begun in (0, 1):
        with database.reading(engine) as conn:
            assert inner(conn) == begun  # so that the outer one finds it, and reads no table itself
            assert [outer(conn, 10), outer(conn, 20)] == [begun + 10, begun + 20]
        with database.writing(engine) as conn:
            a_tenant(conn, begun)


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT * FROM decision", set()),
        ("PRAGMA integrity_check(10)", set()),
        ("INSERT INTO decision (key) VALUES (?)", {"decision"}),
        ('insert into "plan" (key) values (?)', {"plan"}),
        ("UPDATE work SET status = ?", {"work"}),
        ("UPDATE table_state SET number = ?", set()),
        ("DELETE FROM bulk WHERE key = ?", {"bulk", "bulk_item"}),
        ("DELETE FROM tenant WHERE key = ?", {"tenant", "day", "span", "decision", "summary", "work"}),
        ("INSERT OR REPLACE INTO decision (key) VALUES (?)", TABLES),
        ("UPDATE OR IGNORE decision SET key = ?", TABLES),
        ("INSERT INTO main.decision (key) VALUES (?)", TABLES),
        ("WITH x AS (SELECT 1) INSERT INTO decision SELECT * FROM x", TABLES),
        ("CREATE TABLE more (key INTEGER)", TABLES),
        ("REPLACE INTO decision (key) VALUES (?)", TABLES),
    ],
)
def test_a_write_is_of_the_table_that_it_plainly_names_or_else_of_all(statement: str, tables: set[str]) -> None:
    found = written_by(statement)
    assert found >= tables if "tenant" in tables else found == tables


def test_a_reading_is_of_all_tables_that_it_names() -> None:
    assert read_by("SELECT decision.key FROM decision, plan JOIN (SELECT tenant FROM day) x") >= {
        "decision",
        "plan",
        "day",
    }
    assert read_by("SELECT 1") == TABLES


def test_every_table_has_a_state_and_nothing_else_writes(engine: Engine) -> None:
    with database.reading(engine) as conn:
        named = set(conn.execute(text("SELECT name FROM table_state")).scalars())
        made = conn.execute(text("SELECT type, sql FROM sqlite_master WHERE type IN ('trigger', 'view')")).all()
    assert named == TABLES
    assert {kind for kind, _ in made} == {"trigger"}, "a view would hide what it reads"
    for _, body in made:
        assert re.search(r"BEGIN\s+SELECT RAISE\(ABORT", body)
    assert not [key for table in schema.metadata.tables.values() for key in table.foreign_keys if key.onupdate]


def test_only_so_many_answers_to_a_question_are_kept_the_last_asked_ones() -> None:
    shared, states = Shared(), {"day": 7, "span": 8}
    for number in (1, 2):
        shared.keep(("a", number), Kept(-number, {"day": 7}), 2)
        shared.keep(("b", number), Kept(number, {}), 2)
    assert answer(shared, ("a", 1), states) == -1
    shared.keep(("a", 3), Kept(-3, {"day": 7, "span": 8}), 2)
    assert [answer(shared, ("a", n), states) for n in (1, 2, 3)] == [-1, None, -3]
    assert [answer(shared, ("b", n), states) for n in (1, 2)] == [1, 2]
    assert answer(shared, ("a", 3), {"day": 7, "span": 9}) is None
    assert answer(shared, ("a", 1), {"day": 7, "span": 9}) == -1
    assert answer(shared, ("a", 1), {}) is None


def answer(shared: Shared, question: tuple[str, int], states: dict[str, int]) -> object:
    found = shared.find(question, states)
    return None if found is None else found.answer


def test_who_writes_sees_what_was_written_a_moment_ago(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tenant = a_tenant(conn)
        assert decisions.newest(conn, tenant) == {}
        decisions.record(conn, tenant, MADE)
        assert list(decisions.newest(conn, tenant)) == ["aad_mfa"]
        assert len(tenants.all_of(conn, None)) == 1
        a_tenant(conn, 2)
        assert len(tenants.all_of(conn, None)) == 2


def test_the_tenants_of_one_viewer_are_not_those_of_another(engine: Engine) -> None:
    with database.writing(engine) as conn:
        first, second = a_tenant(conn), a_tenant(conn, 2)
    with database.reading(engine) as conn:
        assert tenants.all_of(conn, None) == [first, second]
        assert tenants.all_of(conn, frozenset({second.id})) == [second]
        mine = tenants.all_of(conn, None)
        mine.clear()
        assert tenants.all_of(conn, None) == [first, second]


def test_a_shared_text_names_each_tenant_by_its_own_id(engine: Engine) -> None:
    with database.writing(engine) as conn:
        both = [a_tenant(conn), a_tenant(conn, 2)]
        for tenant in both:
            told = profiles.Profile(
                control="x",
                title="T",
                category="Apps",
                action_url=f"https://x/?tid={tenant.id}",
                threats=(tenant.id, "y"),
            )
            profiles.save(conn, tenant, [told], now=NOW)
    with database.reading(engine) as conn:
        for tenant in both:
            found = profiles.of(conn, tenant)["x"]
            assert found.action_url == f"https://x/?tid={tenant.id}"
            assert found.threats == (tenant.id, "y")
