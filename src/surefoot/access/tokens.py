"""API tokens: shown once when they are made."""

import datetime as dt
import unicodedata

from sqlalchemy import Connection

from surefoot.access.bearer import fresh, hashed
from surefoot.errors import InputRefused
from surefoot.model import Role
from surefoot.scoring.workflow import same_person
from surefoot.store import access as store
from surefoot.store import audit
from surefoot.store.audit import Deed

PREFIX = "sf_"
LONGEST_NAME = 100


def create_token(
    conn: Connection,
    *,
    name: str,
    tenants: frozenset[str] | None,
    role: Role,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> str:
    """Make a token that sees `tenants` (ids; None: all) and return it: it cannot be read again.

    Raises `InputRefused` when the name is taken or not usable.
    """
    checked_name(name, "A token's name")
    if alike := [t.name for t in store.list_tokens(conn) if t.name != name and same_person(t.name, name)]:
        message = f"{name!r} reads like the token {alike[0]!r}: choose a name that nobody takes for it."
        raise InputRefused(message)
    token = fresh(PREFIX)
    kept = store.StoredToken(name=name, tenants=tenants, role=role, created_at=now, expires_at=expires_at)
    store.add_token(conn, kept, hashed(token))
    audit.append(conn, Deed(action="token.made", subject=name, after=kept), by="command line", now=now)
    return token


def checked_name(name: str, what: str) -> None:
    """Refuse a name that nobody can read."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"{what} has 1 to {LONGEST_NAME} printable characters."
        raise InputRefused(message)
    if name != unicodedata.normalize("NFC", name.strip()):
        message = f"{what} begins and ends without a blank, and is written in composed characters."
        raise InputRefused(message)


def revoke_token(conn: Connection, name: str, *, now: dt.datetime) -> None:
    """Revoke a token: refused from the next request on. `NotFound` when there is none of this name."""
    store.revoke_token(conn, name)
    audit.append(conn, Deed(action="token.revoked", subject=name), by="command line", now=now)
