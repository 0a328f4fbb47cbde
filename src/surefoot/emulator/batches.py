"""Graph's JSON batches: reading the requests inside one, and telling their answers."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import unquote

import msgspec
from aiohttp import web

BATCH = "/v1.0/$batch"
MOST = 20


class Asked(Protocol):
    """A request, whether it came alone or in a batch."""

    @property
    def method(self) -> str:
        """Upper case."""

    @property
    def path(self) -> str:
        """Unquoted."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By their usual spelling."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a batch."""

    id: str
    method: str
    url: str
    """Relative to the version, without it."""
    headers: dict[str, str] = {}
    body: dict[str, Any] | None = None

    @property
    def path(self) -> str:
        """The path that it would have alone."""
        return unquote(self._quoted)

    @property
    def _quoted(self) -> str:
        return "/v1.0/" + self.url.partition("?")[0].removeprefix("/")

    def below(self, collection: str) -> str | None:
        """Give the id of the thing that it names in a collection."""
        before, _, last = self._quoted.rpartition("/")
        return unquote(last) if before == collection and last else None


class _Batch(msgspec.Struct):
    requests: list[Part]


def read(body: bytes, bearer: str) -> list[Part] | str:
    """Read a batch, each part with the batch's own sign-in; a sentence for one that Graph does not take."""
    try:
        parts = msgspec.json.decode(body, type=_Batch).requests
    except msgspec.DecodeError as error:
        return f"Invalid batch payload format: {error}"
    parts = [_signed(part, bearer) for part in parts]
    if not 1 <= len(parts) <= MOST:
        return f"The number of requests in a batch must be between 1 and {MOST}."
    if len({part.id for part in parts}) < len(parts):
        return "Every request in a batch must have an id of its own."
    bare = next((p.id for p in parts if p.body is not None and "Content-Type" not in p.headers), None)
    return parts if bare is None else f"Write request id : {bare} does not contain Content-Type header or body."


def _signed(part: Part, bearer: str) -> Part:
    headers = {name.title(): value for name, value in part.headers.items()} | {"Authorization": bearer}
    return msgspec.structs.replace(part, method=part.method.upper(), headers=headers)


def told(answered: list[tuple[Part, web.Response]]) -> web.Response:
    """Give the answers backwards: Graph promises no order."""
    return web.json_response({"responses": [_told(part.id, answer) for part, answer in reversed(answered)]})


def _told(id: str, answer: web.Response) -> dict[str, Any]:
    made: dict[str, Any] = {"id": id, "status": answer.status, "headers": dict(answer.headers)}
    raw = answer.body if isinstance(answer.body, bytes) else b""
    if not raw:
        return made
    try:
        return made | {"body": json.loads(raw)}
    except ValueError:
        return made | {"body": base64.b64encode(raw).decode()}
