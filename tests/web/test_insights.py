"""The API's past and its reasons: what it sends, what it refuses, what it does not send twice."""

import csv
import io
from typing import Any

import jsonschema_rs
import pytest
from starlette.testclient import TestClient
from web_world import MISSING, OURS, THEIRS, TODAY, World

from surefoot.web.api.openapi import document

SCORE = "/api/security-defender/secure-score"
PORTFOLIO = "/api/security-defender/portfolio"


@pytest.fixture
def client(world: World) -> TestClient:
    return world.client("writer")


def fits(value: object, name: str) -> None:
    root = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    jsonschema_rs.Draft202012Validator(root).validate(value)


LISTS = [
    ("history", "History", "history"), ("changes", "Changes", "changes"), ("events", "Events", "events"),
    ("regressions", "Regressions", "regressions"), ("catalogue", "Catalogue", "entries"),
    ("recommendations", "Actions", "actions"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "name", "rows"), LISTS, ids=lambda v: v)
def test_a_list_comes_as_json_and_as_csv_with_as_many_rows(client: TestClient, path: str, name: str, rows: str) -> None:
    whole = client.get(f"{SCORE}/{path}?tenant={OURS}")
    assert whole.status_code == 200, whole.text
    fits(whole.json(), name)
    by_name = client.get(f"{SCORE}/{path}.csv?tenant={OURS}")
    by_accept = client.get(f"{SCORE}/{path}?tenant={OURS}", headers={"accept": "text/csv"})
    assert by_name.headers["content-type"] == "text/csv; charset=utf-8"
    assert by_name.content == by_accept.content
    assert f'filename="surefoot-{path}.csv"' in by_name.headers["content-disposition"]
    head, *lines = list(csv.reader(io.StringIO(by_name.text)))
    assert len(lines) == len(whole.json()[rows])
    assert all(len(line) == len(head) for line in lines)


def test_the_browsers_wildcard_is_no_wish_for_csv(client: TestClient) -> None:
    accept = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert client.get(PORTFOLIO, headers=accept).headers["content-type"] == "application/json"
    better = {"accept": "text/csv;q=0.5, application/json"}
    assert client.get(PORTFOLIO, headers=better).headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "name"),
    [("comparison", "Comparison"), ("controls/AAD_MFA", "ControlPage"), ("controls/aad_mfa?days=7", "ControlPage")],
)
def test_a_page_fits_its_description(client: TestClient, path: str, name: str) -> None:
    joined = "&" if "?" in path else "?"
    answer = client.get(f"{SCORE}/{path}{joined}tenant={OURS}")
    assert answer.status_code == 200
    fits(answer.json(), name)


def test_the_portfolio_holds_what_the_viewer_may_see(world: World) -> None:
    page = world.client("writer").get(PORTFOLIO).json()
    fits(page, "Portfolio")
    assert [t["tenant"]["id"] for t in page["tenants"]] == [OURS]
    assert (page["total"], page["tenants"][0]["rank"]) == (1, 1)
    assert world.client("nobody").get(PORTFOLIO).json()["tenants"] == []


@pytest.mark.parametrize("path", [SCORE, f"{SCORE}/history", f"{SCORE}/changes", PORTFOLIO, f"{PORTFOLIO}.csv"])
def test_what_the_client_has_is_not_sent_again(client: TestClient, path: str) -> None:
    query = "" if path.startswith(PORTFOLIO) else f"?tenant={OURS}"
    first = client.get(path + query)
    tag = first.headers["etag"]
    for held in (tag, f'W/{tag}, "other"', "*"):
        again = client.get(path + query, headers={"if-none-match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path + query, headers={"if-none-match": '"other"'}).status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"
    assert "authorization" in first.headers["vary"]


def test_a_decision_makes_a_new_tag(client: TestClient) -> None:
    before = client.get(f"{SCORE}?tenant={OURS}").headers["etag"]
    client.post(f"{SCORE}/actions/mip_dlp/status?tenant={OURS}", json={"status": "riskAccepted", "comment": "bearable"})
    assert client.get(f"{SCORE}?tenant={OURS}", headers={"if-none-match": before}).status_code == 200


BAD = [
    "history?from=yesterday", "history?from=2026-13-01", "history?from=2026-11-20&to=2026-11-01", "history?by=hour",
    "history?category=Identity&control=aad_mfa", "history?days=0", "history?nonsense=1", "changes?from=20261101",
    "changes?since=2026-11-01", "events?source=x", "events?from=2026-11-20&to=2026-11-01", "events?to=9999-12-31",
    "regressions?dismissed=yes", "catalogue?from=1", "comparison?days=-1", "controls/aad_mfa?from=2026-11-01",
    "history?days=7&days=8",
]  # fmt: skip


@pytest.mark.parametrize("path", BAD)
def test_what_cannot_be_is_refused_with_a_sentence(client: TestClient, path: str) -> None:
    joined = "&" if "?" in path else "?"
    answer = client.get(f"{SCORE}/{path}{joined}tenant={OURS}")
    assert answer.status_code == 422, answer.text
    assert len(answer.json()["detail"]) > 20


@pytest.mark.parametrize(
    "query", ["sort=x", "sort=--name", "limit=0", "limit=1001", "problem=1", "cursor=x", "tenant=x"]
)
def test_the_portfolio_refuses_what_it_does_not_know(client: TestClient, query: str) -> None:
    assert client.get(f"{PORTFOLIO}?{query}").status_code == 422


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("history?control=nope", "never had a control"),
        ("history?category=nope", "it has: Apps, Data, Device, Identity"),
        ("changes?from=2001-01-01", "nearest that are: 2026-10-10"),
        ("controls/nope", "has no action"),
    ],
)
def test_what_is_not_stored_says_what_is_and_nothing_of_foreign_tenants(
    client: TestClient, path: str, words: str
) -> None:
    joined = "&" if "?" in path else "?"
    mine = client.get(f"{SCORE}/{path}{joined}tenant={OURS}")
    assert mine.status_code == 404
    assert words in mine.json()["detail"]
    foreign = [client.get(f"{SCORE}/{path}{joined}tenant={t}") for t in (THEIRS, MISSING)]
    assert foreign[0].status_code == 404
    assert foreign[0].json() == foreign[1].json()
    assert words not in foreign[0].text


def test_a_note_is_kept_found_and_removed(client: TestClient) -> None:
    url = f"{SCORE}/events?tenant={OURS}"
    made = client.post(url, json={"text": " rolled out\x00 FIDO2 ", "at": str(TODAY), "control": "AAD_MFA"})
    assert made.status_code == 201
    note = made.json()
    fits(note, "Event")
    assert (note["title"], note["source"], note["control"]) == ("rolled out FIDO2", "note", "aad_mfa")
    assert note["at"] == f"{TODAY}T12:00:00Z"
    found = client.get(f"{url}&source=note&text=FIDO").json()["events"]
    assert [e["id"] for e in found] == [note["id"]]
    gone = f"{SCORE}/events/{note['id']}?tenant={OURS}"
    assert client.delete(gone).status_code == 204
    assert client.delete(gone).status_code == 404
    assert client.get(f"{url}&source=note").json()["total"] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422), ({"text": "x" * 501}, 422), ({"text": "x", "at": "2030-01-01"}, 422),
        ({"text": "x", "at": "2026-11-20T10:00:00"}, 422), ({"text": "x", "at": "soon"}, 422),
        ({"text": "x", "control": "nope"}, 404), ({"text": "x", "more": 1}, 422), ({}, 422), ("no json", 400),
    ],
)  # fmt: skip
def test_a_note_that_cannot_be_is_refused(client: TestClient, body: Any, status: int) -> None:
    sent = {"content": body} if isinstance(body, str) else {"json": body}
    assert client.post(f"{SCORE}/events?tenant={OURS}", **sent).status_code == status


def test_a_note_at_the_end_of_the_calendar_is_no_mistake_of_ours(client: TestClient) -> None:
    answer = client.post(f"{SCORE}/events?tenant={OURS}", json={"text": "x", "at": "0001-01-01T00:00:00+14:00"})
    assert answer.status_code == 422


def test_what_has_not_regressed_cannot_be_dismissed(client: TestClient) -> None:
    answer = client.post(f"{SCORE}/regressions/mdo_safe/dismiss?tenant={OURS}", json={"reason": "none"})
    assert answer.status_code == 404
    assert client.post(f"{SCORE}/regressions/mdo_safe/restore?tenant={OURS}").status_code == 404


def test_the_hostile_title_is_no_formula_and_breaks_no_row(client: TestClient) -> None:
    text = client.get(f"{SCORE}/recommendations.csv?tenant={OURS}").text
    assert not any(line.startswith(("=", "+", "-", "@")) for row in csv.reader(io.StringIO(text)) for line in row)
