"""What a hostile or hurried reader sends ends in an answer, and in nobody else's pages."""

import asyncio
import base64
import datetime as dt
import io
import json
import threading
import zipfile
from urllib.parse import urlencode

import msgspec
import pytest
import web_world
from babel import localedata
from starlette.testclient import TestClient
from web_world import NOW, OURS, SAME_SITE, THEIRS, World

from surefoot.scoring import ratings
from surefoot.store import database, profiles, tenants
from surefoot.sync import bulk as deeds
from surefoot.sync.derived import refresh
from surefoot.web.html import bulk as bulk_page

FORM = {**SAME_SITE, "content-type": "application/x-www-form-urlencoded"}
API = "/api/security-defender"
DAY = dt.timedelta(days=1)


def calm(world: World) -> TestClient:
    return world.client("msp", raise_server_exceptions=False)


def test_a_foreign_sync_does_not_rename_controls_on_the_heat_map(world: World) -> None:
    old = [web_world.profile(n, c, m) for n, c, _, _, m in web_world.CONTROLS if n != "scid_1"]
    new = [msgspec.structs.replace(p, title="New " + p.title) for p in old]
    with database.writing(world.engine) as conn:
        ours = tenants.by_id(conn, OURS)
        assert ours is not None
        profiles.save(conn, ours, new, now=NOW + DAY)
        refresh(conn, ours, ratings.load())
    before = world.client("reader").get(f"{API}/heatmap").content
    assert b"New " in before
    with database.writing(world.engine) as conn:
        theirs = tenants.by_id(conn, THEIRS)
        assert theirs is not None
        profiles.save(conn, theirs, old, now=NOW + 2 * DAY)
    assert world.client("reader").get(f"{API}/heatmap").content == before


def test_a_bulk_part_sent_twice_at_once_is_no_crash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_page, "MOST_TENANTS", 1)
    base = [("status", "planned"), ("owner", "me")]
    items = [("item", f"{OURS}/aad_mfa"), ("item", f"{THEIRS}/aad_mfa")]
    begun = calm(world).post("/bulk", content=urlencode([*items, *base, ("expect", "2")]), headers=FORM)
    assert 'name="key" value="1"' in begun.text
    real, gate, codes = deeds._begun, threading.Barrier(2, timeout=60), list[int]()

    def both(*args: object) -> object:
        found = real(*args)  # type: ignore[arg-type]
        gate.wait()
        return found

    def send() -> None:
        onward = urlencode([items[1], *base, ("key", "1")])
        codes.append(calm(world).post("/bulk", content=onward, headers=FORM).status_code)

    monkeypatch.setattr(deeds, "_begun", both)
    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(codes) < 500, codes


@pytest.mark.parametrize("back", ["//[", "//\u2100.example"])
@pytest.mark.parametrize(
    ("path", "form"),
    [("/views", {"page": "actions", "name": "v", "query": ""}), ("/labels", {"tenant": OURS, "label": "x"})],
)
def test_a_way_back_that_is_no_address_leads_to_the_first_page(
    world: World, back: str, path: str, form: dict[str, str]
) -> None:
    answer = calm(world).post(path, data={**form, "back": back}, headers=SAME_SITE)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/")


def test_a_view_with_very_many_parameters_is_refused(world: World) -> None:
    sent = {"page": "actions", "name": "v", "query": "a=1&" * 150}
    assert calm(world).post(f"{API}/views", json=sent).status_code == 422
    assert calm(world).post("/views", data=sent, headers=SAME_SITE).status_code == 422


@pytest.mark.parametrize("path", ["/", f"{API}/portfolio"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_cursor_beyond_all_days_is_refused(world: World, path: str, moment: str) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(["synced_at", False, moment, ""]).encode()).decode()
    assert calm(world).get(path, params={"sort": "syncedAt", "cursor": cursor}).status_code == 422


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "text"), ("/heatmap", "tenants"), (f"{API}/portfolio", "text"), (f"{API}/heatmap", "tenants")],
)
def test_a_long_text_finds_nothing(world: World, path: str, name: str) -> None:
    assert calm(world).get(path, params={name: "_" * 25_001}).status_code < 500


@pytest.mark.parametrize("name", ["text", "did", "action"])
@pytest.mark.parametrize("path", ["/activity", f"{API}/audit"])
def test_the_trail_is_asked_for_a_text_that_no_pattern_may_hold(world: World, path: str, name: str) -> None:
    assert calm(world).post("/labels", content=f"tenant={OURS}&label=x", headers=FORM).status_code == 303
    answer = calm(world).get(path, params={name: "_" * 60_000})
    assert answer.status_code in {200, 422}


@pytest.mark.parametrize("url", ["https://[x/", "https://\u2100.example", "https://a:b:c/"])
def test_an_address_that_is_none_is_no_link(world: World, url: str) -> None:
    told = [web_world.profile(n, c, m) for n, c, _, _, m in web_world.CONTROLS if n != "scid_1"]
    with database.writing(world.engine) as conn:
        ours = tenants.by_id(conn, OURS)
        assert ours is not None
        profiles.save(conn, ours, [msgspec.structs.replace(p, action_url=url) for p in told], now=NOW + DAY)
        refresh(conn, ours, ratings.load())
    page = calm(world).get(f"/tenants/{OURS}/actions/aad_mfa")
    assert page.status_code == 200
    assert "Manage in" in page.text


@pytest.mark.parametrize("origin", ["http://[", "null", "http://127.0.0.1.example", "javascript:127.0.0.1"])
def test_an_origin_that_is_none_vouches_for_nobody(world: World, origin: str) -> None:
    headers = {"origin": origin, "content-type": FORM["content-type"]}
    asked = world.client(raise_server_exceptions=False)
    assert asked.post("/labels", content=f"tenant={OURS}&label=x", headers=headers).status_code == 403
    headers["origin"] = "http://127.0.0.1"
    assert asked.post("/labels", content=f"tenant={OURS}&label=x", headers=headers).status_code == 401


@pytest.mark.parametrize("path", [f"{API}/portfolio", f"{API}/heatmap"])
def test_labels_are_found_whatever_letters_they_have(world: World, path: str) -> None:
    calm(world).post("/labels", data={"tenant": OURS, "label": "\u00d6ffentlich"}, headers=SAME_SITE)
    assert calm(world).get(path, params={"label": "\u00d6ffentlich"}).json()["total"] == 1


def test_a_cell_is_never_markup_of_the_workbook(world: World) -> None:
    sent = {"status": "planned", "owner": "<r><t>x</r>"}
    calm(world).post(f"/tenants/{OURS}/actions/aad_mfa", data=sent, headers=SAME_SITE)
    file = calm(world).get(f"/tenants/{OURS}/actions.xlsx", params={"columns": "owner"}).content
    texts = zipfile.ZipFile(io.BytesIO(file)).read("xl/sharedStrings.xml").decode()
    assert "&lt;r&gt;" in texts


def test_languages_that_readers_name_do_not_fill_the_memory(world: World) -> None:
    client = world.client()
    for name in localedata.locale_identifiers():
        client.get("/health", headers={"accept-language": name.replace("_", "-")})
    assert len(localedata._cache) < 100


def test_a_view_is_replaced_also_when_no_further_one_fits(world: World) -> None:
    client = calm(world)
    for n in range(100):
        client.post(f"{API}/views", json={"page": "actions", "name": f"v{n}", "query": ""})
    assert client.post(f"{API}/views", json={"page": "actions", "name": "v5", "query": "show=quick"}).status_code == 201
    assert client.post(f"{API}/views", json={"page": "actions", "name": "v100", "query": ""}).status_code == 422


def test_who_leaves_in_the_middle_of_a_body_makes_no_noise(world: World) -> None:
    sent = iter([
        {"type": "http.request", "body": b"status=planned", "more_body": True},
        {"type": "http.disconnect"},
    ])  # fmt: skip
    token = f"Bearer {world.tokens['root']}"
    headers = {
        "host": "127.0.0.1",
        "authorization": token,
        "content-type": "application/x-www-form-urlencoded",
    } | SAME_SITE
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": f"/tenants/{OURS}/actions/aad_mfa", "raw_path": b"", "query_string": b"", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip
    told: list[object] = []

    async def receive() -> dict[str, object]:
        return next(sent)

    async def send(message: object) -> None:
        told.append(message)

    asyncio.run(world.app(scope, receive, send))
    assert [m["status"] for m in told if isinstance(m, dict) and "status" in m] in ([], [422])
