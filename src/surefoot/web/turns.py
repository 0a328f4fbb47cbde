"""Answers that take turns: one interpreter works on one thing at a time, and two pages at once make both late."""

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute

PATIENCE = 0.05
"""Seconds to wait for one's turn; then an answer is worked on beside the other, which may be a long export."""

_TURN = threading.Lock()


def in_turn(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Let an answer be worked out when no other one is, or after a short wait anyway."""

    @functools.wraps(answer)
    def waited(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever is asked and answered
        mine = _TURN.acquire(timeout=PATIENCE)
        try:
            return answer(*args, **kwargs)
        finally:
            if mine:
                _TURN.release()

    return waited


class InTurn(APIRoute):
    """A route whose answer waits for its turn, when it only reads: what writes may wait for the network or the disk."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        reads = set(options.get("methods") or ()) <= {"GET", "HEAD"}
        waits = reads and not inspect.iscoroutinefunction(endpoint)
        super().__init__(path, in_turn(endpoint) if waits else endpoint, **options)
