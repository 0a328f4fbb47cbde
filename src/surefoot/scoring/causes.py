"""Which events may have caused a change: candidates, ranked by a documented rule, never a proof.

The rank is the product of four shares: how well the operation is tied to the control (`operations.json`), how near
it lies to the day, how rare such an operation is in this tenant, and how much its words say of the control.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from surefoot.model import Event, EventSource
from surefoot.scoring import operations
from surefoot.scoring.changes import Change, Kind
from surefoot.scoring.operations import Rule, Tie

LAG = dt.timedelta(hours=48)
"""Microsoft shows the effect of an act after 24 to 48 hours."""
FADING = dt.timedelta(hours=24)
"""An event that may have shown on the first day already loses half of its share for each of these."""
SHOWN = 3
"""How many candidates a change gets."""
LEAST = 0.05
"""A weaker candidate says nothing."""
FAILED = 0.1
"""The share of an operation that failed."""
SAME_CONTROL, SAME_WORDS = 1.0, 0.8
"""Ties of what somebody noted or decided in Surefoot or in Microsoft's portal."""
INCIDENT = 0.3
"""An incident is what a weak setting leads to, seldom what weakens it."""
AGAINST = 0.6
"""The share of an operation whose direction is against the change's: a policy deleted, and points gained."""

_MADE = re.compile(r"\b(add|added|create|created|enable|enabled|assign|turn on|switched on|rolled out|restored?)\b")
_UNMADE = re.compile(r"\b(delete|deleted|remove|removed|disable|disabled|turn off|switched off|reset|removal)\b")
_LICENCE = re.compile(r"(?i)\b(licen[cs]es?|subscriptions?|bought|purchased?|trial|upgraded?|e3|e5|p1|p2)\b")
_WORD = re.compile(r"[a-z][a-z0-9]{2,}")
_PLAIN = frozenset(
    [
        "all",
        "and",
        "are",
        "any",
        "been",
        "before",
        "but",
        "can",
        "create",
        "created",
        "does",
        "enable",
        "enabled",
        "ensure",
        "for",
        "from",
        "has",
        "have",
        "into",
        "its",
        "microsoft",
        "not",
        "off",
        "only",
        "out",
        "policies",
        "policy",
        "set",
        "settings",
        "setting",
        "should",
        "that",
        "the",
        "their",
        "them",
        "this",
        "turn",
        "update",
        "updated",
        "use",
        "used",
        "user",
        "users",
        "using",
        "was",
        "when",
        "which",
        "will",
        "with",
        "without",
        "your",
        "device",
        "devices",
        "add",
        "delete",
        "remove",
        "role",
        "member",
        "members",
        "group",
        "groups",
        "admin",
        "administrator",
        "administrators",
    ]
)


class Cause(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A candidate: an event that may have caused a change."""

    event: Event
    likelihood: float
    """0 to 1: to compare candidates with each other, no probability."""
    why: tuple[str, ...]
    """What speaks for it, in sentences."""


Ends = tuple[dt.datetime, dt.datetime]
"""From when on an event could not show on the first day, and the end of the last."""


class Candidates:
    """The events around some days, prepared once for all changes of a tenant."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events = tuple(events)
        self._rules = tuple(operations.rules_of(e) if _audited(e) else () for e in self._events)
        self._words = tuple(_words(e.title, *e.targets, *e.changed) for e in self._events)
        self._times = Counter((e.source, e.title) for e in self._events)

    def of(self, change: Change, since: dt.date, until: dt.date, most: int = SHOWN) -> tuple[Cause, ...]:
        """Rank what happened between two days as candidates for a change, the likeliest first.

        The window goes from 48 hours before the end of `since` to the end of `until` (both UTC).
        """
        if change.control is None:
            return ()
        begin, certain, end = _end(since) - LAG, _end(since) - LAG + FADING, _end(until)
        about = _words(change.name or "", change.control)
        found = []
        for event, rules, words in zip(self._events, self._rules, self._words, strict=True):
            if begin < event.at <= end:
                cause = self._cause(event, rules, len(words & about), change, (certain, end))
                if cause.likelihood >= LEAST:
                    found.append(cause)
        return tuple(sorted(found, key=lambda c: (-c.likelihood, end - c.event.at, c.event.id))[:most])

    def _cause(self, event: Event, rules: Sequence[Rule], shared: int, change: Change, ends: Ends) -> Cause:
        tie = _tie(event, rules, shared, change)
        rarity = 1.0 / self._times[event.source, event.title] ** 0.5 if _audited(event) else 1.0
        worded = 1.0 - 0.5 ** (shared + 1)
        share = tie.strength * _nearness(ends[0] - event.at) * (0.5 + 0.5 * rarity) * (0.5 + worded) / 1.5
        share *= _direction(event, change) * (FAILED if event.succeeded is False else 1.0)
        return Cause(event=event, likelihood=round(share, 4), why=_why(tie, event, shared, ends[1]))


def _audited(event: Event) -> bool:
    return event.source in {EventSource.DIRECTORY_AUDIT, EventSource.INTUNE_AUDIT}


def _tie(event: Event, rules: Sequence[Rule], shared: int, change: Change) -> Tie:
    match event.source:
        case EventSource.DIRECTORY_AUDIT | EventSource.INTUNE_AUDIT:
            name = change.name or ""
            return operations.tie(rules, change.control or "", name, change.service, change.kind.value)
        case EventSource.INCIDENT:
            return Tie(INCIDENT if shared else 0.0, "An incident in the same matter was reported.")
        case _:
            return _said(event, shared, change)


def _said(event: Event, shared: int, change: Change) -> Tie:
    """Tie what people noted or decided: by the control, else by the words."""
    if event.control is not None:
        same = event.control.casefold() == (change.control or "").casefold()
        return Tie(SAME_CONTROL if same else 0.0, "It was said of this very control.")
    if change.kind in {Kind.CONTROL_ADDED, Kind.CONTROL_RETIRED} and _LICENCE.search(event.title):
        return Tie(SAME_WORDS, "The note speaks of a licence; licences bring controls and take them away.")
    return Tie(SAME_WORDS if shared else 0.0, "The note speaks of the same matter.")


def _nearness(early: dt.timedelta) -> float:
    """Give 1 from 24 hours before the end of the first day on, half for each `FADING` before that.

    What was done later could not show on the first day; over a gap of days every hour is as likely.
    """
    return float(0.5 ** max(0.0, early / FADING))


def _direction(event: Event, change: Change) -> float:
    told = " ".join((event.title, *event.changed)).casefold()
    made, unmade = bool(_MADE.search(told)), bool(_UNMADE.search(told))
    if made == unmade:
        return 1.0
    against = (made and change.kind is Kind.REGRESSED) or (unmade and change.kind is Kind.GAINED)
    return AGAINST if against else 1.0


def _why(tie: Tie, event: Event, shared: int, end: dt.datetime) -> tuple[str, ...]:
    hours = (end - event.at) / dt.timedelta(hours=1)
    days = round(hours / 24)
    early = "a day" if days == 1 else f"{days} days"
    when = "on the day itself" if hours <= 24 else f"{early} before the day's end"  # noqa: PLR2004 - a day
    said = [tie.reason, f"It happened {when}."]
    if shared and _audited(event):
        said.append("Its words name the control.")
    if event.succeeded is False:
        said.append("It failed.")
    return tuple(s for s in said if s)


def _words(*texts: str) -> frozenset[str]:
    """Give the words that say something; ids are taken apart at capitals and marks."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", " ".join(texts)).replace("_", " ").casefold()
    return frozenset(w.rstrip("s") for w in _WORD.findall(apart) if w not in _PLAIN)


def _end(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
