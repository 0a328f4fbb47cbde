"""Saved answers of Graph: in every wrapping, and at their worst."""

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sync_world import NOW, TODAY

from surefoot.emulator import answers
from surefoot.emulator.world import generate
from surefoot.errors import ImportRefused
from surefoot.model import Source
from surefoot.scoring.ratings import load
from surefoot.store import database, history, profiles, tenants
from surefoot.sync import imports
from surefoot.sync.imports import Summary

WORLD = generate(3, TODAY, tenants=2)
OURS, THEIRS = WORLD.tenants
DAYS = OURS.days(TODAY)[:5]
SCORES: list[dict[str, Any]] = [answers.score_of(OURS, d, rich=d == DAYS[0]) for d in DAYS]
PROFILES: list[dict[str, Any]] = [answers.profile_of(OURS, h.control) for h in OURS.held]
REAL = Path(__file__).parents[2] / "../shared/data"


def take(engine: Engine, file: Path, name: str | None = None) -> Summary:
    with database.writing(engine) as conn:
        return imports.store(conn, imports.read(file), name=name, now=NOW, ratings=load())


def saved(folder: Path, value: object) -> Path:
    file = folder / "saved.json"
    file.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return file


WRAPPINGS = {
    "one page": {"@odata.context": "x", "value": SCORES},
    "many pages": [{"value": SCORES[:2]}, {"value": SCORES[2:]}],
    "a list": SCORES,
    "a tool's": {"data": {"value": SCORES}},
    "lines": "\n".join(json.dumps(s) for s in SCORES).encode(),
    "packed": gzip.compress(json.dumps(SCORES).encode()),
    "utf-16": json.dumps(SCORES).encode("utf-16"),
    "marked utf-8": json.dumps(SCORES).encode("utf-8-sig"),
}


@pytest.mark.parametrize("form", WRAPPINGS)
def test_scores_are_read_in_every_wrapping(engine: Engine, tmp_path: Path, form: str) -> None:
    made = take(engine, saved(tmp_path, WRAPPINGS[form]), "Ours")
    assert (made.saved.days_new, made.first, made.last, made.refused) == (5, DAYS[-1], DAYS[0], ())
    with database.reading(engine) as conn:
        assert {d.source for d in history.days(conn, made.tenant)} == {Source.SAVED_ANSWER}
        assert (made.tenant.id, made.tenant.name) == (OURS.id, "Ours")


def test_one_record_alone_is_a_day(engine: Engine, tmp_path: Path) -> None:
    assert take(engine, saved(tmp_path, SCORES[0])).saved.days_new == 1


def test_profiles_and_scores_may_come_together_or_apart(engine: Engine, tmp_path: Path) -> None:
    made = take(engine, saved(tmp_path, [*SCORES, *PROFILES]))
    assert (made.saved.days_new, made.profiles) == (5, len(PROFILES))
    again = take(engine, saved(tmp_path, {"value": PROFILES}))
    assert (again.saved.days_new, again.profiles) == (0, len(PROFILES))
    with database.reading(engine) as conn:
        assert len(profiles.of(conn, made.tenant)) == len(PROFILES)
        assert len(tenants.all_of(conn, None)) == 1


def test_the_same_file_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    take(engine, saved(tmp_path, SCORES))
    before = database.counts(engine)
    assert take(engine, saved(tmp_path, SCORES)).saved.days_kept == 5
    assert database.counts(engine) == before


def test_two_tenants_in_one_file_are_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="2 tenants"):
        take(engine, saved(tmp_path, [SCORES[0], answers.score_of(THEIRS, TODAY, rich=True)]))


def test_a_name_that_belongs_to_another_tenant_is_refused(engine: Engine, tmp_path: Path) -> None:
    take(engine, saved(tmp_path, SCORES), "Ours")
    with pytest.raises(ImportRefused, match=OURS.id):
        take(engine, saved(tmp_path, answers.score_of(THEIRS, TODAY, rich=True)), "ours")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (json.dumps(SCORES).encode()[:-20], "cut short"),
        (gzip.compress(json.dumps(SCORES).encode())[:-20], "gzip"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b"PK\x03\x04rest", "Excel"),
        (b"[]", "no secure scores"),
        (b"\x1f\x8b" + b"x" * 50, "gzip"),
        (b"[" * 900 + b"]" * 900, "no secure scores|nested"),
        (json.dumps({**SCORES[0], "currentScore": -1}).encode(), "None of its 1 records"),
        (json.dumps({**SCORES[0], "currentScore": 1e300}).encode(), "None of its 1 records"),
        (b"", "empty"),
        (b"[" * 100_000, "cut short"),
        (b'{"value": "x"}', "no secure scores"),
        (b"\x00\xff\xfe\x00", "cut short"),
    ],
)
def test_what_is_no_saved_answer_is_refused_with_the_reason(
    engine: Engine, tmp_path: Path, body: bytes, says: str
) -> None:
    with pytest.raises(ImportRefused, match=says):
        take(engine, saved(tmp_path, body))


def test_a_file_that_is_not_there_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="No such file"):
        take(engine, tmp_path / "nothing.json")


def test_a_broken_record_and_a_stranger_are_counted_and_the_rest_is_kept(engine: Engine, tmp_path: Path) -> None:
    broken = SCORES[1] | {"maxScore": None}
    made = take(engine, saved(tmp_path, [SCORES[0], broken, {"hello": "world"}]))
    assert made.saved.days_new == 1
    assert len(made.refused) == 2


@pytest.mark.skipif(not REAL.is_dir(), reason="the real answers are not part of the project")
def test_the_real_file_shows_its_score_and_its_fall(engine: Engine) -> None:
    made = take(engine, REAL / "securescores-90days.json", "real")
    assert (made.saved.days_new, made.controls, made.refused) == (90, 91, ())
    with database.reading(engine) as conn:
        days = {d.day: d for d in history.days(conn, made.tenant)}
    newest = days[dt.date(2025, 8, 25)]
    assert (newest.points, newest.max_points) == (249.91, 363.0)
    assert days[dt.date(2025, 8, 24)].points - days[dt.date(2025, 8, 23)].points == pytest.approx(-22, abs=0.5)
