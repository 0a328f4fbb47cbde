"""The history's page: the same numbers as the API's, parts that add up, and clear words where a day is missing."""

import html
import re

import pytest
from web_world import OURS, World

PAGE = f"/tenants/{OURS}/history"
API = "/api/security-defender/secure-score"


def test_the_days_are_the_apis(world: World) -> None:
    client = world.client("reader")
    text = client.get(f"{PAGE}?days=all").text
    days = client.get(f"{API}/history?tenant={OURS}&days=all").json()["history"]
    shown = re.findall(r'data-day="([^"]+)" data-percent="([^"]*)"', text)
    assert sorted(shown) == sorted((d["date"], "" if d["percent"] is None else str(d["percent"])) for d in days)


def test_the_parts_of_why_it_moved_add_up(world: World) -> None:
    client = world.client("reader")
    days = [d["date"] for d in client.get(f"{API}/history?tenant={OURS}&days=all").json()["history"]]
    text = client.get(f"{PAGE}?before={days[0]}&after={days[-1]}").text
    why = client.get(f"{API}/changes?tenant={OURS}&from={days[0]}&to={days[-1]}").json()
    told = re.search(r'id="told">([^<]*)<', text)
    assert told
    assert html.unescape(told[1]) == why["sentence"]
    rows = re.findall(r'<td class="num"><span class="delta[^>]*>([^<]+)</span></td>\s*<td class="part">', text)
    parts = [float(row.replace("\N{MINUS SIGN}", "-")) for row in rows]
    assert parts
    assert sum(parts) == pytest.approx(why["difference"], abs=0.01 * len(parts))


@pytest.mark.parametrize("query", ["before=2001-01-01", "from=2026-12-01&to=2026-01-01", "category=Nothing", "from=x"])
def test_what_cannot_be_shown_says_why(world: World, query: str) -> None:
    answer = world.client("reader").get(f"{PAGE}?{query}")
    assert answer.status_code in {200, 404, 422}
    assert answer.status_code != 200 or 'role="alert"' in answer.text


def test_a_foreign_tenant_has_no_history(world: World) -> None:
    assert world.client("nobody").get(PAGE).status_code == 404
