"""Spells: the days on which a control stood below its best, or on which its risk was accepted.

Made from the pieces of its history, so that years are cheap, and by the rules for a single day (`scoring.actions`,
`scoring.maxima`): a day of a spell is what that day's list of actions says.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import fsum
from typing import NamedTuple

import msgspec

from surefoot.model import ControlScore, Decision, Profile, Standing, StateUpdate, Status
from surefoot.scoring.actions import Regression, regression, status
from surefoot.scoring.courses import Piece
from surefoot.scoring.maxima import derived, maximum
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.workflow import status_of

LOOK_BACK = dt.timedelta(days=90)
"""How far back a control's best points are looked for."""
_ONE = dt.timedelta(days=1)


class Below(NamedTuple):
    """Days on which a control stood below its best of the 90 days before."""

    id: str
    from_day: dt.date
    to_day: dt.date
    earned_points: float
    max_points: float | None
    regressed: Regression

    @property
    def lost(self) -> float:
        """What it had more at its best, in points."""
        return self.regressed.best_points - self.earned_points


class GivenUp(NamedTuple):
    """Days on which a control's risk was accepted."""

    id: str
    from_day: dt.date
    to_day: dt.date
    points: float | None
    """What it could gain; None: its maximum is not known."""


class Told(NamedTuple):
    """What is decided about one control, and where."""

    profile: Profile | None
    decisions: Sequence[Decision]
    """Oldest first."""
    newest: dt.date
    """The newest stored day."""


def below(
    control: str, pieces: Sequence[Piece], profile: Profile | None, ratings: Ratings, since: dt.date
) -> Iterator[Below]:
    """Give the days from `since` on which a control stood below its best, oldest first, as its pieces are."""
    if not _ever_less(pieces):
        return
    known = _known(pieces)
    best: deque[int] = deque()
    for place, piece in enumerate(pieces):
        while best and pieces[best[-1]].points <= piece.points:
            best.pop()
        best.append(place)
        day = max(piece.from_day, since)
        while day <= piece.to_day:
            while pieces[best[0]].to_day < day - LOOK_BACK:
                best.popleft()
            if best[0] == place:
                break  # it stands at its best itself, and does so to the piece's end
            top = pieces[best[0]]
            last = min(piece.to_day, top.to_day + LOOK_BACK)
            found = _below(control, piece, top, known[place], profile, ratings)
            if found is not None:
                yield found._replace(from_day=day, to_day=last)
            day = last + _ONE


def _ever_less(pieces: Sequence[Piece]) -> bool:
    return any(b.points < a.points for a, b in pairwise(pieces))


def _known(pieces: Sequence[Piece]) -> list[float | None]:
    """Give the maximum that each piece or the nearest before it tells, else the nearest after it."""
    told = [derived(p.points, p.percent) for p in pieces]
    later = next((t for t in told if t is not None), None)
    found: list[float | None] = []
    for value in told:
        later = later if value is None else value
        found.append(later)
    return found


def _score(control: str, piece: Piece) -> ControlScore:
    return ControlScore(control=control, category=piece.category, points=piece.points, percent=piece.percent)


def _below(
    control: str, piece: Piece, top: Piece, known: float | None, profile: Profile | None, ratings: Ratings
) -> Below | None:
    standing = Standing(
        score=_score(control, piece),
        profile=profile,
        last_known_max=known,
        best_points=top.points,
        best_day=top.to_day,
        best_max=derived(top.points, top.percent),
    )
    most = maximum(standing, ratings)
    fallen = regression(standing, most)
    if fallen is None:
        return None
    return Below(control, piece.from_day, piece.to_day, piece.points, most.value, fallen)


def given_up(control: str, pieces: Sequence[Piece], told: Told, ratings: Ratings, since: dt.date) -> Iterator[GivenUp]:
    """Give the days from `since` on which a control's risk was accepted, oldest first.

    A day counts as its end (UTC) left it; the newest stored day, as everywhere, with all that was decided since.
    """
    updates = told.profile.updates if told.profile else ()
    if not _ever_accepted(told.decisions, updates):
        return
    decided = [(min(d.decided_at.date(), told.newest), d) for d in told.decisions]
    said = {min(u.updated_at.date(), told.newest) for u in updates if u.updated_at is not None}
    turns = sorted(said.union(day for day, _ in decided))
    for piece, known in zip(pieces, _known(pieces), strict=True):
        for first, last in _cut(max(piece.from_day, since), piece.to_day, turns):
            standing = Standing(
                score=_score(control, piece),
                profile=_as_of(told.profile, first, told.newest),
                last_known_max=known,
                decision=next((d for day, d in reversed(decided) if day <= first), None),
            )
            most = maximum(standing, ratings)
            if status(standing, most) is Status.RISK_ACCEPTED:
                gain = None if most.value is None else max(0.0, most.value - piece.points)
                yield GivenUp(control, first, last, gain)


def _cut(first: dt.date, last: dt.date, turns: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Cut days into runs that begin with the turns among them; none when the last comes before the first."""
    if last < first:
        return []
    within = turns[bisect_right(turns, first) : bisect_right(turns, last)]
    return list(zip([first, *within], [*(day - _ONE for day in within), last], strict=True))


def _ever_accepted(decisions: Sequence[Decision], updates: Sequence[StateUpdate]) -> bool:
    return any(d.status is Status.RISK_ACCEPTED for d in decisions) or any(
        status_of(u.state) is Status.RISK_ACCEPTED for u in updates
    )


def _as_of(profile: Profile | None, day: dt.date, newest: dt.date) -> Profile | None:
    """Give a profile with what had been set at Microsoft by the end of a day."""
    if profile is None:
        return None
    held = tuple(u for u in profile.updates if u.updated_at is None or min(u.updated_at.date(), newest) <= day)
    return profile if len(held) == len(profile.updates) else msgspec.structs.replace(profile, updates=held)


Run = tuple[dt.date, dt.date, float | None]
"""The first and the last day of a spell, and its points."""


def by_day(spells: Iterable[Run], days: Sequence[dt.date]) -> list[tuple[int, float]]:
    """Count the spells of each day and sum up their known points; `days` are oldest first."""
    held: list[list[float | None]] = [[] for _ in days]
    for first, last, points in spells:
        for place in range(bisect_left(days, first), bisect_right(days, last)):
            held[place].append(points)
    return [(len(points), fsum(p or 0.0 for p in points)) for points in held]
