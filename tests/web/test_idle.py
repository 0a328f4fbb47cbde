"""The collector looks between answers, and only where something is to be found."""

import asyncio
import gc

import pytest
from starlette.types import Receive, Scope, Send

from surefoot.web import idle
from surefoot.web.idle import Idle


async def nothing() -> dict[str, object]:
    return {}


async def nowhere(_message: object) -> None:
    return None


async def turns_of_the_loop() -> None:
    """Let what was put off until at once be done."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_it_looks_once_when_no_answer_is_worked_on_any_more() -> None:
    looks: list[str] = []

    async def story() -> None:
        going = {name: asyncio.Event() for name in ("first", "second", "life")}

        async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
            await going[scope["name"]].wait()
            looks.append(scope["name"])

        site = Idle(app, look=lambda: looks.append("look"), quiet=0)
        life = asyncio.create_task(site({"type": "lifespan", "name": "life"}, nothing, nowhere))
        asked = {
            name: asyncio.create_task(site({"type": "http", "name": name}, nothing, nowhere))
            for name in ("first", "second")
        }
        for name, answer in asked.items():
            going[name].set()
            await answer
            await turns_of_the_loop()
        assert looks == ["first", "second", "look"]
        life.cancel()

    asyncio.run(story())


def test_it_looks_after_an_answer_that_failed_too() -> None:
    looks: list[str] = []

    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise KeyError

    async def story() -> None:
        with pytest.raises(KeyError):
            await Idle(broken, look=lambda: looks.append("look"), quiet=0)({"type": "http"}, nothing, nowhere)
        await turns_of_the_loop()

    asyncio.run(story())
    assert looks == ["look"]


@pytest.mark.parametrize(
    ("counts", "looked"),
    [((100, 99, 999), []), ((2_000, 0, 0), [0]), ((9_000, 20, 5), [1]), ((9_000, 3, 200), [2]), ((0, 20, 200), [])],
)
def test_it_looks_as_far_as_is_due(
    monkeypatch: pytest.MonkeyPatch, counts: tuple[int, int, int], looked: list[int]
) -> None:
    found: list[int] = []
    monkeypatch.setattr(gc, "get_count", lambda: counts)
    monkeypatch.setattr(gc, "collect", found.append)
    idle.tidy()
    assert found == looked
