"""Metrics and trends: each number is that of the history, the overview and the registers of that day."""

import datetime as dt
from math import fsum

import msgspec
import pytest
from pages_world import NO_RATINGS, NOW, TODAY, add, day, fill, profile, snapshot
from sqlalchemy import Engine

from surefoot.errors import InputRefused
from surefoot.model import Average, Decision, Dismissal, Side, Status, Tenant
from surefoot.pages import changes, comparison, history, overview, regressions, risks, trends
from surefoot.pages.trends import Trends, Wanted
from surefoot.scoring import actions
from surefoot.scoring.trends import Step
from surefoot.scoring.zones import Bounds, Zone
from surefoot.store import database, decisions, dismissals, profiles, standings
from surefoot.store import history as days_of
from surefoot.sync.derived import refresh
from surefoot.sync.zones import set_bounds

FULL = {"aad_mfa": (10.0, 10.0), "mdo_links": (8.0, 8.0), "mip_dlp": (0.0, 6.0), "scid_1": (2.0, 4.0)}
FALLEN = {**FULL, "aad_mfa": (4.0, 10.0)}
LESS = {**FULL, "scid_1": (1.0, 4.0), "mdo_new": (0.0, 5.0)}
STORED = [back for back in range(120) if back not in {10, 11, 40}]


def held(back: int) -> dict[str, tuple[float, float]]:
    return FALLEN if 25 < back <= 30 else LESS if back <= 5 else FULL


def averages(back: int) -> tuple[Average, ...]:
    if back > 50:
        return ()
    return (
        Average(basis="AllTenants", percent=40.0 + back / 10),
        Average(basis="TotalSeats", percent=45.0, seats_from=1, seats_to=99),
    )


@pytest.fixture
def tenant(engine: Engine) -> Tenant:
    """Keep 120 days: a fall that was mended, one that was not, missing days, averages, and risks accepted twice."""
    with database.writing(engine) as conn:
        made = add(conn)
        sent = [msgspec.structs.replace(snapshot(made, b, held(b)), averages=averages(b)) for b in STORED]
        days_of.save(conn, made, sent, now=NOW)
        profiles.save(conn, made, [profile(c, most) for c, (_, most) in {**FULL, **LESS}.items()], now=NOW)
        for control, status, back, side in (
            ("mip_dlp", Status.RISK_ACCEPTED, 60, Side.SUREFOOT),
            ("mip_dlp", Status.TO_ADDRESS, 45, Side.SUREFOOT),
            ("MIP_DLP", Status.RISK_ACCEPTED, 20, Side.MICROSOFT),
            ("mdo_new", Status.RISK_ACCEPTED, -1, Side.SUREFOOT),
        ):
            at = dt.datetime.combine(day(back), dt.time(9), dt.UTC)
            told = Decision(control=control, status=status, decided_at=at, decided_by="anna", decided_in=side)
            decisions.record(conn, made, told)
        refresh(conn, made, NO_RATINGS)
    return made


def build(engine: Engine, tenant: Tenant, **wanted: object) -> Trends:
    with database.reading(engine) as conn:
        return trends.build(conn, tenant, ratings=NO_RATINGS, wanted=Wanted(**wanted))


@pytest.mark.parametrize("wanted", [{}, {"days": 7}, {"days": None}, {"since": day(50), "until": day(8)}])
def test_the_days_are_those_of_the_history(engine: Engine, tenant: Tenant, wanted: dict[str, object]) -> None:
    page = build(engine, tenant, **wanted)
    with database.reading(engine) as conn:
        past = history.build(conn, tenant, ratings=NO_RATINGS, wanted=history.Wanted(**wanted))
        parts = {
            c.category: history.build(
                conn, tenant, ratings=NO_RATINGS, wanted=history.Wanted(category=c.category, **wanted)
            )
            for c in page.categories
        }
    shown = [(d.date, d.points, d.max_points, d.percent) for d in page.days]
    assert shown == [(d.date, d.points, d.max_points, d.percent) for d in past.history]
    assert (page.gaps, page.missing, page.repair, page.flapping) == (
        past.gaps,
        past.missing,
        past.repair,
        past.flapping,
    )
    for c in page.categories:
        of_history = [(d.date, d.points, d.max_points, d.percent) for d in parts[c.category].history]
        assert [(d.date, d.points, d.max_points, d.percent) for d in c.days] == of_history


def test_every_days_regressions_and_risks_are_those_of_its_actions(engine: Engine, tenant: Tenant) -> None:
    page = build(engine, tenant, days=None)
    with database.reading(engine) as conn:
        for shown in page.days:
            ranked = actions.rank(standings.of(conn, tenant, shown.date), shown.max_points, NO_RATINGS, shown.date)
            low = [a.regressed.best_points - a.earned_points for a in ranked if a.regressed]
            assert (shown.regressed, shown.points_lost) == (len(low), fsum(low)), shown.date
    accepted = {(TODAY - d.date).days: (d.accepted, d.points_given_up) for d in page.days}
    assert {back: n for back, n in accepted.items() if n != (0, 0.0)} == {
        **{back: (1, 6.0) for back in STORED if 45 < back <= 60 or 0 < back <= 20},
        0: (2, 11.0),
    }


def test_the_last_day_is_as_the_registers_and_the_overview_have_it(engine: Engine, tenant: Tenant) -> None:
    page = build(engine, tenant)
    with database.reading(engine) as conn:
        whole = overview.build(conn, tenant, ratings=NO_RATINGS)
        fallen = regressions.build(conn, tenant, ratings=NO_RATINGS)
        register = risks.build(conn, [tenant], ratings=NO_RATINGS, today=TODAY)
    last = page.days[-1]
    assert (last.percent, last.regressed) == (whole.percent, whole.regressed)
    assert (last.accepted, last.points_given_up) == (register.total, register.points)
    assert [(c.category, c.percent) for c in page.categories] == [(c.category, c.percent) for c in whole.categories]
    assert [(r.control, r.since, r.lost, r.name) for r in page.regressed] == [
        (r.control, r.since, r.lost, r.name) for r in fallen.regressions
    ]
    assert page.dismissed == 0


def test_a_dismissed_regression_is_shown_as_one(engine: Engine, tenant: Tenant) -> None:
    with database.writing(engine) as conn:
        word = Dismissal(
            control="scid_1", points=1.0, best_points=2.0, reason="a test", dismissed_at=NOW, dismissed_by="anna"
        )
        dismissals.record(conn, tenant, word)
    page = build(engine, tenant)
    assert (page.dismissed, [r.dismissed for r in page.regressed], page.days[-1].regressed) == (1, [True], 1)
    assert build(engine, tenant, until=day(1), since=day(9)).dismissed is None


def test_the_averages_are_those_of_the_comparison(engine: Engine, tenant: Tenant) -> None:
    page = build(engine, tenant)
    with database.reading(engine) as conn:
        compared = comparison.build(conn, tenant, [tenant], ratings=NO_RATINGS, days=90)
    for group in compared.groups:
        field = trends.BASES[group.basis]
        line = [(d.date, getattr(d, field)) for d in page.days if getattr(d, field) is not None]
        assert line == [(d.date, d.average) for d in group.history]
    assert [(g.name, g.meaning, g.average, g.distance) for g in page.groups] == [
        (g.name, g.meaning, g.average, g.distance) for g in compared.groups
    ]
    first = page.groups[0]
    assert (first.since, first.as_of) == (day(50), TODAY)
    assert page.days[0].average_all is None
    assert build(engine, tenant, since=day(100), until=day(60)).groups == ()


def test_a_bar_is_what_the_page_that_it_leads_to_explains(engine: Engine, tenant: Tenant) -> None:
    page = build(engine, tenant, days=60)
    assert page.by is Step.WEEK
    assert page.periods[0].since == day(60)
    for period in page.periods:
        with database.reading(engine) as conn:
            told = changes.build(conn, tenant, ratings=NO_RATINGS, since=period.since, until=period.until)
        assert period.change == told.difference
    assert [(p.falls, p.mended) for p in page.periods if p.falls or p.mended] == [(1, 0), (0, 1), (1, 0)]
    assert build(engine, tenant, days=60, by=Step.MONTH).by is Step.MONTH


def test_zones_are_counted_and_dated_also_before_the_range(engine: Engine, tenant: Tenant) -> None:
    with database.writing(engine) as conn:
        set_bounds(conn, tenant, Bounds(good=70.0, okay=55.0), by="anna", now=NOW)
    page = build(engine, tenant, days=30)
    assert (page.in_zone.good, page.in_zone.okay, page.in_zone.bad) == (18, 6, 4)
    assert [d.zone for d in page.days[-7:]] == [Zone.GOOD] + [Zone.OKAY] * 6
    assert page.present is not None
    assert (page.present.zone, page.present.since, page.present.before) == (Zone.OKAY, day(5), Zone.GOOD)
    whole = build(engine, tenant, since=day(50), until=day(45))
    assert whole.present is not None
    assert (whole.present.since, whole.present.before) == (day(119), None)


def test_a_range_the_wrong_way_round_is_refused(engine: Engine, tenant: Tenant) -> None:
    with pytest.raises(InputRefused, match="turn them round"):
        build(engine, tenant, since=day(1), until=day(2))


def test_a_range_without_a_day_and_a_tenant_without_one_are_empty(engine: Engine, tenant: Tenant) -> None:
    page = build(engine, tenant, since=day(11), until=day(10))
    assert (page.days, page.since, page.present, page.periods, page.regressed, page.repair) == (
        (),
        None,
        None,
        (),
        (),
        None,
    )
    assert (page.first, page.newest) == (day(119), TODAY)
    nobody = build(engine, fill(engine, {}, number=2, name="New"))
    assert (nobody.days, nobody.first, nobody.missing, nobody.dismissed, nobody.categories) == ((), None, 0, None, ())


def test_a_day_without_a_maximum_has_no_percent_and_no_zone(engine: Engine) -> None:
    bare = fill(engine, {1: FULL, 0: {"aad_mfa": (0.0, 0.0)}})
    page = build(engine, bare)
    assert (page.days[-1].percent, page.days[-1].zone, page.in_zone.unknown, page.present) == (None, None, 1, None)
    assert page.periods[-1].change is None
    assert page.periods[-1].gained is None
