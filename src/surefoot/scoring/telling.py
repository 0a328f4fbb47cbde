"""An explanation in a sentence that a person reads: what moved the score, largest part first."""

from collections.abc import Callable, Iterable, Sequence
from math import fsum

import msgspec

from surefoot import locales
from surefoot.scoring.changes import Change, Explanation, Held, Kind
from surefoot.scoring.products import licence, product

NAMED = 3
"""How many controls a sentence names; the rest is counted."""

SHOWN = 0.005
"""Parts below this, in points of percent, are told in words only when nothing else is."""


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant had before, to tell Microsoft's new controls from those of a new product."""

    licences: tuple[str, ...] = ()
    """Entries of `enabledServices` that are there only on the later day."""
    services: frozenset[str] = frozenset()
    """The services whose controls were scored on the earlier day."""
    bought: frozenset[str] | None = None
    """Ids of the controls that came on a day on which a licence did; None: all that came."""


NOTHING_CAME = Came()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One phrase, for one or for several changes of a kind."""

    text: str
    percent: float | None
    kind: Kind
    controls: tuple[str, ...]


def sentence(explanation: Explanation, came: Came = NOTHING_CAME) -> str:
    """Tell an explanation: 'Score fell 2.4 points of percent on 3 Nov 2026: ...'."""
    if explanation.since == explanation.until:
        return f"{locales.day(explanation.since)} is compared with itself: nothing differs."
    told = parts(explanation, came)
    head = _head(explanation, _when(explanation))
    if not told:
        return f"{head}: no control changed."
    return f"{head}: " + ", ".join(p.text for p in told) + "."


def _when(explanation: Explanation) -> str:
    if (explanation.until - explanation.since).days == 1:
        return f"on {locales.day(explanation.until)}"
    return f"from {locales.day(explanation.since)} to {locales.day(explanation.until)}"


def _head(explanation: Explanation, when: str) -> str:
    moved = explanation.difference
    if moved is None:
        return f"Points changed by {locales.signed(explanation.points, 2)} {when}, the percent is not known"
    if round(abs(moved), 1) == 0:
        little = f"Score moved {locales.signed(moved, 2)} points of percent {when}"
        return f"Score stayed {when}" if abs(moved) < SHOWN else little
    return f"Score {'rose' if moved > 0 else 'fell'} {locales.number(abs(moved), 1)} points of percent {when}"


def parts(explanation: Explanation, came: Came = NOTHING_CAME) -> tuple[Part, ...]:
    """Give the phrases, largest part first; they hold every change exactly once."""
    by_kind: dict[Kind, list[Change]] = {}
    for change in explanation.changes:
        by_kind.setdefault(change.kind, []).append(change)
    told = [p for kind, changes in by_kind.items() for p in _of_kind(kind, changes, came)]
    return tuple(sorted(told, key=lambda p: -abs(p.percent or 0.0)))


def _of_kind(kind: Kind, changes: Sequence[Change], came: Came) -> list[Part]:
    match kind:
        case Kind.GAINED | Kind.REGRESSED:
            return _single(kind, changes)
        case Kind.CONTROL_ADDED:
            return _added(changes, came)
        case Kind.CONTROL_RETIRED:
            return [_group(changes, lambda n: f"Microsoft retired {n}, or a licence ended")]
        case Kind.MAX_CHANGED:
            return [_group(changes, lambda n: f"Microsoft re-weighed {n}")]
        case Kind.UNKNOWN_MAXIMA:
            return [_group(changes, lambda _: _possible(changes))]
        case Kind.UNEXPLAINED:
            return [_group(changes, lambda _: "the controls do not account for the rest of Microsoft's total")]


def _possible(changes: Sequence[Change]) -> str:
    grown = fsum(c.max_points for c in changes)
    way = "more" if grown > 0 else "fewer"
    count = "1 point" if abs(grown) == 1 else f"{locales.plain(abs(grown))} points"
    verb = "is" if abs(grown) == 1 else "are"
    return f"{count} {way} {verb} possible in controls whose maxima are known only as a sum"


def _single(kind: Kind, changes: Sequence[Change]) -> list[Part]:
    """Name the largest ones; count the others together."""
    word = "gained" if kind is Kind.GAINED else "regressed"
    named = [_part(c, f'"{c.name}" {word}') for c in changes[:NAMED]]
    rest = changes[NAMED:]
    if len(rest) == 1:
        return [*named, _part(rest[0], f'"{rest[0].name}" {word}')]
    return [*named, _group(rest, lambda _: f"{len(rest)} more controls {word}")] if rest else named


def _part(change: Change, words: str) -> Part:
    moved = [_signed(change.percent), _counted(change.before, change.after)]
    detail = ", ".join(filter(None, moved))
    return Part(
        text=f"{words} ({detail})",
        percent=change.percent,
        kind=change.kind,
        controls=(change.control,) if change.control else (),
    )


def _counted(before: Held | None, after: Held | None) -> str | None:
    """Show Graph's counts beside the change: what they count differs by control, so nothing is computed of them."""
    if before is None or after is None:
        return None
    if None in (before.count, after.count, after.total) or before.count == after.count:
        return f"from {locales.plain(before.points)} to {locales.plain(after.points)} points"
    counts = (locales.plain(n or 0) for n in (before.count, after.count, after.total))
    return "from {} to {} of {}".format(*counts)


def _added(changes: Sequence[Change], came: Came) -> list[Part]:
    """Tell controls of a new licence or product from those that Microsoft added."""
    if came.licences:
        names = ", ".join(licence(x) for x in came.licences)
        bought = [c for c in changes if came.bought is None or c.control in came.bought]
        others = [c for c in changes if c not in bought]
        told = [_group(bought, lambda n: f"a new licence ({names}) brought {n}")] if bought else []
        return told + (_added(others, Came(services=came.services)) if others else [])
    fresh = {c.service for c in changes if c.service and came.services and c.service not in came.services}
    groups = ([c for c in changes if c.service in fresh], [c for c in changes if c.service not in fresh])
    words = (lambda n: f"{n} came with {_products(fresh)}, not scored before", lambda n: f"Microsoft added {n}")
    return [_group(group, told) for group, told in zip(groups, words, strict=True) if group]


def _products(services: Iterable[str]) -> str:
    names = sorted(product(s) or s for s in services)
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more products" if more > 0 else "")


def _group(changes: Sequence[Change], words: Callable[[str], str]) -> Part:
    known = [c.percent for c in changes if c.percent is not None]
    total = fsum(known) if len(known) == len(changes) else None
    count = f"{len(changes)} control{'s' if len(changes) != 1 else ''}"
    text = words(count)
    return Part(
        text=f"{text} ({_signed(total)})" if total is not None else text,
        percent=total,
        kind=changes[0].kind,
        controls=tuple(_ids(changes)),
    )


def _ids(changes: Iterable[Change]) -> Iterable[str]:
    return (c.control for c in changes if c.control)


def _signed(percent: float | None) -> str | None:
    """Write points of percent with one decimal, two where one would show nothing."""
    if percent is None:
        return None
    return locales.signed(percent, 1 if round(abs(percent), 1) > 0 else 2)
