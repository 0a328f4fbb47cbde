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
from surefoot.store.memory import NOTHING, Shared, collected, remembered

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


def test_what_people_write_leaves_what_was_collected_and_a_reading_does_not(engine: Engine) -> None:
    times: list[str] = []

    @collected
    def of_readings(conn: Connection, tenant: Tenant) -> int:
        times.append("readings")
        return len(profiles.of(conn, tenant))

    @remembered
    def of_all(conn: Connection, tenant: Tenant) -> int:
        times.append("all")
        return of_readings(conn, tenant) + len(decisions.newest(conn, tenant))

    with database.writing(engine) as conn:
        tenant = a_tenant(conn)
        decisions.record(conn, tenant, MADE)
    for control, expected in (("aad_mfa", 1), ("aad_mfa", 1)):
        with database.writing(engine) as conn:
            decisions.record(conn, tenant, msgspec.structs.replace(MADE, control=control))
        with database.reading(engine) as conn:
            assert of_all(conn, tenant) == expected
    assert times == ["all", "readings", "all"]
    with database.writing(engine) as conn:
        profiles.save(conn, tenant, [Profile(control="aad_mfa", title="MFA", category="Identity")], now=NOW)
    with database.reading(engine) as conn:
        assert of_all(conn, tenant) == 2
    assert times == ["all", "readings", "all", "all", "readings"]


def test_what_is_collected_cannot_depend_on_what_people_write(engine: Engine) -> None:
    @collected
    def ask(conn: Connection, tenant: Tenant) -> int:
        return len(decisions.newest(conn, tenant))

    with database.writing(engine) as conn:
        tenant = a_tenant(conn)
    with database.reading(engine) as conn, pytest.raises(RuntimeError, match="may change"):
        ask(conn, tenant)


def test_a_write_that_the_program_does_not_understand_counts_for_all(engine: Engine) -> None:
    times: list[int] = []

    @collected
    def ask(conn: Connection, number: int) -> int:
        times.append(number)
        return int(conn.execute(text("SELECT count(*) FROM control")).scalar_one())

    for statement in (
        "WITH x(id) AS (SELECT 'aad_new') INSERT INTO control (id, folded) SELECT id, id FROM x",
        "UPDATE OR IGNORE control SET id = 'AAD_New'",
    ):
        with database.reading(engine) as conn:
            ask(conn, 1)
        with database.writing(engine) as conn:
            conn.execute(text(statement))
        with database.reading(engine) as conn:
            ask(conn, 1)
    assert times == [1, 1, 1]


def test_nothing_that_people_write_drags_along_what_was_collected() -> None:
    cascading = [
        (key.column.table.name, table.name)
        for table in schema.metadata.tables.values()
        for key in table.foreign_keys
        if key.ondelete and key.column.table.name in schema.BY_PEOPLE
    ]
    assert [pair for pair in cascading if pair[1] not in schema.BY_PEOPLE] == []
    assert set(schema.BY_PEOPLE) < set(schema.metadata.tables)


def test_triggers_refuse_and_write_nothing(engine: Engine) -> None:
    with database.reading(engine) as conn:
        triggers = conn.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    assert triggers
    for made in triggers:
        assert "RAISE(ABORT" in made
        assert not re.search(r"BEGIN\s+(INSERT|UPDATE|DELETE)", made)


def test_only_so_many_answers_to_a_question_are_kept_the_last_asked_ones() -> None:
    kept = Shared(most=2)
    for number in (1, 2):
        kept.keep(7, ("a", number), -number)
        kept.keep(7, ("b", number), number)
    assert kept.find(7, ("a", 1)) == -1
    kept.keep(7, ("a", 3), -3)
    assert [kept.find(7, ("a", n)) for n in (1, 2, 3)] == [-1, NOTHING, -3]
    assert [kept.find(7, ("b", n)) for n in (1, 2)] == [1, 2]
    assert kept.find(8, ("a", 1)) is NOTHING
    kept.keep(8, ("a", 1), None)
    assert kept.find(8, ("a", 1)) is None
    assert kept.find(8, ("a", 3)) is NOTHING


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
