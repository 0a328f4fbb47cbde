"""What people do in a generated tenant, and the traces of it in Graph: a truth that no client is told."""

import datetime as dt
import random
import uuid
from collections.abc import Iterable

import msgspec

from surefoot.emulator.acts import AUDIT, HARD, INTUNE, LICENCE, NOISE, Act, acts_of
from surefoot.emulator.controls import Control

INCIDENT = "incidents"

LATEST, EARLIEST = 2, 44
"""Hours before the end of the day on which an act shows in the score."""
LICENSED = 0.8
"""How many tenants have Intune."""
TRACED = 0.85
"""How many acts leave a trace in what Graph serves."""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that Graph reports."""

    source: str
    """`incidents`, `directoryAudits` or `intune`."""
    id: str
    at: dt.datetime
    operation: str
    service: str = "Core Directory"
    category: str = "Policy"
    actor: str = "admin@example.com"
    by_app: bool = False
    targets: tuple[tuple[str, str], ...] = ()
    """Display name and type."""
    changed: tuple[tuple[str, str | None, str | None], ...] = ()
    """Property, old and new value."""
    severity: str = "medium"
    succeeded: bool = True


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """Why a control moved on a day."""

    day: dt.date
    control: str
    cause: str
    happening: str | None
    """The id of what was done; None when it left no trace."""


_INCIDENTS = (
    ("Unfamiliar sign-in properties", "medium"),
    ("Email messages removed after delivery", "low"),
    ("Suspicious inbox manipulation rule", "medium"),
    ("'EICAR_Test_File' malware was prevented", "informational"),
    ("Multi-stage incident involving initial access", "high"),
)


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A control that somebody moved on a day, or that came with a licence."""

    day: dt.date
    control: Control
    cause: str
    licence: str | None = None


class Chronicle:
    """Writes down what happens in one tenant; the same seed gives the same story."""

    def __init__(self, seed: str, *, users: int) -> None:
        self._chance = random.Random(f"happenings {seed}")  # noqa: S311 - a made-up world
        self._users = users
        self.intune = self._chance.random() < LICENSED
        self.happenings: list[Happening] = []
        self.truths: list[Truth] = []
        self._bought: dict[str, str | None] = {}

    def moved(self, moves: Iterable[Moved]) -> None:
        """Tell why controls moved, with other things that happened at the same time."""
        for move in moves:
            if move.licence is not None:
                self._with_licence(move, move.licence)
                continue
            done = self._done(move)
            self._truth(move, done)
            for _ in range(self._chance.randint(0, 4)):
                self._write(self._chance.choice(HARD), self._near(move.day), "")
            if self._chance.random() < 0.2:  # noqa: PLR2004 - now and then
                self._incident(self._near(move.day) + dt.timedelta(hours=20))

    def lived(self, since: dt.date, until: dt.date) -> None:
        """Fill the days with what always happens, nothing of which moves the score."""
        days = (until - since).days + 1
        daily = min(6.0, max(0.5, self._users / 1000 * 3))
        for _ in range(round(days * daily)):
            at = _midnight(since) + dt.timedelta(days=self._chance.uniform(0, days))
            self._write(self._chance.choice(NOISE), at, "")
        for _ in range(self._chance.randint(0, 5)):
            self._incident(_midnight(since) + dt.timedelta(days=self._chance.uniform(0, days)))

    def _with_licence(self, move: Moved, licence: str) -> None:
        if licence not in self._bought:
            self._bought[licence] = self._write(self._chance.choice(LICENCE), self._near(move.day), licence)
        self._truth(move, self._bought[licence])

    def _done(self, move: Moved) -> str | None:
        """Leave the trace of the act, if it leaves one."""
        acts = acts_of(move.control)
        chosen = self._chance.choice(acts) if acts else None
        if chosen is None or self._chance.random() > TRACED:
            return None
        return self._write(chosen, self._near(move.day), _words(move.control.title))

    def _truth(self, move: Moved, done: str | None) -> None:
        self.truths.append(Truth(day=move.day, control=move.control.id, cause=move.cause, happening=done))

    def _near(self, day: dt.date) -> dt.datetime:
        end = _midnight(day + dt.timedelta(days=1))
        return end - dt.timedelta(hours=self._chance.uniform(LATEST, EARLIEST))

    def _write(self, act: Act, at: dt.datetime, title: str) -> str | None:
        if act.source == INTUNE and not self.intune:
            return None
        name = self._chance.choice(act.names or ("",)).replace("{title}", title)
        made = Happening(
            source=act.source,
            id=f"Directory_{self._guid()}" if act.source == AUDIT else self._guid(),
            at=at,
            operation=act.operation,
            service=act.service,
            category=act.category,
            actor=self._chance.choice(("admin@example.com", "it.ops@example.com", "Provisioning")),
            by_app=self._chance.random() < 0.2,  # noqa: PLR2004 - some are done by apps
            targets=((name, act.type),),
            changed=act.changed,
            succeeded=self._chance.random() > 0.03,  # noqa: PLR2004 - hardly any fails
        )
        if not made.succeeded and title:
            made = msgspec.structs.replace(made, succeeded=True)
        self.happenings.append(made)
        return made.id

    def _incident(self, at: dt.datetime) -> None:
        title, severity = self._chance.choice(_INCIDENTS)
        number = str(self._chance.randint(10, 99_999))
        self.happenings.append(Happening(source=INCIDENT, id=number, at=at, operation=title, severity=severity))

    def _guid(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))


def _words(title: str) -> str:
    """Name a policy after a control, as people do."""
    plain = [w.strip("'\"()") for w in title.split()]
    return " ".join(w for w in plain if len(w) > 3 and w.casefold() not in _EMPTY)[:60].strip()  # noqa: PLR2004


_EMPTY = frozenset({"ensure", "enabled", "enable", "that", "with", "from", "turn", "disable", "disabled", "block"})


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
