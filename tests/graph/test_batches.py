"""Many controls in few requests: each has its own outcome, whatever becomes of the others."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from graph_server import answer, graph

from surefoot.emulator.server import Emulator, Fault, Running, Throttle
from surefoot.emulator.world import generate
from surefoot.errors import (
    AnswerNotUnderstood,
    ConsentMissing,
    GraphError,
    SecretWrong,
    Throttled,
    Unavailable,
    WriteRefused,
)
from surefoot.graph.batches import Change
from surefoot.graph.client import GraphClient, Limits, TenantGraph
from surefoot.graph.tokens import provider
from surefoot.model import Profile

BATCH = ("POST", "/v1.0/$batch")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Running(generate(8, dt.date(2026, 11, 24), tenants=1)) as running:
        yield running


@asynccontextmanager
async def reached(emulator: Emulator, secret: str | None = None) -> AsyncIterator[TenantGraph]:
    async def no_pause(_seconds: float) -> None:
        return None

    tenant = emulator.world.tenants[0].id
    tokens = provider(tenant, emulator.connection, {"client_secret": secret or emulator.client_secret})
    async with GraphClient(limits=Limits(tries=2), sleep=no_pause) as client:
        yield client.tenant(tenant, emulator.connection, tokens)
    await tokens.close()


async def settable(tenant: TenantGraph, emulator: Emulator, count: int) -> list[Profile]:
    """Give controls that Graph lets set, and forget that they were read."""
    known = [p for p in (await tenant.profiles()).items if not p.control.startswith("scid_")]
    emulator.requests.clear()
    return known[:count]


def changes(profiles: list[Profile], state: str = "Ignored") -> list[Change]:
    return [Change(profile=p, state=state, comment=p.control) for p in profiles]


def made(control: str, state: str = "Ignored") -> dict[str, Any]:
    return {"id": control, "title": "x", "controlStateUpdates": [{"state": state}]}


def told(*items: tuple[str, int, Any], **headers: str) -> bytes:
    """Write the answer to a batch."""
    responses = [{"id": key, "status": status, "headers": headers, "body": body} for key, status, body in items]
    return answer(200, {"responses": responses})


def profile(control: str) -> Profile:
    return Profile(control=control, title="x", category="Apps", vendor="Microsoft", provider="SecureScore")


async def test_45_updates_are_three_batches_and_all_arrive_in_the_order_given(emulator: Emulator) -> None:
    async with reached(emulator) as tenant:
        known = await settable(tenant, emulator, 45)
        got = await tenant.update_profiles(changes(known))
        asked = list(emulator.requests)
        read = await tenant.profiles_of([p.control for p in known])
    assert [g.control for g in got if isinstance(g, Profile)] == [p.control for p in known]
    assert asked.count(BATCH) == 3
    assert sum(method == "PATCH" for method, _ in asked) == 45
    assert got == read
    assert {r.state.state for r in read if isinstance(r, Profile) and r.state} == {"Ignored"}


async def test_profiles_come_in_the_order_asked_and_as_the_single_call_gives_them(emulator: Emulator) -> None:
    async with reached(emulator) as tenant:
        known = [p.control for p in reversed(await settable(tenant, emulator, 7))]
        got = await tenant.profiles_of([*known, "nothing"])
        assert list(got[:-1]) == [await tenant.profile(c) for c in known]
        with pytest.raises(WriteRefused) as alone:
            await tenant.profile("nothing")
    assert isinstance(got[-1], WriteRefused)
    assert (str(got[-1]), got[-1].status, got[-1].code) == (str(alone.value), 404, alone.value.code)


async def test_a_refused_control_harms_no_other(emulator: Emulator) -> None:
    async with reached(emulator) as tenant:
        device = next(p for p in (await tenant.profiles()).items if p.control.startswith("scid_"))
        one, two = await settable(tenant, emulator, 2)
        got = await tenant.update_profiles(changes([one, device, profile(".."), two]))
    assert [type(g) for g in got] == [Profile, WriteRefused, WriteRefused, Profile]
    assert isinstance(got[1], GraphError)
    assert "statusCode=BadRequest" in str(got[1])
    assert got[1].request_id
    assert not any(".." in path for _, path in emulator.requests)


async def test_one_is_asked_for_without_a_batch_and_none_not_at_all(emulator: Emulator) -> None:
    async with reached(emulator) as tenant:
        known = await settable(tenant, emulator, 21)
        assert (await tenant.profiles_of([]), await tenant.update_profiles([])) == ((), ())
        await tenant.profiles_of([known[0].control])
        assert [type(g) for g in await tenant.update_profiles(changes(known[:1]))] == [Profile]
        assert BATCH not in emulator.requests
        await tenant.profiles_of([p.control for p in known])
    assert list(emulator.requests).count(BATCH) == 1


async def test_what_is_slowed_down_inside_is_given_back_at_once(emulator: Emulator) -> None:
    async with reached(emulator) as tenant:
        known = await settable(tenant, emulator, 5)
        emulator.throttle = Throttle(a_minute=2)
        emulator.faults.append(Fault(path=known[0].control, status=503))
        got = await tenant.update_profiles(changes(known))
    assert [type(g) for g in got] == [Unavailable, Profile, Profile, Throttled, Throttled]
    assert list(emulator.requests).count(BATCH) == 1
    assert sum(method == "PATCH" for method, _ in emulator.requests) == 5


@pytest.mark.parametrize("status", [400, 404, 405, 501])
async def test_where_there_are_no_batches_each_is_asked_for_alone(emulator: Emulator, status: int) -> None:
    async with reached(emulator) as tenant:
        known = await settable(tenant, emulator, 23)
        emulator.faults.append(Fault(path="$batch", status=status))
        got = await tenant.update_profiles([*changes(known), Change(profile=profile("nothing"), state="Ignored")])
    assert [type(g) for g in got] == [Profile] * 23 + [WriteRefused]
    assert list(emulator.requests).count(BATCH) == 1
    assert sum(method == "PATCH" for method, _ in emulator.requests) == 24


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(path="$batch", times=99, reset=True), Unavailable),
        (Fault(path="$batch", times=99, status=503), Unavailable),
        (Fault(path="$batch", times=99, status=429), Throttled),
        (Fault(path="$batch", times=99, status=403), ConsentMissing),
        (Fault(path="$batch", times=99, status=200, body=b"<html>"), AnswerNotUnderstood),
    ],
    ids=["reset", "503", "429", "403", "no JSON"],
)
async def test_a_batch_that_fails_as_a_whole_fails_all_that_is_left(
    emulator: Emulator, fault: Fault, error: type[GraphError]
) -> None:
    async with reached(emulator) as tenant:
        known = await settable(tenant, emulator, 45)
        emulator.faults.append(fault)
        got = await tenant.update_profiles(changes([profile("."), *known]))
        assert [type(g) for g in got] == [WriteRefused] + [error] * 45
        assert {path for _, path in emulator.requests} == {BATCH[1]}


async def test_what_arrived_before_a_failure_stays_so(emulator: Emulator) -> None:
    async with reached(emulator) as tenant:
        known = await settable(tenant, emulator, 25)
        emulator.faults.append(Fault(path=known[24].control, times=9, reset=True))
        got = await tenant.update_profiles(changes(known))
    assert [type(g) for g in got] == [Profile] * 20 + [Unavailable] * 5


async def test_without_consent_or_a_good_secret_every_one_says_so(emulator: Emulator) -> None:
    async with reached(emulator) as tenant:
        known = await settable(tenant, emulator, 3)
        emulator.world.tenants[0].trouble = "no_consent"
        assert [type(g) for g in await tenant.update_profiles(changes(known))] == [ConsentMissing] * 3
    async with reached(emulator, "wrong") as tenant:
        assert [type(g) for g in await tenant.profiles_of([p.control for p in known])] == [SecretWrong] * 3


async def test_an_old_token_is_renewed_once_for_the_whole(emulator: Emulator) -> None:
    async with reached(emulator) as tenant:
        known = await settable(tenant, emulator, 3)
        emulator.expire_tokens()
        assert [type(g) for g in await tenant.update_profiles(changes(known))] == [Profile] * 3


async def test_a_control_that_is_set_twice_keeps_its_order(emulator: Emulator) -> None:
    async with reached(emulator) as tenant:
        one, two = await settable(tenant, emulator, 2)
        order = [*changes([one, two]), *changes([one], "ThirdParty"), *changes([two], "Default")]
        got = await tenant.update_profiles(order)
        assert list(emulator.requests).count(BATCH) == 2
        assert got[2:] == await tenant.profiles_of([one.control, two.control])
    assert [g.state.state for g in got if isinstance(g, Profile) and g.state] == [c.state for c in order]


async def test_a_request_says_all_that_the_single_one_does() -> None:
    async with graph(told(("0", 204, None), ("1", 204, None))) as (tenant, script):
        asked = [Change(profile=profile(c), state="Ignored", comment="why") for c in ("a/b?x", "..%2e")]
        assert await tenant.update_profiles(asked) == (None, None)
        script.answers[:] = [answer(204, b"")]
        await asyncio.gather(*(tenant.update_profile(c.profile, state="Ignored", comment="why") for c in asked))
    sent = json.loads(script.asked[0].body)["requests"]
    alone = {a.target: json.loads(a.body) for a in script.asked[1:]}
    assert (script.asked[0].method, script.asked[0].target) == BATCH
    assert {f"/v1.0{s['url']}": s["body"] for s in sent} == alone
    assert [s["url"].rpartition("/")[2] for s in sent] == ["a%2Fb%3Fx", "..%252e"]
    assert all(s["headers"]["Prefer"] == "return=representation" for s in sent)
    assert all(s["headers"]["Content-Type"] == "application/json" for s in sent)


async def test_answers_go_by_id_and_one_that_is_missing_or_unreadable_is_named() -> None:
    said = told(("3", 200, "eA=="), ("9", 200, made("x")), ("1", 200, made("b")), ("0", 0.5, None))
    async with graph(said) as (tenant, _):
        got = await tenant.profiles_of(["a", "b", "c", "d"])
    assert [type(g) for g in got] == [AnswerNotUnderstood, Profile, AnswerNotUnderstood, AnswerNotUnderstood]
    assert isinstance(got[2], GraphError)
    assert "'c'" in str(got[2])
    assert got[2].request_id == "graph-1"


async def test_odd_answers_inside_are_understood_as_the_single_call_does() -> None:
    limit = {"error": {"code": "", "message": "Rate limit reached"}}
    items = (("0", "200", made("a")), ("1", 500, limit), ("2", 403, "PGh0bWw+"), ("3", 409, {"error": {"code": "x"}}))
    async with graph(told(*items, **{"Request-Id": "inner"})) as (tenant, _):
        got = await tenant.update_profiles(changes([profile(c) for c in "abcd"]))
    assert [type(g) for g in got] == [Profile, Throttled, ConsentMissing, WriteRefused]
    assert {g.request_id for g in got if isinstance(g, GraphError)} == {"inner"}


async def test_what_is_no_json_in_one_costs_that_one_alone() -> None:
    said = told(("0", 200, made("a") | {"id": None}), ("1", 200, made("b"))).partition(b"\r\n\r\n")[2]
    async with graph(answer(200, said.replace(b"null", b"NaN"))) as (tenant, _):
        got = await tenant.profiles_of(["a", "b"])
    assert [type(g) for g in got] == [AnswerNotUnderstood, Profile]
