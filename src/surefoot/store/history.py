"""A tenant's days: saved as one row a day and one span a change, read back exactly."""

import datetime as dt
import functools
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from surefoot.model import Average, CategoryAverage, ControlScore, DayTotal, Snapshot, Source, Tenant
from surefoot.store import schema
from surefoot.store.columns import date_of
from surefoot.store.memory import remembered_long
from surefoot.store.series import Series, number_of
from surefoot.store.shared import control_keys, cut, fill, text_keys

SCORES: Series[int] = Series(schema.span, "control", ("points", "percent", "category"))
TEXTS: Series[int] = Series(
    schema.reading, "control", ("sentence", "numbers", "description", "count", "total", "on", "applicable")
)
GROUPS: Series[str] = Series(schema.membership, "basis", ())

_DAY: BindParameter[Any] = bindparam("day")

_RANKS = (Source.PORTAL_EXPORT, Source.SAVED_ANSWER, Source.GRAPH)
"""What wins over what, the strongest last; also the numbers in the database."""


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What saving did."""

    days_new: int
    days_changed: int
    """Stored before, and now different."""
    days_kept: int
    """Stored before and left: the same, or from a stronger source."""


def save(conn: Connection, tenant: Tenant, snapshots: Iterable[Snapshot], *, now: dt.datetime) -> Saved:
    """Save days; the same ones twice change nothing, and a poorer record never overwrites a richer one.

    Texts and counts are kept of rich records alone: in a poor one Graph's status text has lost its numbers.
    `now` dates the averages' days no further: days after tomorrow are the caller's to refuse.
    """
    del now
    known = {row.day: row for row in conn.execute(select(schema.day).where(schema.day.c.tenant == tenant.key))}
    given = _richest(snapshots)
    taken = {s.day: s for s in given if not _weaker(s, known.get(s.day))}
    if not taken:
        return Saved(days_new=0, days_changed=0, days_kept=len(given))
    stored = sorted(number_of(d) for d in known.keys() | taken.keys())
    rich = sorted(
        {number_of(d) for d, row in known.items() if row.rich} | {number_of(s.day) for s in taken.values() if s.rich}
    )
    changed = _save_days(conn, tenant, taken, known)
    changed |= _save_scores(conn, tenant, taken, stored)
    changed |= _save_texts(conn, tenant, [s for s in taken.values() if s.rich], rich)
    changed |= _save_averages(conn, tenant, taken, stored)
    new = len(taken.keys() - known.keys())
    again = len(changed & known.keys())
    return Saved(days_new=new, days_changed=again, days_kept=len(given) - new - again)


def _richest(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Take one record a day: the strongest source, then a rich one, then the first sent."""
    best: dict[dt.date, Snapshot] = {}
    for s in snapshots:
        held = best.get(s.day)
        if held is None or (_RANKS.index(s.source), s.rich) > (_RANKS.index(held.source), held.rich):
            best[s.day] = s
    return list(best.values())


def _weaker(snapshot: Snapshot, row: Any) -> bool:  # noqa: ANN401 - a row
    return row is not None and _RANKS.index(snapshot.source) < row.source


def _save_days(
    conn: Connection, tenant: Tenant, taken: Mapping[dt.date, Snapshot], known: Mapping[dt.date, Any]
) -> set[dt.date]:
    services = text_keys(conn, {_services(s) for s in taken.values()})
    rows = {day: _day_row(tenant, s, services, known.get(day)) for day, s in taken.items()}
    fresh = [row for day, row in rows.items() if day not in known]
    if fresh:
        conn.execute(insert(schema.day), fresh)
    changed = {day for day, row in rows.items() if day in known and dict(known[day]._mapping) != row}  # noqa: SLF001 - SQLAlchemy's public name
    for day in changed:
        c = schema.day.c
        conn.execute(update(schema.day).where(c.tenant == tenant.key, c.day == day).values(rows[day]))
    return changed | (rows.keys() - known.keys())


def _services(snapshot: Snapshot) -> str:
    return json.dumps(snapshot.services)


def _day_row(tenant: Tenant, s: Snapshot, services: Mapping[str, int], row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    return {
        "tenant": tenant.key,
        "day": s.day,
        "points": s.points,
        "max_points": s.max_points,
        "active_users": s.active_users,
        "licensed_users": s.licensed_users,
        "services": services[_services(s)],
        "source": _RANKS.index(s.source),
        "rich": s.rich or (row is not None and row.rich),
    }


def _save_scores(
    conn: Connection, tenant: Tenant, taken: Mapping[dt.date, Snapshot], stored: Sequence[int]
) -> set[dt.date]:
    keys = control_keys(conn, {c.control for s in taken.values() for c in s.controls})
    categories = text_keys(conn, {c.category for s in taken.values() for c in s.controls})
    incoming = {
        number_of(day): {keys[c.control.casefold()]: (c.points, c.percent, categories[c.category]) for c in s.controls}
        for day, s in taken.items()
    }
    return {date_of(d) for d in SCORES.save(conn, tenant.key, stored, incoming)}


def _save_texts(conn: Connection, tenant: Tenant, rich: Sequence[Snapshot], stored: Sequence[int]) -> set[dt.date]:
    if not rich:
        return set()
    keys = control_keys(conn, {c.control for s in rich for c in s.controls})
    texts = text_keys(conn, {t for s in rich for c in s.controls for t in _texts(c)})
    incoming = {number_of(s.day): {keys[c.control.casefold()]: _text_row(c, texts) for c in s.controls} for s in rich}
    changed = {date_of(d) for d in TEXTS.save(conn, tenant.key, stored, incoming)}
    newest = max(rich, key=lambda s: s.day)
    return changed | _save_freshness(conn, tenant, newest, keys)


def _texts(control: ControlScore) -> list[str]:
    status = [] if control.status_text is None else [cut(control.status_text)[0]]
    return status + ([] if control.description is None else [control.description])


def _text_row(control: ControlScore, texts: Mapping[str, int]) -> tuple[Any, ...]:
    sentence, numbers = (None, None) if control.status_text is None else cut(control.status_text)
    description = None if control.description is None else texts[control.description]
    return (
        None if sentence is None else texts[sentence],
        numbers or None,
        description,
        control.count,
        control.total,
        control.on,
        control.applicable,
    )


def _save_freshness(conn: Connection, tenant: Tenant, newest: Snapshot, keys: Mapping[str, int]) -> set[dt.date]:
    """Keep when each service last reported, of the newest rich day alone: it changes daily."""
    table = schema.freshness
    held = conn.execute(select(table.c.day, table.c.times).where(table.c.tenant == tenant.key)).one_or_none()
    times: dict[str, list[int]] = {}
    for c in newest.controls:
        if c.synced_at is not None:
            times.setdefault(c.synced_at.isoformat(), []).append(keys[c.control.casefold()])
    text = json.dumps(times, separators=(",", ":"))
    if held is not None and (held.day > newest.day or tuple(held) == (newest.day, text)):
        return set()
    conn.execute(delete(table).where(table.c.tenant == tenant.key))
    conn.execute(insert(table), {"tenant": tenant.key, "day": newest.day, "times": text})
    return {newest.day} if held is not None and held.day == newest.day else set()


def _save_averages(
    conn: Connection, tenant: Tenant, taken: Mapping[dt.date, Snapshot], stored: Sequence[int]
) -> set[dt.date]:
    table = schema.average
    for day, snapshot in taken.items():
        held = {r.basis: dict(r._mapping) for r in conn.execute(select(table).where(table.c.day == day))}  # noqa: SLF001 - SQLAlchemy's public name
        for average in snapshot.averages:
            row = {"day": day, "basis": _basis(average), "percent": average.percent, "categories": _shares(average)}
            old = held.get(row["basis"])
            if old is None:
                conn.execute(insert(table), row)
                held[row["basis"]] = row
            elif old != row:
                conn.execute(update(table).where(table.c.day == day, table.c.basis == row["basis"]).values(row))
    incoming = {number_of(day): {_basis(a): () for a in s.averages} for day, s in taken.items()}
    return {date_of(d) for d in GROUPS.save(conn, tenant.key, stored, incoming)}


def _basis(average: Average) -> str:
    """Name a group of organisations: the basis with its range of seats and its industry."""
    return json.dumps([average.basis, average.seats_from, average.seats_to, average.industry])


def _shares(average: Average) -> str:
    return json.dumps([[c.category, c.points, c.max_points] for c in average.categories], separators=(",", ":"))


@functools.lru_cache(maxsize=4096)
def average_of(basis: str, percent: float | None, categories: str) -> Average:
    """Rebuild an average from its row; tenants share them."""
    name, low, high, industry = json.loads(basis)
    shares = tuple(CategoryAverage(*part) for part in json.loads(categories))
    return Average(basis=name, percent=percent, seats_from=low, seats_to=high, industry=industry, categories=shares)


@remembered_long
def days(
    conn: Connection, tenant: Tenant, *, since: dt.date | None = None, until: dt.date | None = None
) -> Sequence[DayTotal]:
    """List the stored days of a range with their totals, oldest first."""
    ends = {name: day for name, day in (("since", since), ("until", until)) if day is not None}
    query = _days(begun=since is not None, ended=until is not None)
    rows = conn.execute(query, {"tenant": tenant.key, **ends}).all()
    return tuple([DayTotal(day, points, most, _RANKS[source]) for day, points, most, source in rows])


@functools.cache
def _days(*, begun: bool, ended: bool) -> Select[Any]:
    c = schema.day.c
    query = select(c.day, c.points, c.max_points, c.source).where(c.tenant == bindparam("tenant")).order_by(c.day)
    query = query.where(c.day >= bindparam("since")) if begun else query
    return query.where(c.day <= bindparam("until")) if ended else query


def _total(day: dt.date, points: float, most: float, source: int) -> DayTotal:
    return DayTotal(day, points, most, _RANKS[source])


_NEWEST = (
    select(schema.day.c.day, schema.day.c.points, schema.day.c.max_points, schema.day.c.source)
    .where(schema.day.c.tenant == bindparam("tenant"))
    .order_by(schema.day.c.day.desc())
    .limit(1)
)


@remembered_long
def newest_total(conn: Connection, tenant: Tenant) -> DayTotal | None:
    """Give the totals of the newest stored day."""
    row = conn.execute(_NEWEST, {"tenant": tenant.key}).one_or_none()
    return None if row is None else _total(*row)


def source_of(conn: Connection, tenant: Tenant, day: dt.date) -> Source | None:
    """Say where a stored day came from; None when it is not stored."""
    c = schema.day.c
    found = conn.execute(select(c.source).where(c.tenant == tenant.key, c.day == day)).scalar_one_or_none()
    return None if found is None else _RANKS[found]


def newest_day(conn: Connection, tenant: Tenant) -> dt.date | None:
    """Give the newest stored day."""
    total = newest_total(conn, tenant)
    return None if total is None else total.day


def stored_days(conn: Connection, tenant: Tenant) -> set[dt.date]:
    """Give every stored day."""
    return {d.day for d in days(conn, tenant)}


def recent(conn: Connection, tenants: Sequence[Tenant], span: int = 30) -> dict[str, list[DayTotal]]:
    """Give, by tenant id, the newest day and the nearest stored one `span` days or more before it, oldest first."""
    wanted = {t.key: t for t in tenants}
    found: dict[str, list[DayTotal]] = {}
    few = len(wanted) <= _FEW
    for query in _ends(span, few=few):
        for key, *total in conn.execute(query, {"wanted": list(wanted)} if few else {}).all():
            if key in wanted:
                found.setdefault(wanted[key].id, []).append(_total(*total))
    return found


_FEW = 500


@functools.lru_cache(maxsize=16)
def _ends(span: int, *, few: bool) -> tuple[Select[Any], ...]:
    """Ask for each tenant's day `span` days before the newest, and for the newest: each is found by its key."""
    c, owner, later = schema.day.c, schema.tenant.c, schema.day.alias()
    mine, latest = later.c.tenant == owner.key, func.max(later.c.day)
    newest = select(latest).where(mine).correlate(schema.tenant).scalar_subquery()
    until = type_coerce(newest, Integer) - span
    older = select(func.max(c.day)).where(c.tenant == owner.key, type_coerce(c.day, Integer) <= until)
    ends = (older.correlate(schema.tenant).scalar_subquery(), newest)
    asked = select(c.tenant, c.day, c.points, c.max_points, c.source).select_from(schema.tenant)
    asked = asked.where(owner.key.in_(bindparam("wanted", expanding=True))) if few else asked
    return tuple(asked.join(schema.day, (c.tenant == owner.key) & (c.day == end)) for end in ends)


def snapshot(conn: Connection, tenant: Tenant, day: dt.date) -> Snapshot | None:
    """Rebuild one stored day: points exactly, texts where a rich record was caught. None when it is not stored."""
    c, texts = schema.day.c, schema.shared_text
    query = select(schema.day, texts.c.text).join(texts, texts.c.key == c.services)
    row = conn.execute(query.where(c.tenant == tenant.key, c.day == day)).one_or_none()
    if row is None:
        return None
    return Snapshot(
        tenant=tenant.id,
        day=day,
        points=row.points,
        max_points=row.max_points,
        active_users=row.active_users,
        licensed_users=row.licensed_users,
        services=tuple(json.loads(row.text)),
        controls=tuple(scores(conn, tenant, day, rich=row.rich).values()),
        averages=_averages(conn, tenant, day),
        source=_RANKS[row.source],
    )


@remembered_long
def scores(conn: Connection, tenant: Tenant, day: dt.date, *, rich: bool) -> Mapping[int, ControlScore]:
    """Give the control scores of a stored day by the control's key, ordered by id."""
    span, names, texts = schema.span, schema.control, schema.shared_text
    query = (
        select(span.c.control, names.c.id, span.c.points, span.c.percent, texts.c.text)
        .join(names, names.c.key == span.c.control)
        .join(texts, texts.c.key == span.c.category)
        .where(span.c.tenant == tenant.key, span.c.from_day <= day, span.c.to_day >= day)
        .order_by(names.c.folded)
    )
    texts_of = told(conn, tenant, day) if rich else {}
    return {
        key: ControlScore(
            control=identity, category=category, points=points, percent=share, **texts_of.get(key, _UNTOLD)
        )
        for key, identity, points, share, category in conn.execute(query).all()
    }


_UNTOLD: Mapping[str, Any] = {}


def told(
    conn: Connection, tenant: Tenant, day: dt.date, *, controls: Collection[str] | None = None
) -> dict[int, dict[str, Any]]:
    """Give the texts, counts and report times of a rich day by the control's key.

    `controls` are the folded ids of those that are asked for; None: all.
    """
    asked = {"tenant": tenant.key, "day": day} | ({} if controls is None else {"controls": list(controls)})
    rows = conn.execute(_told(some=controls is not None), asked).all()
    times = _times(conn, tenant, day) if rows else {}
    return {
        key: {
            "status_text": None if said is None else said if not numbers else fill(said, numbers),
            "description": described,
            "count": count,
            "total": total,
            "on": on,
            "applicable": applicable,
            "synced_at": times.get(key),
        }
        for key, said, numbers, described, count, total, on, applicable in rows
    }


@functools.cache
def _told(*, some: bool) -> Select[Any]:
    reading, sentence, description = schema.reading, schema.shared_text.alias(), schema.shared_text.alias()
    c, day, names = reading.c, _DAY, schema.control.c
    query = (
        select(c.control, sentence.c.text, c.numbers, description.c.text, c["count"], c.total, c.on, c.applicable)
        .select_from(reading)
        .outerjoin(sentence, sentence.c.key == c.sentence)
        .outerjoin(description, description.c.key == c.description)
        .where(c.tenant == bindparam("tenant"), c.from_day <= day, c.to_day >= day)
    )
    keys = select(names.key).where(names.folded.in_(bindparam("controls", expanding=True)))
    return query.where(c.control.in_(keys)) if some else query


_TIMES = select(schema.freshness.c.times).where(
    schema.freshness.c.tenant == bindparam("tenant"), schema.freshness.c.day == bindparam("day")
)


def _times(conn: Connection, tenant: Tenant, day: dt.date) -> dict[int, dt.datetime]:
    text = conn.execute(_TIMES, {"tenant": tenant.key, "day": day}).scalar_one_or_none()
    told: dict[str, list[int]] = json.loads(text or "{}")
    return {key: at for when, keys in told.items() for at in [dt.datetime.fromisoformat(when)] for key in keys}


def _averages(conn: Connection, tenant: Tenant, day: dt.date) -> tuple[Average, ...]:
    rows = conn.execute(_averaged(), {"tenant": tenant.key, "day": day})
    return tuple(average_of(*row) for row in rows)


@functools.cache
def _averaged() -> Select[Any]:
    member, average, day = schema.membership.c, schema.average.c, _DAY
    return (
        select(average.basis, average.percent, average.categories)
        .join(schema.membership, member.basis == average.basis)
        .where(average.day == day, member.tenant == bindparam("tenant"), member.from_day <= day, member.to_day >= day)
        .order_by(average.basis)
    )


_RICH = select(schema.day.c.rich).where(
    schema.day.c.tenant == bindparam("tenant"), schema.day.c.day == bindparam("day")
)


def rich(conn: Connection, tenant: Tenant, day: dt.date) -> bool | None:
    """Say whether a rich record of a day was caught; None when the day is not stored."""
    found: bool | None = conn.execute(_RICH, {"tenant": tenant.key, "day": day}).scalar_one_or_none()
    return found


@functools.cache
def _counts(*, some: bool) -> Select[Any]:
    c, names, day = schema.reading.c, schema.control.c, _DAY
    query = select(names.id, c["count"], c.total).join(schema.control, names.key == c.control)
    query = query.where(c.control.in_(bindparam("controls", expanding=True))) if some else query
    return query.where(c.tenant == bindparam("tenant"), c.from_day <= day, c.to_day >= day)


def counts(
    conn: Connection, tenant: Tenant, day: dt.date, *, controls: Collection[int] | None = None
) -> dict[str, tuple[float | None, float | None]]:
    """Give Graph's `count` and `total` by control id, where a rich record of that very day was caught.

    `controls` are the keys of those that are asked for; None: all.
    """
    if not rich(conn, tenant, day):
        return {}
    asked = {"tenant": tenant.key, "day": day} | ({} if controls is None else {"controls": list(controls)})
    rows = conn.execute(_counts(some=controls is not None), asked).all()
    return {identity: (count, total) for identity, count, total in rows}


def services(conn: Connection, tenant: Tenant, day: dt.date) -> tuple[str, ...]:
    """Give Graph's `enabledServices` of a stored day."""
    return facts(conn, tenant, day).services


_SERVICES = (
    select(schema.day.c.day, schema.shared_text.c.text)
    .join(schema.shared_text, schema.shared_text.c.key == schema.day.c.services)
    .where(schema.day.c.tenant == bindparam("tenant"))
)


@remembered_long
def services_by_day(conn: Connection, tenant: Tenant) -> Mapping[dt.date, frozenset[str]]:
    """Give Graph's `enabledServices` of every stored day."""
    rows = conn.execute(_SERVICES, {"tenant": tenant.key}).all()
    read = {text: frozenset(json.loads(text)) for text in {text for _, text in rows}}
    return {day: read[text] for day, text in rows}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a stored day says of the whole tenant beside its points."""

    active_users: int | None = None
    licensed_users: int | None = None
    services: tuple[str, ...] = ()
    """Graph's `enabledServices`."""


_FACTS = (
    select(schema.day.c.active_users, schema.day.c.licensed_users, schema.shared_text.c.text)
    .join(schema.shared_text, schema.shared_text.c.key == schema.day.c.services)
    .where(schema.day.c.tenant == bindparam("tenant"), schema.day.c.day == bindparam("day"))
)


def facts(conn: Connection, tenant: Tenant, day: dt.date) -> Facts:
    """Give it; a day that is not stored says nothing."""
    row = conn.execute(_FACTS, {"tenant": tenant.key, "day": day}).one_or_none()
    if row is None:
        return Facts()
    return Facts(active_users=row[0], licensed_users=row[1], services=tuple(json.loads(row[2])))


def groups(conn: Connection, tenant: Tenant, day: dt.date) -> tuple[Average, ...]:
    """Give the averages that Graph sent with a stored day, by basis."""
    return _averages(conn, tenant, day)
