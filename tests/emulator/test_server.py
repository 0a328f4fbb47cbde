"""What the emulator answers: as Graph does, with its status codes and its quirks."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator

import pytest
from emulator_client import Client, running

from surefoot.emulator.server import PROFILES, SCORES, Fault, Throttle
from surefoot.emulator.world import generate

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def client() -> Iterator[Client]:
    world = generate(8, TODAY, tenants=2)
    with running(world) as emulator:
        yield Client(emulator, world.tenants[0].id)


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_secret": "x"}, 7000215),
        ({"client_id": "x"}, 700016),
        ({"tenant": "0c0a1e5e-0000-4000-8000-00000000dead"}, 90002),
    ],
)
def test_a_wrong_sign_in_is_refused_with_entras_number(client: Client, changes: dict[str, str], number: int) -> None:
    said = client.sign_in(**changes)
    assert said.status == 400
    assert said.json["error_description"].startswith(f"AADSTS{number}:")


def test_without_a_token_or_with_an_old_one_nothing_is_read(client: Client) -> None:
    assert client.ask("GET", SCORES, signed=False).status == 401
    client.emulator.expire_tokens()
    said = client.get(SCORES)
    assert said.status == 401
    assert said.json["error"]["innerError"]["request-id"]
    assert said.headers["request-id"]


def test_without_top_all_days_come_at_once_newest_first(client: Client) -> None:
    page = client.get(SCORES).json
    days = [d["createdDateTime"] for d in page["value"]]
    assert "@odata.nextLink" not in page
    assert days == sorted(days, reverse=True)
    assert 70 < len(days) <= 90


def test_top_skip_count_and_the_link_page_through_all(client: Client) -> None:
    every = client.scores()
    page = client.get(SCORES, **{"$top": "7", "$count": "true"}).json
    assert (len(page["value"]), page["@odata.count"]) == (7, len(every))
    assert "$skiptoken=" in page["@odata.nextLink"]
    assert client.scores(**{"$top": "7"}) == every
    assert client.get(SCORES, **{"$skip": "5", "$top": "1"}).json["value"] == every[5:6]


def test_select_takes_fields_and_orderby_is_refused(client: Client) -> None:
    assert set(client.get(SCORES, **{"$top": "1", "$select": "id,maxScore"}).json["value"][0]) == {"id", "maxScore"}
    assert client.get(SCORES, **{"$orderby": "createdDateTime"}).status == 400


def test_filter_takes_eq_alone(client: Client) -> None:
    third = client.scores()[2]
    for clause in (f"id eq '{third['id']}'", f"createdDateTime eq {third['createdDateTime']}"):
        assert client.get(SCORES, **{"$filter": clause}).json["value"] == [third]
    assert client.get(SCORES, **{"$filter": "maxScore gt 5"}).status == 400
    long = " or ".join(f"id eq '{n}'" for n in range(20))
    assert client.get(PROFILES, **{"$filter": long}).json["value"] == []


def test_only_the_newest_day_is_rich(client: Client) -> None:
    newest, *older = client.scores()
    assert all(c["description"] and c["lastSynced"] for c in newest["controlScores"])
    assert not any(c["description"] or "lastSynced" in c for d in older for c in d["controlScores"])
    assert any("&nbsp;" in c["implementationStatus"] for c in newest["controlScores"])


def test_profiles_come_in_pages(client: Client) -> None:
    first = client.get(PROFILES).json
    assert len(first["value"]) == 100
    assert len({p["id"] for p in client.profiles()}) == len(client.profiles()) > 100


def test_answers_are_packed_for_who_asks(client: Client) -> None:
    said = client.ask("GET", SCORES, headers={"Accept-Encoding": "gzip"})
    assert said.headers["content-encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(said.raw))["value"]) > 70


def test_what_is_not_there_is_404(client: Client) -> None:
    assert client.get("/v1.0/users").status == 404
    assert client.get(f"{PROFILES}/nothing").status == 404


BODY = {
    "state": "ThirdParty",
    "comment": "by others",
    "assignedTo": "",
    "vendorInformation": {"provider": "SecureScore", "vendor": "Microsoft"},
}


def open_control(client: Client, *, device: bool = False) -> str:
    known = {p["id"] for p in client.profiles()}
    return next(
        c["controlName"]
        for c in client.scores()[0]["controlScores"]
        if c["score"] == 0 and c["controlName"].startswith("scid_") == device and c["controlName"] in known
    )


def patch(client: Client, control: str, body: object, **headers: str) -> int:
    return client.ask("PATCH", f"{PROFILES}/{control}", body=json.dumps(body).encode(), headers=headers).status


def test_a_patch_needs_the_vendor_and_refuses_device_controls(client: Client) -> None:
    control = open_control(client)
    assert patch(client, control, {"state": "Ignored"}) == 400
    assert patch(client, open_control(client, device=True), BODY) == 400
    assert patch(client, "nothing", BODY) == 404
    assert patch(client, control, BODY) == 204
    assert patch(client, control, BODY, Prefer="return=representation") == 200
    updates = client.get(f"{PROFILES}/{control}").json["controlStateUpdates"]
    assert [u["state"] for u in updates] == ["ThirdParty", "ThirdParty"]


def test_a_patch_may_stand_for_an_edit_in_the_portal(client: Client) -> None:
    control = open_control(client)
    assert patch(client, control, BODY, **{"x-emulator-user": "pia@contoso.example"}) == 204
    assert patch(client, control, BODY) == 204
    updates = client.get(f"{PROFILES}/{control}").json["controlStateUpdates"]
    assert [u["updatedBy"] for u in updates] == ["pia@contoso.example", "app"]


def test_reviewed_is_reset_where_that_is_switched_on(client: Client) -> None:
    control = open_control(client)
    client.emulator.resets_reviewed = True
    patch(client, control, BODY | {"state": "Reviewed"})
    assert client.get(f"{PROFILES}/{control}").json["controlStateUpdates"][0]["state"] == "Default"


def test_a_control_resolved_by_others_has_all_points_the_next_day_and_an_ignored_one_none() -> None:
    world = generate(8, TODAY, tenants=1)
    with running(world) as emulator:
        client = Client(emulator, world.tenants[0].id)
        emulator._now = lambda: dt.datetime.combine(TODAY, dt.time(9), dt.UTC)
        client.token = client.sign_in().json["access_token"]
        given, ignored = [c["controlName"] for c in client.scores()[0]["controlScores"] if c["score"] == 0][:2]
        for control, state in ((given, "ThirdParty"), (ignored, "Ignored")):
            if control.startswith("scid_"):
                continue
            assert patch(client, control, BODY | {"state": state}) == 204
        before = {c["controlName"]: c for c in client.scores()[0]["controlScores"]}
        world.today = TODAY + dt.timedelta(days=1)
        after = {c["controlName"]: c for c in client.scores()[0]["controlScores"]}
    assert (before[given]["score"], before[ignored]["score"], after[ignored]["score"]) == (0, 0, 0)
    assert given.startswith("scid_") or after[given]["scoreInPercentage"] == 100


def test_faults_come_as_often_as_they_were_asked_for_and_to_whom(client: Client) -> None:
    client.emulator.faults.append(Fault(path="Scores", tenant=client.tenant, times=2, status=503, body=b"x"))
    assert [client.get(SCORES).status for _ in range(3)] == [503, 503, 200]
    client.emulator.faults.append(Fault(tenant="another", status=500))
    assert client.get(SCORES).status == 200


def test_the_limits_of_a_tenant_are_held_where_that_is_switched_on(client: Client) -> None:
    client.emulator.throttle = Throttle(a_minute=3)
    said = [client.get(PROFILES) for _ in range(4)]
    assert [s.status for s in said] == [200, 200, 200, 429]
    assert 1 <= int(said[-1].headers["retry-after"]) <= 60


def test_more_than_four_at_once_are_too_many() -> None:
    throttle = Throttle()
    with throttle.admit("t", 0), throttle.admit("t", 0), throttle.admit("t", 0), throttle.admit("t", 0):
        with throttle.admit("t", 0) as pause:
            assert pause == 1
        with throttle.admit("other", 0) as pause:
            assert pause is None
    with throttle.admit("t", 0) as pause:
        assert pause is None


def test_discovery_names_the_token_endpoint(client: Client) -> None:
    found = client.ask("GET", f"/{client.tenant}/v2.0/.well-known/openid-configuration", signed=False).json
    assert found["token_endpoint"] == f"{client.emulator.base_url}/{client.tenant}/oauth2/v2.0/token"
