"""Backfill of 90 days x 250 controls: Surefoot's client against Microsoft's own, in one run, as a ratio of CPU time.

Also: peak memory of each, the whole way into the store, and the bytes that one more tenant takes.
Run: make bench (or python benchmarks/backfill.py --rounds 5)
"""

import argparse
import asyncio
import datetime as dt
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import msgspec
import structlog

from surefoot.emulator import answers
from surefoot.emulator.server import Running
from surefoot.emulator.world import generate
from surefoot.graph import wire
from surefoot.graph.client import GraphClient
from surefoot.graph.tokens import provider
from surefoot.model import AuthMethod, Cloud, Connection, Snapshot
from surefoot.store import database, history, tenants

TODAY = dt.datetime.now(dt.UTC).date()
CONTROLS = 250
REAL = Path(__file__).parents[1] / "../shared/data/securescores-90days.json"


class Place(msgspec.Struct, frozen=True):
    """Where the emulator listens, and how to sign in."""

    url: str
    tenant: str
    client_id: str
    client_secret: str


def serve(ready: Pipe) -> None:
    """Serve one tenant of 250 controls in a process of its own."""
    world = generate(1, TODAY, tenants=1, controls=600)
    tenant = world.tenants[0]
    tenant.held = tuple(h for h in tenant.held if h.share(TODAY) is not None)[:CONTROLS]
    tenant.missing = frozenset()
    days = {d: answers.score_of(tenant, d, rich=d == TODAY) for d in tenant.days(TODAY)}
    answers.score_of = lambda _tenant, day, *, rich: days[day]  # noqa: ARG005 - the cost of making answers is not measured
    with Running(world) as emulator:
        ready.send((emulator.base_url, tenant.id, emulator.client_id, emulator.client_secret, len(tenant.held)))
        ready.recv()


def ours(place: Place) -> int:
    """Fetch and decode with Surefoot's client."""

    async def read() -> int:
        way = Connection(
            method=AuthMethod.SECRET,
            cloud=Cloud.EMULATOR,
            client_id=place.client_id,
            graph_url=place.url,
            login_url=place.url,
        )
        tokens = provider(place.tenant, way, {"client_secret": place.client_secret})
        async with GraphClient() as graph:
            got = await graph.tenant(place.tenant, way, tokens).snapshots(today=TODAY)
        assert not got.refused
        return sum(len(s.controls) for s in got.items)

    return asyncio.run(read())


def theirs(place: Place) -> int:
    """Fetch and decode with msgraph-sdk, the same pages."""
    import aiohttp
    from kiota_abstractions.authentication import AuthenticationProvider
    from kiota_abstractions.request_information import RequestInformation
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.generated.security.secure_scores.secure_scores_request_builder import SecureScoresRequestBuilder as S

    async def read() -> int:
        form = {"grant_type": "client_credentials", "client_id": place.client_id, "client_secret": place.client_secret}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{place.url}/{place.tenant}/oauth2/v2.0/token", data=form) as said,
        ):
            token = (await said.json())["access_token"]

        class Bearer(AuthenticationProvider):
            async def authenticate_request(
                self, request: RequestInformation, additional_authentication_context: dict[str, object] | None = None
            ) -> None:
                del additional_authentication_context
                request.headers.add("Authorization", f"Bearer {token}")

        adapter = GraphRequestAdapter(Bearer())
        adapter.base_url = f"{place.url}/v1.0"
        options = S.SecureScoresRequestBuilderGetRequestConfiguration(
            query_parameters=S.SecureScoresRequestBuilderGetQueryParameters(top=90)
        )
        page = await GraphServiceClient(request_adapter=adapter).security.secure_scores.get(options)
        await adapter._http_client.aclose()  # noqa: SLF001 - it has no other end
        return sum(len(s.control_scores) for s in page.value)

    return asyncio.run(read())


def measured(work: Callable[[Place], int], place: Place, rounds: int) -> tuple[list[float], int, int]:
    """Give CPU seconds of each round after a first one, the peak of memory in KiB, and what was read."""
    parent, child = multiprocessing.Pipe()

    def body() -> None:
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        work(place)
        spent = []
        for _ in range(rounds):
            before = time.process_time()
            count = work(place)
            spent.append(time.process_time() - before)
        child.send((spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, count))

    process = multiprocessing.get_context("fork").Process(target=body)
    process.start()
    found = parent.recv()
    process.join()
    return found


def stored(days: list[Snapshot], copies: int) -> tuple[int, float]:
    """Save `copies` tenants with these days; give the bytes of the database and the CPU seconds of the last one."""
    with tempfile.TemporaryDirectory() as folder:
        engine = database.engine(Path(folder) / "surefoot.db")
        database.upgrade(engine)
        at, spent = dt.datetime.now(dt.UTC), 0.0
        for n in range(copies):
            identity = f"00000000-0000-4000-8000-{n:012d}"
            with database.writing(engine) as conn:
                made = tenants.add(conn, id=identity, name=identity, connection=Connection(), now=at, due_at=None)
                before = time.process_time()
                history.save(conn, made, days, now=at)
                spent = time.process_time() - before
        size = database.size(engine)
        engine.dispose()
        return size, spent


def sizes(body: bytes, what: str) -> None:
    """Print what one more tenant with these days takes, against its raw JSON."""
    days = list(wire.snapshots(body).items)
    raw = len(json.dumps(json.loads(body)["value"], separators=(",", ":"), ensure_ascii=False).encode())
    one, spent = stored(days, 1)
    many, _ = stored(days, 11)
    more = (many - one) / 10
    print(f"{what}: {len(days)} days, {raw:,} bytes of compact JSON; saved in {spent:.3f} s CPU")
    print(f"  first tenant {one:,} bytes (texts and ids that all share); one more {more:,.0f}: {raw / more:.0f}x less")
    ours_a_year, raw_a_year = more * 365 / len(days) / 1024, raw * 365 / len(days) / 2**20
    print(f"  a tenant-year at this rate: {ours_a_year:,.0f} KiB against {raw_a_year:,.1f} MiB raw")


def main() -> None:
    """Measure and print."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--rounds", type=int, default=5)
    rounds = reader.parse_args().rounds
    parent, child = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(child,))
    server.start()
    *where, controls = parent.recv()
    place = Place(*where)
    fast, memory, count = measured(ours, place, rounds)
    slow, heavy, other = measured(theirs, place, max(2, rounds // 2))
    assert count == other, (count, other)
    parent.send("end")
    server.join()
    print(f"90 days x {controls} controls, {count:,} control scores, fetched and decoded:")
    for name, spent, peak in (("Surefoot", fast, memory), ("msgraph-sdk", slow, heavy)):
        print(
            f"  {name:12} {statistics.median(spent):8.3f} s CPU (median of {len(spent)}), peak {peak / 1024:,.0f} MiB"
        )
    print(
        f"  ratio {statistics.median(slow) / statistics.median(fast):.0f}x less CPU, {heavy / memory:.1f}x less memory"
    )
    world = generate(1, TODAY, tenants=1, controls=600).tenants[0]
    made = [answers.score_of(world, d, rich=d == TODAY) for d in world.days(TODAY)]
    sizes(json.dumps({"value": made}).encode(), "generated")
    if REAL.exists():
        sizes(REAL.read_bytes(), "the real file")
    else:
        print("the real file is not here: its sizes were not measured")


if __name__ == "__main__":
    main()
