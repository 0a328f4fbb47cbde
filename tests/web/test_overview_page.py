"""The overview's page: what is included, where its numbers lead, and that it says what the API says."""

import datetime as dt
import re

import pytest
from web_world import OURS, World

HERE = f"/tenants/{OURS}"
API = "/api/security-defender/secure-score"


@pytest.mark.parametrize("include", ["planned", "achievable", "adjusted"])
def test_what_is_included_stands_large_with_the_score_itself_beside_it(world: World, include: str) -> None:
    client = world.client("reader")
    api = client.get(API).json()
    view = next(v for v in api["views"] if v["key"] == include)
    page = client.get(f"{HERE}/overview", params={"include": include, "days": "30"}).text
    assert f'data-figure="{include}">{view["percent"]:.1f}<' in page
    assert f'data-figure="percent">{api["percent"]:.1f}</b>' in page
    assert "Secure Score itself" in page
    assert "not Microsoft&#39;s figure" in page or "not Microsoft's figure" in page
    assert f"overview?days=90&amp;include={include}" in page
    assert "overview?days=30&amp;include=" in page


def test_an_unknown_word_includes_nothing(world: World) -> None:
    page = world.client("reader").get(f"{HERE}/overview", params={"include": "sideways"}).text
    assert "Secure Score itself" not in page


def test_every_count_to_review_is_that_of_the_list_it_leads_to(world: World) -> None:
    client = world.client("reader")
    page = client.get(f"{HERE}/overview").text
    part = page.partition('aria-labelledby="review-title"')[2].partition("</section>")[0]
    lines = re.findall(r'href="([^"]+)">.*?<b>(\d+)</b></a>', part)
    assert len(lines) >= 6
    for href, count in lines:
        if "/actions?" in href and "due=" not in href:
            listed = client.get(href.replace("&amp;", "&"))
            assert listed.text.count('class="name"') == int(count), href


def test_the_page_says_what_the_api_says_of_moves_marks_and_others(world: World) -> None:
    client = world.client("msp")
    api = client.get(API, params={"tenant": "Contoso"}).json()
    page = client.get(f"{HERE}/overview").text
    moved = api["moved"]
    assert moved["quiet"]
    assert "Nothing moved in the last 7 days" in page
    assert f"history/why?from={moved['since']}&amp;to={moved['until']}" in page
    assert page.count('<span class="number') == len(api["marks"])
    assert api["among"]["own"]["tenants"] is None
    assert api["among"]["own"]["tooSmall"] in page


def test_what_a_reader_may_not_see_is_not_compared_with(world: World) -> None:
    own = world.client("reader").get(API).json()["among"]["own"]
    assert own["tenants"] is None


def test_what_moved_up_to_an_old_day_names_that_day(world: World) -> None:
    fresh = world.client("reader").get(f"{HERE}/overview").text
    assert "up to 23 Nov 2026" not in fresh
    world.now += dt.timedelta(days=5)
    page = world.client("reader").get(f"{HERE}/overview").text
    assert re.search(r">24 Oct 2026</a>, up to 23 Nov 2026</span>", page)
    assert 'title="Points of percent from 24 Oct 2026 to 23 Nov 2026"' in page
    assert ">24 Oct to 23 Nov</span>" in page
    assert "Nothing moved in the 7 days up to 23 Nov 2026." in page
