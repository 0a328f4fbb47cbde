"""The portfolio as a page."""

import re

import pytest
from test_html import signed_in
from web_world import NOW, OURS, THEIRS, World

from surefoot.store import database, labels, tenants

API = "/api/security-defender/portfolio"


def order(html: str) -> list[str]:
    return re.findall(r'scope="row" class="name"><a href="/tenants/([^/]+)/', html)


def test_the_figures_are_those_of_the_api(world: World) -> None:
    client = signed_in(world)
    api, page = client.get(API).json(), client.get("/").text
    for value in (api["average"], api["highest"], api["lowest"]):
        assert f'class="figure">{value:.1f} %' in page
    assert f'class="figure">{api["onNewest"]} of {api["total"]}<' in page
    for row in api["tenants"]:
        assert f"<b>{row['percent']:.1f} %</b>" in page
        assert f">+{row['pointsAvailable']:.2f}".rstrip("0").rstrip(".") in page
    assert page.count('<svg class="chart spark"') == api["total"]


@pytest.mark.parametrize("column", ["name", "percent", "change30", "pointsAvailable", "rank", "syncedAt"])
def test_every_head_sorts_as_the_api_does(world: World, column: str) -> None:
    client = signed_in(world)
    for sort in (column, f"-{column}"):
        page = client.get("/", params={"sort": sort}).text
        assert order(page) == [r["tenant"]["id"] for r in client.get(API, params={"sort": sort}).json()["tenants"]]
        assert page.count(f'aria-sort="{"descending" if sort[0] == "-" else "ascending"}"') == 1


def test_filters_groups_and_the_file_agree(world: World) -> None:
    with database.writing(world.engine) as conn:
        labels.add(conn, tenants.find(conn, OURS, None), ["gold", "<b>x"])
    client = signed_in(world)
    page = client.get("/", params={"label": "gold"}).text
    assert order(page) == [OURS]
    assert "1 tenant of 2" in page
    link = re.search(r'href="(/api/[^"]*portfolio\.csv[^"]*)"', page)
    assert link is not None
    assert len(client.get(link[1].replace("&amp;", "&")).text.splitlines()) == 2
    grouped = client.get("/", params={"group": "label"}).text
    assert order(grouped) == [OURS, OURS, THEIRS]
    assert "&lt;b&gt;x" in grouped
    assert "No label" in grouped


@pytest.fixture
def twelve(world: World) -> World:
    """Add ten tenants, which were never read."""
    with database.writing(world.engine) as conn:
        way = tenants.connection(conn, tenants.find(conn, THEIRS, None))
        for n in range(10):
            ident = f"0c0a1e5e-0000-4000-8000-0000000001{n:02d}"
            tenants.add(conn, id=ident, name=f"Tenant {n}", connection=way, now=NOW, due_at=NOW)
    return world


def whole(html: str) -> str:
    """Give where the list of all of a group is."""
    found = re.search(r'href="([^"]*)">All 12<', html)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_a_long_group_shows_its_first_tenants_and_leads_to_all_of_them(twelve: World) -> None:
    with database.writing(twelve.engine) as conn:
        for tenant in tenants.all_of(conn, None):
            labels.add(conn, tenant, ["gold"])
    client = signed_in(twelve)
    for sort in ("name", "-percent"):
        every = order(client.get("/", params={"sort": sort}).text)
        grouped = client.get("/", params={"sort": sort, "group": "label"}).text
        assert order(grouped) == every[:10]
        assert "12 tenants · average" in grouped
        assert "of 2 with a score" in grouped
        assert order(client.get(whole(grouped)).text) == every


def test_tenants_without_a_label_are_a_list_of_their_own(twelve: World) -> None:
    client = signed_in(twelve)
    bare = whole(client.get("/", params={"group": "label"}).text)
    with database.writing(twelve.engine) as conn:
        labels.add(conn, tenants.find(conn, OURS, None), ["gold"])
    assert OURS not in order(client.get(bare).text)
    assert len(order(client.get(bare).text)) == 11
    assert [t["tenant"]["id"] for t in client.get(API, params={"labelled": "true"}).json()["tenants"]] == [OURS]
    assert client.get(API, params={"labelled": "false"}).json()["total"] == 11


def test_a_failing_tenant_is_marked_and_never_nothing(world: World) -> None:
    with database.writing(world.engine) as conn:
        tenant = tenants.find(conn, THEIRS, None)
        tenants.mark_failed(
            conn, tenant, now=NOW, due_at=NOW, error="consent-missing", message="Grant consent.", request_id=None
        )
        tenants.add(
            conn, id="0c0a1e5e-0000-4000-8000-000000000003", name="New", connection=tenants.connection(conn, tenant),
            now=NOW, due_at=NOW,
        )  # fmt: skip
    client = signed_in(world)
    page = client.get("/").text
    assert "2 need attention" in page
    assert "Grant consent." in page
    assert "has not read this tenant yet" in page
    assert page.count("2 of 3 read on 23 Nov") == 3
    assert page.count("Nothing is known yet") == 1
    assert len(order(page)) == 3
    assert order(client.get("/", params={"problem": "true"}).text) == [THEIRS, "0c0a1e5e-0000-4000-8000-000000000003"]


def test_a_change_leads_to_why_it_came_about(world: World) -> None:
    client = signed_in(world)
    page = client.get("/").text
    row = next(r for r in client.get("/api/security-defender/portfolio").json()["tenants"] if r["tenant"]["id"] == OURS)
    ends = set(re.findall(rf"/tenants/{OURS}/history/why\?from=([0-9-]+)&amp;to=([0-9-]+)", page))
    assert ends
    known = {round(row[f"change{span}"], 6) for span in (1, 7, 30, 90) if row[f"change{span}"] is not None}
    for since, until in ends:
        assert until == row["asOf"]
        told = client.get(
            "/api/security-defender/secure-score/changes", params={"tenant": OURS, "from": since, "to": until}
        )
        assert round(told.json()["difference"], 6) in known


def test_no_match_leads_back_and_odd_words_do_no_harm(world: World) -> None:
    client = signed_in(world)
    assert "No tenant matches" in client.get("/", params={"text": "zzz"}).text
    assert len(order(client.get("/", params={"sort": "nonsense", "problem": "x", "group": "y"}).text)) == 2
    assert client.get("/", params={"cursor": "x"}).status_code == 422
