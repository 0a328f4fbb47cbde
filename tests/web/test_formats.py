"""How values look: rounded at the edge, unknown said as such."""

import datetime as dt

import pytest

from surefoot.web.html import formats

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(72.0, "72.0 %"), (None, "not known"), (-0.04, "0.0 %"), (68.8457, "68.8 %"), (-3.25, "−3.2 %")],  # noqa: RUF001 - a minus sign
)
def test_percents_have_one_decimal(value: float | None, shown: str) -> None:
    assert formats.percent(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (540.0, "540"),
        (249.91, "249.91"),
        (1204.5, "1,204.5"),
        (0.0, "0"),
        (-0.001, "0"),
        (None, "not known"),
        (698.176, "698.18"),
    ],
)
def test_points_have_up_to_two_decimals(value: float | None, shown: str) -> None:
    assert formats.points(value) == shown


@pytest.mark.parametrize(
    ("value", "way"), [(3.0, "up"), (-0.8, "down"), (0.04, "flat"), (-0.04, "flat"), (None, "flat")]
)
def test_the_arrow_follows_what_is_shown(value: float | None, way: str) -> None:
    assert formats.direction(value) == way


@pytest.mark.parametrize(("value", "shown"), [(3.0, "+3.0"), (0.0, "0.0"), (0.01, "0.0"), (None, "not known")])
def test_differences_have_a_sign(value: float | None, shown: str) -> None:
    assert formats.signed(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-0.04, "\u22120.04"), (-0.06, "\u22120.1"), (0.02, "+0.02"), (-0.004, "0.0"), (0.0, "0.0"), (None, "not known")],
)
def test_a_change_of_hundredths_has_a_second_decimal(value: float | None, shown: str) -> None:
    assert formats.change(value) == shown


def test_no_change_looks_the_same_with_any_number_of_decimals() -> None:
    assert {formats.signed(value, digits) for value in (0.0, -0.0, -0.004, 0.004) for digits in (1, 2)} == {"0.0"}


@pytest.mark.parametrize(
    ("back", "shown"),
    [
        (dt.timedelta(seconds=5), "just now"), (dt.timedelta(minutes=5), "5 minutes ago"),
        (dt.timedelta(hours=1), "60 minutes ago"), (dt.timedelta(hours=3), "3 hours ago"),
        (dt.timedelta(days=3), "3 days ago"), (dt.timedelta(seconds=-30), "just now"),
    ],
)  # fmt: skip
def test_ago_takes_the_unit_that_fits(back: dt.timedelta, shown: str) -> None:
    assert formats.ago(NOW - back, NOW) == shown


def test_never_is_a_word() -> None:
    assert formats.ago(None, NOW) == "never"


def test_days_and_moments_are_the_same_in_every_locale() -> None:
    assert formats.day(dt.date(2026, 10, 4)) == "4 Oct 2026"
    assert (
        formats.moment(dt.datetime(2026, 11, 23, 8, 12, tzinfo=dt.timezone(dt.timedelta(hours=2))))
        == "23 Nov 2026, 06:12 UTC"
    )


def test_a_category_of_tomorrow_gets_the_neutral_colour() -> None:
    assert formats.category_class("Identity") == "identity"
    assert formats.category_class('x" onload="') == "other"


def test_an_id_is_one_part_of_an_address() -> None:
    assert formats.quoted("a/b?c#d%") == "a%2Fb%3Fc%23d%25"
