"""What happens in generated tenants: traces that fit the truth, served as Graph serves events."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from emulator_client import Client

from surefoot.emulator.contoso import ID
from surefoot.emulator.demo import demo
from surefoot.emulator.happenings import EARLIEST, Truth
from surefoot.emulator.server import Running
from surefoot.emulator.world import TenantWorld, generate

TODAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
WORLD = generate(5, TODAY, tenants=6)
INCIDENTS, AUDITS, INTUNE = (
    "/v1.0/security/incidents",
    "/v1.0/auditLogs/directoryAudits",
    ("/v1.0/deviceManagement/auditEvents"),
)


@pytest.fixture
def client() -> Iterator[Client]:
    with Running(demo(TODAY), now=lambda: NOW) as emulator:
        yield Client(emulator, ID)


def traced(tenant: TenantWorld) -> list[Truth]:
    return [t for t in tenant.truths if t.happening is not None]


@pytest.mark.parametrize("tenant", [*WORLD.tenants, *demo(TODAY).tenants], ids=lambda t: t.name)
def test_every_truth_was_done_within_two_days_before_it_shows(tenant: TenantWorld) -> None:
    held = {h.id: h for h in tenant.happenings}
    assert len(held) == len(tenant.happenings)
    for truth in traced(tenant):
        end = dt.datetime.combine(truth.day + dt.timedelta(days=1), dt.time(), dt.UTC)
        assert dt.timedelta(0) < end - held[truth.happening or ""].at <= dt.timedelta(hours=EARLIEST)


def test_many_acts_leave_a_trace_among_much_noise_and_some_leave_none() -> None:
    truths = [t for w in WORLD.tenants for t in w.truths]
    share = sum(t.happening is not None for t in truths) / len(truths)
    assert 1 / 3 < share < 1.0
    assert sum(len(w.happenings) for w in WORLD.tenants) > 5 * len(truths)


def test_the_same_seed_tells_the_same_story() -> None:
    again = generate(5, TODAY, tenants=6)
    assert [(t.happenings, t.truths) for t in again.tenants] == [(t.happenings, t.truths) for t in WORLD.tenants]


def test_audits_are_kept_for_thirty_days_newest_first_in_pages(client: Client) -> None:
    first = client.get(AUDITS, **{"$top": "7"}).json
    assert len(first["value"]) == 7
    everything, page = first["value"], first
    while "@odata.nextLink" in page:
        page = client.ask("GET", page["@odata.nextLink"]).json
        everything += page["value"]
    times = [dt.datetime.fromisoformat(r["activityDateTime"]) for r in everything]
    assert times == sorted(times, reverse=True)
    assert min(times) >= NOW - dt.timedelta(days=30)
    assert len({r["id"] for r in everything}) == len(everything)
    rollout = next(r for r in everything if r["id"] == "Directory_contoso-rollout")
    assert rollout["loggedByService"] == "Conditional Access"
    assert rollout["initiatedBy"] == {
        "user": {"id": "0", "displayName": None, "userPrincipalName": "anna.m@contoso.example", "ipAddress": ""},
        "app": None,
    }
    packed = rollout["targetResources"][0]["modifiedProperties"][0]["newValue"]
    assert json.loads(packed) == "enabled"


def test_a_window_is_let_through_or_ignored_in_silence(client: Client) -> None:
    clause = "activityDateTime ge 2026-11-20T00:00:00Z and activityDateTime le 2026-11-22T00:00:00Z"
    inside = client.get(AUDITS, **{"$filter": clause}).json["value"]
    assert inside
    assert all("2026-11-20" <= r["activityDateTime"] < "2026-11-22T00:00:00.1" for r in inside)
    client.emulator.events.ignores_date_filters = True
    assert len(client.get(AUDITS, **{"$filter": clause}).json["value"]) > len(inside)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (INCIDENTS, {"$top": "51"}), (INCIDENTS, {"$orderby": "createdDateTime"}), (AUDITS, {"$top": "0"}),
        (AUDITS, {"$filter": "nonsense"}), (AUDITS, {"$filter": "activityDateTime ge soon"}),
        (INTUNE, {"$filter": "createdDateTime ge 2026-01-01T00:00:00Z"}),
    ],
)  # fmt: skip
def test_what_graph_does_not_take_is_refused(client: Client, path: str, query: dict[str, str]) -> None:
    assert client.get(path, **query).status == 400


def test_each_list_needs_its_own_permission_and_intune_a_licence(client: Client) -> None:
    tenant = client.emulator.world.tenant(ID)
    assert tenant is not None
    assert [client.get(p).status for p in (INCIDENTS, AUDITS, INTUNE)] == [200, 200, 200]
    tenant.denied = frozenset({"SecurityIncident.Read.All", "AuditLog.Read.All"})
    tenant.intune = False
    answers = [client.get(p) for p in (INCIDENTS, AUDITS, INTUNE)]
    assert [a.status for a in answers] == [403, 403, 400]
    assert "AuditLog.Read.All" in answers[1].json["error"]["message"]
    assert "not applicable" in answers[2].json["error"]["message"]


def test_audits_have_a_limit_of_their_own_without_retry_after(client: Client) -> None:
    client.emulator.events.throttled = True
    answers = [client.get(AUDITS, **{"$top": "1"}) for _ in range(6)]
    assert [a.status for a in answers] == [200] * 5 + [429]
    assert "retry-after" not in answers[-1].headers
