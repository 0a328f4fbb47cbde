"""Every deed leaves its entry, through its own door; nobody reads entries of tenants that are not theirs."""

import json

from web_world import NOW, OURS, SAME_SITE, THEIRS, World

from surefoot.model import AuditEntry
from surefoot.store import audit, database
from surefoot.store.audit import Deed

SCORE = "/api/security-defender/secure-score"
AUDIT = "/api/security-defender/audit"


def trail(world: World) -> list[AuditEntry]:
    with database.reading(world.engine) as conn:
        assert audit.verify(conn).broken is None
        return list(audit.entries(conn, None))


def test_a_decision_tells_who_from_where_what_was_before_and_why(world: World) -> None:
    client = world.client("writer")
    for status in ("planned", "riskAccepted"):
        client.post(f"{SCORE}/actions/mip_dlp/status?tenant={OURS}", json={"status": status, "comment": f"is {status}"})
    entry = trail(world)[0]
    assert (entry.action, entry.tenant, entry.subject, entry.why) == (
        "decision.made", OURS, "mip_dlp", "is riskAccepted",
    )  # fmt: skip
    assert (entry.actor, entry.kind.value, entry.origin) == ("writer", "token", "api testclient")
    assert json.loads(entry.before or "{}")["status"] == "planned"
    assert json.loads(entry.after or "{}")["status"] == "risk_accepted"


def test_a_refused_deed_leaves_no_entry(world: World) -> None:
    before = len(trail(world))
    client = world.client("writer")
    assert client.post(f"{SCORE}/actions/mip_dlp/status?tenant={OURS}", json={"status": "completed"}).status_code == 422
    assert client.post(f"{SCORE}/events?tenant={OURS}", json={"text": ""}).status_code == 422
    assert len(trail(world)) == before


def test_notes_and_their_removal_are_told(world: World) -> None:
    client = world.client("writer")
    note = client.post(f"{SCORE}/events?tenant={OURS}", json={"text": "x"}).json()
    client.delete(f"{SCORE}/events/{note['id']}?tenant={OURS}")
    assert [(e.action, e.subject) for e in trail(world)[:2]] == [
        ("note.removed", note["id"]),
        ("note.added", note["id"]),
    ]


def test_signing_in_and_out_is_told_without_any_secret(world: World) -> None:
    link = world.link()
    client = world.client()
    client.post("/sign-in", data={"link": link}, headers=SAME_SITE)
    client.post("/sign-out", headers=SAME_SITE)
    found = trail(world)
    assert [e.action for e in found[:3]] == ["session.ended", "session.started", "link.made"]
    assert found[0].origin == "page testclient"
    whole = "".join(map(repr, found))
    assert link not in whole
    assert not any(token in whole for token in world.tokens.values())


def test_the_api_lists_only_what_the_viewer_may_see(world: World) -> None:
    with database.writing(world.engine) as conn:
        for tenant in (OURS, THEIRS):
            audit.append(conn, Deed(action="note.added", tenant=tenant, why="secret of " + tenant), by="x", now=NOW)
    answer = world.client("reader").get(AUDIT)
    assert {e["tenant"] for e in answer.json()["entries"]} == {OURS}
    assert THEIRS not in answer.text
    nothing = {"entries": [], "next": None, "previous": None, "people": [], "verified": None}
    assert world.client("nobody").get(AUDIT).json() == nothing
    assert world.client("reader").get(f"{AUDIT}?tenant={THEIRS}").status_code == 404


def test_pages_of_the_trail_hold_every_entry_once(world: World) -> None:
    with database.writing(world.engine) as conn:
        for n in range(7):
            audit.append(conn, Deed(action="note.added", tenant=OURS, subject=str(n)), by="x", now=NOW)
    client, found, below = world.client("reader"), [], ""
    while True:
        page = client.get(f"{AUDIT}?limit=3{below}").json()
        found += [e["subject"] for e in page["entries"]]
        if page["next"] is None:
            break
        below = f"&below={page['next']}"
    assert found == [str(n) for n in range(6, -1, -1)]


def test_an_export_is_told_before_it_leaves(world: World) -> None:
    client = world.client("reader")
    answer = client.get(f"{SCORE}/recommendations.csv?tenant={OURS}")
    entry = trail(world)[0]
    assert (entry.action, entry.tenant, entry.subject) == ("export.made", OURS, f"{SCORE}/recommendations.csv")
    assert json.loads(entry.after or "{}") == {"rows": 4}
    count = len(trail(world))
    client.get(f"{SCORE}/recommendations.csv?tenant={OURS}", headers={"if-none-match": answer.headers["etag"]})
    client.get(f"{SCORE}/recommendations?tenant={OURS}")
    assert len(trail(world)) == count
