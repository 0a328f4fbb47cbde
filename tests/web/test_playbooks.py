"""Playbooks through the API: who may read, who may change, and that nothing in them runs."""

import dataclasses

import msgspec
import pytest
from starlette.testclient import TestClient
from web_world import NOW, OURS, THEIRS, World, profile

from surefoot.access import tokens
from surefoot.model import Role
from surefoot.store import database, profiles, tenants

PLAYBOOKS = "/api/security-defender/playbooks"
HOSTILE = (
    "<script>alert(1)</script><p onclick='x()'>Microsoft</p><img src=x onerror=alert(1)>"
    "<a href='javascript:alert(1)'>a</a><a href='https://learn.example/'>more</a>"
)
OWN = "<script>alert(1)</script>\n\n[a](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n**Ours** [b](https://b.example/)"


@pytest.fixture
def everybody(world: World) -> TestClient:
    """Sign in as somebody who sees all tenants."""
    with database.writing(world.engine) as conn:
        made = tokens.create_token(conn, name="all", tenants=None, role=Role.ADMINISTRATOR, now=NOW)
    return dataclasses.replace(world, tokens=world.tokens | {"all": made}).client("all")


def listing(world: World, tenant_id: str, **changes: str) -> None:
    """Let a tenant's list of profiles hold one alone."""
    with database.writing(world.engine) as conn:
        one = msgspec.structs.replace(profile("aad_mfa", "Identity", 10.0), **changes)
        profiles.save(conn, tenants.find(conn, tenant_id, None), [one], now=NOW)


def test_steps_are_set_read_listed_and_removed(world: World, everybody: TestClient) -> None:
    assert everybody.get(PLAYBOOKS).json() == {"playbooks": [], "total": 0}
    set_ = everybody.put(f"{PLAYBOOKS}/AAD_MFA", json={"text": "1. Tell\n2. Do"})
    assert set_.status_code == 200
    reader = world.client("reader")
    read = reader.get(f"{PLAYBOOKS}/aad_mfa")
    assert read.content == set_.content
    page = read.json()
    assert (page["control"], page["name"]) == ("aad_mfa", "Title of aad_mfa")
    assert page["own"] == {
        "control": "aad_mfa",
        "text": "1. Tell\n2. Do",
        "changedAt": "2026-11-24T09:30:00Z",
        "changedBy": "all",
    }
    assert page["ownHtml"] == "<ol>\n<li>Tell</li>\n<li>Do</li>\n</ol>"
    assert page["versions"] == [page["own"]]
    assert [p["name"] for p in reader.get(PLAYBOOKS).json()["playbooks"]] == ["Title of aad_mfa"]
    assert everybody.delete(f"{PLAYBOOKS}/aad_mfa").status_code == 204
    assert everybody.delete(f"{PLAYBOOKS}/aad_mfa").status_code == 404
    gone = reader.get(f"{PLAYBOOKS}/aad_mfa").json()
    assert (gone["own"], gone["ownHtml"], [v["text"] for v in gone["versions"]]) == (None, None, ["", "1. Tell\n2. Do"])


def test_microsofts_html_and_our_markdown_are_harmless(world: World, everybody: TestClient) -> None:
    listing(world, OURS, remediation=HOSTILE)
    page = everybody.put(f"{PLAYBOOKS}/aad_mfa", json={"text": OWN}).json()
    assert page["own"]["text"] == OWN
    for made in (page["microsoft"], page["ownHtml"]):
        for word in ("<script", "<img", 'href="javascript', "onclick"):
            assert word not in made
    assert "onerror" not in page["microsoft"]
    assert "&lt;script&gt;" in page["ownHtml"]
    assert "<strong>Ours</strong>" in page["ownHtml"]
    assert 'href="https://b.example/"' in page["ownHtml"]
    assert 'href="https://learn.example/"' in page["microsoft"]
    assert page["microsoftText"] == "Microsoft\namore"


@pytest.mark.parametrize("who", ["writer", "msp", "nobody", "reader"])
def test_who_sees_only_some_tenants_may_read_but_not_change(world: World, everybody: TestClient, who: str) -> None:
    everybody.put(f"{PLAYBOOKS}/aad_mfa", json={"text": "Ours"})
    client = world.client(who)
    for path in (f"{PLAYBOOKS}/aad_mfa", f"{PLAYBOOKS}/unknown"):
        for answer in (client.put(path, json={"text": "Theirs"}), client.delete(path)):
            assert (answer.status_code, answer.json()["slug"]) == (403, "not-permitted")
    assert client.get(f"{PLAYBOOKS}/aad_mfa").json()["own"]["text"] == "Ours"


def test_what_cannot_be_is_refused_with_a_sentence(everybody: TestClient) -> None:
    unknown = everybody.put(f"{PLAYBOOKS}/unknown", json={"text": "x"})
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "No tenant ever had a control 'unknown'.")
    assert everybody.get(f"{PLAYBOOKS}/unknown").status_code == 404
    for body in ({"text": " "}, {"text": 1}, {}, {"text": "x", "more": 1}):
        assert everybody.put(f"{PLAYBOOKS}/aad_mfa", json=body).status_code == 422
    assert everybody.put(f"{PLAYBOOKS}/aad_mfa", content=b"{").status_code == 400
    assert "Possible: none" in everybody.get(f"{PLAYBOOKS}?tenant=x").json()["detail"]


def test_a_playbook_for_one_tenants_own_app_is_hidden_from_others(world: World, everybody: TestClient) -> None:
    listing(world, THEIRS, control="12345.app_mfa", title="Their app")
    assert everybody.put(f"{PLAYBOOKS}/12345.app_mfa", json={"text": "Ours"}).json()["name"] == "Their app"
    reader = world.client("reader")
    assert reader.get(PLAYBOOKS).json()["total"] == 0
    hidden, missing = reader.get(f"{PLAYBOOKS}/12345.app_mfa"), reader.get(f"{PLAYBOOKS}/12345.nothing")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.text.replace("app_mfa", "nothing") == missing.text
