"""The zones of a score: good, okay and bad, between bounds that people set."""

import datetime as dt
import enum
import math
from collections.abc import Iterable, Sequence

import msgspec

from surefoot.errors import InputRefused

HAIR = 1e-9
"""What a percent may lie under a bound and still reach it: the last bits of a division decide nothing."""
WHOLE = 100.0


class Zone(enum.StrEnum):
    """Where a percent lies."""

    GOOD = "good"
    OKAY = "okay"
    BAD = "bad"


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """From which percent on a score is good, and from which okay; below that it is bad."""

    good: float = 70.0
    okay: float = 40.0


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """The zone of the last day, and since when without a break."""

    zone: Zone
    since: dt.date
    """The first stored day of the run; days without data or percent do not break it."""
    days: int
    """From that day to the last one, both counted."""
    before: Zone | None
    """The zone before; None: it has been this one as far back as days are stored."""


class ZoneDays(msgspec.Struct, frozen=True, kw_only=True):
    """How many days lie in each zone."""

    good: int
    okay: int
    bad: int
    unknown: int
    """Stored days without a percent."""


def checked(good: float, okay: float) -> Bounds:
    """Give sound bounds, or refuse them with a sentence."""
    sound = math.isfinite(good) and math.isfinite(okay) and 0.0 < okay < good <= WHOLE
    if not sound:
        message = f"Okay has to begin above 0 and below good, and good at 100 % at most; {okay:g} and {good:g} do not."
        raise InputRefused(message)
    return Bounds(good=good, okay=okay)


def zone(percent: float | None, bounds: Bounds) -> Zone | None:
    """Give the zone of a percent; None when it is not known. A percent that equals a bound has reached it."""
    if percent is None:
        return None
    if percent >= bounds.good - HAIR:
        return Zone.GOOD
    return Zone.OKAY if percent >= bounds.okay - HAIR else Zone.BAD


def counted(percents: Iterable[float | None], bounds: Bounds) -> ZoneDays:
    """Count the days in each zone."""
    found = [zone(p, bounds) for p in percents]
    return ZoneDays(
        good=found.count(Zone.GOOD),
        okay=found.count(Zone.OKAY),
        bad=found.count(Zone.BAD),
        unknown=found.count(None),
    )


def present(days: Sequence[tuple[dt.date, float | None]], bounds: Bounds) -> Present | None:
    """Say in which zone the last of the days lies, oldest first, and since when; None when its percent is not known."""
    known = [(day, place) for day, percent in days if (place := zone(percent, bounds)) is not None]
    if not known or known[-1][0] != days[-1][0]:
        return None
    last, now = known[-1]
    since, before = last, None
    for day, place in reversed(known):
        if place is not now:
            before = place
            break
        since = day
    return Present(zone=now, since=since, days=(last - since).days + 1, before=before)
