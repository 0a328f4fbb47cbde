"""The audit trail: append-only, each entry bound to the one before by its hash, committed with the deed itself."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, false, insert, or_, select

from surefoot.model import Actor, ActorKind, AuditEntry
from surefoot.store.database import HEAD
from surefoot.store.schema import audit_entry as table

FIRST = "0" * 64
"""Stands for the hash before the first entry."""

LONGEST = 2_000
"""Letters of a text that is looked for; nothing longer is found."""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    action: str
    """As `decision.made`."""
    tenant: str | None = None
    """Its id."""
    subject: str | None = None
    before: object = None
    """A struct or plain values, as `after`."""
    after: object = None
    why: str | None = None


def append(conn: Connection, deed: Deed, *, by: str, now: dt.datetime) -> AuditEntry:
    """Add an entry in the deed's own transaction: without it, the deed does not happen either.

    Who does it is the transaction's actor (`database.writing`), else `by` alone.
    """
    actor = conn.get_execution_options().get("actor") or Actor(name=by, kind=ActorKind.SYSTEM, origin="library")
    last = conn.execute(select(table.c.sequence, table.c.hash).order_by(table.c.sequence.desc()).limit(1)).first()
    plain = AuditEntry(
        sequence=last.sequence + 1 if last else 1,
        at=now,
        actor=actor.name,
        kind=actor.kind,
        origin=actor.origin,
        action=deed.action,
        tenant=deed.tenant,
        subject=deed.subject,
        before=_json(deed.before),
        after=_json(deed.after),
        why=deed.why,
        previous=last.hash if last else FIRST,
        hash="",
    )
    made = msgspec.structs.replace(plain, hash=hash_of(plain))
    conn.execute(insert(table), msgspec.structs.asdict(made) | {"kind": made.kind.value})
    conn.info[HEAD] = f"{made.sequence} {made.hash}"
    return made


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(msgspec.to_builtins(value), sort_keys=True, ensure_ascii=False)


def hash_of(entry: AuditEntry) -> str:
    """Give the SHA-256, in hexadecimal, of the entry's fields but its hash, as `canonical` writes them."""
    return hashlib.sha256(canonical(entry).encode()).hexdigest()


def canonical(entry: AuditEntry) -> str:
    """Write an entry as JSON with sorted names and without blanks, so that anybody can hash it again."""
    held = msgspec.to_builtins(entry)
    del held["hash"]
    return json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries; every part left out lets all through."""

    tenant: str | None = None
    """A tenant's id."""
    action: str | None = None
    """How the action begins: `decision` finds `decision.made`."""
    actor: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    """Entries before this time."""
    below: int | None = None
    """Entries with a smaller sequence."""
    above: int | None = None
    """Entries with a larger sequence."""
    text: str | None = None
    """In subject, reason, who, or what was before and after, without regard to case."""
    subjects: tuple[str, ...] = ()
    """Subjects that `text` means, too: controls by their titles."""
    limit: int | None = None


def entries(conn: Connection, visible: frozenset[str] | None, wanted: Wanted | None = None) -> Iterator[AuditEntry]:
    """Give entries, newest first: of the visible tenants, and to who sees all of them those of the installation."""
    asked = wanted or Wanted()
    query = _asked(visible, asked).order_by(table.c.sequence.desc())
    for row in conn.execute(query if asked.limit is None else query.limit(asked.limit)):
        yield AuditEntry(**row._asdict() | {"kind": ActorKind(row.kind)})


def above(conn: Connection, visible: frozenset[str] | None, wanted: Wanted) -> list[AuditEntry]:
    """Give the entries just above `wanted.above`, as many as its limit, newest first."""
    query = _asked(visible, wanted).order_by(table.c.sequence).limit(wanted.limit)
    found = [AuditEntry(**row._asdict() | {"kind": ActorKind(row.kind)}) for row in conn.execute(query)]
    return found[::-1]


def _asked(visible: frozenset[str] | None, asked: Wanted) -> Select[tuple[object, ...]]:
    c = table.c
    query = select(table) if visible is None else select(table).where(c.tenant.in_(visible))
    bounds: tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...] = (
        (asked.tenant, lambda value: c.tenant == value),
        (asked.action, lambda value: _fits(value, c.action.startswith(value, autoescape=True))),
        (asked.actor, lambda value: c.actor == value),
        (asked.since, lambda value: c.at >= value),
        (asked.until, lambda value: c.at < value),
        (asked.below, lambda value: c.sequence < value),
        (asked.above, lambda value: c.sequence > value),
        (asked.text, lambda value: or_(_holds(value), c.subject.in_(asked.subjects))),
    )
    for given, clause in bounds:
        query = query if given is None else query.where(clause(given))
    return query


def _holds(text: str) -> ColumnElement[bool]:
    c = table.c
    every = (c.subject, c.why, c.actor, c.before, c.after)
    return _fits(text, or_(*(held.icontains(text, autoescape=True) for held in every)))


def _fits(text: str, clause: ColumnElement[bool]) -> ColumnElement[bool]:
    """Find nothing with a text that no pattern may hold: SQLite's may have 50,000 bytes."""
    return clause if len(text) <= LONGEST else false()


RECENT = 5_000
"""How many entries are looked through for who acted lately."""


def people(conn: Connection, visible: frozenset[str] | None) -> list[str]:
    """Name who acted lately, in the order of the alphabet."""
    newest = _asked(visible, Wanted()).order_by(table.c.sequence.desc()).limit(RECENT).subquery()
    return sorted(conn.execute(select(newest.c.actor).distinct()).scalars(), key=str.casefold)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What looking the whole trail over found."""

    entries: int
    head: str | None
    """Sequence and hash of the newest entry: keep it elsewhere, and give it to a later verification."""
    broken: int | None
    """The first entry that is not as it was written, or is missing; None: the trail is whole."""
    why: str | None


def verify(conn: Connection, visible: frozenset[str] | None = None, *, heads: tuple[str, ...] = ()) -> Verdict:
    """Hash every entry again, oldest first; each of `heads`, kept elsewhere, has to be in the trail."""
    del visible  # the chain is one for all tenants, or it would not hold
    previous, count, seen = FIRST, 0, {}
    for row in conn.execute(select(table).order_by(table.c.sequence)):
        entry = AuditEntry(**row._asdict() | {"kind": ActorKind(row.kind)})
        count += 1
        why = _wrong(entry, count, previous)
        if why:
            return Verdict(
                entries=count, head=None, broken=count if entry.sequence != count else entry.sequence, why=why
            )
        previous = entry.hash
        seen[entry.sequence] = entry.hash
    for head in heads:
        number, _, hashed = head.strip().partition(" ")
        if not number.isdigit() or seen.get(int(number)) != hashed:
            lost = f"The entry {number} that was kept elsewhere is not in the trail: it was cut or replaced."
            return Verdict(entries=count, head=None, broken=int(number) if number.isdigit() else None, why=lost)
    return Verdict(entries=count, head=f"{count} {previous}" if count else None, broken=None, why=None)


def _wrong(entry: AuditEntry, expected: int, previous: str) -> str | None:
    if entry.sequence != expected:
        return f"The entry {expected} is missing."
    if entry.previous != previous:
        return f"The entry {expected} does not follow the one before it."
    if entry.hash != hash_of(entry):
        return f"The entry {expected} was changed after it was written."
    return None
