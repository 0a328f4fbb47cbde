"""A reading transaction asks once; where something may be written, every question is asked anew."""

import datetime as dt

from sqlalchemy import Connection, Engine

from surefoot.model import Connection as Way
from surefoot.model import Decision, Status
from surefoot.store import database, decisions, profiles, tenants
from surefoot.store.memory import remembered

NOW = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC)
MADE = Decision(control="aad_mfa", status=Status.PLANNED, decided_at=NOW, decided_by="ada")


def a_tenant(conn: Connection, number: int = 1) -> object:
    identity = f"0c0a1e5e-0000-4000-8000-{number:012d}"
    return tenants.add(conn, id=identity, name=f"Tenant {number}", connection=Way(), now=NOW, due_at=None)


def test_a_question_is_asked_once_in_a_reading_transaction_and_anew_in_the_next(engine: Engine) -> None:
    asked: list[int] = []

    @remembered
    def ask(conn: Connection, tenant: int, *, of: str = "") -> int:
        del conn
        asked.append(tenant)
        return tenant + len(of)

    with database.reading(engine) as conn:
        assert [ask(conn, 1), ask(conn, 1), ask(conn, 2), ask(conn, 1, of="x")] == [1, 1, 2, 2]
    assert asked == [1, 2, 1]
    with database.reading(engine) as conn:
        assert ask(conn, 1) == 1
    assert asked == [1, 2, 1, 1]


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
