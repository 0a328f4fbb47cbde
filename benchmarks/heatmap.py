"""The heat map of 100 tenants with 250 controls each: CPU time to build its page object, and to render it.

python benchmarks/heatmap.py --tenants 100 --controls 250
"""

import argparse
import datetime as dt
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from surefoot.model import Connection, ControlScore, Profile, Snapshot
from surefoot.pages import heatmap
from surefoot.pages.heatmap import Wanted
from surefoot.scoring.ratings import load
from surefoot.store import database, history, profiles, tenants
from surefoot.store.heatmap import Among
from surefoot.sync import derived
from surefoot.web import assets
from surefoot.web.html import contexts, render
from surefoot.web.html import heatmap as view

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC)


def main() -> None:
    """Fill a database, then measure."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tenants", type=int, default=100)
    asked.add_argument("--controls", type=int, default=250)
    asked.add_argument("--rounds", type=int, default=25)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = database.engine(Path(folder) / "surefoot.db")
        database.upgrade(engine)
        ids = fill(engine, options.tenants, options.controls)
        for name, visible in (("who sees all", None), ("who sees half", frozenset(ids[::2]))):
            measured(engine, name, Wanted(among=Among(visible=visible)), options.rounds)
        engine.dispose()


def fill(engine: Engine, many: int, controls: int) -> list[str]:
    """Keep one day of each tenant; give the tenants' ids."""
    chance = random.Random("a heat map")  # noqa: S311 - made-up points
    listed = [
        Profile(
            control=f"aad_{n}", title=f"A control that is called {n}", category="Identity", service="AzureAD",
            max_points=10.0, remediation="<p>Do this, then that.</p>" * 60,
        )
        for n in range(controls)
    ]  # fmt: skip
    ids = [f"0c0a1e5e-0000-4000-8000-{n:012d}" for n in range(many)]
    for n, one in enumerate(ids):
        with database.writing(engine) as conn:
            tenant = tenants.add(conn, id=one, name=f"Tenant {n}", connection=Connection(), now=NOW, due_at=None)
            history.save(conn, tenant, [day(one, listed, chance)], now=NOW)
            profiles.save(conn, tenant, listed, now=NOW)
            derived.refresh(conn, tenant, load())
    return ids


def day(tenant: str, listed: list[Profile], chance: random.Random) -> Snapshot:
    """Make up a day on which a tenth of the controls isn't scored."""
    scores = []
    for one in listed:
        points = chance.choice([0.0, 0.0, 2.5, 10.0, 10.0])
        if chance.random() > 0.1:
            scores.append(ControlScore(control=one.control, category="Identity", points=points, percent=points * 10))
    total = sum(s.points for s in scores)
    return Snapshot(tenant=tenant, day=TODAY, points=total, max_points=10.0 * len(scores), controls=tuple(scores))


def measured(engine: Engine, name: str, wanted: Wanted, rounds: int) -> None:
    """Print what building and rendering take."""
    ratings, templates = load(), render.environment(assets.load())
    with database.reading(engine) as conn:
        page = heatmap.build(conn, wanted, ratings=ratings)
        built = taken(lambda: heatmap.build(conn, wanted, ratings=ratings), rounds)
    shown = contexts.Frame(title="T", now=NOW)
    template = templates.get_template("heatmap.html")

    def rendered() -> str:
        made = view.view(page, shown, {}, labels=(), can_write=True)
        return template.render({f: getattr(made, f) for f in made.__struct_fields__})

    drawn = taken(rendered, rounds)
    print(
        f"{name}: {len(page.controls)} of {page.total_controls} controls, {len(page.tenants)} of {page.total} tenants"
    )
    print(f"  build  {built}\n  render {drawn}, {len(rendered()) / 1024:.0f} KB")


def taken(work: Callable[[], object], rounds: int) -> str:
    """Give the median and the longest time."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(1000 * (time.process_time() - began))
    return f"{statistics.median(times):.1f} ms, at most {max(times):.1f} ms"


if __name__ == "__main__":
    main()
