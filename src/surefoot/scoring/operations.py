"""Which audited operations may move which controls: the data file, read once."""

import fnmatch
import functools
import re
from collections.abc import Iterable
from importlib import resources

import msgspec

from surefoot.model import Event, EventSource

BY_WORD = 0.9
"""A word of the control's title ties an operation to it almost as well as its id."""
BY_SERVICE = 0.5
"""The service alone: the operation touches it, but perhaps another of its settings."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What some operations may move. Patterns are lower case, with `*` for any text."""

    operations: tuple[str, ...]
    controls: tuple[str, ...]
    """Ids of controls."""
    words: tuple[str, ...]
    """Parts of a title."""
    services: tuple[str, ...]
    """Microsoft's service codes."""
    strength: float
    """How well the operation explains a change of these controls, above 0 up to 1."""
    source: str
    """A key of the file's sources."""
    reason: str
    targets: tuple[str, ...] = ()
    """If there are any: one of them has to fit what was acted on or changed."""
    kinds: tuple[str, ...] = ()
    """The kinds of changes that it may explain; gains and regressions when there are none."""


class Operations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The data file."""

    about: str
    sources: dict[str, str]
    rules: tuple[Rule, ...]
    noise: tuple[str, ...]
    """Operations that come in thousands and say nothing of any control: they are not kept."""


class Tie(msgspec.Struct, frozen=True):
    """What ties an operation to a control."""

    strength: float
    reason: str


UNTIED = Tie(0.0, "")


@functools.cache
def load() -> Operations:
    """Read the data file that comes with Surefoot."""
    found = resources.files("surefoot.scoring").joinpath("data", "operations.json").read_bytes()
    return msgspec.json.decode(found, type=Operations)


def is_noise(event: Event) -> bool:
    """Say whether an audited operation is not worth keeping."""
    audited = event.source in {EventSource.DIRECTORY_AUDIT, EventSource.INTUNE_AUDIT}
    return audited and _fits(event.title.casefold(), load().noise)


def rules_of(event: Event) -> tuple[Rule, ...]:
    """Give the rules that know an event's operation and what it was done to."""
    named = _named(event.title.casefold())
    if not any(rule.targets for rule in named):
        return named
    told = [t.casefold() for t in (*event.targets, *event.changed)]
    return tuple(r for r in named if not r.targets or any(_fits(t, r.targets) for t in told))


@functools.lru_cache(maxsize=4096)
def _named(title: str) -> tuple[Rule, ...]:
    return tuple(r for r in load().rules if _fits(title, r.operations))


def tie(rules: Iterable[Rule], control: str, name: str, service: str | None, kind: str) -> Tie:
    """Give the strongest tie between an operation's rules and a change of a control."""
    folded, title = control.casefold(), name.casefold()
    best = UNTIED
    for rule in rules:
        if kind not in (rule.kinds or _ACTED):
            continue
        strength = rule.strength * _share(rule, folded, title, service)
        if strength > best.strength:
            best = Tie(strength, rule.reason)
    return best


_ACTED = ("gained", "regressed")
"""What acts do; they neither add controls nor weigh them."""


def _share(rule: Rule, control: str, title: str, service: str | None) -> float:
    if _fits(control, rule.controls):
        return 1.0
    if any(word in title for word in rule.words):
        return BY_WORD
    return BY_SERVICE if service in rule.services else 0.0


def _fits(text: str, patterns: tuple[str, ...]) -> bool:
    return any(_pattern(p).match(text) for p in patterns)


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
