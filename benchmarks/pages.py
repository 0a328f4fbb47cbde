"""The pages' budgets: weight of the overview, server time of each page under load, a list of 400 rows in a browser.

Run: make bench (or python benchmarks/pages.py --data folder, which keeps the filled database for the next run).
Exits with 1 when a budget is exceeded.
"""

import argparse
import asyncio
import datetime as dt
import gzip
import itertools
import multiprocessing
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import aiohttp
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from many_tenants import Filled, open_or_fill
from site_map import PAGES, address
from surefoot.scoring.ratings import load
from surefoot.store import database
from surefoot.web.app import create, settle

WEIGHT, SCRIPTS = 100 * 1024, 30 * 1024
"""Bytes of the overview, compressed: HTML, CSS and JavaScript; of them JavaScript."""
SERVER = 50.0
"""Milliseconds of server time, at the 99th percentile."""
INTERACTIVE = 300.0
"""Milliseconds from the click until the list of 400 actions is painted and answers in a browser."""
READERS, THINKING = 20, 5.0
"""How many read at once, and how long they look at a page, in seconds on average (exponential)."""
WRITING = 30.0
"""Seconds from one write to the next while they read: what was remembered of it is then forgotten."""
EACH_READING = 5
"""One of so many writes is a tenant's reading, the others are people's; a hundred tenants have one in 15 minutes."""
ROUNDS = 7

Times = Mapping[str, Sequence[float]]
KEY = b"x-measured-as"
"""The request's header that names the page."""


class Clocked:
    """The application, with the time that each answer took, from the request's arrival to the last byte handed over."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.took: list[tuple[str, float, float]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on and note."""
        begun, spent = time.perf_counter(), time.process_time()
        await self.app(scope, receive, send)
        if scope["type"] == "http":
            name = next((value.decode() for key, value in scope["headers"] if key == KEY), "")
            took, worked = time.perf_counter() - begun, time.process_time() - spent
            self.took.append((name, 1000 * took, 1000 * worked))


def serve(folder: Path, ready: Pipe) -> None:
    """Serve the real application in a process of its own; hand over what was measured whenever asked."""
    engine = database.engine(folder / "surefoot.db")
    app = create(engine=engine, ratings=load(), clock=now)
    settle(app)
    clocked = Clocked(app)
    config = uvicorn.Config(clocked, host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none")
    server = uvicorn.Server(config)

    async def run() -> None:
        running = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        ready.send(server.servers[0].sockets[0].getsockname()[1])
        asked = asyncio.get_running_loop()
        while await asked.run_in_executor(None, ready.recv) == "measured":
            ready.send(clocked.took)
            clocked.took = []
        server.should_exit = True
        await running

    asyncio.run(run())
    engine.dispose()


def now() -> dt.datetime:
    """Read the clock, as the program does."""
    return dt.datetime.now(dt.UTC)


class Site:
    """The running server, seen from a reader."""

    def __init__(self, folder: Path, filled: Filled) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, theirs))
        self.process.start()
        self.base = f"http://127.0.0.1:{self.pipe.recv()}"
        self.filled = filled

    def measured(self) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
        """Take the server's times since the last call, by page: what passed, and what its processor worked, in ms.

        The second is one answer's own only as long as nobody else asks.
        """
        self.pipe.send("measured")
        passed: dict[str, list[float]] = {}
        worked: dict[str, list[float]] = {}
        for name, took, spent in self.pipe.recv():
            passed.setdefault(name, []).append(took)
            worked.setdefault(name, []).append(spent)
        return passed, worked

    def path(self, name: str, tenant: int) -> str:
        """Give a page's address, of one of the tenants."""
        filled = self.filled
        # The ids of controls differ by past: every tenth tenant has the first one's.
        place = tenant - tenant % 10 if name == "action" else tenant
        return address(name, filled.tenants[place], filled.control)

    def end(self) -> None:
        """Stop it."""
        self.pipe.send("end")
        self.process.join(10)


async def get(session: aiohttp.ClientSession, site: Site, name: str, tenant: int) -> int:
    """Ask for one page."""
    headers = {KEY.decode(): name, "accept-encoding": "gzip"}
    async with session.get(site.base + site.path(name, tenant), headers=headers) as answer:
        await answer.read()
        return answer.status


def reader(site: Site) -> aiohttp.ClientSession:
    """Make a session that is signed in."""
    return aiohttp.ClientSession(headers={"authorization": f"Bearer {site.filled.token}"})


async def present(site: Site) -> tuple[list[str], list[str]]:
    """Ask once for every page: those that answer, and those that are not there or fail."""
    async with reader(site) as session:
        found = {name: await get(session, site, name, 0) for name in PAGES}
    return [n for n, s in found.items() if s == 200], [f"{n} ({s})" for n, s in found.items() if s != 200]


async def alone(site: Site, names: list[str], rounds: int) -> None:
    """Ask for each page again and again, one at a time, of other tenants each time."""
    async with reader(site) as session:
        for turn in range(rounds):
            for name in names:
                await get(session, site, name, turn * 7 % len(site.filled.tenants))


async def crowd(site: Site, names: list[str], seconds: float, thinking: float) -> int:
    """Let the readers read, each a random page of a random tenant, and one write; give how many requests failed."""
    until, failed = time.monotonic() + seconds, 0

    async def one(number: int) -> None:
        nonlocal failed
        chance = random.Random(number)  # noqa: S311 - who reads what
        await asyncio.sleep(chance.random() * thinking)
        async with reader(site) as session:
            while time.monotonic() < until:
                status = await get(session, site, chance.choice(names), chance.randrange(len(site.filled.tenants)))
                failed += status != 200
                await asyncio.sleep(chance.expovariate(1 / thinking) if thinking else 0)

    async def write() -> None:
        nonlocal failed
        for turn in itertools.count(1):
            if time.monotonic() + WRITING >= until:
                return
            await asyncio.sleep(WRITING)
            failed += not await written(site, turn)

    await asyncio.gather(*(one(n) for n in range(READERS)), write())
    return failed


async def written(site: Site, turn: int) -> bool:
    """Write something: a label or, every so often, another day of a tenant's scores; say whether it was taken."""
    async with reader(site) as session:
        if turn % EACH_READING == 0:
            tenant = site.filled.tenants[-1]
            day = dt.date.fromordinal(dt.date(2025, 1, 1).toordinal() - int(time.time()) % 100_000)
            path = f"{site.base}/api/security-defender/tenants/{tenant}/import"
            async with session.post(path, json=a_score(tenant, day)) as answer:
                return answer.status == HTTPStatus.OK and (await answer.json())["daysNew"] == 1
        form = {"tenant": site.filled.tenants[0], "label" if turn % 2 else "remove": "Benchmark"}
        async with session.post(f"{site.base}/labels", data=form, allow_redirects=False) as answer:
            return answer.status == HTTPStatus.SEE_OTHER


def a_score(tenant: str, day: dt.date) -> dict[str, object]:
    """Make an answer of Graph with one day before all others."""
    control = {"controlCategory": "Apps", "controlName": "aad_made_up", "score": 1.0, "scoreInPercentage": 50.0}
    score = {
        "id": f"{tenant}_{day}",
        "azureTenantId": tenant,
        "createdDateTime": f"{day}T00:00:00Z",
        "currentScore": 1.0,
        "maxScore": 2.0,
        "controlScores": [control],
    }
    return {"value": [score]}


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def shown(single: Times, work: Times, busy: Times) -> list[str]:
    """Print the times by page; give which pages are over the budget."""
    over = []
    heads = ("page", "alone: CPU p50", "p50", "worst", "20 readers: p50", "p99", "asked")
    print("    {:22} {:>14} {:>7} {:>7} | {:>15} {:>7} {:>6}".format(*heads))
    for name in sorted(busy, key=lambda n: -statistics.median(work[n])):
        few, many = single[name], busy[name]
        p99 = percentile(many, 0.99)
        over += [name] if p99 > SERVER else []
        print(
            f"    {name:22} {statistics.median(work[name]):14.1f} {statistics.median(few):7.1f} {max(few):7.1f} | "
            f"{statistics.median(many):15.1f} {p99:7.1f} {len(many):6}{'  over' if p99 > SERVER else ''}"
        )
    return over


async def weight(site: Site) -> tuple[int, int]:
    """Weigh the overview's HTML, styles and scripts as a proxy with gzip (level 6) would send them."""
    async with reader(site) as session:
        headers = {"accept-encoding": "identity"}

        async def body(path: str) -> bytes:
            async with session.get(site.base + path, headers=headers) as answer:
                return await answer.read()

        page = await body(site.path("overview", 0))
        files = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"', page.decode())
        parts = {path: await body(path) for path in dict.fromkeys(files)}
        scripts = {path: text for path, text in parts.items() if ".js" in path}
        pending = [re.findall(rb'from\s*"\./([^"]+)"', text) for text in scripts.values()]
        for name in {n.decode() for found in pending for n in found}:
            scripts[name] = parts[name] = await body(f"/static/{name}")
    sizes = {path: len(gzip.compress(text, 6)) for path, text in parts.items()}
    html = len(gzip.compress(page, 6))
    for path, size in {"HTML": html, **sizes}.items():
        print(f"    {path.partition('?')[0]:32} {size:8,} bytes")
    return html + sum(sizes.values()), sum(sizes[path] for path in scripts)


WATCH = """window.felt = new Promise(done => {
  let busy = 0;
  const watch = new PerformanceObserver(list => {
    for (const task of list.getEntries()) busy = Math.max(busy, task.startTime + task.duration);
  });
  watch.observe({type: 'longtask', buffered: true});
  addEventListener('DOMContentLoaded', () => requestAnimationFrame(() => setTimeout(() => {
    const free = performance.now(), [page] = performance.getEntriesByType('navigation');
    setTimeout(() => done([
      page.responseEnd, performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? free,
      page.domInteractive, page.domContentLoadedEventEnd, Math.max(free, busy),
      document.querySelectorAll('table tbody tr:not(.group)').length]), 100);
  })));
})"""
"""Run in the page from its start. It answers once its scripts have run, the frame after that is drawn and the main
thread took the next task; or later, when a task of 50 ms or more (which would keep a click waiting) ended after that.
"""


def interactive(site: Site) -> float | None:
    """Open the list of 400 actions in a browser: milliseconds until rows are painted and the page answers."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("    no Chromium is here: not measured")
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        context = browser.new_context(
            base_url=site.base,
            viewport={"width": 1280, "height": 900},
            extra_http_headers={"authorization": f"Bearer {site.filled.token}"},
        )
        context.add_init_script(WATCH)
        page, found = context.new_page(), []
        for _ in range(ROUNDS):
            page.goto(site.path("all actions", 0), wait_until="commit")
            found.append(page.evaluate("window.felt"))
        browser.close()
    response, paint, read, loaded, free, rows = (statistics.median(f[n] for f in found[1:]) for n in range(6))
    print(
        f"    {rows:.0f} rows: answer received {response:.0f} ms, first paint {paint:.0f}, document read {read:.0f}, "
        f"scripts have run {loaded:.0f}, painted and answering {free:.0f} (median of {ROUNDS - 1}; "
        f"least {min(f[4] for f in found[1:]):.0f}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors)"
    )
    return free


def main() -> int:
    """Measure, print, and say whether all budgets are kept."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, help="a folder that keeps the filled database (else: made anew)")
    asked.add_argument("--tenants", type=int, default=100)
    asked.add_argument("--seconds", type=float, default=60.0, help="how long the readers read")
    asked.add_argument("--only", default="", help="pages whose names begin so")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.data or Path(made)
        begun = time.monotonic()
        filled = open_or_fill(folder, count=options.tenants)
        size, took = (folder / "surefoot.db").stat().st_size / 2**20, time.monotonic() - begun
        print(f"{len(filled.tenants)} tenants of a year, {size:,.0f} MiB, ready in {took:.0f} s")
        site = Site(folder, filled)
        try:
            return measure(site, options.seconds, options.only)
        finally:
            site.end()


def measure(site: Site, seconds: float, only: str) -> int:
    """Measure all three budgets; give the exit status."""
    wrong = []
    names, absent = asyncio.run(present(site))
    names = [n for n in names if n.startswith(only)]
    if absent:
        print(f"not there, so not measured: {', '.join(absent)}")
    print(f"overview, compressed with gzip as a proxy would (budget {WEIGHT:,} bytes, JavaScript {SCRIPTS:,}):")
    whole, scripts = asyncio.run(weight(site))
    print(f"    together {whole:,} bytes, of them JavaScript {scripts:,}")
    wrong += ["weight"] if whole > WEIGHT or scripts > SCRIPTS else []
    print(
        f"server time in ms (budget: p99 {SERVER:.0f} with {READERS} readers, who look at a page for {THINKING:.0f} s, "
        f"and a write every {WRITING:.0f} s, one of {EACH_READING} of them a reading):"
    )
    asyncio.run(alone(site, names, 1))
    site.measured()
    asyncio.run(alone(site, names, ROUNDS))
    single, work = site.measured()
    failed = asyncio.run(crowd(site, names, seconds, THINKING))
    busy, _ = site.measured()
    wrong += shown(single, work, {n: busy.get(n, single[n]) for n in names})
    every = [t for n in names for t in busy.get(n, [])]
    print(
        f"    all pages: {len(every)} asked, {failed} failed, p50 {percentile(every, 0.5):.1f}, "
        f"p99 {percentile(every, 0.99):.1f}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    wrong += ["failures"] if failed else []
    begun = time.monotonic()
    asyncio.run(crowd(site, names, min(10.0, seconds), 0.0))
    hurried = [t for times in site.measured()[0].values() for t in times]
    print(
        f"    without a pause between pages: {len(hurried) / (time.monotonic() - begun):.0f} pages a second, "
        f"p50 {percentile(hurried, 0.5):.0f} ms, p99 {percentile(hurried, 0.99):.0f} ms"
    )
    print(f"the list of 400 actions in Chromium (budget {INTERACTIVE:.0f} ms from the click):")
    ready = interactive(site)
    wrong += ["interactive"] if ready is not None and ready > INTERACTIVE else []
    print(f"over budget: {', '.join(wrong)}" if wrong else "all budgets are kept")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
