"""Many decisions at once through the API: previewed, expected, undone, and never beyond one's tenants."""

import msgspec
import pytest
from web_world import MISSING, OURS, THEIRS, World

from surefoot.store import database, policies, tenants
from surefoot.sync import decision_csv
from surefoot.web import bulk_forms

BULK = "/api/security-defender/bulk"
DECISIONS = "/api/security-defender/secure-score/decisions"
PLANNED = {"status": "planned", "owner": "Anna", "due": "2026-12-31", "labels": ["q1"]}


def test_a_filter_over_one_tenant_is_previewed_done_and_undone(world: World) -> None:
    client = world.client("writer")
    body = {"where": {"status": "toAddress"}, "change": PLANNED}
    seen = client.post(f"{BULK}/preview", json=body).json()
    assert (seen["key"], seen["outcomes"]) == (None, {"changed": 3, "unchanged": 0, "asked": 0, "refused": 0})
    assert client.get(BULK).json() == {"bulks": [], "total": 0}
    done = client.post(BULK, json={**body, "expect": 3}).json()
    assert done["results"] == seen["results"]
    assert [r["tenant"] for r in done["results"]] == [{"id": OURS, "name": "Contoso"}] * 3
    assert {r["before"] for r in done["results"]} == {"toAddress"}
    action = client.get("/api/security-defender/secure-score/recommendations?status=planned").json()["actions"][0]
    assert (action["plan"]["owner"], action["plan"]["labels"]) == ("Anna", ["q1"])
    (kept,) = client.get(BULK).json()["bulks"]
    assert (kept["key"], kept["madeBy"], kept["outcomes"]) == (done["key"], "writer", {"changed": 3})
    back = client.post(f"{BULK}/{done['key']}/undo").json()
    assert back["outcomes"]["changed"] == 3
    again = client.post(f"{BULK}/{done['key']}/undo")
    assert (again.status_code, "undone already" in again.json()["detail"]) == (422, True)


def test_one_control_over_many_tenants(world: World) -> None:
    client = world.client("msp")
    body = {"where": {"controls": ["AAD_MFA"]}, "change": {"status": "inProgress"}, "expect": 2}
    done = client.post(BULK, json=body).json()
    assert {r["tenant"]["name"] for r in done["results"]} == {"Contoso", "Fabrikam"}
    ours = world.client("writer")
    (seen,) = ours.get(BULK).json()["bulks"]
    assert (seen["outcomes"], seen["tenants"]) == ({"changed": 1}, 1)
    assert ours.post(f"{BULK}/{done['key']}/undo").json()["outcomes"]["changed"] == 1
    left = client.post(f"{BULK}/{done['key']}/undo").json()
    assert [r["tenant"]["id"] for r in left["results"]] == [THEIRS]


def test_what_is_foreign_looks_like_what_is_missing(world: World) -> None:
    client = world.client("writer")
    made = world.client("msp").post(
        BULK, json={"items": [{"tenant": THEIRS, "control": "aad_mfa"}], "change": PLANNED, "expect": 1}
    )
    assert made.status_code == 200
    assert client.get(BULK).json()["total"] == 0
    key = made.json()["key"]
    for path, bodies in (
        (f"{BULK}/preview", [{"items": [{"tenant": t, "control": "aad_mfa"}]} for t in (THEIRS, MISSING, "Fabrikam")]),
        (BULK, [{"where": {"tenants": [t]}, "expect": 0} for t in (THEIRS, MISSING, "Fabrikam")]),
    ):
        answers = [client.post(path, json={**body, "change": PLANNED}) for body in bodies]
        assert {a.status_code for a in answers} == {404}
        assert len({a.content for a in answers}) == 1
    undone = [client.post(f"{BULK}/{k}/undo") for k in (key, key + 1, "x", "9" * 30)]
    assert {a.status_code for a in undone} == {404}
    assert len({a.content for a in undone}) == 1


def test_a_refused_item_does_no_harm_and_two_persons_are_asked(world: World) -> None:
    with database.writing(world.engine) as conn:
        policies.put(conn, None, "two_persons", "true")
    body = {
        "items": [{"tenant": "contoso", "control": c} for c in ("aad_mfa", "mdo_safe", "nothing", "aad_mfa")],
        "change": {"status": "riskAccepted", "comment": "bearable", "grounds": "notApplicable"},
    }
    client = world.client("writer")
    seen = client.post(f"{BULK}/preview", json=body).json()
    done = client.post(BULK, json={**body, "expect": 1}).json()
    assert done["results"] == seen["results"]
    assert [r["outcome"] for r in done["results"]] == ["asked", "refused", "refused", "refused"]
    assert client.post(f"{BULK}/{done['key']}/undo").json()["outcomes"]["changed"] == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"change": {}}, "either items or where"),
        ({"change": {}, "items": [], "where": {}}, "either items or where"),
        ({"change": {"status": "done"}, "where": {}}, "is no status"),
        ({"change": {"due": "soon"}, "where": {}}, "is no day"),
        ({"change": {"priority": "soon"}, "where": {}}, "is no priority"),
        ({"change": {}, "where": {"impact": "huge"}}, "is no impact"),
        ({"change": {"state": 1}, "where": {}}, "state"),
        ({"where": {}}, "change"),
        ({"change": {}, "items": [{"tenant": "x", "control": "y"}] * 20_001}, "20,000"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_a_sentence(world: World, body: dict[str, object], said: str) -> None:
    answer = world.client("writer").post(f"{BULK}/preview", json=body)
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True)


def test_what_is_no_longer_as_the_preview_said_is_refused(world: World) -> None:
    client = world.client("writer")
    body = {"where": {"status": "toAddress"}, "change": {"status": "planned"}}
    for sent, said in ((body, "Send as expect"), ({**body, "expect": 4}, "4 changes were expected, and it would be 3")):
        answer = client.post(BULK, json=sent)
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True)
    none = client.post(BULK, json={"items": [], "change": {}, "expect": 0})
    assert none.json()["detail"] == "Nothing is selected."
    assert client.get(BULK).json()["total"] == 0
    reader = world.client("reader")
    assert {reader.post(p, json=body).status_code for p in (BULK, f"{BULK}/preview", f"{BULK}/1/undo")} == {403}


def test_null_takes_the_owner_away_and_nothing_said_leaves_it(world: World) -> None:
    client = world.client("writer")
    items = [{"tenant": OURS, "control": "aad_mfa"}]
    for change, owner in ((PLANNED, "Anna"), ({"due": None}, "Anna"), ({"owner": None}, None)):
        assert client.post(BULK, json={"items": items, "change": change, "expect": 1}).status_code == 200
        (row,) = client.get(DECISIONS).json()["decisions"]
        assert (row["owner"], row["status"]) == (owner, "planned")
    assert row["due"] is None


def test_decisions_are_listed_and_exported_of_ones_own_tenants(world: World) -> None:
    everyone, client = world.client("msp"), world.client("writer")
    change = {"status": "alternate", "evidence": "=cmd()"}
    everyone.post(BULK, json={"where": {"controls": ["aad_mfa"]}, "change": change, "expect": 2})
    page = client.get(DECISIONS).json()
    assert (page["total"], page["tenant"]) == (1, None)
    assert page["decisions"][0]["tenantId"] == OURS
    assert everyone.get(DECISIONS, params={"tenant": THEIRS}).json()["tenant"]["id"] == THEIRS
    answer = client.get(f"{DECISIONS}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert b"'=cmd()" in answer.content
    lines = decision_csv.read(answer.content)
    with database.reading(world.engine) as conn:
        (item,) = decision_csv.items(conn, lines, frozenset({OURS}), tenants.find(conn, OURS, None))
    assert item.change.evidence == "=cmd()"
    assert everyone.get(f"{DECISIONS}.csv").content.count(b"\r\n") == 3


def test_the_largest_body_takes_twenty_thousand_actions() -> None:
    item = {"tenant": OURS, "control": "scid_20000_and_so_on_and_so_on"}
    body = msgspec.json.encode({"items": [item] * bulk_forms.MOST, "change": PLANNED})
    assert 64 * 1024 < len(body) < 4_000_000
