"""A tenant's past as all pages about it see it: its days and its controls, named."""

import datetime as dt
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from surefoot.errors import NotStored
from surefoot.model import DayTotal, Profile, Tenant
from surefoot.scoring.actions import name_of as title_of
from surefoot.scoring.courses import Piece, resolve
from surefoot.scoring.past import Course
from surefoot.scoring.products import product
from surefoot.scoring.ratings import Ratings
from surefoot.store import courses, history, profiles
from surefoot.store.memory import remembered_long


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Days and controls of a tenant."""

    totals: tuple[DayTotal, ...]
    """The stored days, oldest first."""
    courses: tuple[Course, ...]
    pieces: Mapping[str, tuple[Piece, ...]] = {}
    """What the courses are made of, by the control's id."""
    profiles: Mapping[str, Profile] = {}
    """By the control's folded id."""

    def on(self, day: dt.date) -> DayTotal:
        """Give the totals of a stored day; `NotStored`, naming the stored days about it, when it is not stored."""
        for total in self.totals:
            if total.day == day:
                return total
        raise NotStored(_not_stored(self.totals, day))


def _not_stored(totals: tuple[DayTotal, ...], day: dt.date) -> str:
    if not totals:
        return "No day of this tenant is stored yet: run `surefoot sync`, or import saved scores."
    earlier = max((t.day for t in totals if t.day < day), default=None)
    later = min((t.day for t in totals if t.day > day), default=None)
    near = " and ".join(str(d) for d in (earlier, later) if d)
    return f"The day {day} is not stored; the nearest that are: {near}."


@remembered_long
def of(conn: Connection, tenant: Tenant, *, ratings: Ratings, control: str | None = None) -> Past:
    """Read a tenant's past, or that of one control."""
    known = profiles.of(conn, tenant, control=control)
    held = courses.of(conn, tenant, control=control)
    made = tuple(_course(identity, pieces, known, ratings) for identity, pieces in held.items())
    return Past(totals=tuple(history.days(conn, tenant)), courses=made, pieces=held, profiles=known)


def _course(identity: str, pieces: tuple[Piece, ...], known: Mapping[str, Profile], ratings: Ratings) -> Course:
    profile, rating = known.get(identity.casefold()), ratings.of(identity)
    service = (profile.service if profile else None) or (rating.service if rating else None)
    return Course(
        control=identity,
        name=title_of(identity, profile, rating),
        service=service,
        product=product(service),
        stretches=resolve(pieces, profile.max_points if profile else None),
    )
