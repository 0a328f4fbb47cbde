"""The pages that are tables: what they show is the API's, and their forms do what they say."""

import datetime as dt
import html

import pytest
from web_world import NOW, OURS, THEIRS, World

from surefoot.access import tokens
from surefoot.model import Decision, Role, Status
from surefoot.scoring.ratings import load
from surefoot.store import database, tenants
from surefoot.sync.acceptances import submit
from surefoot.sync.policies import govern

HERE = f"/tenants/{OURS}"
API = "/api/security-defender"
SAME_SITE = {"sec-fetch-site": "same-origin"}
PAGES = ("comparison", "risks", "outbox", "catalogue")


@pytest.mark.parametrize("path", [*(f"{HERE}/{name}" for name in PAGES), "/activity", "/notices"])
def test_each_page_is_shown_to_a_reader(world: World, path: str) -> None:
    answer = world.client("reader").get(path)
    assert answer.status_code == 200
    assert "None" not in answer.text


@pytest.mark.parametrize("name", PAGES)
def test_a_foreign_tenant_looks_like_none(world: World, name: str) -> None:
    assert world.client("reader").get(f"/tenants/{THEIRS}/{name}").status_code == 404


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
    assert f"requests/{asked}/approve" not in world.client("reader").get(f"{HERE}/risks").text
    done = client.post(f"{HERE}/requests/{asked}/approve", headers=SAME_SITE, follow_redirects=False)
    assert done.status_code == 303
    risk = client.get(f"{API}/secure-score/risks?tenant={OURS}").json()["risks"][0]
    page = client.get(f"{HERE}/risks").text
    for told in (risk["name"], risk["by"], f"approved by {risk['approvedBy']}", "10 days left"):
        assert html.escape(told) in page
    again = client.post(f"{HERE}/requests/{asked}/approve", headers=SAME_SITE)
    assert again.status_code == 404


def test_a_request_is_declined_with_a_reason(world: World, asked: int) -> None:
    client = world.client("writer")
    assert client.post(f"{HERE}/requests/{asked}/decline", headers=SAME_SITE).status_code == 422
    body = {"asks": "not bearable"}
    assert client.post(f"{HERE}/requests/{asked}/decline", data=body, headers=SAME_SITE).status_code == 303
    assert "not bearable" in client.get("/notices").text


def test_sending_is_switched_by_administrators_alone(world: World) -> None:
    with database.writing(world.engine) as conn:
        made = tokens.create_token(conn, name="ed", tenants=frozenset({OURS}), role=Role.EDITOR, now=NOW)
    editor = world.client("reader")
    editor.headers["authorization"] = f"Bearer {made}"
    assert editor.post(f"{HERE}/write-back", data={"on": "true"}, headers=SAME_SITE).status_code == 403
    client = world.client("writer")
    assert "sending is off" in client.get(f"{HERE}/outbox").text
    client.post(f"{HERE}/write-back", data={"on": "true"}, headers=SAME_SITE)
    assert "Decisions are sent to Microsoft" in client.get(f"{HERE}/outbox").text
    assert "tenant.write_back" in client.get("/activity").text


def test_a_notice_is_marked_as_read(world: World, asked: int) -> None:
    client = world.client("writer")
    (row,) = client.get(f"{API}/notices").json()["notices"]
    assert f"request {asked}" in client.get("/notices").text
    client.post("/notices/read", data={"key": str(row["notice"]["key"])}, headers=SAME_SITE)
    assert "Nothing new" in client.get("/notices").text
