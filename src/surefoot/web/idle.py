"""The garbage collector works between answers, in moments when nobody waits for one, not within them."""

import asyncio
import gc
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

QUIET = 0.03
"""Seconds without a request after which nobody seems to wait."""
YOUNG, MIDDLE, OLD = 2_000, 20, 200
"""After how many new values it looks at the youngest, and after how many looks at the next elder ones."""


class Idle:
    """An application after whose answers the collector looks as soon as no other one is being worked on.

    A look at the remembered answers of a hundred tenants takes 100 ms, at the youngest values some 5. Those of the
    interpreter's own accord come when a page is being made, as it makes new values then; they are for long busy times.
    """

    def __init__(self, app: ASGIApp, *, look: Callable[[], None] | None = None, quiet: float = QUIET) -> None:
        self.app = app
        self._look = look or tidy
        self._quiet = quiet
        self._open = 0
        self._later: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and look when it is quiet; the life of the application itself is no answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self._open += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._open -= 1
            if self._later is not None:
                self._later.cancel()
            self._later = asyncio.get_running_loop().call_later(self._quiet, self._now)

    def _now(self) -> None:
        if not self._open:
            self._look()


def tidy() -> None:
    """Let the collector look at as many generations as are due."""
    young, middle, old = gc.get_count()
    if young >= YOUNG:
        gc.collect(2 if old >= OLD else 1 if middle >= MIDDLE else 0)
