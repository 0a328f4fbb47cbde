"""The client against a Graph at its worst: nothing leaks, nothing hangs, everything is named."""

import asyncio
import datetime as dt
import email.utils
import gzip
import json
import logging

import pytest
import structlog
from graph_server import TENANT, answer, graph, packed

from surefoot.errors import AnswerNotUnderstood, ConsentMissing, GraphError, Throttled, Unavailable

TODAY = dt.date(2026, 11, 24)


def day(back: int = 0) -> dict[str, object]:
    made = TODAY - dt.timedelta(days=back)
    return {
        "id": f"{TENANT}_{made}",
        "azureTenantId": TENANT,
        "createdDateTime": f"{made}T00:00:00Z",
        "currentScore": 5,
        "maxScore": 10,
        "controlScores": [],
    }


def page(*days: dict[str, object], link: str | None = None) -> bytes:
    return answer(200, {"value": list(days)} | ({"@odata.nextLink": link} if link else {}))


PATH = "/v1.0/security/secureScores"


async def test_pages_are_followed_by_the_link_verbatim() -> None:
    async with graph(b"") as (tenant, script):
        link = f"{script.origin}{PATH}?$top=1&$skiptoken=aB%2Fc%3D%3D"
        script.answers[:] = [page(day(0), link=link), page(day(1))]
        got = await tenant.snapshots(today=TODAY)
    assert [s.day for s in got.items] == [TODAY, TODAY - dt.timedelta(days=1)]
    assert (got.pages, got.refused, got.partial) == (2, (), None)
    assert script.asked[1].target == f"{PATH}?$top=1&$skiptoken=aB%2Fc%3D%3D"


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.2:{port}{path}?x",
        "http://evil.example{path}?x",
        "http://127.0.0.1:{port}@evil.example{path}?x",
        "http://127.0.0.1:1{path}?x",
        "https://127.0.0.1:{port}{path}?x",
        "http://127.0.0.1:{port}/v1.0/users?x",
        "http://127.0.0.1:{port}{path}/../../users?x",
        "http://127.0.0.1\\@evil.example:{port}{path}?x",
        "http://127.0.0.1\t:{port}{path}?x",
        "//evil.example{path}",
        "/v1.0/security/secureScores?x",
        "javascript:alert(1)",
        "http://[",
        " ",
    ],
)
async def test_a_link_that_leads_elsewhere_is_refused_and_the_token_stays(link: str) -> None:
    async with graph(b"") as (tenant, script):
        port = script.origin.rpartition(":")[2]
        script.answers[:] = [page(day(), link=link.format(port=port, path=PATH))]
        with pytest.raises(AnswerNotUnderstood, match="leads elsewhere"):
            await tenant.snapshots(today=TODAY)
    assert len(script.asked) == 1


async def test_links_that_go_round_are_refused() -> None:
    async with graph(b"") as (tenant, script):
        one, two = (f"{script.origin}{PATH}?$skiptoken={n}" for n in (1, 2))
        script.answers[:] = [page(day(0), link=one), page(day(1), link=two), page(day(2), link=one)]
        with pytest.raises(AnswerNotUnderstood, match="circle"):
            await tenant.snapshots(today=TODAY)


async def test_links_without_end_are_refused() -> None:
    async with graph(b"", pages=5) as (tenant, script):
        script.answers[:] = [page(day(), link=f"{script.origin}{PATH}?$skiptoken={n}") for n in range(9)]
        with pytest.raises(AnswerNotUnderstood, match="does not end"):
            await tenant.snapshots(today=TODAY)
    assert len(script.asked) == 5


async def test_only_the_missing_days_are_asked_for() -> None:
    async with graph(b"") as (tenant, script):
        script.answers[:] = [page(day(0), day(1), day(2), link=f"{script.origin}{PATH}?$skiptoken=3")]
        await tenant.snapshots(since=TODAY - dt.timedelta(days=2), today=TODAY)
    assert [a.target for a in script.asked] == [f"{PATH}?$top=3"]


async def test_days_of_others_and_of_the_future_are_counted_and_left_out() -> None:
    other = day(1) | {"azureTenantId": "0c0a1e5e-0000-4000-8000-000000000002"}
    async with graph(page(day(0), other, day(-5))) as (tenant, _):
        got = await tenant.snapshots(today=TODAY)
    assert len(got.items) == 1
    assert len(got.refused) == 2


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with graph(b"") as (tenant, script):
        script.answers[:] = [answer(status, b"", headers={"Location": f"{script.origin}/elsewhere"})]
        with pytest.raises(AnswerNotUnderstood):
            await tenant.snapshots(today=TODAY)
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("7", 7.0), ("0", 0.0), ("-5", 0.0), ("1e9", 120.0), ("abc", 2.0), (None, 2.0), ("nan", 2.0), ("", 2.0),
        (email.utils.format_datetime(dt.datetime(2000, 1, 1, tzinfo=dt.UTC), usegmt=True), 0.0),
        (email.utils.format_datetime(dt.datetime(2999, 1, 1, tzinfo=dt.UTC), usegmt=True), 120.0),
    ],
)  # fmt: skip
async def test_retry_after_is_honoured_and_clamped(said: str | None, waits: float) -> None:
    headers = {} if said is None else {"Retry-After": said}
    async with graph(answer(429, headers=headers), page(day())) as (tenant, script):
        assert len((await tenant.snapshots(today=TODAY)).items) == 1
    assert script.waits == [waits]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_what_passes_is_tried_again_with_growing_distance(status: int) -> None:
    async with graph(answer(status), answer(status), page(day())) as (tenant, script):
        assert len((await tenant.snapshots(today=TODAY)).items) == 1
    assert script.waits == [2.0, 4.0]


async def test_what_does_not_pass_is_given_up_with_graphs_words() -> None:
    body = {"error": {"code": "X", "message": "down", "innerError": {"request-id": "y"}}}
    async with graph(answer(503, body)) as (tenant, script):
        with pytest.raises(Unavailable, match=r"503\. down") as error:
            await tenant.snapshots(today=TODAY)
    assert (error.value.code, error.value.request_id, error.value.status) == ("X", "graph-1", 503)
    assert len(script.asked) == 3


async def test_intunes_500_is_throttling() -> None:
    body = {"error": {"code": "", "message": "Rate limit reached"}}
    async with graph(answer(500, body)) as (tenant, _):
        with pytest.raises(Throttled) as error:
            await tenant.snapshots(today=TODAY)
    assert error.value.code is None


GOOD = json.dumps({"value": [day()]}).encode()
BROKEN = {
    "cut in the middle": answer(200, GOOD)[:-10],
    "cut at a JSON boundary": answer(200, GOOD)[:-2],
    "gzip that is none": answer(200, b"not gzip", headers={"Content-Encoding": "gzip"}),
    "gzip without its trailer": answer(200, gzip.compress(GOOD)[:-8], headers={"Content-Encoding": "gzip"}),
    "no answer": b"",
    "no HTTP": b"HELLO\r\n\r\n",
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_body_is_tried_again_then_told(kind: str) -> None:
    async with graph(BROKEN[kind] + b"", page(day()), read=5.0) as (tenant, script):
        script.answers[0] = BROKEN[kind].replace(b"request-id: graph-1", b"Connection: close")
        try:
            got = await tenant.snapshots(today=TODAY)
        except AnswerNotUnderstood:
            return
    assert len(got.items) == 1


async def test_a_small_packed_body_may_not_grow_without_end() -> None:
    async with graph(packed(b" " * 5_000_000 + GOOD), page_bytes=1_000_000) as (tenant, script):
        with pytest.raises(AnswerNotUnderstood, match="more than 1000000 bytes"):
            await tenant.snapshots(today=TODAY)
    assert len(script.asked) == 1


async def test_a_packed_body_is_unpacked() -> None:
    async with graph(packed(GOOD)) as (tenant, _):
        assert len((await tenant.snapshots(today=TODAY)).items) == 1


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer(200, b"<html>Sign in</html>", type="text/html"), AnswerNotUnderstood),
        (answer(200, b'{"value": '), AnswerNotUnderstood),
        (answer(200, b"[]"), AnswerNotUnderstood),
        (answer(200, b'{"hello": 1}'), AnswerNotUnderstood),
        (answer(200, b'{"value": ' + b"[" * 100_000), AnswerNotUnderstood),
        (answer(200, b"\xff\xfe\x00"), AnswerNotUnderstood),
        (answer(403, b"<html>Forbidden</html>", type="text/html"), ConsentMissing),
        (answer(403, {"error": {"code": "Forbidden", "message": "no", "innererror": {}}}), ConsentMissing),
        (answer(404, {"error": {"code": ""}}), AnswerNotUnderstood),
        (answer(400, {"error": "just words"}), AnswerNotUnderstood),
    ],
)
async def test_an_answer_that_is_none_has_a_name(said: bytes, kind: type[GraphError]) -> None:
    async with graph(said) as (tenant, script):
        with pytest.raises(kind) as error:
            await tenant.snapshots(today=TODAY)
    assert error.value.advice
    assert len(script.asked) == 1


async def test_a_wrong_content_type_does_no_harm() -> None:
    async with graph(answer(200, GOOD, type="text/plain; charset=nonsense")) as (tenant, _):
        assert len((await tenant.snapshots(today=TODAY)).items) == 1


async def test_a_partial_answer_says_so() -> None:
    warning = '199 - "Microsoft/SecureScore/403/12"'
    async with graph(answer(206, {"value": [day()]}, headers={"Warning": warning})) as (tenant, _):
        got = await tenant.snapshots(today=TODAY)
    assert (len(got.items), got.partial) == (1, warning)


async def test_a_token_that_expires_between_pages_is_renewed_once_and_the_page_read_again() -> None:
    async with graph(b"") as (tenant, script):
        link = f"{script.origin}{PATH}?$skiptoken=1"
        script.answers[:] = [page(day(0), link=link), answer(401), page(day(1))]
        got = await tenant.snapshots(today=TODAY)
    assert len(got.items) == 2
    assert [a.headers["authorization"][-1] for a in script.asked] == ["1", "1", "2"]
    assert script.asked[1].target == script.asked[2].target


async def test_a_token_that_is_refused_twice_is_missing_consent() -> None:
    async with graph(answer(401)) as (tenant, script):
        with pytest.raises(ConsentMissing):
            await tenant.snapshots(today=TODAY)
    assert len(script.asked) == 2


async def test_four_requests_of_a_tenant_are_under_way_at_most() -> None:
    async with graph(page(day())) as (tenant, script):
        script.hold = asyncio.Event()
        many = [asyncio.ensure_future(tenant.snapshots(today=TODAY)) for _ in range(12)]
        for _ in range(500):
            await asyncio.sleep(0)
        script.hold.set()
        await asyncio.gather(*many)
    assert (script.most_at_once, len(script.asked)) == (4, 12)


async def test_every_request_has_an_id_of_its_own_and_the_token_is_never_logged(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as events:
        async with graph(answer(503), page(day())) as (tenant, script):
            await tenant.snapshots(today=TODAY)
    ids = [a.headers["client-request-id"] for a in script.asked]
    assert len(set(ids)) == 2
    assert [e["client_request_id"] for e in events] == ids
    assert events[0]["request_id"] == "graph-1"
    said = repr(events) + caplog.text + "".join(capsys.readouterr())
    assert "canary-token" not in said


async def test_an_address_where_nobody_answers_is_told() -> None:
    async with graph(page(day())) as (tenant, script):
        tenant._origin = tenant._origin.with_port(1)
        with pytest.raises(Unavailable, match="could not be reached"):
            await tenant.snapshots(today=TODAY)
    assert script.waits == [2.0, 4.0]


async def test_a_body_that_drips_is_given_up() -> None:
    slow = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    async with graph(slow, read=0.05, tries=1) as (tenant, _):
        with pytest.raises(Unavailable):
            await tenant.snapshots(today=TODAY)
