"""How the reader writes days and numbers: Unicode's CLDR, by the language that a browser asks for.

Whoever answers a request says in whose way (`reading_as`); what draws or writes for people asks here. Texts stay
English, and days are UTC days whatever the language.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time

PLAIN = "en_GB"
"""When nobody asks for anything: 24 Oct 2026 and 1,204.5."""
LONGEST, MOST = 200, 10
"""How much of an Accept-Language header is read: characters, languages."""
_SPOKEN = (
    "bg bs ca cs cy da de el en es et eu fi fr ga gl hi hr hu id is it ja ko lb lt lv mk mt nb nl nn no pl pt ro ru "
    "sk sl sq sr sv th tr uk vi zh"
)
LANGUAGES = frozenset(_SPOKEN.split())
"""Those that are written; from right to left is none of them, as that would tear English sentences apart."""
VARIANTS = frozenset(
    [
        "de_AT",
        "de_CH",
        "en_AU",
        "en_CA",
        "en_GB",
        "en_IE",
        "en_IN",
        "en_NZ",
        "en_US",
        "en_ZA",
        "es_AR",
        "es_CL",
        "es_CO",
        "es_MX",
        "es_US",
        "fr_BE",
        "fr_CA",
        "fr_CH",
        "it_CH",
        "nl_BE",
        "pt_PT",
        "zh_Hant_HK",
        "zh_Hant_TW",
    ]
)
"""Where a country writes otherwise than its language does. No more are read: what is read of CLDR stays in memory."""
MINUS = "\u2212"

_reader: ContextVar[str] = ContextVar("reader", default=PLAIN)


@contextmanager
def reading_as(name: str) -> Iterator[None]:
    """Write for a reader of this locale, a name as `wanted` gives it, until the block ends."""
    token = _reader.set(name)
    try:
        yield
    finally:
        _reader.reset(token)


def wanted(accept_language: str) -> str:
    """Give the first locale of an Accept-Language header that is in `LANGUAGES`; what cannot be read is passed over."""
    return _wanted(accept_language[:LONGEST])


@lru_cache(maxsize=256)
def _wanted(accept_language: str) -> str:
    asked = [_weighed(part) for part in accept_language.split(",")[:MOST]]
    for _, tag in sorted((a for a in asked if a[0] > 0), key=lambda a: -a[0]):
        found = _known(tag)
        if found is not None:
            return found
    return PLAIN


def _weighed(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";")
    try:
        return (float(weight.strip().removeprefix("q=")) if weight else 1.0), tag.strip()
    except ValueError:
        return 0.0, tag


def _known(tag: str) -> str | None:
    """Read a tag: its variant where that is written, else its language; None for what is not written at all."""
    try:
        found = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    if found is None or found.language not in LANGUAGES:
        return None
    return str(found) if str(found) in VARIANTS else found.language


def number(value: float, digits: int) -> str:
    """Write a number with so many decimals, thousands apart, and a minus sign; what rounds to 0 has none."""
    return _number(value, digits, _reader.get())


@lru_cache(maxsize=16_384)
def _number(value: float, digits: int, name: str) -> str:
    text = f"{value:,.{digits}f}"
    if text.startswith("-") and float(text.replace(",", "")) == 0:
        text = text[1:]
    return text.translate(_signs(name))


def signed(value: float, digits: int) -> str:
    """Write a difference with its sign; what rounds to 0 has none, and is 0.0 whatever the decimals."""
    if float(f"{value:.{digits}f}") == 0:
        return number(0.0, min(digits, 1))
    text = number(value, digits)
    return f"+{text}" if value > 0 else text


def plain(value: float) -> str:
    """Write a number with up to two decimals, as few as it has."""
    return _plain(value, _reader.get())


@lru_cache(maxsize=16_384)
def _plain(value: float, name: str) -> str:
    return _number(value, 2, name).rstrip("0").rstrip(_signs(name)[ord(".")])


@lru_cache(maxsize=64)
def _signs(name: str) -> dict[int, str]:
    symbols = Locale.parse(name).number_symbols["latn"]
    return {ord("."): symbols["decimal"], ord(","): symbols["group"], ord("-"): MINUS}


def decimal_point() -> str:
    """Give what stands before the decimals."""
    return _signs(_reader.get())[ord(".")]


def day(value: dt.date) -> str:
    """Write a day: 24 Oct 2026, Oct 24, 2026, 24. Okt. 2026."""
    return _skeleton("yMMMd", value, _reader.get())


def short_day(value: dt.date) -> str:
    """Write a day without its year."""
    return _skeleton("MMMd", value, _reader.get())


def month(value: dt.date) -> str:
    """Write a month with its year."""
    return _skeleton("yMMM", value, _reader.get())


def time(value: dt.datetime) -> str:
    """Write the time of day to the minute, as it is in the value's own zone."""
    return _time(value.hour, value.minute, _reader.get())


@lru_cache(maxsize=8192)
def _skeleton(form: str, value: dt.date, name: str) -> str:
    return format_skeleton(form, value, locale=name)


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, name: str) -> str:
    return str(format_time(dt.time(hour, minute), "short", locale=name)).replace("\u202f", "\u00a0")
