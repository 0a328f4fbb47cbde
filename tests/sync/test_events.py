"""Events come source by source, since what was read before; a missing permission switches one off, no more."""

import datetime as dt

from sqlalchemy import Engine
from sync_world import NOW, read

from surefoot.emulator.acts import AUDIT, INTUNE
from surefoot.emulator.happenings import INCIDENT
from surefoot.emulator.server import Emulator, Fault
from surefoot.model import Event, EventSource, Tenant
from surefoot.scoring.operations import is_noise
from surefoot.store import database, events
from surefoot.store.events import SourceState

LATER = NOW + dt.timedelta(days=1)
FIRST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def kept(engine: Engine, tenant: Tenant) -> list[Event]:
    with database.reading(engine) as conn:
        return events.between(conn, tenant, FIRST, LATER)


def states(engine: Engine, tenant: Tenant) -> dict[EventSource, SourceState]:
    with database.reading(engine) as conn:
        return events.states(conn, tenant)


def served(emulator: Emulator, source: str) -> set[str]:
    oldest = NOW - emulator.events.keeps[source]
    return {h.id for h in emulator.world.tenants[0].happenings if h.source == source and oldest <= h.at <= NOW}


def test_all_that_graph_has_is_kept_but_for_what_comes_in_thousands(
    engine: Engine, emulator: Emulator, tenant: Tenant
) -> None:
    emulator.world.tenants[0].intune = True
    pulled = read(engine, emulator, tenant)
    found = kept(engine, tenant)
    assert {e.id for e in found if e.source is EventSource.INCIDENT} == served(emulator, INCIDENT)
    audited = served(emulator, AUDIT) | served(emulator, INTUNE)
    assert {e.id for e in found if e.source is not EventSource.INCIDENT} < audited
    assert not any(is_noise(e) for e in found)
    assert sum(h.events for h in pulled.happened) == len(found)
    assert [(h.error, h.refused) for h in pulled.happened] == [(None, 0)] * 3


def test_the_next_reading_asks_since_the_newest_and_keeps_everything_once(
    engine: Engine, emulator: Emulator, tenant: Tenant
) -> None:
    read(engine, emulator, tenant)
    before = kept(engine, tenant)
    emulator.events.ignores_date_filters = True
    pulled = read(engine, emulator, tenant)
    assert [h.events for h in pulled.happened] == [0, 0, 0]
    assert kept(engine, tenant) == before


def test_a_missing_permission_switches_a_source_off_and_says_which(
    engine: Engine, emulator: Emulator, tenant: Tenant
) -> None:
    emulator.world.tenants[0].denied = frozenset({"AuditLog.Read.All"})
    emulator.world.tenants[0].intune = False
    pulled = read(engine, emulator, tenant)
    assert pulled.days > 0
    found = states(engine, tenant)
    assert found[EventSource.INCIDENT].error is None
    audit, intune = found[EventSource.DIRECTORY_AUDIT], found[EventSource.INTUNE_AUDIT]
    assert (audit.error, intune.error) == ("consent-missing", "not-licensed")
    assert "AuditLog.Read.All is missing" in (audit.message or "")
    assert "SecurityEvents" not in (audit.message or "")
    assert intune.message == "The tenant has no licence for Microsoft Intune."


def test_a_source_that_works_again_is_on_again_and_lost_nothing(
    engine: Engine, emulator: Emulator, tenant: Tenant
) -> None:
    emulator.faults.append(Fault(path="directoryAudits", times=2, status=503, body=b"{}"))
    assert read(engine, emulator, tenant).happened[1].error == "unavailable"
    assert states(engine, tenant)[EventSource.DIRECTORY_AUDIT].read_until is None
    read(engine, emulator, tenant)
    state = states(engine, tenant)[EventSource.DIRECTORY_AUDIT]
    assert (state.error, state.message) == (None, None)
    newest = max(h.at for h in emulator.world.tenants[0].happenings if h.source == AUDIT and h.at <= NOW)
    assert state.read_until is not None
    assert abs(state.read_until - newest) < dt.timedelta(seconds=1)


def test_an_event_that_changed_at_microsoft_is_changed_here(engine: Engine, tenant: Tenant) -> None:
    made = Event(source=EventSource.INCIDENT, id="7", at=NOW, title="Phish", severity="low")
    with database.writing(engine) as conn:
        assert events.save(conn, tenant, [made]) == 1
        worse = Event(source=EventSource.INCIDENT, id="7", at=NOW, title="Phish", severity="high")
        assert events.save(conn, tenant, [worse]) == 0
        assert events.between(conn, tenant, FIRST, LATER) == [worse]
