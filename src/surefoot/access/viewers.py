"""Who looks, and which tenants are theirs."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.access.bearer import hashed
from surefoot.access.sessions import SESSION_LASTS, end_session, start_session
from surefoot.errors import InputRefused, NotFound
from surefoot.model import ActorKind, Role, Tenant
from surefoot.store import access as store
from surefoot.store import tenants

__all__ = [
    "SESSION_LASTS",
    "Viewer",
    "end_session",
    "other_for",
    "start_session",
    "tenant_for",
    "viewer_of_session",
    "viewer_of_token",
    "visible_to",
]

NAMED = 10
"""How many tenants an error names."""


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, or some program, that has signed in."""

    name: str
    tenants: frozenset[str] | None
    """Ids of the tenants they may see; None: all."""
    role: Role
    kind: ActorKind = ActorKind.PERSON

    @property
    def owner(self) -> str:
        """Name the owner of what they keep for themselves: a token's is not that of a person of the same name."""
        return self.name if self.kind is ActorKind.PERSON else f"{self.kind.value}:{self.name}"

    @property
    def can_write(self) -> bool:
        """Say whether they may decide."""
        return self.role.may(Role.EDITOR)


LOCAL = Viewer(name="command line", tenants=None, role=Role.ADMINISTRATOR)
"""Whoever can run the program on the data folder may do all."""


def viewer_of_token(conn: Connection, token: str, now: dt.datetime) -> Viewer | None:
    """Give the viewer of an API token; None when it is unknown, revoked or expired."""
    kept = store.token_by_hash(conn, hashed(token), now)
    if kept is None:
        return None
    return Viewer(name=kept.name, tenants=kept.tenants, role=kept.role, kind=ActorKind.TOKEN)


def viewer_of_session(conn: Connection, session: str, now: dt.datetime) -> Viewer | None:
    """Give the viewer of a session; None when it is unknown, ended or expired."""
    kept = store.session_by_hash(conn, hashed(session), now)
    return None if kept is None else Viewer(name=kept.name, tenants=None, role=kept.role)


def visible_to(conn: Connection, viewer: Viewer) -> list[Tenant]:
    """List the tenants that a viewer may see, by name."""
    return tenants.all_of(conn, viewer.tenants)


def tenant_for(conn: Connection, viewer: Viewer, wanted: str | None) -> Tenant:
    """Find a tenant by id or name among those that a viewer may see; None takes the only one.

    One that is not theirs and one that does not exist are the same `NotFound`.
    """
    if wanted is not None:
        return tenants.find(conn, wanted, viewer.tenants)
    visible = tenants.all_of(conn, viewer.tenants)
    if not visible:
        message = "There is no tenant yet: add one with `surefoot tenant add`, or `surefoot import` saved scores."
        raise NotFound(message)
    if len(visible) > 1:
        names = ", ".join(t.name for t in visible[:NAMED]) + (", ..." if len(visible) > NAMED else "")
        message = f"Say which of the {len(visible)} tenants is meant: {names}."
        raise InputRefused(message)
    return visible[0]


LABEL = "label:"


def other_for(conn: Connection, viewer: Viewer, wanted: str | None) -> Tenant | str | None:
    """Find what a tenant is put beside: another tenant by id or name, or the label that `label:Gold` names."""
    if not wanted:
        return None
    if wanted.casefold().startswith(LABEL):
        return wanted[len(LABEL) :].strip()
    return tenants.find(conn, wanted, viewer.tenants)
