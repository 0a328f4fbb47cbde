"""The comparison as a page: the API's figures, every state with its next step, two side by side."""

import html
import re

import pytest
from comparison_world import people
from test_html import signed_in
from web_world import OURS, THEIRS, World

HERE = f"/tenants/{OURS}/comparison"
API = f"/api/security-defender/secure-score/comparison?tenant={OURS}"
MISSING = "0c0a1e5e-0000-4000-8000-0000000000ff"


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_figures_are_those_of_the_api(world: World) -> None:
    people(world)
    client = signed_in(world)
    api, raw = client.get(API).json(), client.get(HERE).text
    page = text(raw)
    for said in (api["verdict"]["answer"], api["verdict"]["sentence"], api["estimate"]["given"]):
        assert said in page
    for rung in api["ladder"]:
        assert f"{rung['name']} {'as of ' if rung['asOf'] != api['asOf'] else ''}" in page
        assert f"{rung['percent']:.1f} %" in page
    for line in api["categories"]:
        for beside in line["groups"]:
            if beside["average"] is not None:
                assert f"{beside['average']:.1f} %" in page
    whole = api["cohorts"][0]
    assert f"{whole['rank']} of {whole['tenants']}" in page
    assert f"{whole['tenants']} of {whole['members']}" in page
    assert "estimate" in page
    assert raw.count('class="bar you"') == 1


def test_without_averages_and_with_few_tenants_it_says_why_and_what_comes(world: World) -> None:
    page = text(signed_in(world).get(HERE).text)
    assert "Not known yet" in page
    assert "the next sync takes them" in page
    assert "Too few to compare" in page
    assert "No averages in this range" in page
    alone = text(world.client("reader").get(HERE).text)
    assert "You see no other tenant" in alone
    assert "Side by side" not in alone


@pytest.mark.parametrize("chosen", ["30", "90", "365", "all", "nonsense"])
def test_every_range_is_served_and_keeps_the_other_side(world: World, chosen: str) -> None:
    people(world)
    page = signed_in(world).get(HERE, params={"days": chosen, "against": THEIRS}).text
    shown = chosen if chosen != "nonsense" else "90"
    assert f'href="{HERE}?days={shown}&amp;against={THEIRS}#time-title" aria-current="true"' in page
    assert "&amp;with=AllTenants&amp;with=TotalSeats" in page


def test_two_tenants_stand_side_by_side_with_links_to_both(world: World) -> None:
    people(world)
    client = signed_in(world)
    other = client.get(API, params={"tenant": OURS, "against": "Northwind 7"}).json()["against"]
    raw = client.get(HERE, params={"against": other["tenant"]["id"]}).text
    assert other["sentence"] in text(raw)
    gap = other["ahead"][0]
    assert f'href="/tenants/{OURS}/actions/{gap["control"]}"' in raw
    assert f'href="/tenants/{other["tenant"]["id"]}/actions/{gap["control"]}"' in raw
    assert f'value="{other["tenant"]["id"]}" selected' in raw


def test_a_label_stands_beside_when_five_have_it(world: World) -> None:
    people(world)
    client = signed_in(world)
    page = client.get(HERE, params={"against": "label:gold & SILVER"}).text
    assert 'value="label:Gold &amp; silver" selected' in page
    assert 'href="/?label=Gold%20%26%20silver&amp;sort=-percent"' in page
    assert "Fewer than 5" in text(client.get(HERE, params={"against": "label:Few"}).text)


@pytest.mark.parametrize("other", [OURS, MISSING, "label:none such"])
def test_what_cannot_stand_beside_is_refused_on_the_page(world: World, other: str) -> None:
    client = signed_in(world)
    answer = client.get(HERE, params={"against": other})
    assert answer.status_code == 422
    assert 'class="refused"' in answer.text
    assert "<h1>Comparison</h1>" in answer.text
    assert client.get(API, params={"tenant": OURS, "against": other}).status_code in {404, 422}


def test_a_hidden_tenant_looks_like_none(world: World) -> None:
    reader = world.client("reader")
    said = [reader.get(API, params={"tenant": OURS, "against": other}) for other in (THEIRS, MISSING)]
    assert [a.status_code for a in said] == [404, 404]
    assert said[0].json()["detail"].replace(THEIRS, "") == said[1].json()["detail"].replace(MISSING, "")
    assert "Fabrikam" not in reader.get(HERE, params={"against": THEIRS}).text
