"""The API tokens, without the tokens themselves."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.model import Role
from surefoot.store import access
from surefoot.store.access import StoredToken


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """One token; never the token itself."""

    name: str
    role: Role
    tenants: tuple[str, ...] | None
    """Ids of the tenants it may see; None: all."""
    created_at: dt.datetime
    expires_at: dt.datetime | None
    """None: it does not end."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, by name; those that have ended, too."""

    tokens: tuple[TokenRow, ...]
    total: int


class MadeToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was just made."""

    name: str
    token: str
    """It is shown this once."""


def build(conn: Connection) -> Tokens:
    """List the tokens."""
    rows = tuple(_row(one) for one in access.list_tokens(conn))
    return Tokens(tokens=rows, total=len(rows))


def _row(one: StoredToken) -> TokenRow:
    return TokenRow(
        name=one.name,
        role=one.role,
        tenants=None if one.tenants is None else tuple(sorted(one.tenants)),
        created_at=one.created_at,
        expires_at=one.expires_at,
    )
