"""The numbers on every page are the API's, to the digit: each page is walked, and what it writes is looked up."""

import asyncio
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise, permutations
from math import fsum
from typing import Any

import msgspec
import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient
from web_numbers import Written, numbers_of, strange

import site_map
from surefoot.access.tokens import create_token
from surefoot.cli.home import Home
from surefoot.emulator.demo import demo
from surefoot.emulator.server import Running
from surefoot.jobs import read
from surefoot.model import Role
from surefoot.pages.consents import CONSENTS
from surefoot.pages.outlets import camel
from surefoot.settings import read as settings
from surefoot.store import database, secrets, tenants
from surefoot.sync.decisions import decide
from surefoot.web.app import create
from surefoot.web.html.history import MANY, MOST_MARKS, SUMMED
from surefoot.web.html.routes import router as pages
from surefoot.web.html.sign_in import router as signing

NOW = dt.datetime.now(dt.UTC)
NAMES = ("Contoso", "Fabrikam", "Adatum", "Bellows College")
"""The last has no day at all."""
ROOT = "/api/security-defender"
SCORE = f"{ROOT}/secure-score"


class Walk(msgspec.Struct):
    """The API's answers that a page shows."""

    shows: tuple[str, ...]
    derived: Callable[[list[Any]], list[float]] = lambda _answers: []
    """Numbers that follow from those answers by a difference or a count, written out here once more."""


def by_day(answers: list[Any]) -> list[float]:
    """Give the differences of the days in a history's table."""
    inner = [a["history"] for a in answers if "history" in a]
    days = [d["percent"] for h in inner for d in (h["history"] if isinstance(h, dict) else h)]
    return [b - a for a, b in pairwise(days) if a is not None and b is not None]


def by_step(answers: list[Any]) -> list[float]:
    """Give the sums of a waterfall: what Microsoft does to many controls, and the smallest steps of each sign."""
    found: list[float] = []
    for answer in answers:
        kinds: dict[str, list[float]] = {}
        for change in answer.get("changes", []):
            kinds.setdefault(change["kind"], []).append(change["percent"] or 0.0)
        many = {camel(kind) for kind in SUMMED if len(kinds.get(camel(kind), [])) >= MANY}
        parts = [v for kind, values in kinds.items() for v in ([fsum(values)] if kind in many else values)]
        for some in ([v for v in parts if v > 0], [v for v in parts if v < 0]):
            ordered = sorted(some, key=abs)
            found += [fsum(ordered[:n]) for n in range(1, len(ordered) + 1)]
    return found


def by_tenant(answers: list[Any]) -> list[float]:
    """Give the averages of the tenants with a label; here nobody has one, so that all are one group.

    The order in which a database adds is its own, and on some days the last bit tells.
    """
    known = [r["percent"] for r in answers[0]["tenants"] if r["percent"] is not None]
    return [sum(order) / len(known) for order in permutations(known)]


def by_day_and_mark(answers: list[Any]) -> list[float]:
    """Give those, and the numbers of the marks on the line."""
    return [*by_day(answers), *range(1, MOST_MARKS + 1)]


def by_loss(answers: list[Any]) -> list[float]:
    """Give what the regressed controls lost, as a loss."""
    return [-low["lost"] for answer in answers for low in answer.get("regressed", [])]


def by_state(answers: list[Any]) -> list[float]:
    """Give how many tenants are in each state."""
    return list(Counter(r["state"] for r in answers[0]["tenants"]).values())


def by_step_of_the_path(_answers: list[Any]) -> list[float]:
    """Number the steps of adding a tenant, and the permissions to copy."""
    return list(range(1, len(CONSENTS) + 1))


T = "?tenant={tenant}"
EVERYBODYS = tuple(f"{SCORE}/history?tenant={name}" for name in NAMES)
"""The lines of the portfolio's rows."""
WALKS = {
    "portfolio": Walk((f"{ROOT}/portfolio", *EVERYBODYS)),
    "portfolio by label": Walk((f"{ROOT}/portfolio?sort=change7", *EVERYBODYS), by_tenant),
    "heatmap": Walk((f"{ROOT}/heatmap",)),
    "control of the heatmap": Walk((f"{ROOT}/heatmap?control={{control}}",)),
    "all risks": Walk((f"{SCORE}/risks",)),
    "all outbox": Walk((f"{SCORE}/outbox", f"{ROOT}/conflicts")),
    "all catalogue": Walk((f"{SCORE}/catalogue",)),
    "activity of a tenant": Walk((f"{ROOT}/audit{T}",)),
    "trends": Walk((f"{SCORE}/trends{T}",), by_loss),
    "overview": Walk((f"{SCORE}{T}",), by_day),
    "actions": Walk((f"{SCORE}/recommendations{T}",)),
    "all actions": Walk((f"{SCORE}/recommendations{T}",)),
    "action": Walk(
        (f"{SCORE}/controls/{{control}}{T}", f"{SCORE}/actions/{{control}}{T}", f"{ROOT}/policy{T}"), by_day
    ),
    "history": Walk(
        (f"{SCORE}/history{T}", f"{SCORE}/changes{T}&from={{first}}", f"{SCORE}/events{T}"), by_day_and_mark
    ),
    "history of a year": Walk(
        (f"{SCORE}/history{T}&days=365", f"{SCORE}/changes{T}&from={{first}}", f"{SCORE}/events{T}"), by_day_and_mark
    ),
    "why": Walk((f"{SCORE}/changes{T}",), by_step),
    "comparison": Walk((f"{SCORE}/comparison{T}",)),
    "risks": Walk((f"{SCORE}/risks{T}",)),
    "outbox": Walk((f"{SCORE}/outbox{T}", f"{ROOT}/conflicts{T}")),
    "catalogue": Walk((f"{SCORE}/catalogue{T}",)),
    "activity": Walk((f"{ROOT}/audit",)),
    "notices": Walk((f"{ROOT}/notices",)),
    "search": Walk((f"{ROOT}/search?text=mfa",)),
    "tenants": Walk((f"{ROOT}/tenants",), by_state),
    "add a tenant": Walk((), by_step_of_the_path),
    "import": Walk(()),
    "import of a tenant": Walk(()),
    "connection": Walk((f"{ROOT}/tenants/{{tenant}}", f"{ROOT}/tenants/{{tenant}}/syncs", f"{ROOT}/policy{T}")),
    "settings": Walk((f"{ROOT}/policy", f"{ROOT}/playbooks", f"{ROOT}/baselines", f"{ROOT}/tokens")),
}
"""By the page's name in benchmarks/site_map.py."""


class Filled(msgspec.Struct):
    """A site over part of the demo's world."""

    client: TestClient
    written: Written
    ids: dict[str, str]

    def api(self, path: str) -> Any:
        answer = self.client.get(path)
        return json.loads(answer.content) if answer.status_code == 200 else {}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    home = Home(settings(data=tmp_path_factory.mktemp("numbers") / "data", port=None))
    world = demo(NOW.date())
    world.tenants = tuple(t for t in world.tenants if t.name in NAMES)
    with Running(world, now=lambda: NOW) as emulator:
        with database.writing(home.engine) as conn:
            for one in world.tenants:
                kept = tenants.add(conn, id=one.id, name=one.name, connection=emulator.connection, now=NOW, due_at=NOW)
                secrets.put(conn, home.keys, kept, "client_secret", emulator.client_secret)
            every = tenants.all_of(conn, None)
            token = create_token(conn, name="reader", tenants=None, role=Role.ADMINISTRATOR, now=NOW)
        asyncio.run(read(home.engine, home.keys, home.ratings, every, lambda: NOW))
    with database.writing(home.engine) as conn:
        for one in world.tenants:
            for made in one.decisions:
                decide(conn, tenants.find(conn, one.id, None), made, ratings=home.ratings)
    app = create(engine=home.engine, ratings=home.ratings, clock=lambda: NOW)
    written = Written(app.state.site.templates)
    client = TestClient(app, base_url="http://127.0.0.1", headers={"authorization": f"Bearer {token}"})
    yield Filled(client=client, written=written, ids={t.name: t.id for t in every})
    written.end()
    home.close()


def place(filled: Filled, tenant: str) -> dict[str, str]:
    """Name a tenant, its first action and its first day of the last 90."""
    here = f"?tenant={filled.ids[tenant]}"
    actions, days = filled.api(f"{SCORE}/recommendations{here}")["actions"], filled.api(f"{SCORE}{here}")["history"]
    return {
        "tenant": filled.ids[tenant],
        "control": actions[0]["id"] if actions else "",
        "first": days[0]["date"] if days else "",
    }


@pytest.mark.parametrize("tenant", NAMES)
@pytest.mark.parametrize("name", WALKS)
def test_every_number_of_a_page_is_the_apis(filled: Filled, name: str, tenant: str) -> None:
    walk, where = WALKS[name], place(filled, tenant)
    if "{control_id}" in site_map.PAGES[name] and not where["control"]:
        pytest.skip("it has no action")
    filled.written.taken()
    page = filled.client.get(site_map.address(name, where["tenant"], where["control"]))
    written = filled.written.taken()
    answers = [filled.api(path.format(**where)) for path in walk.shows]
    assert page.status_code == 200
    known = [len(NAMES), *(n for a in answers for n in numbers_of(a)), *walk.derived(answers)]
    assert strange(written, known) == []


def test_a_number_that_is_off_by_the_last_digit_is_found() -> None:
    answer = {"percent": 72.0, "known": True, "history": [{"points": 540.0}, {"points": None}]}
    assert list(numbers_of(answer)) == [72.0, 2, 540.0]
    written = [(72.0, "percent: 72.0 %"), (540, "points: 540"), (72.00000000000001, "percent: 72.0 %")]
    assert strange(written, numbers_of(answer)) == written[2:]


def test_no_page_is_forgotten() -> None:
    """A route that shows a page is in the site map, and its numbers are walked here."""
    routes = {r.path for r in [*pages.routes, *signing.routes] if isinstance(r, APIRoute) and "GET" in r.methods}
    shown = routes - site_map.NO_PAGES.keys()
    mapped = {site_map.route_of(name): name for name in site_map.PAGES}
    assert sorted(shown - mapped.keys()) == [], "not in benchmarks/site_map.py"
    walked = {site_map.route_of(name) for name in WALKS}
    assert sorted(shown - walked) == [], "not in WALKS"
