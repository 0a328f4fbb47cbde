"""The JSON API over a real store."""

import json

import pytest
from web_world import OURS, World

from surefoot.web.api.openapi import document, examples, schemas
from surefoot.web.api.operations import OPERATIONS

SCORE = "/api/security-defender/secure-score"


def problem(answer: object, status: int) -> dict[str, object]:
    body = answer.json()
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "slug"}
    assert body["status"] == status
    return body


def test_the_score_comes_in_camel_case(world: World) -> None:
    answer = world.client("reader").get(SCORE)
    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert body["tenant"] == {"id": OURS, "name": "Contoso"}
    assert body["asOf"] == "2026-11-23"
    assert (body["points"], body["maxPoints"]) == (15.0, 26.0)
    assert body["percent"] == pytest.approx(100 * 15 / 26)
    assert body["synced"]["error"] is None
    assert body["statuses"]["toAddress"] >= 1
    assert len(body["history"]) == 44


def test_the_history_is_as_long_as_asked(world: World) -> None:
    client = world.client("reader")
    assert len(client.get(SCORE, params={"days": "5"}).json()["history"]) == 5
    assert len(client.get(SCORE, params={"days": "all"}).json()["history"]) == 44


def test_the_tenant_is_chosen_by_name_or_id(world: World) -> None:
    client = world.client("msp")
    assert client.get(SCORE, params={"tenant": "fabrikam"}).json()["tenant"]["name"] == "Fabrikam"
    assert client.get(SCORE, params={"tenant": OURS}).json()["tenant"]["name"] == "Contoso"
    assert "tenant" in problem(client.get(SCORE), 422)["detail"].lower()


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (f"{SCORE}?days=0", "1 to 36500"),
        (f"{SCORE}?days=-3", "1 to 36500"),
        (f"{SCORE}?days=1e9", "1 to 36500"),
        (f"{SCORE}?day=3", "days, tenant"),
        (f"{SCORE}?days=3&days=4", "more than once"),
        (f"{SCORE}/recommendations?status=to_address", "toAddress"),
        (f"{SCORE}/recommendations?impact=huge", "high, medium, low"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_is(world: World, path: str, named: str) -> None:
    assert named in problem(world.client("reader").get(path), 422)["detail"]


def test_recommendations_can_be_narrowed(world: World) -> None:
    client = world.client("reader")
    whole = client.get(f"{SCORE}/recommendations").json()
    assert whole["total"] == len(whole["actions"]) == 4
    identity = client.get(f"{SCORE}/recommendations", params={"category": "identity"}).json()
    assert [a["id"] for a in identity["actions"]] == ["aad_mfa"]
    done = client.get(f"{SCORE}/recommendations", params={"status": "completed"}).json()
    assert [a["id"] for a in done["actions"]] == ["mdo_safe"]


def test_a_status_is_recorded_and_answered_with_the_action(world: World) -> None:
    client = world.client("writer")
    body = {"status": "inProgress", "comment": "Soon", "owner": "Anna", "due": "2026-12-31"}
    action = client.post(f"{SCORE}/actions/AAD_MFA/status", json=body).json()
    assert (action["id"], action["status"]) == ("aad_mfa", "inProgress")
    assert action["decision"]["comment"] == "Soon"
    assert action["decision"]["due"] == "2026-12-31"
    assert action["decision"]["decidedBy"] == "writer"
    listed = client.get(f"{SCORE}/recommendations", params={"status": "inProgress"}).json()
    assert [a["id"] for a in listed["actions"]] == ["aad_mfa"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b'{"status": "completed"}', 422, "cannot be set"),
        (b'{"status": "done"}', 422, "toAddress"),
        (b"{}", 422, "status"),
        (b'{"status": "planned", "state": 1}', 422, "state"),
        (b'{"status": "planned", "due": "tomorrow"}', 422, "2026-12-31"),
        (b'{"status": "planned", "due": "2001-01-01"}', 422, "passed"),
        (b"status=planned", 400, "not JSON"),
        (b"\xff", 400, "not JSON"),
        (b"[" * 9000, 422, "does not fit"),
        (b'{"status": "planned", "comment": "' + b"x" * 3000 + b'"}', 422, "2000"),
        (b"x" * 20_000, 413, "bytes"),
    ],
)
def test_a_status_that_is_not_usable_is_refused(world: World, body: bytes, status: int, said: str) -> None:
    answer = world.client("writer").post(f"{SCORE}/actions/aad_mfa/status", content=body)
    assert said in problem(answer, status)["detail"]


def test_a_completed_action_stays_completed(world: World) -> None:
    answer = world.client("writer").post(f"{SCORE}/actions/mdo_safe/status", json={"status": "planned"})
    assert "completed" in problem(answer, 422)["detail"]


def test_an_action_that_is_not_there_is_not_found(world: World) -> None:
    answer = world.client("writer").post(f"{SCORE}/actions/nope/status", json={"status": "planned"})
    assert "nope" not in problem(answer, 404)["detail"]


def test_addresses_and_methods_that_are_not_there(world: World) -> None:
    client = world.client("reader")
    problem(client.get("/api/nope"), 404)
    answer = client.delete(SCORE)
    assert problem(answer, 405)["slug"] == "method-not-allowed"
    assert answer.headers["allow"] == "GET"


def test_health_needs_nobody(world: World) -> None:
    assert world.client().get("/health").json() == {"status": "ok"}


def test_the_description_is_for_those_who_are_signed_in(world: World) -> None:
    problem(world.client().get("/api/openapi.json"), 401)
    assert world.client("reader").get("/api/openapi.json").json()["openapi"] == "3.1.0"


def test_the_description_points_only_to_what_it_holds() -> None:
    text = json.dumps(document())
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in schemas()
    assert "to_address" not in text
    assert "max_points" not in text


def test_answers_and_examples_fit_the_description(world: World) -> None:
    jsonschema = pytest.importorskip("jsonschema_rs", reason="jsonschema_rs is not installed")
    client, described = world.client("writer"), document()

    def fits(value: object, name: str) -> None:
        root = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
        jsonschema.Draft202012Validator(root).validate(value)

    fits(client.get(SCORE).json(), "Overview")
    fits(client.get(f"{SCORE}/recommendations").json(), "Actions")
    fits(client.post(f"{SCORE}/actions/aad_mfa/status", json={"status": "planned"}).json(), "Action")
    fits(client.get(f"{SCORE}?days=x").json(), "Problem")
    for path in described["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                for media in answer.get("content", {}).values():
                    if "$ref" in media["schema"] and "example" in media:
                        fits(media["example"], media["schema"]["$ref"].rpartition("/")[2])


def test_every_operation_that_sends_json_has_an_example_and_every_route_is_described(world: World) -> None:
    described = document()["paths"]
    assert {o.name for o in OPERATIONS if o.sends} == set(examples())
    routes = {
        (r.path, m.lower()) for r in world.app.routes for m in r.methods if r.path.startswith(("/api", "/health"))
    }
    assert {(path, method) for path, item in described.items() for method in item} == routes
