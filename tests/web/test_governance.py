"""Governance over the API and on the action's page: roles, requests, conflicts, plans, policies."""

import dataclasses
import datetime as dt

import msgspec
import pytest
from fastapi.testclient import TestClient
from web_world import NOW, OURS, World, snapshot

from surefoot.access import tokens
from surefoot.model import Conflict, Role, Status
from surefoot.scoring import ratings
from surefoot.store import conflicts, database, history, tenants
from surefoot.sync.derived import refresh

CONTROL = "aad_mfa"
ROOT = "/api/security-defender"
ACTION = f"{ROOT}/secure-score/actions/{CONTROL}"


@pytest.fixture
def clients(world: World) -> dict[str, TestClient]:
    """Sign in somebody with each role."""
    made = {}
    with database.writing(world.engine) as conn:
        for role in Role:
            made[role.value] = tokens.create_token(
                conn, name=f"the {role.value}", tenants=frozenset({OURS}), role=role, now=NOW
            )
    full = dataclasses.replace(world, tokens=world.tokens | made)
    return {name: full.client(name) for name in (*made, "root")}


def test_a_request_goes_from_the_editor_to_the_approver(clients: dict[str, TestClient]) -> None:
    governed = clients["administrator"].put(f"{ROOT}/policy?tenant={OURS}", json={"twoPersons": True})
    assert governed.json()["policy"]["twoPersons"] is True
    asked = clients["editor"].post(f"{ACTION}/status", json={"status": "riskAccepted", "comment": "bearable"})
    assert (asked.status_code, asked.json()["status"]) == (202, "toAddress")
    (row,) = clients["reader"].get(f"{ROOT}/requests").json()["requests"]
    path = f"{ROOT}/requests/{row['request']['key']}"
    assert clients["reader"].get(ACTION).json()["request"] == row["request"]
    assert clients["editor"].post(f"{path}/approve", json={}).status_code == 403
    done = clients["approver"].post(f"{path}/approve", json={"answer": "for this year"})
    decision = done.json()["action"]["decision"]
    assert (done.status_code, decision["decidedBy"], decision["approvedBy"]) == (200, "the editor", "the approver")
    assert decision["grounds"] == "risk"
    assert clients["approver"].post(f"{path}/approve", json={}).status_code == 404
    told = clients["editor"].get(f"{ROOT}/notices").json()["notices"]
    assert [n["notice"]["kind"] for n in told] == ["acceptanceAnswered"]
    keys = [n["notice"]["key"] for n in told]
    assert clients["editor"].post(f"{ROOT}/notices/read", json={"keys": keys}).json()["unread"] == 0


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "status"),
    [
        ("reader", "PATCH", ACTION, {"owner": "x"}, 403),
        ("reader", "POST", f"{ACTION}/resolve", {"holds": "microsoft"}, 403),
        ("approver", "PUT", f"{ROOT}/policy?tenant={OURS}", {"twoPersons": True}, 403),
        ("administrator", "PUT", f"{ROOT}/policy", {"twoPersons": True}, 403),
        ("root", "PUT", f"{ROOT}/policy", {"usualDays": 30}, 200),
        ("root", "PUT", f"{ROOT}/policy", {"usualDays": 0}, 422),
        ("root", "PUT", f"{ROOT}/policy", {"colour": "red"}, 422),
        ("editor", "POST", f"{ACTION}/resolve", {"holds": "microsoft"}, 404),
        ("editor", "PATCH", ACTION, {"priority": "soon"}, 422),
        ("editor", "PATCH", ACTION, {"ticket": "javascript:alert(1)"}, 422),
        ("editor", "PATCH", f"{ROOT}/secure-score/actions/none", {"owner": "x"}, 404),
    ],
)
def test_who_may_not_or_what_cannot_be(
    clients: dict[str, TestClient], role: str, method: str, path: str, body: dict[str, object], status: int
) -> None:
    assert clients[role].request(method, path, json=body).status_code == status


def test_a_plan_is_changed_in_part_and_cleared(clients: dict[str, TestClient]) -> None:
    editor = clients["editor"]
    sent = {"owner": "anna", "due": "2099-12-31", "priority": "high", "labels": ["pilot"], "ticket": "4711"}
    plan = editor.patch(ACTION, json=sent).json()["action"]["plan"]
    assert {name: plan[name] for name in sent} == sent
    plan = editor.patch(ACTION, json={"due": None}).json()["action"]["plan"]
    assert (plan["due"], plan["owner"], plan["changedBy"]) == (None, "anna", "the editor")
    timeline = editor.get(ACTION).json()["timeline"]
    assert [s["kind"] for s in timeline] == ["plan", "plan"]
    assert any("no due" in s["what"] for s in timeline)


def test_a_conflict_is_shown_with_both_sides_and_resolved_on_the_page(
    world: World, clients: dict[str, TestClient]
) -> None:
    found = Conflict(
        key=0, control=CONTROL, found_at=NOW, ours=Status.RISK_ACCEPTED, ours_by="anna", ours_at=NOW,
        theirs="ThirdParty", theirs_by="<b>pia</b>", theirs_at=NOW - dt.timedelta(hours=1),
    )  # fmt: skip
    with database.writing(world.engine) as conn:
        conflicts.add(conn, tenants.find(conn, OURS, None), found)
    listed = clients["reader"].get(f"{ROOT}/conflicts").json()
    assert (listed["open"], listed["conflicts"][0]["theirsBy"]) == (1, "<b>pia</b>")
    assert "ThirdParty" in clients["reader"].get(f"{ROOT}/conflicts.csv").text
    editor = clients["editor"]
    here = f"/tenants/{OURS}/actions/{CONTROL}"
    page = editor.get(here).text
    assert "Surefoot and Microsoft disagree" in page
    assert "&lt;b&gt;pia" in page
    assert "<b>pia" not in page
    refused = editor.post(f"{ACTION}/status", json={"status": "planned"})
    assert (refused.status_code, "say first which holds" in refused.json()["detail"]) == (422, True)
    same_site = {"sec-fetch-site": "same-origin"}
    done = editor.post(f"{here}/resolve", data={"holds": "microsoft"}, headers=same_site, follow_redirects=False)
    assert done.status_code == 303
    said = f"Title of {CONTROL}: Microsoft&#39;s status holds: Resolved through third party."
    assert said in editor.get(done.headers["location"]).text
    after = editor.get(ACTION).json()
    assert (after["conflict"], after["action"]["status"]) == (None, "thirdParty")
    assert after["action"]["decision"]["decidedIn"] == "microsoft"


def test_what_waits_about_a_control_that_is_scored_no_more_can_be_ended(
    world: World, clients: dict[str, TestClient]
) -> None:
    editor = clients["editor"]
    clients["administrator"].put(f"{ROOT}/policy?tenant={OURS}", json={"twoPersons": True})
    editor.post(f"{ACTION}/status", json={"status": "riskAccepted", "comment": "bearable"})
    (row,) = editor.get(f"{ROOT}/requests").json()["requests"]
    found = Conflict(
        key=0, control="mip_dlp", found_at=NOW, ours=Status.RISK_ACCEPTED, ours_by="anna", ours_at=NOW,
        theirs="ThirdParty", theirs_by="pia", theirs_at=NOW - dt.timedelta(hours=1),
    )  # fmt: skip
    left = tuple(c for c in snapshot(OURS, -1).controls if c.control == "mdo_safe")
    day = msgspec.structs.replace(snapshot(OURS, -1), controls=left)
    with database.writing(world.engine) as conn:
        tenant = tenants.find(conn, OURS, None)
        conflicts.add(conn, tenant, found)
        history.save(conn, tenant, [day], now=NOW)
        refresh(conn, tenant, ratings.load())
    declined = editor.post(f"{ROOT}/requests/{row['request']['key']}/decline", json={})
    resolved = editor.post(f"{ROOT}/secure-score/actions/mip_dlp/resolve", json={"holds": "microsoft"})
    assert (declined.status_code, resolved.status_code) == (204, 204)
    assert editor.get(f"{ROOT}/requests").json()["total"] == 0
    assert editor.get(f"{ROOT}/conflicts").json()["open"] == 0
