"""The portfolio: all visible tenants, ranked among each other; whole pages in every order; problems named, never 0."""

import base64
import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages_world import NO_RATINGS, NOW, TODAY, add, snapshot
from sqlalchemy import Engine

from surefoot.errors import InputRefused
from surefoot.model import Tenant
from surefoot.pages import portfolio
from surefoot.pages.portfolio import Portfolio
from surefoot.scoring import comparison
from surefoot.store import database, history, labels, tenants
from surefoot.store.portfolio import Sort, Wanted
from surefoot.sync.derived import refresh

ALL = Wanted(visible=None)


def fill(engine: Engine, points: list[float | None]) -> list[Tenant]:
    """Add a tenant for each number of points of ten (None: without any day)."""
    made = []
    with database.writing(engine) as conn:
        for n, earned in enumerate(points, start=1):
            tenant = add(conn, n, f"tenant {n % 7} {n}")
            days = [] if earned is None else [snapshot(tenant, b, {"aad_mfa": (earned, 10.0)}) for b in (40, 0)]
            history.save(conn, tenant, days, now=NOW)
            refresh(conn, tenant, NO_RATINGS)
            made.append(tenant)
    return made


def build(engine: Engine, wanted: Wanted = ALL, cursor: str | None = None) -> Portfolio:
    with database.reading(engine) as conn:
        return portfolio.build(conn, wanted, cursor=cursor)


def test_tenants_are_ranked_and_those_without_a_score_say_why(engine: Engine) -> None:
    fill(engine, [5.0, 9.0, None, 5.0])
    page = build(engine)
    found = {r.tenant.name: r for r in page.tenants}
    assert [(r.rank, r.percentile) for r in found.values()] == [
        (2, pytest.approx(100 / 3)),
        (1, pytest.approx(250 / 3)),
        (None, None),
        (2, pytest.approx(100 / 3)),
    ]
    silent = found["tenant 3 3"]
    assert (silent.percent, silent.points, silent.change_30) == (None, None, None)
    assert silent.problem is not None
    assert "Nothing was imported" in silent.problem
    assert (page.total, page.scored, page.problems) == (4, 3, 1)
    assert (page.average, page.highest, page.lowest) == (pytest.approx(190 / 3), 90.0, 50.0)
    assert (page.newest, page.on_newest) == (TODAY, 3)
    assert found["tenant 1 1"].change_30 == 0.0
    assert found["tenant 1 1"].change_90 is None


def test_the_percentile_is_the_exact_mid_rank(engine: Engine) -> None:
    values = [3.0, 7.0, 7.0, 1.0, 9.0, 7.0]
    fill(engine, values)
    percents = [10 * v for v in values]
    for row in build(engine).tenants:
        assert row.percent is not None
        assert row.percentile == pytest.approx(comparison.percentile(row.percent, percents))
        assert row.rank == comparison.place(row.percent, percents)


def test_a_viewer_is_ranked_among_the_tenants_that_are_theirs(engine: Engine) -> None:
    made = fill(engine, [5.0, 9.0, 3.0])
    page = build(engine, Wanted(visible=frozenset({made[0].id, made[2].id})))
    assert [(r.tenant.id, r.rank) for r in page.tenants] == [(made[0].id, 1), (made[2].id, 2)]
    assert (page.total, page.highest) == (2, 50.0)


def test_a_filter_changes_neither_rank_nor_percentile(engine: Engine) -> None:
    made = fill(engine, [5.0, 9.0, 3.0])
    with database.writing(engine) as conn:
        labels.add(conn, made[2], ["gold", "north"])
        labels.add(conn, made[2], ["gold"])
        labels.remove(conn, made[2], ["north", "south"])
    (row,) = build(engine, Wanted(visible=None, label="GOLD")).tenants
    assert (row.tenant.id, row.rank, row.labels) == (made[2].id, 3, ("gold",))
    assert [r.tenant.id for r in build(engine, Wanted(visible=None, text="ENANT 2 2")).tenants] == [made[1].id]
    assert build(engine, Wanted(visible=None, text="%")).tenants == ()


def test_problems_can_be_listed_alone(engine: Engine) -> None:
    made = fill(engine, [5.0, None, 3.0])
    with database.writing(engine) as conn:
        tenants.mark_failed(
            conn, made[0], now=NOW, due_at=None, error="unavailable", message="It is down.", request_id=None
        )
    page = build(engine, Wanted(visible=None, problem=True))
    assert [(r.tenant.id, r.percent) for r in page.tenants] == [(made[0].id, 50.0), (made[1].id, None)]
    assert page.tenants[0].problem == "It is down."
    assert [r.tenant.id for r in build(engine, Wanted(visible=None, problem=False)).tenants] == [made[2].id]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    points=st.lists(st.none() | st.sampled_from([1.0, 2.0, 2.5, 9.0]), max_size=9),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
    limit=st.integers(1, 4),
)
def test_the_pages_hold_every_row_once_in_order(
    engine: Engine, points: list[float | None], sort: Sort, *, descending: bool, limit: int
) -> None:
    with database.writing(engine) as conn:
        for tenant in tenants.all_of(conn, None):
            tenants.remove(conn, tenant)
    fill(engine, points)
    wanted = Wanted(visible=None, sort=sort, descending=descending, limit=limit)
    whole = build(engine, msgspec.structs.replace(wanted, limit=100))
    assert whole.next is None
    found, cursor = [], None
    while True:
        page = build(engine, wanted, cursor)
        found += page.tenants
        cursor = page.next
        if cursor is None:
            break
    assert found == list(whole.tenants)
    assert len({r.tenant.id for r in found}) == len(points)


def sealed(*place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", "====", sealed(), sealed("percent", False, 1.0, "x"), sealed("name", True, "a", "x"),
     sealed("name", False, None, "x"), sealed("name", False, 3, "x"), sealed("name", False, ["a"], "x")],
)  # fmt: skip
def test_a_cursor_of_another_list_or_none_at_all_is_refused(engine: Engine, cursor: str) -> None:
    fill(engine, [1.0])
    with pytest.raises(InputRefused, match="begin without one"):
        build(engine, ALL, cursor)


@pytest.mark.parametrize("when", ["2026-01-01", "nonsense", 10**30])
def test_a_cursor_with_an_odd_time_is_refused_or_taken(engine: Engine, when: object) -> None:
    fill(engine, [1.0])
    wanted = Wanted(visible=None, sort=Sort.SYNCED_AT)
    try:
        page = build(engine, wanted, sealed("synced_at", False, when, "x"))
    except InputRefused:
        return
    assert page.total == 1


def test_nothing_at_all_is_an_empty_page(engine: Engine) -> None:
    page = build(engine)
    assert (page.tenants, page.total, page.average, page.newest, page.on_newest) == ((), 0, None, None, 0)


def test_a_tenant_with_a_maximum_of_zero_is_not_known(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tenant = add(conn)
        history.save(conn, tenant, [snapshot(tenant, 0, {})], now=NOW)
        refresh(conn, tenant, NO_RATINGS)
    (row,) = build(engine).tenants
    assert (row.percent, row.rank, row.as_of) == (None, None, TODAY)
    assert row.problem == f"Microsoft sent a maximum of 0 points for {TODAY}."
