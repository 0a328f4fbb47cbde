"""A tenant of an emulated world, and the client that reads it."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from surefoot.emulator.server import Emulator
from surefoot.emulator.world import Update
from surefoot.graph import tokens
from surefoot.graph.client import GraphClient, Limits
from surefoot.model import Decision, Outgoing, Status, Tenant
from surefoot.scoring.ratings import load
from surefoot.store import database, history, profiles, tenants
from surefoot.sync import delivery
from surefoot.sync.decisions import decide
from surefoot.sync.pull import Pulled, pull

TODAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


class Clock:
    """What time it is at the emulator: that of the last reading or sending."""

    at = NOW

    def __call__(self) -> dt.datetime:
        return self.at


CLOCK = Clock()


def add(engine: Engine, emulator: Emulator, number: int = 0) -> Tenant:
    made = emulator.world.tenants[number]
    way = emulator.connection
    with database.writing(engine) as conn:
        return tenants.add(conn, id=made.id, name=made.name, connection=way, now=NOW, due_at=NOW)


def read(engine: Engine, emulator: Emulator, tenant: Tenant, now: dt.datetime = NOW) -> Pulled:
    CLOCK.at = now

    async def reading() -> Pulled:
        async def no_pause(_seconds: float) -> None:
            return None

        async with GraphClient(limits=Limits(tries=2), sleep=no_pause) as graph:
            return await pull(
                engine, graph, tenant, {"client_secret": emulator.client_secret}, ratings=load(), now=now, due_at=now
            )

    return asyncio.run(reading())


def send(
    engine: Engine,
    emulator: Emulator,
    tenant: Tenant,
    at: dt.datetime = NOW,
    through: Callable[[Any], Any] = lambda graph: graph,
) -> tuple[Outgoing, ...]:
    """Deliver what is due; `through` may stand between Surefoot and Graph."""
    CLOCK.at = at

    async def sending() -> tuple[Outgoing, ...]:
        async def no_pause(_seconds: float) -> None:
            return None

        way = emulator.connection
        provider = tokens.provider(tenant.id, way, {"client_secret": emulator.client_secret})
        try:
            async with GraphClient(limits=Limits(tries=2), sleep=no_pause) as graph:
                reader = through(graph.tenant(tenant.id, way, provider))
                return await delivery.deliver(engine, reader, tenant, now=at)
        finally:
            await provider.close()

    return asyncio.run(sending())


def choose(
    engine: Engine, tenant: Tenant, control: str, status: Status, at: dt.datetime = NOW, by: str = "anna"
) -> Decision:
    """Decide, with what the status needs."""
    evidence = "a ticket" if status in {Status.THIRD_PARTY, Status.ALTERNATE} else None
    made = Decision(
        control=control, status=status, decided_at=at, decided_by=by, comment=f"{status} because", evidence=evidence,
        owner="bert",
    )  # fmt: skip
    with database.writing(engine) as conn:
        return decide(conn, tenant, made, ratings=load())


def portal(emulator: Emulator, control: str, state: str, at: dt.datetime, by: str = "pia@contoso.example") -> None:
    """Set a state as somebody does in Microsoft's portal."""
    update = Update(state=state, comment="in the portal", updated_by=by, updated_at=at)
    emulator.world.tenants[0].updates.setdefault(control, []).append(update)


def open_controls(engine: Engine, tenant: Tenant) -> list[str]:
    """Name controls that are open and that nobody touched: first those that Graph takes, then device controls."""
    with database.writing(engine) as conn:
        known = profiles.of(conn, tenant)
        newest = history.snapshot(conn, tenant, history.newest_day(conn, tenant))
    scored = [(s, known.get(s.control.casefold())) for s in newest.controls if s.percent is None or s.percent < 99]
    listed = [p.control for _, p in scored if p is not None and p.state.state == "Default"]
    return sorted(listed, key=lambda c: (c.casefold().startswith("scid_"), c))
