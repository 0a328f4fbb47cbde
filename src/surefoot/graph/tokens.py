"""Sign-in to Graph: one protocol, with Microsoft's libraries behind it, and a plain one for the emulator."""

import asyncio
import datetime as dt
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import aiohttp
import msgspec

from surefoot.errors import (
    AppUnknown,
    ConsentMissing,
    GraphError,
    InputRefused,
    SecretExpired,
    SecretWrong,
    SignInRefused,
    TenantUnknown,
    Unavailable,
)
from surefoot.graph.clouds import Hosts, hosts
from surefoot.model import AuthMethod, Cloud, Connection

EARLY = dt.timedelta(minutes=5)
"""A token is renewed this long before it expires."""

_CODE = re.compile(r"AADSTS(\d{5,7})")
_ERRORS: dict[str, type[GraphError]] = {
    "700016": AppUnknown,
    "7000215": SecretWrong,
    "7000216": SecretWrong,
    "700027": SecretWrong,
    "7000222": SecretExpired,
    "90002": TenantUnknown,
    "900021": TenantUnknown,
    "900023": TenantUnknown,
    "65001": ConsentMissing,
}


class Token(msgspec.Struct, frozen=True):
    """An access token. It never shows itself."""

    value: str
    expires_at: float
    """Seconds since 1970."""

    def __repr__(self) -> str:
        return f"Token(expires_at={self.expires_at})"


class TokenProvider(Protocol):
    """Gives access tokens for one tenant."""

    async def token(self, *, fresh: bool = False) -> str:
        """Give a token that is good for some minutes; `fresh` asks for a new one."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


Fetch = Callable[[], Awaitable[Token]]
Close = Callable[[], Awaitable[None]]


class Cached:
    """Keeps a token until shortly before it expires, and asks for one at a time."""

    def __init__(self, fetch: Fetch, close: Close, *, clock: Callable[[], float] = time.time) -> None:
        self._fetch, self._close, self._clock = fetch, close, clock
        self._lock = asyncio.Lock()
        self._kept: Token | None = None

    async def token(self, *, fresh: bool = False) -> str:
        """Give the kept token, or a new one."""
        before = self._kept
        async with self._lock:
            stale = self._kept is None or self._kept.expires_at - EARLY.total_seconds() <= self._clock()
            if stale or (fresh and self._kept is before):
                self._kept = await self._fetch()
            if self._kept is None:
                raise SignInRefused
            return self._kept.value

    async def close(self) -> None:
        """Let go of connections."""
        await self._close()


def provider(
    tenant_id: str,
    connection: Connection,
    secrets: Mapping[str, str],
    *,
    show: Callable[[str], None] = print,
    options: Mapping[str, Any] | None = None,
) -> TokenProvider:
    """Make the provider that a connection asks for.

    `secrets` holds `client_secret`, or `certificate` (PEM with its key) and `certificate_password`. `show` tells a
    person the device code. `options` go to Microsoft's library (tests point it to their own authority).
    Raises `InputRefused` when something is missing.
    """
    at = hosts(connection)
    if connection.cloud is Cloud.EMULATOR:
        return _plain(tenant_id, connection, secrets, at)
    if connection.method is AuthMethod.DEVICE_CODE:
        return _device_code(tenant_id, connection, at, show)
    given = {"authority": at.login_url, **(options or {})}
    return _azure(lambda: _credential(tenant_id, connection, secrets, given), at)


def _needed(value: str | None, what: str) -> str:
    if not value:
        message = f"{what} is missing: run `surefoot tenant add` again with it."
        raise InputRefused(message)
    return value


def _credential(tenant_id: str, connection: Connection, secrets: Mapping[str, str], options: dict[str, Any]) -> Any:  # noqa: ANN401 - of Microsoft's library
    """Make azure-identity's credential. It is imported here, for it is heavy."""
    from azure.identity import aio  # noqa: PLC0415

    match connection.method:
        case AuthMethod.SECRET:
            client = _needed(connection.client_id, "The client id")
            return aio.ClientSecretCredential(
                tenant_id, client, _needed(secrets.get("client_secret"), "The client secret"), **options
            )
        case AuthMethod.CERTIFICATE:
            password = secrets.get("certificate_password")
            return aio.CertificateCredential(
                tenant_id,
                _needed(connection.client_id, "The client id"),
                certificate_data=_needed(secrets.get("certificate"), "The certificate").encode(),
                password=password.encode() if password else None,
                **options,
            )
        case AuthMethod.WORKLOAD_IDENTITY:
            return aio.WorkloadIdentityCredential(tenant_id=tenant_id, client_id=connection.client_id, **options)
        case AuthMethod.MANAGED_IDENTITY:
            return aio.ManagedIdentityCredential(client_id=connection.client_id)
        case _:
            message = "This tenant has no connection to Graph: its history comes from imported files."
            raise InputRefused(message)


def _azure(make: Callable[[], Any], at: Hosts) -> TokenProvider:
    """Sign in by Microsoft's library, with a new credential for each token.

    A credential keeps its token and gives it again, even after Graph has refused it.
    """
    from azure.core.exceptions import AzureError, ClientAuthenticationError  # noqa: PLC0415

    ready = [make()]  # what is missing is said at once

    async def fetch() -> Token:
        credential = ready.pop() if ready else make()
        try:
            async with credential:
                got = await credential.get_token(f"{at.graph_url}/.default")
        except ClientAuthenticationError as error:
            raise refusal(error.message) from error
        except (AzureError, ValueError) as error:
            message = f"The sign-in did not work: {str(error).splitlines()[0][:300]}."
            raise Unavailable(message) from error
        return Token(got.token, float(got.expires_on))

    async def close() -> None:
        while ready:
            await ready.pop().close()

    return Cached(fetch, close)


def _device_code(tenant_id: str, connection: Connection, at: Hosts, show: Callable[[str], None]) -> TokenProvider:
    client_id = _needed(connection.client_id, "The client id")

    def sign_in() -> dict[str, Any]:
        import msal  # noqa: PLC0415

        app = msal.PublicClientApplication(client_id, authority=f"{at.login_url}/{tenant_id}")
        flow = app.initiate_device_flow(scopes=[f"{at.graph_url}/SecurityEvents.Read.All"])
        if "message" not in flow:
            return dict(flow)
        show(flow["message"])
        return dict(app.acquire_token_by_device_flow(flow))

    async def fetch() -> Token:
        answer = await asyncio.to_thread(sign_in)
        if "access_token" not in answer:
            raise refusal(str(answer.get("error_description") or answer.get("error") or ""))
        return Token(str(answer["access_token"]), time.time() + float(answer.get("expires_in") or 0))

    async def close() -> None:
        return None

    return Cached(fetch, close)


def _plain(tenant_id: str, connection: Connection, secrets: Mapping[str, str], at: Hosts) -> TokenProvider:
    """Sign in to the emulator: Microsoft's libraries refuse http, rightly, and the emulator is on loopback."""
    form = {
        "grant_type": "client_credentials",
        "client_id": _needed(connection.client_id, "The client id"),
        "client_secret": _needed(secrets.get("client_secret"), "The client secret"),
        "scope": f"{at.graph_url}/.default",
    }

    async def fetch() -> Token:
        address = f"{at.login_url}/{tenant_id}/oauth2/v2.0/token"
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30), trust_env=False) as session,
                session.post(address, data=form, allow_redirects=False) as answer,
            ):
                said = msgspec.json.decode(await answer.read(), type=dict[str, Any])
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError) as error:
            message = f"The emulator's sign-in at {at.login_url} did not answer ({type(error).__name__})."
            raise Unavailable(message) from error
        if "access_token" not in said:
            raise refusal(str(said.get("error_description") or said.get("error") or ""))
        return Token(str(said["access_token"]), time.time() + float(said.get("expires_in") or 0))

    async def close() -> None:
        return None

    return Cached(fetch, close)


def refusal(said: str) -> GraphError:
    """Turn what Entra says into our error: the class says what to do, the number is kept."""
    found = _CODE.search(said)
    number = found.group(1) if found else None
    kind = _ERRORS.get(number or "", SignInRefused)
    first = said.splitlines()[0][:300] if said else ""
    message = (
        (kind.__doc__ or "").splitlines()[0] if kind is not SignInRefused else f"Microsoft refused the sign-in: {first}"
    )
    return kind(message, code=f"AADSTS{number}" if number else None)
