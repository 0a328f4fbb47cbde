"""Signing in to the page: a link that works once, then a session."""

import datetime as dt

from sqlalchemy import Connection

from surefoot.access.bearer import fresh, hashed
from surefoot.access.tokens import checked_name
from surefoot.errors import InputRefused
from surefoot.model import ActorKind, Role
from surefoot.store import access as store
from surefoot.store import audit
from surefoot.store.audit import Deed

LINK_LASTS = dt.timedelta(minutes=15)
SESSION_LASTS = dt.timedelta(hours=12)
RESERVED = tuple(f"{kind.value}:" for kind in ActorKind)
"""How the names begin under which others than persons keep something of their own (`Viewer.owner`)."""


def make_link(
    conn: Connection,
    *,
    now: dt.datetime,
    lasts: dt.timedelta = LINK_LASTS,
    name: str = "administrator",
    role: Role = Role.ADMINISTRATOR,
) -> str:
    """Make the secret part of a one-time link that signs somebody in, by name and with a role.

    `InputRefused` for a name that is not usable, or that what a program or Surefoot itself keeps is filed under.
    """
    checked_name(name, "Somebody's name")
    if name.casefold().startswith(RESERVED):
        message = f"{name!r} would be taken for {name.partition(':')[0].lower()}: what begins so is no person's name."
        raise InputRefused(message)
    link = fresh()
    kept = store.StoredLink(name=name, role=role, expires_at=now + lasts)
    store.add_link(conn, hashed(link), kept)
    audit.append(conn, Deed(action="link.made", subject=name, after=kept), by="command line", now=now)
    return link


def start_session(conn: Connection, link: str, now: dt.datetime) -> str | None:
    """Use a link up and start a session; None when the link is unknown, used or expired."""
    used = store.use_link(conn, hashed(link), now)
    if used is None:
        return None
    session = fresh()
    kept = store.StoredSession(name=used.name, role=used.role, created_at=now, expires_at=now + SESSION_LASTS)
    store.add_session(conn, hashed(session), kept)
    audit.append(conn, Deed(action="session.started", subject=kept.name), by=kept.name, now=now)
    return session


def end_session(conn: Connection, session: str, now: dt.datetime) -> None:
    """Sign out."""
    kept = store.session_by_hash(conn, hashed(session), now)
    store.end_session(conn, hashed(session))
    if kept is not None:
        audit.append(conn, Deed(action="session.ended"), by=kept.name, now=now)
