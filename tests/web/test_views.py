"""Saved views: on the pages and in the API, and only for who saved them."""

import re
from html import unescape

import pytest
from test_html import signed_in
from web_world import NOW, OURS, SAME_SITE, World

from surefoot.access.tokens import create_token
from surefoot.model import Role
from surefoot.store import database

HERE = f"/tenants/{OURS}/actions"
API = "/api/security-defender/views"


def saved(page: str) -> dict[str, str]:
    menu = page[page.index('class="menu views"') :]
    menu = menu[: menu.index("<form")]
    return {unescape(name): unescape(href) for href, name in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', menu)}


def test_a_view_is_saved_opened_renamed_and_removed_on_the_page(world: World) -> None:
    client = signed_in(world)
    page = client.get(f"{HERE}?show=all&sort=-points&columns=rank&said=decided").text
    fields = dict(re.findall(r'type="hidden" name="(page|query|back)" value="([^"]*)"', page))
    sent = {name: unescape(value) for name, value in fields.items()} | {"name": "By <points>"}
    done = client.post("/views", data=sent, headers=SAME_SITE)
    assert "The view is saved" in done.text
    assert str(done.url).endswith("show=all&sort=-points&columns=rank&said=view-saved")
    views = saved(client.get(HERE).text)
    assert views == {"By <points>": f"{HERE}?show=all&sort=-points&columns=rank"}
    assert 'aria-current="true">By &lt;points&gt;' in client.get(views["By <points>"]).text
    key = client.get(API).json()["views"][0]["key"]
    client.post(f"/views/{key}", data={"do": "rename", "name": "Mine", "back": HERE}, headers=SAME_SITE)
    assert list(saved(client.get(HERE).text)) == ["Mine"]
    client.post(f"/views/{key}", data={"do": "remove", "back": HERE}, headers=SAME_SITE)
    assert client.get(API).json() == {"views": [], "total": 0}


def test_the_portfolio_has_its_own(world: World) -> None:
    client = signed_in(world)
    client.post(API, json={"page": "portfolio", "name": "Worst", "query": "?sort=percent&cursor=x"}, headers=SAME_SITE)
    assert saved(client.get("/").text) == {"Worst": "/?sort=percent"}
    assert "Worst" not in client.get(HERE).text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_form_never_leads_elsewhere(world: World, back: str) -> None:
    client = signed_in(world)
    client.follow_redirects = False
    fields = {"page": "actions", "name": "x", "query": "", "back": back}
    answer = client.post("/views", data=fields, headers=SAME_SITE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?said=view-saved")


def test_views_belong_to_who_saved_them(world: World) -> None:
    reader, writer = world.client("reader"), world.client("writer")
    made = reader.post(API, json={"page": "actions", "name": "Mine", "query": "show=quick"})
    assert made.status_code == 201
    key = made.json()["key"]
    assert writer.get(API).json()["total"] == 0
    assert writer.patch(f"{API}/{key}", json={"name": "Theirs"}).status_code == 404
    assert writer.delete(f"{API}/{key}").status_code == 404
    assert reader.get(API, params={"page": "heatmap"}).json()["total"] == 0
    assert reader.patch(f"{API}/{key}", json={"name": "Quick"}).json()["name"] == "Quick"
    assert reader.delete(f"{API}/{key}").status_code == 204


def test_a_token_that_is_named_like_a_person_has_views_of_its_own(world: World) -> None:
    person = signed_in(world)
    person.post(API, json={"page": "actions", "name": "Mine", "query": "show=quick"}, headers=SAME_SITE)
    (mine,) = person.get(API).json()["views"]
    with database.writing(world.engine) as conn:
        world.tokens["twin"] = create_token(conn, name=mine["owner"], tenants=None, role=Role.READER, now=NOW)
    twin = world.client("twin")
    assert twin.get(API).json()["total"] == 0
    assert twin.delete(f"{API}/{mine['key']}").status_code == 404
    made = twin.post(API, json={"page": "actions", "name": "Mine", "query": "show=all"}).json()
    assert made["owner"] == f"token:{mine['owner']}"
    assert [v["query"] for v in person.get(API).json()["views"]] == ["show=quick"]


def test_the_same_name_takes_the_new_query(world: World) -> None:
    client = world.client("reader")
    for query in ("show=quick", "show=all"):
        client.post(API, json={"page": "actions", "name": "Mine", "query": query})
    assert [v["query"] for v in client.get(API).json()["views"]] == ["show=all"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"page": "overview"}, "no page with views"),
        ({"name": "  "}, "Give the view a name"),
        ({"name": "x" * 61}, "60 are possible"),
        ({"query": "a=" + "x" * 2000}, "2000 are possible"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(world: World, changes: dict[str, str], words: str) -> None:
    sent = {"page": "actions", "name": "Mine", "query": "show=all"} | changes
    answer = world.client("reader").post(API, json=sent)
    assert answer.status_code == 422
    assert words in answer.text


def test_two_views_of_one_page_have_two_names(world: World) -> None:
    client = world.client("reader")
    first, _ = (client.post(API, json={"page": "actions", "name": n, "query": ""}).json() for n in ("a", "b"))
    assert client.patch(f"{API}/{first['key']}", json={"name": "b"}).status_code == 422


def test_labels_are_put_on_a_tenant_from_the_portfolio(world: World) -> None:
    client = signed_in(world)
    page = client.post("/labels", data={"tenant": OURS, "label": "gold", "back": "/?sort=name"}, headers=SAME_SITE)
    assert str(page.url).endswith("/?sort=name&said=labelled")
    assert '<span class="visually-hidden">Label: </span>gold</a>' in page.text
    gone = client.post("/labels", data={"tenant": OURS, "remove": "gold", "label": ""}, headers=SAME_SITE)
    assert "Label: </span>gold" not in gone.text
