"""What Microsoft did to its catalogue of controls: told by what was listed, and by what tenants were scored for."""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

from surefoot.model import Profile
from surefoot.scoring.changes import Kind

SETTLED = dt.timedelta(days=3)
"""A control that no tenant lists for so long is retired: lists are read daily, tenant by tenant."""
TOGETHER = dt.timedelta(days=7)
"""What tenants show within so many days is one change: days are missing, and Microsoft rolls out by and by."""


class Did(enum.StrEnum):
    """What Microsoft did to a control."""

    ADDED = "added"
    RETIRED = "retired"
    RE_WEIGHED = "re_weighed"
    """Its maximum changed."""
    REWORDED = "reworded"
    """Title, remediation or its impact."""
    RECLASSIFIED = "reclassified"
    """Category, service, tier, cost, user impact, kind of action, or the mark of deprecation."""


OF_KIND = {Kind.CONTROL_ADDED: Did.ADDED, Kind.CONTROL_RETIRED: Did.RETIRED, Kind.MAX_CHANGED: Did.RE_WEIGHED}

_WORDS = ("title", "remediation", "remediation_impact")
_CLASSES = ("category", "service", "tier", "cost", "user_impact", "action_type", "deprecated")


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the lists of profiles tell."""

    day: dt.date
    control: str
    did: Did
    detail: str
    """What was before and after, for a person."""


def listed(
    contents: Mapping[str, Sequence[tuple[Profile, dt.date, dt.date]]],
) -> tuple[Listed, ...]:
    """Compare the contents of each control over time, as (profile, first seen, last seen), oldest first.

    What was there when the lists were first read was not added; a control is retired when no list has had it lately.
    """
    every = [c for held in contents.values() for c in held]
    if not every:
        return ()
    begun, newest = min(first for _, first, _ in every), max(last for _, _, last in every)
    found = [e for held in contents.values() for e in _of_control(held, begun, newest)]
    return tuple(sorted(found, key=lambda e: (e.day, e.control.casefold(), e.did.value)))


def _of_control(held: Sequence[tuple[Profile, dt.date, dt.date]], begun: dt.date, newest: dt.date) -> Iterable[Listed]:
    profile, first, _ = held[0]
    if first > begun:
        yield Listed(day=first, control=profile.control, did=Did.ADDED, detail=_points(profile.max_points))
    for (old, _, _), (new, day, _) in pairwise(held):
        if day > begun:  # before that, tenants that differ were only read one after the other
            yield from _compared(old, new, day)
    last = max(seen for _, _, seen in held)
    if last < newest - SETTLED:
        day = last + dt.timedelta(days=1)
        yield Listed(day=day, control=profile.control, did=Did.RETIRED, detail=f"last listed on {last}")


def _compared(old: Profile, new: Profile, day: dt.date) -> Iterable[Listed]:
    if old.max_points != new.max_points:
        detail = f"{_points(old.max_points)} -> {_points(new.max_points)}"
        yield Listed(day=day, control=new.control, did=Did.RE_WEIGHED, detail=detail)
    for did, fields in ((Did.REWORDED, _WORDS), (Did.RECLASSIFIED, _CLASSES)):
        told = [_field(f, getattr(old, f), getattr(new, f)) for f in fields if getattr(old, f) != getattr(new, f)]
        if told:
            yield Listed(day=day, control=new.control, did=did, detail="; ".join(told))


def _points(value: float | None) -> str:
    return "not known" if value is None else f"{value:g} points"


def _field(name: str, old: object, new: object) -> str:
    spoken = name.replace("_", " ")
    if name in {"remediation", "remediation_impact"}:
        return f"{spoken} has new words"
    return f"{spoken}: {_said(old)} -> {_said(new)}"


def _said(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case enum.Enum():
            return str(value.value)
        case _:
            return str(value)


def clusters(days: Iterable[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Group days that lie within `TOGETHER` of the first of their group; give the first and last of each group."""
    found: list[tuple[dt.date, dt.date]] = []
    for day in sorted(set(days)):
        if found and day - found[-1][0] <= TOGETHER:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
