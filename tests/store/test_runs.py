"""How readings went: newest first, some hundred of a tenant, none of another."""

import datetime as dt

import pytest
from sqlalchemy import Engine

from surefoot.model import Connection, Tenant
from surefoot.store import database, holdings, runs, tenants
from surefoot.store.runs import Run

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


@pytest.fixture
def two(engine: Engine) -> list[Tenant]:
    with database.writing(engine) as conn:
        return [
            tenants.add(
                conn, id=f"0c0a1e5e-0000-4000-8000-00000000000{n}", name=f"T{n}", connection=Connection(), now=NOW,
                due_at=None,
            )
            for n in (1, 2)
        ]  # fmt: skip


def run(hours: int, **values: object) -> Run:
    began = NOW + dt.timedelta(hours=hours)
    return Run(began_at=began, ended_at=began + dt.timedelta(seconds=3), **values)


def test_readings_come_back_as_they_went_newest_first(engine: Engine, two: list[Tenant]) -> None:
    made = [
        run(0, days=90, days_new=90, days_changed=0, profiles=91, refused=2),
        run(24, error="consent-missing", message="Nobody granted it.", request_id="r-1"),
    ]
    with database.writing(engine) as conn:
        for one in made:
            runs.record(conn, two[0], one)
        assert runs.of(conn, two[0]) == made[::-1]
        assert runs.of(conn, two[1]) == []
        assert (runs.count(conn, two[0]), runs.count(conn, two[1])) == (2, 0)


def test_the_oldest_make_room_in_their_own_tenant_alone(
    engine: Engine, two: list[Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST", 3)
    with database.writing(engine) as conn:
        runs.record(conn, two[1], run(-100))
        for hours in range(5):
            runs.record(conn, two[0], run(hours))
        kept = [(r.began_at - NOW) / dt.timedelta(hours=1) for r in runs.of(conn, two[0], limit=10)]
        assert kept == [4, 3, 2]
        assert runs.count(conn, two[1]) == 1


def test_what_is_kept_of_a_tenant_goes_with_it(engine: Engine, two: list[Tenant]) -> None:
    with database.writing(engine) as conn:
        runs.record(conn, two[0], run(0))
        runs.record(conn, two[1], run(0))
        assert holdings.of(conn, two[0]).readings == 1
        tenants.remove(conn, two[0])
        assert not tenants.is_there(conn, two[0])
        assert runs.count(conn, two[1]) == 1
