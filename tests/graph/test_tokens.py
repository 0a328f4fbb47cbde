"""Sign-in: every refusal by its name, one token at a time, never shown."""

import asyncio
import datetime as dt
import ssl

import pytest
import trustme
from aiohttp import web

from surefoot.emulator.server import serve
from surefoot.emulator.world import generate
from surefoot.errors import (
    AppUnknown,
    CloudUnsupported,
    ConsentMissing,
    GraphError,
    InputRefused,
    SecretExpired,
    SecretWrong,
    SignInRefused,
    TenantUnknown,
    Unavailable,
)
from surefoot.graph import clouds, tokens
from surefoot.graph.tokens import Cached, Token
from surefoot.model import AuthMethod, Cloud, Connection

TODAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (700016, AppUnknown),
        (7000215, SecretWrong),
        (7000222, SecretExpired),
        (90002, TenantUnknown),
        (65001, ConsentMissing),
        (50034, SignInRefused),
        (53003, SignInRefused),
    ],
)
def test_every_refusal_has_its_name_and_says_what_to_do(number: int, kind: type[GraphError]) -> None:
    error = tokens.refusal(f"AADSTS{number}: Something happened. Trace ID: x\r\nTimestamp: y")
    assert type(error) is kind
    assert error.code == f"AADSTS{number}"
    assert error.advice in error.sentence
    assert "\n" not in error.sentence


@pytest.mark.parametrize("said", ["", "no number", "AADSTS", "<html>"])
def test_a_refusal_without_a_number_is_one_too(said: str) -> None:
    assert type(tokens.refusal(said)) is SignInRefused


class Source:
    """Counts how often a token was asked for, and lasts an hour of its own clock."""

    def __init__(self) -> None:
        self.asked, self.now = 0, 1000.0

    async def fetch(self) -> Token:
        self.asked += 1
        await asyncio.sleep(0)
        return Token(f"secret-{self.asked}", self.now + 3600)

    async def close(self) -> None:
        return None

    def cached(self) -> Cached:
        return Cached(self.fetch, self.close, clock=lambda: self.now)


async def test_many_at_once_ask_for_one_token() -> None:
    source = Source()
    cached = source.cached()
    assert set(await asyncio.gather(*(cached.token() for _ in range(20)))) == {"secret-1"}
    assert set(await asyncio.gather(*(cached.token(fresh=True) for _ in range(20)))) == {"secret-2"}


async def test_a_token_is_kept_until_shortly_before_it_expires() -> None:
    source = Source()
    cached = source.cached()
    await cached.token()
    source.now += 3600 - 301
    assert await cached.token() == "secret-1"
    source.now += 2
    assert await cached.token() == "secret-2"


def test_a_token_never_shows_itself() -> None:
    assert "secret" not in repr(Token("secret-1", 0.0))


def test_chinas_cloud_has_no_secure_score() -> None:
    with pytest.raises(CloudUnsupported, match="21Vianet"):
        clouds.hosts(Connection(cloud=Cloud.CHINA))


def test_every_cloud_has_its_hosts() -> None:
    found = {c: clouds.hosts(Connection(cloud=c)) for c in (Cloud.GLOBAL, Cloud.US_GOV_L4, Cloud.US_GOV_L5)}
    assert found[Cloud.GLOBAL].graph_url == "https://graph.microsoft.com"
    assert found[Cloud.US_GOV_L4].graph_url == "https://graph.microsoft.us"
    assert found[Cloud.US_GOV_L5].graph_url == "https://dod-graph.microsoft.us"
    assert found[Cloud.US_GOV_L5].login_url == "https://login.microsoftonline.us"


@pytest.mark.parametrize(
    "address", ["http://example.com", "http://10.0.0.1", "file:///x", "127.0.0.1", None, "http://["]
)
def test_a_secret_never_leaves_for_an_address_that_is_not_here(address: str | None) -> None:
    with pytest.raises(InputRefused, match="loopback"):
        clouds.hosts(Connection(cloud=Cloud.EMULATOR, graph_url=address, login_url=address))


@pytest.mark.parametrize(
    "connection",
    [
        Connection(method=AuthMethod.NONE),
        Connection(method=AuthMethod.SECRET),
        Connection(method=AuthMethod.SECRET, client_id="c"),
        Connection(method=AuthMethod.CERTIFICATE, client_id="c"),
    ],
)
def test_what_is_missing_is_named(connection: Connection) -> None:
    with pytest.raises(InputRefused):
        tokens.provider("t", connection, {})


@pytest.mark.parametrize(
    ("secret", "trouble", "kind"),
    [("right", None, None), ("wrong", None, SecretWrong), ("right", "secret_expired", SecretExpired)],
)
async def test_the_emulator_is_signed_in_to(secret: str, trouble: str | None, kind: type[GraphError] | None) -> None:
    world = generate(1, TODAY, tenants=1)
    world.tenants[0].trouble = trouble
    async with serve(world) as emulator:
        way = emulator.connection
        given = emulator.client_secret if secret == "right" else secret
        provider = tokens.provider(world.tenants[0].id, way, {"client_secret": given})
        if kind is None:
            assert len(await provider.token()) > 20
        else:
            with pytest.raises(kind):
                await provider.token()
        await provider.close()


async def test_a_sign_in_that_nobody_answers_is_unavailable() -> None:
    way = Connection(
        method=AuthMethod.SECRET,
        cloud=Cloud.EMULATOR,
        client_id="c",
        graph_url="http://127.0.0.1:1",
        login_url="http://127.0.0.1:1",
    )
    with pytest.raises(Unavailable):
        await tokens.provider("t", way, {"client_secret": "s"}).token()


class Authority:
    """Entra's token endpoint, on TLS, as much as Microsoft's library asks of it."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.answer: dict[str, object] = {"token_type": "Bearer", "expires_in": 3599, "access_token": "from-tls"}
        self.status = 200

    async def discovery(self, request: web.Request) -> web.Response:
        base = f"https://{request.host}/{request.match_info['tenant']}"
        return web.json_response(
            {
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "issuer": f"{base}/v2.0",
            }
        )

    async def token(self, request: web.Request) -> web.Response:
        self.forms.append({k: str(v) for k, v in (await request.post()).items()})
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
def authority(tmp_path):  # noqa: ANN001, ANN201 - an async generator of pytest's
    ca = trustme.CA()
    pem = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return Authority(), context, ssl.create_default_context(cafile=str(pem))


@pytest.mark.parametrize("method", [AuthMethod.SECRET, AuthMethod.CERTIFICATE])
async def test_microsofts_own_library_signs_in_over_tls(authority, method: AuthMethod) -> None:  # noqa: ANN001
    from azure.core.pipeline.transport import AioHttpTransport

    said, server, trust = authority
    app = web.Application()
    app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", said.discovery)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", said.token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server)
    await site.start()
    port = runner.addresses[0][1]
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust))
    options = {
        "authority": f"https://localhost:{port}",
        "disable_instance_discovery": True,
        "transport": AioHttpTransport(session=session, session_owner=False),
        "retry_total": 0,
    }
    pem = certificate() if method is AuthMethod.CERTIFICATE else None
    secrets = {"certificate": pem} if pem else {"client_secret": "canary"}
    way = Connection(method=method, client_id="11111111-2222-3333-4444-555555555555")
    tenant = "0c0a1e5e-0000-4000-8000-000000000001"
    provider = tokens.provider(tenant, way, secrets, options=options)
    assert await provider.token() == "from-tls"
    assert said.forms[0]["scope"] == "https://graph.microsoft.com/.default"
    assert ("client_assertion" in said.forms[0]) == (pem is not None)
    said.status, said.answer = 401, {"error": "invalid_client", "error_description": "AADSTS7000222: expired."}
    with pytest.raises(SecretExpired):
        await provider.token(fresh=True)
    await provider.close()
    await session.close()
    await runner.cleanup()


def certificate() -> str:
    """Make a certificate with its key, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "surefoot")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + made.public_bytes(serialization.Encoding.PEM)).decode()
