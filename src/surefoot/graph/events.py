"""Graph's incidents and audit records, decoded record by record to events: a bad one costs itself alone."""

import datetime as dt
import re

import msgspec

from surefoot.graph.wire import Page, page
from surefoot.model import Event, EventSource

LONGEST_TITLE, LONGEST_WORD, MOST = 500, 200, 20
"""Characters of a title and of a target or change, and how many of those an event has."""

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_NO_NEWS = ("included updated properties", "targetid.")
"""Properties that repeat what the others say."""


class _Incident(msgspec.Struct, rename="camel"):
    id: str | int
    created_date_time: str
    display_name: str | None = None
    severity: str | None = None
    incident_web_url: str | None = None


class _Changed(msgspec.Struct, rename="camel"):
    display_name: str | None = None
    old_value: str | None = None
    new_value: str | None = None


class _Target(msgspec.Struct, rename="camel"):
    display_name: str | None = None
    user_principal_name: str | None = None
    type: str | None = None
    audit_resource_type: str | None = None
    modified_properties: list[_Changed] | None = None


class _Actor(msgspec.Struct, rename="camel"):
    user_principal_name: str | None = None
    display_name: str | None = None
    application_display_name: str | None = None
    service_principal_name: str | None = None


class _Initiator(msgspec.Struct, rename="camel"):
    user: _Actor | None = None
    app: _Actor | None = None


class _Audit(msgspec.Struct, rename="camel"):
    id: str
    activity_date_time: str
    activity_display_name: str | None = None
    logged_by_service: str | None = None
    category: str | None = None
    result: str | None = None
    initiated_by: _Initiator | None = None
    target_resources: list[_Target] | None = None


class _Intune(msgspec.Struct, rename="camel"):
    id: str
    activity_date_time: str
    activity_type: str | None = None
    display_name: str | None = None
    component_name: str | None = None
    category: str | None = None
    activity_result: str | None = None
    actor: _Actor | None = None
    resources: list[_Target] | None = None


def incidents(body: bytes) -> Page[Event]:
    """Decode a page of `security/incidents`; the time of one is when it was created."""
    return page(body, _INCIDENT, _of_incident)


def directory_audits(body: bytes) -> Page[Event]:
    """Decode a page of `auditLogs/directoryAudits`."""
    return page(body, _AUDIT, _of_audit)


def intune_audits(body: bytes) -> Page[Event]:
    """Decode a page of `deviceManagement/auditEvents`."""
    return page(body, _INTUNE, _of_intune)


_INCIDENT, _AUDIT = msgspec.json.Decoder(_Incident), msgspec.json.Decoder(_Audit)
_INTUNE = msgspec.json.Decoder(_Intune)


def _of_incident(read: _Incident) -> Event:
    url = _clean(read.incident_web_url, 2000)
    return Event(
        source=EventSource.INCIDENT,
        id=_clean(str(read.id), LONGEST_WORD) or "?",
        at=_time(read.created_date_time),
        title=_clean(read.display_name, LONGEST_TITLE) or "An incident without a name",
        severity=_clean(read.severity, LONGEST_WORD),
        url=url if url and url.startswith("https://") else None,
    )


def _of_audit(read: _Audit) -> Event:
    by = read.initiated_by or _Initiator()
    return Event(
        source=EventSource.DIRECTORY_AUDIT,
        id=_clean(read.id, LONGEST_WORD) or "?",
        at=_time(read.activity_date_time),
        title=_clean(read.activity_display_name, LONGEST_TITLE) or "An activity without a name",
        service=_clean(read.logged_by_service, LONGEST_WORD),
        category=_clean(read.category, LONGEST_WORD),
        actor=_named(by.user) or _named(by.app),
        targets=_targets(read.target_resources),
        changed=_changes(read.target_resources),
        succeeded=_succeeded(read.result),
    )


def _of_intune(read: _Intune) -> Event:
    return Event(
        source=EventSource.INTUNE_AUDIT,
        id=_clean(read.id, LONGEST_WORD) or "?",
        at=_time(read.activity_date_time),
        title=_clean(read.activity_type or read.display_name, LONGEST_TITLE) or "An activity without a name",
        service=_clean(read.component_name, LONGEST_WORD),
        category=_clean(read.category, LONGEST_WORD),
        actor=_named(read.actor),
        targets=_targets(read.resources),
        changed=_changes(read.resources),
        succeeded=_succeeded(read.activity_result),
    )


def _clean(text: str | None, longest: int) -> str | None:
    return " ".join(_UNSAFE.sub("", text).split())[:longest] or None if text else None


_EARLIEST = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)


def _time(text: str) -> dt.datetime:
    """Read a time of up to seven decimals; `ValueError` for one without a zone, or before there was a Graph."""
    made = dt.datetime.fromisoformat(text)
    if made.tzinfo is None or made < _EARLIEST:
        message = f"{text[:40]!r} is no time of an event"
        raise ValueError(message)
    return made.astimezone(dt.UTC)


def _named(actor: _Actor | None) -> str | None:
    if actor is None:
        return None
    names = (
        actor.user_principal_name,
        actor.display_name,
        actor.application_display_name,
        actor.service_principal_name,
    )
    return next((found for name in names if (found := _clean(name, LONGEST_WORD))), None)


def _targets(resources: list[_Target] | None) -> tuple[str, ...]:
    """Name what was acted on; its type stands for what has no name."""
    names = (r.display_name or r.user_principal_name or r.type or r.audit_resource_type for r in resources or ())
    return tuple(found for name in names if (found := _clean(name, LONGEST_WORD)))[:MOST]


def _changes(resources: list[_Target] | None) -> tuple[str, ...]:
    told = [
        f"{p.display_name}: {_unpacked(p.new_value) or 'removed ' + (_unpacked(p.old_value) or '')}".strip()
        for r in resources or ()
        for p in r.modified_properties or ()
        if p.display_name and not p.display_name.casefold().startswith(_NO_NEWS)
    ]
    return tuple(found for text in told if (found := _clean(text, LONGEST_WORD)))[:MOST]


def _unpacked(value: str | None) -> str | None:
    """Read a value that is JSON in a string: `"[true]"`; what is no JSON stays as it is."""
    if value is None:
        return None
    try:
        held = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return value
    parts = held if isinstance(held, list) else [held]
    plain = [str(p).lower() if isinstance(p, bool) else str(p) for p in parts if not isinstance(p, dict | list)]
    return ", ".join(plain) if len(plain) == len(parts) else value


def _succeeded(result: str | None) -> bool | None:
    return {"success": True, "failure": False, "timeout": False}.get((result or "").casefold())
