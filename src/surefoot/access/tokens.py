"""API tokens: shown once when they are made."""

import datetime as dt

from sqlalchemy import Connection

from surefoot.access.bearer import fresh, hashed
from surefoot.errors import InputRefused
from surefoot.store import access as store

PREFIX = "sf_"
LONGEST_NAME = 100


def create_token(
    conn: Connection,
    *,
    name: str,
    tenants: frozenset[str] | None,
    can_write: bool,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> str:
    """Make a token that sees `tenants` (ids; None: all) and return it: it cannot be read again.

    Raises `InputRefused` when the name is taken or not usable.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"A token's name has 1 to {LONGEST_NAME} printable characters."
        raise InputRefused(message)
    token = fresh(PREFIX)
    kept = store.StoredToken(name=name, tenants=tenants, can_write=can_write, created_at=now, expires_at=expires_at)
    store.add_token(conn, kept, hashed(token))
    return token
