"""The catalogue log: what Microsoft added, retired, re-weighed, reworded or reclassified, and what it did to whom."""

import datetime as dt
import enum
from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import Any

import msgspec
from sqlalchemy import Connection

from surefoot import locales
from surefoot.model import Profile, Tenant
from surefoot.pages import past as pasts
from surefoot.pages.orders import ordered
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring import catalogue as log
from surefoot.scoring.actions import name_of as title_of
from surefoot.scoring.catalogue import TOGETHER, Did, Listed
from surefoot.scoring.changes import Kind
from surefoot.scoring.products import product
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.shifts import Shift
from surefoot.store import profiles, shifts, work

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
    scored: bool
    """Whether the tenant's newest day scores the control: then it is an action there."""


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
    lowest: float | None
    """The least favourable of their effects, in points of percent; None as above."""
    highest: float | None
    points: float
    """By how much their points changed, all of them together."""
    scored: bool | None
    """Whether the one tenant's newest day scores the control; None for several tenants."""
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
    everything: int
    """How many there are in these days, whatever is asked for."""
    kinds: dict[Did, int]
    """How many there are of each kind; kinds without any are not there."""
    percent: float | None
    """What all of it did to the one tenant, in points of percent; None for several."""
    paragraph: str
    """To send to a customer, or to colleagues."""


class By(enum.StrEnum):
    """What the log is sorted by."""

    DATE = "date"
    NAME = "name"
    PERCENT = "percent"
    TENANTS = "tenants"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries, in which order; every part left out lets all through."""

    did: Did | None = None
    text: str | None = None
    """In title, id, category, product or detail, without regard to case."""
    by: By = By.DATE
    falling: bool = True


VALUES: Mapping[By, Callable[[Entry], Any]] = {
    By.DATE: lambda e: e.date,
    By.NAME: lambda e: e.name,
    By.PERCENT: lambda e: e.percent,
    By.TENANTS: lambda e: e.tenants,
}
"""What each order goes by."""


def build(
    conn: Connection,
    tenants: Sequence[Tenant],
    visible: frozenset[str] | None,
    *,
    ratings: Ratings,
    since: dt.date,
    until: dt.date,
    wanted: Wanted | None = None,
    one: bool = False,
) -> Catalogue:
    """List what Microsoft did from `since` to `until`, with the effect on these tenants (`one`: on a single one)."""
    asked = wanted or Wanted()
    contents = profiles.contents(conn, visible)
    moved = [(t, s) for t, s in shifts.between(conn, tenants, since, until) if not s.bought]
    told = [e for e in log.listed(contents) if since <= e.day <= until]
    newest = {folded: held[-1].profile for folded, held in contents.items()}
    scored = work.to_gain(conn, tenants, {e.control for e in told} | {s.control for _, s in moved}).keys()
    own = tenants[0] if one and tenants else None
    entries = _entries(told, moved, _Known(newest=newest, ratings=ratings, scored=frozenset(scored), own=own))
    usual = sorted(entries, key=lambda e: (e.did.value, e.control.casefold()))
    shown = [e for e in usual if _fits(e, asked)]
    parts = [s.percent for _, s in moved]
    total = None if own is None or None in parts else fsum(p for p in parts if p is not None)
    return Catalogue(
        tenant=name_of(own) if own else None,
        since=since,
        until=until,
        watched_since=min((held[0].first_seen for held in contents.values()), default=None),
        entries=ordered(shown, VALUES[asked.by], falling=asked.falling),
        total=len(shown),
        everything=len(entries),
        kinds={did: count for did in Did if (count := sum(e.did is did for e in entries))},
        percent=total,
        paragraph=_paragraph(conn, own, entries, total, ratings, since, until),
    )


def _fits(entry: Entry, wanted: Wanted) -> bool:
    said = (entry.name, entry.control, entry.category, entry.product, entry.detail)
    return wanted.did in {None, entry.did} and (
        not wanted.text or any(wanted.text.casefold() in (part or "").casefold() for part in said)
    )


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What entries are told with."""

    newest: Mapping[str, Profile]
    ratings: Ratings
    scored: frozenset[tuple[int, str]]
    """The tenants' keys and folded ids of what the tenants' newest days score."""
    own: Tenant | None
    """The one tenant that is meant; None: several."""


def _entries(
    told: Sequence[Listed],
    moved: Sequence[tuple[Tenant, Shift]],
    known: _Known,
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
            made.append(_entry(day, did, mine[0][1].control, detail, mine, known))
    quiet = [e for e in told if id(e) not in used]
    return made + [_entry(e.day, e.did, e.control, e.detail, [], known) for e in quiet]


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
    known: _Known,
) -> Entry:
    profile, rating = known.newest.get(control.casefold()), known.ratings.of(control)
    service = (profile.service if profile else None) or (rating.service if rating else None)
    effects = sorted((_effect(t, s, known) for t, s in pairs), key=lambda e: (-abs(e.percent or 0.0), e.tenant.name))
    parts = [e.percent for e in effects if e.percent is not None]
    whole = bool(parts) and len(parts) == len(effects)
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
        percent=fsum(parts) / len(parts) if whole else None,
        lowest=min(parts) if whole else None,
        highest=max(parts) if whole else None,
        points=fsum(e.points for e in effects),
        scored=None if known.own is None else (known.own.key, control.casefold()) in known.scored,
        effects=tuple(effects[:EFFECTS]),
    )


def _effect(tenant: Tenant, shift: Shift, known: _Known) -> Effect:
    return Effect(
        tenant=name_of(tenant),
        date=shift.day,
        points=shift.points,
        max_points=shift.max_points,
        percent=shift.percent,
        scored=(tenant.key, shift.control.casefold()) in known.scored,
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
    inside = pasts.steps(conn, tenant, ratings, since, until)
    told = [e for e in inside if e.since >= since - dt.timedelta(days=1)]
    fell = {c.control for e in told for c in e.changes if c.kind is Kind.REGRESSED}
    if not fell:
        return "Nothing of yours got worse."
    return f"Apart from that, {_recommendations(len(fell))} of yours lost points in that time."
