"""The catalogue log: what Microsoft did, when it was first seen, and what it did to whom."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages_world import NO_RATINGS, NOW, TODAY, add, day, profile, snapshot
from sqlalchemy import Connection, Engine

from surefoot.model import Profile, Tenant
from surefoot.pages import catalogue
from surefoot.pages.catalogue import Catalogue
from surefoot.scoring.catalogue import TOGETHER, Did, clusters, listed
from surefoot.store import database, history, profiles
from surefoot.sync.derived import refresh

OLD = {"aad_mfa": (10.0, 10.0), "mdo_links": (5.0, 10.0)}
NEW = {"aad_mfa": (10.0, 10.0), "mdo_links": (6.0, 12.0), "mdo_zap": (0.0, 4.0)}


def fill(engine: Engine, number: int, name: str, new_from: int = 10) -> Tenant:
    """Keep thirty days, on which the catalogue grows `new_from` days before the last."""
    with database.writing(engine) as conn:
        tenant = add(conn, number, name)
        days = [snapshot(tenant, back, OLD if back > new_from else NEW) for back in range(30)]
        history.save(conn, tenant, days, now=NOW)
        listing(conn, tenant, 29, OLD)
        listing(conn, tenant, new_from, NEW)
        refresh(conn, tenant, NO_RATINGS)
    return tenant


def listing(conn: Connection, tenant: Tenant, back: int, held: dict[str, tuple[float, float]]) -> None:
    profiles.save(conn, tenant, [profile(c, most) for c, (_, most) in held.items()], now=at(back))


def at(back: int) -> dt.datetime:
    return dt.datetime.combine(day(back), dt.time(6), dt.UTC)


def build(engine: Engine, tenants: list[Tenant], *, one: bool = False, since: int = 29) -> Catalogue:
    with database.reading(engine) as conn:
        return catalogue.build(conn, tenants, None, ratings=NO_RATINGS, since=day(since), until=TODAY, one=one)


def test_what_lists_and_scores_tell_of_one_control_is_one_entry(engine: Engine) -> None:
    tenant = fill(engine, 1, "Contoso")
    page = build(engine, [tenant], one=True)
    assert [(e.did, e.control, e.date, e.detail) for e in page.entries] == [
        (Did.ADDED, "mdo_zap", day(10), "4 points"),
        (Did.RE_WEIGHED, "mdo_links", day(10), "10 points -> 12 points"),
    ]
    assert page.watched_since == day(29)
    assert page.percent == pytest.approx(100 * 16 / 26 - 100 * 15 / 20)
    assert page.paragraph == (
        "From 25 Oct 2026 to 23 Nov 2026 Microsoft added 1 recommendation and changed the points of 1 recommendation. "
        "Your percent fell by 13.5 points because of it. Nothing of yours got worse."
    )


def test_tenants_that_show_it_days_apart_share_an_entry_with_an_effect_each(engine: Engine) -> None:
    first, second = fill(engine, 1, "Contoso", 10), fill(engine, 2, "Fabrikam", 7)
    page = build(engine, [first, second])
    (added,) = [e for e in page.entries if e.did is Did.ADDED]
    assert (added.date, added.tenants) == (day(10), 2)
    assert {(e.tenant.name, e.date) for e in added.effects} == {("Contoso", day(10)), ("Fabrikam", day(7))}
    assert page.paragraph.endswith("It moved the score of 2 of your tenants by itself.")


def test_nobody_hears_of_tenants_that_are_not_theirs(engine: Engine) -> None:
    first, _second = fill(engine, 1, "Contoso", 10), fill(engine, 2, "Fabrikam", 7)
    page = build(engine, [first])
    assert {e.tenant.name for entry in page.entries for e in entry.effects} == {"Contoso"}


def test_a_quiet_time_says_so(engine: Engine) -> None:
    page = build(engine, [fill(engine, 1, "Contoso")], one=True, since=5)
    assert (page.entries, page.percent) == ((), 0.0)
    assert "did not change its recommendations" in page.paragraph


def test_the_own_fall_is_not_hidden_behind_microsofts_doing(engine: Engine) -> None:
    tenant = fill(engine, 1, "Contoso")
    with database.writing(engine) as conn:
        history.save(conn, tenant, [snapshot(tenant, 0, NEW | {"aad_mfa": (4.0, 10.0)})], now=NOW)
        refresh(conn, tenant, NO_RATINGS)
    page = build(engine, [tenant], one=True)
    assert page.paragraph.endswith("Apart from that, 1 recommendation of yours lost points in that time.")


def test_a_bought_product_is_not_microsofts_doing(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tenant = add(conn)
        days = [snapshot(tenant, 2, OLD, ["HasAADP1"]), snapshot(tenant, 1, NEW, ["HasAADP1", "HasMDOP2"])]
        history.save(conn, tenant, days, now=NOW)
        refresh(conn, tenant, NO_RATINGS)
    page = build(engine, [tenant], one=True)
    assert [e.did for e in page.entries] == [Did.RE_WEIGHED]


DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(60)]


def version(**changed: object) -> Profile:
    return msgspec.structs.replace(profile("mdo_links", 10.0), **changed)


def test_words_classes_and_points_are_told_apart() -> None:
    old, new = version(), version(title="Other", tier="Advanced", deprecated=True, max_points=8.0)
    told = listed({"mdo_links": [(old, DAYS[0], DAYS[9]), (new, DAYS[10], DAYS[20])]})
    assert [(e.did, e.day, e.detail) for e in told] == [
        (Did.RE_WEIGHED, DAYS[10], "10 points -> 8 points"),
        (Did.RECLASSIFIED, DAYS[10], "tier: none -> Advanced; deprecated: no -> yes"),
        (Did.REWORDED, DAYS[10], "title: Title of mdo_links -> Other"),
    ]


def test_what_was_there_at_the_first_look_was_not_added_and_what_is_gone_for_days_is_retired() -> None:
    contents = {
        "a": [(version(control="a"), DAYS[0], DAYS[20])],
        "b": [(version(control="b"), DAYS[0], DAYS[16])],
        "c": [(version(control="c"), DAYS[5], DAYS[17])],
    }
    told = [(e.control, e.did, e.day) for e in listed(contents)]
    assert told == [("c", Did.ADDED, DAYS[5]), ("b", Did.RETIRED, DAYS[17])]
    assert listed({}) == ()


@given(st.lists(st.sampled_from(DAYS)))
def test_every_day_lies_in_exactly_one_cluster_and_no_cluster_is_long(days: list[dt.date]) -> None:
    found = clusters(days)
    assert all(sum(a <= d <= b for a, b in found) == 1 for d in days)
    assert all(b - a <= TOGETHER for a, b in found)
