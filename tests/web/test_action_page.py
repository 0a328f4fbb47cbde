"""An action's page over a real store: what its forms do, who may use them, and what is shown of other tenants."""

import re

import pytest
from web_world import NOW, OURS, SAME_SITE, THEIRS, World, snapshot

from surefoot.store import database, history, policies, tenants
from surefoot.sync.policies import govern
from surefoot.web.html import formats

HERE = f"/tenants/{OURS}/actions/aad_mfa"
API = "/api/security-defender/secure-score/actions/aad_mfa"


def send(world: World, path: str = "", token: str = "msp", **fields: str) -> tuple[int, str]:
    client = world.client(token, follow_redirects=True)
    answer = client.post(f"{HERE}{path}", data=fields, headers=SAME_SITE)
    return answer.status_code, answer.text


def action(world: World) -> dict:
    return world.client("writer").get(API).json()


def test_the_form_keeps_the_whole_plan(world: World) -> None:
    status, page = send(
        world, status="planned", comment="In May", owner="Anna", due="2027-01-31", priority="high",
        labels="pilot, wave 1", ticket="https://tickets.example/4711",
    )  # fmt: skip
    assert status == 200
    assert 'href="https://tickets.example/4711"' in page
    plan = action(world)["action"]["plan"]
    assert (plan["owner"], plan["due"], plan["priority"]) == ("Anna", "2027-01-31", "high")
    assert (plan["labels"], plan["ticket"]) == (["pilot", "wave 1"], "https://tickets.example/4711")


def test_a_plan_alone_is_no_decision(world: World) -> None:
    send(world, status="planned", comment="In May", owner="Anna", due="2027-01-31")
    send(world, status="planned", comment="In May", owner="Bo", due="2027-01-31")
    kinds = [s["kind"] for s in action(world)["timeline"]]
    assert kinds.count("decision") == 1
    assert kinds.count("plan") == 2


def test_a_due_date_that_passed_does_not_stand_in_the_way_of_a_decision(world: World) -> None:
    send(world, status="planned", owner="Anna", due="2026-11-24")
    world.now = NOW.replace(day=30)
    status, _ = send(world, status="inProgress", owner="Anna", due="2026-11-24")
    assert status == 200
    assert action(world)["action"]["status"] == "inProgress"


def test_evidence_is_a_link_where_it_is_an_address(world: World) -> None:
    _, page = send(world, status="thirdParty", evidence="https://duo.example/report")
    assert '<a href="https://duo.example/report"' in page
    _, page = send(world, status="thirdParty", evidence="javascript:alert(1)")
    assert 'href="javascript' not in page


def test_the_last_decision_is_taken_back(world: World) -> None:
    send(world, status="planned", comment="In May")
    assert "Take the last decision back" in world.client("writer").get(HERE).text
    status, _ = send(world, "/undo")
    assert status == 200
    assert action(world)["action"]["status"] == "toAddress"
    assert world.client("writer").post(f"{API}/undo").json()["action"]["status"] == "planned"


def test_the_plan_of_the_same_step_is_taken_back_with_the_decision(world: World) -> None:
    client = world.client("msp")
    send(world, status="toAddress", owner="Bo")
    world.now = NOW.replace(hour=11)
    _, page = send(world, status="planned", owner="Anna", due="2027-01-31", comment="In May")
    assert "Saved: Planned." in page
    undo = re.search(r'role="status">.*?action="([^"]+/undo)"', page)
    assert undo
    assert "Owner, due date and what else of the plan was set in the same step go back, too" in page
    assert action(world)["undo"]["withPlan"] is True
    world.now = NOW.replace(hour=12)
    back = client.post(undo[1], headers=SAME_SITE)
    page = client.get(back.headers["location"]).text
    assert "Taken back, with the owner and the plan" in page
    held = action(world)["action"]
    assert (held["status"], held["plan"]["owner"], held["plan"]["due"]) == ("toAddress", "Bo", None)


def test_a_plan_that_was_changed_since_stays_and_the_page_says_so(world: World) -> None:
    send(world, status="planned", owner="Anna", comment="In May")
    world.now = NOW.replace(hour=11)
    _, page = send(world, status="planned", owner="Bo", comment="In May")
    assert "Saved." in page
    assert not re.search(r'role="status">[^\n]*/undo', page)
    assert "The plan (owner, due date) stays as it is." in page
    world.now = NOW.replace(hour=12)
    assert "Taken back. The plan (owner, due date) stays" in send(world, "/undo")[1]
    held = action(world)["action"]
    assert (held["status"], held["plan"]["owner"]) == ("toAddress", "Bo")


def test_nobody_is_offered_to_take_back_what_somebody_else_decided(world: World) -> None:
    send(world, status="planned", owner="Anna")
    page = world.client("writer").get(f"{HERE}?said=decision").text
    assert not re.search(r'role="status">[^\n]*/undo', page)


def test_there_is_nothing_to_take_back_where_nobody_decided(world: World) -> None:
    status, page = send(world, "/undo")
    assert status == 422
    assert "no decision of Surefoot" in page.replace("&#39;", "'")


def test_a_request_is_approved_and_declined_on_the_page(world: World) -> None:
    with database.writing(world.engine) as conn:
        govern(conn, None, {"two_persons": "true"}, by="anna", now=NOW, may_loosen=True)
        assert policies.of(conn, tenants.by_id(conn, OURS)).two_persons
    for path, then in (("/decline", "toAddress"), ("/approve", "riskAccepted")):
        status, page = send(world, status="riskAccepted", comment="Until the scanners are gone")
        assert status == 200
        assert "asks to accept the risk" in page
        status, _ = send(world, path, token="writer", answer="For now")
        assert status == 200
        assert action(world)["action"]["status"] == then


def test_a_request_that_does_not_wait_is_not_found(world: World) -> None:
    assert send(world, "/approve", token="writer")[0] == 404
    assert send(world, "/decline")[0] == 404


def test_only_who_sees_all_tenants_writes_steps_for_all_of_them(world: World) -> None:
    assert send(world, "/playbook", text="1. Tell the desk")[0] == 403
    assert send(world, "/playbook", token="writer", text="1. Tell the desk")[0] == 403
    client = world.client(follow_redirects=True)
    client.post("/sign-in", data={"link": world.link()}, headers=SAME_SITE)
    page = client.post(f"{HERE}/playbook", data={"text": "1. Tell the **desk**"}, headers=SAME_SITE)
    assert "<strong>desk</strong>" in page.text
    assert "Edit your steps" in page.text
    page = client.post(f"{HERE}/playbook", data={"text": " "}, headers=SAME_SITE)
    assert "Write your steps" in page.text


def test_a_regression_is_dismissed_with_a_reason_and_taken_back(world: World) -> None:
    with database.writing(world.engine) as conn:
        history.save(conn, tenants.find(conn, OURS, None), [snapshot(OURS, 0)], now=NOW)
    page = world.client("msp").get(HERE).text
    assert "Dismiss this regression" in page
    listed = world.client("msp").get(f"/tenants/{OURS}/actions?show=regressed").text
    gain = world.client("msp").get(f"/api/security-defender/secure-score/recommendations?tenant={OURS}&regressed=true")
    held = gain.json()
    lost, points = formats.points(held["pointsLost"]), formats.gain(held["points"])
    assert held["pointsLost"] == sum(a["regressed"]["bestPoints"] - a["earnedPoints"] for a in held["actions"]) > 0
    assert f"lost {lost} points since their best \u00b7 together {points} points to gain" in listed
    overview = world.client("msp").get(f"/tenants/{OURS}/overview").text
    assert f"lost {lost} points since, {points} to gain" in overview
    assert send(world, "/dismiss", reason=" ")[0] == 422
    _, page = send(world, "/dismiss", reason="A <b>test</b> tenant")
    assert "A &lt;b&gt;test&lt;/b&gt; tenant" in page
    _, page = send(world, "/restore")
    assert "Dismiss this regression" in page


def test_other_tenants_are_listed_for_who_sees_them_and_lead_to_the_preview(world: World) -> None:
    assert "In your other tenants" not in world.client("reader").get(HERE).text
    client = world.client("msp")
    page = client.get(HERE).text
    assert "open in 1 of 1 other tenant that has it" in page
    assert f'value="{THEIRS}/aad_mfa"' in page
    form = {"item": f"{THEIRS}/aad_mfa", "status": "planned", "comment": "In May"}
    preview = client.post("/bulk", data=form, headers=SAME_SITE)
    assert preview.status_code == 200
    assert "will be changed" in preview.text


def test_readers_see_the_plan_and_no_form(world: World) -> None:
    send(world, status="planned", owner="Anna", due="2027-01-31", ticket="4711")
    page = world.client("reader").get(HERE).text
    assert "<textarea" not in page
    for text in ("Anna", "31 Jan 2027", "4711", "You may look"):
        assert text in page


@pytest.mark.parametrize("path", ["", "/undo", "/dismiss", "/restore", "/approve", "/decline", "/playbook"])
def test_the_action_of_a_foreign_tenant_is_not_there(world: World, path: str) -> None:
    foreign = f"/tenants/{THEIRS}/actions/aad_mfa{path}"
    answer = world.client("writer").post(foreign, data={"status": "planned"}, headers=SAME_SITE)
    assert answer.status_code == 404
