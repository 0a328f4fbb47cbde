"""A year of 400 controls explained, and the portfolio of 10,000 tenants: CPU time, beside the query plan.

python benchmarks/understanding.py --tenants 10000
"""

import argparse
import datetime as dt
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, insert, text

from surefoot.model import Connection, ControlScore, Snapshot, Tenant
from surefoot.pages import changes, portfolio
from surefoot.scoring.ratings import load
from surefoot.store import database, history, schema, summaries, tenants
from surefoot.store.portfolio import Sort, Wanted
from surefoot.sync import derived

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC)
CONTROLS, DAYS = 400, 365
CHANGED = 0.004
"""Share of the control-days on which points change, as in a real tenant's 90 days."""


def main() -> None:
    """Fill a database, then measure."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tenants", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=9)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = database.engine(Path(folder) / "surefoot.db")
        database.upgrade(engine)
        tenant = year(engine)
        explained(engine, tenant, options.rounds)
        many(engine, options.tenants)
        listed(engine, options.rounds)
        engine.dispose()


def year(engine: Engine) -> Tenant:
    """Keep a year of a tenant with 400 controls that change as often as real ones."""
    chance = random.Random("a year")  # noqa: S311 - made-up points
    points = {f"aad_{n}": chance.choice([0.0, 2.5, 5.0, 10.0]) for n in range(CONTROLS)}
    days = []
    for back in range(DAYS - 1, -1, -1):
        for control in points:
            if chance.random() < CHANGED:
                points[control] = chance.choice([0.0, 2.5, 5.0, 10.0])
        scores = tuple(
            ControlScore(control=c, category="Identity", points=p, percent=p * 10) for c, p in points.items()
        )
        day = TODAY - dt.timedelta(days=back)
        total = sum(points.values())
        days.append(Snapshot(tenant=guid(0), day=day, points=total, max_points=10.0 * CONTROLS, controls=scores))
    with database.writing(engine) as conn:
        made = tenants.add(conn, id=guid(0), name="A year", connection=Connection(), now=NOW, due_at=None)
        history.save(conn, made, days, now=NOW)
        derived.refresh(conn, made, load())
    return made


def guid(number: int) -> str:
    """Make a tenant's id."""
    return f"0c0a1e5e-0000-4000-8000-{number:012d}"


def explained(engine: Engine, tenant: Tenant, rounds: int) -> None:
    """Explain the first day against the last, with every day between."""

    def once() -> object:
        with database.reading(engine) as conn:
            since = TODAY - dt.timedelta(days=DAYS - 1)
            return changes.build(conn, tenant, ratings=load(), since=since, until=TODAY)

    took = cpu(once, rounds)
    page = once()
    count = len(page.by_day) if isinstance(page, changes.Changes) else 0
    print(f"a year of {CONTROLS} controls explained, with {count} days that moved: {took:.1f} ms of CPU (aim 50)")


def many(engine: Engine, count: int) -> None:
    """Write tenants with their row of the portfolio, as a sync leaves them."""
    chance = random.Random("many")  # noqa: S311 - the same
    with database.writing(engine) as conn:
        plain = conn.exec_driver_sql("SELECT services FROM summary").scalar_one()
        row = {"created_at": NOW, "method": "secret", "cloud": "global", "failures": 0, "synced_at": NOW}
        conn.execute(insert(schema.tenant), [row | {"id": guid(n), "name": f"Tenant {n:05d}"} for n in range(1, count)])
        keys = conn.exec_driver_sql("SELECT key FROM tenant WHERE name != 'A year'").scalars().all()
        conn.execute(insert(schema.summary), [summary(key, plain, chance) for key in keys])


def summary(key: int, services: int, chance: random.Random) -> dict[str, object]:
    """Make a tenant's row."""
    return {
        "tenant": key, "rules": summaries.RULES, "day": TODAY, "points": chance.uniform(100, 700), "max_points": 750.0,
        "change_1": chance.gauss(0, 1), "change_7": chance.gauss(0, 2), "change_30": chance.gauss(0, 3),
        "change_90": None, "available": chance.uniform(10, 300), "open_actions": chance.randint(5, 90),
        "regressions": chance.randint(0, 4), "categories": "{}", "seats": None, "industry": None, "services": services,
    }  # fmt: skip


def listed(engine: Engine, rounds: int) -> None:
    """Ask for the first hundred by several orders."""
    for sort, descending in ((Sort.NAME, False), (Sort.PERCENT, True), (Sort.CHANGE_7, False), (Sort.RANK, False)):
        wanted = Wanted(visible=None, sort=sort, descending=descending)

        def once(wanted: Wanted = wanted) -> portfolio.Portfolio:
            with database.reading(engine) as conn:
                return portfolio.build(conn, wanted)

        took = cpu(once, rounds)
        print(f"portfolio of {once().total} tenants by {sort.value}: {took:.1f} ms of CPU (aim 100)")
    with engine.connect() as conn:
        asked: list[str] = []
        raw = conn.connection.driver_connection
        raw.set_trace_callback(asked.append)  # type: ignore[union-attr]
        portfolio.build(conn, Wanted(visible=None))
        raw.set_trace_callback(None)  # type: ignore[union-attr]
        statement = next(a for a in asked if "rank()" in a)
        for row in conn.execute(text(f"EXPLAIN QUERY PLAN {statement.replace(':', chr(92) + ':')}")):
            print(f"    {row[3]}")


def cpu(once: Callable[[], object], rounds: int) -> float:
    """Give the median milliseconds of CPU."""
    once()
    took = []
    for _ in range(rounds):
        begun = time.process_time()
        once()
        took.append(1000 * (time.process_time() - begun))
    return statistics.median(took)


if __name__ == "__main__":
    main()
