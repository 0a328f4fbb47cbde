"""Events as Graph really sends them, at their worst, and through the client from a running emulator."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from graph_server import answer, graph

from surefoot.errors import AnswerNotUnderstood, ConsentMissing, NotLicensed
from surefoot.graph import events
from surefoot.model import EventSource

REAL = Path(__file__).parents[2] / "../shared/data/events-live.json"
ON_REAL = pytest.mark.skipif(not REAL.exists(), reason="the real answers are not beside the tests")
WHEN = dt.datetime(2026, 7, 17, 13, 48, 10, 930125, tzinfo=dt.UTC)


def body(*records: Any, link: str | None = None) -> bytes:
    return json.dumps({"value": list(records)} | ({"@odata.nextLink": link} if link else {})).encode()


@ON_REAL
def test_real_answers_are_read_whole() -> None:
    live = json.loads(REAL.read_text("utf-8"))
    incidents = events.incidents(body(*live["incidents"]))
    audits = events.directory_audits(body(*live["directoryAudits"]))
    intune = events.intune_audits(body(*live["intuneAuditEvents"]))
    assert [len(p.items) for p in (incidents, audits, intune)] == [
        len(live[k]) for k in ("incidents", "directoryAudits", "intuneAuditEvents")
    ]
    assert (incidents.refused, audits.refused, intune.refused) == ((), (), ())
    device, role, _ = audits.items
    assert (device.title, device.at, device.actor) == ("Update device", WHEN, "Intune Compliance Client Prod")
    assert (device.targets, device.changed, device.succeeded) == (("A MacBook",), ("IsCompliant: true",), True)
    assert "Role.DisplayName: Purview Workload Content Writer" in role.changed
    assert role.targets == ("graph2otel-poller", "Role")
    assert incidents.items[0].url == (
        "https://security.microsoft.com/incident2/15/overview?tid=11111111-2222-4333-8444-555555555555"
    )
    assert (intune.items[0].actor, intune.items[0].service) == ("admin@contoso.example", "DeviceConfiguration")


def audit(**changed: Any) -> dict[str, Any]:
    plain = {"id": "1", "activityDateTime": "2026-07-17T13:48:10.9301252Z", "activityDisplayName": "Update policy"}
    return plain | changed


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "x"}, {"id": None}, 7, "text", None, [],
        audit(activityDateTime="yesterday"), audit(activityDateTime="2026-07-17T13:48:10"),
        audit(activityDateTime="0001-01-01T00:00:00Z"), audit(activityDateTime=5), audit(targetResources="none"),
    ],
)  # fmt: skip
def test_a_bad_record_costs_itself_alone(bad: Any) -> None:
    page = events.directory_audits(body(bad, audit(id="good")))
    assert [e.id for e in page.items] == ["good"]
    assert len(page.refused) == 1


def test_what_is_missing_or_null_is_not_known() -> None:
    page = events.directory_audits(body(audit(initiatedBy=None, targetResources=None, result=None)))
    (event,) = page.items
    assert (event.actor, event.targets, event.changed, event.succeeded) == (None, (), (), None)
    (nameless,) = events.incidents(body({"id": 5, "createdDateTime": "2026-07-17T13:48:10Z"})).items
    assert (nameless.id, nameless.title, nameless.url) == ("5", "An incident without a name", None)


def test_odd_characters_lengths_and_addresses_are_cut() -> None:
    many = [{"displayName": f"t{n}" + "x" * 400, "type": "User"} for n in range(30)]
    odd = audit(activityDisplayName="a\x00b\x07 \ud800c" + "y" * 900, targetResources=many)
    (event,) = events.directory_audits(json.dumps({"value": [odd]}, ensure_ascii=True).encode()).items
    assert event.title.startswith("ab ")
    assert len(event.title) == 500
    assert (len(event.targets), len(event.targets[0])) == (20, 200)
    bad = {"id": "1", "createdDateTime": "2026-07-17T13:48:10Z", "incidentWebUrl": "javascript:alert(1)"}
    assert events.incidents(body(bad)).items[0].url is None


@pytest.mark.parametrize(
    ("value", "told"),
    [('"[true]"', "p: [true]"), ("[true]", "p: true"), ('["a","b"]', "p: a, b"), ("plain", "p: plain"),
     ('{"a": 1}', 'p: {"a": 1}'), (None, "p: removed old")],
)  # fmt: skip
def test_values_that_are_json_in_strings_are_unpacked(value: str | None, told: str) -> None:
    prop = {"displayName": "p", "oldValue": '"old"', "newValue": value}
    (event,) = events.directory_audits(body(audit(targetResources=[{"modifiedProperties": [prop]}]))).items
    assert event.changed == (told,)


@pytest.mark.parametrize("broken", [b"", b"[]", b'{"value": 5}', b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_list_says_so(broken: bytes) -> None:
    with pytest.raises(AnswerNotUnderstood):
        events.incidents(broken)


async def test_pages_are_followed_and_the_window_is_checked_here_again() -> None:
    old = audit(id="old", activityDateTime="2026-07-01T00:00:00Z")
    async with graph(b"") as (tenant, script):
        link = f"{script.origin}/v1.0/auditLogs/directoryAudits?$skiptoken=x"
        script.answers[:] = [answer(200, body(audit(id="1"), old, link=link)), answer(200, body(audit(id="2")))]
        got = await tenant.directory_audits(since=dt.datetime(2026, 7, 10, tzinfo=dt.UTC))
    assert [e.id for e in got.items] == ["1", "2"]
    assert got.items[0].source is EventSource.DIRECTORY_AUDIT
    asked = script.asked[0].target
    assert "activityDateTime%20ge%202026-07-10T00:00:00Z" in asked.replace("+", "%20")


async def test_a_missing_permission_and_a_missing_licence_are_told_apart() -> None:
    denied = answer(403, {"error": {"code": "Forbidden", "message": "Missing permission."}})
    unlicensed = answer(400, {"error": {"code": "BadRequest", "message": "Request not applicable to target tenant."}})
    async with graph(b"") as (tenant, script):
        script.answers[:] = [denied]
        with pytest.raises(ConsentMissing):
            await tenant.incidents()
        script.answers[:] = [unlicensed]
        with pytest.raises(NotLicensed, match="Intune"):
            await tenant.intune_audits()
