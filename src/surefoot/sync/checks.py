"""Trying a tenant's connection: signing in, each endpoint once, and which permission is missing."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar

import msgspec

from surefoot.errors import ConsentMissing, GraphError
from surefoot.graph import tokens
from surefoot.graph.client import Fetched, GraphClient, TenantGraph
from surefoot.model import EVENT_PERMISSIONS, Connection, Event, EventSource, Tenant

T = TypeVar("T")
OK = "ok"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was tried."""

    name: str
    permission: str | None
    """The Graph permission that it needs; None for the sign-in itself."""
    needed: bool
    """Whether Surefoot cannot work without it."""
    result: str
    """`ok`, the slug of the error, or `skipped` after a sign-in that failed."""
    message: str | None
    """What was found, or what happened and what to do."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """How the connection of a tenant stands."""

    tenant_id: str
    name: str
    passed: bool
    """Whether all that is needed works."""
    steps: tuple[Step, ...]


async def check(
    graph: GraphClient, tenant: Tenant, connection: Connection, secrets: Mapping[str, str], *, now: dt.datetime
) -> Check:
    """Sign in and read each endpoint once; failures become steps, none is raised."""
    provider = tokens.provider(tenant.id, connection, secrets)
    reader = graph.tenant(tenant.id, connection, provider)
    try:
        steps = [await _step("Sign-in", None, provider.token, lambda _token: None)]
        if steps[0].result == OK:
            days = await _step(
                "Secure scores",
                "SecurityEvents.Read.All",
                lambda: reader.snapshots(since=now.date()),
                lambda got: None if got.items else "Signed in and permitted, but Graph has no score for this tenant.",
            )
            texts = await _step(
                "Control profiles",
                "SecurityEvents.Read.All",
                reader.profiles,
                lambda got: f"{len(got.items)} profiles",
            )
            steps += [days, texts, _organization(await reader.organization()), *await _sources(reader, now)]
    finally:
        await provider.close()
    passed = len(steps) > 1 and all(s.result == OK for s in steps if s.needed)
    return Check(tenant_id=tenant.id, name=tenant.name, passed=passed, steps=tuple(steps))


async def _step(
    name: str, permission: str | None, ask: Callable[[], Awaitable[T]], tell: Callable[[T], str | None]
) -> Step:
    try:
        got = await ask()
    except GraphError as error:
        said = error.sentence + (f" (Graph's request id: {error.request_id})" if error.request_id else "")
        return Step(name=name, permission=permission, needed=True, result=error.slug, message=said)
    return Step(name=name, permission=permission, needed=True, result=OK, message=tell(got))


async def _sources(reader: TenantGraph, now: dt.datetime) -> list[Step]:
    """Try the sources of events: each has a permission of its own, and none is needed."""
    read = {
        EventSource.INCIDENT: ("Incidents", reader.incidents),
        EventSource.DIRECTORY_AUDIT: ("Directory audits", reader.directory_audits),
        EventSource.INTUNE_AUDIT: ("Intune audits", reader.intune_audits),
    }
    lately = now - dt.timedelta(hours=1)
    return [await _source(source, name, partial(ask, since=lately)) for source, (name, ask) in read.items()]


async def _source(source: EventSource, name: str, ask: Callable[[], Awaitable[Fetched[Event]]]) -> Step:
    permission = EVENT_PERMISSIONS[source]
    try:
        await ask()
    except GraphError as error:
        missing = isinstance(error, ConsentMissing)
        said = "Optional: grant it to see what may have moved the score." if missing else str(error)
        return Step(name=name, permission=permission, needed=False, result=error.slug, message=said)
    return Step(name=name, permission=permission, needed=False, result=OK, message=None)


def _organization(named: str | None) -> Step:
    return Step(
        name="Organisation",
        permission="Organization.Read.All",
        needed=False,
        result=OK if named else "consent-missing",
        message=named or "Optional: grant it to see the organisation's own name.",
    )
