"""The settings: policies and tokens for who administers all tenants, and nothing secret for anybody."""

import re

import pytest
from starlette.testclient import TestClient
from web_world import OURS, SAME_SITE, World

from surefoot.scoring.policy import MEANINGS, Policy
from surefoot.store import database, policies
from surefoot.web.html.policy import LABELS


def post(client: TestClient, path: str, **fields: str) -> object:
    return client.post(path, data=fields, headers=SAME_SITE)


def held(world: World) -> Policy:
    with database.reading(world.engine) as conn:
        return policies.of(conn, None)


def test_everybody_sees_how_decisions_are_governed_and_few_can_change_it(world: World) -> None:
    for who in ("reader", "writer", "nobody"):
        page = world.client(who).get("/settings").text
        assert "A risk is accepted by two persons" in page
        assert "In force" not in page
        assert "API tokens" not in page
        assert "/data" not in page
        assert post(world.client(who), "/settings/policy", two_persons="true").status_code == 403
        assert post(world.client(who), "/settings/tokens", name="x", role="reader").status_code == 403
        assert post(world.client(who), "/settings/tokens/revoke", name="root").status_code == 403
    assert held(world) == Policy()


def test_policies_are_set_and_taken_away_again(world: World) -> None:
    client = world.client("root")
    assert post(client, "/settings/policy", two_persons="true", usual_days="30", conflicts="newest").status_code == 303
    assert (held(world).two_persons, held(world).usual_days, held(world).conflicts.value) == (True, 30, "newest")
    assert "In force: <b>30</b>, set for all tenants" in client.get("/settings").text
    post(client, "/settings/policy", two_persons="", usual_days="", conflicts="")
    assert held(world) == Policy()


def test_a_refused_policy_comes_back_as_it_was_typed(world: World) -> None:
    answer = post(world.client("root"), "/settings/policy", usual_days="900", longest_days="10", two_persons="true")
    assert answer.status_code == 422
    assert "lies above longest_days" in answer.text
    assert 'value="900"' in answer.text
    assert held(world) == Policy()


def test_every_policy_has_its_words() -> None:
    assert LABELS.keys() == MEANINGS.keys()


def test_a_token_is_made_shown_once_and_revoked(world: World) -> None:
    client = world.client("root")
    made = post(
        client, "/settings/tokens", name="grafana", role="reader", sees="only", tenants="contoso\n", ends="2026-12-31"
    )
    assert made.status_code == 200
    token = re.search(r"sf_[\w-]{40,}", made.text)[0]
    assert token not in client.get("/settings").text
    named = TestClient(world.app, base_url="http://127.0.0.1", headers={"authorization": f"Bearer {token}"})
    found = named.get("/api/security-defender/tenants").json()["tenants"]
    assert [r["tenant"]["id"] for r in found] == [OURS]
    assert "grafana" in client.get("/settings").text
    entry = client.get("/api/security-defender/audit?action=token.made&limit=1").json()["entries"][0]
    assert (entry["actor"], entry["subject"]) == ("root", "grafana")
    assert token not in str(entry)
    assert post(client, "/settings/tokens/revoke", name="grafana").status_code == 303
    assert named.get("/api/security-defender/tenants").status_code == 401


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": ""}, "1 to 100 printable characters"),
        ({"name": "reader"}, "called &#39;reader&#39; already"),
        ({"role": "king"}, "is no role"),
        ({"sees": "only"}, "Name the tenants"),
        ({"sees": "only", "tenants": "Contoso\nNobody"}, "There is no tenant &#39;Nobody&#39;"),
        ({"ends": "2020-01-01"}, "lies ahead"),
        ({"ends": "soon"}, "is no day"),
    ],
)
def test_a_refused_token_comes_back_as_it_was_typed(world: World, fields: dict[str, str], why: str) -> None:
    answer = post(world.client("root"), "/settings/tokens", **{"name": "grafana", "role": "editor"} | fields)
    assert answer.status_code == 422
    assert why in answer.text
    assert "sf_" not in answer.text
    for typed in fields.values():
        assert not typed or typed in answer.text or typed == "king"


def test_the_installation_is_shown_without_its_key(world: World) -> None:
    page = world.client("root").get("/settings").text
    assert "do not show" not in page
    assert "set, never shown" in page
    assert "<code>9000</code>" in page
    assert "/data" in page
    found = world.client("root").get("/api/security-defender/doctor?integrity=true").json()
    assert (found["integrity"], found["tenants"], found["data"]) == ("ok", 2, "/data")
    assert world.client("writer").get("/api/security-defender/doctor").status_code == 403


def test_a_token_is_made_and_revoked_by_the_api(world: World) -> None:
    root, path = world.client("root"), "/api/security-defender/tokens"
    made = root.post(path, json={"name": "grafana", "tenants": ["contoso"], "expiresAt": "2026-12-31T00:00:00Z"})
    assert (made.status_code, made.json()["name"]) == (201, "grafana")
    named = TestClient(
        world.app, base_url="http://127.0.0.1", headers={"authorization": f"Bearer {made.json()['token']}"}
    )
    seen = named.get("/api/security-defender/tenants").json()["tenants"]
    assert [r["tenant"]["id"] for r in seen] == [OURS]
    listed = root.get(path)
    assert made.json()["token"] not in listed.text
    assert [(t["role"], t["tenants"]) for t in listed.json()["tokens"] if t["name"] == "grafana"] == [
        ("reader", [OURS])
    ]
    assert "grafana,reader" in root.get(f"{path}.csv").text
    assert root.delete(f"{path}/grafana").status_code == 204
    assert (named.get(path).status_code, root.delete(f"{path}/grafana").status_code) == (401, 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "x", "role": "king"}, 422),
        ({"name": "x", "tenants": ["Nobody"]}, 404),
        ({"name": "x", "expiresAt": "2020-01-01T00:00:00Z"}, 422),
        ({"name": "x", "expiresAt": "2027-01-01T00:00:00"}, 422),
    ],
)
def test_a_token_that_cannot_be_is_not_made(world: World, body: dict[str, object], status: int) -> None:
    answer = world.client("root").post("/api/security-defender/tokens", json=body)
    assert (answer.status_code, "sf_" in answer.text) == (status, False)


def test_who_administers_some_tenants_alone_has_no_tokens_to_give(world: World) -> None:
    client = world.client("writer")
    assert client.get("/api/security-defender/tokens").status_code == 403
    assert client.post("/api/security-defender/tokens", json={"name": "x"}).status_code == 403
    assert client.delete("/api/security-defender/tokens/reader").status_code == 403
