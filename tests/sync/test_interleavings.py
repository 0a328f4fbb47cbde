"""Whatever happens in whatever order on both sides, they end in agreement, with nothing lost and nothing sent twice."""

import contextlib
import copy
import datetime as dt
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sync_world import CLOCK, NOW, TODAY, add, choose, open_controls, portal, read, send

from surefoot.emulator.server import Emulator, Running
from surefoot.emulator.world import generate
from surefoot.errors import InputRefused, Unavailable
from surefoot.model import Side, Stage, Status, Tenant
from surefoot.scoring import workflow
from surefoot.store import agreements, audit, conflicts, database, decisions, outgoing, profiles
from surefoot.sync import outbox, road

CONTROLS = 3
MINUTE = dt.timedelta(minutes=1)
EXAMPLES = int(os.environ.get("SUREFOOT_INTERLEAVINGS", "12"))


class Killed(BaseException):
    """The process dies."""


class Road:
    """A Graph whose answers get lost, or whose caller dies, before or after the write."""

    def __init__(self, graph: Any, trouble: str) -> None:
        self._graph, self._trouble = graph, trouble

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._graph, name)
        if not name.startswith("update"):
            return asked

        async def write(changes: Sequence[Any]) -> Any:
            lost = tuple(Unavailable() for _ in changes)
            if self._trouble == "unreachable":
                return lost
            answer = await asked(changes)
            if self._trouble == "answer lost":
                return lost
            if self._trouble == "killed":
                raise Killed
            return answer

        return write


class Both:
    """Both sides, and a clock that every step moves."""

    def __init__(self, engine: Engine, emulator: Emulator) -> None:
        emulator.world.tenants[0].updates.clear()
        self.engine, self.emulator, self.at = engine, emulator, NOW
        self.tenant: Tenant = add(engine, emulator)
        read(engine, emulator, self.tenant, NOW)
        with database.writing(engine) as conn:
            outbox.switch(conn, self.tenant, on=True, by="anna", now=NOW)
        self.controls = open_controls(engine, self.tenant)[:CONTROLS]
        assert not any(c.startswith("scid_") for c in self.controls)
        self.older = copy.deepcopy(self.updates)
        self.made = 0

    @property
    def updates(self) -> dict[str, list[Any]]:
        return self.emulator.world.tenants[0].updates

    def step(self, kind: str, number: int, word: Any) -> None:
        self.at += 7 * MINUTE
        CLOCK.at = self.at
        getattr(self, kind)(self.controls[number], word)

    def here(self, control: str, status: Status) -> None:
        try:
            choose(self.engine, self.tenant, control, status, self.at)
            self.made += 1
        except InputRefused:
            with database.reading(self.engine) as conn:
                assert control.casefold() in conflicts.open_of(conn, self.tenant)

    def there(self, control: str, state: str) -> None:
        portal(self.emulator, control, state, self.at)

    def send(self, _control: str, trouble: str) -> None:
        with contextlib.suppress(Killed):
            send(self.engine, self.emulator, self.tenant, self.at, lambda graph: Road(graph, trouble))

    def read(self, _control: str, how: str) -> None:
        if how == "late":
            now, self.emulator.world.tenants[0].updates = self.updates, copy.deepcopy(self.older)
            read(self.engine, self.emulator, self.tenant, self.at)
            self.emulator.world.tenants[0].updates = now
            return
        fresh = self.fresh()
        read(self.engine, self.emulator, self.tenant, self.at)
        self.older = copy.deepcopy(self.updates)
        for control, (update, base) in fresh.items():
            assert self.noticed(control, update, base), (control, update)

    def fresh(self) -> dict[str, tuple[Any, str]]:
        """Give, by control, what somebody set last in the portal and no sync has read, with what was agreed before."""
        with database.reading(self.engine) as conn:
            known, agreed = profiles.of(conn, self.tenant), agreements.of(conn, self.tenant)
        found = {}
        for control in self.controls:
            held = self.updates.get(control, [])
            seen = {u.updated_at for u in known[control.casefold()].updates}
            if held and held[-1].updated_by != "app" and held[-1].updated_at not in seen:
                before = agreed.get(control.casefold())
                found[control] = (held[-1], before.state if before else "Default")
        return found

    def noticed(self, control: str, update: Any, base: str) -> bool:
        """Say whether a change in the portal is agreed with, is a decision, or stands in a conflict."""
        with database.reading(self.engine) as conn:
            newest = decisions.of(conn, self.tenant, control)
            disputed = conflicts.of(conn, self.tenant, control)
        same = workflow.status_of(base) is workflow.status_of(update.state)
        agreed = bool(newest) and workflow.agree(update.state, newest[-1].status)
        return same or agreed or any(c.theirs_at == update.updated_at for c in disputed)

    def resolve(self, control: str, side: Side) -> None:
        with database.writing(self.engine) as conn:
            if control.casefold() in conflicts.open_of(conn, self.tenant):
                road.resolve(conn, self.tenant, control, side, by="carla", now=self.at)

    def settle(self) -> None:
        """Let both sides come to rest."""
        for _ in range(5):
            self.at += dt.timedelta(days=2)
            CLOCK.at = self.at
            self.read("", "now")
            for control in self.controls:
                self.resolve(control, Side.SUREFOOT)
            self.send("", "none")
        self.at += dt.timedelta(days=2)
        self.read("", "now")


SIDES = st.sampled_from(list(Side))
STEPS = st.one_of(
    st.tuples(st.just("here"), st.integers(0, CONTROLS - 1), st.sampled_from(sorted(workflow.RULES))),
    st.tuples(
        st.just("there"),
        st.integers(0, CONTROLS - 1),
        st.sampled_from(["Default", "Ignored", "ThirdParty", "Reviewed"]),
    ),
    st.tuples(st.just("send"), st.just(0), st.sampled_from(["none", "unreachable", "answer lost", "killed"])),
    st.tuples(st.just("read"), st.just(0), st.sampled_from(["now", "now", "late"])),
    st.tuples(st.just("resolve"), st.integers(0, CONTROLS - 1), SIDES),
)


@pytest.fixture(scope="module")
def small() -> Iterator[Emulator]:
    with Running(generate(11, TODAY, tenants=1, controls=60), now=CLOCK) as running:
        yield running


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # an example takes a second: to shrink one takes minutes
)
@given(st.lists(STEPS, min_size=6, max_size=24))
def test_every_interleaving_ends_in_agreement(small: Emulator, steps: list[tuple[str, int, Any]]) -> None:
    CLOCK.at = NOW
    with TemporaryDirectory() as folder:
        engine = database.engine(Path(folder) / "both.db")
        database.upgrade(engine)
        both = Both(engine, small)
        for step in steps:
            note(str(step))
            both.step(*step)
        both.settle()
        check(both)
        engine.dispose()


def test_what_a_killed_sender_wrote_is_known_as_ours_after_another_decision(small: Emulator, engine: Engine) -> None:
    CLOCK.at = NOW
    both = Both(engine, small)
    for step in (("here", Status.RISK_ACCEPTED), ("send", "killed"), ("here", Status.THIRD_PARTY), ("read", "now")):
        both.step(step[0], 0, step[1])
    with database.reading(engine) as conn:
        assert conflicts.of(conn, both.tenant) == []
    both.settle()
    check(both)


def check(both: Both) -> None:
    with database.reading(both.engine) as conn:
        assert conflicts.open_of(conn, both.tenant) == {}
        assert outgoing.of(conn, both.tenant, [Stage.WAITING, Stage.HELD, Stage.SENT]) == []
        assert profiles.untaken(conn, both.tenant) == {}
        assert audit.verify(conn).broken is None
        every = decisions.every(conn, both.tenant)
        assert sum(d.decided_in is Side.SUREFOOT for d in every) == both.made
        newest = decisions.newest(conn, both.tenant)
    for control in both.controls:
        rows = both.updates.get(control, [])
        state = rows[-1].state if rows else "Default"
        decided = newest.get(control.casefold())
        assert decided is None or workflow.agree(state, decided.status), (state, decided)
        assert decided is not None or workflow.status_of(state) is Status.TO_ADDRESS
        before = ["Default", *(row.state for row in rows)]
        again = [row for was, row in zip(before, rows, strict=False) if row.updated_by == "app" and was == row.state]
        assert again == []
