"""Secrets at rest: readable with this key, for this tenant and field, and nowhere else."""

import base64
import datetime as dt
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from surefoot.errors import KeyMissing, KeyWrong
from surefoot.model import Connection, Tenant
from surefoot.store import database, schema, secrets, tenants

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
CANARY = "canary-secret-9f2c"


@pytest.fixture
def pair(engine: Engine) -> list[Tenant]:
    ids = ("0c0a1e5e-0000-4000-8000-000000000001", "0c0a1e5e-0000-4000-8000-000000000002")
    with database.writing(engine) as conn:
        return [tenants.add(conn, id=i, name=i[-1], connection=Connection(), now=NOW, due_at=None) for i in ids]


@pytest.fixture
def keys(tmp_path: Path) -> secrets.Keys:
    return secrets.load_key(tmp_path / "secret.key", None)


def test_a_secret_comes_back_and_is_nowhere_in_the_files(
    engine: Engine, pair: list[Tenant], keys: secrets.Keys, tmp_path: Path
) -> None:
    with database.writing(engine) as conn:
        secrets.put(conn, keys, pair[0], "client_secret", CANARY)
    with database.reading(engine) as conn:
        assert secrets.get_all(conn, keys, pair[0]) == {"client_secret": CANARY}
        assert secrets.get_all(conn, keys, pair[1]) == {}
    assert all(CANARY.encode() not in file.read_bytes() for file in tmp_path.iterdir())
    assert CANARY not in repr(keys)


@pytest.mark.parametrize("moved", [{"tenant": 2}, {"field": "certificate"}])
def test_a_secret_that_was_moved_is_refused(
    engine: Engine, pair: list[Tenant], keys: secrets.Keys, moved: dict[str, object]
) -> None:
    with database.writing(engine) as conn:
        secrets.put(conn, keys, pair[0], "client_secret", CANARY)
        conn.execute(update(schema.secret).values(moved))
    owner = pair[1] if "tenant" in moved else pair[0]
    with database.reading(engine) as conn, pytest.raises(KeyWrong):
        secrets.get_all(conn, keys, owner)


def test_another_key_is_refused_and_named(
    engine: Engine, pair: list[Tenant], keys: secrets.Keys, tmp_path: Path
) -> None:
    with database.writing(engine) as conn:
        secrets.put(conn, keys, pair[0], "client_secret", CANARY)
    other = secrets.load_key(tmp_path / "other.key", None)
    with database.reading(engine) as conn, pytest.raises(KeyWrong):
        secrets.get_all(conn, other, pair[0])


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    made = secrets.load_key(file, None)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secrets.load_key(file, None).id == made.id


def test_the_environments_key_goes_before_the_files(tmp_path: Path) -> None:
    given = base64.b64encode(b"k" * 32).decode()
    assert secrets.load_key(tmp_path / "secret.key", given).id == secrets.Keys(b"k" * 32).id
    assert not (tmp_path / "secret.key").exists()


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(b"k" * 16).decode(), "not base64!"])
def test_a_key_that_is_none_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret.key").write_text(text)
    with pytest.raises(KeyWrong):
        secrets.load_key(tmp_path / "secret.key", None)


def test_no_key_is_made_where_none_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing):
        secrets.load_key(tmp_path / "secret.key", None, make=False)


def test_forgetting_leaves_the_others(engine: Engine, pair: list[Tenant], keys: secrets.Keys) -> None:
    with database.writing(engine) as conn:
        for tenant in pair:
            secrets.put(conn, keys, tenant, "client_secret", CANARY)
        secrets.forget(conn, pair[0])
        assert secrets.get_all(conn, keys, pair[0]) == {}
        assert secrets.get_all(conn, keys, pair[1]) == {"client_secret": CANARY}


def test_a_key_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "secret.key"
    folder.mkdir()
    with pytest.raises(KeyMissing, match="cannot be read"):
        secrets.load_key(folder, None)
