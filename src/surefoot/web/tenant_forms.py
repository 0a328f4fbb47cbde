"""What the API and the pages take about tenants, turned into what the deeds take."""

import datetime as dt
from typing import Annotated

import msgspec

from surefoot.errors import InputRefused
from surefoot.model import AuthMethod, Cloud, Connection
from surefoot.pages.outlets import camel
from surefoot.sync.tenants import Given
from surefoot.web.queries import parse
from surefoot.web.site import Emulated, Reach, Site

METHODS = (AuthMethod.SECRET, AuthMethod.CERTIFICATE, AuthMethod.WORKLOAD_IDENTITY, AuthMethod.MANAGED_IDENTITY)
"""How Surefoot can sign in without a person at a terminal."""
CLOUDS = (Cloud.GLOBAL, Cloud.US_GOV_L4, Cloud.US_GOV_L5)


class TenantBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What the API takes to add a tenant."""

    name: str
    tenant_id: str
    """A GUID."""
    client_id: str | None = None
    """The app registration's; for a user-assigned managed identity, that identity's."""
    method: str = "secret"
    """secret, certificate, workloadIdentity or managedIdentity."""
    cloud: str = "global"
    """global, usGovL4 or usGovL5."""
    secret: str | None = None
    """The client secret's value, or certificate and private key as PEM. It is never given back."""

    def __repr__(self) -> str:
        return f"TenantBody({self.name!r}, {self.tenant_id!r})"


class TenantChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What the API takes to change a tenant: what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    client_id: str | msgspec.UnsetType | None = msgspec.UNSET
    method: str | msgspec.UnsetType = msgspec.UNSET
    cloud: str | msgspec.UnsetType = msgspec.UNSET
    secret: str | msgspec.UnsetType = msgspec.UNSET
    """A new one. It is needed, too, when clientId, method or cloud change."""
    labels: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    """All that it is to have."""
    write_back: bool | msgspec.UnsetType = msgspec.UNSET
    """Whether decisions are sent to Microsoft."""

    def __repr__(self) -> str:
        return f"TenantChange({self.name!r})"


class TokenBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What the API takes to make a token."""

    name: str
    role: str = "reader"
    """reader, editor, approver or administrator."""
    tenants: tuple[str, ...] | None = None
    """Ids or names of those that it may see; None: all, those of tomorrow too."""
    expires_at: Annotated[dt.datetime, msgspec.Meta(tz=True)] | None = None
    """None: it does not end."""


def reach_of(site: Site) -> Reach:
    """Give what the process can do with tenants, or refuse with a sentence."""
    if site.reach is None:
        raise InputRefused("This server holds no keys: use `surefoot tenant` where `surefoot serve` runs.")
    return site.reach


def given_of(sent: TenantBody, emulated: Emulated | None) -> Given:
    """Turn what was sent into a connection and its secret."""
    return Given(connection(sent.method, sent.cloud, sent.client_id, emulated), sent.secret)


def connection(method: str, cloud: str, client_id: str | None, emulated: Emulated | None) -> Connection:
    """Make a connection of words; only the emulator that this process itself runs can be reached."""
    found, way = parse(cloud, "cloud", Cloud), parse(method, "method", AuthMethod)
    if way not in METHODS:
        names = "secret, certificate, workloadIdentity, managedIdentity"
        raise InputRefused(f"{method!r} needs `surefoot tenant add`. Possible here: {names}.")
    client = (client_id or "").strip() or None
    if found is not Cloud.EMULATOR:
        return Connection(method=way, cloud=found, client_id=client)
    if emulated is None:
        raise InputRefused("An emulator is reached only in `surefoot demo`, or by `surefoot tenant add`.")
    return Connection(method=way, cloud=found, client_id=client, graph_url=emulated.url, login_url=emulated.url)


def changed(sent: TenantChange, before: Connection, emulated: Emulated | None) -> Given | None:
    """Give how a tenant is to be reached after a change; None: as before."""
    fields = (sent.method, sent.cloud, sent.client_id, sent.secret)
    if all(value is msgspec.UNSET for value in fields):
        return None
    held = (camel(before.method), camel(before.cloud), before.client_id)
    method = held[0] if sent.method is msgspec.UNSET else sent.method
    cloud = held[1] if sent.cloud is msgspec.UNSET else sent.cloud
    client = before.client_id if sent.client_id is msgspec.UNSET else sent.client_id
    secret = None if sent.secret is msgspec.UNSET else sent.secret
    return Given(before if (method, cloud, client) == held else connection(method, cloud, client, emulated), secret)
