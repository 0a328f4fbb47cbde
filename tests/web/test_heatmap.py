"""The heat map as page and API: the same numbers, only what is visible, and from a row to one decision for many."""

import csv
import io
import re
import zipfile
from html import unescape

import msgspec
import pytest
from heat_samples import heatmap
from test_html import signed_in
from web_samples import HOSTILE
from web_world import NOW, OURS, SAME_SITE, THEIRS, World

from surefoot.locales import reading_as
from surefoot.model import Connection
from surefoot.reports.sheets import MEDIA_TYPE
from surefoot.store import database, labels, tenants
from surefoot.web.html import heatmap as heatmap_view
from surefoot.web.html.contexts import Frame

API = "/api/security-defender/heatmap"
NEW = "0c0a1e5e-0000-4000-8000-000000000003"


def chosen(html: str) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', html)


def test_the_figures_are_those_of_the_api(world: World) -> None:
    client = signed_in(world)
    api, page = client.get(API).json(), unescape(client.get("/heatmap").text)
    offered = re.findall(r'type="checkbox" name="control" value="([^"]+)"', page)
    assert [c["id"] for c in api["controls"]] == [*offered, "mdo_safe"]
    assert f">{api['best']['points']:.0f} points</b> together" in page
    assert f"still to address in {api['best']['tenants']} of {api['scored']} tenants" in page
    for control in api["controls"]:
        assert f"{control['open']} of {api['scored']}" in page
        for tenant, cell in zip(api["tenants"], control["cells"], strict=True):
            assert f'href="/tenants/{tenant["tenant"]["id"]}/actions/{control["id"]}"' in page
            earned, most = cell["earnedPoints"], cell["maxPoints"]
            said = "the maximum is not known" if most is None else f"{earned:g} of {most:g} points"
            assert said in page


def test_a_viewer_of_some_tenants_sees_and_counts_these_alone(world: World) -> None:
    client = world.client("reader")
    api, page = client.get(API).json(), client.get("/heatmap").text
    assert [t["tenant"]["id"] for t in api["tenants"]] == [OURS]
    assert (api["total"], api["controls"][0]["scored"]) == (1, 1)
    assert "Fabrikam" not in page
    assert THEIRS not in page
    assert 'name="control"' not in page
    assert "Plan it" not in page
    assert THEIRS not in client.get(f"{API}.csv").text
    assert "Fabrikam" not in client.get("/heatmap/aad_mfa").text


def test_a_control_that_no_visible_tenant_has_is_not_there(world: World) -> None:
    assert signed_in(world).get("/heatmap/nope").status_code == 404
    assert world.client("nobody").get("/heatmap/aad_mfa").status_code == 404


def test_the_workbook_is_filtered_as_the_page_and_has_only_what_is_visible(world: World) -> None:
    reader = world.client("reader")
    page = unescape(reader.get("/heatmap?text=mfa").text)
    (link,) = re.findall(r'href="(/api/[^"]+\.xlsx\?[^"]*)"', page)
    answer = reader.get(link)
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "surefoot-heatmap-" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        words = book.read("xl/sharedStrings.xml").decode()
    assert "Title of aad_mfa" in words
    assert "Contoso" in words
    assert "text: mfa" in words
    assert not any(word in words for word in ("Title of mip_dlp", "Fabrikam", THEIRS))
    assert reader.get(f"{API}.xlsx?odd=1").status_code == 422


def test_the_csv_has_a_row_a_cell_of_all_pages(world: World) -> None:
    client = world.client("msp")
    rows = list(csv.DictReader(io.StringIO(client.get(f"{API}.csv").text)))
    assert len(rows) == 8
    assert {r["tenantName"] for r in rows} == {"Contoso", "Fabrikam"}
    assert rows[0]["control"] == "mip_dlp"
    assert rows[0]["name"] == HOSTILE
    assert {r["state"] for r in rows} == {"open", "partial", "completed"}
    assert len(client.get(f"{API}.csv", params={"limit": "1"}).text.splitlines()) == 3


@pytest.mark.parametrize(
    ("query", "named"), [("limit=0", "1 to 1000"), ("open=yes", "true nor false"), ("tenant=x", "tenantPage")]
)
def test_what_the_api_does_not_understand_is_refused(world: World, query: str, named: str) -> None:
    answer = world.client("msp").get(f"{API}?{query}")
    assert answer.status_code == 422
    assert named in answer.json()["detail"]


def test_many_tenants_are_on_several_pages_and_the_counts_are_of_all(world: World) -> None:
    with database.writing(world.engine) as conn:
        way = tenants.connection(conn, tenants.find(conn, THEIRS, None))
        for n in range(50):
            ident = f"0c0a1e5e-0000-4000-8000-0000000002{n:02d}"
            tenants.add(conn, id=ident, name=f"Zed {n:02d}", connection=way, now=NOW, due_at=NOW)
    client = signed_in(world)
    first = client.get("/heatmap").text
    assert "Tenants 1 to 50 of 52" in first
    link = re.search(r'href="([^"]*tenantPage=2)">Next', first)
    assert link is not None
    second = client.get(unescape(link[1])).text
    assert "Tenants 51 to 52 of 52" in second
    counted = r'data-label="Open in">(?:<a[^>]*>|<span[^>]*>)([^<]*)<'
    assert re.findall(counted, first) == re.findall(counted, second) != []


def test_the_page_ignores_odd_words_and_keeps_its_filters(world: World) -> None:
    client = signed_in(world)
    with database.writing(world.engine) as conn:
        labels.add(conn, tenants.find(conn, OURS, None), ["<b>gold"])
    odd = client.get("/heatmap", params={"page": "-1", "tenantPage": "x", "open": "maybe", "label": "<b>gold"}).text
    assert "1 tenant, 1 with a score" in odd
    assert "&lt;b&gt;gold" in odd
    assert 'name="label" value="&lt;b&gt;gold"' in odd
    assert "No control matches" in client.get("/heatmap?text=zzz").text
    assert "No tenant matches" in client.get("/heatmap?tenants=zzz").text
    assert "No tenant yet" in world.client("nobody").get("/heatmap").text


def test_a_tenant_without_a_score_is_not_known_and_a_failing_one_keeps_its_cells(world: World) -> None:
    with database.writing(world.engine) as conn:
        theirs = tenants.find(conn, THEIRS, None)
        tenants.mark_failed(
            conn, theirs, now=NOW, due_at=NOW, error="consent-missing", message="Grant consent.", request_id=None
        )
        tenants.add(conn, id=NEW, name="New", connection=Connection(), now=NOW, due_at=None)
    client = signed_in(world)
    page = client.get("/heatmap").text
    assert "3 tenants, 2 with a score" in page
    assert "2 need attention" in page
    assert page.count('<td class="c not-known"') == 4
    assert "Grant consent." in page
    assert f'href="/tenants/{THEIRS}/actions/aad_mfa"' in page
    assert f'href="/tenants/{NEW}/actions' not in page
    assert "No score yet" in client.get("/heatmap?tenants=new").text
    one = client.get("/heatmap/aad_mfa").text
    assert "Not known" in one
    assert "never read" in one


def test_a_control_is_decided_in_all_tenants_where_it_is_still_to_address(world: World) -> None:
    client = world.client("msp")
    fields = {"control": "AAD_mfa", "status": "planned", "back": "/heatmap?open=true&text=%3Cb%3E"}
    preview = client.post("/bulk", data=fields, headers=SAME_SITE)
    assert sorted(chosen(preview.text)) == [f"{OURS}/aad_mfa", f"{THEIRS}/aad_mfa"]
    assert 'href="/heatmap?open=true&amp;text=%3Cb%3E#chosen"' in preview.text
    sent = {"item": chosen(preview.text), "status": "planned", "back": "/heatmap?open=true", "expect": "2"}
    done = client.post("/bulk", data=sent, headers=SAME_SITE)
    assert "Changed 2 actions" in done.text
    again = client.post("/bulk", data=fields, headers=SAME_SITE)
    assert again.status_code == 422
    assert "nothing to decide" in again.text
    wide = client.post("/bulk", data=fields | {"where": "open", "status": "inProgress"}, headers=SAME_SITE)
    assert len(chosen(wide.text)) == 2


def test_a_decision_for_many_reaches_only_the_tenants_that_are_meant(world: World) -> None:
    fields = {"control": ["aad_mfa", "mip_dlp"], "status": "planned"}
    mine = world.client("writer").post("/bulk", data=fields, headers=SAME_SITE)
    assert {c.partition("/")[0] for c in chosen(mine.text)} == {OURS}
    named = world.client("msp").post("/bulk", data=fields | {"tenants": "fabri"}, headers=SAME_SITE)
    assert {c.partition("/")[0] for c in chosen(named.text)} == {THEIRS}
    none = world.client("msp").post("/bulk", data=fields | {"label": "gold"}, headers=SAME_SITE)
    assert none.status_code == 422


def test_the_list_of_a_control_is_cut_by_state_and_chooses_what_is_to_address(world: World) -> None:
    client = signed_in(world)
    page = client.get("/heatmap/aad_mfa?show=open").text
    assert page.count("checked") == 2
    assert 'show=open" aria-current="true"' in page
    assert "No tenant stands so" in client.get("/heatmap/aad_mfa?show=accepted").text
    assert client.get("/heatmap/mdo_safe").text.count('name="item"') == 0


def test_each_reader_gets_their_own_way_of_writing() -> None:
    page = heatmap()
    (control,) = page.controls
    half = msgspec.structs.replace(control.cells[1], earned_points=4.5)
    page = heatmap(controls=(msgspec.structs.replace(control, cells=(half,) * len(page.tenants)),))
    for locale, written in (("de", "4,5 of 9 points"), ("en", "4.5 of 9 points")):
        with reading_as(locale):
            shown = heatmap_view.view(page, Frame(title="T", now=NOW), {}, labels=(), can_write=False)
        assert written in shown.lines[0].cells
