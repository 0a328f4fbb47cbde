"""The catalogue log: what Microsoft added, retired, re-weighed, reworded or reclassified, and what it did to whom."""

import datetime as dt
from collections.abc import Mapping, Sequence
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot import locales
from surefoot.model import Profile, Tenant
from surefoot.pages import past as pasts
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring import catalogue as log
from surefoot.scoring.actions import name_of as title_of
from surefoot.scoring.catalogue import TOGETHER, Did, Listed
from surefoot.scoring.changes import Kind
from surefoot.scoring.past import daily
from surefoot.scoring.products import product
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.shifts import Shift
from surefoot.store import profiles, shifts

EFFECTS = 25
"""Tenants that an entry names; the others are counted."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry did to one tenant."""

    tenant: TenantName
    date: dt.date
    points: float
    """The difference of the tenant's points."""
    max_points: float
    percent: float | None
    """In points of percent; None when not known."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that Microsoft did."""

    date: dt.date
    """When it was first seen."""
    did: Did
    control: str
    name: str
    category: str | None
    service: str | None
    product: str | None
    detail: str
    """What was before and after."""
    tenants: int
    """How many of the tenants it moved the score of."""
    percent: float | None
    """The mean over those, in points of percent; None when it moved none, or one is not known."""
    effects: tuple[Effect, ...]
    """The largest first."""


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """The log of a range of days, newest first."""

    tenant: TenantName | None
    """Whose effects are meant; None: all visible tenants'."""
    since: dt.date
    until: dt.date
    watched_since: dt.date | None
    """The first day on which lists of controls were read: words and classes are compared from then on."""
    entries: tuple[Entry, ...]
    total: int
    percent: float | None
    """What all of it did to the one tenant, in points of percent; None for several."""
    paragraph: str
    """To send to a customer, or to colleagues."""


def build(
    conn: Connection,
    tenants: Sequence[Tenant],
    visible: frozenset[str] | None,
    *,
    ratings: Ratings,
    since: dt.date,
    until: dt.date,
    one: bool = False,
) -> Catalogue:
    """List what Microsoft did from `since` to `until`, with the effect on these tenants (`one`: on a single one)."""
    contents = profiles.contents(conn, visible)
    moved = [(t, s) for t, s in shifts.between(conn, tenants, since, until) if not s.bought]
    told = [e for e in log.listed(contents) if since <= e.day <= until]
    newest = {folded: held[-1].profile for folded, held in contents.items()}
    entries = _entries(told, moved, newest, ratings)
    own = tenants[0] if one and tenants else None
    parts = [s.percent for _, s in moved]
    total = None if own is None or None in parts else fsum(p for p in parts if p is not None)
    return Catalogue(
        tenant=name_of(own) if own else None,
        since=since,
        until=until,
        watched_since=min((held[0].first_seen for held in contents.values()), default=None),
        entries=tuple(sorted(entries, key=lambda e: (-e.date.toordinal(), e.did.value, e.control.casefold()))),
        total=len(entries),
        percent=total,
        paragraph=_paragraph(conn, own, entries, total, ratings, since, until),
    )


def _entries(
    told: Sequence[Listed],
    moved: Sequence[tuple[Tenant, Shift]],
    newest: Mapping[str, Profile],
    ratings: Ratings,
) -> list[Entry]:
    """Join what lists tell with what scores tell of the same control within a few days."""
    groups: dict[tuple[str, Did], list[tuple[Tenant, Shift]]] = {}
    for pair in moved:
        groups.setdefault((pair[1].control.casefold(), log.OF_KIND[pair[1].kind]), []).append(pair)
    made, used = [], set()
    for (folded, did), pairs in groups.items():
        for first, last in log.clusters(s.day for _, s in pairs):
            mine = [p for p in pairs if first <= p[1].day <= last]
            near = [e for e in told if _same(e, folded, did) and abs(e.day - first) <= TOGETHER]
            used |= {id(e) for e in near}
            day = min([first, *(e.day for e in near)])
            detail = near[0].detail if near else _detail(did, mine)
            made.append(_entry(day, did, mine[0][1].control, detail, mine, newest, ratings))
    quiet = [e for e in told if id(e) not in used]
    return made + [_entry(e.day, e.did, e.control, e.detail, [], newest, ratings) for e in quiet]


def _same(entry: Listed, folded: str, did: Did) -> bool:
    return entry.did is did and entry.control.casefold() == folded


def _detail(did: Did, pairs: Sequence[tuple[Tenant, Shift]]) -> str:
    sizes = [abs(s.max_points) for _, s in pairs]
    size = max(sizes, key=sizes.count)
    if did is Did.RE_WEIGHED:
        return f"{'+' if pairs[0][1].max_points > 0 else '-'}{size:g} points possible"
    return f"{size:g} points possible"


def _entry(
    day: dt.date,
    did: Did,
    control: str,
    detail: str,
    pairs: Sequence[tuple[Tenant, Shift]],
    newest: Mapping[str, Profile],
    ratings: Ratings,
) -> Entry:
    profile, rating = newest.get(control.casefold()), ratings.of(control)
    service = (profile.service if profile else None) or (rating.service if rating else None)
    effects = sorted((_effect(t, s) for t, s in pairs), key=lambda e: (-abs(e.percent or 0.0), e.tenant.name))
    parts = [e.percent for e in effects]
    return Entry(
        date=day,
        did=did,
        control=control,
        name=title_of(control, profile, rating),
        category=(profile.category if profile else None) or (rating.category if rating else None),
        service=service,
        product=product(service),
        detail=detail,
        tenants=len({e.tenant.id for e in effects}),
        percent=None if not parts or None in parts else fsum(p for p in parts if p is not None) / len(parts),
        effects=tuple(effects[:EFFECTS]),
    )


def _effect(tenant: Tenant, shift: Shift) -> Effect:
    return Effect(
        tenant=name_of(tenant),
        date=shift.day,
        points=shift.points,
        max_points=shift.max_points,
        percent=shift.percent,
    )


_VERBS = {
    Did.ADDED: "added {}",
    Did.RETIRED: "retired {}",
    Did.RE_WEIGHED: "changed the points of {}",
    Did.REWORDED: "reworded {}",
    Did.RECLASSIFIED: "reclassified {}",
}


def _paragraph(
    conn: Connection,
    own: Tenant | None,
    entries: Sequence[Entry],
    total: float | None,
    ratings: Ratings,
    since: dt.date,
    until: dt.date,
) -> str:
    days = f"From {locales.day(since)} to {locales.day(until)}"
    if not entries:
        return f"{days} Microsoft did not change its recommendations, as far as Surefoot could see."
    counts = [(verb, sum(e.did is did for e in entries)) for did, verb in _VERBS.items()]
    done = [verb.format(_recommendations(n)) for verb, n in counts if n]
    head = f"{days} Microsoft {_listed(done)}."
    if own is None:
        moved = len({e.tenant.id for entry in entries for e in entry.effects})
        return f"{head} It moved the score of {moved} of your tenants by itself."
    return f"{head} {_moved(total)} {_worse(conn, own, ratings, since, until)}"


def _recommendations(count: int) -> str:
    return f"{count} recommendation" + ("" if count == 1 else "s")


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _moved(total: float | None) -> str:
    if total is None:
        return "What that did to your percent is not known."
    if round(abs(total), 1) == 0:
        return "Your percent hardly moved by it."
    return f"Your percent {'rose' if total > 0 else 'fell'} by {abs(total):.1f} points because of it."


def _worse(conn: Connection, tenant: Tenant, ratings: Ratings, since: dt.date, until: dt.date) -> str:
    past = pasts.of(conn, tenant, ratings=ratings)
    inside = [t for t in past.totals if since - dt.timedelta(days=1) <= t.day <= until]
    fell = {c.control for e in daily(past.courses, inside) for c in e.changes if c.kind is Kind.REGRESSED}
    if not fell:
        return "Nothing of yours got worse."
    return f"Apart from that, {_recommendations(len(fell))} of yours lost points in that time."
