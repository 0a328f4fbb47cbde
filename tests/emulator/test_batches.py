"""Batches at the emulator: each part is answered as if it had come alone, and in any order."""

import base64
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from emulator_client import Answer, Client, running

from surefoot.emulator.server import PROFILES, Fault, Throttle
from surefoot.emulator.world import generate

BATCH = "/v1.0/$batch"
HERE = "/security/secureScoreControlProfiles"
BODY = {"state": "Ignored", "vendorInformation": {"provider": "SecureScore", "vendor": "Microsoft"}}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client() -> Iterator[Client]:
    world = generate(8, dt.date(2026, 11, 24), tenants=1)
    with running(world) as emulator:
        yield Client(emulator, world.tenants[0].id)


@pytest.fixture
def controls(client: Client) -> list[str]:
    return [p["id"] for p in client.profiles() if not p["id"].startswith("scid_")]


def part(id: str, url: str, method: str = "GET", body: object = None, **headers: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": id, "method": method, "url": url}
    return made if body is None else made | {"headers": JSON | headers, "body": body}


def send(client: Client, *parts: dict[str, Any]) -> Answer:
    return client.ask("POST", BATCH, body=json.dumps({"requests": parts}).encode(), headers=JSON)


def by_id(said: Answer) -> dict[str, Any]:
    assert said.status == 200
    return {a["id"]: a for a in said.json["responses"]}


def test_each_part_is_answered_on_its_own_and_backwards(client: Client, controls: list[str]) -> None:
    device = next(p["id"] for p in client.profiles() if p["id"].startswith("scid_"))
    client.emulator.requests.clear()
    said = send(
        client,
        part("read", f"{HERE}/{controls[0]}"),
        part("none", f"{HERE}/nothing"),
        part("set", f"{HERE}/{controls[1]}", "PATCH", BODY),
        part("shown", f"{HERE}/{controls[2]}", "PATCH", BODY, prefer="return=representation"),
        part("refused", f"{HERE}/{device}", "PATCH", BODY),
        part("elsewhere", "/users"),
        part("gone", f"{HERE}/{controls[3]}", "DELETE"),
    )
    assert [a["id"] for a in said.json["responses"]] == ["gone", "elsewhere", "refused", "shown", "set", "none", "read"]
    told = by_id(said)
    assert {name: a["status"] for name, a in told.items()} == {
        "read": 200, "none": 404, "set": 204, "shown": 200, "refused": 400, "elsewhere": 404, "gone": 404,
    }  # fmt: skip
    assert told["read"]["body"] == client.get(f"{PROFILES}/{controls[0]}").json
    assert told["none"]["body"]["error"]["code"] == "ResourceNotFound"
    assert "body" not in told["set"]
    assert told["shown"]["body"]["controlStateUpdates"][-1]["state"] == "Ignored"
    assert len({a["headers"]["request-id"] for a in told.values()}) == 7
    recorded = list(client.emulator.requests)
    assert recorded[:2] == [("POST", BATCH), ("GET", f"{PROFILES}/{controls[0]}")]
    assert ("PATCH", f"{PROFILES}/{controls[1]}") in recorded


def test_a_quoted_id_is_the_same_control(client: Client, controls: list[str]) -> None:
    quoted = controls[0].replace("_", "%5F")
    assert by_id(send(client, part("1", f"{HERE}/{quoted}")))["1"]["body"]["id"] == controls[0]


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part(str(n), f"{HERE}/x") for n in range(21)],
        [part("1", f"{HERE}/x"), part("1", f"{HERE}/y")],
        [{"id": "1", "method": "PATCH", "url": f"{HERE}/x", "body": BODY}],
        [{"id": "1"}],
    ],
    ids=["empty", "21", "twice the same id", "a body without its type", "no url"],
)
def test_what_graph_does_not_take_is_refused_as_a_whole(client: Client, parts: list[dict[str, Any]]) -> None:
    client.emulator.requests.clear()
    assert send(client, *parts).status == 400
    assert list(client.emulator.requests) == [("POST", BATCH)]


def test_a_token_is_needed_for_the_whole_and_a_permission_for_each(client: Client, controls: list[str]) -> None:
    client.emulator.world.tenants[0].trouble = "no_consent"
    assert by_id(send(client, part("1", f"{HERE}/{controls[0]}")))["1"]["status"] == 403
    client.emulator.expire_tokens()
    assert send(client, part("1", f"{HERE}/{controls[0]}")).status == 401


def test_faults_hit_the_part_whose_path_they_name_or_the_batch(client: Client, controls: list[str]) -> None:
    client.emulator.faults += [
        Fault(path=controls[1], status=503, headers={"Retry-After": "9"}, body=b"<html>"),
        Fault(path="$batch", status=404),
    ]
    parts = [part(c, f"{HERE}/{c}") for c in controls[:2]]
    client.emulator.faults.reverse()
    assert send(client, *parts).status == 404
    told = by_id(send(client, *parts))
    assert (told[controls[0]]["status"], told[controls[1]]["status"]) == (200, 503)
    assert told[controls[1]]["headers"]["Retry-After"] == "9"
    assert base64.b64decode(told[controls[1]]["body"]) == b"<html>"


def test_limits_count_the_parts_and_not_the_batch(client: Client, controls: list[str]) -> None:
    client.emulator.throttle = Throttle(a_minute=3)
    told = by_id(send(client, *(part(str(n), f"{HERE}/{controls[n]}") for n in range(5))))
    assert [told[str(n)]["status"] for n in range(5)] == [200, 200, 200, 429, 429]
    assert 1 <= int(told["3"]["headers"]["Retry-After"]) <= 60
