"""Where Microsoft Graph and its sign-in live, by national cloud."""

import ipaddress

import msgspec
from yarl import URL

from surefoot.errors import CloudUnsupported, InputRefused
from surefoot.model import Cloud, Connection


class Hosts(msgspec.Struct, frozen=True):
    """Two origins, without a path."""

    graph_url: str
    login_url: str


_HOSTS = {
    Cloud.GLOBAL: Hosts("https://graph.microsoft.com", "https://login.microsoftonline.com"),
    Cloud.US_GOV_L4: Hosts("https://graph.microsoft.us", "https://login.microsoftonline.us"),
    Cloud.US_GOV_L5: Hosts("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
}


def hosts(connection: Connection) -> Hosts:
    """Give the origins of a connection's cloud.

    Raises `CloudUnsupported` for China's, and `InputRefused` for an emulator that is not on loopback: a secret must
    never leave for an address that somebody typed.
    """
    if connection.cloud is Cloud.CHINA:
        raise CloudUnsupported
    if connection.cloud is not Cloud.EMULATOR:
        return _HOSTS[connection.cloud]
    return Hosts(_loopback(connection.graph_url), _loopback(connection.login_url))


def _loopback(address: str | None) -> str:
    try:
        url = URL(address or "")
        host = url.host or ""
        if url.scheme in {"http", "https"} and (host == "localhost" or ipaddress.ip_address(host).is_loopback):
            return str(url.origin())
    except ValueError:
        pass
    message = f"The emulator's address {address!r} is not an http address on loopback, such as http://127.0.0.1:8366."
    raise InputRefused(message)
