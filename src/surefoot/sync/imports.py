"""Saved answers of Graph as history: a look at one's own score without an app registration."""

import datetime as dt
import gzip
import io
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection as Database

from surefoot.errors import AnswerNotUnderstood, ImportRefused
from surefoot.graph import wire
from surefoot.graph.wire import Refusal
from surefoot.model import Connection, Profile, Snapshot, Source, Tenant
from surefoot.store import history, profiles, tenants

LARGEST = 256 * 2**20
"""Bytes of a file, unpacked."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds."""

    snapshots: tuple[Snapshot, ...]
    profiles: tuple[Profile, ...]
    refused: tuple[Refusal, ...]
    tenant_id: str | None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What importing did."""

    tenant: Tenant
    saved: history.Saved
    first: dt.date | None
    last: dt.date | None
    controls: int
    profiles: int
    refused: tuple[Refusal, ...]


def read(path: Path) -> Imported:
    """Read a file: a page, a list of pages or records, one record, or a line each.

    Raises `ImportRefused` saying what is wrong with it.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        message = f"It cannot be read: {error.strerror}."
        raise ImportRefused(message) from error
    records = _records(_json(_unpacked(body)))
    if not records:
        message = "It holds no secure scores and no control profiles."
        raise ImportRefused(message)
    scores = [r for r in records if "createdDateTime" in r]
    texts = [r for r in records if "createdDateTime" not in r and "id" in r]
    other = len(records) - len(scores) - len(texts)
    try:
        days = wire.snapshots(msgspec.json.encode({"value": scores}))
        known = wire.profiles(msgspec.json.encode({"value": texts}))
    except AnswerNotUnderstood as error:
        raise ImportRefused(str(error)) from error
    strangers = tuple(Refusal("record", "it is neither a secure score nor a control profile") for _ in range(other))
    return Imported(
        snapshots=tuple(msgspec.structs.replace(s, source=Source.SAVED_ANSWER) for s in days.items),
        profiles=known.items,
        refused=days.refused + known.refused + strangers,
        tenant_id=_tenant_id(days.items, texts),
    )


def _unpacked(body: bytes) -> bytes:
    if body[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(body)) as packed:
                body = packed.read(LARGEST + 1)
        except (OSError, EOFError) as error:
            message = "It begins like a gzip file, but is broken."
            raise ImportRefused(message) from error
    if len(body) > LARGEST:
        message = f"It has more than {LARGEST // 2**20} MiB."
        raise ImportRefused(message)
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if body.startswith(mark):
            return body.decode(name, errors="replace").encode(errors="replace")
    return body


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


def _tenant_id(days: tuple[Snapshot, ...], texts: list[dict[str, Any]]) -> str | None:
    found = {s.tenant for s in days} | {
        t["azureTenantId"].lower() for t in texts if isinstance(t.get("azureTenantId"), str)
    }
    if len(found) > 1:
        message = f"It holds {len(found)} tenants; import one tenant's answers at a time."
        raise ImportRefused(message)
    return next(iter(found), None)


def store(conn: Database, imported: Imported, *, name: str | None, now: dt.datetime) -> Summary:
    """Save what a file holds; the tenant is made, called `name`, when its id is new.

    Raises `ImportRefused` when the file does not say whose it is, or holds another tenant than the one so called.
    """
    tenant = _tenant(conn, imported, name, now)
    saved = history.save(conn, tenant, imported.snapshots, now=now)
    if imported.profiles:
        profiles.save(conn, tenant, imported.profiles, now=now)
    days = sorted(s.day for s in imported.snapshots)
    return Summary(
        tenant=tenant,
        saved=saved,
        first=days[0] if days else None,
        last=days[-1] if days else None,
        controls=len({c.control.casefold() for s in imported.snapshots for c in s.controls}),
        profiles=len(imported.profiles),
        refused=imported.refused,
    )


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


def told(summary: Summary) -> list[str]:
    """Say what importing did, a line each."""
    saved, lines = summary.saved, []
    if summary.first:
        kept = f"{saved.days_new} new, {saved.days_changed} changed, {saved.days_kept} known"
        days = saved.days_new + saved.days_changed + saved.days_kept
        lines.append(f"{summary.tenant.name}: {days} days from {summary.first} to {summary.last} ({kept})")
        lines.append(f"{summary.controls} controls")
    if summary.profiles:
        lines.append(f"{summary.tenant.name}: {summary.profiles} control profiles")
    lines.append(f"{len(summary.refused)} records refused" + ("" if not summary.refused else ":"))
    return lines + [f"  {r.what}: {r.why}" for r in summary.refused[:20]]
