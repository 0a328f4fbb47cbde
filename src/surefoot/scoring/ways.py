"""How a tenant came to have all points of a control: the last climb, and how long it took."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from surefoot.scoring.courses import Piece
from surefoot.scoring.maxima import ROUNDING

FULL = 100.0 - ROUNDING


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A climb to all points of a control."""

    begun: dt.date
    """The last day before the first gain."""
    done: dt.date
    """The first day with all points."""
    days: int
    """Between the two."""


def is_full(percent: float | None) -> bool:
    """Say whether Graph's `scoreInPercentage` means all points."""
    return percent is not None and percent >= FULL


def way(pieces: Sequence[Piece]) -> Way | None:
    """Give the last climb of a control that has all points now; None when it does not, or had them from the start."""
    place = len(pieces) - 1
    if place < 0 or not is_full(pieces[place].percent):
        return None
    while place > 0 and is_full(pieces[place - 1].percent):
        place -= 1
    done = pieces[place].from_day
    if place == 0:
        return None
    while place > 1 and pieces[place - 2].points < pieces[place - 1].points:
        place -= 1
    begun = pieces[place - 1].to_day
    return Way(begun=begun, done=done, days=(done - begun).days)
