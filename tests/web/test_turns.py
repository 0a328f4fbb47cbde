"""Answers take turns; a long one keeps the others only for a moment, and what fails gives its turn back."""

import threading

import pytest
from web_world import OURS, SAME_SITE, World

from surefoot.web import turns


class Work:
    """Two answers: the first one lasts until it is let go."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.first = threading.Thread(target=turns.in_turn(self._long))
        self.second = threading.Thread(target=turns.in_turn(self._short))
        self.first.start()
        assert self.begun.wait(10)
        self.second.start()

    def _long(self) -> None:
        self.told.append("first begins")
        self.begun.set()
        assert self.go.wait(10)
        self.told.append("first ends")

    def _short(self) -> None:
        self.told.append("second")


def test_an_answer_waits_until_the_one_before_it_is_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 10)
    work = Work()
    work.go.set()
    work.first.join()
    work.second.join()
    assert work.told == ["first begins", "first ends", "second"]


def test_behind_a_long_one_it_waits_no_longer_than_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0)
    work = Work()
    work.second.join()
    work.go.set()
    work.first.join()
    assert work.told == ["first begins", "second", "first ends"]


def test_what_fails_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 10)

    def fail() -> None:
        raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            turns.in_turn(fail)()
    assert not turns._TURN.locked()


def test_what_reads_takes_turns_and_what_writes_does_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    class Turn:
        def acquire(self, *, timeout: float) -> bool:
            waits.append(timeout)
            return False

    monkeypatch.setattr(turns, "_TURN", Turn())
    client = world.client("msp")
    assert client.post("/labels", content=f"tenant={OURS}&label=x", headers=FORM).status_code == 303
    assert waits == []
    for path in ("/", f"/tenants/{OURS}/overview", "/api/security-defender/portfolio"):
        assert client.get(path).status_code == 200
    assert waits == [turns.PATIENCE] * 3


FORM = {**SAME_SITE, "content-type": "application/x-www-form-urlencoded"}
