"""Controls by tenants as a few queries: sums over all tenants that are meant, texts, and the cells of one page."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import fsum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, case, exists, func, or_, select, type_coerce

from surefoot.model import Difficulty, Status
from surefoot.store.memory import remembered
from surefoot.store.schema import (
    control,
    profile,
    profile_content,
    shared_text,
    span,
    summary,
    tenant,
    tenant_label,
    work,
)
from surefoot.store.shared import chunks
from surefoot.store.summaries import RULES


class Among(msgspec.Struct, frozen=True, kw_only=True):
    """Which tenants are meant."""

    visible: frozenset[str] | None
    """Ids of the tenants that somebody may see; None: all."""
    label: str | None = None
    text: str | None = None
    """In the name or the id, without regard to case."""


class Sum(NamedTuple):
    """The tenants that have a control with one status."""

    control: int
    """Its key."""
    id: str
    status: Status
    tenants: int
    begun: int
    """How many of them have earned some of the points."""
    known: int
    """Of how many the points to gain are known."""
    points: float | None
    """To gain, together; None: known of none."""
    difficulty: Difficulty | None
    """The hardest that any of them has it."""


class Text(msgspec.Struct, frozen=True):
    """What Microsoft calls a control."""

    title: str = ""
    """On one line; empty: there is none."""
    category: str = ""
    service: str | None = None


class Cell(NamedTuple):
    """How a control stands in a tenant."""

    status: Status
    earned: float
    max_points: float | None
    points: float | None


class _Tenants(NamedTuple):
    """The tenants that are meant and have a score, as a condition that costs least on many rows."""

    meant: frozenset[int]
    others: frozenset[int]

    def hold(self, column: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Say that a tenant's key is one of theirs."""
        if not self.others:
            return []
        return [column.in_(self.meant) if len(self.meant) <= len(self.others) else column.not_in(self.others)]


@remembered
def sums(conn: Connection, wanted: Among, control_id: str | None = None) -> Sequence[Sum]:
    """Sum up each control, or one, by status over the tenants with a score, in no order."""
    names = _names(conn, control_id)
    one = None if control_id is None else frozenset(names)
    found: dict[tuple[int, str], Sum] = {}
    for key, status, difficulty, tenants, begun, known, points in _summed(conn, _scored(conn, wanted), one):
        rated = None if difficulty is None else _RATED[difficulty]
        made = Sum(key, names[key], _STATUSES[status], tenants, begun, known, points, rated)
        place = key, status
        found[place] = _joined(found[place], made) if place in found else made
    return tuple(found.values())


def _names(conn: Connection, control_id: str | None) -> Mapping[int, str]:
    """Give the ids of all controls, or of one, by their keys."""
    query = select(control.c.key, control.c.id)
    query = query if control_id is None else query.where(control.c.folded == control_id.casefold())
    return {row[0]: row[1] for row in conn.execute(query).all()}


def _summed(conn: Connection, theirs: _Tenants, controls: frozenset[int] | None) -> Sequence[Any]:
    w = work.c
    query = select(
        w.control,
        w.status,
        w.difficulty,
        func.count(),
        func.count(case((w.earned > 0, 1))),
        func.count(w.points),
        func.sum(w.points),
    ).group_by(w.control, w.status, w.difficulty)
    query = query if controls is None else query.where(w.control.in_(controls))
    return conn.execute(query.where(*theirs.hold(w.tenant))).all()


def _joined(one: Sum, other: Sum) -> Sum:
    """Add what has one difficulty to what has another."""
    points = [s.points for s in (one, other) if s.points is not None]
    rated = [s.difficulty for s in (one, other) if s.difficulty is not None]
    return one._replace(
        tenants=one.tenants + other.tenants,
        begun=one.begun + other.begun,
        known=one.known + other.known,
        points=fsum(points) if points else None,
        difficulty=max(rated, key=_HARD.index, default=None),
    )


_HARD, _STATUSES = tuple(Difficulty), {s.value: s for s in Status}
_RATED = {d.value: d for d in Difficulty}


@remembered
def _scored(conn: Connection, wanted: Among) -> _Tenants:
    meant = frozenset(row[0] for row in conn.execute(_known(wanted)).all())
    return _Tenants(meant, frozenset(conn.scalars(select(tenant.c.key)).all()) - meant)


def _known(wanted: Among) -> Select[int]:
    """Name the tenants that are meant and have a score."""
    held = and_(summary.c.tenant == tenant.c.key, summary.c.rules == RULES, summary.c.max_points > 0)
    return select(tenant.c.key).select_from(tenant.join(summary, held)).where(*_meant(wanted))


def _meant(wanted: Among) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.visible is not None:
        found.append(tenant.c.id.in_(wanted.visible))
    if wanted.label is not None:
        labelled = select(tenant_label.c.tenant).where(func.lower(tenant_label.c.label) == wanted.label.lower())
        found.append(tenant.c.key.in_(labelled))
    if wanted.text is not None:
        text = wanted.text.lower()
        found.append(or_(func.instr(func.lower(tenant.c.name), text) > 0, func.instr(tenant.c.id, text) > 0))
    return found


@remembered
def texts(conn: Connection, wanted: Among, control: int | None = None) -> Mapping[int, Text]:
    """Give the texts that the tenants have now, by the control's key: of several the one that came to them last.

    A control that none of them has a profile of has none. `control` is the one that is asked for; None: all.
    """
    theirs, c = _scored(conn, wanted), profile_content.c
    one = [] if control is None else [c.control == control]
    rows = conn.execute(select(c.key, c.control, c.digest).where(*one)).all()
    held = _held(conn, theirs, Counter(row[1] for row in rows))
    rows = sorted((row for row in rows if row[0] in held), key=lambda row: (held[row[0]], row[0]))
    read = _read(conn, {row[2]: row[0] for row in rows})
    return {row[1]: read[row[2]] for row in rows}


def _held(conn: Connection, theirs: _Tenants, many: Mapping[int, int]) -> Mapping[int, int]:
    """Give the texts that one of the tenants has now, each with the day on which it last came to one (0: no matter).

    `many` counts the texts of each control, old ones too. One that is the only one is mostly found in the first
    tenant; but where many have several, all that the tenants have is read.
    """
    several = {control for control, count in many.items() if count > 1}
    if SEVERAL * len(several) > len(many):
        return _since(conn, theirs, None)
    p, content = profile.c, profile_content.c
    mine = p.tenant.in_(theirs.meant)
    there = exists().where(mine, p.control == content.control, p.until_day.is_(None), p.content == content.key)
    alone = content.control.in_(many) if len(many) == 1 else content.control.not_in(several)
    found = dict.fromkeys(conn.execute(select(content.key).where(alone, there)).scalars(), 0)
    return found | _since(conn, theirs, several) if several else found


SEVERAL = 3
"""In a third of all controls it costs as much to look for them one by one as to read through all."""


def _since(conn: Connection, theirs: _Tenants, controls: Collection[int] | None) -> dict[int, int]:
    """Give the texts that the tenants have of some controls (None: of all) with the day on which each last came."""
    p = profile.c
    query = select(p.content, type_coerce(p.from_day, Integer)).where(p.until_day.is_(None)).distinct()
    some = [] if controls is None else [p.control.in_(controls)]
    found: dict[int, int] = {}
    for content, day in conn.execute(query.where(*theirs.hold(p.tenant), *some)).all():
        found[content] = max(day, found.get(content, day))
    return found


def _text(body: str) -> Text:
    held = _TEXT.decode(body)
    return msgspec.structs.replace(held, title=" ".join(held.title.split()))


_MOST = 8192
_TEXT = msgspec.json.Decoder(Text)
_decoded: dict[bytes, Text] = {}
"""By the digest of the text, so that it is the same in every database and never grows old."""


def _read(conn: Connection, wanted: Mapping[bytes, int]) -> Mapping[bytes, Text]:
    """Give texts by their digests, which are given with their keys; only those that are not known yet are read."""
    found = {digest: held for digest in wanted if (held := _decoded.get(digest)) is not None}
    c = profile_content.c
    for part in chunks([key for digest, key in wanted.items() if digest not in found]):
        rows = conn.execute(select(c.digest, c.body).where(c.key.in_(part))).all()
        found |= {digest: _text(body) for digest, body in rows}
    if len(_decoded) > _MOST:
        _decoded.clear()
    _decoded.update(found)
    return found


def categories(conn: Connection, wanted: Among, controls: Collection[int]) -> dict[int, str]:
    """Give the categories that Graph scores controls under, for those that have no profile to say it."""
    found: dict[int, str] = {}
    for part in chunks(controls):
        query = (
            select(span.c.control, shared_text.c.text)
            .join(shared_text, shared_text.c.key == span.c.category)
            .where(span.c.control.in_(part), span.c.tenant.in_(_scored(conn, wanted).meant))
            .order_by(span.c.to_day)
        )
        found |= {row.control: row.text for row in conn.execute(query)}
    return found


@remembered
def cells(
    conn: Connection, tenants: tuple[str, ...], controls: tuple[int, ...]
) -> Mapping[Cell, Sequence[tuple[str, int]]]:
    """Say where some controls, by key, stand how in some tenants, by id; a control that is not scored is nowhere.

    Thousands of places have a few dozens of cells.
    """
    w = work.c
    found: dict[tuple[Any, ...], list[tuple[str, int]]] = {}
    for part in chunks(tenants):
        names = {row[0]: row[1] for row in conn.execute(select(tenant.c.key, tenant.c.id).where(tenant.c.id.in_(part)))}
        query = select(w.tenant, w.control, w.status, w.earned, w.max_points, w.points)
        query = query.where(w.tenant.in_(names), w.control.in_(controls))
        for row in conn.execute(query).all():
            found.setdefault(row[2:], []).append((names[row[0]], row[1]))
    return {Cell(_STATUSES[status], *points): places for (status, *points), places in found.items()}


def standing(
    conn: Connection, wanted: Among, controls: Collection[str], statuses: Collection[Status]
) -> list[tuple[str, str]]:
    """Name where some controls have one of some statuses: tenant's and control's ids, by the tenants' names."""
    folded = [c.casefold() for c in controls]
    query = (
        select(tenant.c.id, control.c.id.label("control"))
        .select_from(work.join(tenant, tenant.c.key == work.c.tenant).join(control, control.c.key == work.c.control))
        .where(control.c.folded.in_(folded), work.c.status.in_(statuses), work.c.tenant.in_(_known(wanted)))
        .order_by(func.lower(tenant.c.name), tenant.c.id, work.c.rank)
    )
    return [(row.id, row.control) for row in conn.execute(query)]
