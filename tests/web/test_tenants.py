"""Tenants on pages and in the API: who may do what, that it is done, and that a secret never comes back."""

import dataclasses
import datetime as dt
import gzip
import html
import json
import re
from pathlib import Path

import pytest
import structlog
from starlette.testclient import TestClient
from web_world import NOW, OURS, PASSED, SAME_SITE, THEIRS, TODAY, World

from surefoot.cli import logs
from surefoot.model import Reading
from surefoot.pages.mending import MENDS
from surefoot.store import audit, database, holdings, runs, secrets, tenants
from surefoot.store.audit import Wanted
from surefoot.store.runs import Run
from surefoot.sync.checks import Check, Step
from surefoot.web.uploads import LARGEST

API = "/api/security-defender/tenants"
HERE = f"/tenants/{OURS}"
NEW = "0c0a1e5e-0000-4000-8000-0000000000ff"
CLIENT = "0c0a1e5e-0000-4000-8000-0000000000aa"
CANARY = "canary~8Q7-never-to-be-seen"
FORM = {
    "name": "Litware",
    "tenant_id": NEW,
    "client_id": CLIENT,
    "method": "secret",
    "cloud": "global",
    "secret": CANARY,
}
BODY = {"name": "Litware", "tenantId": NEW, "clientId": CLIENT, "secret": CANARY}
DENIED = Check(
    tenant_id=NEW, name="Litware", passed=False,
    steps=(
        Step(name="Sign-in", permission=None, needed=True, result="ok", message=None),
        Step(
            name="Secure scores", permission="SecurityEvents.Read.All", needed=True, result="consent-missing",
            message="Graph refused the request (403).",
        ),
    ),
)  # fmt: skip


def post(client: TestClient, path: str, **fields: str) -> object:
    return client.post(path, data=fields, headers=SAME_SITE)


def days(tenant: str = OURS, since: int = 60, count: int = 3) -> bytes:
    return json.dumps(
        {
            "value": [
                {
                    "id": f"{tenant}_{day}", "azureTenantId": tenant, "createdDateTime": f"{day}T00:00:00Z",
                    "currentScore": 10.0, "maxScore": 26.0,
                    "controlScores": [{"controlCategory": "Identity", "controlName": "aad_mfa", "score": 10.0}],
                }
                for day in (TODAY - dt.timedelta(days=since + n) for n in range(count))
            ]
        }
    ).encode()  # fmt: skip


def upload(client: TestClient, path: str, body: bytes, *, called: str = "", day: str = "") -> object:
    fields = {"name": called, "day": day}
    return client.post(path, data=fields, files={"file": ("scores.json", body)}, headers=SAME_SITE)


def test_the_list_says_how_each_is_connected_and_what_is_wrong(world: World) -> None:
    with database.writing(world.engine) as conn:
        tenants.mark_failed(
            conn, tenants.find(conn, THEIRS, None), now=NOW, due_at=NOW, error="secret-expired", request_id=None,
            message="The secret or certificate of the app has expired. Make a new one under App registrations, "
            "Certificates & secrets, and run `surefoot tenant add` with it.",
        )  # fmt: skip
    page = world.client("root").get("/tenants").text
    assert "The secret or certificate of the app has expired. <a" in page
    assert "surefoot tenant add" not in page
    assert f'href="/tenants/{THEIRS}/connection">What to do' in page
    assert "1 needs attention" in page
    found = world.client("root").get(API).json()
    assert [(r["tenant"]["name"], r["state"], r["days"]) for r in found["tenants"]] == [
        ("Contoso", "connected", 44),
        ("Fabrikam", "failing", 44),
    ]
    assert found["tenants"][1]["mend"] == {"what": MENDS["secret-expired"].what, "where": "secret"}
    assert "Contoso" not in world.client("root").get("/tenants?state=failing").text.partition("<table")[2]
    assert "No tenant matches" in world.client("root").get("/tenants?text=zzz").text


def test_who_sees_some_tenants_alone_adds_and_removes_none(world: World) -> None:
    client = world.client("writer")
    assert "Add a tenant" not in client.get("/tenants").text
    assert client.get("/tenants/add").status_code == client.get("/tenants/import").status_code == 403
    assert post(client, "/tenants/add", **FORM).status_code == 403
    assert client.post(API, json=BODY).status_code == 403
    assert post(client, f"{HERE}/remove", confirm="Contoso").status_code == 403
    assert client.delete(f"{API}/{OURS}").status_code == 403
    assert "Remove this tenant" not in client.get(f"{HERE}/connection").text


def test_readers_see_how_a_tenant_is_connected_and_can_change_nothing(world: World) -> None:
    page = world.client("reader").get(f"{HERE}/connection").text
    assert "Client secret" in page
    assert 'method="post" action="/tenants' not in page
    for path in ("connection", "check", "name", "labels", "policy", "import", "remove"):
        assert post(world.client("reader"), f"{HERE}/{path}").status_code == 403


def test_a_tenant_is_added_tried_and_read(world: World) -> None:
    client = world.client("root")
    done = post(client, "/tenants/add", **FORM)
    assert done.status_code == 303
    assert done.headers["location"] == f"/tenants/{NEW}/connection?new=1"
    assert [t.id for t in world.asked] == [NEW]
    with database.reading(world.engine) as conn:
        made = tenants.find(conn, NEW, None)
        assert secrets.get_all(conn, world.app.state.site.reach.keys, made) == {"client_secret": CANARY}
    page = client.get(done.headers["location"]).text
    assert "Everything that Surefoot needs works; 1 optional source is off." in page
    assert 'aria-current="step"' in page


def test_one_that_does_not_work_yet_is_mended_and_then_read(world: World) -> None:
    client = world.client("root")
    world.verdict = DENIED
    page = client.get(post(client, "/tenants/add", **FORM).headers["location"]).text
    assert "Surefoot cannot read this tenant yet." in page
    assert "Grant admin consent" in page
    assert "https://entra.microsoft.com/#view" in page
    assert f"appId/{CLIENT}" in page
    assert world.asked == []
    world.verdict = PASSED
    assert post(client, f"/tenants/{NEW}/check", new="1").status_code == 303
    assert [t.id for t in world.asked] == [NEW]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"tenant_id": "contoso.com"}, "is not a tenant id"),
        ({"tenant_id": OURS}, "is already there"),
        ({"name": " "}, "name has 1 to 200"),
        ({"secret": ""}, "client secret is missing"),
        ({"secret": NEW}, "That is the secret&#39;s id"),
        ({"client_id": ""}, "client id is missing"),
        ({"method": "deviceCode"}, "needs `surefoot tenant add`"),
        ({"cloud": "emulator"}, "emulator is reached only in"),
        ({"cloud": "moon"}, "is no cloud"),
        ({"method": "certificate"}, "certificate is missing"),
    ],
)
def test_a_refused_form_comes_back_as_it_was_but_for_the_secret(world: World, change: dict[str, str], why: str) -> None:
    answer = post(world.client("root"), "/tenants/add", **FORM | {"name": "Lit<ware>"} | change)
    assert answer.status_code == 422
    assert why in answer.text
    assert html.escape((FORM | {"name": "Lit<ware>"} | change)["name"]) in answer.text
    assert CANARY not in answer.text
    assert world.asked == []


def test_a_secret_is_nowhere_to_be_seen(world: World, tmp_path: Path) -> None:
    logs.begin(tmp_path / "logs")
    structlog.get_logger("surefoot.test").info("begun")
    client = world.client("root")
    answers = [
        post(client, "/tenants/add", **FORM),
        post(client, "/tenants/add", **FORM),
        post(client, f"/tenants/{NEW}/connection", **FORM | {"client_id": "nope"}),
        post(client, f"/tenants/{NEW}/connection", **FORM | {"secret": CANARY + "2"}),
        client.patch(f"{API}/{NEW}", json={"secret": CANARY + "3"}),
        client.patch(f"{API}/{NEW}", json={"secret": CANARY, "clientId": 7}),
        client.post(API, json=BODY | {"name": [CANARY]}),
        client.post(API, json=BODY),
    ]
    answers += [client.get(p) for p in (f"/tenants/{NEW}/connection?new=1", f"{API}/{NEW}", "/activity", "/settings")]
    answers += [client.get(p) for p in ("/api/security-defender/audit", "/api/security-defender/doctor", "/tenants")]
    logs.end()
    assert [a.status_code for a in answers[:8]] == [303, 422, 422, 303, 200, 422, 422, 422]
    assert all(CANARY not in a.text and CANARY not in str(a.headers) for a in answers)
    with database.reading(world.engine) as conn:
        assert all(CANARY not in str(e) for e in audit.entries(conn, None, Wanted()))
    kept = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert CANARY.encode() not in kept
    assert b"begun" in kept


def test_a_secret_is_replaced_and_the_connection_stays(world: World) -> None:
    client = world.client("root")
    post(client, "/tenants/add", **FORM)
    done = post(client, f"/tenants/{NEW}/connection", **FORM | {"secret": "fresh"})
    assert done.headers["location"].endswith("?said=reconnected#test")
    with database.reading(world.engine) as conn:
        made = tenants.find(conn, NEW, None)
        assert secrets.get_all(conn, world.app.state.site.reach.keys, made) == {"client_secret": "fresh"}
        assert tenants.connection(conn, made).client_id == CLIENT
    moved = post(client, f"/tenants/{NEW}/connection", **FORM | {"secret": "", "cloud": "usGovL4"})
    assert "client secret is missing" in moved.text
    assert "open>" in moved.text.partition('id="change"')[2][:10]


def test_name_labels_and_policy_are_changed_on_the_page(world: World) -> None:
    client = world.client("writer")
    assert post(client, f"{HERE}/name", name="Contoso Ltd").status_code == 303
    assert post(client, f"{HERE}/labels", labels=" gold ,  new  york, gold").status_code == 303
    page = client.get(f"{API}/{OURS}").json()
    assert (page["tenant"]["name"], page["labels"]) == ("Contoso Ltd", ["gold", "new york"])
    post(client, f"{HERE}/labels", labels="new york")
    assert client.get(f"{API}/{OURS}").json()["labels"] == ["new york"]
    assert post(client, f"{HERE}/policy", two_persons="true", usual_days="30").status_code == 303
    page = client.get(f"{HERE}/connection").text
    assert "In force: <b>Yes</b>, set for this tenant" in page
    refused = post(client, f"{HERE}/policy", usual_days="none", longest_days="17")
    assert refused.status_code == 422
    assert 'value="none"' in refused.text
    assert "takes a number of days" in refused.text
    laxer = post(client, f"{HERE}/policy", must_end="false")
    assert "whoever sees all tenants may allow it" in laxer.text


def test_a_reading_is_asked_for_and_its_progress_shown(world: World) -> None:
    client = world.client("writer")
    done = post(client, f"{HERE}/sync", **{"from": "connection"})
    assert done.headers["location"] == f"{HERE}/connection?said=sync-asked#reading"
    assert [t.id for t in world.asked] == [OURS]
    assert "data-reading" not in client.get(f"{HERE}/connection").text
    world.under_way[OURS] = Reading(began_at=NOW, days=34, controls=1)
    page = client.get(f"{HERE}/connection").text
    assert "Reading from Microsoft: 34 days, 1 recommended action so far" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert client.get(f"{API}/{OURS}/syncs").json()["reading"] == {
        "beganAt": "2026-11-24T09:30:00Z", "days": 34, "controls": 1,
    }  # fmt: skip
    asked = client.post(f"{API}/{OURS}/sync")
    assert (asked.status_code, len(world.asked)) == (202, 2)


def test_the_sync_history_shows_successes_and_failures(world: World) -> None:
    with database.writing(world.engine) as conn:
        tenant = tenants.find(conn, OURS, None)
        for n in range(25):
            runs.record(conn, tenant, Run(began_at=NOW, ended_at=NOW + dt.timedelta(seconds=n), days=3, days_new=1))
        later = NOW + dt.timedelta(hours=1)
        bad = Run(began_at=later, ended_at=later, error="unavailable", message="<b>No</b> answer.", request_id="r-7")
        runs.record(conn, tenant, bad)
    client = world.client("reader")
    page = client.get(f"{HERE}/connection").text
    assert "&lt;b&gt;No&lt;/b&gt; answer." in page
    assert "r-7" in page
    assert page.count("UTC</time></th>") == 20
    assert client.get(f"{HERE}/connection?all=1").text.count("UTC</time></th>") == 26
    history = client.get(f"{API}/{OURS}/syncs?limit=2").json()
    assert [r["error"] for r in history["runs"]] == ["unavailable", None]
    assert (history["total"], history["runs"][1]["seconds"]) == (26, 24.0)
    assert client.get(f"{API}/{OURS}/syncs.csv").text.startswith("beganAt,endedAt,error")


def test_a_file_is_looked_at_and_then_imported(world: World) -> None:
    client = world.client("writer")
    looked = upload(client, f"{HERE}/import", days(since=44, count=3))
    assert looked.status_code == 200
    assert "This would come in" in looked.text
    assert re.search(r"New days</dt><dd>2<", looked.text)
    assert re.search(r"Left as they are</dt><dd>1 <", looked.text)
    with database.reading(world.engine) as conn:
        assert holdings.of(conn, tenants.find(conn, OURS, None)).days == 44
    word = re.search(r'name="word" value="([^"]+)"', looked.text)[1]
    assert post(world.client("msp"), f"{HERE}/import", word=word).status_code == 403
    assert post(world.client("root"), f"{HERE}/import", word=word).status_code == 422
    done = post(client, f"{HERE}/import", word=word)
    assert done.headers["location"] == f"{HERE}/connection?said=imported"
    with database.reading(world.engine) as conn:
        assert holdings.of(conn, tenants.find(conn, OURS, None)).days == 46
    assert "The file is not here any more" in post(client, f"{HERE}/import", word=word).text
    assert "It would change nothing" in upload(client, f"{HERE}/import", gzip.compress(days(since=44))).text
    (made,) = [e for e in client.get("/api/security-defender/audit").json()["entries"] if e["action"] == "import.made"]
    assert made["actor"] == "writer"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (days(THEIRS), "belongs to the tenant"),
        (b"<html>sign in</html>", "It is a web page"),
        (b"\x1f\x8bbroken", "is broken"),
        (b"", "Choose a file first"),
        (b'{"value": []}', "no secure scores"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(world: World, body: bytes, why: str) -> None:
    answer = upload(world.client("writer"), f"{HERE}/import", body)
    assert answer.status_code == 422
    assert why in answer.text


def test_a_file_of_a_new_tenant_makes_it(world: World) -> None:
    client = world.client("root")
    looked = upload(client, "/tenants/import", days(NEW), called="Lit<b>")
    assert "Lit&lt;b&gt;" in looked.text
    assert NEW not in world.client("root").get(API).text
    word = re.search(r'name="word" value="([^"]+)"', looked.text)[1]
    assert post(client, "/tenants/import", word=word).headers["location"].startswith(f"/tenants/{NEW}/")
    page = client.get(f"/tenants/{NEW}/connection").text
    assert "Not connected" in page
    assert "Connect it to Microsoft" in page


def test_a_file_comes_in_through_the_api(world: World) -> None:
    client = world.client("writer")
    looked = client.post(f"{API}/{OURS}/import?dryRun=true", content=days())
    done = client.post(f"{API}/{OURS}/import", content=days())
    assert looked.json() == done.json() | {"stored": False}
    assert (done.json()["daysNew"], done.json()["daysKept"]) == (3, 0)


def test_only_imports_may_be_large(world: World) -> None:
    client = world.client("root")
    big = b'{"value": [' + b" " * 20_000
    assert client.post(f"{API}/{OURS}/import", content=big).status_code == 422
    for path in (f"{API}/{OURS}", f"{API}/{OURS}/import/x", f"{API}/a/b/import", f"{HERE}/check", "/tenants/add"):
        assert client.request("POST", path, content=big, headers=SAME_SITE).status_code == 413, path
    long = {"content-length": str(LARGEST + 1)}
    assert client.post(f"{API}/{OURS}/import", content=b"", headers=long).status_code == 413


def test_a_tenant_is_removed_when_its_name_is_typed(world: World) -> None:
    client = world.client("root")
    page = client.get(f"{HERE}/connection").text
    assert "<b>44</b> stored days of scores" in page
    refused = post(client, f"{HERE}/remove", confirm="Fabrikam")
    assert refused.status_code == 422
    assert "Nothing was removed" in refused.text
    assert post(client, f"{HERE}/remove", confirm="contoso").headers["location"] == "/tenants?said=removed"
    assert client.get(f"{HERE}/connection").status_code == 404
    assert [t["tenant"]["name"] for t in client.get(API).json()["tenants"]] == ["Fabrikam"]
    (entry,) = [e for e in client.get("/api/security-defender/audit").json()["entries"] if "removed" in e["action"]]
    assert '"days": 44' in entry["before"]


def test_the_api_adds_changes_checks_and_removes(world: World) -> None:
    client = world.client("root")
    made = client.post(API, json=BODY)
    assert (made.status_code, made.json()["state"], made.json()["secret"]) == (201, "waiting", True)
    changed = client.patch(f"{API}/{NEW}", json={"name": "Litware Inc", "labels": ["gold"], "writeBack": True}).json()
    assert (changed["tenant"]["name"], changed["labels"], changed["writeBack"]) == ("Litware Inc", ["gold"], True)
    assert client.patch(f"{API}/{NEW}", json={"method": "managedIdentity", "clientId": None}).json()["secret"] is False
    assert client.patch(f"{API}/{NEW}", json={"cloud": "usGovL4"}).json()["cloud"] == "usGovL4"
    checked = client.post(f"{API}/{NEW}/check").json()
    assert (checked["passed"], checked["steps"][2]["result"]) == (True, "consent-missing")
    assert client.delete(f"{API}/{NEW}").status_code == 204
    assert client.get(f"{API}/{NEW}").status_code == 404


def test_without_keys_a_server_says_where_tenants_are_added(world: World) -> None:
    world.app.state.site = dataclasses.replace(world.app.state.site, reach=None)
    client = world.client("root")
    assert "This server holds no keys" in post(client, "/tenants/add", **FORM).text
    assert "Add a tenant" not in client.get("/tenants").text
    assert client.get("/settings").status_code == client.get(f"{HERE}/connection").status_code == 200


def test_a_failing_tenants_pages_lead_to_where_it_is_mended(world: World) -> None:
    with database.writing(world.engine) as conn:
        ours = tenants.find(conn, OURS, None)
        advice = (
            "Make a new one under App registrations, Certificates & secrets, and run `surefoot tenant add` with it."
        )
        told = f"The secret or certificate of the app has expired. {advice}"
        tenants.mark_failed(conn, ours, error="secret-expired", message=told, request_id=None, now=NOW, due_at=NOW)
    for part in ("overview", "history", "trends", "comparison"):
        page = world.client("reader").get(f"/tenants/{OURS}/{part}").text
        notice = page.partition('class="notice error"')[2].partition("</section>")[0]
        assert f'<a href="{HERE}/connection">' in notice, part
        assert "`" not in notice
