"""Answers are made small for who asks for it, and what may hold a secret is not."""

import gzip
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from web_world import OURS, World

from surefoot.web.compressing import NOISE, SMALLEST, Compressing, packed, takes_gzip

API = f"/api/security-defender/secure-score/history?tenant={OURS}"
ASKING = {"accept-encoding": "gzip, deflate, br"}


def client(answer: Response) -> TestClient:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(scope, receive, send)

    return TestClient(Compressing(app), base_url="http://127.0.0.1")


@given(st.binary())
def test_what_is_packed_is_gzip_of_the_same(body: bytes) -> None:
    assert gzip.decompress(packed(body)) == gzip.decompress(packed(body, level=9, noise=0)) == body


def test_the_length_says_less_than_it_would() -> None:
    lengths = {len(packed(b"x" * 2000)) for _ in range(200)}
    assert 10 < len(lengths) <= NOISE + 2


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        (None, False),
        ("", False),
        ("br", False),
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip; q=0", False),
        ("x-gzip", False),
    ],
)
def test_gzip_is_for_who_names_it(accepted: str | None, taken: bool) -> None:  # noqa: FBT001 - a case
    assert takes_gzip(accepted) is taken


def test_small_binary_and_packed_answers_are_left_alone() -> None:
    for answer in (
        Response("x" * (SMALLEST - 1), media_type="text/html"),
        Response(os.urandom(5000), media_type="application/zip"),
        Response(gzip.compress(b"x" * 9000) * 90, media_type="text/css", headers={"content-encoding": "x-own"}),
    ):
        assert client(answer).get("/", headers=ASKING).headers.get("content-encoding") in {None, "x-own"}


def test_an_answer_in_parts_passes_as_it_is() -> None:
    async def parts() -> object:
        for _ in range(3):
            yield "x" * 2000

    got = client(StreamingResponse(parts(), media_type="text/event-stream")).get("/", headers=ASKING)
    assert (got.headers.get("content-encoding"), len(got.text)) == (None, 6000)


def test_a_page_is_small_and_the_same(world: World) -> None:
    page, asked = f"/tenants/{OURS}/overview", world.client("reader")
    small, plain = asked.get(page, headers=ASKING), asked.get(page, headers={"accept-encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < len(plain.content) / 3
    assert "content-encoding" not in plain.headers
    assert [a.headers["vary"] for a in (small, plain)] == ["accept-encoding"] * 2
    assert small.text == plain.text


def test_the_api_knows_its_own_answer_packed_or_not(world: World) -> None:
    asked = world.client("reader")
    small, plain = asked.get(API, headers=ASKING), asked.get(API, headers={"accept-encoding": "identity"})
    assert small.headers["etag"] == plain.headers["etag"]
    assert "authorization" in small.headers["vary"]
    for tag in (small.headers["etag"], f"W/{small.headers['etag']}"):
        assert asked.get(API, headers={**ASKING, "if-none-match": tag}).status_code == 304


def test_static_files_were_packed_before(world: World) -> None:
    small = world.client().get("/static/surefoot.css", headers=ASKING)
    plain = world.client().get("/static/surefoot.css", headers={"accept-encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.text == plain.text
    again = world.client().get("/static/surefoot.css", headers={**ASKING, "if-none-match": small.headers["etag"]})
    assert again.status_code == 304


def test_what_may_hold_a_secret_is_not_packed(world: World) -> None:
    link = world.client().get("/sign-in", params={"link": "x" * 3000}, headers=ASKING)
    assert "content-encoding" not in link.headers
    posted = client(Response("x" * 5000, media_type="text/html")).post("/", headers=ASKING)
    assert "content-encoding" not in posted.headers
