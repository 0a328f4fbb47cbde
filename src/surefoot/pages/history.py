"""A score over time: the whole, a category, a service or one control; by day, week or month, with its gaps."""

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotStored
from surefoot.model import DayTotal, Tenant
from surefoot.pages import past as pasts
from surefoot.pages.overview import HistoryDay, TenantName, day_of, name_of
from surefoot.pages.past import Past
from surefoot.scoring import trends
from surefoot.scoring.changes import Explanation
from surefoot.scoring.past import Course, Sum, daily_of, estimated, sums
from surefoot.scoring.percents import percent
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.trends import Flapping, Gap, MonthSum, Moving, Repair, Step

Ends = tuple[dt.date, dt.date]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What history of; at most one of category, service and control."""

    days: int | None = 90
    """Counted back from `until` (None: all); not used when `since` is given."""
    since: dt.date | None = None
    until: dt.date | None = None
    """The newest stored day when left out, or when later than that."""
    by: Step = Step.DAY
    category: str | None = None
    service: str | None = None
    control: str | None = None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whose points these are."""

    kind: str
    """`score`, `category`, `service` or `control`."""
    key: str | None
    """The category, service or control's id; None for the score."""
    name: str
    estimated: bool = False
    """Whether maxima of Surefoot's own data file are in it, as on the overview."""


class Extreme(msgspec.Struct, frozen=True, kw_only=True):
    """The best or the worst day of a range; of equal ones the latest."""

    date: dt.date
    percent: float


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The stored days of a range."""

    tenant: TenantName
    history: tuple[HistoryDay, ...]
    """Oldest first; a missing day is not there. A week or month is as of its last stored day."""
    first: dt.date | None
    """The first day that is stored at all."""
    missing: int
    """How many days between the first and the last one of the range are not there."""
    of: Subject
    by: Step
    gaps: tuple[Gap, ...]
    """Runs of those days, whatever the step: not stored, or none of the controls in question was scored."""
    best: Extreme | None
    """Of the stored days of the range, whatever the step."""
    worst: Extreme | None
    moving: tuple[Moving, ...]
    """Best and worst of the 30 days up to each shown point, also of those before the range."""
    months: tuple[MonthSum, ...]
    repair: Repair | None
    """How falls of controls were mended; None when no day is stored."""
    flapping: tuple[Flapping, ...]


def build(
    conn: Connection, tenant: Tenant, *, ratings: Ratings, wanted: Wanted | None = None, figures: bool = True
) -> History:
    """Build the history that is wanted; the last 90 days of the score when nothing is said.

    Without `figures` what a line does not need is left out: moving extremes, months, repair and flapping.
    Raises `InputRefused` for two subjects at once or a range the wrong way round, `NotStored`, naming those that
    there are, for an unknown category, service or control.
    """
    asked = wanted or Wanted()
    _check(asked)
    past = pasts.of(conn, tenant, ratings=ratings, control=asked.control)
    if asked.control is not None and not past.courses:
        raise NotStored(_unheard(pasts.of(conn, tenant, ratings=ratings).courses, asked.control))
    mine, subject = _subject(past.courses, asked)
    courses = [estimated(c, ratings) for c in mine]
    whole = subject.kind == "score"
    guessed = not whole and any(a is not b for a, b in zip(courses, mine, strict=True))
    since, until = trends.reach(past.totals, asked.days, asked.since, asked.until)
    near = [t for t in past.totals if trends.earlier(since, trends.MONTH - 1) <= t.day <= until]
    nearby = [day_of(t) for t in near] if whole else _days(courses, near)
    days = [d for d in nearby if d.date >= since]
    steps = _steps(conn, tenant, ratings, past, mine, (since, until), whole=whole) if figures else ()
    return History(
        tenant=name_of(tenant),
        history=trends.sampled(days, asked.by),
        first=past.totals[0].day if past.totals else None,
        missing=(days[-1].date - days[0].date).days + 1 - len(days) if days else 0,
        of=msgspec.structs.replace(subject, estimated=guessed),
        by=asked.by,
        gaps=trends.gaps([d.date for d in days]),
        best=_extreme(days, 1.0),
        worst=_extreme(days, -1.0),
        moving=_moving(nearby, since, asked.by) if figures else (),
        months=trends.by_month(steps),
        repair=trends.repair(courses, since, until) if days and figures else None,
        flapping=trends.flapping(courses, since, until) if figures else (),
    )


def _steps(
    conn: Connection, tenant: Tenant, ratings: Ratings, past: Past, mine: Sequence[Course], ends: Ends, *, whole: bool
) -> Iterable[Explanation]:
    if whole:
        return pasts.steps(conn, tenant, ratings, *ends)
    return daily_of(mine, trends.with_before(past.totals, *ends))


def _check(asked: Wanted) -> None:
    if sum(x is not None for x in (asked.category, asked.service, asked.control)) > 1:
        message = "A history is of one thing: name a category, a service or a control, not two of them."
        raise InputRefused(message)
    if asked.since and asked.until and asked.since > asked.until:
        message = f"The first day ({asked.since}) is after the last ({asked.until}): turn them round."
        raise InputRefused(message)


def _subject(courses: Sequence[Course], asked: Wanted) -> tuple[Sequence[Course], Subject]:
    if asked.control is not None:
        return courses, Subject(kind="control", key=courses[0].control, name=courses[0].name)
    for kind, key in (("category", asked.category), ("service", asked.service)):
        if key is not None:
            return _group(courses, kind, key)
    return courses, Subject(kind="score", key=None, name="Secure Score")


def _unheard(courses: Sequence[Course], control: str) -> str:
    """Say that a tenant never had a control, and which ids come near it."""
    known = {c.control.casefold(): c.control for c in courses}
    near = difflib.get_close_matches(control.casefold(), known, n=3, cutoff=0.5)
    hint = f" Did you mean: {', '.join(known[n] for n in near)}?" if near else ""
    return f"This tenant never had a control {control!r}.{hint}"


def _group(courses: Sequence[Course], kind: str, key: str) -> tuple[Sequence[Course], Subject]:
    held = [(c, own) for c in courses if (own := getattr(c, kind))]
    mine = [c for c, own in held if own.casefold() == key.casefold()]
    if not mine:
        message = f"This tenant has no {kind} {key!r}; it has: {', '.join(sorted({own for _, own in held})) or 'none'}."
        raise NotStored(message)
    name = getattr(mine[0], kind)
    return mine, Subject(kind=kind, key=name, name=(mine[0].product if kind == "service" else name) or name)


def _moving(days: Sequence[HistoryDay], since: dt.date, step: Step) -> tuple[Moving, ...]:
    """Give the moving extremes of the days from `since`; `days` begin early enough for the first of them."""
    every = trends.moving([(d.date, d.percent) for d in days])
    return trends.sampled([m for m in every if m.date >= since], step)


def _days(courses: Iterable[Course], totals: Sequence[DayTotal]) -> list[HistoryDay]:
    """Sum up the points of some controls on each stored day; a day on which none is scored is not there."""
    summed = sums(courses, [t.day for t in totals])
    return [_day(t, s) for t, s in zip(totals, summed, strict=True) if s is not None]


def _day(total: DayTotal, summed: Sum) -> HistoryDay:
    return HistoryDay(
        date=total.day,
        points=summed.points,
        max_points=summed.max_points,
        percent=None if summed.max_points is None else percent(summed.points, summed.max_points),
        source=total.source,
    )


def _extreme(days: Sequence[HistoryDay], sign: float) -> Extreme | None:
    known = [(d.percent, d.date) for d in days if d.percent is not None]
    if not known:
        return None
    best = max(known, key=lambda pair: (sign * pair[0], pair[1]))
    return Extreme(date=best[1], percent=best[0])
