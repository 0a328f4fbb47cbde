"""The deeds about tenants: what is refused, what is written down, and that a secret goes nowhere else."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Engine

from surefoot.errors import CloudUnsupported, InputRefused
from surefoot.model import AuthMethod, Cloud, Connection, Tenant
from surefoot.store import audit, database, secrets, tenants
from surefoot.store.audit import Wanted
from surefoot.store.secrets import Keys
from surefoot.sync import tenants as deeds
from surefoot.sync.tenants import Given

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
ID = "0c0a1e5e-0000-4000-8000-000000000001"
CLIENT = "0c0a1e5e-0000-4000-8000-0000000000aa"
OTHER = "0c0a1e5e-0000-4000-8000-0000000000bb"
WAY = Connection(method=AuthMethod.SECRET, client_id=CLIENT)
CANARY = "canary~8Q7-very-secret"
PEM = "\n".join(f"-----BEGIN {kind}-----\nx\n-----END {kind}-----" for kind in ("PRIVATE KEY", "CERTIFICATE"))


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return secrets.load_key(tmp_path / "secret.key", None)


@pytest.fixture
def tenant(engine: Engine, keys: Keys) -> Tenant:
    with database.writing(engine) as conn:
        return deeds.add(conn, keys, Given(WAY, CANARY), id=ID, name="Contoso", by="anna", now=NOW)


def change(engine: Engine, keys: Keys, tenant: Tenant, given: Given) -> dict[str, str]:
    with database.writing(engine) as conn:
        deeds.change(conn, keys, tenant, given, by="anna", now=NOW)
        return secrets.get_all(conn, keys, tenant)


def test_a_tenant_is_added_with_its_secret_kept_apart(engine: Engine, keys: Keys, tenant: Tenant) -> None:
    with database.reading(engine) as conn:
        assert tenants.connection(conn, tenant) == WAY
        assert secrets.get_all(conn, keys, tenant) == {"client_secret": CANARY}
        (entry,) = audit.entries(conn, None, Wanted())
    assert entry.action == "tenant.added"
    assert '"secret": "new"' in (entry.after or "")


def test_a_new_secret_takes_the_place_of_the_old_one(engine: Engine, keys: Keys, tenant: Tenant) -> None:
    assert change(engine, keys, tenant, Given(WAY, " fresh ")) == {"client_secret": "fresh"}


def test_without_a_new_one_the_secret_stays_where_it_was_given_for(engine: Engine, keys: Keys, tenant: Tenant) -> None:
    assert change(engine, keys, tenant, Given(WAY)) == {"client_secret": CANARY}
    for way in (
        Connection(method=AuthMethod.SECRET, client_id=OTHER),
        Connection(method=AuthMethod.SECRET, client_id=CLIENT, cloud=Cloud.US_GOV_L4),
        Connection(
            method=AuthMethod.SECRET, client_id=CLIENT, cloud=Cloud.EMULATOR, graph_url="http://127.0.0.1:1",
            login_url="http://127.0.0.1:1",
        ),
    ):  # fmt: skip
        with pytest.raises(InputRefused, match="client secret is missing"):
            change(engine, keys, tenant, Given(way))
    assert change(engine, keys, tenant, Given(Connection(method=AuthMethod.MANAGED_IDENTITY))) == {}
    with pytest.raises(InputRefused, match="missing"):
        change(engine, keys, tenant, Given(WAY))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (Given(WAY), "client secret is missing"),
        (Given(WAY, "  "), "client secret is missing"),
        (Given(WAY, OTHER), "secret's id"),
        (Given(WAY, "x" * 40_000), "30,000 characters"),
        (Given(Connection(method=AuthMethod.SECRET), CANARY), "client id is missing"),
        (Given(Connection(method=AuthMethod.SECRET, client_id="my app"), CANARY), "is not a client id"),
        (Given(Connection(method=AuthMethod.CERTIFICATE, client_id=CLIENT), CANARY), "as PEM"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(engine: Engine, keys: Keys, given: Given, why: str) -> None:
    with pytest.raises(InputRefused, match=why) as refusal, database.writing(engine) as conn:
        deeds.add(conn, keys, given, id=ID, name="Contoso", by="anna", now=NOW)
    assert CANARY not in str(refusal.value)
    assert CANARY not in repr(given)
    with database.reading(engine) as conn:
        assert tenants.all_of(conn, None) == []


def test_china_has_no_secure_score(engine: Engine, keys: Keys) -> None:
    way = Connection(method=AuthMethod.SECRET, client_id=CLIENT, cloud=Cloud.CHINA)
    with pytest.raises(CloudUnsupported), database.writing(engine) as conn:
        deeds.add(conn, keys, Given(way, CANARY), id=ID, name="Contoso", by="anna", now=NOW)


def test_a_certificate_is_kept_whole(engine: Engine, keys: Keys, tenant: Tenant) -> None:
    way = Connection(method=AuthMethod.CERTIFICATE, client_id=CLIENT)
    assert change(engine, keys, tenant, Given(way, PEM)) == {"certificate": PEM}


def test_a_tenant_without_a_connection_is_never_due(engine: Engine, keys: Keys) -> None:
    with database.writing(engine) as conn:
        made = deeds.add(conn, keys, Given(Connection()), id=ID, name="Files", by="anna", now=NOW)
        assert tenants.sync_state(conn, made).due_at is None


def test_removing_says_what_went_and_leaves_the_trail(engine: Engine, tenant: Tenant) -> None:
    with database.writing(engine) as conn:
        deeds.rename(conn, tenant, " Contoso  Ltd ", by="anna", now=NOW)
        deeds.rename(conn, tenant, "Contoso", by="anna", now=NOW)
        held = deeds.remove(conn, tenant, by="anna", now=NOW)
    assert (held.secrets, held.days) == (1, 0)
    with database.reading(engine) as conn:
        entries = list(audit.entries(conn, None, Wanted()))
    assert [e.action for e in entries] == ["tenant.removed", "tenant.renamed", "tenant.added"]
    assert all(CANARY not in str(e) for e in entries)
