"""Microsoft Graph over aiohttp: tolerant of what it sends, careful with the token, bounded in all it takes."""

import asyncio
import contextlib
import datetime as dt
import email.utils
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import aiohttp
import msgspec
import structlog
from yarl import URL

from surefoot.errors import (
    AnswerNotUnderstood,
    ConsentMissing,
    GraphError,
    NotLicensed,
    Throttled,
    Unavailable,
)
from surefoot.graph import batches, events, wire
from surefoot.graph.answers import GOOD, PARTIAL, Answer, failure_of
from surefoot.graph.batches import BODY_HEADERS, PROFILES, Change
from surefoot.graph.clouds import hosts
from surefoot.graph.tokens import TokenProvider
from surefoot.graph.wire import Page, Refusal
from surefoot.model import Connection, Event, Profile, Snapshot

T = TypeVar("T")
log = structlog.get_logger("surefoot.graph")

KEPT_DAYS = 90
"""Graph keeps the scores of as many days."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the client takes at most."""

    connect: float = 10.0
    """Seconds, as the next three."""
    read: float = 60.0
    total: float = 300.0
    longest_wait: float = 120.0
    """A longer `Retry-After` is given back as `Throttled`."""
    tries: int = 6
    pages: int = 200
    page_bytes: int = 32 * 2**20
    """Of one page, unpacked."""
    total_bytes: int = 256 * 2**20
    per_tenant: int = 4
    """Graph allows four requests at once per tenant on scores and profiles."""
    overall: int = 64


class Fetched(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A whole list, read page by page."""

    items: tuple[T, ...]
    refused: tuple[Refusal, ...]
    partial: str | None
    """Graph's warning that a provider failed or is not licensed (206)."""
    pages: int
    bytes: int
    request_ids: tuple[str, ...]


class GraphClient:
    """One pool of connections for all tenants."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        ssl: Any = True,  # noqa: ANN401 - aiohttp's
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.limits = limits or Limits()
        self.sleep, self.chance = sleep, chance
        self._ssl = ssl
        self._session: aiohttp.ClientSession | None = None
        self.overall = asyncio.Semaphore(self.limits.overall)

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(
            total=self.limits.total, sock_connect=self.limits.connect, sock_read=self.limits.read
        )
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.limits.overall, ssl=self._ssl),
            timeout=timeout,
            headers={"User-Agent": "Surefoot", "Accept": "application/json"},
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session."""
        if self._session is None:
            message = "the Graph client is used outside its `async with`"
            raise RuntimeError(message)
        return self._session

    def tenant(self, tenant_id: str, connection: Connection, tokens: TokenProvider) -> "TenantGraph":
        """Give the reader and writer of one tenant."""
        return TenantGraph(self, tenant_id, URL(hosts(connection).graph_url), tokens)


class TenantGraph:
    """What Surefoot reads and writes of one tenant."""

    def __init__(self, client: GraphClient, tenant_id: str, origin: URL, tokens: TokenProvider) -> None:
        self._client, self._tenant, self._origin, self._tokens = client, tenant_id, origin, tokens
        self._gate = asyncio.Semaphore(client.limits.per_tenant)

    async def snapshots(
        self,
        *,
        since: dt.date | None = None,
        today: dt.date | None = None,
        on_page: Callable[[int], None] | None = None,
    ) -> Fetched[Snapshot]:
        """Read the secure scores from `since` on (None: all that Graph has), newest first.

        Days of another tenant or after tomorrow are refused, and so counted.
        """
        now = today or dt.datetime.now(dt.UTC).date()
        top = KEPT_DAYS if since is None else max(1, min(KEPT_DAYS, (now - since).days + 1))
        url = self._origin / "v1.0/security/secureScores" % {"$top": str(top)}

        def enough(page: Page[Snapshot]) -> bool:
            return since is not None and any(s.day <= since for s in page.items)

        got = await self._list(url, wire.snapshots, on_page, enough)
        return self._own(got, now)

    def _own(self, got: Fetched[Snapshot], now: dt.date) -> Fetched[Snapshot]:
        kept, refused = [], list(got.refused)
        for s in got.items:
            if s.tenant != self._tenant:
                refused.append(Refusal(str(s.day), "it belongs to another tenant"))
            elif s.day > now + dt.timedelta(days=1):
                refused.append(Refusal(str(s.day), "the day lies in the future"))
            else:
                kept.append(s)
        return msgspec.structs.replace(got, items=tuple(kept), refused=tuple(refused))

    async def profiles(self, *, on_page: Callable[[int], None] | None = None) -> Fetched[Profile]:
        """Read all control profiles; a filter is of no use (Graph answers a long one with an empty list)."""
        return await self._list(self._origin.with_path(PROFILES), wire.profiles, on_page)

    async def incidents(self, *, since: dt.datetime | None = None) -> Fetched[Event]:
        """Read the security incidents created since a time (None: all that Graph has)."""
        query = {"$top": "50"} | _after("lastUpdateDateTime", since)
        return await self._happened("v1.0/security/incidents", query, events.incidents, since)

    async def directory_audits(self, *, since: dt.datetime | None = None) -> Fetched[Event]:
        """Read the directory's audit records since a time (None: all that Graph has, mostly 30 days)."""
        query = {"$top": "500", "$orderby": "activityDateTime desc"} | _after("activityDateTime", since)
        return await self._happened("v1.0/auditLogs/directoryAudits", query, events.directory_audits, since)

    async def intune_audits(self, *, since: dt.datetime | None = None) -> Fetched[Event]:
        """Read Intune's audit events since a time; `NotLicensed` for a tenant without Intune."""
        query = _after("activityDateTime", since)
        try:
            return await self._happened("v1.0/deviceManagement/auditEvents", query, events.intune_audits, since)
        except AnswerNotUnderstood as error:
            if "not applicable to target tenant" not in str(error):
                raise
            message = "The tenant has no licence for Microsoft Intune."
            raise NotLicensed(message, code=error.code, request_id=error.request_id, status=error.status) from error

    async def _happened(
        self,
        path: str,
        query: dict[str, str],
        decode: Callable[[bytes], Page[Event]],
        since: dt.datetime | None,
    ) -> Fetched[Event]:
        """Read a list of events; the window is checked here again, for Graph has ignored such filters in silence."""
        got = await self._list(self._origin / path % query, decode, None)
        kept = tuple(e for e in got.items if since is None or e.at >= since)
        return msgspec.structs.replace(got, items=kept)

    async def organization(self) -> str | None:
        """Read the organisation's display name; None when the permission Organization.Read.All is missing."""
        try:
            answer = await self._ask("GET", self._origin / "v1.0/organization" % {"$select": "id,displayName"})
            value = msgspec.json.decode(answer.body)["value"]
            return str(value[0]["displayName"]) if value else None
        except (ConsentMissing, AnswerNotUnderstood, msgspec.DecodeError, KeyError, IndexError, TypeError):
            return None

    async def profile(self, control: str) -> Profile:
        """Read one control profile as it is now; `WriteRefused` for one that Graph does not give."""
        return await batches.alone(self._at, batches.reading(control))

    async def update_profile(
        self, profile: Profile, *, state: str, comment: str | None = None, assigned_to: str | None = None
    ) -> Profile | None:
        """Set a control's state; give the profile as Graph then shows it, or None when it answers without.

        Raises `WriteRefused` with Graph's words: families such as `scid_*` are set in their own portal.
        """
        change = Change(profile=profile, state=state, comment=comment, assigned_to=assigned_to)
        return await batches.alone(self._at, batches.writing(change))

    async def profiles_of(self, controls: Sequence[str]) -> tuple[Profile | GraphError, ...]:
        """Read some control profiles as they are now, in the order asked; the error in its place for one that fails."""
        return await batches.read(self._at, controls)

    async def update_profiles(self, changes: Sequence[Change]) -> tuple[Profile | GraphError | None, ...]:
        """Set the states of some controls, in the order given; the error in its place for one that fails."""
        return await batches.write(self._at, changes)

    async def _at(self, method: str, path: str, body: bytes | None) -> Answer:
        return await self._ask(method, self._origin.with_path(path, encoded=True), body=body)

    async def _list(
        self,
        first: URL,
        decode: Callable[[bytes], Page[T]],
        on_page: Callable[[int], None] | None,
        enough: Callable[[Page[T]], bool] = lambda _page: False,
    ) -> Fetched[T]:
        items: list[T] = []
        refused: list[Refusal] = []
        ids: list[str] = []
        partial, size, seen = None, 0, {first}
        url: URL | None = first
        while url is not None:
            answer = await self._ask("GET", url)
            ids.append(answer.request_id or "")
            size += len(answer.body)
            page = await asyncio.to_thread(decode, answer.body) if len(answer.body) > _LARGE else decode(answer.body)
            items += page.items
            refused += page.refused
            partial = partial or (answer.headers.get("warning", "206") if answer.status == PARTIAL else None)
            if on_page:
                on_page(len(items))
            url = None if page.next_link is None or enough(page) else self._next(first, page.next_link, seen)
            if size > self._client.limits.total_bytes or (len(ids) >= self._client.limits.pages and url):
                message = f"Graph's list does not end: {len(ids)} pages with {size} bytes were read."
                raise AnswerNotUnderstood(message, request_id=ids[-1])
        return Fetched(
            items=tuple(items),
            refused=tuple(refused),
            partial=partial,
            pages=len(ids),
            bytes=size,
            request_ids=tuple(i for i in ids if i),
        )

    def _next(self, first: URL, link: str, seen: set[URL]) -> URL:
        """Take a next link only on Graph's own origin and resource, and only once: the token goes with it."""
        try:
            url = URL(link, encoded=True)
            fits = (
                not any(c in link for c in "\\\t\r\n @")
                and url.origin() == self._origin.origin()
                and url.user is None
                and url.path == first.path
            )
        except ValueError:
            fits = False
        if not fits:
            message = "Graph's next link leads elsewhere; it was not followed."
            raise AnswerNotUnderstood(message)
        if url in seen:
            message = "Graph's pages go round in a circle."
            raise AnswerNotUnderstood(message)
        seen.add(url)
        return url

    async def _ask(self, method: str, url: URL, *, body: bytes | None = None) -> Answer:
        """Ask until there is an answer, or it is time to give up."""
        limits, renewed = self._client.limits, False
        for attempt in range(1, limits.tries + 1):
            failure: GraphError
            wait: float | None = None
            try:
                answer = await self._once(method, url, body, fresh=renewed and attempt > 1)
            except Unavailable as error:
                failure = error
            else:
                if answer.status in GOOD:
                    return answer
                failure = failure_of(answer)
                if answer.status == 401 and not renewed:  # noqa: PLR2004 - expired, or a claims challenge
                    renewed = True
                    continue
                if not isinstance(failure, (Throttled, Unavailable)):
                    raise failure
                wait = _retry_after(answer.headers.get("retry-after"), limits.longest_wait)
            if attempt == limits.tries or (wait is not None and wait > limits.longest_wait):
                raise failure
            await self._client.sleep(self._backoff(attempt) if wait is None else wait)
        raise Unavailable

    def _backoff(self, attempt: int) -> float:
        """Wait twice as long each time, with jitter so that many tenants do not come back at once."""
        return float(min(self._client.limits.longest_wait, 2.0**attempt) * (0.5 + self._client.chance() / 2.0))

    async def _once(self, method: str, url: URL, body: bytes | None, *, fresh: bool) -> Answer:
        token = await self._tokens.token(fresh=fresh)
        asked = str(uuid.uuid4())
        headers = {"Authorization": f"Bearer {token}", "client-request-id": asked}
        if body is not None:
            headers |= BODY_HEADERS
        async with self._gate, self._client.overall, _named(asked):
            sent = self._client.session.request(method, url, data=body, headers=headers, allow_redirects=False)
            async with sent as response:
                answer = Answer(response.status, _lower(response), await self._read(response))
        log.debug(
            "graph",
            method=method,
            path=url.path,
            status=answer.status,
            request_id=answer.request_id,
            client_request_id=asked,
            tenant=self._tenant,
        )
        return answer

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """Read an unpacked body up to the limit: a small packed one may grow without end."""
        parts, size = [], 0
        async for part in response.content.iter_chunked(2**16):
            size += len(part)
            if size > self._client.limits.page_bytes:
                message = f"Graph's answer has more than {self._client.limits.page_bytes} bytes."
                raise AnswerNotUnderstood(message, status=response.status)
            parts.append(part)
        return b"".join(parts)


def _after(field: str, since: dt.datetime | None) -> dict[str, str]:
    return {} if since is None else {"$filter": f"{field} ge {since:%Y-%m-%dT%H:%M:%SZ}"}


_LARGE = 2**18
"""Bodies above this are decoded on a thread, so that other tenants' requests go on."""


def _lower(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


@contextlib.asynccontextmanager
async def _named(asked: str) -> AsyncIterator[None]:
    """Turn what the network does into our errors."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        message = f"Graph could not be reached or broke off ({type(error).__name__})."
        raise Unavailable(message, request_id=asked) from error


def _retry_after(text: str | None, longest: float) -> float | None:
    """Read `Retry-After`: seconds, a date, absent or nonsense (None); never negative, never for ever."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (email.utils.parsedate_to_datetime(text) - dt.datetime.now(dt.UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return None if seconds != seconds else max(0.0, min(seconds, longest))  # noqa: PLR0124 - not a number
