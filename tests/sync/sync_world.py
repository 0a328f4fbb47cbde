"""A tenant of an emulated world, and the client that reads it."""

import asyncio
import datetime as dt

from sqlalchemy import Engine

from surefoot.emulator.server import Emulator
from surefoot.graph.client import GraphClient, Limits
from surefoot.model import Tenant
from surefoot.scoring.ratings import load
from surefoot.store import database, tenants
from surefoot.sync.pull import Pulled, pull

TODAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def add(engine: Engine, emulator: Emulator, number: int = 0) -> Tenant:
    made = emulator.world.tenants[number]
    way = emulator.connection
    with database.writing(engine) as conn:
        return tenants.add(conn, id=made.id, name=made.name, connection=way, now=NOW, due_at=NOW)


def read(engine: Engine, emulator: Emulator, tenant: Tenant, now: dt.datetime = NOW) -> Pulled:
    async def reading() -> Pulled:
        async def no_pause(_seconds: float) -> None:
            return None

        async with GraphClient(limits=Limits(tries=2), sleep=no_pause) as graph:
            return await pull(
                engine, graph, tenant, {"client_secret": emulator.client_secret}, ratings=load(), now=now, due_at=now
            )

    return asyncio.run(reading())
