"""The registers: what they show is the API's, of one tenant or of all visible ones; their forms do what they say."""

import csv
import datetime as dt
import html
import io
import re
from pathlib import Path

import pytest
from registers_world import SECRETS, fill
from web_world import NOW, OURS, THEIRS, World

import surefoot
from surefoot.access import tokens
from surefoot.model import Decision, Role, Status
from surefoot.pages import deeds
from surefoot.scoring.ratings import load
from surefoot.store import database, tenants
from surefoot.sync.acceptances import submit
from surefoot.sync.policies import govern

HERE = f"/tenants/{OURS}"
API = "/api/security-defender"
SCORE = f"{API}/secure-score"
SAME_SITE = {"sec-fetch-site": "same-origin"}
PAGES = ("comparison", "risks", "outbox", "catalogue", "activity")
WHOLE = ("/risks", "/outbox?all=true", "/catalogue", "/activity", "/notices?all=true")
LISTS = (
    f"{SCORE}/risks", f"{SCORE}/outbox?all=true", f"{SCORE}/catalogue", f"{API}/audit", f"{API}/notices?all=true",
    f"{API}/conflicts?all=true", f"{API}/requests",
)  # fmt: skip


@pytest.mark.parametrize("path", [*(f"{HERE}/{name}" for name in PAGES), *WHOLE])
def test_each_page_is_shown_to_a_reader(world: World, path: str) -> None:
    for filled in (False, True):
        if filled:
            fill(world)
        answer = world.client("reader").get(path)
        assert answer.status_code == 200
        assert "None" not in answer.text


@pytest.mark.parametrize("name", PAGES)
def test_a_foreign_tenant_looks_like_none(world: World, name: str) -> None:
    assert world.client("reader").get(f"/tenants/{THEIRS}/{name}").status_code == 404


@pytest.mark.parametrize("path", [*WHOLE, *LISTS, *(f"{HERE}/{name}" for name in PAGES)])
def test_nothing_of_a_foreign_tenant_is_on_any_list(world: World, path: str) -> None:
    fill(world)
    for asked in (path, f"{path}{'&' if '?' in path else '?'}tenant={THEIRS}"):
        answer = world.client("reader").get(asked)
        if "/api/" in path and asked != path:
            assert answer.status_code == 404
        assert THEIRS not in answer.text.replace(f"tenant={THEIRS}", "").replace(f'value="{THEIRS}"', "")
        assert SECRETS[THEIRS] not in answer.text
        assert "Fabrikam" not in answer.text
    both = world.client("msp").get(path).text
    if not path.startswith(HERE):
        assert THEIRS in both


@pytest.mark.parametrize("name", ["risks", "outbox", "catalogue", "activity", "notices"])
def test_somebody_without_tenants_gets_empty_lists(world: World, name: str) -> None:
    fill(world)
    page = world.client("nobody").get(f"/{name}")
    assert page.status_code == 200
    assert not any(word in page.text for word in SECRETS.values())


@pytest.mark.parametrize(
    "path",
    ["risks?ends=x&grounds=y&sort=zz&text=%00&label=%27", "outbox?stage=x&all=maybe&sort=-", "notices?kind=zzz&all=x",
     "catalogue?days=7&did=x&from=2026-13-01&to=x&sort=q", "catalogue?from=2026-11-02&to=2026-11-01",
     "catalogue?to=9999-12-31", "catalogue?to=0001-01-02", "activity?below=x&above=99999999999999999999&from=y",
     "activity?to=9999-12-31&did=zz", "activity?tenant=x"],
)  # fmt: skip
def test_an_address_that_nobody_made_shows_a_page_all_the_same(world: World, path: str) -> None:
    assert world.client("msp").get(f"/{path}").status_code == 200


def test_the_register_adds_up_filters_and_sorts_over_all_tenants(world: World) -> None:
    fill(world)
    client = world.client("msp")
    page = client.get(f"{SCORE}/risks").json()
    assert (page["tenant"], page["total"], page["tenants"], page["soon"]) == (None, 2, 2, 2)
    assert page["points"] == sum(r["points"] for r in page["risks"])
    assert [r["daysLeft"] for r in page["risks"]] == [10, 10]
    assert "2 accepted risks" in client.get("/risks").text
    for query, names in (
        ("ends=expired", []), ("ends=within30&sort=-tenant", ["Fabrikam", "Contoso"]), ("grounds=notApplicable", []),
        ("text=THEIRS-only", ["Fabrikam"]), ("label=gold", []), (f"tenant={OURS}", ["Contoso"]),
    ):  # fmt: skip
        found = client.get(f"{SCORE}/risks?{query}").json()
        assert [r["tenant"]["name"] for r in found["risks"]] == names
        shown = re.findall(r'<th scope="row" class="name"><a href="/tenants/([^/]+)/actions/aad_mfa">',
                           client.get(f"/risks?{query}").text)  # fmt: skip
        assert shown == [r["tenant"]["id"] for r in found["risks"]]
    rows = list(csv.DictReader(io.StringIO(client.get(f"{SCORE}/risks.csv").text)))
    assert [row["tenantName"] for row in rows] == ["Contoso", "Fabrikam"]


def test_an_acceptance_whose_end_has_passed_is_said_to_have_ended(world: World) -> None:
    fill(world)
    world.now = NOW + dt.timedelta(days=12)
    client = world.client("reader")
    assert client.get(f"{SCORE}/risks?ends=expired").json()["expired"] == 1
    assert "ended 2 days ago" in client.get("/risks?ends=expired").text


def test_the_outbox_says_graphs_words_as_statuses_and_what_is_late(world: World) -> None:
    fill(world)
    client = world.client("msp")
    page = client.get(f"{SCORE}/outbox").json()
    assert (page["total"], page["sent"], page["refused"], page["overdue"]) == (4, 2, 2, 2)
    assert [t["name"] for t in page["writingBack"]] == ["Contoso"]
    assert {s["status"] for s in page["sending"]} == {"thirdParty"}
    shown = client.get("/outbox").text
    for told in ("Title of aad_mfa", "Resolved through third party", "overdue", "Graph says no, ours-only"):
        assert told in shown
    assert "Title of mdo_safe" not in client.get("/outbox?stage=sent").text
    assert client.get(f"{SCORE}/outbox?all=true&stage=confirmed").json()["total"] == 2
    assert "tenantName" in client.get(f"{SCORE}/outbox.csv").text.splitlines()[0]


def test_a_conflict_is_resolved_in_the_outbox_and_stays_under_all(world: World) -> None:
    fill(world)
    client = world.client("writer")
    form = f'action="{HERE}/conflicts/scid_1/resolve'
    page = client.get("/outbox").text
    assert form in page
    assert "Risk accepted" in page
    assert form not in world.client("reader").get("/outbox").text
    done = client.post(f"{HERE}/conflicts/scid_1/resolve?back=all", data={"holds": "surefoot"}, headers=SAME_SITE)
    assert (done.status_code, done.headers["location"]) == (303, f"/outbox?said=resolved&about={OURS}%2Fscid_1")
    said = "scid_1 at Contoso: Surefoot&#39;s status holds: Planned."
    assert said in client.get(done.headers["location"]).text
    assert "Resolved: that version holds now" not in client.get("/outbox?said=resolved").text
    foreign = client.get(f"/outbox?said=resolved&about={THEIRS}%2Fscid_1").text
    assert "status holds" not in foreign.partition('class="flash good"')[2].partition("</p>")[0]
    assert form not in client.get("/outbox").text
    assert "Surefoot&#39;s version holds" in client.get("/outbox?all=true").text
    client.post(f"{HERE}/actions/scid_1", data={"status": "thirdParty", "evidence": "Ticket 7"}, headers=SAME_SITE)
    assert "status holds" not in client.get(done.headers["location"]).text


def test_the_switch_says_how_many_it_would_send_and_sends_them_when_asked(world: World) -> None:
    with database.writing(world.engine) as conn:
        tenant = tenants.find(conn, OURS, None)
        wanted = Decision(
            control="aad_mfa", status=Status.THIRD_PARTY, decided_at=NOW, decided_by="anna", evidence="ticket 4711"
        )
        submit(conn, tenant, wanted, role=Role.EDITOR, ratings=load())
    client = world.client("writer")
    page = client.get(f"{HERE}/outbox").text
    assert "1 earlier decision is not at Microsoft" in page
    assert "SecurityEvents.ReadWrite.All" in page
    client.post(f"{HERE}/write-back", data={"on": "true", "existing": "true", "sure": "true"}, headers=SAME_SITE)
    assert client.get(f"{SCORE}/outbox?tenant={OURS}").json()["waiting"] == 1
    assert "Sending is on" in client.get(f"{HERE}/outbox").text


def test_the_log_names_whom_it_moved_and_by_how_much(world: World) -> None:
    fill(world)
    client = world.client("msp")
    (entry,) = client.get(f"{SCORE}/catalogue?did=reWeighed").json()["entries"]
    assert (entry["tenants"], entry["lowest"], entry["highest"], entry["points"]) == (2, -0.5, 0.5, 2.0)
    assert [e["scored"] for e in entry["effects"]] == [True, True]
    page = client.get("/catalogue").text
    assert f'<a href="/tenants/{THEIRS}/actions/aad_mfa">Fabrikam</a>' in page
    assert "Everything" in page
    own = client.get(f"{HERE}/catalogue").text
    assert f'<a href="{HERE}/actions/aad_mfa">Title of aad_mfa</a>' in own
    assert "24 Nov 2026" in own
    assert "Nothing matches" in client.get("/catalogue?did=retired").text
    assert (
        client.get(f"{SCORE}/catalogue?text=zzz").json() | {"entries": []}
        == client.get(f"{SCORE}/catalogue?text=yyy").json()
    )


def test_the_activity_is_told_in_words_and_filtered(world: World) -> None:
    fill(world)
    client = world.client("msp")
    page = client.get(f"/activity?tenant={OURS}&did=decision").text
    assert "Decision made" in page
    assert "<code>decision.made</code>" in page
    assert f'<a href="{HERE}/actions/aad_mfa">Title of aad_mfa</a>' in page
    assert "review on" in page
    assert "Note added" not in page
    assert f"/api/security-defender/audit.csv?tenant={OURS}&amp;action=decision" in page
    by_title = client.get(f"{API}/audit?text=title of AAD_mfa").json()["entries"]
    assert {e["subject"] for e in by_title} == {"aad_mfa"}
    assert {e["said"] for e in client.get(f"{API}/audit?text=ours-only&action=note").json()["entries"]} == {
        "Note added"
    }
    assert "Nothing matches" in client.get("/activity?text=zzz").text


def test_pages_of_the_activity_lead_back_and_forth(world: World) -> None:
    fill(world)
    client = world.client("msp")
    every = [e["sequence"] for e in client.get(f"{API}/audit?limit=1000").json()["entries"]]
    first = client.get(f"{API}/audit?limit=3").json()
    second = client.get(f"{API}/audit?limit=3&below={first['next']}").json()
    back = client.get(f"{API}/audit?limit=3&above={second['previous']}").json()
    assert first["previous"] is None
    assert [e["sequence"] for e in second["entries"]] == every[3:6]
    assert [e["sequence"] for e in back["entries"]] == every[:3]
    assert back["next"] == every[2]
    assert (back["previous"], client.get("/activity?below=5").status_code) == (None, 200)
    beyond = client.get(f"{API}/audit?above={every[0]}").json()
    assert (beyond["entries"], beyond["next"], beyond["previous"]) == ([], None, None)
    assert "Nothing matches" in client.get(f"/activity?above={every[0]}").text


def test_the_chain_is_called_whole_only_where_somebody_verified_it(world: World) -> None:
    with database.writing(world.engine) as conn:
        made = tokens.create_token(conn, name="whole", tenants=None, role=Role.READER, now=NOW)
        kept = tokens.create_token(conn, name="some", tenants=frozenset({OURS}), role=Role.READER, now=NOW)
    client = world.client()
    assert "Nobody has verified" in client.get("/activity", headers={"authorization": f"Bearer {made}"}).text
    assert "append-only" in client.get("/activity", headers={"authorization": f"Bearer {kept}"}).text


def test_every_deed_that_the_source_names_has_words() -> None:
    source = "".join(p.read_text("utf-8") for p in Path(surefoot.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'action="([a-z]+\.[a-z_]+)"', source))
    assert named
    assert named <= deeds.WORDS.keys()
    assert {code.partition(".")[0] for code in deeds.WORDS} == deeds.GROUPS.keys()


@pytest.fixture
def asked(world: World) -> int:
    """Ask for an acceptance where two persons are needed."""
    with database.writing(world.engine) as conn:
        tenant = tenants.find(conn, OURS, None)
        govern(conn, tenant, {"two_persons": "true"}, by="root", now=NOW)
        wanted = Decision(
            control="aad_mfa", status=Status.RISK_ACCEPTED, decided_at=NOW, decided_by="anna",
            comment="bearable <for> now", review_on=NOW.date() + dt.timedelta(days=10),
        )  # fmt: skip
        made = submit(conn, tenant, wanted, role=Role.EDITOR, ratings=load())
    return int(made.key)  # type: ignore[union-attr]


def test_a_request_is_approved_on_the_page_and_stands_in_the_register(world: World, asked: int) -> None:
    client = world.client("writer")
    page = client.get(f"{HERE}/risks").text
    assert "bearable &lt;for&gt; now" in page
    assert f'action="{HERE}/requests/{asked}/approve"' in page
    assert f'action="{HERE}/requests/{asked}/approve?back=all"' in client.get("/risks").text
    assert f"requests/{asked}/approve" not in world.client("reader").get(f"{HERE}/risks").text
    done = client.post(f"{HERE}/requests/{asked}/approve?back=all", headers=SAME_SITE, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/risks?said=approved")
    risk = client.get(f"{SCORE}/risks?tenant={OURS}").json()["risks"][0]
    page = client.get(f"{HERE}/risks").text
    for told in (risk["name"], risk["by"], f"approved by {risk['approvedBy']}", "10 days left"):
        assert html.escape(told) in page
    again = client.post(f"{HERE}/requests/{asked}/approve", headers=SAME_SITE)
    assert again.status_code == 404


def test_who_asked_takes_back_and_cannot_approve(world: World, asked: int) -> None:
    with database.writing(world.engine) as conn:
        made = tokens.create_token(conn, name="Anna", tenants=frozenset({OURS}), role=Role.APPROVER, now=NOW)
    client = world.client()
    client.headers["authorization"] = f"Bearer {made}"
    page = client.get("/risks").text
    assert "You asked" in page
    assert f"requests/{asked}/approve" not in page
    assert client.post(f"{HERE}/requests/{asked}/decline", headers=SAME_SITE).status_code == 303
    assert client.get(f"{API}/requests").json()["total"] == 0


def test_a_request_is_declined_with_a_reason(world: World, asked: int) -> None:
    client = world.client("writer")
    refused = client.post(f"{HERE}/requests/{asked}/decline?back=all", headers=SAME_SITE)
    assert refused.status_code == 422
    assert "Say why the acceptance is declined." in refused.text
    assert f"requests/{asked}/approve?back=all" in refused.text
    body = {"asks": "not bearable"}
    assert client.post(f"{HERE}/requests/{asked}/decline", data=body, headers=SAME_SITE).status_code == 303
    assert "not bearable" in client.get("/notices").text


def test_sending_is_switched_by_administrators_alone(world: World) -> None:
    with database.writing(world.engine) as conn:
        made = tokens.create_token(conn, name="ed", tenants=frozenset({OURS}), role=Role.EDITOR, now=NOW)
    editor = world.client("reader")
    editor.headers["authorization"] = f"Bearer {made}"
    assert editor.post(f"{HERE}/write-back", data={"on": "true"}, headers=SAME_SITE).status_code == 403
    assert "Send decisions to Microsoft" not in editor.get(f"{HERE}/outbox").text
    client = world.client("writer")
    assert "Sending is off" in client.get(f"{HERE}/outbox").text
    client.post(f"{HERE}/write-back", data={"on": "true"}, headers=SAME_SITE)
    assert "Sending is on" in client.get(f"{HERE}/outbox").text
    assert "tenant.write_back" in client.get("/activity").text
    client.post(f"{HERE}/write-back", data={"on": "false"}, headers=SAME_SITE)
    assert "Sending is off" in client.get(f"{HERE}/outbox").text


def test_a_notice_is_marked_as_read_and_names_the_action_by_its_title(world: World, asked: int) -> None:
    client = world.client("writer")
    (row,) = client.get(f"{API}/notices").json()["notices"]
    page = client.get("/notices").text
    assert f"request {asked}" in page
    assert "“Title of aad_mfa”" in page
    assert "4 Dec 2026" in page
    client.post("/notices/read", data={"key": str(row["notice"]["key"])}, headers=SAME_SITE)
    assert "Nothing new" in client.get("/notices").text
    assert f"request {asked}" in client.get("/notices?all=true").text


def test_all_notices_of_a_kind_are_marked_as_read_in_ones_own_tenants(world: World) -> None:
    fill(world)
    client, others = world.client("writer"), world.client("msp")
    assert client.get(f"{API}/notices?kind=conflict").json()["total"] == 1
    client.post("/notices/read", data={"all": "true", "kind": "conflict"}, headers=SAME_SITE)
    kinds = client.get(f"{API}/notices").json()["kinds"]
    assert "conflict" not in kinds
    assert kinds["acceptanceAsked"] == 1
    assert others.get(f"{API}/notices").json()["kinds"]["conflict"] == 1
    client.post("/notices/read", data={"all": "true"}, headers=SAME_SITE)
    assert client.get(f"{API}/notices").json()["unread"] == 0
