"""Decisions as CSV: out and in again changes nothing, to the letter."""

import csv
import datetime as dt
import io
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sync_world import NOW, TODAY, add, choose, open_controls, read

from surefoot.emulator.server import Emulator
from surefoot.errors import ImportRefused
from surefoot.model import Actor, ActorKind, Decision, Grounds, Priority, Role, Side, Status, Tenant
from surefoot.scoring.ratings import load
from surefoot.store import database, decisions
from surefoot.sync import decision_csv
from surefoot.sync.bulk import Change, Item, Outcome, Past, carry_out
from surefoot.sync.decision_csv import COLUMNS, DecisionRow, cells, defused, items, restored, write

ANNA = Actor(name="anna", kind=ActorKind.PERSON, origin="command line")
AWKWARD = st.text(
    st.one_of(st.sampled_from("'=+-@\t\r\n\";, \ufeff\x00\uff1d"), st.characters(codec="utf-8")), max_size=12
)
NAMES = st.none() | AWKWARD.filter(bool)
DAYS = st.none() | st.dates()
TIMES = st.none() | st.datetimes(min_value=dt.datetime(1900, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - zoned
ROWS = st.builds(
    DecisionRow,
    tenant=AWKWARD, tenant_id=st.uuids().map(str), control=AWKWARD, name=AWKWARD,
    status=st.none() | st.sampled_from(Status), comment=NAMES, evidence=NAMES,
    grounds=st.none() | st.sampled_from(Grounds), review_on=DAYS, owner=NAMES, due=DAYS,
    priority=st.none() | st.sampled_from(Priority), labels=st.just(()) | st.just(("pilot", "=q1")), ticket=NAMES,
    decided_at=TIMES, decided_by=NAMES, approved_by=NAMES, decided_in=st.none() | st.sampled_from(Side),
)  # fmt: skip


@given(st.lists(ROWS, max_size=5))
def test_what_is_written_is_read_again_to_the_letter(rows: list[DecisionRow]) -> None:
    assert [line.cells for line in decision_csv.read(write(rows))] == [cells(row) for row in rows]


@given(AWKWARD)
def test_no_cell_begins_as_a_formula_and_none_is_lost(text: str) -> None:
    assert restored(defused(text)) == text
    assert not defused(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"))


@given(AWKWARD, AWKWARD)
def test_two_texts_never_become_one(first: str, second: str) -> None:
    assert (defused(first) == defused(second)) == (first == second)


@pytest.mark.parametrize("text", ["'", "'=1", "''=1", "' =1", "it's", "'tis", "=1", "-1"])
def test_apostrophes_of_ones_own_stay(text: str) -> None:
    assert restored(defused(text)) == text


@pytest.fixture
def known(engine: Engine, emulator: Emulator, tenant: Tenant) -> Tenant:
    """Decide a bit of everything, in awkward words."""
    read(engine, emulator, tenant)
    controls = open_controls(engine, tenant)
    choose(engine, tenant, controls[0], Status.PLANNED)
    changes = [
        Change(status=Status.RISK_ACCEPTED, comment="=1+1\n\"so\"; 'so'", review_on=TODAY + dt.timedelta(9)),
        Change(status=Status.RISK_ACCEPTED, comment="-", grounds=Grounds.NOT_APPLICABLE, owner="'=x"),
        Change(status=Status.ALTERNATE, evidence="'@SUM(A1)", labels=("a b", "=q1"), due=TODAY),
        Change(owner="only a plan", priority=Priority.URGENT, ticket="https://tickets.example/4711"),
    ]
    made = [Item(tenant=tenant, control=c, change=x) for c, x in zip(controls[1:], changes, strict=False)]
    done = carry_out(engine, made, by=ANNA, role=Role.EDITOR, ratings=load(), clock=lambda: NOW)
    assert {r.outcome for r in done.results} == {Outcome.CHANGED}
    theirs = Decision(
        control=controls[6], status=Status.RISK_ACCEPTED, decided_at=NOW, decided_by="pia", decided_in=Side.MICROSOFT,
        comment=" \r\n" + "x" * 3000,
    )  # fmt: skip
    gone = Decision(control="retired_control", status=Status.PLANNED, decided_at=NOW, decided_by="pia")
    with database.writing(engine) as conn:
        decisions.record(conn, tenant, theirs)
        decisions.record(conn, tenant, gone)
    return tenant


def exported(engine: Engine, tenant: Tenant) -> bytes:
    with database.reading(engine) as conn:
        return write(list(decision_csv.rows(conn, [tenant], load())))


def imported(
    engine: Engine, data: bytes, only: Tenant | None = None, now: dt.datetime = NOW + dt.timedelta(days=1)
) -> list[Outcome]:
    with database.reading(engine) as conn:
        found = items(conn, decision_csv.read(data), None, only)
    done = carry_out(engine, found, by=ANNA, role=Role.EDITOR, ratings=load(), clock=lambda: now)
    return [r.outcome for r in done.results]


def test_importing_an_unchanged_export_changes_nothing(engine: Engine, known: Tenant) -> None:
    data = exported(engine, known)
    assert len(decision_csv.read(data)) == 7
    assert imported(engine, data) == [Outcome.UNCHANGED] * 7
    assert imported(engine, data, now=NOW + dt.timedelta(days=300)) == [Outcome.UNCHANGED] * 7
    assert exported(engine, known) == data


def test_a_spreadsheets_semicolons_and_mark_do_no_harm(engine: Engine, known: Tenant) -> None:
    out = io.StringIO(newline="")
    table = list(csv.reader(io.StringIO(exported(engine, known).decode(), newline="")))
    csv.writer(out, delimiter=";").writerows(table)
    assert imported(engine, b"\xef\xbb\xbf" + out.getvalue().encode()) == [Outcome.UNCHANGED] * 7


def test_another_installation_takes_them_with_who_and_when(
    engine: Engine, emulator: Emulator, known: Tenant, tmp_path: Path
) -> None:
    other = database.engine(tmp_path / "other.db")
    database.upgrade(other)
    same = add(other, emulator)
    read(other, emulator, same)
    with database.reading(engine) as conn:
        rows = list(decision_csv.rows(conn, [known], load()))
    ours = [r for r in rows if r.decided_in is not Side.MICROSOFT and r.control != "retired_control"]
    assert imported(other, write(ours)) == [Outcome.CHANGED] * 5
    assert exported(other, same) == write(ours)
    other.dispose()


def test_an_edited_row_is_a_decision_of_whoever_imports(engine: Engine, known: Tenant) -> None:
    lines = exported(engine, known).replace(b",planned,", b",inProgress,")
    assert imported(engine, lines).count(Outcome.CHANGED) == 1
    with database.reading(engine) as conn:
        held = [d for d in decisions.newest(conn, known).values() if d.status is Status.IN_PROGRESS]
    assert [(d.decided_by, d.decided_at, d.comment) for d in held] == [
        ("anna", NOW + dt.timedelta(days=1), "planned because")
    ]


def lines(*rows: str) -> bytes:
    return "\r\n".join(rows).encode()


def test_control_and_status_are_enough(engine: Engine, known: Tenant) -> None:
    control = open_controls(engine, known)[8]
    assert imported(engine, lines("Control;Status", f"{control};planned", ""), known) == [Outcome.CHANGED]
    with database.reading(engine) as conn:
        (item,) = items(conn, decision_csv.read(lines("control,status", "x,planned")), None, known)
    assert item.change == Change(status=Status.PLANNED)


def test_every_bad_row_is_named_by_its_line(engine: Engine, known: Tenant) -> None:
    data = lines(
        "tenantId,control,status,comment,reviewOn,decidedAt,priority",
        f'{known.id},a,planned,"two\nlines",,,',
        f"{known.id},b,done,,,,",
        f"{known.id},c,planned,,31.12.2026,,",
        "Nobody,d,planned,,,,",
        f"{known.id},A,planned,,,,",
        f"{known.id},,planned,,,,",
        ",e,planned,,,,",
        f"{known.id},f,planned,,,2026-01-01T00:00,",
        f"{known.id},g,planned,,,,soon",
    )
    with database.reading(engine) as conn, pytest.raises(ImportRefused) as refused:
        items(conn, decision_csv.read(data), None, None)
    said = refused.value.sentence.splitlines()
    assert [line.split(":")[0] for line in said] == [f"Line {n}" for n in range(4, 12)]
    for words in ("no status", "no day", "no tenant 'Nobody'", "on line 2 already", "names no control",
                  "names no tenant", "no time", "no priority"):  # fmt: skip
        assert sum(words in line for line in said) == 1, words


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"control,status,state", "'state' is no column"),
        (b"control", "column status is missing"),
        (b"", "control and status is missing"),
        (b"control,status,control", "there twice"),
        (b"control,status\nx", "Line 2 has 1 cell, and the first line 2 cells"),
        (b'control,status\n"x,planned', "is no CSV"),
        (b"\xff\xfec\x00", "not UTF-8"),
        (b"x" * 5_000_001, "5,000,000 are possible"),
        (b"control,status\n" + b"x,\n" * 50_001, "more than 50,000 rows"),
        (b"control,status\n" + b"x" * 200_000 + b",", "is no CSV"),
    ],
)
def test_a_file_that_is_none_is_refused_with_why(data: bytes, why: str) -> None:
    with pytest.raises(ImportRefused, match=why):
        decision_csv.read(data)
    assert set(COLUMNS) >= {"tenantId", "control", "status", "decidedIn"}


def test_a_tenant_that_is_not_visible_or_not_meant_is_a_bad_row(engine: Engine, known: Tenant) -> None:
    data = lines("tenant,control,status", f"{known.name},x,planned")
    other = msgspec.structs.replace(known, id="0c0a1e5e-0000-4000-8000-000000000009", name="Other")
    with database.reading(engine) as conn:
        with pytest.raises(ImportRefused, match="no tenant"):
            items(conn, decision_csv.read(data), frozenset(), None)
        with pytest.raises(ImportRefused, match="and not of Other"):
            items(conn, decision_csv.read(data), None, other)
    assert Past(decided_at=NOW, decided_by="x").approved_by is None
