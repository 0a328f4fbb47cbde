"""Kill the sending of decisions at random moments: all arrive, none twice.

Run it by hand: python tests/faults/kill_send.py --times 50
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

import structlog
from kill_sync import TODAY, killed, now, prepare
from sqlalchemy import update

from surefoot import jobs
from surefoot.emulator.server import Emulator, Running
from surefoot.emulator.world import generate
from surefoot.model import Decision, Stage, Status, Tenant
from surefoot.pages import actions
from surefoot.scoring.ratings import load
from surefoot.store import audit, database, outgoing, schema, secrets, tenants
from surefoot.sync import outbox
from surefoot.sync.decisions import decide

DECISIONS = 45
"""Three batches."""
CHILD = """
import asyncio, sys
from pathlib import Path
from surefoot import jobs
from surefoot.cli.home import now
from surefoot.store import database, secrets
folder = Path(sys.argv[1])
engine = database.engine(folder / "surefoot.db")
keys = secrets.load_key(folder / "secret.key", None)
print("ready", flush=True)
asyncio.run(jobs.send_due(engine, keys, now))
print("done", flush=True)
"""


def decided(folder: Path) -> set[str]:
    """Read the tenant and decide about some controls that Graph takes; give their folded ids."""
    engine = database.engine(folder / "surefoot.db")
    keys = secrets.load_key(folder / "secret.key", None)
    with database.reading(engine) as conn:
        tenant = tenants.all_of(conn, None)[0]
    asyncio.run(jobs.read(engine, keys, load(), [tenant], now))
    with database.writing(engine) as conn:
        outbox.switch(conn, tenant, on=True, by="anna", now=now())
        listed = actions.build(conn, tenant, ratings=load()).actions
        open_ = [a.id for a in listed if a.impact and a.microsoft_rank and not a.id.casefold().startswith("scid_")]
        for control in open_[:DECISIONS]:
            made = Decision(
                control=control, status=Status.RISK_ACCEPTED, decided_at=now(), decided_by="anna", comment="bearable"
            )
            decide(conn, tenant, made, ratings=load())
    engine.dispose()
    return {control.casefold() for control in open_[:DECISIONS]}


def finished(folder: Path) -> tuple[Tenant, int]:
    """Send what is left at once, and check the database; give how many were left."""
    engine = database.engine(folder / "surefoot.db")
    assert database.integrity(engine) == "ok"
    keys = secrets.load_key(folder / "secret.key", None)
    with database.writing(engine) as conn:
        tenant = tenants.all_of(conn, None)[0]
        conn.execute(update(schema.outgoing).where(schema.outgoing.c.stage == "waiting").values(due_at=now()))
        left = len(outgoing.of(conn, tenant, [Stage.WAITING]))
    asyncio.run(jobs.send_due(engine, keys, now))
    with database.reading(engine) as conn:
        assert {o.stage for o in outgoing.of(conn, tenant)} == {Stage.SENT}
        assert audit.verify(conn).broken is None
    engine.dispose()
    return tenant, left


def once(emulator: Emulator, tenant: Tenant, wanted: set[str]) -> None:
    """Check that every decision arrived, and none twice."""
    world = emulator.world.tenant(tenant.id)
    assert world is not None
    arrived = {control.casefold(): [u.state for u in made] for control, made in world.updates.items() if made}
    assert arrived == {control: ["Ignored"] for control in wanted}, arrived


def run(times: int, *, seed: int = 1) -> list[str]:
    """Kill so many sendings, and say what each left."""
    chance, said = random.Random(seed), []  # noqa: S311 - moments to kill
    for n in range(times):
        with tempfile.TemporaryDirectory() as name, Running(generate(seed, TODAY, tenants=1, controls=420)) as emulator:
            folder = Path(name)
            prepare(folder, emulator)
            wanted = decided(folder)
            after = chance.uniform(0.0, 0.3)
            running = killed(folder, after, CHILD)
            arrived = sum(len(made) for made in emulator.world.tenants[0].updates.values())
            tenant, left = finished(folder)
            once(emulator, tenant, wanted)
            when = f"{after:.2f} s into the sending" if running else "after its end"
            said.append(
                f"{n + 1}: killed {when}, {arrived} of {len(wanted)} arrived, {left} waiting; then all, none twice"
            )
    return said


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--times", type=int, default=50)
    reader.add_argument("--seed", type=int, default=1)
    given = reader.parse_args()
    for text in run(given.times, seed=given.seed):
        sys.stdout.write(text + "\n")
