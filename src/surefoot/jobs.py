"""The loop that reads due tenants: whatever one of them does, the others go on."""

import asyncio
import datetime as dt
import functools
import hashlib
import threading
from collections.abc import Callable, Sequence

import msgspec
import structlog
from sqlalchemy import Engine

from surefoot.errors import SurefootError, Unavailable
from surefoot.graph import tokens
from surefoot.graph.client import GraphClient
from surefoot.model import Outgoing, Reading, Tenant
from surefoot.scoring.ratings import Ratings
from surefoot.store import database, outgoing, runs, secrets, tenants
from surefoot.store.runs import Run
from surefoot.store.secrets import Keys
from surefoot.sync import checks, derived, notices
from surefoot.sync.checks import Check
from surefoot.sync.decisions import expire
from surefoot.sync.delivery import deliver
from surefoot.sync.pull import Pulled, pull
from surefoot.sync.readings import Readings

AT_ONCE = 16
"""Tenants read side by side."""
LEASE = dt.timedelta(minutes=15)
"""A tenant claimed by a worker that was killed is due again after this."""
TIMEOUT = 600.0
"""Seconds that one tenant may take; below the lease."""
CHECK_TIMEOUT = 60.0
"""Seconds that trying a connection may take: somebody waits for it."""
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
    readings: Readings | None = None,
) -> list[Outcome]:
    """Claim what is due and read it; give how each ended."""
    with database.writing(engine) as conn:
        claimed = tenants.claim_due(conn, clock(), limit=10_000, lease=LEASE)
        if readings is not None:
            for tenant in claimed:
                readings.begin(tenant, clock())  # before anybody can see that it is no longer due
        every = tenants.all_of(conn, None)
        derived.catch_up(conn, every, ratings, most=20)
        for tenant in tenants.accepting(conn, every):
            expire(conn, tenant, ratings, now=clock())
            notices.remind(conn, tenant, now=clock())
    outcomes = await read(engine, keys, ratings, claimed, clock, told=told, readings=readings)
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
    readings: Readings | None = None,
) -> list[Outcome]:
    """Read these tenants, some at once, and mark each; `readings` is told how far each has come."""
    gate, kept = asyncio.Semaphore(AT_ONCE), Readings() if readings is None else readings

    async def one(graph: GraphClient, tenant: Tenant) -> Outcome:
        async with gate:
            outcome = await _unit(engine, keys, ratings, graph, tenant, clock, kept)
        told(outcome)
        return outcome

    async with GraphClient() as graph:
        return list(await asyncio.gather(*(one(graph, tenant) for tenant in wanted)))


async def _unit(
    engine: Engine,
    keys: Keys,
    ratings: Ratings,
    graph: GraphClient,
    tenant: Tenant,
    clock: Clock,
    readings: Readings,
) -> Outcome:
    """Read one tenant and note how it went; nothing that it does gets out of here."""
    began = clock()
    readings.begin(tenant, began)
    try:
        with database.reading(engine) as conn:
            opened = secrets.get_all(conn, keys, tenant)
        now = clock()
        due = next_day(tenant, now)
        tell = functools.partial(readings.tell, tenant)
        async with asyncio.timeout(TIMEOUT):
            pulled = await pull(engine, graph, tenant, opened, ratings=ratings, now=now, due_at=due, progress=tell)
        run = _run_of(pulled, began, clock())
        await asyncio.to_thread(_went, engine, tenant, run)
    except SurefootError as error:
        request_id = getattr(error, "request_id", None)
        failed = Run(began_at=began, ended_at=clock(), error=error.slug, message=error.sentence, request_id=request_id)
        return await asyncio.to_thread(_failed, engine, tenant, failed)
    except Exception as error:
        log.exception("a sync broke", tenant=tenant.id)
        said = f"Surefoot itself failed ({type(error).__name__}); the log says more."
        failed = Run(began_at=began, ended_at=clock(), error="internal", message=said)
        return await asyncio.to_thread(_failed, engine, tenant, failed)
    finally:
        readings.end(tenant)
    return Outcome(tenant=tenant, pulled=pulled, error=None, message=None)


def _run_of(pulled: Pulled, began: dt.datetime, ended: dt.datetime) -> Run:
    return Run(
        began_at=began,
        ended_at=ended,
        days=pulled.days,
        days_new=pulled.days_new,
        days_changed=pulled.days_changed,
        profiles=pulled.profiles,
        refused=len(pulled.refused),
    )


def _went(engine: Engine, tenant: Tenant, run: Run) -> None:
    """Note a reading that went well, unless somebody has removed the tenant meanwhile."""
    with database.writing(engine) as conn:
        if tenants.is_there(conn, tenant):
            runs.record(conn, tenant, run)


def _failed(engine: Engine, tenant: Tenant, run: Run) -> Outcome:
    """Note a reading that failed, and when to try again; nothing of a tenant that somebody has removed meanwhile."""
    error = run.error or "internal"
    with database.writing(engine) as conn:
        if tenants.is_there(conn, tenant):
            due = next_try(tenants.sync_state(conn, tenant).failures + 1, run.ended_at)
            tenants.mark_failed(
                conn, tenant, now=run.ended_at, due_at=due, error=error, message=run.message or error,
                request_id=run.request_id,
            )  # fmt: skip
            runs.record(conn, tenant, run)
    log.warning("sync failed", tenant=tenant.id, error=error, request_id=run.request_id)
    return Outcome(tenant=tenant, pulled=None, error=error, message=run.message)


async def try_connection(engine: Engine, keys: Keys, tenant: Tenant, clock: Clock) -> Check:
    """Sign in to a tenant and call each endpoint once; `Unavailable` when that takes too long."""
    with database.reading(engine) as conn:
        way, opened = tenants.connection(conn, tenant), secrets.get_all(conn, keys, tenant)
    try:
        async with asyncio.timeout(CHECK_TIMEOUT), GraphClient() as graph:
            return await checks.check(graph, tenant, way, opened, now=clock())
    except TimeoutError as error:
        raise Unavailable(f"Microsoft has not answered for {CHECK_TIMEOUT:.0f} seconds.") from error


class Runner:
    """The embedded runner: a thread that looks every few seconds, until it is stopped."""

    def __init__(self, engine: Engine, keys: Keys, ratings: Ratings, clock: Clock, *, tick: float = TICK) -> None:
        self._engine, self._keys, self._ratings, self._clock, self._tick = engine, keys, ratings, clock, tick
        self._end, self._wake = threading.Event(), threading.Event()
        self._readings = Readings()
        self._thread = threading.Thread(target=self._run, name="runner", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once."""
        self._wake.set()

    def reading(self, tenant: Tenant) -> Reading | None:
        """Give how far the reading of a tenant has come; None: none is under way."""
        return self._readings.of(tenant)

    def stop(self) -> None:
        """End after the tenants that are being read."""
        self._end.set()
        self._wake.set()
        self._thread.join(timeout=TIMEOUT)

    def _run(self) -> None:
        while not self._end.is_set():
            self._wake.clear()
            try:
                due = run_due(self._engine, self._keys, self._ratings, self._clock, readings=self._readings)
                asyncio.run(due)
            except Exception:
                log.exception("the runner could not look; it tries again")
                self._readings.clear()
            self._wake.wait(self._tick)
