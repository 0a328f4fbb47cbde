"""API tokens, one-time sign-in links and sessions: only their hashes are kept."""

import datetime as dt
import json

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from surefoot.errors import InputRefused, NotFound
from surefoot.model import Role
from surefoot.store.schema import api_token, session, sign_in_link


class StoredToken(msgspec.Struct, frozen=True, kw_only=True):
    """An API token without the token."""

    name: str
    tenants: frozenset[str] | None
    """Ids of the tenants it may see; None: all."""
    role: Role
    created_at: dt.datetime
    expires_at: dt.datetime | None


class StoredSession(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that has signed in."""

    name: str
    created_at: dt.datetime
    expires_at: dt.datetime
    role: Role = Role.ADMINISTRATOR


def add_token(conn: Connection, token: StoredToken, hash: bytes) -> None:
    """Keep a token's hash; its name must be new."""
    if conn.execute(select(api_token.c.name).where(api_token.c.name == token.name)).first():
        message = f"There is a token called {token.name!r} already; revoke it first or choose another name."
        raise InputRefused(message)
    row = {
        "name": token.name,
        "hash": hash,
        "tenants": None if token.tenants is None else json.dumps(sorted(token.tenants)),
        "can_write": token.role.may(Role.EDITOR),
        "role": token.role.value,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
    conn.execute(insert(api_token), row)


_TOKEN = select(api_token).where(api_token.c.hash == bindparam("wanted"))


def token_by_hash(conn: Connection, hash: bytes, now: dt.datetime) -> StoredToken | None:
    """Give the token with this hash unless it has expired."""
    row = conn.execute(_TOKEN, {"wanted": hash}).one_or_none()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return _token(row)


def list_tokens(conn: Connection) -> list[StoredToken]:
    """List all tokens by name, expired ones too."""
    return [_token(row) for row in conn.execute(select(api_token).order_by(api_token.c.name))]


def revoke_token(conn: Connection, name: str) -> None:
    """Delete a token; `NotFound` when there is none of this name."""
    if not conn.execute(delete(api_token).where(api_token.c.name == name)).rowcount:
        message = f"There is no token called {name!r}."
        raise NotFound(message)


def _token(row: object) -> StoredToken:
    kept = row._mapping  # type: ignore[attr-defined]  # noqa: SLF001 - SQLAlchemy's public name
    return StoredToken(
        name=kept["name"],
        tenants=None if kept["tenants"] is None else frozenset(json.loads(kept["tenants"])),
        role=_role(kept["role"], Role.EDITOR if kept["can_write"] else Role.READER),
        created_at=kept["created_at"],
        expires_at=kept["expires_at"],
    )


def _role(word: str | None, usual: Role) -> Role:
    """Read a role; `usual` is that of rows from before there were roles."""
    return Role(word) if word else usual


class StoredLink(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link: whom it signs in."""

    name: str
    role: Role
    expires_at: dt.datetime


def add_link(conn: Connection, hash: bytes, link: StoredLink) -> None:
    """Keep the hash of a one-time link."""
    row = {"hash": hash, "expires_at": link.expires_at, "name": link.name, "role": link.role.value}
    conn.execute(insert(sign_in_link), row)


def use_link(conn: Connection, hash: bytes, now: dt.datetime) -> StoredLink | None:
    """Use a link up; None when it is unknown, used or expired. Expired ones are swept."""
    conn.execute(delete(sign_in_link).where(sign_in_link.c.expires_at <= now))
    row = conn.execute(select(sign_in_link).where(sign_in_link.c.hash == hash)).one_or_none()
    if row is None or conn.execute(delete(sign_in_link).where(sign_in_link.c.hash == hash)).rowcount != 1:
        return None
    name = row.name or "administrator"
    return StoredLink(name=name, role=_role(row.role, Role.ADMINISTRATOR), expires_at=row.expires_at)


def add_session(conn: Connection, hash: bytes, kept: StoredSession) -> None:
    """Keep a session's hash; expired ones are swept."""
    conn.execute(delete(session).where(session.c.expires_at <= kept.created_at))
    row = msgspec.structs.asdict(kept) | {"hash": hash, "role": kept.role.value}
    conn.execute(insert(session), row)


def session_by_hash(conn: Connection, hash: bytes, now: dt.datetime) -> StoredSession | None:
    """Give the session with this hash unless it has expired."""
    row = conn.execute(select(session).where(session.c.hash == hash)).one_or_none()
    if row is None or row.expires_at <= now:
        return None
    role = _role(row.role, Role.ADMINISTRATOR)
    return StoredSession(name=row.name, created_at=row.created_at, expires_at=row.expires_at, role=role)


def extend_session(conn: Connection, hash: bytes, expires_at: dt.datetime) -> None:
    """Let a session that is in use last longer."""
    conn.execute(update(session).where(session.c.hash == hash).values(expires_at=expires_at))


def end_session(conn: Connection, hash: bytes) -> None:
    """Forget a session."""
    conn.execute(delete(session).where(session.c.hash == hash))
