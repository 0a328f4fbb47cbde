"""The pages over a real store."""

import dataclasses
import datetime as dt
import re

import pytest
from starlette.testclient import TestClient
from web_world import NOW, OURS, SAME_SITE, World

HERE = f"/tenants/{OURS}"


def signed_in(world: World) -> TestClient:
    client = world.client(follow_redirects=True)
    answer = client.post("/sign-in", data={"link": world.link()}, headers=SAME_SITE)
    assert answer.status_code == 200
    return client


def test_the_link_signs_in_once_and_only_by_the_button(world: World) -> None:
    link, client = world.link(), world.client()
    for _ in range(3):
        page = client.get("/sign-in", params={"link": link})
        assert page.status_code == 200
        assert link in page.text
    first = client.post("/sign-in", data={"link": link}, headers=SAME_SITE)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"].lower()
    assert cookie.startswith("surefoot-session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/").status_code == 200
    again = world.client().post("/sign-in", data={"link": link}, headers=SAME_SITE)
    assert again.status_code == 403
    assert "has been used or is too old" in again.text


def test_a_link_grows_old(world: World) -> None:
    link = world.link()
    world.now = NOW + dt.timedelta(days=30)
    assert world.client().post("/sign-in", data={"link": link}, headers=SAME_SITE).status_code == 403


def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    client = signed_in(world)
    kept = dict(client.cookies)
    assert "You are signed out" in client.post("/sign-out", headers=SAME_SITE).text
    stranger = world.client(cookies=kept)
    assert stranger.get("/").status_code == 401


def test_signing_in_again_ends_the_session_before(world: World) -> None:
    client = signed_in(world)
    kept = dict(client.cookies)
    client.post("/sign-in", data={"link": world.link()}, headers=SAME_SITE)
    assert dict(client.cookies) != kept
    assert world.client(cookies=kept).get("/").status_code == 401


def test_several_tenants_are_listed_and_one_is_shown_at_once(world: World) -> None:
    listed = signed_in(world).get("/").text
    assert "Contoso" in listed
    assert "Fabrikam" in listed
    alone = world.client("reader").get("/")
    assert (alone.status_code, alone.headers["location"]) == (303, f"{HERE}/overview")


def test_the_overview_shows_what_the_api_says(world: World) -> None:
    client = world.client("reader")
    api = client.get("/api/security-defender/secure-score").json()
    page = client.get(f"{HERE}/overview").text
    assert f'data-figure="percent">{api["percent"]:.1f}<' in page
    assert re.search(r'data-figure="points">15</b>', page)
    assert page.count("data-day=") == len(api["history"])
    assert page.count('class="gap"') == 2  # one in each form


@pytest.mark.parametrize("days", ["30", "90", "365", "all", "nonsense"])
def test_every_range_is_served(world: World, days: str) -> None:
    page = world.client("reader").get(f"{HERE}/overview", params={"days": days})
    assert page.status_code == 200
    assert page.text.count('aria-current="true"') >= 1


def test_titles_from_microsoft_are_escaped_everywhere(world: World) -> None:
    client = world.client("writer")
    for path in (f"{HERE}/overview", f"{HERE}/actions?show=all", f"{HERE}/actions/mip_dlp"):
        page = client.get(path).text
        assert "<img" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert "javascript:" not in page


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("show=all", "Title of mdo_safe", None),
        ("show=open", "Title of aad_mfa", "Title of mdo_safe"),
        ("show=all&category=Apps", "Title of mdo_safe", "Title of aad_mfa"),
        ("show=all&status=completed", "Title of mdo_safe", "Title of aad_mfa"),
        ("show=all&text=MFA", "Title of aad_mfa", "Title of mdo_safe"),
        ("show=all&group=category", "Title of aad_mfa", None),
        ("show=all&text=zzz", "No action matches", "Title of aad_mfa"),
        ("show=sideways&group=odd", "Title of aad_mfa", "Title of mdo_safe"),
    ],
)
def test_the_list_is_narrowed_by_its_address(world: World, query: str, there: str, gone: str | None) -> None:
    page = world.client("reader").get(f"{HERE}/actions?{query}")
    assert page.status_code == 200
    assert there in page.text
    assert gone is None or gone not in page.text


def test_a_decision_is_made_by_the_form(world: World) -> None:
    client = signed_in(world)
    form = {"status": "riskAccepted", "comment": "A <b>reason</b>", "owner": "Anna", "due": "2027-01-31"}
    page = client.post(f"{HERE}/actions/aad_mfa", data=form, headers=SAME_SITE)
    assert page.status_code == 200
    assert str(page.url).endswith("?said=decision")
    assert "Saved: Risk accepted." in page.text
    assert "A &lt;b&gt;reason&lt;/b&gt;" in page.text
    assert "Risk accepted" in page.text
    assert "Accepted until 22 Feb" in page.text


def test_what_is_resolved_elsewhere_shows_its_evidence_as_text(world: World) -> None:
    client = signed_in(world)
    form = {"status": "thirdParty", "evidence": "<i>ticket</i> 7", "review_on": "2027-01-01"}
    page = client.post(f"{HERE}/actions/aad_mfa", data=form, headers=SAME_SITE)
    assert page.status_code == 200
    assert "Evidence: &lt;i&gt;ticket&lt;/i&gt; 7" in page.text


def test_a_refused_form_comes_back_with_what_was_typed(world: World) -> None:
    form = {"status": "planned", "comment": "Kept words", "owner": "", "due": "2001-01-01"}
    page = signed_in(world).post(f"{HERE}/actions/aad_mfa", data=form, headers=SAME_SITE)
    assert page.status_code == 422
    assert "has passed" in page.text
    assert "Kept words" in page.text


def test_readers_get_no_form(world: World) -> None:
    page = world.client("reader").get(f"{HERE}/actions/aad_mfa").text
    assert "<textarea" not in page
    assert "You may look" in page


def test_sync_now_asks_for_the_tenant(world: World) -> None:
    client = signed_in(world)
    assert "Sync now" in client.get(f"{HERE}/overview").text
    page = client.post(f"{HERE}/sync", headers=SAME_SITE)
    assert [t.id for t in world.asked] == [OURS]
    assert "will be read from Microsoft" in page.text


def test_a_form_of_another_site_changes_nothing(world: World) -> None:
    client = signed_in(world)
    for path in (f"{HERE}/sync", f"{HERE}/actions/aad_mfa", "/sign-out"):
        answer = client.post(path, headers={"sec-fetch-site": "cross-site"}, data={"status": "planned"})
        assert answer.status_code == 403
    assert world.asked == []
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/nope", f"{HERE}/nope", f"{HERE}/actions/nope", "/static/nope.css", "/static/../app.py"]
)
def test_pages_that_are_not_there_say_so(world: World, path: str) -> None:
    answer = world.client("reader").get(path)
    assert answer.status_code == 404
    assert "Nothing here" in answer.text


def test_a_stranger_is_told_how_to_sign_in(world: World) -> None:
    answer = world.client().get("/")
    assert answer.status_code == 401
    assert "surefoot serve" in answer.text


def test_a_mistake_of_ours_is_a_calm_page_with_all_headers(world: World) -> None:
    world.app.state.site = dataclasses.replace(world.app.state.site, engine=None)
    client = world.client("reader", raise_server_exceptions=False)
    for path in ("/", "/api/openapi.json"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "Traceback" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_static_files_are_kept_by_their_hash(world: World) -> None:
    client = world.client()
    page = client.get("/sign-in").text
    address = re.search(r"/static/surefoot\.css\?v=[0-9a-f]+", page)[0]
    kept = client.get(address)
    assert "immutable" in kept.headers["cache-control"]
    assert kept.headers["content-type"].startswith("text/css")
    bare = client.get("/static/surefoot.css")
    assert bare.headers["cache-control"] == "public, no-cache"
    assert client.get("/static/surefoot.css", headers={"if-none-match": bare.headers["etag"]}).status_code == 304
