"""Numbers and days as the reader writes them; what a browser sends is never trusted to be a language."""

import datetime as dt

import pytest
from babel import localedata
from hypothesis import given
from hypothesis import strategies as st

from surefoot import locales

DAY = dt.date(2026, 10, 4)


@pytest.mark.parametrize(
    ("asked", "number", "day"),
    [
        ("", "−1,204.6", "4 Oct 2026"),  # noqa: RUF001 - a minus sign
        ("en-US,en;q=0.9", "−1,204.6", "Oct 4, 2026"),  # noqa: RUF001
        ("de-DE,de;q=0.9,en;q=0.8", "−1.204,6", "4. Okt. 2026"),  # noqa: RUF001
        ("fr;q=0.4, sv;q=0.8", "−1\u00a0204,6", "4 okt. 2026"),  # noqa: RUF001
        ("ar,de;q=0.4", "−1.204,6", "4. Okt. 2026"),  # noqa: RUF001
        ("tlh, de;q=0", "−1,204.6", "4 Oct 2026"),  # noqa: RUF001
    ],
)
def test_a_reader_gets_numbers_and_days_in_their_way(asked: str, number: str, day: str) -> None:
    with locales.reading_as(locales.wanted(asked)):
        assert locales.number(-1204.56, 1) == number
        assert locales.day(DAY) == day
    assert locales.day(DAY) == "4 Oct 2026"


@given(st.text(max_size=300))
def test_any_header_gives_a_locale_that_can_write(asked: str) -> None:
    with locales.reading_as(locales.wanted(asked)):
        assert locales.day(DAY)
        assert locales.number(0.04, 1)


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_a_number_reads_back_to_the_digit(value: float, digits: int) -> None:
    with locales.reading_as("de_DE"):
        text = locales.number(value, digits)
    back = float(text.replace(".", "").replace(",", ".").replace(locales.MINUS, "-"))
    assert back == float(f"{value:.{digits}f}")


def test_a_reader_is_written_for_whoever_asked_for_what_before() -> None:
    for name in localedata.locale_identifiers():
        locales.wanted(name.replace("_", "-"))
    asked = {"en-GB": "4 Oct 2026", "en-US": "Oct 4, 2026", "de-DE": "4. Okt. 2026", "fr-CA": "4 oct. 2026"}
    for tag, day in asked.items():
        with locales.reading_as(locales.wanted(f"{tag},en;q=0.1")):
            assert locales.day(DAY) == day
