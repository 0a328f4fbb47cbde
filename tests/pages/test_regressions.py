"""Regressions: which are marked, since when and why, and what becomes of those that somebody dismissed."""

import datetime as dt

import pytest
from pages_world import NO_RATINGS, NOW, day, fill, snapshot
from sqlalchemy import Engine

from surefoot.errors import InputRefused, NotFound
from surefoot.model import Event, EventSource, Tenant
from surefoot.pages import regressions
from surefoot.pages.regressions import Regressions
from surefoot.store import database, events, history
from surefoot.sync.dismissals import dismiss, restore

FULL = {"aad_mfa": (10.0, 10.0), "mdo_links": (8.0, 8.0)}
FALLEN = {"aad_mfa": (4.0, 10.0), "mdo_links": (8.0, 8.0)}


def build(engine: Engine, tenant: Tenant, *, with_dismissed: bool = False) -> Regressions:
    with database.reading(engine) as conn:
        return regressions.build(conn, tenant, ratings=NO_RATINGS, with_dismissed=with_dismissed)


def put_off(engine: Engine, tenant: Tenant, reason: str = "a test tenant", control: str = "AAD_mfa") -> None:
    with database.writing(engine) as conn:
        dismiss(conn, tenant, control, reason, by="anna", now=NOW, ratings=NO_RATINGS)


def later(engine: Engine, tenant: Tenant, back: int, points: float) -> None:
    with database.writing(engine) as conn:
        history.save(conn, tenant, [snapshot(tenant, back, FULL | {"aad_mfa": (points, 10.0)})], now=NOW)


def test_a_fall_is_told_with_since_when_from_how_much_and_what_it_cost(engine: Engine) -> None:
    tenant = fill(engine, {5: FULL, 4: FULL, 3: FALLEN, 0: FALLEN})
    page = build(engine, tenant)
    (row,) = page.regressions
    assert (row.control, row.best_points, row.points, row.lost) == ("aad_mfa", 10.0, 4.0, 6.0)
    assert (row.since, row.fell_on) == (day(4), day(3))
    assert row.percent == pytest.approx(-100 * 6 / 18)
    assert (page.total, page.dismissed) == (1, 0)


def test_a_lower_maximum_is_no_regression(engine: Engine) -> None:
    tenant = fill(engine, {5: FULL, 0: {"aad_mfa": (5.0, 5.0), "mdo_links": (8.0, 8.0)}})
    assert build(engine, tenant).regressions == ()


def test_half_of_a_lower_maximum_is_as_good_as_half_of_the_old_one(engine: Engine) -> None:
    half = {"aad_mfa": (5.0, 10.0), "mdo_links": (8.0, 8.0)}
    tenant = fill(engine, {5: half, 0: {"aad_mfa": (2.5, 5.0), "mdo_links": (8.0, 8.0)}})
    assert build(engine, tenant).regressions == ()


def test_what_lies_more_than_90_days_back_is_forgotten(engine: Engine) -> None:
    assert build(engine, fill(engine, {91: FULL, 90: FALLEN, 0: FALLEN})).regressions == ()


def test_the_event_before_the_fall_is_its_candidate(engine: Engine) -> None:
    tenant = fill(engine, {5: FULL, 4: FULL, 3: FALLEN, 0: FALLEN})
    at = dt.datetime.combine(day(3), dt.time(10), dt.UTC)
    cause = Event(source=EventSource.DIRECTORY_AUDIT, id="1", at=at, title="Update conditional access policy")
    late = Event(source=EventSource.DIRECTORY_AUDIT, id="2", at=at + dt.timedelta(days=1), title="Update policy")
    with database.writing(engine) as conn:
        events.save(conn, tenant, [cause, late])
    (row,) = build(engine, tenant).regressions
    assert [c.event for c in row.causes] == [cause]


def test_a_dismissed_one_is_hidden_with_its_reason_and_can_be_restored(engine: Engine) -> None:
    tenant = fill(engine, {5: FULL, 0: FALLEN})
    put_off(engine, tenant)
    page = build(engine, tenant)
    assert (page.regressions, page.total, page.dismissed) == ((), 0, 1)
    (row,) = build(engine, tenant, with_dismissed=True).regressions
    assert row.dismissed is not None
    assert (row.dismissed.reason, row.dismissed.dismissed_by) == ("a test tenant", "anna")
    with database.writing(engine) as conn:
        restore(conn, tenant, "aad_mfa", by="bert", now=NOW, ratings=NO_RATINGS)
    assert build(engine, tenant).total == 1


def test_it_comes_back_when_it_falls_further(engine: Engine) -> None:
    tenant = fill(engine, {5: FULL, 1: FALLEN})
    put_off(engine, tenant)
    later(engine, tenant, 0, 3.95)
    assert build(engine, tenant).total == 0
    later(engine, tenant, -1, 2.0)
    assert build(engine, tenant).total == 1


def test_it_comes_back_when_it_was_repaired_and_falls_anew(engine: Engine) -> None:
    tenant = fill(engine, {5: FULL, 1: FALLEN})
    put_off(engine, tenant)
    later(engine, tenant, -2, 10.0)
    assert build(engine, tenant).total == 0
    later(engine, tenant, -3, 4.0)
    assert build(engine, tenant).total == 1


def test_dismissing_needs_a_reason_and_a_regression(engine: Engine) -> None:
    tenant = fill(engine, {5: FULL, 0: FALLEN})
    with pytest.raises(InputRefused, match="with a reason"):
        put_off(engine, tenant, " \n")
    with pytest.raises(InputRefused, match="501 characters; 500"):
        put_off(engine, tenant, "x" * 501)
    with pytest.raises(NotFound, match="no regression of 'mdo_links'"):
        put_off(engine, tenant, control="mdo_links")
    with database.writing(engine) as conn, pytest.raises(NotFound, match="no dismissed regression"):
        restore(conn, tenant, "aad_mfa", by="anna", now=NOW, ratings=NO_RATINGS)


def test_a_tenant_without_days_has_none_and_says_no_day(engine: Engine) -> None:
    page = build(engine, fill(engine, {}))
    assert (page.as_of, page.regressions) == (None, ())
