"""Histories of every kind, saved in every order, read back as they were sent."""

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from surefoot.model import Average, CategoryAverage, Connection, ControlScore, Snapshot, Source, Tenant
from surefoot.store import database, history, schema, tenants

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
FIRST = dt.date(2026, 8, 1)
OURS, THEIRS = "0c0a1e5e-0000-4000-8000-000000000001", "0c0a1e5e-0000-4000-8000-000000000002"
RANK = [Source.PORTAL_EXPORT, Source.SAVED_ANSWER, Source.GRAPH]
TEXTS = ("status_text", "description", "count", "total", "on", "applicable")


def controls(*, rich: bool) -> st.SearchStrategy[ControlScore]:
    said = {
        "status_text": st.sampled_from(["You have 3 of 10 users.", "You have 4 of 10 users.", "", "None, 1.5 or 2"]),
        "description": st.sampled_from(["<p>Why</p>", "Other"]),
        "count": st.sampled_from([None, 3.0, 4.0]),
        "total": st.sampled_from([None, 10.0]),
        "on": st.sampled_from([None, True, False]),
        "applicable": st.sampled_from([None, True]),
    }
    return st.builds(
        ControlScore,
        control=st.sampled_from(["aad_a", "mdo_b", "scid_3", "MFARegistrationV2"]),
        category=st.sampled_from(["Identity", "Apps"]),
        points=st.sampled_from([0.0, 1.0, 2.5, 10 / 3]),
        percent=st.sampled_from([None, 0.0, 50.0, 33.33]),
        **(said if rich else {}),
    )


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    rich = draw(st.booleans())
    made = draw(st.lists(controls(rich=rich), max_size=4, unique_by=lambda c: c.control))
    return Snapshot(
        tenant=OURS,
        day=FIRST + dt.timedelta(days=draw(st.integers(0, 12))),
        points=draw(st.floats(0, 500)),
        max_points=draw(st.floats(0, 500)),
        active_users=draw(st.sampled_from([None, 0, 7])),
        services=tuple(draw(st.sampled_from([(), ("HasAADP1",), ("HasAADP1", "HasMDEP2")]))),
        controls=tuple(sorted(made, key=lambda c: c.control.casefold())),
        source=draw(st.sampled_from(RANK)),
    )


class Expected:
    """What the store should hold: the strongest source wins, a later one replaces an equal, rich texts stay."""

    def __init__(self) -> None:
        self.days: dict[dt.date, Snapshot] = {}
        self.texts: dict[dt.date, dict[str, dict[str, Any]]] = {}

    def save(self, batch: list[Snapshot]) -> None:
        best: dict[dt.date, Snapshot] = {}
        for s in batch:
            held = best.get(s.day)
            if held is None or (RANK.index(s.source), s.rich) > (RANK.index(held.source), held.rich):
                best[s.day] = s
        for day, s in best.items():
            if day in self.days and RANK.index(s.source) < RANK.index(self.days[day].source):
                continue
            self.days[day] = s
            if s.rich:
                self.texts[day] = {c.control: {f: getattr(c, f) for f in TEXTS} for c in s.controls}

    def on(self, day: dt.date) -> Snapshot:
        texts, s = self.texts.get(day, {}), self.days[day]
        plain = dict.fromkeys(TEXTS)
        made = [msgspec.structs.replace(c, **texts.get(c.control, plain)) for c in s.controls]
        return msgspec.structs.replace(s, controls=tuple(made))


def tenant(engine: Engine, id: str = OURS) -> Tenant:
    with database.writing(engine) as conn:
        return tenants.add(conn, id=id, name=id, connection=Connection(), now=NOW, due_at=None)


def save(engine: Engine, owner: Tenant, *batch: Snapshot) -> history.Saved:
    with database.writing(engine) as conn:
        return history.save(conn, owner, batch, now=NOW)


def dump(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with database.reading(engine) as conn:
        return {name: sorted(map(repr, conn.execute(select(t)))) for name, t in schema.metadata.tables.items()}


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(batches=st.lists(st.lists(snapshots(), min_size=1, max_size=6), min_size=1, max_size=5))
def test_any_history_reads_back_as_it_was_sent(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Snapshot]]
) -> None:
    engine = database.engine(Path(tmp_path_factory.mktemp("history")) / "surefoot.db")
    database.upgrade(engine)
    owner, expected = tenant(engine), Expected()
    for batch in batches:
        expected.save(batch)
        save(engine, owner, *batch)
        with database.reading(engine) as conn:
            assert [d.day for d in history.days(conn, owner)] == sorted(expected.days)
            for day in expected.days:
                assert history.snapshot(conn, owner, day) == expected.on(day)
    before = dump(engine)
    for day in sorted(expected.days):
        assert save(engine, owner, expected.days[day]).days_changed == 0
    assert dump(engine) == before
    engine.dispose()


def a_day(back: int, *, rich: bool = False, points: float = 3.0, source: Source = Source.GRAPH) -> Snapshot:
    score = ControlScore(
        control="aad_a",
        category="Identity",
        points=points,
        percent=30.0,
        status_text="You have 3 of 10 users." if rich else "You have  of  users.",
        description="<p>Why</p>" if rich else None,
        synced_at=NOW if rich else None,
        count=3.0 if rich else None,
    )
    day = FIRST + dt.timedelta(days=60 - back)
    return Snapshot(tenant=OURS, day=day, points=points, max_points=10.0, controls=(score,), source=source)


def test_a_poorer_record_never_overwrites_a_richer_one(engine: Engine) -> None:
    owner = tenant(engine)
    save(engine, owner, a_day(0, rich=True))
    save(engine, owner, a_day(0))
    with database.reading(engine) as conn:
        kept = history.snapshot(conn, owner, a_day(0).day)
    assert kept == a_day(0, rich=True)


def test_sixty_days_without_a_change_are_one_span(engine: Engine) -> None:
    owner = tenant(engine)
    save(engine, owner, *(a_day(n) for n in range(60)))
    assert database.counts(engine)["span"] == 1
    for n in range(20):
        save(engine, owner, a_day(59 - n))
    assert database.counts(engine)["span"] == 1


def test_one_changed_day_makes_three_spans_and_changing_it_back_one(engine: Engine) -> None:
    owner = tenant(engine)
    save(engine, owner, *(a_day(n) for n in range(10)))
    assert save(engine, owner, a_day(5, points=4.0)).days_changed == 1
    assert database.counts(engine)["span"] == 3
    save(engine, owner, a_day(5))
    assert database.counts(engine)["span"] == 1


def test_a_text_alone_opens_no_span(engine: Engine) -> None:
    owner = tenant(engine)
    for n in range(5, -1, -1):
        score = a_day(n, rich=True).controls[0]
        said = msgspec.structs.replace(score, status_text=f"You have {n} of 10 users.")
        save(engine, owner, msgspec.structs.replace(a_day(n), controls=(said,)))
    found = database.counts(engine)
    assert found["span"] == 1
    with database.reading(engine) as conn:
        assert history.snapshot(conn, owner, a_day(3).day).controls[0].status_text == "You have 3 of 10 users."


def test_another_tenants_days_are_another_history(engine: Engine) -> None:
    ours, theirs = tenant(engine), tenant(engine, THEIRS)
    save(engine, theirs, a_day(0, points=9.0))
    save(engine, ours, a_day(0), a_day(1))
    with database.reading(engine) as conn:
        assert [d.points for d in history.days(conn, theirs)] == [9.0]
        assert history.snapshot(conn, theirs, a_day(1).day) is None


def test_averages_that_tenants_share_are_kept_once_and_read_by_both(engine: Engine) -> None:
    ours, theirs = tenant(engine), tenant(engine, THEIRS)
    averages = (
        Average(basis="AllTenants", percent=45.5, categories=(CategoryAverage("Apps", 10.0, None),)),
        Average(basis="TotalSeats", percent=50.0, seats_from=101, seats_to=999),
    )
    for owner in (ours, theirs):
        save(engine, owner, msgspec.structs.replace(a_day(0), averages=averages))
    assert database.counts(engine)["average"] == 2
    with database.reading(engine) as conn:
        for owner in (ours, theirs):
            assert history.snapshot(conn, owner, a_day(0).day).averages == averages
    save(engine, ours, msgspec.structs.replace(a_day(0), averages=averages[:1]))
    with database.reading(engine) as conn:
        assert history.snapshot(conn, theirs, a_day(0).day).averages == averages
        assert history.snapshot(conn, ours, a_day(0).day).averages == averages[:1]


def test_the_newest_and_the_earlier_day_of_many_tenants_come_at_once(engine: Engine) -> None:
    ours, theirs = tenant(engine), tenant(engine, THEIRS)
    save(engine, ours, *(a_day(n, points=float(n)) for n in (0, 10, 29, 31, 45)))
    save(engine, theirs, a_day(3))
    with database.reading(engine) as conn:
        found = history.recent(conn, [ours, theirs])
        alone = history.recent(conn, [theirs])
    assert [d.points for d in found[OURS]] == [31.0, 0.0]
    assert len(found[THEIRS]) == 1
    assert list(alone) == [THEIRS]
