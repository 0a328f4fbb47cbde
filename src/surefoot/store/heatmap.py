"""Controls by tenants as a few queries: sums over all tenants that are meant, texts, and the cells of one page."""

from collections.abc import Collection, Sequence
from math import fsum
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from surefoot.model import Difficulty, Status
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
    category: str = ""
    service: str | None = None


class Cell(NamedTuple):
    """A control in a tenant."""

    tenant: str
    """The tenant's id."""
    control: int
    status: Status
    earned: float
    max_points: float | None
    points: float | None


def sums(conn: Connection, wanted: Among, control_id: str | None = None) -> list[Sum]:
    """Sum up each control, or one, by status over the tenants with a score, in no order."""
    w = work.c
    table = (
        select(
            w.control,
            w.status,
            w.difficulty,
            func.count().label("tenants"),
            func.sum(case((w.earned > 0, 1), else_=0)).label("begun"),
            func.count(w.points).label("known"),
            func.sum(w.points).label("points"),
        )
        .where(w.tenant.in_(_known(wanted)), *_one(control_id))
        .group_by(w.control, w.status, w.difficulty)
        .subquery("sums")
    )
    query = select(control.c.id, table).join(control, control.c.key == table.c.control)
    found: dict[tuple[int, str], Sum] = {}
    for name, key, status, difficulty, tenants, begun, known, points in conn.execute(query).all():
        rated = None if difficulty is None else _RATED[difficulty]
        one = Sum(key, name, _STATUSES[status], tenants, begun, known, points, rated)
        found[key, status] = _joined(found[key, status], one) if (key, status) in found else one
    return list(found.values())


def _one(control_id: str | None) -> list[ColumnElement[bool]]:
    if control_id is None:
        return []
    return [work.c.control.in_(select(control.c.key).where(control.c.folded == control_id.casefold()))]


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


def _known(wanted: Among) -> Select[tuple[int]]:
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


def texts(conn: Connection, wanted: Among, controls: Collection[int]) -> dict[int, Text]:
    """Give the texts that the tenants have now, by the control's key: of several the one that came to them last.

    A control that none of them has a profile of has none.
    """
    content, p = profile_content.c, profile.c
    theirs = (
        select(p.content, func.max(p.from_day).label("since"))
        .where(p.tenant.in_(_known(wanted)), p.until_day.is_(None))
        .group_by(p.content)
        .subquery("theirs")
    )
    query = (
        select(content.control, content.body)
        .join(theirs, theirs.c.content == content.key)
        .order_by(theirs.c.since, content.key)
    )
    found = {row.control: _TEXT.decode(row.body) for row in conn.execute(query)}
    return {key: found[key] for key in controls if key in found}


_TEXT = msgspec.json.Decoder(Text)


def categories(conn: Connection, wanted: Among, controls: Collection[int]) -> dict[int, str]:
    """Give the categories that Graph scores controls under, for those that have no profile to say it."""
    found: dict[int, str] = {}
    for part in chunks(controls):
        query = (
            select(span.c.control, shared_text.c.text)
            .join(shared_text, shared_text.c.key == span.c.category)
            .where(span.c.control.in_(part), span.c.tenant.in_(_known(wanted)))
            .order_by(span.c.to_day)
        )
        found |= {row.control: row.text for row in conn.execute(query)}
    return found


def cells(conn: Connection, tenants: Sequence[str], controls: Sequence[int]) -> list[Cell]:
    """Give the cells of some tenants, by id, and some controls, by key; none where a control is not scored."""
    w = work.c
    found: list[Cell] = []
    for part in chunks(tenants):
        query = (
            select(tenant.c.id, w.control, w.status, w.earned, w.max_points, w.points)
            .join(tenant, tenant.c.key == w.tenant)
            .where(tenant.c.id.in_(part), w.control.in_(controls))
        )
        found += [Cell(row[0], row[1], _STATUSES[row[2]], row[3], row[4], row[5]) for row in conn.execute(query).all()]
    return found


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
