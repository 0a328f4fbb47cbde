"""The heat map: sums over all visible tenants whatever the page, cells that tell open from not scored and not known."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages_world import NO_RATINGS, NOW, TODAY, add, day, profile, snapshot
from sqlalchemy import Connection, Engine

from surefoot.model import Decision, Difficulty, Level, Status, Tenant
from surefoot.pages import heatmap
from surefoot.pages.heatmap import Heatmap, Wanted
from surefoot.scoring.heatmap import State
from surefoot.scoring.ratings import Rating, Ratings
from surefoot.store import database, history, labels, profiles, tenants
from surefoot.store.heatmap import Among
from surefoot.sync.decisions import decide
from surefoot.sync.derived import refresh

Points = dict[str, tuple[float, float]]


def keep(conn: Connection, number: int, name: str, points: Points | None, *, back: int = 0) -> Tenant:
    """Keep a tenant with one day; None: without any."""
    tenant = add(conn, number, name)
    if points is not None:
        history.save(conn, tenant, [snapshot(tenant, back, points)], now=NOW)
        profiles.save(conn, tenant, [profile(c, most) for c, (_, most) in points.items()], now=NOW)
    refresh(conn, tenant, NO_RATINGS)
    return tenant


def build(engine: Engine, ratings: Ratings = NO_RATINGS, among: Among | None = None, **wanted: object) -> Heatmap:
    with database.reading(engine) as conn:
        return heatmap.build(conn, Wanted(among=among or Among(visible=None), **wanted), ratings=ratings)


def states(page: Heatmap, control: str) -> list[State]:
    return next([c.state for c in row.cells] for row in page.controls if row.id == control)


@pytest.fixture
def five(engine: Engine) -> list[Tenant]:
    """Five tenants: everything in the first, then less, one that was never read, one that fails with an older day."""
    with database.writing(engine) as conn:
        made = [
            keep(conn, 1, "Adatum", {"aad_mfa": (10.0, 10.0), "mdo_safe": (0.0, 8.0), "mip_dlp": (0.0, 6.0)}),
            keep(conn, 2, "Bellows", {"aad_mfa": (4.0, 10.0), "mdo_safe": (0.0, 8.0)}),
            keep(conn, 3, "Contoso", {"aad_mfa": (0.0, 10.0), "mdo_safe": (8.0, 8.0)}),
            keep(conn, 4, "Fabrikam", None),
            keep(conn, 5, "Litware", {"aad_mfa": (2.0, 10.0)}, back=4),
        ]
        tenants.mark_failed(
            conn, made[4], now=NOW, due_at=NOW, error="consent-missing", message="Grant consent.", request_id=None
        )
        for tenant, control, status in (
            (made[0], "mdo_safe", Status.RISK_ACCEPTED),
            (made[1], "mdo_safe", Status.THIRD_PARTY),
            (made[2], "aad_mfa", Status.PLANNED),
        ):
            said = Decision(
                control=control, status=status, decided_at=NOW, decided_by="anna", comment="x", evidence="y",
                review_on=NOW.date() + dt.timedelta(days=30) if status is Status.RISK_ACCEPTED else None,
            )  # fmt: skip
            decide(conn, tenant, said, ratings=NO_RATINGS)
    return made


def test_each_cell_says_how_the_control_stands_there(engine: Engine, five: list[Tenant]) -> None:
    page = build(engine)
    assert [t.tenant.id for t in page.tenants] == [t.id for t in five]
    assert states(page, "aad_mfa") == [
        State.COMPLETED, State.PARTIAL, State.OPEN, State.NOT_KNOWN, State.PARTIAL,
    ]  # fmt: skip
    assert states(page, "mdo_safe") == [
        State.RISK_ACCEPTED, State.RESOLVED_ELSEWHERE, State.COMPLETED, State.NOT_KNOWN, State.NOT_SCORED,
    ]  # fmt: skip
    first = page.controls[0].cells
    assert [c.status for c in first] == [
        Status.COMPLETED, Status.TO_ADDRESS, Status.PLANNED, None, Status.TO_ADDRESS,
    ]  # fmt: skip
    assert (first[1].earned_points, first[1].max_points, first[1].points) == (4.0, 10.0, 6.0)


def test_a_control_counts_what_is_open_and_what_is_left(engine: Engine, five: list[Tenant]) -> None:
    page = build(engine)
    assert [c.id for c in page.controls] == ["aad_mfa", "mip_dlp", "mdo_safe"]
    mfa, dlp, safe = page.controls
    assert (mfa.points_left, mfa.open, mfa.to_address, mfa.partial, mfa.completed) == (24.0, 3, 2, 2, 1)
    assert (safe.points_left, safe.open, safe.accepted, safe.elsewhere, safe.completed) == (0.0, 0, 1, 1, 1)
    assert (dlp.scored, dlp.not_scored, dlp.open) == (1, 3, 1)
    assert (mfa.name, mfa.category, mfa.product) == ("Title of aad_mfa", "Identity", "Microsoft Entra ID")
    assert page.points_left == 30.0
    assert len(five) == page.total == 5


def test_coverage_is_told_and_a_failing_tenant_keeps_its_older_cells_dated(engine: Engine, five: list[Tenant]) -> None:
    page = build(engine)
    assert (page.scored, page.problems, page.newest, page.on_newest) == (4, 2, TODAY, 3)
    silent, failing = page.tenants[3], page.tenants[4]
    assert (silent.known, silent.percent, silent.as_of) == (False, None, None)
    assert silent.problem is not None
    assert (failing.known, failing.as_of, failing.problem) == (True, day(4), "Grant consent.")
    assert failing.tenant.id == five[4].id


def test_the_next_best_is_weighed_by_what_is_still_to_address(engine: Engine, five: list[Tenant]) -> None:
    found = build(engine).best
    assert found is not None
    assert (found.id, found.tenants, found.points) == ("aad_mfa", 2, 14.0)
    rated = Ratings({"mip_dlp": Rating(cost=Level.LOW, user_impact=Level.LOW),
                     "aad_mfa": Rating(cost=Level.HIGH, user_impact=Level.LOW)}, {})  # fmt: skip
    with database.writing(engine) as conn:
        for tenant in five:
            refresh(conn, tenant, rated)
    found = build(engine, rated).best
    assert found is not None
    assert (found.id, found.difficulty, found.points) == ("mip_dlp", Difficulty.EASY, 6.0)


def test_only_visible_tenants_count(engine: Engine, five: list[Tenant]) -> None:
    mine = Among(visible=frozenset({five[1].id, five[3].id}))
    page = build(engine, among=mine)
    assert [t.tenant.id for t in page.tenants] == [five[1].id, five[3].id]
    assert {c.id: (c.scored, c.open, c.points_left) for c in page.controls} == {
        "aad_mfa": (1, 1, 6.0),
        "mdo_safe": (1, 0, 0.0),
    }
    assert page.best is not None
    assert (page.best.tenants, page.best.points) == (1, 6.0)
    assert build(engine, among=Among(visible=frozenset())).controls == ()


def test_a_title_that_only_a_foreign_tenant_was_sent_is_not_told(engine: Engine, five: list[Tenant]) -> None:
    with database.writing(engine) as conn:
        profiles.save(conn, five[0], [profile("aad_mfa", 10.0, "The secret project")], now=NOW + dt.timedelta(days=1))
    assert build(engine).controls[0].name == "The secret project"
    mine = build(engine, among=Among(visible=frozenset({five[1].id})))
    assert mine.controls[0].name == "Title of aad_mfa"


def test_filters_combine(engine: Engine, five: list[Tenant]) -> None:
    with database.writing(engine) as conn:
        labels.add(conn, five[1], ["Gold"])
        labels.add(conn, five[2], ["Gold"])
    gold = build(engine, among=Among(visible=None, label="gold"))
    assert [t.tenant.name for t in gold.tenants] == ["Bellows", "Contoso"]
    assert gold.controls[0].points_left == 16.0
    assert [t.tenant.name for t in build(engine, among=Among(visible=None, text="WARE")).tenants] == ["Litware"]
    assert [c.id for c in build(engine, category="identity").controls] == ["aad_mfa"]
    assert [c.id for c in build(engine, product="microsoft entra id").controls] == ["aad_mfa"]
    assert [c.id for c in build(engine, text="MDO_").controls] == ["mdo_safe"]
    assert [c.id for c in build(engine, open_only=True).controls] == ["aad_mfa", "mip_dlp"]
    assert [c.id for c in build(engine, control="MIP_DLP").controls] == ["mip_dlp"]
    none = build(engine, text="zzz")
    assert (none.controls, none.total_controls, none.all_controls, none.best) == ((), 0, 3, None)


def test_the_sums_are_of_all_tenants_whatever_the_page(engine: Engine, five: list[Tenant]) -> None:
    whole = build(engine)
    page = build(engine, limit=1, page=2, tenant_limit=2, tenant_page=3)
    assert [t.tenant.id for t in page.tenants] == [five[4].id]
    assert (page.pages, page.tenant_pages) == (3, 3)
    (control,) = page.controls
    same = whole.controls[1]
    assert control.id == same.id
    assert (control.open, control.points_left, control.cells) == (same.open, same.points_left, same.cells[4:])
    assert (page.best, page.points_left) == (whole.best, whole.points_left)
    beyond = build(engine, limit=2, page=99, tenant_limit=2, tenant_page=99)
    assert (beyond.page, beyond.tenant_page, len(beyond.controls), len(beyond.tenants)) == (2, 3, 1, 1)


def test_points_that_nobody_knows_are_not_0(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tenant = add(conn)
        history.save(conn, tenant, [snapshot(tenant, 0, {"aad_mfa": (5.0, 10.0), "scid_1": (0.0, 0.0)})], now=NOW)
        refresh(conn, tenant, NO_RATINGS)
    found = {c.id: c for c in build(engine).controls}
    assert (found["scid_1"].points_left, found["scid_1"].unknown, found["scid_1"].open) == (None, 1, 1)
    assert (found["scid_1"].name, found["scid_1"].category) == ("scid_1", "Device")
    assert found["aad_mfa"].unknown == 0


def test_nothing_at_all_is_an_empty_page(engine: Engine) -> None:
    page = build(engine)
    assert (page.controls, page.tenants, page.total, page.best, page.points_left) == ((), (), 0, None, 0.0)
    assert (page.pages, page.tenant_pages, page.newest) == (1, 1, None)


def test_the_file_has_a_row_a_cell(engine: Engine, five: list[Tenant]) -> None:
    page = build(engine)
    rows = heatmap.rows(page)
    assert len(rows) == 3 * len(five)
    assert (rows[1].control, rows[1].tenant.name, rows[1].state, rows[1].points) == (
        "aad_mfa", "Bellows", State.PARTIAL, 6.0,
    )  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(held=st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from([0.0, 2.5, 10.0])), max_size=5))
def test_the_counts_are_those_of_the_cells(
    tmp_path_factory: pytest.TempPathFactory, held: list[dict[str, float]]
) -> None:
    engine = database.engine(tmp_path_factory.mktemp("heat") / "surefoot.db")
    database.upgrade(engine)
    with database.writing(engine) as conn:
        for n, points in enumerate(held, start=1):
            keep(conn, n, f"tenant {n}", {c: (p, 10.0) for c, p in points.items()} or None)
    page = build(engine)
    assert len(page.controls) == len({c for points in held for c in points})
    for control in page.controls:
        seen = [c.state for c in control.cells]
        assert control.open == seen.count(State.OPEN) + seen.count(State.PARTIAL)
        assert control.partial == seen.count(State.PARTIAL)
        assert control.completed == seen.count(State.COMPLETED)
        assert control.not_scored == seen.count(State.NOT_SCORED)
        assert control.points_left == sum(c.points or 0.0 for c in control.cells)
    engine.dispose()
