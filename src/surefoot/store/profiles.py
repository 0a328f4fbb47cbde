"""Control profiles: Microsoft's texts once per distinct content, and what each tenant set, in full."""

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, select, tuple_, update

from surefoot.model import Profile, StateUpdate, Status, Tenant
from surefoot.scoring.actions import News, NewsKind
from surefoot.store import schema
from surefoot.store.memory import remembered, remembered_long
from surefoot.store.shared import chunks, control_keys, known_controls

_TENANT = "{tenant}"
"""Stands for the tenant's id in a shared text: action addresses may hold it."""

UNTOUCHED = StateUpdate(state="Default")
"""The only update of a control that nobody touched; not stored, as nearly all are so."""


def save(conn: Connection, tenant: Tenant, profiles: Iterable[Profile], *, now: dt.datetime) -> None:
    """Keep a tenant's whole list of profiles as read at `now`; one that is no longer in it is closed, never deleted."""
    listed = {p.control.casefold(): p for p in profiles}
    keys = control_keys(conn, [p.control for p in listed.values()])
    bodies = {keys[folded]: _body(tenant, p) for folded, p in listed.items()}
    contents = _contents(conn, bodies, now.date())
    _link(conn, tenant, contents, now.date())
    _save_updates(conn, tenant, {keys[folded]: p for folded, p in listed.items()})


def _body(tenant: Tenant, profile: Profile) -> str:
    shared = msgspec.structs.replace(profile, updates=())
    return msgspec.json.encode(shared).decode().replace(tenant.id, _TENANT)


def _contents(conn: Connection, bodies: Mapping[int, str], today: dt.date) -> dict[int, int]:
    """Give the key of each control's content, made or marked as seen."""
    digests = {key: hashlib.sha256(body.encode()).digest()[:16] for key, body in bodies.items()}
    table = schema.profile_content
    found = _find(conn, digests)
    fresh = [key for key in bodies if key not in found]
    if fresh:
        rows = [
            {"control": k, "digest": digests[k], "body": bodies[k], "first_seen": today, "last_seen": today}
            for k in fresh
        ]
        conn.execute(insert(table), rows)
        found = _find(conn, digests)
    for part in chunks(found.values()):
        # A write takes away what is remembered of the texts: most readings find that another tenant's told it today.
        older = conn.scalars(select(table.c.key).where(table.c.key.in_(part), table.c.last_seen < today)).all()
        if older:
            conn.execute(update(table).where(table.c.key.in_(older)).values(last_seen=today))
    return found


def _find(conn: Connection, digests: Mapping[int, bytes]) -> dict[int, int]:
    table = schema.profile_content
    found: dict[int, int] = {}
    for part in chunks(digests):
        rows = conn.execute(select(table.c.key, table.c.control, table.c.digest).where(table.c.control.in_(part)))
        found |= {row.control: row.key for row in rows if digests[row.control] == row.digest}
    return found


def _link(conn: Connection, tenant: Tenant, contents: Mapping[int, int], today: dt.date) -> None:
    """Say which content the tenant has from today on, writing only what differs."""
    c = schema.profile.c
    query = select(c.control, c.content, c.from_day).where(c.tenant == tenant.key, c.until_day.is_(None))
    held = {row.control: row for row in conn.execute(query)}
    mine = schema.profile.update().where(c.tenant == tenant.key)
    for key, row in held.items():
        if contents.get(key) == row.content:
            continue
        same = mine.where(c.control == key, c.from_day == row.from_day)
        if row.from_day == today and key in contents:
            conn.execute(same.values(content=contents[key]))
        else:
            conn.execute(same.values(until_day=today))
    reopened = [
        k for k, content in contents.items() if k in held and held[k].content != content and held[k].from_day != today
    ]
    for part in chunks([k for k in contents if k not in held] + reopened):
        _open(conn, tenant, {k: contents[k] for k in part}, today)


def _open(conn: Connection, tenant: Tenant, contents: Mapping[int, int], today: dt.date) -> None:
    """Begin a row for each control; one that was closed earlier today goes on instead."""
    c = schema.profile.c
    query = select(c.control).where(c.tenant == tenant.key, c.from_day == today, c.control.in_(contents))
    again = set(conn.execute(query).scalars())
    for key in again:
        same = schema.profile.update().where(c.tenant == tenant.key, c.control == key, c.from_day == today)
        conn.execute(same.values(content=contents[key], until_day=None))
    rows = [
        {"tenant": tenant.key, "control": k, "from_day": today, "until_day": None, "content": content}
        for k, content in contents.items()
        if k not in again
    ]
    if rows:
        conn.execute(insert(schema.profile), rows)


def _save_updates(conn: Connection, tenant: Tenant, profiles: Mapping[int, Profile]) -> None:
    """Keep every update that somebody made: Graph's list may be cut one day, ours is not."""
    table = schema.state_update
    held = {
        (row.control, row.updated_at, row.state)
        for row in conn.execute(
            select(table.c.control, table.c.updated_at, table.c.state).where(table.c.tenant == tenant.key)
        )
    }
    rows = {
        (key, _when(u), u.state): {
            "tenant": tenant.key,
            "control": key,
            "updated_at": _when(u),
            "state": u.state,
            "assigned_to": u.assigned_to,
            "comment": u.comment,
            "updated_by": u.updated_by,
        }
        for key, p in profiles.items()
        for u in p.updates
        if u != UNTOUCHED
    }
    fresh = [row for identity, row in rows.items() if identity not in held]
    for part in chunks(fresh):
        conn.execute(insert(table), part)


_NO_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Stands in the key for an update without a time."""


def _when(update_: StateUpdate) -> dt.datetime:
    return update_.updated_at or _NO_TIME


class Content(NamedTuple):
    """A profile as it was listed for some time, somewhere."""

    profile: Profile
    """Without what tenants set."""
    first_seen: dt.date
    last_seen: dt.date


_INSTANCE = re.compile(r"^\d+\.")
"""Starts the id of an app connector's control: it names one tenant's own app."""


def contents(conn: Connection, visible: frozenset[str] | None) -> dict[str, list[Content]]:
    """Give what was ever listed for each control by folded id, oldest first; what only one tenant has, to all-seers."""
    names, c = schema.control.c, schema.profile_content.c
    query = select(names.folded, c.body, c.first_seen, c.last_seen).join(schema.control, names.key == c.control)
    found: dict[str, list[Content]] = {}
    for row in conn.execute(query.order_by(names.folded, c.first_seen, c.key)):
        if shown(row.folded, visible):
            found.setdefault(row.folded, []).append(Content(_shared(row.body)[0], row.first_seen, row.last_seen))
    return found


def shown(folded: str, visible: frozenset[str] | None) -> bool:
    """Say whether a control may be told of, whoever has it: not where its id names one tenant's own app."""
    return visible is None or not _INSTANCE.match(folded)


class Title(msgspec.Struct, frozen=True, kw_only=True):
    """What a control is called, in Microsoft's words: the few fields of its profile that lists need."""

    control: str
    title: str
    category: str | None = None
    service: str | None = None


_TITLE = msgspec.json.Decoder(Title)


def titles(conn: Connection, wanted: Collection[tuple[Tenant, str]]) -> dict[tuple[int, str], Title]:
    """Give what some tenants' controls are, or were last, called, by the tenant's key and the folded id."""
    link, content = schema.profile.c, schema.profile_content
    known = known_controls(conn, {control.casefold() for _, control in wanted})
    folded = {key: name for name, key in known.items()}
    pairs = {(tenant.key, known[f]) for tenant, control in wanted if (f := control.casefold()) in known}
    query = select(link.tenant, link.control, link.content, content.c.body)
    query = query.join(content, content.c.key == link.content).order_by(link.from_day)
    read, found = dict[int, Title](), dict[tuple[int, str], Title]()
    for part in chunks(sorted(pairs)):
        for tenant, control, key, body in conn.execute(query.where(tuple_(link.tenant, link.control).in_(part))).all():
            found[tenant, folded[control]] = read.get(key) or read.setdefault(key, _TITLE.decode(body))
    return found


def titled(conn: Connection, visible: frozenset[str] | None, text: str) -> list[str]:
    """List the controls whose titles hold a text, without regard to case."""
    names, c, wanted = schema.control.c, schema.profile_content.c, text.casefold()
    query = select(names.id, names.folded, c.body).join(schema.control, names.key == c.control)
    rows = [row for row in conn.execute(query) if shown(row.folded, visible)]
    return sorted({row.id for row in rows if wanted in _TITLE.decode(row.body).title.casefold()})


def states(conn: Connection, tenants: Sequence[Tenant], controls: Iterable[str]) -> dict[tuple[int, str], StateUpdate]:
    """Give what holds at Microsoft for some controls in some tenants, by the tenant's key and the folded id."""
    table, names = schema.state_update, schema.control.c
    mine, found = {t.key for t in tenants}, dict[tuple[int, str], StateUpdate]()
    query = select(table, names.folded).join(schema.control, names.key == table.c.control).order_by(table.c.updated_at)
    for part in chunks({c.casefold() for c in controls}):
        rows = conn.execute(query.where(names.folded.in_(part)))
        found |= {(row.tenant, row.folded): _update(row) for row in rows if row.tenant in mine}
    return found


@remembered
def titles_of(conn: Connection, status: Status, *, tenant: int | None = None) -> Mapping[tuple[int, str], Title]:
    """Give what the controls are, or were last, called that have a status on the newest days.

    By the tenant's key and the folded id; `tenant` is the one that is asked for, by its key; None: all.
    """
    link, content, names, held = schema.profile.c, schema.profile_content.c, schema.control.c, schema.work.c
    query = (
        select(held.tenant, names.folded, content.key, content.digest)
        .join(schema.control, names.key == held.control)
        .join(schema.profile, (link.tenant == held.tenant) & (link.control == held.control))
        .join(schema.profile_content, content.key == link.content)
        .where(*_standing(status, tenant))
        .order_by(link.from_day)
    )
    last = {(row[0], row[1]): (row[2], row[3]) for row in conn.execute(query).all()}
    bodies = _bodies(conn, {digest: key for key, digest in last.values()})
    called = {digest: _called(body[0]) for digest, body in bodies.items()}
    return {place: called[digest] for place, (_, digest) in last.items()}


def _called(profile: Profile) -> Title:
    return Title(control=profile.control, title=profile.title, category=profile.category, service=profile.service)


@remembered
def states_of(conn: Connection, status: Status, *, tenant: int | None = None) -> Mapping[tuple[int, str], StateUpdate]:
    """Give what holds at Microsoft for the controls that have a status on the newest days, by the same."""
    table, names, held = schema.state_update, schema.control.c, schema.work.c
    query = (
        select(table, names.folded)
        .join(schema.control, names.key == table.c.control)
        .join(schema.work, (held.tenant == table.c.tenant) & (held.control == table.c.control))
        .where(*_standing(status, tenant))
        .order_by(table.c.updated_at)
    )
    return {(row.tenant, row.folded): _update(row) for row in conn.execute(query).all()}


def _standing(status: Status, tenant: int | None) -> list[ColumnElement[bool]]:
    held = schema.work.c
    return [held.status == status.value, *([] if tenant is None else [held.tenant == tenant])]


@remembered_long
def of(conn: Connection, tenant: Tenant, *, control: str | None = None) -> Mapping[str, Profile]:
    """Give the tenant's profiles as last read, by the control's folded id, their updates oldest first.

    `control` is the one that is asked for; None: all.
    """
    updates = _updates(conn, tenant)
    asked = {"tenant": tenant.key} | ({} if control is None else {"control": control.casefold()})
    rows = conn.execute(_linked(one=control is not None), asked).all()
    bodies = _bodies(conn, {digest: place for _, digest, place, _ in rows})
    return {folded: _own(bodies[digest], updates.get(key), tenant) for folded, digest, _, key in rows}


@functools.cache
def _linked(*, one: bool) -> Select[Any]:
    """Ask for a tenant's profiles, or for `one`: which texts they have."""
    link, content, names = schema.profile, schema.profile_content, schema.control
    query = (
        select(names.c.folded, content.c.digest, content.c.key, link.c.control)
        .join(content, content.c.key == link.c.content)
        .join(names, names.c.key == link.c.control)
        .where(link.c.tenant == bindparam("tenant"), link.c.until_day.is_(None))
    )
    return query.where(names.c.folded == bindparam("control")) if one else query


def _own(shared: "Shared", updates: tuple[StateUpdate, ...] | None, tenant: Tenant) -> Profile:
    """Make a shared profile a tenant's own, where it differs."""
    profile, named = shared
    changed: dict[str, Any] = {name: _in_name_of(tenant, text) for name, text in named}
    if updates is not None:
        changed["updates"] = updates
    return msgspec.structs.replace(profile, **changed) if changed else profile


_PROFILE = msgspec.json.Decoder(Profile)
Text = str | tuple[str, ...]


Shared = tuple[Profile, tuple[tuple[str, Text], ...]]
"""A text that tenants share, decoded, and its fields in which a tenant's id is to be put."""
MOST_DECODED = 8192
_decoded: dict[bytes, Shared] = {}
"""By the digest of the text, so that it is the same in every database and never grows old."""


def _bodies(conn: Connection, wanted: Mapping[bytes, int]) -> Mapping[bytes, Shared]:
    """Give the decoded texts by their digests, which are given with their keys; only new ones are read.

    They are as nobody touched them, so that they stand as they are for most tenants.
    """
    found = {digest: held for digest in wanted if (held := _decoded.get(digest)) is not None}
    c = schema.profile_content.c
    for part in chunks([key for digest, key in wanted.items() if digest not in found]):
        for digest, body in conn.execute(select(c.digest, c.body).where(c.key.in_(part))):
            profile, named = _shared(body)
            found[digest] = msgspec.structs.replace(profile, updates=(UNTOUCHED,)), named
    if len(_decoded) > MOST_DECODED:
        _decoded.clear()
    _decoded.update(found)
    return found


@functools.lru_cache(maxsize=8192)
def _shared(body: str) -> Shared:
    """Decode a text that tenants share, once; and give its fields in which a tenant's id is to be put."""
    profile = _PROFILE.decode(body)
    if _TENANT not in body:
        return profile, ()
    texts = {name: getattr(profile, name) for name in profile.__struct_fields__ if name != "updates"}
    return profile, tuple((name, text) for name, text in texts.items() if _TENANT in str(text))


def _in_name_of(tenant: Tenant, text: Text) -> Text:
    if isinstance(text, tuple):
        return tuple(part.replace(_TENANT, tenant.id) for part in text)
    return text.replace(_TENANT, tenant.id)


def listed(conn: Connection, tenant: Tenant) -> set[str]:
    """Give the folded ids of the controls that the tenant's list has."""
    return set(conn.execute(_LISTED, {"tenant": tenant.key}).scalars())


_LISTED = (
    select(schema.control.c.folded)
    .join(schema.profile, schema.profile.c.control == schema.control.c.key)
    .where(schema.profile.c.tenant == bindparam("tenant"), schema.profile.c.until_day.is_(None))
)


_BEGUN = select(func.min(schema.profile.c.from_day)).where(schema.profile.c.tenant == bindparam("tenant"))


@functools.cache
def _later() -> Select[Any]:
    """Ask for the controls of a tenant of which something was first read after the beginning."""
    link, names = schema.profile.c, schema.control
    held = select(
        link.control,
        func.min(link.from_day).label("first"),
        func.max(link.from_day).label("last"),
        func.count(link.content.distinct()).label("contents"),
    )
    mine = held.where(link.tenant == bindparam("tenant")).group_by(link.control)
    found = mine.having(func.max(link.from_day) > bindparam("begun")).subquery()
    query = select(names.c.folded, found.c.first, found.c.last, found.c.contents)
    return query.join(found, found.c.control == names.c.key)


def news(conn: Connection, tenant: Tenant) -> dict[str, News]:
    """Say what Microsoft last did to the tenant's controls since it was first read, by the control's folded id."""
    begun = conn.execute(_BEGUN, {"tenant": tenant.key}).scalar_one_or_none()
    if begun is None:
        return {}
    rows = conn.execute(_later(), {"tenant": tenant.key, "begun": begun}).all()
    told = {row.folded: News(kind=NewsKind.ADDED, day=row.first) for row in rows if row.first != begun}
    return told | {row.folded: News(kind=NewsKind.UPDATED, day=row.last) for row in rows if row.contents > 1}


@remembered_long
def updates(conn: Connection, tenant: Tenant) -> Sequence[tuple[str, StateUpdate]]:
    """List what was set at Microsoft, with the control's id, oldest first; entries without a time are left out."""
    made = [(key, u) for key, held in _updates(conn, tenant).items() for u in held if u.updated_at]
    names = schema.control.c
    mine = select(schema.state_update.c.control).where(schema.state_update.c.tenant == tenant.key)
    ids = dict(conn.execute(select(names.key, names.id).where(names.key.in_(mine))).all()) if made else {}
    found = [(ids[key], u) for key, u in made]
    return tuple(sorted(found, key=lambda pair: (pair[1].updated_at or _NO_TIME, pair[0])))


_UPDATES = (
    select(schema.state_update)
    .where(schema.state_update.c.tenant == bindparam("tenant"))
    .order_by(schema.state_update.c.updated_at)
)


@remembered_long
def _updates(conn: Connection, tenant: Tenant) -> Mapping[int, tuple[StateUpdate, ...]]:
    found: dict[int, list[StateUpdate]] = {}
    for row in conn.execute(_UPDATES, {"tenant": tenant.key}):
        found.setdefault(row.control, []).append(_update(row))
    return {key: tuple(made) for key, made in found.items()}


def untaken(conn: Connection, tenant: Tenant) -> dict[str, list[StateUpdate]]:
    """Give what was set at Microsoft and not yet compared with what was decided here, by control, oldest first."""
    table, names = schema.state_update, schema.control.c
    query = select(table, names.id).join(schema.control, names.key == table.c.control)
    query = query.where(table.c.tenant == tenant.key, table.c.taken_at.is_(None)).order_by(table.c.updated_at)
    found: dict[str, list[StateUpdate]] = {}
    for row in conn.execute(query):
        found.setdefault(row.id, []).append(_update(row))
    return found


def mark_taken(conn: Connection, tenant: Tenant, *, now: dt.datetime) -> None:
    """Note that all of it was compared."""
    table = schema.state_update
    conn.execute(update(table).where(table.c.tenant == tenant.key, table.c.taken_at.is_(None)).values(taken_at=now))


def _update(row: Any) -> StateUpdate:  # noqa: ANN401 - a row
    return StateUpdate(
        state=row.state,
        assigned_to=row.assigned_to,
        comment=row.comment,
        updated_by=row.updated_by,
        updated_at=None if row.updated_at == _NO_TIME else row.updated_at,
    )
