"""Kill a sync at random moments: the database opens, no day is half there, and the next sync completes it.

Run it by hand: python tests/faults/kill_sync.py --times 20
"""

import argparse
import asyncio
import datetime as dt
import random
import subprocess
import sys
import tempfile
import time
from math import fsum
from pathlib import Path

import structlog
from sqlalchemy import Engine

from surefoot import jobs
from surefoot.emulator import answers
from surefoot.emulator.server import Emulator, Running
from surefoot.emulator.world import World, generate
from surefoot.scoring import ratings
from surefoot.store import database, history, secrets, tenants

TODAY = dt.datetime.now(dt.UTC).date()
CHILD = """
import asyncio, sys
from pathlib import Path
from surefoot import jobs
from surefoot.cli.home import now
from surefoot.scoring import ratings
from surefoot.store import database, secrets, tenants
folder = Path(sys.argv[1])
engine = database.engine(folder / "surefoot.db")
keys = secrets.load_key(folder / "secret.key", None)
with database.reading(engine) as conn:
    wanted = tenants.all_of(conn, None)
print("ready", flush=True)
asyncio.run(jobs.read(engine, keys, ratings.load(), wanted, now))
print("done", flush=True)
"""


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def prepare(folder: Path, emulator: Emulator) -> None:
    engine = database.engine(folder / "surefoot.db")
    database.upgrade(engine)
    keys = secrets.load_key(folder / "secret.key", None)
    way = emulator.connection
    with database.writing(engine) as conn:
        for made in emulator.world.tenants:
            kept = tenants.add(conn, id=made.id, name=made.name, connection=way, now=now(), due_at=now())
            secrets.put(conn, keys, kept, "client_secret", emulator.client_secret)
    engine.dispose()


def killed(folder: Path, after: float, program: str = CHILD) -> bool:
    """Run a program and kill it `after` seconds after it is ready; say whether it was still running."""
    child = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(after)
    running = child.poll() is None
    child.kill()
    child.communicate()
    return running


def judged(folder: Path, world: World) -> int:
    """Check what a kill left, and count the tenants that were whole."""
    engine = database.engine(folder / "surefoot.db")
    assert database.integrity(engine) == "ok"
    whole = 0
    with database.reading(engine) as conn:
        for tenant in tenants.all_of(conn, None):
            stored = history.days(conn, tenant)
            made = world.tenant(tenant.id)
            assert made is not None
            assert not stored or len(stored) == len(made.days(TODAY)), "a tenant is half there"
            whole += bool(stored)
            for day in stored[::13]:
                scores = history.snapshot(conn, tenant, day.day)
                assert scores is not None
                sent = answers.score_of(made, day.day, rich=False)
                assert len(scores.controls) == len(sent["controlScores"])
                assert abs(fsum(c.points for c in scores.controls) - sent["currentScore"]) < 0.02
    engine.dispose()
    return whole


def completed(engine: Engine, folder: Path) -> None:
    keys = secrets.load_key(folder / "secret.key", None)
    with database.reading(engine) as conn:
        wanted = tenants.all_of(conn, None)
    outcomes = asyncio.run(jobs.read(engine, keys, ratings.load(), wanted, now))
    assert [o.error for o in outcomes] == [None] * len(wanted)


def run(times: int, *, seed: int = 1) -> list[str]:
    """Kill so many syncs, and say what each left."""
    chance, said = random.Random(seed), []  # noqa: S311 - moments to kill
    with Running(generate(seed, TODAY, tenants=6)) as emulator:
        for n in range(times):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                prepare(folder, emulator)
                after = chance.uniform(0.0, 1.2)
                running = killed(folder, after)
                whole = judged(folder, emulator.world)
                engine = database.engine(folder / "surefoot.db")
                completed(engine, folder)
                engine.dispose()
                assert judged(folder, emulator.world) == len(emulator.world.tenants)
                when = f"{after:.2f} s into the sync" if running else "after its end"
                said.append(f"{n + 1}: killed {when}, {whole} of 6 tenants whole, completed by the next sync")
    return said


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--times", type=int, default=20)
    reader.add_argument("--seed", type=int, default=1)
    given = reader.parse_args()
    for text in run(given.times, seed=given.seed):
        sys.stdout.write(text + "\n")
