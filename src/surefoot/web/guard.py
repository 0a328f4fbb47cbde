"""The outermost layer: which hosts may be asked for, how large a body may be, and the headers of every answer."""

import ipaddress
import uuid
from collections.abc import Mapping

import msgspec
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from surefoot import locales
from surefoot.web.problems import Problem, problem_response

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the guard enforces."""

    allowed_hosts: frozenset[str]
    """Host names without port, lower case; `*` allows all."""
    longest_body: int = 64 * 1024
    """In bytes."""
    larger: Mapping[str, int] = {}
    """For addresses that take more, by how they begin; a `*` stands for one part of them."""
    tls: bool = False

    def longest(self, path: str) -> int:
        """Give how many bytes an address takes."""
        found = (size for start, size in self.larger.items() if begins(path, start))
        return max(self.longest_body, *found, 0)


class Guard:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, then pass it on; dress the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        dressed = self._dress(send, request_id)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            longest = self.rules.longest(scope["path"])
            if refusal := self._refusal(Headers(scope=scope), longest):
                await problem_response(refusal)(scope, receive, dressed)
                return
            with locales.reading_as(_reader(scope)):
                await self.app(scope, self._bounded(receive, longest), dressed)

    def _refusal(self, headers: Headers, longest: int) -> Problem | None:
        host = host_name(headers.get("host", ""))
        if host not in self.rules.allowed_hosts and "*" not in self.rules.allowed_hosts:
            # A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding): answer only to ours.
            return Problem.of(400, "host-refused", "This server does not answer to that host name.")
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:20]) > longest:
            return too_large(longest)
        return None

    def _bounded(self, receive: Receive, longest: int) -> Receive:
        """Count the body's bytes, for those who do not say the length or lie about it."""
        seen = 0

        async def bounded() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > longest:
                raise HTTPException(413, too_large(longest).detail)
            return message

        return bounded

    def _dress(self, send: Send, request_id: str) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                headers["x-request-id"] = request_id
                if self.rules.tls:
                    headers["strict-transport-security"] = HSTS
            await send(message)

        return dressed


def begins(path: str, start: str) -> bool:
    """Say whether an address begins so."""
    if "*" not in start:
        return path.startswith(start)
    parts = start.split("/")
    return (
        all(p in {"*", part} for p, part in zip(parts, path.split("/"), strict=False))
        and path.count("/") == len(parts) - 1
    )


def _reader(scope: Scope) -> str:
    """Say how the reader writes numbers and days; the API speaks to programs, whoever asks."""
    if scope["path"].startswith("/api/"):
        return locales.PLAIN
    return locales.wanted(Headers(scope=scope).get("accept-language", ""))


def too_large(longest: int) -> Problem:
    """Say how large a body may be."""
    return Problem.of(413, "too-large", f"The body may have at most {longest:,} bytes.")


def host_name(header: str) -> str:
    """Take the name from a Host header: lower case, without the port, IPv6 addresses without brackets."""
    name = header.strip().lower()
    if name.startswith("[") and "]" not in name:
        return ""
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.removesuffix(".")
