"""The portfolio as a page."""

import datetime as dt
import re

import pytest
from test_html import signed_in
from web_world import NOW, OURS, THEIRS, World, snapshot

from surefoot.model import AuthMethod
from surefoot.scoring import ratings
from surefoot.store import database, history, labels, tenants
from surefoot.store.schema import tenant as table
from surefoot.sync.derived import refresh

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


def read(world: World, tenant: str, back: int, gain: float = 2.0) -> None:
    """Store another day of a tenant."""
    with database.writing(world.engine) as conn:
        found = tenants.find(conn, tenant, None)
        history.save(conn, found, [snapshot(tenant, back, gain)], now=NOW)
        refresh(conn, found, ratings.load())


def row_of(html: str, tenant: str) -> str:
    (found,) = (row for row in html.split("<tr")[1:] if f'scope="row" class="name"><a href="/tenants/{tenant}/' in row)
    return found.partition("</tr>")[0]


def test_a_change_says_its_two_days_where_one_is_older_than_its_head_says(world: World) -> None:
    assert "measured" not in row_of(signed_in(world).get("/").text, OURS)
    read(world, OURS, -2)
    world.now += dt.timedelta(days=2)
    client = signed_in(world)
    page, rows = client.get("/").text, {r["tenant"]["id"]: r for r in client.get(API).json()["tenants"]}
    ours, theirs = row_of(page, OURS), row_of(page, THEIRS)
    assert re.findall(r"measured ([^<]*)<", ours) == ["from 23 Nov 2026 to 25 Nov 2026"]
    assert ">since 23 Nov<" in ours
    assert theirs.count(">to 23 Nov<") == 3
    assert 'title="Measured from 24 Oct 2026 to 23 Nov 2026"' in theirs
    assert ">of 23 Nov<" in theirs
    assert (rows[OURS]["since1"], rows[THEIRS]["since30"], rows[THEIRS]["since90"]) == (
        "2026-11-23",
        "2026-10-24",
        None,
    )


def test_days_that_are_all_old_are_marked_too(world: World) -> None:
    world.now += dt.timedelta(days=5)
    assert signed_in(world).get("/").text.count(">to 23 Nov<") == 6


def test_no_change_has_no_line_that_reads_as_a_minus(world: World) -> None:
    page = row_of(signed_in(world).get("/").text, OURS)
    assert '<span class="delta flat"><span class="visually-hidden">no change </span>0.0</span>' in page
    assert 'title="Not known: no day so long before is stored"' in page


def test_dismissed_regressions_stand_beside_the_others_as_in_the_list_behind(world: World) -> None:
    read(world, OURS, -1, gain=0.0)
    client, writer = signed_in(world), world.client("writer")
    score = "/api/security-defender/secure-score"
    behind = {"tenant": OURS, "show": "regressed"}
    assert ">1</a>" in row_of(client.get("/").text, OURS)
    dismissed = writer.post(f"{score}/regressions/aad_mfa/dismiss", params={"tenant": OURS}, json={"reason": "a test"})
    assert dismissed.status_code == 200
    row = next(r for r in client.get(API).json()["tenants"] if r["tenant"]["id"] == OURS)
    assert (row["regressions"], row["dismissed"]) == (0, 1)
    assert client.get(f"{score}/recommendations", params=behind).json()["total"] == 1
    assert re.search(r'>0<small class="muted">1 dismissed</small></a>', row_of(client.get("/").text, OURS))
    writer.post(f"{score}/regressions/aad_mfa/restore", params={"tenant": OURS})
    assert "dismissed" not in row_of(client.get("/").text, OURS)


def test_a_tenant_of_files_is_imported_and_not_said_to_be_never_read(world: World) -> None:
    with database.writing(world.engine) as conn:
        alone = {"synced_at": None, "due_at": None, "method": AuthMethod.NONE}
        conn.execute(table.update().where(table.c.id == THEIRS).values(**alone))
    client = signed_in(world)
    for where in ("/", "/tenants"):
        said = re.sub(r"<[^>]*>", "", row_of(client.get(where).text, THEIRS))
        assert "imported, newest day 23 Nov 2026" in said
        assert "never" not in said
    assert "never read" not in client.get(f"/tenants/{THEIRS}/overview").text.replace('title="Never read', "")


def test_no_match_leads_back_and_odd_words_do_no_harm(world: World) -> None:
    client = signed_in(world)
    assert "No tenant matches" in client.get("/", params={"text": "zzz"}).text
    assert len(order(client.get("/", params={"sort": "nonsense", "problem": "x", "group": "y"}).text)) == 2
    assert client.get("/", params={"cursor": "x"}).status_code == 422
