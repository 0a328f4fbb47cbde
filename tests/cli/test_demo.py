"""The demo fills its folder once: a year of history, and what its people did, by Surefoot's own functions."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cli_run import Run

from surefoot.cli import deeds
from surefoot.cli import demo as filling
from surefoot.cli.home import Home
from surefoot.emulator.demo import demo
from surefoot.emulator.server import Running
from surefoot.emulator.world import World
from surefoot.model import RequestState, Source, Stage, Status, Tenant
from surefoot.pages import baselines, overview, risks
from surefoot.settings import read as settings
from surefoot.store import audit, conflicts, database, dismissals, history, labels, outgoing, plans, requests, summaries
from surefoot.store import tenants as stored

TODAY = dt.datetime.now(dt.UTC).date()
NAMES = {
    "Contoso",
    "Fabrikam",
    "First Up Consultants",
    "Lamna Healthcare",
    "Liberty Law",
    "Litware",
    "Northwind Traders",
}


def fill(home: Home, world: World) -> None:
    with Running(world) as running:
        filling.connect(home, running, world)
        filling.remember(home, world)
        filling.read_all(home)
        deeds.tell(home, running, world)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Fill a folder with some of the demo's tenants."""
    made = Home(settings(data=tmp_path_factory.mktemp("demo") / "data", port=None))
    whole = demo(TODAY)
    fill(made, msgspec.structs.replace(whole, tenants=tuple(t for t in whole.tenants if t.name in NAMES)))
    yield made
    made.close()


def named(home: Home) -> dict[str, Tenant]:
    with database.reading(home.engine) as conn:
        return {t.name: t for t in stored.all_of(conn, None)}


def test_a_year_is_kept_with_where_each_day_came_from(home: Home) -> None:
    with database.reading(home.engine) as conn:
        for name, tenant in named(home).items():
            days = history.days(conn, tenant)
            sources = Counter(d.source for d in days)
            assert (TODAY - days[0].day).days == 365, name
            assert sources[Source.SAVED_ANSWER] > 250
            assert (sources[Source.GRAPH] > 70) == (name != "Liberty Law")
            assert summaries.of(conn, [tenant])[tenant.key].changes[90] is not None


def test_the_readme_explains_what_the_demo_holds(home: Home, run: Run) -> None:
    part = (
        (Path(__file__).parents[2] / "README.md")
        .read_text()
        .partition("$ surefoot explain litware")[2]
        .partition("```")[0]
    )
    control = re.search(r'"([^"]+)" regressed \([^)]+\)', part)
    assert control is not None
    ran = run("explain", "litware", "--data", str(home.settings.data), columns=1000)
    assert control[0] in ran.out
    cause = part.partition(f"  {control[1]}\n")[2].partition("UTC")[2].partition(". ...")[0].strip()
    assert cause in ran.out


def test_the_portfolio_marks_old_days_files_and_what_was_dismissed(home: Home, run: Run) -> None:
    ran = run("portfolio", "--data", str(home.settings.data), columns=200)
    rows = {name: line for line in ran.out.splitlines() for name in NAMES if line.startswith(name)}
    assert "0 (1 dismissed)" in rows["Fabrikam"]
    assert "dismissed" not in rows["Contoso"]
    assert re.search(r"imported \d{4}-\d\d-\d\d$", rows["Liberty Law"].rstrip())
    assert rows["Liberty Law"].count("*") == 4
    assert re.search(r"\* Liberty Law: changes up to [-\d]+, 1 d since [-\d]+, 7 d since", ran.out)
    shown = run("tenant", "show", "Liberty Law", "--data", str(home.settings.data))
    assert "imported, newest day 2" in shown.out


def test_contoso_is_as_the_design_says(home: Home) -> None:
    with database.reading(home.engine) as conn:
        page = overview.build(conn, named(home)["Contoso"], ratings=home.ratings, days=90)
    assert (page.points, page.max_points, page.points_available, len(page.history)) == (540.0, 750.0, 85.0, 87)
    assert page.trend is not None
    assert page.trend.percent == pytest.approx(3.0, abs=1e-9)
    counts = [page.statuses[s] for s in (Status.COMPLETED, Status.IN_PROGRESS, Status.PLANNED, Status.RISK_ACCEPTED)]
    assert [*counts, page.statuses[Status.TO_ADDRESS], page.regressed] == [45, 12, 8, 5, 17, 1]
    assert page.review is not None
    assert (page.review.regressed_lost, page.review.regressed_to_gain) == (8.0, 8.0)


def test_registers_are_alive(home: Home) -> None:
    known = named(home)
    with database.reading(home.engine) as conn:
        held = labels.of(conn, list(known.values()))
        soon = risks.build(conn, [known["Litware"]], ratings=home.ratings, today=TODAY).risks[0]
        later = risks.build(conn, [known["Northwind Traders"]], ratings=home.ratings, today=TODAY).risks[0]
        waiting = [r for r in requests.of(conn, known["Lamna Healthcare"]) if r.state is RequestState.PENDING]
        stages = Counter(o.stage for o in outgoing.of(conn, known["First Up Consultants"]))
        disputed = conflicts.open_of(conn, known["First Up Consultants"])
        dismissed = dismissals.in_force(conn, known["Fabrikam"])
        dues = [p.due for p in plans.newest(conn, known["Northwind Traders"]).values()]
        listed = baselines.build(conn, None, ratings=home.ratings, today=TODAY)
    assert held[known["Contoso"].key] == ("Gold", "NIS2", "Nordics")
    assert soon.days_left is not None
    assert later.days_left is not None
    assert 0 < soon.days_left < 14
    assert later.days_left > 90
    assert [r.asked.decided_by for r in waiting] == ["Ben Okoro"]
    assert stages[Stage.CONFIRMED] == 2
    assert stages[Stage.WAITING] == stages[Stage.HELD] == 1
    assert [c.theirs_by for c in disputed.values()] == [deeds.PORTAL]
    assert list(dismissed) == ["mdo_safelinksforemail"]
    assert any(due and due < TODAY for due in dues)
    assert [b.name for b in listed.baselines] == [deeds.BASELINE]


def test_what_is_not_scored_is_not_called_unknown(home: Home, run: Run) -> None:
    out = run("compare", "Contoso", "--against", "Fabrikam", "--data", str(home.settings.data)).out
    assert re.search(r"^Device +68\.0 % +not scored$", out, re.MULTILINE)
    out = run("compare", "Fabrikam", "--against", "Contoso", "--data", str(home.settings.data)).out
    assert re.search(r"^Device +not scored +68\.0 %$", out, re.MULTILINE)


def test_the_trail_names_who_did_it_in_the_order_of_time(home: Home) -> None:
    with database.reading(home.engine) as conn:
        trail = [e for e in audit.entries(conn, None, audit.Wanted(limit=1000)) if e.origin.startswith("page")]
    assert {e.actor for e in trail} >= {"Ada Moreau", "Ben Okoro", "Chiara Ricci", deeds.CONTOSO}
    times = [e.at for e in reversed(trail)]
    assert times == sorted(times)


def test_started_again_it_does_nothing_twice(home: Home) -> None:
    whole = demo(TODAY)
    world = msgspec.structs.replace(whole, tenants=tuple(t for t in whole.tenants if t.name in NAMES))
    with database.reading(home.engine) as conn:
        before = len(list(audit.entries(conn, None, audit.Wanted(limit=1000))))
    assert filling.remember(home, world) == 0
    fill(home, world)
    with database.reading(home.engine) as conn:
        assert len(list(audit.entries(conn, None, audit.Wanted(limit=1000)))) == before
