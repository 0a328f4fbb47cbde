"""The API, the command line and the page objects say the same of a generated world, to the byte."""

import asyncio
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from surefoot.access.tokens import create_token
from surefoot.cli import main
from surefoot.cli.home import Home
from surefoot.emulator.server import Running
from surefoot.emulator.world import generate
from surefoot.jobs import read
from surefoot.model import Role
from surefoot.settings import read as settings
from surefoot.store import database, secrets, tenants
from surefoot.web.app import create

NOW = dt.datetime.now(dt.UTC)
TODAY = NOW.date()
SCORE = "/api/security-defender/secure-score"
SINCE = TODAY - dt.timedelta(days=60)

Print = Callable[..., bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Read a generated world of seven tenants into a data folder."""
    made = tmp_path_factory.mktemp("outlets") / "data"
    home = Home(settings(data=made, port=None))
    with Running(generate(23, TODAY, tenants=7), now=lambda: NOW) as emulator:
        way = emulator.connection
        with database.writing(home.engine) as conn:
            for one in emulator.world.tenants:
                kept = tenants.add(conn, id=one.id, name=one.name, connection=way, now=NOW, due_at=NOW)
                secrets.put(conn, home.keys, kept, "client_secret", emulator.client_secret)
            every = tenants.all_of(conn, None)
        asyncio.run(read(home.engine, home.keys, home.ratings, every, lambda: NOW))
    home.close()
    return made


@pytest.fixture
def api(folder: Path) -> Iterator[TestClient]:
    home = Home(settings(data=folder, port=None))
    with database.writing(home.engine) as conn:
        token = create_token(conn, name=f"t{dt.datetime.now(dt.UTC)}", tenants=None, role=Role.READER, now=NOW)
    app = create(engine=home.engine, ratings=home.ratings, clock=lambda: NOW)
    yield TestClient(app, base_url="http://127.0.0.1", headers={"authorization": f"Bearer {token}"})
    home.close()


@pytest.fixture
def printed(folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Print:
    def call(*words: str) -> bytes:
        monkeypatch.setenv("SUREFOOT_DATA", str(folder))
        monkeypatch.setattr(sys, "argv", ["surefoot", *words, "--json"])
        capfdbinary.readouterr()
        with suppress(SystemExit):
            main.main()
        return capfdbinary.readouterr().out

    return call


SAME = [
    (("overview", "Tenant 3"), f"{SCORE}?tenant=Tenant 3"),
    (("actions", "Tenant 3", "--status", "toAddress"), f"{SCORE}/recommendations?tenant=Tenant 3&status=toAddress"),
    (("history", "Tenant 3"), f"{SCORE}/history?tenant=Tenant 3"),
    (("history", "Tenant 3", "--by", "week", "--category", "Identity"),
     f"{SCORE}/history?tenant=Tenant 3&by=week&category=Identity"),
    (("explain", "Tenant 3"), f"{SCORE}/changes?tenant=Tenant 3"),
    (("compare", "Tenant 3"), f"{SCORE}/comparison?tenant=Tenant 3"),
    (("compare", "Tenant 3", "--against", "Tenant 5"), f"{SCORE}/comparison?tenant=Tenant 3&against=Tenant 5"),
    (("regressions", "Tenant 3", "--dismissed"), f"{SCORE}/regressions?tenant=Tenant 3&dismissed=true"),
    (("catalogue", "Tenant 3"), f"{SCORE}/catalogue?tenant=Tenant 3"),
    (("catalogue", "--from", str(SINCE)), f"{SCORE}/catalogue?from={SINCE}"),
    (("catalogue", "--did", "added", "--sort", "-tenants"), f"{SCORE}/catalogue?did=added&sort=-tenants"),
    (("risks",), f"{SCORE}/risks"),
    (("risks", "Tenant 3", "--ends", "never", "--sort", "-points"),
     f"{SCORE}/risks?tenant=Tenant 3&ends=never&sort=-points"),
    (("outbox", "--all"), f"{SCORE}/outbox?all=true"),
    (("outbox", "Tenant 3", "--stage", "refused"), f"{SCORE}/outbox?tenant=Tenant 3&stage=refused"),
    (("notices", "--kind", "conflict"), "/api/security-defender/notices?kind=conflict"),
    (("audit", "list", "--text", "note", "--limit", "5"), "/api/security-defender/audit?text=note&limit=5"),
    (("events", "Tenant 3", "--source", "directoryAudit"), f"{SCORE}/events?tenant=Tenant 3&source=directoryAudit"),
    (("playbook", "list"), "/api/security-defender/playbooks"),
    (("baseline", "list"), "/api/security-defender/baselines"),
    (("heatmap", "--category", "identity", "--open", "--tenant-limit", "4"),
     "/api/security-defender/heatmap?category=identity&open=true&tenantLimit=4"),
    (("portfolio", "--sort", "-percent", "--limit", "3"), "/api/security-defender/portfolio?sort=-percent&limit=3"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "url"), SAME, ids=[" ".join(words) for words, _ in SAME])
def test_the_command_line_prints_the_apis_bytes(api: TestClient, printed: Print, words: list[str], url: str) -> None:
    answer = api.get(url)
    assert answer.status_code == 200, answer.text
    assert printed(*words) == answer.content + b"\n"


@pytest.mark.parametrize("number", range(1, 8))
def test_the_pages_of_a_tenant_agree_with_each_other(api: TestClient, number: int) -> None:
    named = {"tenant": f"Tenant {number}"}

    def get(path: str, **query: str) -> dict:
        return api.get(f"{SCORE}{path}", params=named | query).json()

    score, line, fell = get(""), get("/history", days="all"), get("/regressions")
    rows = api.get("/api/security-defender/portfolio").json()["tenants"]
    row = next(r for r in rows if r["tenant"]["name"] == named["tenant"])
    comparison = get("/comparison")
    assert score["percent"] == line["history"][-1]["percent"] == row["percent"] == comparison["percent"]
    assert score["pointsAvailable"] == row["pointsAvailable"]
    assert score["trend"]["percent"] == row["change30"]
    assert score["regressed"] == fell["total"] == row["regressions"] == len(fell["regressions"])
    assert comparison["cohorts"][0]["rank"] == row["rank"]
    assert comparison["cohorts"][0]["percentile"] == pytest.approx(row["percentile"])
    days = [d["date"] for d in line["history"]]
    told = get("/changes", **{"from": days[0], "to": days[-1]})
    whole = line["history"][-1]["percent"] - line["history"][0]["percent"]
    assert told["difference"] == pytest.approx(whole, abs=1e-9)
    assert sum(c["percent"] for c in told["changes"]) == pytest.approx(whole, abs=1e-9)
    assert sum(d["difference"] for d in told["byDay"]) == pytest.approx(whole, abs=1e-9)
    heat = api.get("/api/security-defender/heatmap", params={"tenants": score["tenant"]["id"], "limit": "1000"}).json()
    assert heat["pointsLeft"] == pytest.approx(score["pointsAvailable"])
    assert sum(c["open"] for c in heat["controls"]) == row["openActions"]
    for control in {c["control"] for c in told["changes"] if c["pointsAfter"] is not None and c["control"]}:
        page = get(f"/controls/{control}", days="all")
        assert page["history"]["history"][-1]["points"] == page["action"]["earnedPoints"]
        assert page["changes"], json.dumps(page["action"])
