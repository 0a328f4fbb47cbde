"""The audit trail: an entry a deed, in one transaction; whatever is changed, removed or cut afterwards is named."""

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from surefoot.errors import DataUnusable
from surefoot.model import Actor, ActorKind, AuditEntry
from surefoot.store import audit, database
from surefoot.store.audit import Deed, Verdict, Wanted

NOW = dt.datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=dt.UTC)
ANNA = Actor(name="anna", kind=ActorKind.PERSON, origin="page 127.0.0.1")
DOCS = Path(__file__).parents[2] / "docs" / "audit.md"


def fill(engine: Engine, count: int = 5) -> list[AuditEntry]:
    with database.writing(engine, by=ANNA) as conn:
        return [
            audit.append(conn, deed, by="x", now=NOW)
            for deed in (
                Deed(action="decision.made", tenant=f"t{n % 2}", subject=f"c{n}", why="é = ü") for n in range(count)
            )
        ]


def verdict(engine: Engine, *heads: str) -> Verdict:
    with database.reading(engine) as conn:
        return audit.verify(conn, heads=heads)


def tamper(engine: Engine, statement: str) -> None:
    """Do what somebody with the file can do: drop the triggers first."""
    with database.writing(engine) as conn:
        for deed in ("update", "delete"):
            conn.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_entry_no_{deed}")
        conn.exec_driver_sql(statement)


def test_an_untouched_trail_is_whole_and_names_its_head(engine: Engine) -> None:
    made = fill(engine)
    found = verdict(engine)
    assert (found.entries, found.broken, found.why) == (5, None, None)
    assert found.head == f"5 {made[-1].hash}"
    assert verdict(engine, f"2 {made[1].hash}", found.head or "").broken is None


def test_an_entry_says_who_from_where_and_follows_the_one_before(engine: Engine) -> None:
    first, second, *_ = fill(engine)
    assert (first.actor, first.kind, first.origin, first.why) == ("anna", ActorKind.PERSON, "page 127.0.0.1", "é = ü")
    assert (first.previous, second.previous) == (audit.FIRST, first.hash)
    with database.reading(engine) as conn:
        assert list(audit.entries(conn, None))[-1] == first


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET why = 'other' WHERE sequence = 3",
        "UPDATE audit_entry SET at = at + 1 WHERE sequence = 3",
        "UPDATE audit_entry SET actor = 'bert' WHERE sequence = 3",
        "UPDATE audit_entry SET tenant = NULL WHERE sequence = 3",
        "DELETE FROM audit_entry WHERE sequence = 3",
        "UPDATE audit_entry SET previous = hash WHERE sequence = 3",
    ],
)
def test_tampering_is_found_and_the_entry_named(engine: Engine, statement: str) -> None:
    fill(engine)
    tamper(engine, statement)
    found = verdict(engine)
    assert found.broken == 3
    assert "entry 3" in (found.why or "")


def test_a_hash_that_was_made_to_fit_breaks_the_next_entry(engine: Engine) -> None:
    made = fill(engine)
    forged = AuditEntry(**{f: getattr(made[2], f) for f in made[2].__struct_fields__} | {"why": "forged"})
    hashed = audit.hash_of(forged)
    tamper(engine, f"UPDATE audit_entry SET why = 'forged', hash = '{hashed}' WHERE sequence = 3")  # noqa: S608 - a tamperer's
    assert verdict(engine).broken == 4


def test_a_cut_tail_is_found_by_the_head_that_was_kept(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    kept = (tmp_path / "audit.head").read_text()
    tamper(engine, "DELETE FROM audit_entry WHERE sequence > 3")
    assert verdict(engine).broken is None
    found = verdict(engine, kept)
    assert found.broken == 5
    assert "cut or replaced" in (found.why or "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    number=st.integers(1, 5),
    column=st.sampled_from(["at", "actor", "kind", "origin", "action", "tenant", "subject", "before", "after", "why"]),
)
def test_no_field_of_no_entry_can_be_changed(engine: Engine, number: int, column: str) -> None:
    with database.writing(engine) as conn:
        conn.exec_driver_sql("DROP TRIGGER IF EXISTS audit_entry_no_delete")
        conn.exec_driver_sql("DELETE FROM audit_entry")
    fill(engine)
    value = "1" if column == "at" else "'token'" if column == "kind" else "'changed'"
    tamper(engine, f'UPDATE audit_entry SET "{column}" = {value} WHERE sequence = {number}')  # noqa: S608 - a tamperer's
    assert verdict(engine).broken == number


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET why = NULL", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_an_entry(engine: Engine, statement: str) -> None:
    fill(engine)
    with pytest.raises((IntegrityError, DataUnusable), match="append-only"), database.writing(engine) as conn:
        conn.exec_driver_sql(statement)
    assert verdict(engine).entries == 5


def test_a_deed_that_fails_leaves_no_entry_and_no_head(engine: Engine, tmp_path: Path) -> None:
    def deed() -> None:
        with database.writing(engine, by=ANNA) as conn:
            audit.append(conn, Deed(action="decision.made"), by="x", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        deed()
    assert verdict(engine).entries == 0
    assert not (tmp_path / "audit.head").exists()
    fill(engine, 1)
    assert (tmp_path / "audit.head").read_text().startswith("1 ")


def test_entries_are_filtered_by_what_is_asked_and_by_what_one_may_see(engine: Engine) -> None:
    fill(engine)
    with database.writing(engine) as conn:
        audit.append(conn, Deed(action="token.made", subject="t"), by="root", now=NOW + dt.timedelta(days=1))

    def numbers(visible: frozenset[str] | None = None, **wanted: object) -> list[int]:
        with database.reading(engine) as conn:
            return [e.sequence for e in audit.entries(conn, visible, Wanted(**wanted))]

    assert numbers() == [6, 5, 4, 3, 2, 1]
    assert numbers(frozenset({"t1"})) == [4, 2]
    assert numbers(frozenset()) == []
    assert numbers(tenant="t0", below=5, limit=1) == [3]
    assert numbers(action="token") == [6]
    assert numbers(action="%") == []
    assert numbers(since=NOW + dt.timedelta(hours=1)) == [6]
    assert numbers(until=NOW) == []
    assert numbers(actor="root") == [6]


@pytest.mark.skipif(not DOCS.exists(), reason="the documentation is not beside the tests")
def test_the_ten_lines_of_the_documentation_verify_an_export(engine: Engine, tmp_path: Path) -> None:
    made = fill(engine)
    code = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)[0]
    assert len(code.strip().splitlines()) <= 12
    trail = tmp_path / "trail.jsonl"
    lines = [f'{audit.canonical(e)[:-1]},"hash":"{e.hash}"}}' for e in made]

    def run() -> subprocess.CompletedProcess[str]:
        trail.write_text("\n".join(lines) + "\n", "utf-8")
        return subprocess.run([sys.executable, "-c", code, str(trail)], capture_output=True, text=True, check=False)  # noqa: S603 - our own lines

    assert run().stdout.startswith(made[-1].hash)
    lines[2] = json.dumps(json.loads(lines[2]) | {"why": "forged"})
    assert "entry 3 is not as it was written" in run().stderr
