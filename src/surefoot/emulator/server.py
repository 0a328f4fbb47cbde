"""A Graph that runs here, on loopback: sign-in, secure scores, control profiles, and faults on request."""

import asyncio
import datetime as dt
import json
import re
import secrets
import ssl
import threading
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any, cast

import msgspec
from aiohttp import web

from surefoot.emulator import answers, batches
from surefoot.emulator.batches import BATCH, Asked, Part
from surefoot.emulator.event_routes import EventRoutes
from surefoot.emulator.world import TenantWorld, Update, World
from surefoot.model import AuthMethod, Cloud, Connection

TOKEN_LASTS = 3600
PROFILES_A_PAGE = 100
EDITOR = "x-emulator-user"
"""A header by which a PATCH stands for somebody's edit in Microsoft's portal."""
SCORES = "/v1.0/security/secureScores"
PROFILES = "/v1.0/security/secureScoreControlProfiles"


_ENDPOINTS = {"token_endpoint": "token", "authorization_endpoint": "authorize"}
_CODES = {404: "ResourceNotFound", 405: "MethodNotAllowed"}


class Fault(msgspec.Struct, kw_only=True):
    """A misbehaviour: the next `times` requests of a tenant (None: any) whose path holds `path` answer so."""

    path: str = ""
    tenant: str | None = None
    times: int = 1
    status: int = 500
    headers: dict[str, str] = {}
    body: bytes = b""
    reset: bool = False
    """Break the connection off instead."""


class Throttle:
    """Graph's limits on secure scores and profiles, per tenant: so many at once, and so many a minute."""

    def __init__(self, *, at_once: int = 4, a_minute: int = 150) -> None:
        self._at_once, self._a_minute = at_once, a_minute
        self._under_way: Counter[str] = Counter()
        self._begun: defaultdict[str, deque[float]] = defaultdict(deque)

    @contextmanager
    def admit(self, tenant: str, now: float) -> Iterator[int | None]:
        """Give None, or the seconds after which to come again."""
        begun = self._begun[tenant]
        while begun and begun[0] <= now - 60:
            begun.popleft()
        if len(begun) >= self._a_minute:
            yield max(1, round(begun[0] + 60 - now))
        elif self._under_way[tenant] >= self._at_once:
            yield 1
        else:
            begun.append(now)
            self._under_way[tenant] += 1
            try:
                yield None
            finally:
                self._under_way[tenant] -= 1


class Emulator:
    """A running emulator."""

    def __init__(self, world: World, now: Callable[[], dt.datetime]) -> None:
        self.world, self._now = world, now
        self.base_url = self.login_url = ""
        self.client_id, self.client_secret = world.client_id, world.client_secret
        self.faults: list[Fault] = []
        self.requests: deque[tuple[str, str]] = deque(maxlen=10_000)
        """Method and path, the newest last; a batch comes before its parts."""
        self.throttle: Throttle | None = None
        """Set it to have Graph's limits held."""
        self.resets_reviewed = False
        """Whether the state Reviewed turns back to Default, as old reports say of Graph."""
        self.refuses_alternate = False
        """Whether the state AlternateMitigation is refused, as some say of Graph."""
        self._tokens: dict[str, tuple[str, float]] = {}
        self.events = EventRoutes(self._admitted, self._error, now)

    @property
    def connection(self) -> Connection:
        """How a tenant of this world is reached."""
        return Connection(
            method=AuthMethod.SECRET,
            cloud=Cloud.EMULATOR,
            client_id=self.client_id,
            graph_url=self.base_url,
            login_url=self.login_url,
        )

    def app(self) -> web.Application:
        """Make the aiohttp application."""
        app = web.Application(middlewares=[self._around])
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self._discovery)
        app.router.add_get(SCORES, self._scores)
        app.router.add_get(PROFILES, self._profiles)
        app.router.add_get(PROFILES + "/{control}", self._one)
        app.router.add_patch(PROFILES + "/{control}", self._one)
        app.router.add_post(BATCH, self._batch)
        app.router.add_get("/v1.0/organization", self._organization)
        self.events.add_to(app, lambda: self.base_url)
        return app

    @web.middleware
    async def _around(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        response = await self._answered(request, request.transport, lambda: handler(request))
        if response.status == web.HTTPOk.status_code:
            response.enable_compression()
        return response

    async def _answered(
        self, asked: Asked, way: asyncio.Transport | None, handle: Callable[[], Awaitable[Any]]
    ) -> web.Response:
        self.requests.append((asked.method, asked.path))
        fault = self._fault(asked)
        if fault and fault.reset and way:
            way.abort()
        if fault:
            response = web.Response(status=fault.status, headers=fault.headers, body=fault.body)
        else:
            response = await self._limited(asked, handle)
        response.headers["request-id"] = str(uuid.uuid4())
        return response

    async def _limited(self, asked: Asked, handle: Callable[[], Awaitable[Any]]) -> web.Response:
        tenant = self._tenant_of(asked)
        if self.throttle is None or tenant is None or asked.path == BATCH:
            return await self._handled(handle)
        with self.throttle.admit(tenant.id, self._now().timestamp()) as pause:
            if pause is None:
                return await self._handled(handle)
            refused = self._error(429, "TooManyRequests", "Too many requests")
            refused.headers["Retry-After"] = str(pause)
            return refused

    async def _handled(self, handle: Callable[[], Awaitable[Any]]) -> web.Response:
        try:
            return cast("web.Response", await handle())
        except web.HTTPException as error:
            return self._error(error.status, _CODES.get(error.status, "BadRequest"), error.reason)

    async def _batch(self, request: web.Request) -> web.Response:
        """Answer each part as if it had come alone; only the token is looked at for all of them."""
        if self._tenant_of(request) is None:
            return self._unknown_token()
        parts = batches.read(await request.read(), request.headers["Authorization"])
        if isinstance(parts, str):
            return self._error(400, "BadRequest", parts)
        return batches.told([(p, await self._answered(p, request.transport, partial(self._part, p))) for p in parts])

    async def _part(self, part: Part) -> web.Response:
        control = part.below(PROFILES)
        if control is None or part.method not in {"GET", "PATCH"}:
            raise web.HTTPNotFound
        return self._profile(part, control) if part.method == "GET" else self._patch(part, control, part.body or {})

    def _fault(self, asked: Asked) -> Fault | None:
        tenant = self._tenant_of(asked)
        for fault in self.faults:
            if fault.times > 0 and fault.path in asked.path and fault.tenant in {None, tenant.id if tenant else ""}:
                fault.times -= 1
                return fault
        return None

    def _error(self, status: int, code: str, message: str) -> web.Response:
        return web.json_response(answers.error(code, message, str(uuid.uuid4()), self._now()), status=status)

    async def _discovery(self, request: web.Request) -> web.Response:
        base = f"{self.base_url}/{request.match_info['tenant']}"
        ends = {name: f"{base}/oauth2/v2.0/{last}" for name, last in _ENDPOINTS.items()}
        return web.json_response({"issuer": f"{base}/v2.0", **ends})

    async def _token(self, request: web.Request) -> web.Response:
        tenant = self.world.tenant(request.match_info["tenant"])
        form = await request.post()
        if tenant is None:
            return _refused(90002, f"Tenant '{request.match_info['tenant']}' not found.")
        if form.get("client_id") != self.client_id:
            return _refused(700016, f"Application with identifier {form.get('client_id')!r} was not found.")
        if tenant.trouble == "secret_expired":
            return _refused(7000222, "The provided client secret keys for app are expired.")
        if form.get("client_secret") != self.client_secret:
            return _refused(7000215, "Invalid client secret provided.")
        token = secrets.token_urlsafe(32)
        self._tokens[token] = (tenant.id, self._now().timestamp() + TOKEN_LASTS)
        return web.json_response({"token_type": "Bearer", "expires_in": TOKEN_LASTS, "access_token": token})

    def expire_tokens(self) -> None:
        """Make every token handed out so far worthless."""
        self._tokens.clear()

    def _tenant_of(self, asked: Asked) -> TenantWorld | None:
        bearer = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        tenant_id, until = self._tokens.get(bearer, ("", 0.0))
        return self.world.tenant(tenant_id) if until > self._now().timestamp() else None

    def _unknown_token(self) -> web.Response:
        return self._error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")

    def _admitted(self, asked: Asked) -> TenantWorld | web.Response:
        tenant = self._tenant_of(asked)
        if tenant is None:
            return self._unknown_token()
        if tenant.trouble == "no_consent":
            return self._error(403, "Forbidden", "Missing application permission SecurityEvents.Read.All.")
        return tenant

    async def _scores(self, request: web.Request) -> web.Response:
        tenant = self._admitted(request)
        if isinstance(tenant, web.Response):
            return tenant
        query = request.query
        if "$orderby" in query:
            return self._error(400, "BadRequest", "Http request failed with statusCode=BadRequest")
        days = tenant.days(self.world.today)
        if "$filter" in query:
            matched = _matched(query["$filter"], tenant, days)
            if matched is None:
                return self._error(400, "BadRequest", "Invalid filter clause")
            days = matched
        newest = next(iter(tenant.days(self.world.today)), None)
        top = int(query.get("$top") or len(days) or 1)
        skip = int(query.get("$skiptoken", "").partition("-")[0] or query.get("$skip") or 0)
        made = [answers.score_of(tenant, d, rich=d == newest) for d in days[skip : skip + top]]
        if "$select" in query:
            fields = query["$select"].split(",")
            made = [{k: v for k, v in body.items() if k in fields} for body in made]
        link = f"$top={top}&$skiptoken={skip + top}-{tenant.id[:8]}" if skip + top < len(days) else None
        return self._list(made, SCORES, link, len(days) if query.get("$count") == "true" else None)

    async def _profiles(self, request: web.Request) -> web.Response:
        tenant = self._admitted(request)
        if isinstance(tenant, web.Response):
            return tenant
        if request.query.get("$filter", "").count(" eq ") > 16:  # noqa: PLR2004 - as Graph does, in silence
            return self._list([], PROFILES, None, None)
        skip = int(request.query.get("$skiptoken", "").partition("-")[0] or 0)
        known = self._controls(tenant)
        made = [answers.profile_of(tenant, c) for c in known[skip : skip + PROFILES_A_PAGE]]
        more = skip + PROFILES_A_PAGE < len(known)
        return self._list(made, PROFILES, f"$skiptoken={skip + PROFILES_A_PAGE}-x" if more else None, None)

    def _controls(self, tenant: TenantWorld) -> list[Any]:
        """List the tenant's own controls, then the rest of the catalogue, which it has no licence for."""
        own = {h.control.id: h.control for h in tenant.held}
        every = own | {c.id: c for c in self.world.catalogue if c.id not in own}
        return [c for c in every.values() if c.listed and c.max_on(self.world.today) is not None]

    def _list(self, made: list[answers.Body], path: str, link: str | None, count: int | None) -> web.Response:
        body: answers.Body = {"@odata.context": f"{self.base_url}/v1.0/$metadata#{path.removeprefix('/v1.0/')}"}
        if count is not None:
            body["@odata.count"] = count
        if link:
            body["@odata.nextLink"] = f"{self.base_url}{path}?{link}"
        return web.json_response(body | {"value": made}, dumps=lambda b: json.dumps(b, separators=(",", ":")))

    async def _one(self, request: web.Request) -> web.Response:
        control = request.match_info["control"]
        if request.method != "PATCH":
            return self._profile(request, control)
        return self._patch(request, control, json.loads(await request.read() or b"{}"))

    def _profile(self, asked: Asked, control: str) -> web.Response:
        tenant = self._admitted(asked)
        if isinstance(tenant, web.Response):
            return tenant
        found = next((c for c in self._controls(tenant) if c.id == control), None)
        if found is None:
            return self._error(404, "ResourceNotFound", "Resource not found for the segment.")
        return web.json_response(answers.profile_of(tenant, found))

    def _patch(self, asked: Asked, control: str, body: dict[str, Any]) -> web.Response:
        found = self._profile(asked, control)
        tenant = self._tenant_of(asked)
        if found.status != web.HTTPOk.status_code or tenant is None:
            return found
        vendor = body.get("vendorInformation") or {}
        if not vendor.get("vendor") or not vendor.get("provider"):
            return self._error(400, "BadRequest", "vendorInformation with vendor and provider is required.")
        refused = self.refuses_alternate and body.get("state") == "AlternateMitigation"
        if refused or control.startswith("scid_"):
            return self._error(400, "BadRequest", "Http request failed with statusCode=BadRequest")
        state = body.get("state") or "Default"
        made = Update(
            state="Default" if state == "Reviewed" and self.resets_reviewed else state,
            comment=body.get("comment") or "",
            assigned_to=body.get("assignedTo") or "",
            updated_by=asked.headers.get(EDITOR, "app"),
            updated_at=self._now(),
        )
        tenant.updates.setdefault(control, []).append(made)
        if "return=representation" in asked.headers.get("Prefer", ""):
            return self._profile(asked, control)
        return web.Response(status=204)

    def edited(self, tenant_id: str, control: str, *, state: str, by: str, comment: str = "") -> None:
        """Do what somebody does in Microsoft's portal: set the state of a control."""
        tenant = self.world.tenant(tenant_id)
        if tenant is not None:
            made = Update(state=state, comment=comment, updated_by=by, updated_at=self._now())
            tenant.updates.setdefault(control, []).append(made)

    async def _organization(self, request: web.Request) -> web.Response:
        tenant = self._admitted(request)
        if isinstance(tenant, web.Response):
            return tenant
        return web.json_response({"value": [{"id": tenant.id, "displayName": tenant.name}]})


_CLAUSE = re.compile(r"(id|createdDateTime) eq '?([^' ]+)'?")


def _matched(clause: str, tenant: TenantWorld, days: list[dt.date]) -> list[dt.date] | None:
    """Give the days that a filter lets through; None for one that Graph does not take: only `eq` works."""
    found = _CLAUSE.fullmatch(clause.strip())
    if not found:
        return None
    field, value = found.groups()
    return [d for d in days if (value == f"{tenant.id}_{d}" if field == "id" else value.startswith(str(d)))]


def _refused(number: int, message: str) -> web.Response:
    body = {"error": "invalid_request", "error_codes": [number], "error_description": f"AADSTS{number}: {message}"}
    return web.json_response(body, status=400)


def lines(emulator: Emulator) -> list[str]:
    """Say what is needed to sign in."""
    tenants = [f"tenant: {t.id}  {t.name}" for t in emulator.world.tenants]
    return [
        f"base address: {emulator.base_url}",
        *tenants,
        f"client id: {emulator.client_id}",
        f"client secret: {emulator.client_secret}",
    ]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@asynccontextmanager
async def serve(
    world: World,
    *,
    port: int = 0,
    ssl_context: ssl.SSLContext | None = None,
    now: Callable[[], dt.datetime] = _now,
) -> AsyncIterator[Emulator]:
    """Serve a world on loopback; port 0 takes a free one."""
    emulator = Emulator(world, now)
    runner = web.AppRunner(emulator.app(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=ssl_context)
    await site.start()
    bound = runner.addresses[0][1]
    emulator.base_url = emulator.login_url = f"http{'s' if ssl_context else ''}://127.0.0.1:{bound}"
    try:
        yield emulator
    finally:
        await runner.cleanup()


class Running:
    """An emulator in a thread of its own."""

    def __init__(self, world: World, port: int = 0, *, now: Callable[[], dt.datetime] = _now) -> None:
        self._world, self._port, self._now = world, port, now
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)

    def __enter__(self) -> Emulator:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self.emulator

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        async with serve(self._world, port=self._port, now=self._now) as self.emulator:
            self._ready.set()
            await self._end.wait()
