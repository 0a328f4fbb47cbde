"""Metrics and trends over a real store: the page shows what the API gives, and bounds are set by who may."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from web_world import MISSING, NOW, OURS, SAME_SITE, THEIRS, TODAY, World, make, snapshot

from surefoot.access import tokens
from surefoot.model import AuthMethod, Average, Cloud, Connection, Decision, Role, Status
from surefoot.scoring.ratings import load
from surefoot.store import decisions, history, tenants
from surefoot.store.database import writing
from surefoot.sync.derived import refresh

HERE = f"/tenants/{OURS}/trends"
API = "/api/security-defender/secure-score"
ZONES = "/api/security-defender/zones"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    connection = Connection(method=AuthMethod.SECRET, cloud=Cloud.GLOBAL, client_id="x")
    for made in make(tmp_path_factory.mktemp("trends")):
        with writing(made.engine) as conn:
            tenant = tenants.by_id(conn, OURS)
            assert tenant is not None
            mean = (Average(basis="AllTenants", percent=41.0),)
            history.save(conn, tenant, [replace(snapshot(OURS, 3, gain=2.0), averages=mean)], now=NOW)
            accepted = Decision(
                control="mip_dlp", status=Status.RISK_ACCEPTED, decided_at=NOW - dt.timedelta(days=9), decided_by="anna"
            )
            decisions.record(conn, tenant, accepted)
            refresh(conn, tenant, load())
            tenants.add(conn, id=MISSING[:-4] + "0003", name="New", connection=connection, now=NOW, due_at=NOW)
            for name, role in (("all", Role.ADMINISTRATOR), ("all editor", Role.EDITOR)):
                made.tokens[name] = tokens.create_token(conn, name=name, tenants=None, role=role, now=NOW)
        yield made


def get(world: World, path: str, token: str = "reader", **query: str) -> str:
    answer = world.client(token).get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return answer.text


def ask(world: World, path: str, token: str = "reader", **query: str) -> Any:
    answer = world.client(token).get(path, params={"tenant": OURS, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def table(page: str, key: str) -> list[tuple[str, float]]:
    body = re.search(rf'<tbody id="{key}">(.*?)</tbody>', page, re.DOTALL)
    assert body is not None
    return [(day, float(p)) for day, p in re.findall(r'data-day="([^"]+)" data-percent="([^"]+)"', body[1])]


@pytest.mark.parametrize("days", ["7", "30", "90", "365", "all", "nonsense"])
def test_every_table_shows_the_days_that_the_api_gives(world: World, days: str) -> None:
    api = ask(world, f"{API}/trends", days="90" if days == "nonsense" else days)
    page = get(world, HERE, days=days)
    for key, field in (("zone-days", "percent"), ("regressed-days", "regressed"), ("risk-days", "pointsGivenUp")):
        assert table(page, key) == [(d["date"], d[field]) for d in reversed(api["days"])]
    for place, category in enumerate(api["categories"]):
        shown = dict(table(page, f"category-{place}-days"))
        given = {d["date"]: d["percent"] for d in category["days"] if d["percent"] is not None}
        assert shown.items() <= given.items()
        assert shown == given or len(given) > 31
    assert page.count("bars broad") == 1


def test_the_days_are_the_historys_and_the_last_is_the_overviews(world: World) -> None:
    api, past = ask(world, f"{API}/trends"), ask(world, f"{API}/history")
    assert [(d["date"], d["percent"]) for d in api["days"]] == [(d["date"], d["percent"]) for d in past["history"]]
    overview, risks = ask(world, API), ask(world, f"{API}/risks")
    last = api["days"][-1]
    assert (last["percent"], last["regressed"]) == (overview["percent"], overview["regressed"])
    assert (last["accepted"], last["pointsGivenUp"]) == (risks["total"], risks["points"]) == (1, 6.0)
    assert [(d["date"], d["averageAll"]) for d in api["days"] if d["averageAll"]] == [("2026-11-20", 41.0)]
    assert api["groups"][0]["distance"] == api["days"][-4]["percent"] - 41.0


def test_the_days_come_as_csv(world: World) -> None:
    answer = world.client("reader").get(f"{API}/trends.csv", params={"tenant": OURS, "days": "3"})
    lines = answer.text.splitlines()
    assert lines[0].startswith(
        "date,points,maxPoints,percent,zone,regressed,pointsLost,accepted,pointsGivenUp,averageAll"
    )
    assert [line.split(",")[0] for line in lines[1:]] == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert lines[1].endswith(",,,")
    page = get(world, HERE, days="7")
    href = re.search(r'href="(/api/[^"]+trends\.csv[^"]+)"', page)
    assert href is not None
    assert world.client("reader").get(href[1].replace("&amp;", "&")).status_code == 200


def test_every_link_of_the_page_leads_somewhere(world: World) -> None:
    page = get(world, HERE)
    client = world.client("reader")
    found = {h.replace("&amp;", "&") for h in re.findall(r'href="(/[^"]+)"', page) if not h.startswith("/static")}
    assert any("/history/why?from=" in h for h in found)
    assert any("of=category" in h for h in found)
    ours = re.compile(rf"/tenants/{OURS}/(?!trends$)|/api")
    for href in (h for h in found if ours.match(h)):
        assert client.get(href.partition("#")[0]).status_code == 200, href


def test_a_range_of_ones_own_is_kept_and_a_wrong_one_refused(world: World) -> None:
    page = get(world, HERE, **{"from": "2026-11-01", "to": "2026-11-10", "by": "day"})
    assert len(table(page, "zone-days")) == 9
    assert 'name="from" value="2026-11-01"' in page
    assert "from=2026-11-01&amp;to=2026-11-10&amp;by=month#changes" in page
    client = world.client("reader")
    for wrong in ({"from": "2026-11-20", "to": "2026-11-10"}, {"to": "x"}):
        answer = client.get(HERE, params=wrong)
        assert answer.status_code == 422
        assert "Shown are the last 90 days" in answer.text
    assert client.get(f"{API}/trends", params={"tenant": OURS, "by": "year"}).status_code == 422


def test_others_do_not_see_a_tenant_and_an_empty_one_says_what_to_do(world: World) -> None:
    for tenant in (THEIRS, MISSING):
        assert world.client("reader").get(f"/tenants/{tenant}/trends").status_code == 404
    page = get(world, f"/tenants/{MISSING[:-4]}0003/trends", token="all")
    assert "No trends yet" in page
    assert "The overview says why" in page


def post(world: World, token: str, tenant: str = OURS, **fields: str) -> Any:
    return world.client(token).post(f"/tenants/{tenant}/trends/zones", data=fields, headers=SAME_SITE)


def test_the_bounds_are_set_by_the_form_and_taken_away(world: World) -> None:
    answer = post(world, "writer", good="65,5 %", okay="50", days="30", by="week")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{HERE}?days=30&by=week&said=zones#zone"
    page = get(world, answer.headers["location"].partition("#")[0], token="writer")
    assert "The bounds of the zones are set." in page
    assert "Bounds of this tenant, set by writer" in page
    assert ask(world, ZONES)["good"] == 65.5
    audit = (
        world.client("reader").get("/api/security-defender/audit", params={"tenant": OURS, "action": "zones"}).json()
    )
    assert [(e["action"], e["actor"]) for e in audit["entries"]] == [("zones.changed", "writer")]
    assert post(world, "writer", do="unset", **{"from": "2026-11-01", "to": "2026-11-10"}).status_code == 303
    assert ask(world, ZONES)["setFor"] == "nobody"


@pytest.mark.parametrize(
    ("good", "okay"), [("40", "60"), ("", "60"), ("nan", "50"), ("1e999", "50"), ("x<script>", "5")]
)
def test_bounds_that_cannot_be_are_refused_with_what_was_typed(world: World, good: str, okay: str) -> None:
    answer = post(world, "writer", good=good, okay=okay)
    assert answer.status_code == 422
    assert f'name="okay" inputmode="decimal" required value="{okay}"' in answer.text
    assert '<details class="days bounds" open>' in answer.text
    assert "<script>" not in answer.text
    assert ask(world, ZONES)["setFor"] == "nobody"


def test_who_may_only_look_gets_no_form_and_sets_nothing(world: World) -> None:
    assert "Set the bounds" not in get(world, HERE)
    assert post(world, "reader", good="80", okay="50").status_code == 403
    assert world.client("reader").put(ZONES, params={"tenant": OURS}, json={"good": 80, "okay": 50}).status_code == 403
    assert post(world, "writer", THEIRS, good="80", okay="50").status_code == 404


def test_the_installations_bounds_are_set_by_who_administers_all(world: World) -> None:
    for token in ("writer", "msp", "all editor"):
        assert post(world, token, good="80", okay="50", whose="all").status_code == 403
        assert world.client(token).put(ZONES, json={"good": 80, "okay": 50}).status_code == 403
    assert 'name="whose"' not in get(world, HERE, token="writer")
    assert 'name="whose"' in get(world, HERE, token="all")
    assert post(world, "all", good="80", okay="50", whose="all").status_code == 303
    found = ask(world, ZONES)
    assert (found["setFor"], found["good"], found["setBy"]) == ("installation", 80.0, "all")


def test_the_api_sets_both_bounds_or_takes_both_away(world: World) -> None:
    client = world.client("msp")
    made = client.put(ZONES, params={"tenant": OURS}, json={"good": 80, "okay": 50})
    assert made.json() | {"setAt": None, "tenant": None} == {
        "tenant": None, "good": 80.0, "okay": 50.0, "setFor": "tenant", "setBy": "msp", "setAt": None,
    }  # fmt: skip
    for body in ({"good": 80}, {"good": 80, "okay": None}, {"good": 50, "okay": 80}, {"good": 180, "okay": 50}, {}):
        assert client.put(ZONES, params={"tenant": OURS}, json=body).status_code == 422
    gone = client.put(ZONES, params={"tenant": OURS}, json={"good": None, "okay": None})
    assert gone.json()["setFor"] == "nobody"
    assert client.put(ZONES, params={"tenant": THEIRS}, json={"good": 80, "okay": 50}).status_code == 200


def test_a_long_range_has_a_row_a_week_and_the_csv_every_day(world: World) -> None:
    with writing(world.engine) as conn:
        tenant = tenants.by_id(conn, OURS)
        assert tenant is not None
        history.save(conn, tenant, [snapshot(OURS, back, gain=1.0) for back in range(45, 300)], now=NOW)
    page = get(world, HERE, days="365")
    shown = table(page, "zone-days")
    assert 40 <= len(shown) <= 45
    assert all(dt.date.fromisoformat(day).isoweekday() == 7 for day, _ in shown[1:])
    assert shown[0][0] == TODAY.isoformat()
    assert "One row a week" in page
    assert len(ask(world, f"{API}/trends", days="365")["days"]) == 299
