"""Baselines through the API: who may read, change, assign and apply, and that nobody sees others' tenants in them."""

import dataclasses

import msgspec
import pytest
from starlette.testclient import TestClient
from web_world import NOW, OURS, THEIRS, World, profile

from surefoot.access import tokens
from surefoot.model import Role
from surefoot.store import database, profiles, tenants

BASELINES = "/api/security-defender/baselines"
STANDARD = f"{BASELINES}/Standard"
RULES = [
    {"control": "aad_mfa", "expected": "completed", "due": "2027-06-30", "owner": "bert"},
    {"control": "mip_dlp", "expected": "thirdParty", "evidence": "We use X"},
    {"control": "scid_1", "expected": "planned"},
    {"control": "nobody_has_this", "expected": "planned"},
]
BODY = {"description": "For all", "rules": RULES}


@pytest.fixture
def everybody(world: World) -> TestClient:
    """Sign in as an administrator who sees all tenants."""
    with database.writing(world.engine) as conn:
        made = tokens.create_token(conn, name="all", tenants=None, role=Role.ADMINISTRATOR, now=NOW)
    return dataclasses.replace(world, tokens=world.tokens | {"all": made}).client("all")


@pytest.fixture
def assigned(everybody: TestClient) -> TestClient:
    """Set a baseline for both tenants."""
    assert everybody.put(STANDARD, json=BODY).status_code == 200
    assert everybody.post(f"{STANDARD}/tenants", json={"add": ["Contoso", THEIRS]}).status_code == 200
    return everybody


def test_a_baseline_is_set_read_listed_and_removed(world: World, everybody: TestClient) -> None:
    assert everybody.get(BASELINES).json() == {"baselines": [], "total": 0}
    made = everybody.put(STANDARD, json=BODY)
    assert made.status_code == 200
    reader = world.client("reader")
    assert reader.get(f"{BASELINES}/standard").content == made.content
    page = made.json()
    assert (page["description"], page["changedBy"], page["unknown"]) == ("For all", "all", ["nobody_has_this"])
    assert page["names"]["aad_mfa"] == "Title of aad_mfa"
    assert [r["expected"] for r in page["rules"]] == ["completed", "thirdParty", "planned", "planned"]
    assert everybody.put(f"{BASELINES}/Copy", json=page).json()["rules"] == page["rules"]
    assert [b["name"] for b in reader.get(BASELINES).json()["baselines"]] == ["Copy", "Standard"]
    assert everybody.delete(STANDARD).status_code == 204
    assert everybody.delete(STANDARD).status_code == everybody.get(STANDARD).status_code == 404


def test_tenants_get_a_baseline_and_lose_it(everybody: TestClient) -> None:
    everybody.put(STANDARD, json=BODY)
    page = everybody.post(f"{STANDARD}/tenants", json={"add": ["contoso", THEIRS], "remove": []}).json()
    assert [t["name"] for t in page["tenants"]] == ["Contoso", "Fabrikam"]
    page = everybody.post(f"{STANDARD}/tenants", json={"remove": [OURS]}).json()
    assert [t["name"] for t in page["tenants"]] == ["Fabrikam"]
    assert everybody.post(f"{STANDARD}/tenants", json={"add": ["Nobody"]}).status_code == 404
    assert everybody.post(f"{BASELINES}/other/tenants", json={"add": [OURS]}).status_code == 404


def test_drift_is_of_visible_tenants_alone(world: World, assigned: TestClient) -> None:
    whole = assigned.get(f"{STANDARD}/drift").json()
    assert [t["tenant"]["name"] for t in whole["tenants"]] == ["Contoso", "Fabrikam"]
    assert (whole["drifting"], whole["total"]) == (2, 8)
    reader = world.client("reader")
    ours = reader.get(f"{STANDARD}/drift").json()
    assert ours["tenants"] == whole["tenants"][:1]
    assert [(r["control"], r["drift"], r["status"]) for r in ours["rows"]] == [
        ("mip_dlp", "differs", "toAddress"),
        ("scid_1", "differs", "toAddress"),
        ("aad_mfa", "due", "toAddress"),
        ("nobody_has_this", "missing", None),
    ]
    (row,) = reader.get(BASELINES).json()["baselines"]
    assert (row["tenants"], row["drifting"]) == (1, 1)
    assert [t["name"] for t in reader.get(STANDARD).json()["tenants"]] == ["Contoso"]
    assert reader.get(f"{STANDARD}/drift?tenant={THEIRS}").status_code == 404
    table = reader.get(f"{STANDARD}/drift.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines()[0].startswith("tenantId,tenantName,control,name,drift,expected,status,due")
    assert len(table.text.splitlines()) == 5
    assert world.client("nobody").get(f"{STANDARD}/drift").json()["tenants"] == []


def test_applying_is_looked_at_first_and_leaves_nothing_that_differs(world: World, assigned: TestClient) -> None:
    writer = world.client("writer")
    dry = writer.post(f"{STANDARD}/apply", json={"dryRun": True}).json()
    assert (dry["dryRun"], dry["total"], dry["changed"], dry["bulk"]) == (True, 3, 3, None)
    assert {r["tenant"]["id"] for r in dry["results"]} == {OURS}
    assert writer.get(f"{STANDARD}/drift").json()["tenants"][0]["differs"] == 2
    other = writer.post(f"{STANDARD}/apply", json={"expect": 4})
    assert (other.status_code, other.json()["slug"]) == (422, "input-refused")
    done = writer.post(f"{STANDARD}/apply", json={"tenants": ["Contoso"], "expect": 3}).json()
    assert (done["dryRun"], done["changed"], done["refused"], done["bulk"] is None) == (False, 3, 0, False)
    (stands,) = writer.get(f"{STANDARD}/drift").json()["tenants"]
    assert (stands["fulfilled"], stands["open"], stands["differs"], stands["late"]) == (2, 1, 0, 0)
    assert writer.post(f"{STANDARD}/apply", json={}).json()["total"] == 0
    theirs = assigned.get(f"{STANDARD}/drift?tenant=Fabrikam").json()
    assert theirs["tenants"][0]["differs"] == 2


def test_applying_takes_only_tenants_that_have_it_and_are_ones_own(world: World, everybody: TestClient) -> None:
    everybody.put(STANDARD, json=BODY)
    writer = world.client("writer")
    assert "not assigned to Contoso" in writer.post(f"{STANDARD}/apply", json={"tenants": [OURS]}).json()["detail"]
    assert writer.post(f"{STANDARD}/apply", json={"tenants": [THEIRS]}).status_code == 404
    assert world.client("reader").post(f"{STANDARD}/apply", json={}).status_code == 403


@pytest.mark.parametrize("who", ["writer", "msp", "nobody", "reader", "some"])
def test_who_sees_only_some_tenants_or_is_no_administrator_changes_nothing(
    world: World, everybody: TestClient, who: str
) -> None:
    everybody.put(STANDARD, json=BODY)
    with database.writing(world.engine) as conn:
        both = frozenset({OURS, THEIRS})
        some = tokens.create_token(conn, name="some", tenants=both, role=Role.ADMINISTRATOR, now=NOW)
    client = dataclasses.replace(world, tokens=world.tokens | {"some": some}).client(who)
    for answer in (
        client.put(STANDARD, json={"rules": RULES[:1]}),
        client.delete(STANDARD),
        client.post(f"{STANDARD}/tenants", json={"add": [OURS]}),
    ):
        assert (answer.status_code, answer.json()["slug"]) == (403, "not-permitted")
    assert len(client.get(STANDARD).json()["rules"]) == 4
    assert client.get(STANDARD).json()["tenants"] == []


def test_what_cannot_be_is_refused_with_a_sentence(everybody: TestClient) -> None:
    for rules, said in (
        ([], "1 to 500 rules"),
        ([{"control": "x", "expected": "done"}], "x: 'done' is no status"),
        ([{"control": "x", "expected": "planned", "due": "June"}], "x: 'June' is no day"),
        ([{"control": "x", "expected": "riskAccepted"}], "x: A risk is accepted with a reason"),
        ([{"control": "x", "expected": "riskAccepted", "comment": "y", "grounds": "z"}], "x: 'z' is no grounds"),
        ([{"control": "x", "expected": "planned", "more": 1}], "unknown field `more`"),
        ([{"control": "x"}], "missing required field `expected`"),
    ):
        refused = everybody.put(STANDARD, json={"rules": rules})
        assert refused.status_code == 422
        assert said in refused.json()["detail"]
    assert everybody.put(STANDARD, content=b"{").status_code == 400
    assert everybody.put(f"{BASELINES}/{'x' * 101}", json=BODY).status_code == 422
    assert "Possible: none" in everybody.get(f"{BASELINES}?tenant=x").json()["detail"]


def test_a_rule_about_one_tenants_own_app_is_hidden_from_others(world: World, everybody: TestClient) -> None:
    with database.writing(world.engine) as conn:
        own = msgspec.structs.replace(profile("12345.app_mfa", "Apps", 10.0), title="Their app")
        profiles.save(conn, tenants.find(conn, THEIRS, None), [own], now=NOW)
    everybody.put(STANDARD, json={"rules": [*RULES, {"control": "12345.app_mfa", "expected": "planned"}]})
    everybody.post(f"{STANDARD}/tenants", json={"add": [OURS, THEIRS]})
    reader = world.client("reader")
    for path in (BASELINES, STANDARD, f"{STANDARD}/drift"):
        answer = reader.get(path)
        assert answer.status_code == 200
        assert "12345" not in answer.text
    assert "12345" in everybody.get(STANDARD).text
