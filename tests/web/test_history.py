"""The history's pages over a real store: what the API says, what people ask for, and what is refused."""

import datetime as dt
import math
import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from past_samples import change, explained
from web_samples import CONTOSO, HOSTILE
from web_world import MISSING, NOW, OURS, THEIRS, TODAY, World, make, snapshot

from surefoot.model import AuthMethod, Average, Cloud, Connection, Event, EventSource
from surefoot.scoring.changes import Kind
from surefoot.store import events, history, tenants
from surefoot.store.database import writing
from surefoot.web.html.contexts import Frame
from surefoot.web.html.history import why_view

HERE = f"/tenants/{OURS}/history"
API = "/api/security-defender/secure-score"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    connection = Connection(method=AuthMethod.SECRET, cloud=Cloud.GLOBAL, client_id="x")
    for made in make(tmp_path_factory.mktemp("past")):
        with writing(made.engine) as conn:
            tenant = tenants.by_id(conn, OURS)
            assert tenant is not None
            noted = Event(
                source=EventSource.NOTE, id="1", at=NOW - dt.timedelta(days=11), title=HOSTILE, actor="anna",
                control="mip_dlp",
            )  # fmt: skip
            events.save(conn, tenant, [noted])
            tenants.add(conn, id=MISSING[:-4] + "0003", name="New", connection=connection, now=NOW, due_at=NOW)
        yield made


def get(world: World, path: str, **query: str) -> str:
    answer = world.client("reader").get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("days", ["7", "30", "90", "365", "all", "nonsense"])
def test_every_range_shows_the_days_that_the_api_gives(world: World, days: str) -> None:
    asked = "90" if days == "nonsense" else days
    api = world.client("reader").get(f"{API}/history", params={"days": asked}).json()
    page = get(world, HERE, days=days)
    assert re.findall(r'data-day="([^"]+)"', page) == [d["date"] for d in reversed(api["history"])]
    shown = [float(p) for p in re.findall(r'data-percent="([^"]+)"', page)]
    assert shown == [d["percent"] for d in reversed(api["history"])]
    assert page.count('class="gap"') == 3 * len(api["gaps"])


def test_a_range_of_ones_own_stays_in_its_fields(world: World) -> None:
    page = get(world, HERE, **{"from": "2026-11-01", "to": "2026-11-10"})
    assert len(re.findall("data-day=", page)) == 9
    assert 'name="from" value="2026-11-01"' in page
    assert "1 Nov 2026 to 10 Nov 2026" in page
    assert "2 Nov 2026" not in get(world, HERE, to="2026-10-20")


@pytest.mark.parametrize(("of", "name"), [("category:Apps", "Apps"), ("control:aad_mfa", "Title of aad_mfa")])
def test_a_category_or_a_control_has_its_own_line(world: World, of: str, name: str) -> None:
    kind, _, key = of.partition(":")
    api = world.client("reader").get(f"{API}/history", params={kind: key}).json()
    page = get(world, HERE, of=of)
    assert f"History: {name}" in page
    shown = [float(p) for p in re.findall(r'data-percent="([^"]+)"', page)]
    assert shown == [d["percent"] for d in reversed(api["history"])]
    assert "Compare with" not in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"of": "control:nope"}, "never had a control"),
        ({"of": "category:Nope"}, "it has: "),
        ({"from": "2026-11-10", "to": "2026-11-01"}, "turn them round"),
        ({"from": "<img src=x>"}, "is no day"),
    ],
)
def test_what_cannot_be_shown_is_said_above_the_usual_range(world: World, query: dict[str, str], said: str) -> None:
    answer = world.client("reader").get(HERE, params=query)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<img" not in answer.text
    assert "data-day=" in answer.text


def test_marks_stand_for_days_that_moved_and_for_what_was_noted(world: World) -> None:
    page = get(world, HERE)
    moved = world.client("reader").get(f"{API}/changes", params={"from": "2026-10-10", "to": str(TODAY)}).json()
    (day,) = moved["byDay"]
    told = re.search(r'<li id="mark-1">(.*?)</div>', page, re.DOTALL)
    assert told is not None
    assert f"from={day['since']}&amp;to={day['date']}" in told[1]
    assert "onerror=alert(1)&gt;" in told[1]
    assert "<img" not in page
    assert page.count('<g class="mark') == 3  # one in each form
    assert "Mark 1, explained below" in page


def test_best_and_lowest_name_the_last_of_equal_days_and_say_so(world: World) -> None:
    page = get(world, HERE, days="30")
    assert re.search(r"best [\d.]+ %, last on 23 Nov 2026 · lowest [\d.]+ %, last on 12 Nov 2026", page)


def test_comparison_lines_are_drawn_on_request(world: World) -> None:
    assert "Microsoft sent no averages" in get(world, HERE, **{"with": "AllTenants"})
    with writing(world.engine) as conn:
        tenant = tenants.by_id(conn, OURS)
        assert tenant is not None
        for back in range(5):
            mean = Average(basis="AllTenants", percent=40.0 + back)
            day = replace(snapshot(OURS, back, gain=2.0), averages=(mean,))
            history.save(conn, tenant, [day], now=NOW)
    page = get(world, HERE, **{"with": "AllTenants"})
    assert page.count('class="beside b1"') == 3
    assert "All Microsoft 365 tenants</span> <b>40.0 %</b>" in page
    assert "All Microsoft 365 tenants: 44.0 %" in page
    assert 'class="beside' not in get(world, HERE)


def test_why_shows_what_the_api_says(world: World) -> None:
    query = {"from": "2026-11-10", "to": "2026-11-20"}
    api = world.client("reader").get(f"{API}/changes", params=query).json()
    page = get(world, f"{HERE}/why", **query)
    assert api["changes"]
    assert page.count("<tr>") == len(api["changes"]) + 1
    for told in api["changes"]:
        assert f"{told['percent']:+.2f}".replace("-", "\u2212") in page
    assert api["sentence"].replace('"', "&#34;").replace(">", "&gt;") in page
    assert f"{api['percentBefore']:.1f} % → {api['percentAfter']:.1f} %" in page
    assert page.count('class="chart waterfall') == 2


def test_why_compares_with_a_week_before_when_nothing_is_said(world: World) -> None:
    assert "16 Nov 2026 → 23 Nov 2026" in get(world, f"{HERE}/why")
    assert "Nothing differs between these two days" in get(world, f"{HERE}/why")
    assert "history/why" in get(world, f"/tenants/{OURS}/overview")


def test_a_day_without_data_leads_to_its_neighbours(world: World) -> None:
    gap = str(TODAY - dt.timedelta(days=20))
    answer = world.client("reader").get(f"{HERE}/why", params={"from": gap, "to": str(TODAY)})
    assert answer.status_code == 404
    assert "is not stored; the nearest that are" in answer.text
    near = re.search(r'Compare <a href="([^"]+)"', answer.text)
    assert near is not None
    assert world.client("reader").get(near[1].replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [({"from": "2026-11-20", "to": "2026-11-10"}, 422), ({"to": "x"}, 422), ({"from": "0001-01-01"}, 404)],
)
def test_days_that_cannot_be_compared_are_refused_with_the_form(
    world: World, query: dict[str, str], status: int
) -> None:
    answer = world.client("reader").get(f"{HERE}/why", params=query)
    assert answer.status_code == status
    assert "These days cannot be compared" in answer.text


@pytest.mark.parametrize("tail", ["", "/why"])
def test_others_do_not_see_a_tenant(world: World, tail: str) -> None:
    for tenant in (THEIRS, MISSING):
        assert world.client("reader").get(f"/tenants/{tenant}/history{tail}").status_code == 404
    assert world.client().get(HERE + tail).status_code == 401


@pytest.mark.parametrize(("tail", "said"), [("", "No history yet"), ("/why", "Nothing to explain yet")])
def test_a_tenant_without_a_day_says_what_to_do(world: World, tail: str, said: str) -> None:
    client = world.client(follow_redirects=True)
    client.post("/sign-in", data={"link": world.link()}, headers={"sec-fetch-site": "same-origin"})
    page = client.get(f"/tenants/{MISSING[:-4]}0003/history{tail}")
    assert page.status_code == 200
    assert said in page.text
    assert "The overview says why" in page.text


def test_the_waterfall_sums_up_what_is_many_and_leaves_nothing_out() -> None:
    around = Frame(title="T", now=NOW, tenant=CONTOSO)
    changes = explained()
    more = tuple(change(Kind.CONTROL_ADDED, part) for part in (0.1, 0.1, -0.2))
    page = why_view(replace(changes, changes=changes.changes + more), around, tenant=OURS, days=(TODAY,))
    wide, narrow = page.charts
    said = re.findall(r'class="value"[^>]*>([^<]+)<', wide)
    assert said == re.findall(r'class="value"[^>]*>([^<]+)<', narrow)
    assert (said[0], said[-1]) == ("69.00 %", "72.00 %")
    assert math.isclose(sum(float(v.replace("\u2212", "-")) for v in said[1:-1]), 3.0, abs_tol=0.05)
    assert "4 controls added" in wide
    assert "smaller gains" in wide
    assert [words for words, _ in page.swatches] == ["gained", "lost", "Microsoft's catalogue or licences"]
