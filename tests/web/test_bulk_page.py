"""Many actions at once on the page: chosen, counted, done, undone."""

import datetime as dt
import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from test_html import signed_in
from web_world import NOW, OURS, THEIRS, World, snapshot

from surefoot.model import AuthMethod, Cloud, Connection
from surefoot.store import database, history, tenants

SAME_SITE = {"sec-fetch-site": "same-origin"}


def status(world: World, control: str) -> str:
    path = f"/api/security-defender/secure-score/actions/{control}?tenant={OURS}"
    return str(world.client("writer").get(path).json()["action"]["status"])


def test_chosen_actions_are_counted_then_changed_then_put_back(world: World) -> None:
    client = world.client("writer")
    listed = client.get(f"/tenants/{OURS}/actions?show=open").text
    chosen = re.findall(r'name="item" value="([^"]+)"', listed)
    assert len(chosen) > 1
    before = [status(world, c.partition("/")[2]) for c in chosen]
    fields = {"item": chosen, "status": "planned", "owner": "Anna"}
    preview = client.post("/bulk", data=fields, headers=SAME_SITE)
    assert preview.status_code == 200
    assert "will be changed" in preview.text
    assert [status(world, c.partition("/")[2]) for c in chosen] == before
    expect = re.search(r'name="expect" value="(\d+)"', preview.text)
    assert expect
    stale = client.post("/bulk", data=fields | {"expect": "9999"}, headers=SAME_SITE)
    assert "Something changed meanwhile" in stale.text
    done = client.post("/bulk", data=fields | {"expect": expect[1]}, headers=SAME_SITE)
    assert {status(world, c.partition("/")[2]) for c in chosen} == {"planned"}
    undo = re.search(r'action="(/bulk/\d+/undo)"', done.text)
    assert undo
    assert client.post(undo[1], headers=SAME_SITE).status_code == 200
    assert [status(world, c.partition("/")[2]) for c in chosen] == before


def form_of(page: str) -> dict[str, list[str]]:
    """Give what the preview's confirmation sends as it is."""
    form = page.partition('<form method="post" action="/bulk"')[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]+>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name
        found.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    return found


def test_a_plan_of_one_button_asks_for_owner_and_due_date_before_it_is_made(world: World) -> None:
    client = world.client("writer")
    fields = {"control": "aad_mfa", "status": "planned", "back": "/heatmap?label=gold"}
    asked = form_of(client.post("/bulk", data=fields, headers=SAME_SITE).text)
    assert (asked["owner"], asked["due"]) == ([""], [""])
    done = client.post("/bulk", data=asked | {"owner": "Anna", "due": "2027-03-31"}, headers=SAME_SITE).text
    assert "Changed 1 action" in done
    assert "Due: 31 Mar 2027" in done
    path = f"/api/security-defender/secure-score/actions/aad_mfa?tenant={OURS}"
    action = client.get(path).json()["action"]
    assert (action["status"], action["plan"]["owner"], action["plan"]["due"]) == ("planned", "Anna", "2027-03-31")
    accepted = {"item": f"{OURS}/mip_dlp", "status": "riskAccepted", "comment": "Bearable", "due": "2027-03-31"}
    assert form_of(client.post("/bulk", data=accepted, headers=SAME_SITE).text)["due"] == ["2027-03-31"]
    plain = {"item": f"{OURS}/aad_mfa", "status": "toAddress"}
    assert "seen" not in form_of(client.post("/bulk", data=plain, headers=SAME_SITE).text)


def test_an_owner_that_changes_more_actions_is_looked_at_again(world: World) -> None:
    client = world.client("writer")
    items = [f"{OURS}/aad_mfa", f"{OURS}/mip_dlp"]
    first = form_of(client.post("/bulk", data={"item": items[:1], "status": "planned"}, headers=SAME_SITE).text)
    client.post("/bulk", data=first, headers=SAME_SITE)
    asked = form_of(client.post("/bulk", data={"item": items, "status": "planned"}, headers=SAME_SITE).text)
    assert asked["expect"] == ["1"]
    again = client.post("/bulk", data=asked | {"owner": "Anna"}, headers=SAME_SITE).text
    assert "With this owner and due date other actions change: look again." in again
    assert (status(world, "mip_dlp"), form_of(again)["expect"], form_of(again)["owner"]) == (
        "toAddress",
        ["2"],
        ["Anna"],
    )
    assert "Changed 2 actions" in client.post("/bulk", data=form_of(again), headers=SAME_SITE).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "planned"}, "Choose at least one action"),
        ({"item": f"{OURS}/aad_mfa"}, "Choose what to change"),
        ({"item": f"{THEIRS}/aad_mfa", "status": "planned"}, "no such tenant"),
        ({"item": f"{OURS}/aad_mfa", "status": "done"}, "is no status"),
    ],
)
def test_what_cannot_be_is_said(world: World, fields: dict[str, str], words: str) -> None:
    answer = world.client("writer").post("/bulk", data=fields, headers=SAME_SITE)
    assert answer.status_code == 422
    assert words in answer.text


def test_who_may_only_look_can_choose_nothing(world: World) -> None:
    client = world.client("reader")
    assert 'name="item"' not in client.get(f"/tenants/{OURS}/actions").text
    assert client.post("/bulk", data={"status": "planned"}, headers=SAME_SITE).status_code == 403


def test_the_preview_says_what_it_comes_to(world: World) -> None:
    client = world.client("writer")
    fields = {"item": [f"{OURS}/aad_mfa", f"{OURS}/mip_dlp"], "status": "planned"}
    api = client.get(f"/api/security-defender/secure-score/recommendations?tenant={OURS}").json()
    mine = [a for a in api["actions"] if a["id"] in {"aad_mfa", "mip_dlp"}]
    after = api["percent"] + sum(a["scoreImpact"] for a in mine)
    page = client.post("/bulk", data=fields, headers=SAME_SITE).text
    assert f"Together +{sum(a['points'] for a in mine):g} points" in page
    assert f"{api['percent']:.1f} % → {after:.1f} %" in page


def many(world: World, count: int) -> list[str]:
    """Make more tenants, each with the controls of the others."""
    ids = [f"0c0a1e5e-0000-4000-8000-0000000001{n:02d}" for n in range(count)]
    with database.writing(world.engine) as conn:
        for tenant_id in ids:
            way = Connection(method=AuthMethod.SECRET, cloud=Cloud.GLOBAL, client_id="x")
            made = tenants.add(conn, id=tenant_id, name=f"Tenant {tenant_id[-2:]}", connection=way, now=NOW, due_at=NOW)
            history.save(conn, made, [snapshot(tenant_id, 0)], now=NOW)
    return ids


def test_many_tenants_are_done_some_at_a_time_and_undone_so(world: World) -> None:
    client, ids = signed_in(world), many(world, 30)
    fields: dict[str, list[str] | str] = {"item": [f"{t}/aad_mfa" for t in ids], "status": "planned"}
    preview = client.post("/bulk", data=fields, headers=SAME_SITE)
    assert "Change 30 actions" in preview.text
    first = client.post("/bulk", data=fields | {"expect": "30"}, headers=SAME_SITE)
    assert "25 of 30 actions done" in first.text
    sent = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', first.text)
    assert len([1 for name, _ in sent if name == "item"]) == 5
    onward: dict[str, list[str]] = {}
    for name, value in sent:
        onward.setdefault(name, []).append(value)
    done = client.post("/bulk", data=onward, headers=SAME_SITE)
    assert "Changed 30 actions" in done.text
    again = client.post("/bulk", data=onward, headers=SAME_SITE)  # the button was pressed twice
    assert "Changed 30 actions" in again.text
    deeds = client.get("/api/security-defender/bulk").json()["bulks"]
    assert [(d["outcomes"], d["tenants"]) for d in deeds] == [({"changed": 30}, 30)]
    undo = re.search(r'action="(/bulk/\d+/undo)"', done.text)
    assert undo
    assert "25 of 30 tenants done" in client.post(undo[1], headers=SAME_SITE).text
    over = client.post(undo[1], headers=SAME_SITE).text
    assert "<h1>Undone</h1>" in over
    assert "</b> put back</span>" in over
    assert "</b> changed</span>" not in over
    assert client.get("/api/security-defender/bulk").json()["bulks"][0]["undoneBy"] is not None


def test_nobody_goes_on_with_the_deed_of_another(world: World) -> None:
    client, ids = signed_in(world), many(world, 26)
    fields = {"item": [f"{t}/aad_mfa" for t in ids], "status": "planned"}
    first = client.post("/bulk", data=fields | {"expect": "26"}, headers=SAME_SITE).text
    key = re.search(r'name="key" value="(\d+)"', first)
    assert key
    other = fields | {"key": key[1]}
    assert client.post("/bulk", data=other | {"status": "inProgress"}, headers=SAME_SITE).status_code == 422
    foreign = world.client("msp").post(
        "/bulk", data={"item": f"{OURS}/aad_mfa"} | {"status": "planned", "key": key[1]}, headers=SAME_SITE
    )
    assert foreign.status_code == 422


def test_a_due_date_that_is_past_can_be_mended_in_the_preview(world: World) -> None:
    client = world.client("msp")
    asked = {"item": f"{OURS}/aad_mfa", "status": "inProgress", "due": "2020-01-01", "expect": "1", "seen": "|"}
    told = client.post("/bulk", data=asked, headers=SAME_SITE).text
    assert "Look again" in told
    assert form_of(told)["due"] == ["2020-01-01"]
    mended = {**asked, "due": "2027-01-01", "expect": "0"}
    assert "Change 1 action" in client.post("/bulk", data=mended, headers=SAME_SITE).text


LIST = f"/tenants/{OURS}/actions?text=aad&category=Identity&sort=-points"


def test_the_preview_leads_back_to_the_list_as_it_was_and_so_does_the_deed(world: World) -> None:
    client = world.client("writer")
    back = re.search(r'name="back" value="([^"]+)"', client.get(LIST).text)
    assert back
    fields = {"item": f"{OURS}/aad_mfa", "status": "planned", "back": html.unescape(back[1])}
    preview = client.post("/bulk", data=fields, headers=SAME_SITE).text
    ways = re.findall(r'<a href="([^"]+)#chosen">', preview)
    assert len(ways) == 2
    assert parse_qs(urlsplit(html.unescape(ways[0])).query) == parse_qs(urlsplit(LIST).query)
    done = client.post("/bulk", data=form_of(preview), headers=SAME_SITE).text
    assert f'<a href="{ways[0]}">Back to the actions</a>' in done
    undo = re.search(r'action="(/bulk/\d+/undo)"><input type="hidden" name="back" value="([^"]+)"', done)
    assert undo
    over = client.post(undo[1], data={"back": html.unescape(undo[2])}, headers=SAME_SITE).text
    assert f'<a href="{ways[0]}">Back to the actions</a>' in over


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "//["]
)
def test_the_way_back_never_leads_elsewhere(world: World, back: str) -> None:
    client = world.client("writer")
    fields = {"item": f"{OURS}/aad_mfa", "status": "planned", "back": back}
    preview = client.post("/bulk", data=fields, headers=SAME_SITE).text
    assert f'<a href="/tenants/{OURS}/actions#chosen">' in preview
    assert not re.search(r'href="[^"]*(evil|javascript:)', preview)
    nothing = client.post("/bulk", data={"status": "planned", "back": back}, headers=SAME_SITE)
    assert (nothing.status_code, nothing.headers.get("location")) == (422, None)


@pytest.mark.parametrize("page", [LIST, "/heatmap?text=aad", "/heatmap/aad_mfa?show=open", "/risks", "{action}"])
def test_who_chose_nothing_is_led_back_and_finds_what_was_filled_in(world: World, page: str) -> None:
    client = world.client("msp")
    path = page.format() if page != "{action}" else f"/tenants/{OURS}/actions/aad_mfa"
    typed = {"status": "riskAccepted", "comment": 'Old "scanners" & more', "review_on": "2027-01-31"}
    answer = client.post("/bulk", data={**typed, "back": path}, headers=SAME_SITE)
    assert answer.status_code == 303
    there = answer.headers["location"]
    assert there.startswith(path)
    shown = client.get(there).text
    assert "tick at least one below" in shown
    if page in {LIST, "/heatmap?text=aad", "/heatmap/aad_mfa?show=open"}:
        assert 'value="Old &#34;scanners&#34; &amp; more"' in shown
        assert '<option value="riskAccepted" selected>' in shown
        assert 'name="review_on" value="2027-01-31"' in shown


def test_the_reason_that_an_accepted_risk_needs_is_filled_in_in_the_preview(world: World) -> None:
    client = world.client("writer")
    fields = {"item": [f"{OURS}/aad_mfa", f"{OURS}/mip_dlp"], "status": "riskAccepted"}
    told = client.post("/bulk", data=fields, headers=SAME_SITE).text
    assert "A risk is accepted with a reason" in told
    asked = form_of(told)
    assert (asked["comment"], asked["review_on"], asked["expect"]) == ([""], [""], ["0"])
    again = client.post(
        "/bulk", data=asked | {"comment": "Bearable", "review_on": "2027-01-31"}, headers=SAME_SITE
    ).text
    assert "other actions change" not in again
    assert "Change 2 actions" in again
    assert "Changed 2 actions" in client.post("/bulk", data=form_of(again), headers=SAME_SITE).text
    assert status(world, "aad_mfa") == "riskAccepted"
    evidence = {"item": f"{OURS}/mip_dlp", "status": "thirdParty"}
    assert form_of(client.post("/bulk", data=evidence, headers=SAME_SITE).text)["evidence"] == [""]


def test_who_said_nothing_chooses_it_in_the_preview(world: World) -> None:
    client = world.client("writer")
    told = client.post("/bulk", data={"item": f"{OURS}/aad_mfa", "back": LIST}, headers=SAME_SITE)
    assert told.status_code == 422
    asked = form_of(told.text)
    assert asked["item"] == [f"{OURS}/aad_mfa"]
    assert '<select name="status">' in told.text
    again = client.post("/bulk", data=asked | {"status": "planned"}, headers=SAME_SITE)
    assert (again.status_code, "Change 1 action" in again.text) == (200, True)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("riskAccepted", r"Gives up [\d.]+ points and gains none: the score stays at [\d.]+ %"),
        ("thirdParty", r"Together \+[\d.]+ points where Microsoft is told and gives them: [\d.]+ % → [\d.]+ %"),
        ("inProgress", r"Together \+[\d.]+ points once they are done"),
    ],
)
def test_the_preview_says_what_a_status_does_for_the_score(world: World, kind: str, words: str) -> None:
    fields = {"item": f"{OURS}/aad_mfa", "status": kind, "comment": "So it is", "evidence": "Ticket 7"}
    page = world.client("writer").post("/bulk", data=fields, headers=SAME_SITE).text
    assert re.search(words, page)
    assert ("once they are done" in page) is (kind == "inProgress")


def test_a_tenant_whose_numbers_are_old_says_so_in_the_preview_with_the_next_step(world: World) -> None:
    client = world.client("msp")
    fields = {"control": "aad_mfa", "status": "planned", "back": "/heatmap"}
    assert "Last read" not in client.post("/bulk", data=fields, headers=SAME_SITE).text
    with database.writing(world.engine) as conn:
        tenant = tenants.find(conn, THEIRS, None)
        tenants.mark_failed(
            conn, tenant, error="ConsentMissing", message="Grant consent.", now=NOW, due_at=NOW, request_id=None
        )
    preview = client.post("/bulk", data=fields, headers=SAME_SITE).text
    assert preview.count("Last read 24 Nov") == 1
    assert f'href="/tenants/{THEIRS}/connection">What is wrong, and what to do</a>' in preview
    world.now = NOW + dt.timedelta(days=9)
    alone = {"item": f"{OURS}/aad_mfa", "status": "planned"}
    preview = client.post("/bulk", data=alone, headers=SAME_SITE).text
    assert f'Last read 24 Nov. <a href="/tenants/{OURS}/overview">' in preview
    assert "Last read" not in client.post("/bulk", data=form_of(preview), headers=SAME_SITE).text


def test_each_control_and_each_tenant_of_a_preview_leads_to_its_action(world: World) -> None:
    fields = {"control": ["aad_mfa", "mip_dlp"], "status": "planned"}
    page = world.client("msp").post("/bulk", data=fields, headers=SAME_SITE).text
    for tenant, name in ((OURS, "Contoso"), (THEIRS, "Fabrikam")):
        for control in ("aad_mfa", "mip_dlp"):
            there = f'href="/tenants/{tenant}/actions/{control}"'
            assert page.count(there) == 2
            assert f"{there}>{name}</a>" in page
