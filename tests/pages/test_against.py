"""Side by side: another tenant or a label, per category and by what the controls are worth."""

import pytest
from cohort_world import fill, world
from pages_world import NO_RATINGS, Points, add
from sqlalchemy import Engine

from surefoot.errors import InputRefused
from surefoot.model import Status, Tenant
from surefoot.pages import comparison
from surefoot.pages.against import NAMED, Counterpart
from surefoot.store import database, labels


def beside(engine: Engine, tenant: Tenant, other: Tenant | str, visible: list[Tenant]) -> Counterpart:
    with database.reading(engine) as conn:
        found = comparison.build(conn, tenant, visible, ratings=NO_RATINGS, against=other).against
    assert found is not None
    return found


OURS: dict[str, Points] = {"aad_a": (0.0, 20.0), "aad_b": (10.0, 10.0), "mdo_c": (5.0, 10.0), "mip_d": (1.0, 10.0)}
THEIRS: dict[str, Points] = {"aad_a": (10.0, 10.0), "aad_b": (0.0, 10.0), "mdo_c": (5.0, 10.0), "scid_e": (1.0, 1.0)}


def test_two_tenants_stand_side_by_side(engine: Engine) -> None:
    here, there = fill(engine, 1, "Contoso", {0: OURS}), fill(engine, 2, "Fabrikam", {0: THEIRS})
    page = beside(engine, here, there, [here, there])
    assert page.tenant is not None
    assert (page.tenant.name, page.label, page.unknown) == ("Fabrikam", None, None)
    assert page.percent == pytest.approx(100 * 16 / 31)
    assert page.distance == pytest.approx(100 * 16 / 50 - 100 * 16 / 31)
    (ahead,), (behind,) = page.ahead, page.behind
    assert (ahead.control, ahead.percent, ahead.average, ahead.worth) == ("aad_a", 0.0, 100.0, pytest.approx(40.0))
    assert (ahead.status, ahead.their_status) == (Status.TO_ADDRESS, Status.COMPLETED)
    assert (behind.control, behind.distance, behind.worth) == ("aad_b", 100.0, pytest.approx(-20.0))
    assert (page.same, page.only_here, page.only_there) == (1, 1, 1)
    assert (page.common, page.scored, page.warning) == (3, 5, None)
    found = {c.category: (c.percent, c.average) for c in page.categories}
    assert found == {
        "Identity": (pytest.approx(100 / 3), pytest.approx(50.0)), "Device": (None, 100.0), "Apps": (50.0, 50.0),
        "Data": (pytest.approx(10.0), None),
    }  # fmt: skip
    assert (page.unscored, beside(engine, there, here, [here, there]).unscored) == (("Data",), ("Device",))
    assert page.sentence.endswith("Fabrikam has earned more of 1 control, Contoso of 1 control.")


def test_few_controls_in_common_are_warned_of(engine: Engine) -> None:
    other = {"aad_a": (10.0, 20.0), **{f"mdo_{n}": (1.0, 2.0) for n in range(9)}}
    here, there = fill(engine, 1, "Contoso", {0: OURS}), fill(engine, 2, "Fabrikam", {0: other})
    page = beside(engine, here, there, [here, there])
    assert page.common * 2 < page.scored
    assert page.warning is not None
    assert f"({page.common} of {page.scored})" in page.warning


def test_a_label_is_an_average_of_five_or_nothing(engine: Engine) -> None:
    made = world(engine, 6)
    with database.writing(engine) as conn:
        for tenant in made[1:]:
            labels.add(conn, tenant, ["Gold"])
        for tenant in made[1:5]:
            labels.add(conn, tenant, ["Small"])
    page = beside(engine, made[0], "gold", made)
    assert (page.label, page.tenants, page.tenant, page.as_of) == ("Gold", 5, None, None)
    assert page.percent == pytest.approx(100 * (11 + 12 + 13 + 14 + 15) / 20 / 5)
    assert [(g.control, g.average, g.their_status) for g in page.ahead] == [
        ("aad_mfa", 100.0, None), ("mdo_links", pytest.approx(30.0), None),
    ]  # fmt: skip
    small = beside(engine, made[0], "Small", made)
    assert (small.percent, small.categories, small.ahead) == (None, (), ())
    assert "Fewer than 5" in (small.unknown or "")
    hidden = beside(engine, made[0], "Gold", made[:5])
    assert hidden.percent is None


def test_what_is_worth_most_comes_first_and_the_rest_is_counted(engine: Engine) -> None:
    count = NAMED + 3
    here = fill(engine, 1, "Contoso", {0: {f"aad_{n}": (0.0, float(n + 1)) for n in range(count)}})
    there = fill(engine, 2, "Fabrikam", {0: {f"aad_{n}": (1.0, 1.0) for n in range(count)}})
    page = beside(engine, here, there, [here, there])
    assert (len(page.ahead), page.ahead_total, page.behind_total) == (NAMED, count, 0)
    assert [g.control for g in page.ahead][:2] == [f"aad_{count - 1}", f"aad_{count - 2}"]
    assert page.sentence.endswith(f"Fabrikam has earned more of {count} controls, Contoso of none.")
    worths = [g.worth for g in page.ahead]
    assert worths == sorted(worths, reverse=True)


def test_what_cannot_be_compared_is_refused_or_said(engine: Engine) -> None:
    here = fill(engine, 1, "Contoso", {0: OURS})
    with database.writing(engine) as conn:
        silent = add(conn, 2, "Silent")
    for other, words in ((here, "not with itself"), ("x" * 100, "has the label")):
        with pytest.raises(InputRefused, match=words):
            beside(engine, here, other, [here, silent])
    assert beside(engine, here, silent, [here, silent]).unknown == "No score of Silent is known."
    assert beside(engine, silent, here, [here, silent]).unknown == "No score of Silent is known."
