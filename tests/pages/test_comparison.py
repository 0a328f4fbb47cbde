"""Comparing: Microsoft's averages as they are, an estimate that says so, own tenants exactly or not at all."""

import datetime as dt

import pytest
from cohort_world import averages, fill, world
from hypothesis import given
from hypothesis import strategies as st
from pages_world import NO_RATINGS, TODAY, add, day
from sqlalchemy import Engine

from surefoot.model import Average, CategoryAverage, Tenant
from surefoot.pages import comparison
from surefoot.pages.comparison import Comparison
from surefoot.scoring.comparison import Range
from surefoot.scoring.courses import Piece
from surefoot.scoring.ways import way
from surefoot.store import database, labels


def build(engine: Engine, tenant: Tenant, visible: list[Tenant]) -> Comparison:
    with database.reading(engine) as conn:
        return comparison.build(conn, tenant, visible, ratings=NO_RATINGS)


def test_a_group_says_what_it_is_how_far_off_and_whether_that_grows(engine: Engine) -> None:
    days = {40: {"aad_mfa": (5.0, 10.0)}, 0: {"aad_mfa": (7.0, 10.0)}}
    tenant = fill(engine, 1, "Contoso", days, {40: averages(48.0), 0: averages(50.0)})
    page = build(engine, tenant, [tenant])
    everybody, seats = page.groups
    assert (everybody.basis, everybody.average, everybody.distance, everybody.distance_before) == (
        "AllTenants", 50.0, 20.0, 2.0,
    )  # fmt: skip
    assert (everybody.movement, seats.name) == ("growing", "Organizations with 101 to 999 seats")
    assert [(c.category, c.percent, c.average, c.distance) for c in everybody.categories] == [
        ("Identity", 70.0, 50.0, 20.0)
    ]
    assert [(d.date, d.percent, d.average) for d in everybody.history] == [
        (day(40), 50.0, 48.0), (TODAY, 70.0, 50.0),
    ]  # fmt: skip


def test_an_average_that_was_not_sent_today_is_shown_as_of_its_day(engine: Engine) -> None:
    days = {3: {"aad_mfa": (5.0, 10.0)}, 0: {"aad_mfa": (7.0, 10.0)}}
    page = build(engine, tenant := fill(engine, 1, "Contoso", days, {3: averages(48.0)}), [tenant])
    assert [(g.as_of, g.distance) for g in page.groups] == [(day(3), 2.0), (day(3), 6.0)]
    assert build(engine, fill(engine, 2, "Other", days), []).no_groups is not None


def test_the_percentile_among_all_tenants_is_a_range_with_its_method_or_says_why_not(engine: Engine) -> None:
    days = {0: {"aad_mfa": (7.0, 10.0)}}
    tenant = fill(engine, 1, "Contoso", days, {0: averages(50.0)})
    made = build(engine, tenant, []).estimate
    assert made.range is not None
    assert 50 < made.range.low < made.range.high < 100
    assert "docs/comparison.md" in made.method
    for number, average, words in ((2, 99.5, "too near to an end"), (3, None, "no average of all")):
        other = build(engine, fill(engine, number, "x", days, {0: averages(average)}), []).estimate
        assert other.range is None
        assert words in (other.unknown or "")


def test_a_cohort_of_five_is_told_exactly_and_one_of_four_not_at_all(engine: Engine) -> None:
    made = world(engine, 6)
    with database.writing(engine) as conn:
        for tenant in made[:4]:
            labels.add(conn, tenant, ["gold"])
    page = build(engine, made[0], made)
    found = {c.kind: c for c in page.cohorts}
    assert set(found) == {"portfolio", "seats", "label", "licences"}
    assert (found["portfolio"].tenants, found["portfolio"].rank, found["portfolio"].percentile) == (
        6, 6, pytest.approx(100 / 12),
    )  # fmt: skip
    small = found["label"]
    assert (small.tenants, small.rank, small.percentile, small.average, small.highest) == (None,) * 5
    assert "Fewer than 5" in (small.too_small or "")
    identity = found["portfolio"].categories[0]
    assert (identity.category, identity.percent, identity.percentile) == ("Identity", 0.0, pytest.approx(100 / 12))


def test_a_cohort_has_its_middle_and_names_its_ends_and_its_coverage(engine: Engine) -> None:
    made = world(engine, 6)
    with database.writing(engine) as conn:
        silent = add(conn, 9, "Silent")
    whole = build(engine, made[0], [*made, silent]).cohorts[0]
    assert (whole.tenants, whole.members) == (6, 7)
    assert whole.median == pytest.approx((100 * 12 / 20 + 100 * 13 / 20) / 2)
    assert whole.highest_tenant is not None
    assert whole.lowest_tenant is not None
    assert (whole.highest_tenant.name, whole.lowest_tenant.name) == ("Tenant 5", "Tenant 0")


@pytest.mark.parametrize(
    ("everybody", "seats", "word", "answer"),
    [
        (50.0, 44.0, "above", "Yes, better than organizations like yours"),
        (50.0, 69.8, "level", "Level with organizations like yours"),
        (50.0, 90.0, "below", "No, behind organizations like yours"),
        (50.0, None, "above", "Yes, better than the average organization"),
        (None, None, None, "Not known yet"),
    ],
)
def test_the_verdict_answers_whether_one_is_better_than_those_alike(
    engine: Engine, everybody: float | None, seats: float | None, word: str | None, answer: str
) -> None:
    groups = (
        Average(basis="AllTenants", percent=everybody),
        Average(basis="TotalSeats", percent=seats, seats_from=101, seats_to=999),
    )
    tenant = fill(engine, 1, "Contoso", {0: {"aad_mfa": (7.0, 10.0)}}, {0: groups})
    page = build(engine, tenant, [tenant])
    assert (page.verdict.word, page.verdict.answer) == (word, answer)
    assert page.verdict.sentence.startswith("Contoso has 70.0 %")
    kinds = [r.kind for r in page.ladder]
    assert set(kinds) == {"you", "AllTenants", "TotalSeats"}
    values = [r.percent for r in page.ladder]
    assert [v for v in values if v is not None] == sorted((v for v in values if v is not None), reverse=True)
    assert None not in values[: sum(v is not None for v in values)]


def test_the_verdict_names_every_distance_and_the_rank(engine: Engine) -> None:
    made = world(engine, 6)
    page = build(engine, made[3], made)
    assert page.verdict.sentence == (
        "Tenant 3 has 65.0 %: 21.0 points of percent above organizations of its size (44.0 %), 15.0 above all "
        "Microsoft 365 tenants (50.0 %), number 3 of your 6 tenants."
    )
    middle = next(r for r in page.ladder if r.kind == "portfolio")
    assert (middle.percent, middle.distance) == (pytest.approx(62.5), pytest.approx(2.5))


def test_the_verdict_may_be_mixed_and_rests_on_ones_own_tenants_where_microsoft_tells_nothing(engine: Engine) -> None:
    groups = (
        Average(basis="IndustryTypes", percent=80.0, industry="Legal"),
        Average(basis="TotalSeats", percent=44.0, seats_from=1, seats_to=9),
    )
    mixed = fill(engine, 1, "Contoso", {0: {"aad_mfa": (7.0, 10.0)}}, {0: groups})
    assert build(engine, mixed, [mixed]).verdict.word == "mixed"
    others = [fill(engine, n, f"T{n}", {0: {"aad_mfa": (float(n), 10.0)}}) for n in range(2, 7)]
    page = build(engine, others[4], others)
    assert page.verdict.answer == "Yes, better than most of your tenants"
    assert page.no_groups is not None


def test_every_category_stands_beside_every_group(engine: Engine) -> None:
    made = world(engine, 6)
    page = build(engine, made[0], made)
    assert [line.category for line in page.categories] == ["Identity", "Apps"]
    identity, apps = page.categories
    assert [b.kind for b in identity.groups] == ["TotalSeats", "AllTenants", "portfolio"]
    assert [(b.average, b.distance) for b in identity.groups] == [
        (None, None), (50.0, -50.0), (pytest.approx(500 / 6), pytest.approx(-500 / 6)),
    ]  # fmt: skip
    assert apps.groups[1].average is None


def test_a_category_of_which_nothing_is_scored_says_so_and_what_the_others_have(engine: Engine) -> None:
    made = world(engine, 6)
    everybody = Average(basis="AllTenants", percent=50.0, categories=(CategoryAverage("Apps", 10.0, 40.0),))
    few = fill(engine, 8, "Few", {0: {"aad_mfa": (4.0, 10.0)}}, {0: (everybody,)})
    apps = build(engine, few, [*made, few]).categories[-1]
    assert (apps.category, apps.percent, apps.scored) == ("Apps", None, False)
    assert [b.kind for b in apps.groups] == ["AllTenants", "portfolio"]
    assert [(b.average is None, b.distance) for b in apps.groups] == [(False, None), (False, None)]
    assert all(line.scored for line in build(engine, made[0], made).categories)


def test_the_ends_of_an_estimate_never_claim_to_stand_above_all() -> None:
    assert comparison.bounds(Range(low=0.2, high=99.8)) == ("under 1", "over 99")
    assert comparison.bounds(Range(low=61.6, high=78.2)) == ("62", "78")


def test_only_tenants_that_the_viewer_may_see_count(engine: Engine) -> None:
    made = world(engine, 6)
    portfolio = build(engine, made[0], made[:5]).cohorts[0]
    assert (portfolio.tenants, portfolio.highest) == (5, pytest.approx(100 * 14 / 20))
    assert build(engine, made[0], made[:4]).cohorts[0].too_small is not None


def test_an_open_action_says_who_has_it_and_how_fast_it_went(engine: Engine) -> None:
    made = world(engine, 6)
    page = build(engine, made[0], made)
    share = next(s for s in page.actions if s.control == "aad_mfa")
    assert (share.scored, share.completed, share.percent) == (6, 5, pytest.approx(500 / 6))
    assert share.example is not None
    assert (share.example.tenant.name, share.example.way.days) == ("Tenant 2", 6)
    assert share.sentence == (
        "5 of your 6 tenants that are scored for this have all of its points; Tenant 2 took 6 days."
    )
    few = next(s for s in build(engine, made[0], made[:4]).actions if s.control == "aad_mfa")
    assert (few.scored, few.completed, few.example) == (None, None, None)


def test_a_tenant_without_days_says_so(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tenant = add(conn)
    page = build(engine, tenant, [tenant])
    assert (page.as_of, page.groups, page.cohorts, page.estimate.range) == (None, (), (), None)


START = dt.date(2026, 1, 1)


def pieces(*points: float) -> tuple[Piece, ...]:
    """Give pieces of ten days each, of ten points at most."""
    day_of = [START + dt.timedelta(days=10 * n) for n in range(len(points) + 1)]
    ends = [d - dt.timedelta(days=1) for d in day_of[1:]]
    return tuple(Piece(a, b, p, p * 10, "Identity") for a, b, p in zip(day_of, ends, points, strict=False))


@pytest.mark.parametrize(
    ("points", "days"),
    [((10,), None), ((0,), None), ((10, 5), None), ((0, 10), 1), ((0, 5, 10), 11), ((10, 0, 3, 6, 10, 10), 21),
     ((5, 2, 10), 1), ((), None)],
)  # fmt: skip
def test_a_way_is_the_last_climb(points: tuple[float, ...], days: int | None) -> None:
    found = way(pieces(*points))
    assert (found.days if found else None) == days


@given(st.lists(st.sampled_from([0.0, 2.0, 5.0, 10.0]), max_size=8))
def test_a_way_ends_with_all_points_and_begins_before(points: list[float]) -> None:
    found = way(pieces(*points))
    if found:
        assert points[-1] == 10.0
        assert found.begun < found.done
        assert found.days == (found.done - found.begun).days
