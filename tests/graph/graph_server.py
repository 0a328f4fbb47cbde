"""A server on loopback that answers exactly what a test wrote, byte for byte."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from surefoot.graph.client import GraphClient, Limits, TenantGraph
from surefoot.model import AuthMethod, Cloud, Connection

TENANT = "0c0a1e5e-0000-4000-8000-000000000001"


def answer(
    status: int = 200, body: object = None, *, headers: dict[str, str] | None = None, type: str = "application/json"
) -> bytes:
    """Write an answer; bytes go as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
    fields = {"Content-Type": type, "Content-Length": str(len(raw)), "request-id": "graph-1", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + raw


def packed(body: bytes) -> bytes:
    return answer(200, gzip.compress(body), headers={"Content-Encoding": "gzip"})


@dataclass
class Asked:
    """A request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Script:
    """What is answered, in order (the last one for ever), and what was asked."""

    answers: list[bytes] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    origin: str = ""
    hold: asyncio.Event | None = None
    at_once: int = 0
    most_at_once: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._one(reader, writer)
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        method, target, _ = head[0].split(" ")
        self.asked.append(Asked(method, target, fields, body))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.hold:
            await self.hold.wait()
        self.at_once -= 1
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        writer.write(said)
        await writer.drain()
        if b"Connection: close" in said or b"Content-Length" not in said:
            writer.close()
            raise ConnectionError


class Tokens:
    """Gives numbered tokens and counts."""

    def __init__(self) -> None:
        self.given = 1

    async def token(self, *, fresh: bool = False) -> str:
        self.given += fresh
        return f"canary-token-{self.given}"

    async def close(self) -> None:
        return None


@asynccontextmanager
async def graph(*answers: bytes, **limits: object) -> AsyncIterator[tuple[TenantGraph, Script]]:
    """Give a client of a server that answers so."""
    script = Script(list(answers))
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0, limit=2**20)
    script.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def sleep(seconds: float) -> None:
        script.waits.append(seconds)

    way = Connection(method=AuthMethod.SECRET, cloud=Cloud.EMULATOR, graph_url=script.origin, login_url=script.origin)
    client = GraphClient(limits=Limits(**{"tries": 3, **limits}), sleep=sleep, chance=lambda: 1.0)
    async with client:
        yield client.tenant(TENANT, way, Tokens()), script
    server.close()
    for writer in script.writers:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
