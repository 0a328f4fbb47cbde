"""The list of recommended actions: its address, its order, its files, and that the API says the same."""

import datetime as dt
import html as entities
import re
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from test_html import signed_in
from web_world import NOW, OURS, SAME_SITE, TODAY, World, profile

from surefoot.pages.columns import SORTS
from surefoot.pages.outlets import camel
from surefoot.store import database, profiles, tenants
from surefoot.web.api.answers import name_of_actions

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))

from sheet_reader import column

HERE = f"/tenants/{OURS}/actions"
API = "/api/security-defender/secure-score/recommendations"


def shown(page: str) -> list[str]:
    return [entities.unescape(found) for found in re.findall(rf'<a href="{HERE}/([^"/]+)" id="a', page)]


def listed(client: TestClient, query: str) -> list[str]:
    answer = client.get(f"{API}?tenant={OURS}&{query}")
    assert answer.status_code == 200, answer.text
    return [a["id"] for a in answer.json()["actions"]]


def plan(client: TestClient, control: str, **changes: object) -> None:
    path = f"/api/security-defender/secure-score/actions/{control}?tenant={OURS}"
    assert client.patch(path, json=changes, headers=SAME_SITE).status_code == 200


@pytest.fixture
def client(world: World) -> TestClient:
    made = signed_in(world)
    plan(made, "aad_mfa", owner="administrator", due="2026-11-27")
    plan(made, "mip_dlp", owner="Bo", due="2026-12-20")
    return made


@pytest.mark.parametrize("sort", [sign + camel(c) for c in SORTS for sign in ("", "-")])
def test_every_column_sorts_the_page_as_the_api(client: TestClient, sort: str) -> None:
    page = client.get(f"{HERE}?show=all&sort={sort}&columns=rank,{sort.removeprefix('-')}").text
    assert shown(page) == listed(client, f"sort={sort}")
    assert len(shown(page)) == 4
    assert page.count(f'aria-sort="{"descending" if sort[0] == "-" else "ascending"}"') == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("show=all&product=microsoft%20entra%20id", {"aad_mfa", "mdo_safe", "mip_dlp"}),
        ("show=all&difficulty=easy", {"aad_mfa", "mdo_safe", "mip_dlp"}),
        ("show=all&owner=bo", {"mip_dlp"}),
        ("show=all&owner=-", {"mdo_safe", "scid_1"}),
        ("show=mine", {"aad_mfa"}),
        ("show=open&due=within7", {"aad_mfa"}),
        ("show=open&due=within30", {"aad_mfa", "mip_dlp"}),
        ("show=open&due=overdue", set()),
        ("show=all&category=Identity&owner=administrator&text=MFA&impact=medium", {"aad_mfa"}),
        ("show=all&category=Identity&owner=Bo", set()),
        ("show=all&microsoft=waiting", set()),
        ("show=all&microsoft=conflict", set()),
        ("show=all&regressed=true", set()),
        ("show=all&quickWins=true", {"mip_dlp"}),
        ("show=all&regressed=false", {"aad_mfa", "mdo_safe", "mip_dlp", "scid_1"}),
    ],
)
def test_filters_combine_and_the_api_takes_the_same(client: TestClient, query: str, expected: set[str]) -> None:
    page = client.get(f"{HERE}?{query}").text
    assert set(shown(page)) == expected
    assert shown(page) == listed(client, query)


@pytest.mark.usefixtures("client")
def test_what_is_overdue_is_so_once_its_day_has_passed(world: World) -> None:
    world.now = NOW + dt.timedelta(days=4)
    page = world.client("reader").get(f"{HERE}?due=overdue").text
    assert shown(page) == ["aad_mfa"]
    assert '<span class="overdue">' in page


def test_each_filter_is_named_and_can_be_taken_away(client: TestClient) -> None:
    page = client.get(f"{HERE}?show=all&category=Identity&owner=-&sort=-points&group=status").text
    assert "0 of 4 shown" in page
    chips = dict(re.findall(r'class="chip" href="([^"]+)"><span[^>]*>[^<]*</span>([^<]+)', page))
    assert set(chips.values()) == {"Category: Identity", "Owner: nobody"}
    away = entities.unescape(next(href for href, label in chips.items() if label.startswith("Owner")))
    assert shown(client.get(away).text) == ["aad_mfa"]
    assert "sort=-points" in away
    assert "group=status" in away


def test_old_and_odd_addresses_still_show_the_list(client: TestClient) -> None:
    page = client.get(f"{HERE}?show=sideways&status=done&sort=odd&columns=odd&due=never&quickWins=perhaps&x=y").text
    assert shown(page) == shown(client.get(HERE).text) != []


def test_columns_are_chosen_and_stay_in_every_link(client: TestClient) -> None:
    page = client.get(f"{HERE}?show=all&columns=name&columns=rank&columns=notes,lastSynced").text
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)
    assert [h for h in heads if h != "Choose"] == ["Rank", "Recommended action", "Last synced", "Notes"]
    assert "columns=name%2Crank%2Cnotes%2ClastSynced&amp;" in page or "columns=name%2Crank" in page
    assert 'name="columns" value="rank" checked' in page


def test_groups_have_sums(client: TestClient) -> None:
    page = client.get(f"{HERE}?show=all&group=product").text
    group = re.search(r"Microsoft Entra ID <span[^>]*>([^<]+)<", page)
    assert group is not None
    actions = client.get(f"{API}?tenant={OURS}&product=Microsoft Entra ID").json()
    assert group[1].startswith(f"3 actions · 2 open · +{actions['points']:g} points")


def test_what_is_listed_without_a_score_stands_apart_and_never_counts(client: TestClient, world: World) -> None:
    before = client.get(API, params={"tenant": OURS}).json()
    with database.writing(world.engine) as conn:
        tenant = tenants.find(conn, OURS, None)
        names = [("aad_mfa", "Identity", 10.0), ("extra_1", "Apps", 9.0)]
        profiles.save(conn, tenant, [profile(*name) for name in names], now=NOW)
    page = client.get(f"{HERE}?show=unlicensed").text
    assert "Title of extra_1" in page
    assert "not applicable or not licensed" in page
    assert "Title of aad_mfa" not in page
    api = client.get("/api/security-defender/secure-score/unlicensed", params={"tenant": OURS}).json()
    assert [c["control"] for c in api["controls"]] == ["extra_1"]
    after = client.get(API, params={"tenant": OURS}).json()
    assert after["notLicensed"] == 1
    assert (after["scored"], after["total"], after["percent"]) == (before["scored"], before["total"], before["percent"])
    assert "extra_1" not in shown(client.get(f"{HERE}?show=all").text)


def test_what_microsoft_changed_has_its_day(client: TestClient, world: World) -> None:
    later = NOW + dt.timedelta(days=2)
    with database.writing(world.engine) as conn:
        tenant = tenants.find(conn, OURS, None)
        held = [
            profile("aad_mfa", "Identity", 12.0),
            profile("mdo_safe", "Apps", 8.0),
            profile("scid_1", "Device", 1.0),
        ]
        profiles.save(conn, tenant, held, now=later)
    told = {a["id"]: a["microsoftUpdate"] for a in client.get(API, params={"tenant": OURS}).json()["actions"]}
    assert told["aad_mfa"] == {"kind": "updated", "day": "2026-11-26"}
    assert told["scid_1"] == {"kind": "added", "day": "2026-11-26"}
    assert told["mdo_safe"] is None
    assert "Updated 26 Nov" in client.get(f"{HERE}?show=all&columns=microsoftUpdate").text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_files_are_what_is_seen(client: TestClient, kind: str) -> None:
    page = client.get(f"{HERE}?show=all&sort=-pointsAchieved&columns=points,status&text=title").text
    link = re.search(rf'href="({HERE}\.{kind}\?[^"]+)" download', page)
    assert link is not None
    answer = client.get(entities.unescape(link[1]))
    assert answer.headers["content-disposition"] == f'attachment; filename="surefoot-contoso-actions-{TODAY}.{kind}"'
    if kind == "csv":
        heads, *rows = answer.text.splitlines()
        assert heads == "Recommended action,Control,Points,Status"
        ids = [row.split(",")[1] for row in rows]
    else:
        head, *ids = column(answer.content, "B")
        assert head == "Control"
    assert ids == shown(page) == ["mdo_safe", "aad_mfa"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ('Zürich "Süd" AG\r\nx: y', "zurich-sud-ag-x-y-"),
        ("../Łódź; a=b/", "odz-a-b-"),
        ("東京", ""),
        ("a" * 300, "a" * 60 + "-"),
    ],
)
def test_the_name_of_a_file_is_plain_whatever_the_tenant_is_called(name: str, slug: str) -> None:
    assert name_of_actions(name, TODAY, "csv") == f"surefoot-{slug}actions-{TODAY}.csv"
    assert name_of_actions("Contoso", None, "xlsx") == "surefoot-contoso-actions.xlsx"


def test_an_export_is_in_the_audit_trail(client: TestClient) -> None:
    client.get(f"{HERE}.xlsx?show=all")
    entry = client.get("/api/security-defender/audit", params={"action": "export"}).json()["entries"][0]
    assert entry["subject"] == f"{HERE}.xlsx"
    assert entry["after"] == '{"rows": 4}'


def test_the_api_writes_the_same_workbook(client: TestClient) -> None:
    answer = client.get(f"{API}.xlsx", params={"tenant": OURS, "columns": "rank,status", "sort": "-rank"})
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert column(answer.content, "C")[1:] == listed(client, "sort=-rank")
    refused = client.get(f"{API}.xlsx", params={"tenant": OURS, "columns": "odd"})
    assert refused.status_code == 422
    assert "is no column" in refused.text
    assert client.get("/api/security-defender/portfolio.xlsx", params={"sort": "-percent"}).status_code == 200


def test_a_choice_carries_what_it_is_worth(client: TestClient) -> None:
    page = client.get(f"{HERE}?show=all").text
    actions = {a["id"]: a for a in client.get(API, params={"tenant": OURS}).json()["actions"]}
    boxes = re.findall(
        rf'name="item" value="{OURS}/([^"]+)"[^>]*?(?:data-points="([^"]+)")?(?: data-impact="([^"]+)")?>', page
    )
    assert {name for name, _, _ in boxes} == {"aad_mfa", "mip_dlp", "scid_1"}
    for name, points, impact in boxes:
        assert (float(points) if points else None) == actions[name]["points"]
        assert (float(impact) if impact else None) == pytest.approx(actions[name]["scoreImpact"])
    assert 'data-percent="57.69' in page
