"""Adding, changing and removing tenants, each with its entry in the audit trail; a secret is in none of them."""

import datetime as dt
import re

import msgspec
from sqlalchemy import Connection as Database

from surefoot.errors import InputRefused
from surefoot.graph import clouds
from surefoot.model import AuthMethod, Cloud, Connection, Tenant
from surefoot.store import audit, holdings, secrets
from surefoot.store import tenants as stored
from surefoot.store.audit import Deed
from surefoot.store.holdings import Holdings
from surefoot.store.secrets import Keys

FIELDS = {AuthMethod.SECRET: "client_secret", AuthMethod.CERTIFICATE: "certificate"}
"""What is kept secret, by how Surefoot signs in; the other methods keep nothing."""
LONGEST_SECRET = 30_000
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as the audit trail describes it."""

    name: str
    connection: Connection
    secret: str
    """`kept`, `new` or `none`."""


class Given(msgspec.Struct, frozen=True):
    """How a tenant is to be reached, as somebody gave it. It never shows the secret."""

    connection: Connection
    secret: str | None = None
    """None, or blank: the one that is kept."""

    def __repr__(self) -> str:
        return f"Given({self.connection!r})"


def add(
    conn: Database,
    keys: Keys,
    given: Given,
    *,
    id: str,
    name: str,
    by: str,
    now: dt.datetime,
    due_at: dt.datetime | None = None,
) -> Tenant:
    """Add a tenant, due at once unless `due_at` says when; one without a connection is never due.

    Raises `InputRefused` with a sentence for what is missing or cannot be right.
    """
    connection, secret = given.connection, checked(given, kept=False)
    due = None if connection.method is AuthMethod.NONE else due_at or now
    tenant = stored.add(conn, id=id, name=name, connection=connection, now=now, due_at=due)
    _keep(conn, keys, tenant, connection, secret)
    after = Known(name=tenant.name, connection=connection, secret="new" if secret else "none")
    audit.append(conn, Deed(action="tenant.added", tenant=tenant.id, subject=tenant.name, after=after), by=by, now=now)
    return tenant


def change(
    conn: Database,
    keys: Keys,
    tenant: Tenant,
    given: Given,
    *,
    by: str,
    now: dt.datetime,
    due_at: dt.datetime | None = None,
) -> None:
    """Change how a tenant is reached, or replace its secret (None keeps the one that is there).

    A kept secret goes nowhere that it was not given for: another app, cloud or method needs it anew.
    """
    connection, before = given.connection, stored.connection(conn, tenant)
    held = FIELDS.get(connection.method) in secrets.fields(conn, tenant)
    secret = checked(given, kept=held and before == connection)
    stays = secret is None and held and before == connection
    stored.reconnect(conn, tenant, connection, None if connection.method is AuthMethod.NONE else due_at or now)
    if not stays:
        secrets.forget(conn, tenant)
        _keep(conn, keys, tenant, connection, secret)
    told = Known(name=tenant.name, connection=before, secret="kept" if held else "none")
    after = Known(name=tenant.name, connection=connection, secret="new" if secret else "kept" if stays else "none")
    deed = Deed(action="tenant.changed", tenant=tenant.id, subject=tenant.name, before=told, after=after)
    audit.append(conn, deed, by=by, now=now)


def rename(conn: Database, tenant: Tenant, name: str, *, by: str, now: dt.datetime) -> None:
    """Call a tenant something else."""
    stored.rename(conn, tenant, name)
    found = stored.by_id(conn, tenant.id)
    called = found.name if found else name
    if called != tenant.name:
        deed = Deed(action="tenant.renamed", tenant=tenant.id, before={"name": tenant.name}, after={"name": called})
        audit.append(conn, deed, by=by, now=now)


def remove(conn: Database, tenant: Tenant, *, by: str, now: dt.datetime) -> Holdings:
    """Remove a tenant with all that is kept of it but its part of the audit trail; give what that was."""
    held = holdings.of(conn, tenant)
    stored.remove(conn, tenant)
    before = {"name": tenant.name} | msgspec.structs.asdict(held)
    audit.append(conn, Deed(action="tenant.removed", tenant=tenant.id, before=before), by=by, now=now)
    return held


def checked(given: Given, *, kept: bool) -> str | None:
    """Refuse a connection that cannot work; give the secret to keep, or None when the one that is kept is enough."""
    connection = given.connection
    clouds.hosts(connection)
    needs = FIELDS.get(connection.method)
    if (needs or connection.method is AuthMethod.DEVICE_CODE) and not connection.client_id:
        raise InputRefused("The client id is missing: the app registration's Overview page calls it Application ID.")
    if connection.client_id and not _GUID.fullmatch(connection.client_id.lower()):
        raise InputRefused(
            f"{connection.client_id[:60]!r} is not a client id: it is a GUID, on the app registration's Overview page."
        )
    if needs is None:
        return None
    secret = (given.secret or "").strip()
    if not secret and not kept:
        raise InputRefused(f"The {_NAMES[connection.method]} is missing: it is needed for this connection.")
    return _plausible(secret, connection) if secret else None


_NAMES = {AuthMethod.SECRET: "client secret", AuthMethod.CERTIFICATE: "certificate"}


def _plausible(given: str, connection: Connection) -> str:
    """Refuse what is certainly no secret, before Microsoft does: never repeating it."""
    if len(given) > LONGEST_SECRET:
        raise InputRefused(f"The {_NAMES[connection.method]} has more than {LONGEST_SECRET:,} characters.")
    if connection.method is AuthMethod.CERTIFICATE:
        if "-----BEGIN CERTIFICATE-----" not in given or "PRIVATE KEY-----" not in given:
            raise InputRefused(
                "The certificate is needed as PEM, with its private key: two blocks, each from BEGIN to END."
            )
        return given
    if _GUID.fullmatch(given.lower()) and connection.cloud is not Cloud.EMULATOR:
        raise InputRefused("That is the secret's id. Copy its value: Entra shows it only right after it was made.")
    return given


def _keep(conn: Database, keys: Keys, tenant: Tenant, connection: Connection, given: str | None) -> None:
    field = FIELDS.get(connection.method)
    if field and given:
        secrets.put(conn, keys, tenant, field, given)
