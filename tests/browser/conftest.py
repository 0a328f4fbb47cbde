"""A real browser before a real server, or a skip that says why not."""

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import uvicorn
from browser_visit import PATIENCE, Visit, sign_in
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from web_world import World, make

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--accept-lang=en-GB",
)  # fmt: skip

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser for a module's tests.

    Not for the session: while Playwright is there its event loop counts as running, and no other test could run one.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield from make(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(world.app, host="127.0.0.1", port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Open pages; parametrized indirectly with width and colour scheme."""
    width, scheme = getattr(request, "param", (1280, "light"))
    context: BrowserContext = browser.new_context(
        locale="en-GB", base_url=address, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    context.set_default_timeout(PATIENCE)
    visited = Visit(context.new_page())
    yield visited
    context.close()
    assert visited.wrong == [], "an error in the console, a violated policy, a request that failed or left the site"


@pytest.fixture
def inside(visit: Visit, world: World) -> Visit:
    """Sign in by the button, as a person does."""
    sign_in(visit.page, world.link())
    return visit
