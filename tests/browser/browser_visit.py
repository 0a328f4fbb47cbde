"""A visit of the site by a browser."""

import datetime as dt
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

PATIENCE = 30_000
"""The milliseconds that a slow machine is given for a step. It is a limit: a machine that is fast waits for nothing."""

REPORT = """document.addEventListener('securitypolicyviolation', e => console.error(
  `policy violated: ${e.effectiveDirective} by ${e.blockedURI || 'inline'} in ${e.sourceFile || 'the page'}`))"""


class Visit:
    """A page that notes what goes wrong on it; whoever opened it asks in the end."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        self._origin = ""
        self._led: set[str] = set()
        page.add_init_script(REPORT)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        """Note errors and warnings, but not that a page which somebody was led to says 4xx of itself."""
        itself = message.text.startswith("Failed to load resource") and message.location["url"] in self._led
        if message.type in {"error", "warning"} and not (itself and "status of 4" in message.text):
            self.wrong.append(message.text)

    def _asked(self, request: Request) -> None:
        """Note a request that leaves the site."""
        parts = urlsplit(request.url)
        self._origin = self._origin or parts.netloc
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self._origin:
            self.wrong.append(f"a request to another origin: {request.url}")
        if request.is_navigation_request():
            self._led.add(request.url)

    def _failed(self, request: Request) -> None:
        """Note a request that failed; one that was only cancelled by leaving the page (the icon, often) did not."""
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"{request.failure} {request.url}")


def open_at_rest(page: Page, path: str) -> None:
    """Open a page whose clock stands still: its timers go on only when the test says so."""
    began = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
    page.clock.install(time=began)
    page.goto(path)
    page.clock.pause_at(began + dt.timedelta(hours=1))


def sign_in(page: Page, link: str) -> None:
    """Sign in by the button, as a person does, and wait until it is done: who goes on at once stays a stranger."""
    page.goto(f"/sign-in?link={link}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
