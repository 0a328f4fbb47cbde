"""Saved answers of Graph and the portal's CSV export as history: one's own score without an app registration."""

import datetime as dt
import gzip
import io
import uuid
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection as Database

from surefoot.errors import AnswerNotUnderstood, ImportRefused
from surefoot.graph import wire
from surefoot.graph.wire import Refusal
from surefoot.model import Connection, Decision, Profile, Snapshot, Source, Status, Tenant, TenantName
from surefoot.scoring.products import service_of
from surefoot.scoring.ratings import Ratings
from surefoot.store import audit, decisions, history, profiles, tenants
from surefoot.store.audit import Deed
from surefoot.sync import derived, portal, road
from surefoot.sync.decisions import LONGEST_COMMENT
from surefoot.sync.portal import Export

LARGEST = 256 * 2**20
"""Bytes of a file, unpacked."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds."""

    snapshots: tuple[Snapshot, ...]
    profiles: tuple[Profile, ...]
    refused: tuple[Refusal, ...]
    tenant_id: str | None
    export: Export | None = None
    """A CSV export: it becomes a snapshot when tenant and day are known."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What importing did."""

    tenant: Tenant
    saved: history.Saved
    first: dt.date | None
    last: dt.date | None
    controls: int
    profiles: int
    decisions: int
    refused: tuple[Refusal, ...]
    notes: tuple[str, ...] = ()
    """What else a person should know."""


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What importing a file did, or would do."""

    tenant: TenantName
    stored: bool
    """False: it was only looked at."""
    first: dt.date | None
    """The first day in it; None: it holds profiles alone."""
    last: dt.date | None
    days_new: int
    days_changed: int
    days_kept: int
    """Known already, from the same or a better source: not overwritten."""
    controls: int
    profiles: int
    decisions: int
    """Taken over from the portal's export."""
    refused: tuple[Refusal, ...]
    """Records that were set aside, and why."""
    notes: tuple[str, ...]
    """What else a person should know."""


def report(made: Summary, *, stored: bool) -> ImportReport:
    """Say what importing did, or (not `stored`) would do."""
    return ImportReport(
        tenant=TenantName(id=made.tenant.id, name=made.tenant.name),
        stored=stored,
        first=made.first,
        last=made.last,
        days_new=made.saved.days_new,
        days_changed=made.saved.days_changed,
        days_kept=made.saved.days_kept,
        controls=made.controls,
        profiles=made.profiles,
        decisions=made.decisions,
        refused=made.refused,
        notes=made.notes,
    )


def read(path: Path) -> Imported:
    """Read a file: a page, a list of pages or records, one record, a line each, or a CSV export of the portal.

    Raises `ImportRefused` saying what is wrong with it.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        message = f"It cannot be read: {error.strerror}."
        raise ImportRefused(message) from error
    return read_bytes(body)


def read_bytes(body: bytes, *, largest: int = LARGEST) -> Imported:
    """Read what a file holds, as `read` does; `largest` bounds its bytes, unpacked."""
    unpacked = _unpacked(body, largest)
    if not unpacked.strip():
        message = "It is empty."
        raise ImportRefused(message)
    if _is_table(unpacked):
        export = portal.parse(_text(unpacked))
        return Imported(snapshots=(), profiles=(), refused=export.refused, tenant_id=None, export=export)
    try:
        records = _records(_json(unpacked))
    except RecursionError as error:
        message = "It is nested too deep to be an answer of Graph."
        raise ImportRefused(message) from error
    scores = [r for r in records if "createdDateTime" in r]
    texts = [r for r in records if "createdDateTime" not in r and "id" in r]
    if not scores and not texts:
        message = "It holds no secure scores and no control profiles."
        raise ImportRefused(message)
    other = len(records) - len(scores) - len(texts)
    strangers = tuple(Refusal("record", "it is neither a secure score nor a control profile") for _ in range(other))
    found = saved_answers(scores, texts)
    return msgspec.structs.replace(found, refused=found.refused + strangers)


def saved_answers(scores: Sequence[dict[str, Any]], texts: Sequence[dict[str, Any]] = ()) -> Imported:
    """Read secure scores and control profiles that somebody saved; `ImportRefused` for what Graph would not send."""
    try:
        days = wire.snapshots(msgspec.json.encode({"value": scores}))
        known = wire.profiles(msgspec.json.encode({"value": texts}))
    except AnswerNotUnderstood as error:
        raise ImportRefused(str(error)) from error
    return Imported(
        snapshots=tuple(msgspec.structs.replace(s, source=Source.SAVED_ANSWER) for s in days.items),
        profiles=known.items,
        refused=days.refused + known.refused,
        tenant_id=_tenant_id(days.items, texts),
    )


def _unpacked(body: bytes, largest: int) -> bytes:
    if body[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(body)) as packed:
                body = packed.read(largest + 1)
        except (OSError, EOFError, zlib.error) as error:
            message = "It begins like a gzip file, but is broken."
            raise ImportRefused(message) from error
    if len(body) > largest:
        message = f"It has more than {largest // 2**20} MiB."
        raise ImportRefused(message)
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if body.startswith(mark):
            return body.decode(name, errors="replace").encode(errors="replace")
    return body


def _text(body: bytes) -> str:
    """Read text that is UTF-8, or else what Windows writes."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _is_table(body: bytes) -> bool:
    """Say whether this is meant to be a table: no JSON, no web page, and known headers or a delimiter at its head."""
    start = body.lstrip()[:1]
    if start in {b"{", b"[", b"<", b""} or body[:4] == b"PK\x03\x04":
        return False
    head = _text(body[:20_000])
    return portal.looks_like(head) or any(sign in head.split("\n", 1)[0] for sign in ",;\t")


def _json(body: bytes) -> Any:  # noqa: ANN401 - JSON enters
    if body[:4] == b"PK\x03\x04":
        message = "It is a ZIP or Excel file. Save Graph's answer as JSON."
        raise ImportRefused(message)
    if body.lstrip()[:1] == b"<":
        message = "It is a web page, perhaps a sign-in page that was saved instead of the answer."
        raise ImportRefused(message)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        return _lines(body, error)


def _lines(body: bytes, error: Exception) -> list[Any]:
    """Read a record a line, as some tools write; when that fails too, the first error is the one to tell."""
    try:
        return [msgspec.json.decode(text) for text in body.splitlines() if text.strip()]
    except (msgspec.DecodeError, RecursionError, ValueError):
        message = f"It is not JSON, or is cut short: {error}."
        raise ImportRefused(message) from error


def _records(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON enters
    """Take the records out of pages, lists of pages, and the wrapping of tools."""
    if isinstance(value, list):
        return [record for item in value for record in _records(item)]
    if not isinstance(value, dict):
        return []
    for key in ("value", "body", "data"):
        if isinstance(value.get(key), (list, dict)):
            return _records(value[key])
    return [value]


def _tenant_id(days: Sequence[Snapshot], texts: Sequence[dict[str, Any]]) -> str | None:
    found = {s.tenant for s in days} | {
        t["azureTenantId"].lower() for t in texts if isinstance(t.get("azureTenantId"), str)
    }
    if len(found) > 1:
        message = f"It holds {len(found)} tenants; import one tenant's answers at a time."
        raise ImportRefused(message)
    return next(iter(found), None)


def store(
    conn: Database,
    imported: Imported,
    *,
    name: str | None,
    now: dt.datetime,
    ratings: Ratings,
    day: dt.date | None = None,
    into: Tenant | None = None,
) -> Summary:
    """Save what a file holds; the tenant is made, called `name`, when its id is new. `into` takes one's alone.

    `day` is the day of a CSV export (None: today). Raises `ImportRefused` when the file does not say whose it is, or
    holds another tenant than the one so called.
    """
    if imported.export is not None:
        return _store_export(conn, imported.export, name, day or now.date(), now, ratings, into)
    if not imported.snapshots and not imported.profiles:
        why = imported.refused[0].why if imported.refused else "it is empty"
        message = f"None of its {len(imported.refused)} records can be read: {why}."
        raise ImportRefused(message)
    late = tuple(Refusal(str(s.day), "the day lies in the future") for s in imported.snapshots if s.day > now.date())
    kept = tuple(s for s in imported.snapshots if s.day <= now.date())
    imported = msgspec.structs.replace(imported, snapshots=kept, refused=imported.refused + late)
    tenant = _same(imported, into) if into else _tenant(conn, imported, name, now)
    saved = history.save(conn, tenant, imported.snapshots, now=now)
    if imported.profiles:
        profiles.save(conn, tenant, imported.profiles, now=now)
        road.take_in(conn, tenant, now=now)
    derived.refresh(conn, tenant, ratings)
    _note(conn, tenant, saved, now)
    return _summary(tenant, saved, imported.snapshots, imported.refused, profiles=len(imported.profiles))


def _note(conn: Database, tenant: Tenant, saved: history.Saved, now: dt.datetime) -> None:
    if saved.days_new or saved.days_changed:
        audit.append(conn, Deed(action="import.made", tenant=tenant.id, after=saved), by="import", now=now)


def _summary(
    tenant: Tenant,
    saved: history.Saved,
    snapshots: Sequence[Snapshot],
    refused: tuple[Refusal, ...],
    *,
    profiles: int = 0,
    decisions: int = 0,
    notes: tuple[str, ...] = (),
) -> Summary:
    days = sorted(s.day for s in snapshots)
    return Summary(
        tenant=tenant,
        saved=saved,
        first=days[0] if days else None,
        last=days[-1] if days else None,
        controls=len({c.control.casefold() for s in snapshots for c in s.controls}),
        profiles=profiles,
        decisions=decisions,
        refused=refused,
        notes=notes,
    )


def _store_export(
    conn: Database,
    export: Export,
    name: str | None,
    day: dt.date,
    now: dt.datetime,
    ratings: Ratings,
    into: Tenant | None,
) -> Summary:
    if day > now.date():
        message = f"The day {day} lies in the future."
        raise ImportRefused(message)
    if not export.rows:
        message = "It has the right columns, but no row that can be read."
        raise ImportRefused(message)
    tenant = into or _tenant_of_export(conn, name, now)
    known = profiles.of(conn, tenant)
    ids = portal.identities(export.rows, _titles(known, ratings))
    made = portal.snapshot(export, ids, tenant=tenant.id, day=day)
    saved = history.save(conn, tenant, [made], now=now)
    profiles.save(conn, tenant, portal.profiles(export, ids, known, service_of), now=now)
    road.take_in(conn, tenant, now=now)
    taken, notes = _take_statuses(conn, tenant, export, ids, day)
    derived.refresh(conn, tenant, ratings)
    _note(conn, tenant, saved, now)
    if history.source_of(conn, tenant, day) is not Source.PORTAL_EXPORT:
        notes = (f"{day} is known from Graph already, and was left as it is.", *notes)
    if unnamed := sum(portal.is_made(control) for control in ids.values()):
        notes = (*notes, f"{unnamed} of {len(ids)} titles are not known; they are kept under an id made of the title.")
    if export.unlicensed:
        notes = (*notes, f"{_rows(export.unlicensed)} of products without a licence, which have no score.")
    return _summary(tenant, saved, [made], export.refused, decisions=taken, notes=notes)


def _titles(known: Mapping[str, Profile], ratings: Ratings) -> dict[str, list[str]]:
    """Give the ids by folded title: those of the tenant's own profiles first, else those of Surefoot's ratings."""
    rated = {portal.folded_title(title): found for title, found in ratings.by_title().items()}
    own: dict[str, list[str]] = {}
    for profile in known.values():
        own.setdefault(portal.folded_title(profile.title), []).append(profile.control)
    return rated | own


def _take_statuses(
    conn: Database, tenant: Tenant, export: Export, ids: Mapping[int, str], day: dt.date
) -> tuple[int, tuple[str, ...]]:
    """Record what the portal's people decided, unless something newer is known; say what was not taken over."""
    strange = Counter(row.status_word for row in export.rows if row.status is None and row.status_word)
    notes = tuple(
        f"{_rows(n)} with the status {word!r}, which Surefoot does not know: no decision was made of it."
        for word, n in strange.items()
    )
    if history.newest_day(conn, tenant) != day:
        return 0, ("Newer days are known: the statuses of this export were not taken over.", *notes)
    held, at, taken = decisions.newest(conn, tenant), dt.datetime.combine(day, dt.time.min, dt.UTC), 0
    for row in export.rows:
        control, status = ids[row.line], row.status
        kept = held.get(control.casefold())
        full = row.points >= row.max_points and status not in {Status.THIRD_PARTY, Status.ALTERNATE}
        untouched = kept is None and status is Status.TO_ADDRESS
        if status is None or status is Status.COMPLETED or full or untouched:
            continue
        if kept is None or (kept.decided_at <= at and kept.status is not status):
            made = Decision(
                control=control, status=status, decided_at=at, decided_by="portal export", comment=_comment(row)
            )
            decisions.record(conn, tenant, made)
            taken += 1
    return taken, notes


def _rows(count: int) -> str:
    return f"{count} row" + ("" if count == 1 else "s")


def _comment(row: portal.Row) -> str | None:
    """Keep a row's note, without what no text should hold."""
    plain = "".join(c for c in row.notes or "" if c.isprintable())
    return plain[:LONGEST_COMMENT] or None


def _tenant_of_export(conn: Database, name: str | None, now: dt.datetime) -> Tenant:
    """Give the tenant that is so called; a new one gets an id made of its name, for the file tells none."""
    if name is None:
        message = "A CSV export does not say which tenant it belongs to: name it with --tenant."
        raise ImportRefused(message)
    wanted = name.strip()
    for tenant in tenants.all_of(conn, None):
        if wanted.casefold() in {tenant.name.casefold(), tenant.id}:
            return tenant
    made = str(uuid.uuid5(uuid.NAMESPACE_OID, f"surefoot:{wanted.casefold()}"))
    return tenants.add(conn, id=made, name=wanted, connection=Connection(), now=now, due_at=None)


def _same(imported: Imported, into: Tenant) -> Tenant:
    """Give the tenant that a file is meant for; refuse the file of another."""
    if imported.tenant_id not in {None, into.id}:
        message = f"It belongs to the tenant {imported.tenant_id}, but {into.name} is {into.id}."
        raise ImportRefused(message)
    return into


def _tenant(conn: Database, imported: Imported, name: str | None, now: dt.datetime) -> Tenant:
    known = tenants.by_id(conn, imported.tenant_id) if imported.tenant_id else None
    called = [t for t in tenants.all_of(conn, None) if name and t.name.casefold() == name.strip().casefold()]
    if known is None and called and imported.tenant_id:
        message = f"It belongs to the tenant {imported.tenant_id}, but {called[0].name} is {called[0].id}."
        raise ImportRefused(message)
    if known or called:
        return known or called[0]
    if imported.tenant_id is None:
        message = "It does not say which tenant it belongs to; name one that exists with --tenant."
        raise ImportRefused(message)
    title = name or f"Imported {imported.tenant_id[:8]}"
    return tenants.add(conn, id=imported.tenant_id, name=title, connection=Connection(), now=now, due_at=None)
