"""How often the true cause of a change is the first, or among the first three, of its candidates.

Tenants are generated with a truth that only this script sees: they are read over HTTP from the emulator, as Graph
would be, day by day's worth of audit records with decoys around every change; the pages then rank what was read.

Emulator and ranking were written by the same people: real tenants will be harder.

    python benchmarks/causes.py --tenants 200
"""

import argparse
import asyncio
import datetime as dt
import sys
import tempfile
from collections import Counter
from pathlib import Path

from sqlalchemy import Engine

from surefoot import jobs
from surefoot.emulator.happenings import Truth
from surefoot.emulator.server import Emulator, Running
from surefoot.emulator.world import TenantWorld, generate
from surefoot.model import Event, Tenant
from surefoot.pages import changes
from surefoot.pages.changes import ChangeRow
from surefoot.scoring import ratings
from surefoot.scoring.changes import Kind
from surefoot.store import database, history, secrets, tenants

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC)
MOVED = {Kind.GAINED, Kind.REGRESSED, Kind.CONTROL_ADDED, Kind.CONTROL_RETIRED}


def main() -> None:
    """Read the tenants, rank, print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tenants", type=int, default=200)
    asked.add_argument("--seed", type=int, default=41)
    asked.add_argument("--misses", action="store_true", help="list what was missed")
    options = asked.parse_args()
    world = generate(options.seed, TODAY, tenants=options.tenants)
    with tempfile.TemporaryDirectory() as folder, Running(world, now=lambda: NOW) as emulator:
        engine = database.engine(Path(folder) / "surefoot.db")
        database.upgrade(engine)
        read(engine, emulator, Path(folder))
        results = [found for made in world.tenants for found in judge(engine, made, misses=options.misses)]
        engine.dispose()
    report(Counter(results), options.tenants)


def read(engine: Engine, emulator: Emulator, folder: Path) -> None:
    """Read every tenant once; the emulator keeps audits for as long as scores, as daily readings would have."""
    emulator.events.keeps = dict.fromkeys(emulator.events.keeps, dt.timedelta(days=200))
    keys = secrets.load_key(folder / "secret.key", None)
    way = emulator.connection
    with database.writing(engine) as conn:
        for made in emulator.world.tenants:
            kept = tenants.add(conn, id=made.id, name=made.name, connection=way, now=NOW, due_at=NOW)
            secrets.put(conn, keys, kept, "client_secret", emulator.client_secret)
        wanted = tenants.all_of(conn, None)
    outcomes = asyncio.run(jobs.read(engine, keys, ratings.load(), wanted, lambda: NOW))
    failed = [o.message for o in outcomes if o.error]
    if failed:
        sys.exit(f"{len(failed)} tenants could not be read: {failed[0]}")


def judge(engine: Engine, made: TenantWorld, *, misses: bool) -> list[tuple[str, str]]:
    """Say for each truth where the true cause stands among the candidates."""
    found = []
    with database.reading(engine) as conn:
        tenant = tenants.by_id(conn, made.id)
        if tenant is None:
            return []
        stored = [t.day for t in history.days(conn, tenant)]
        for day in sorted({t.day for t in made.truths}):
            before = max((d for d in stored if d < day), default=None)
            after = min((d for d in stored if d >= day), default=None)
            if before is None or after is None:
                continue
            page = changes.build(conn, tenant, ratings=ratings.load(), since=before, until=after)
            rows = {(c.control or "").casefold(): c for c in page.changes if c.kind in MOVED}
            for truth in (t for t in made.truths if t.day == day):
                row = rows.get(truth.control.casefold())
                verdict = place(truth, row)
                kind = "-" if row is None else "licence" if row.kind is Kind.CONTROL_ADDED else "act"
                found.append((kind, verdict))
                if misses and verdict in {"second or third", "missed"} and row is not None:
                    tell(made, tenant, truth, row)
    return found


def place(truth: Truth, row: ChangeRow | None) -> str:
    """Give the true cause's place among a change's candidates."""
    if row is None:
        return "not seen in the score"
    ids = [c.event.id for c in row.causes]
    if truth.happening is None:
        return "no trace, no candidate" if not ids else "no trace, yet a candidate"
    if truth.happening not in ids:
        return "missed"
    return "first" if ids[0] == truth.happening else "second or third"


def tell(made: TenantWorld, tenant: Tenant, truth: Truth, row: ChangeRow) -> None:
    """Print a miss with the candidates that came before."""
    true = next(h for h in made.happenings if h.id == truth.happening)
    print(f"{tenant.name} {truth.day} {row.control} ({row.name}), {row.kind}")
    print(f"    true: {true.operation} {true.targets} {true.changed}")
    for cause in row.causes:
        event: Event = cause.event
        print(f"    {cause.likelihood:.3f} {event.title} {event.targets} {event.changed}")


def report(counts: Counter[tuple[str, str]], size: int) -> None:
    """Print the figures: acts of people, and controls that came with a licence, apart and together."""
    print(f"{size} tenants, {counts.total()} changes with a known truth")
    by_act = Counter({verdict: n for (kind, verdict), n in counts.items() if kind == "act"})
    every: Counter[str] = Counter()
    for (_, verdict), n in counts.items():
        every[verdict] += n
    share("acts of people", by_act)
    share("with licences", every)
    for name in ("no trace, no candidate", "no trace, yet a candidate", "not seen in the score"):
        print(f"  {name:<26}{every[name]:>6}")


def share(name: str, counts: Counter[str]) -> None:
    """Print how often the true cause was first, and among the first three, where it left a trace."""
    first, among = counts["first"], counts["first"] + counts["second or third"]
    traced = max(1, among + counts["missed"])
    print(
        f"  {name:<26}{traced:>6} with a trace in Graph: first {100 * first / traced:.1f} % (aim 80), "
        f"among three {100 * among / traced:.1f} % (aim 95)"
    )


if __name__ == "__main__":
    main()
