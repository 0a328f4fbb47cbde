"""Between two writes a question is asked once; where something may be written, each time anew."""

import datetime as dt
import re
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from surefoot.model import Connection as Way
from surefoot.model import Decision, Profile, Status, Tenant
from surefoot.store import database, decisions, profiles, schema, tenants
from surefoot.store.memory import Kept, Shared, remembered
from surefoot.store.statements import TABLES, Place, read_by, written_by

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


def test_a_write_leaves_the_answers_that_were_read_from_elsewhere(engine: Engine) -> None:
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
        tenant, other = a_tenant(conn), a_tenant(conn, 2)

    def asked(expected: int) -> list[str]:
        times.clear()
        with database.reading(engine) as conn:
            assert both(conn, tenant) == expected
        return list(times)

    def read(about: Tenant, title: str) -> None:
        with database.writing(engine) as conn:
            profiles.save(conn, about, [Profile(control="aad_mfa", title=title, category="Identity")], now=NOW)

    assert asked(0) == ["both", "known"]
    with database.writing(engine) as conn:
        decisions.record(conn, tenant, MADE)
    assert asked(1) == ["both"]
    read(tenant, "MFA")
    assert asked(2) == ["both", "known"]
    read(other, "MFA for all")
    assert asked(2) == []
    with database.writing(engine) as conn:
        tenants.remove(conn, other)
    assert asked(2) == ["both", "known"]
    with database.writing(engine) as conn:
        decisions.record(conn, a_tenant(conn, 3), MADE)
    assert asked(2) == []


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


ALL = {(table, whose) for table in TABLES for whose in (0, -1)}


def whole(*tables: str) -> set[tuple[str, int]]:
    return {(table, whose) for table in tables for whose in (0, -1)}


@pytest.mark.parametrize(
    ("statement", "parameters", "places"),
    [
        ("SELECT * FROM decision", (), set()),
        ("PRAGMA integrity_check(10)", (), set()),
        ("INSERT INTO decision (key, tenant) VALUES (?, ?)", (1, 7), {("decision", 0), ("decision", 7)}),
        (
            'INSERT INTO "plan" (tenant, key) VALUES (?, ?), (?, ?)',
            (7, 1, 8, 2),
            {("plan", 0), ("plan", 7), ("plan", 8)},
        ),
        ("INSERT INTO decision (key, tenant) VALUES (?, 7)", (1,), whole("decision")),
        ("INSERT INTO decision (key) VALUES (?)", (1,), whole("decision")),
        ("INSERT INTO decision (key, tenant) SELECT key, tenant FROM plan", (), whole("decision")),
        ("INSERT INTO plan (tenant) VALUES (?) ON CONFLICT (key) DO UPDATE SET tenant = 3", (7,), whole("plan")),
        ("insert into decision (key, tenant) values (?, ?)", (1, 7), whole("decision")),
        ("UPDATE work SET status = ?", ("x",), whole("work")),
        ("UPDATE work SET status=? WHERE work.tenant = ?", ("x", 7), {("work", 0), ("work", 7)}),
        ("UPDATE work SET status=? WHERE work.tenant = ? AND work.rank > ?", ("x", 7, 1), {("work", 0), ("work", 7)}),
        ("UPDATE work SET status=? WHERE work.tenant = ? OR work.rank > ?", ("x", 7, 1), whole("work")),
        ("UPDATE work SET tenant=? WHERE work.tenant = ?", (8, 7), whole("work")),
        ("UPDATE work SET status=? WHERE work.tenant IN (?)", ("x", 7), whole("work")),
        ("UPDATE work SET status=? WHERE work.tenant = ?", ("x", None), whole("work")),
        ("UPDATE table_state SET number = ?", (1,), set()),
        ("DELETE FROM span WHERE span.tenant = ?", (7,), {("span", 0), ("span", 7)}),
        ("DELETE FROM bulk WHERE key = ?", (1,), whole("bulk", "bulk_item")),
        ("INSERT INTO control (id, folded) VALUES (?, ?)", ("a", "b"), {("control", 0)}),
        ("UPDATE control SET id = ?", ("a",), whole("control")),
        ("INSERT OR REPLACE INTO decision (key) VALUES (?)", (1,), ALL),
        ("UPDATE OR IGNORE decision SET key = ?", (1,), ALL),
        ("INSERT INTO main.decision (key) VALUES (?)", (1,), ALL),
        ("WITH x AS (SELECT 1) INSERT INTO decision SELECT * FROM x", (), ALL),
        ("CREATE TABLE more (key INTEGER)", (), ALL),
        ("REPLACE INTO decision (key) VALUES (?)", (1,), ALL),
    ],
)
def test_a_write_is_of_the_rows_that_it_plainly_names_or_else_of_all(
    statement: str, parameters: tuple[object, ...], places: set[tuple[str, int]]
) -> None:
    assert written_by(statement, parameters, many=False) == places


def test_of_many_writes_at_once_each_counts_and_a_deletion_takes_along_what_hangs_on_it() -> None:
    statement = "INSERT INTO decision (key, tenant) VALUES (?, ?)"
    many = written_by(statement, [(1, 7), (2, 8)], many=True)
    assert many == {("decision", 0), ("decision", 7), ("decision", 8)}
    gone = written_by("DELETE FROM tenant WHERE tenant.key = ?", (7,), many=False)
    assert gone >= whole("tenant", "day", "span", "decision", "summary", "work", "bulk_item")


@pytest.mark.parametrize(
    ("statement", "parameters", "places"),
    [
        ("SELECT span.points FROM span WHERE span.tenant = ?", (7,), {("span", 7)}),
        ("SELECT day.day FROM day WHERE day.day > ? AND day.tenant = ? ORDER BY day.day", (1, 7), {("day", 7)}),
        (
            'SELECT control.id FROM span JOIN control ON control."key" = span.control WHERE span.tenant = ?',
            (7,),
            {("span", 7), ("control", -1)},
        ),
        ("SELECT control.id FROM control WHERE control.folded = ?", ("a",), {("control", 0)}),
        ('SELECT control.id \nFROM control \nWHERE control."key" IN (?, ?)', (1, 2), {("control", -1)}),
        ("SELECT control.id FROM control WHERE control.key IN (?) LIMIT 1", (1,), {("control", 0)}),
        (
            "SELECT x.id FROM span JOIN control AS x ON x.key = 3 WHERE span.tenant = ?",
            (7,),
            {("control", 0), ("span", 7)},
        ),
        ("SELECT key FROM main.day", (), {(table, 0) for table in TABLES}),
        ("SELECT day.day FROM day WHERE day.tenant = ? OR day.day = ?", (7, 1), {("day", 0)}),
        ("SELECT day.day FROM day WHERE NOT (day.day = ? AND day.tenant = ?)", (1, 7), {("day", 0)}),
        ("SELECT day.day FROM day WHERE day.tenant = ? UNION SELECT 1", (7,), {("day", 0)}),
        ("SELECT a.day FROM day AS a, day AS b WHERE day.tenant = ?", (7,), {("day", 0)}),
        ("SELECT day.day FROM day WHERE day.day = '?' AND day.tenant = ?", (7,), {("day", 0)}),
        (
            "SELECT day.day FROM day WHERE EXISTS (SELECT 1 FROM span WHERE span.tenant = ? AND day.tenant = ?)",
            (7, 7),
            {("day", 0), ("span", 7)},
        ),
        ("SELECT day.day FROM day LEFT OUTER JOIN span ON day.tenant = ?", (7,), {("day", 0), ("span", 0)}),
        ("SELECT day.day FROM day JOIN span ON span.key = day.key AND day.tenant = ?", (7,), {("day", 7), ("span", 0)}),
        ("SELECT day.day FROM day WHERE day.tenant IN (?)", (7,), {("day", 0)}),
        ("SELECT day.day FROM day WHERE day.tenant = ?", (None,), {("day", -1)}),
        ("SELECT tenant.id FROM tenant WHERE tenant.key = ?", (7,), {("tenant", 0)}),
    ],
)
def test_a_reading_is_of_all_rows_that_it_may_see(
    statement: str, parameters: tuple[object, ...], places: set[tuple[str, int]]
) -> None:
    assert read_by(statement, parameters) == places


def test_what_names_no_table_reads_all() -> None:
    assert read_by("SELECT 1", ()) == {(table, 0) for table in TABLES}


def test_every_table_has_states_and_nothing_else_writes(engine: Engine) -> None:
    with database.reading(engine) as conn:
        named = {tuple(row) for row in conn.execute(text("SELECT name, whose FROM table_state WHERE whose < 1"))}
        made = conn.execute(text("SELECT type, sql FROM sqlite_master WHERE type IN ('trigger', 'view')")).all()
    assert named == ALL
    assert {kind for kind, _ in made} == {"trigger"}, "a view would hide what it reads"
    for _, body in made:
        assert re.search(r"BEGIN\s+SELECT RAISE\(ABORT", body)
    assert not [key for table in schema.metadata.tables.values() for key in table.foreign_keys if key.onupdate]


def test_only_so_many_answers_to_a_question_are_kept_the_last_asked_ones() -> None:
    day, span = Place("day", 0), Place("span", 7)
    shared, states = Shared(), {day: 7, span: 8}
    for number in (1, 2):
        shared.keep(("a", number), Kept(-number, {day: 7}), 2)
        shared.keep(("b", number), Kept(number, {}), 2)
    assert answer(shared, ("a", 1), states) == -1
    shared.keep(("a", 3), Kept(-3, {day: 7, span: 8}), 2)
    assert [answer(shared, ("a", n), states) for n in (1, 2, 3)] == [-1, None, -3]
    assert [answer(shared, ("b", n), states) for n in (1, 2)] == [1, 2]
    assert answer(shared, ("a", 3), {day: 7, span: 9}) is None
    assert answer(shared, ("a", 1), {day: 7, span: 9}) == -1
    assert answer(shared, ("a", 1), {}) is None


def answer(shared: Shared, question: tuple[str, int], states: dict[Place, int]) -> object:
    found = shared.find(question, states.get)
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
