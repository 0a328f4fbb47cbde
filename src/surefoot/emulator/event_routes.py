"""Graph's lists of incidents, directory audits and Intune audits: their filters, pages, permissions and limits."""

import datetime as dt
import re
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from aiohttp import web

from surefoot.emulator import event_answers
from surefoot.emulator.acts import AUDIT, INTUNE
from surefoot.emulator.happenings import INCIDENT, Happening
from surefoot.emulator.world import TenantWorld


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """One of the lists."""

    source: str
    path: str
    time: str
    """The property that may be filtered by."""
    permission: str
    most: int
    """`$top` at most."""
    sortable: bool
    keeps: dt.timedelta
    """How long Graph keeps it."""


RESOURCES = (
    Resource(source=INCIDENT, path="/v1.0/security/incidents", time="lastUpdateDateTime", most=50, sortable=False,
             permission="SecurityIncident.Read.All", keeps=dt.timedelta(days=180)),
    Resource(source=AUDIT, path="/v1.0/auditLogs/directoryAudits", time="activityDateTime", most=1000, sortable=True,
             permission="AuditLog.Read.All", keeps=dt.timedelta(days=30)),
    Resource(source=INTUNE, path="/v1.0/deviceManagement/auditEvents", time="activityDateTime", most=1000,
             sortable=True, permission="DeviceManagementApps.Read.All", keeps=dt.timedelta(days=365)),
)  # fmt: skip

AUDITS_IN_TEN_SECONDS = 5

Asked = web.Request
Admit = Callable[[Asked], TenantWorld | web.Response]
Refuse = Callable[[int, str, str], web.Response]


class EventRoutes:
    """Serves the lists of a world."""

    def __init__(self, admit: Admit, refuse: Refuse, now: Callable[[], dt.datetime]) -> None:
        self._admit, self._refuse, self._now = admit, refuse, now
        self.ignores_date_filters = False
        """Whether dates in filters are ignored in silence, as Graph once did."""
        self.keeps: dict[str, dt.timedelta] = {r.source: r.keeps for r in RESOURCES}
        self.throttled = False
        """Whether the audits' own limit holds."""
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)

    def add_to(self, app: web.Application, base: Callable[[], str]) -> None:
        """Add a route for each list; `base` gives the server's own address."""
        for resource in RESOURCES:
            app.router.add_get(resource.path, self._handler(resource, base))

    def _handler(self, resource: Resource, base: Callable[[], str]) -> Callable[[Asked], Awaitable[web.StreamResponse]]:
        async def handle(request: Asked) -> web.Response:
            tenant = self._admit(request)
            if isinstance(tenant, web.Response):
                return tenant
            refused = self._forbidden(resource, tenant) or self._malformed(resource, request.query)
            return refused or self._page(resource, tenant, request, base())

        return handle

    def _forbidden(self, resource: Resource, tenant: TenantWorld) -> web.Response | None:
        if resource.permission in tenant.denied:
            return self._refuse(403, "Forbidden", f"Missing application permission {resource.permission}.")
        if resource.source == INTUNE and not tenant.intune:
            return self._refuse(400, "BadRequest", "Request not applicable to target tenant.")
        if resource.source == AUDIT and self.throttled and not self._paced(tenant.id):
            return self._refuse(429, "TooManyRequests", "Too many requests")
        return None

    def _malformed(self, resource: Resource, query: Mapping[str, str]) -> web.Response | None:
        top = query.get("$top", "1")
        if not top.isdigit() or not 1 <= int(top) <= resource.most:
            return self._refuse(400, "BadRequest", f"The limit of {resource.most} for Top query has been exceeded.")
        if "$orderby" in query and not resource.sortable:
            return self._refuse(400, "BadRequest", "Http request failed with statusCode=BadRequest")
        if "$filter" in query and _window(query["$filter"], resource.time) is None:
            return self._refuse(400, "BadRequest", "Invalid filter clause")
        return None

    def _paced(self, tenant: str) -> bool:
        """Let five requests in ten seconds through."""
        asked, now = self._asked[tenant], self._now().timestamp()
        while asked and asked[0] <= now - 10:
            asked.popleft()
        asked.append(now)
        return len(asked) <= AUDITS_IN_TEN_SECONDS

    def _page(self, resource: Resource, tenant: TenantWorld, request: Asked, base: str) -> web.Response:
        query = request.query
        found = self._served(resource, tenant, query)
        top = int(query.get("$top", 20 if resource.source == INCIDENT else 1000))
        skip = int(query.get("$skiptoken", "0"))
        body: dict[str, object] = {
            "@odata.context": f"{base}/v1.0/$metadata#{resource.path.removeprefix('/v1.0/')}",
            "value": [event_answers.body_of(h, tenant.id) for h in found[skip : skip + top]],
        }
        if skip + top < len(found):
            link = request.rel_url.update_query({"$skiptoken": str(skip + top)})
            body["@odata.nextLink"] = f"{base}{link}"
        return web.json_response(body)

    def _served(self, resource: Resource, tenant: TenantWorld, query: Mapping[str, str]) -> list[Happening]:
        """List what Graph still has and the filter lets through, newest first."""
        oldest = self._now() - self.keeps[resource.source]
        held = [h for h in tenant.happenings if h.source == resource.source and oldest <= h.at <= self._now()]
        low, high = _window(query.get("$filter", ""), resource.time) or (_FIRST, _LAST)
        if not self.ignores_date_filters:
            held = [h for h in held if low <= h.at <= high]
        upwards = query.get("$orderby", "").strip() in {resource.time, f"{resource.time} asc"}
        return sorted(held, key=lambda h: (h.at, h.id), reverse=not upwards)


_FIRST, _LAST = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
_CLAUSE = re.compile(r"(\w+) (ge|gt|le|lt) (\S+)")


def _window(text: str, field: str) -> tuple[dt.datetime, dt.datetime] | None:
    """Read a filter's window; None for a filter that Graph does not take."""
    low, high = _FIRST, _LAST
    for clause in filter(None, text.split(" and ")):
        found = _CLAUSE.fullmatch(clause.strip())
        if found is None or found[1] != field:
            return None
        try:
            when = dt.datetime.fromisoformat(found[3])
        except ValueError:
            return None
        low, high = (when, high) if found[2].startswith("g") else (low, when)
    return low, high
