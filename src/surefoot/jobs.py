"""The loop that reads due tenants: whatever one of them does, the others go on."""

import asyncio
import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Sequence

import msgspec
import structlog
from sqlalchemy import Engine

from surefoot.errors import SurefootError
from surefoot.graph import tokens
from surefoot.graph.client import GraphClient
from surefoot.model import Outgoing, Tenant
from surefoot.scoring.ratings import Ratings
from surefoot.store import database, outgoing, secrets, tenants
from surefoot.store.secrets import Keys
from surefoot.sync import derived, notices
from surefoot.sync.decisions import expire
from surefoot.sync.delivery import deliver
from surefoot.sync.pull import Pulled, pull

AT_ONCE = 16
"""Tenants read side by side."""
LEASE = dt.timedelta(minutes=15)
"""A tenant claimed by a worker that was killed is due again after this."""
TIMEOUT = 600.0
"""Seconds that one tenant may take; below the lease."""
TICK = 15.0
"""Seconds between looks at what is due."""
LONGEST_PAUSE = dt.timedelta(hours=24)

log = structlog.get_logger("surefoot.jobs")
Clock = Callable[[], dt.datetime]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How one tenant's sync ended."""

    tenant: Tenant
    pulled: Pulled | None
    error: str | None
    """A slug; None: it worked."""
    message: str | None


def next_day(tenant: Tenant, now: dt.datetime) -> dt.datetime:
    """Give the tenant's own minute of tomorrow: a hash of its id spreads all tenants over the day."""
    minute = int.from_bytes(hashlib.sha256(tenant.id.encode()).digest()[:4], "big") % (24 * 60)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + dt.timedelta(days=1, minutes=minute)


def next_try(failures: int, now: dt.datetime) -> dt.datetime:
    """Give the time after the `failures`-th failure in a row: one hour, then twice as long each time, a day at most."""
    return now + min(LONGEST_PAUSE, dt.timedelta(hours=2 ** min(failures - 1, 10)))


async def run_due(
    engine: Engine,
    keys: Keys,
    ratings: Ratings,
    clock: Clock,
    *,
    told: Callable[[Outcome], None] = lambda _outcome: None,
) -> list[Outcome]:
    """Claim what is due and read it; give how each ended."""
    with database.writing(engine) as conn:
        claimed = tenants.claim_due(conn, clock(), limit=10_000, lease=LEASE)
        every = tenants.all_of(conn, None)
        derived.catch_up(conn, every, ratings, most=20)
        for tenant in tenants.accepting(conn, every):
            expire(conn, tenant, ratings, now=clock())
            notices.remind(conn, tenant, now=clock())
    outcomes = await read(engine, keys, ratings, claimed, clock, told=told)
    await send_due(engine, keys, clock)
    return outcomes


async def send_due(
    engine: Engine, keys: Keys, clock: Clock, wanted: Sequence[Tenant] | None = None
) -> dict[str, tuple[Outgoing, ...]]:
    """Send the decisions that are due (of `wanted`, or of all tenants); give by tenant id how each stands then."""
    with database.reading(engine) as conn:
        every = tenants.all_of(conn, None) if wanted is None else list(wanted)
        owing = outgoing.owing(conn, every, clock())
    async with GraphClient() as graph:
        sent = await asyncio.gather(*(_sent(engine, keys, graph, tenant, clock) for tenant in owing))
    return {tenant.id: done for tenant, done in zip(owing, sent, strict=True)}


async def _sent(engine: Engine, keys: Keys, graph: GraphClient, tenant: Tenant, clock: Clock) -> tuple[Outgoing, ...]:
    """Send one tenant's; nothing that it does gets out of here, and what was not sent waits on."""
    try:
        with database.reading(engine) as conn:
            opened, way = secrets.get_all(conn, keys, tenant), tenants.connection(conn, tenant)
        provider = tokens.provider(tenant.id, way, opened)
        try:
            async with asyncio.timeout(TIMEOUT):
                return await deliver(engine, graph.tenant(tenant.id, way, provider), tenant, now=clock())
        finally:
            await provider.close()
    except SurefootError as error:
        log.warning("sending failed", tenant=tenant.id, error=error.slug)
    except Exception:
        log.exception("sending broke", tenant=tenant.id)
    return ()


async def read(
    engine: Engine,
    keys: Keys,
    ratings: Ratings,
    wanted: Sequence[Tenant],
    clock: Clock,
    *,
    told: Callable[[Outcome], None] = lambda _outcome: None,
) -> list[Outcome]:
    """Read these tenants, some at once, and mark each."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(graph: GraphClient, tenant: Tenant) -> Outcome:
        async with gate:
            outcome = await _unit(engine, keys, ratings, graph, tenant, clock)
        told(outcome)
        return outcome

    async with GraphClient() as graph:
        return list(await asyncio.gather(*(one(graph, tenant) for tenant in wanted)))


async def _unit(
    engine: Engine, keys: Keys, ratings: Ratings, graph: GraphClient, tenant: Tenant, clock: Clock
) -> Outcome:
    """Read one tenant; nothing that it does gets out of here."""
    try:
        with database.reading(engine) as conn:
            opened = secrets.get_all(conn, keys, tenant)
        now = clock()
        due = next_day(tenant, now)
        async with asyncio.timeout(TIMEOUT):
            pulled = await pull(engine, graph, tenant, opened, ratings=ratings, now=now, due_at=due)
    except SurefootError as error:
        request_id = getattr(error, "request_id", None)
        return await asyncio.to_thread(_failed, engine, tenant, clock(), error.slug, error.sentence, request_id)
    except Exception as error:
        log.exception("a sync broke", tenant=tenant.id)
        said = f"Surefoot itself failed ({type(error).__name__}); the log says more."
        return await asyncio.to_thread(_failed, engine, tenant, clock(), "internal", said, None)
    return Outcome(tenant=tenant, pulled=pulled, error=None, message=None)


def _failed(
    engine: Engine, tenant: Tenant, now: dt.datetime, error: str, message: str, request_id: str | None
) -> Outcome:
    with database.writing(engine) as conn:
        failures = tenants.sync_state(conn, tenant).failures + 1
        due = next_try(failures, now)
        tenants.mark_failed(conn, tenant, now=now, due_at=due, error=error, message=message, request_id=request_id)
    log.warning("sync failed", tenant=tenant.id, error=error, request_id=request_id)
    return Outcome(tenant=tenant, pulled=None, error=error, message=message)


class Runner:
    """The embedded runner: a thread that looks every few seconds, until it is stopped."""

    def __init__(self, engine: Engine, keys: Keys, ratings: Ratings, clock: Clock, *, tick: float = TICK) -> None:
        self._engine, self._keys, self._ratings, self._clock, self._tick = engine, keys, ratings, clock, tick
        self._end, self._wake = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="runner", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once."""
        self._wake.set()

    def stop(self) -> None:
        """End after the tenants that are being read."""
        self._end.set()
        self._wake.set()
        self._thread.join(timeout=TIMEOUT)

    def _run(self) -> None:
        while not self._end.is_set():
            self._wake.clear()
            try:
                asyncio.run(run_due(self._engine, self._keys, self._ratings, self._clock))
            except Exception:
                log.exception("the runner could not look; it tries again")
            self._wake.wait(self._tick)
