"""The outermost layer: hosts, bodies, headers."""

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from surefoot.web.guard import Guard, Rules, host_name

RULES = Rules(allowed_hosts=frozenset({"127.0.0.1", "::1", "localhost"}), longest_body=100)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    more, size = True, 0
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await PlainTextResponse(str(size))(scope, receive, send)


def client(rules: Rules = RULES) -> TestClient:
    return TestClient(Guard(echo, rules), base_url="http://127.0.0.1:8365")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8365", "localhost:1", "LOCALHOST", "[::1]:80", "localhost."])
def test_our_own_names_are_answered(host: str) -> None:
    assert client().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil", "[::2]", "[::1"])
def test_a_name_that_only_points_here_is_refused(host: str) -> None:
    answer = client().get("/", headers={"host": host})
    assert answer.status_code == 400
    assert answer.json()["slug"] == "host-refused"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_host_names_lose_port_and_brackets() -> None:
    assert host_name("[0:0:0:0:0:0:0:1]:8365") == "::1"


@pytest.mark.parametrize("size", [0, 100])
def test_bodies_up_to_the_limit_pass(size: int) -> None:
    assert client().post("/", content=b"x" * size).text == str(size)


@pytest.mark.parametrize("length", ["101", "99999999999999999999999999", "-1", "1e3", "\u0662"])
def test_a_body_that_says_it_is_too_large_is_refused(length: str) -> None:
    answer = client().post("/", headers={"content-length": length.encode("latin-1", "replace")})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_hides_its_size_is_stopped() -> None:
    seen = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        while True:
            seen.append(await receive())

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * 60, "more_body": True}

    async def send(_message: object) -> None:
        raise AssertionError

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost")]}
    with pytest.raises(Exception, match="at most 100 bytes"):
        asyncio.run(Guard(app, RULES)(scope, receive, send))
    assert len(seen) == 1


def test_every_answer_wears_the_headers() -> None:
    headers = client().get("/").headers
    csp = headers["content-security-policy"]
    assert "default-src 'none'" in csp
    assert "unsafe" not in csp
    assert "frame-ancestors 'none'" in csp
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) == 32
    assert "strict-transport-security" not in headers


def test_https_is_kept_only_on_https() -> None:
    rules = Rules(allowed_hosts=RULES.allowed_hosts, tls=True)
    assert "max-age" in client(rules).get("/").headers["strict-transport-security"]
