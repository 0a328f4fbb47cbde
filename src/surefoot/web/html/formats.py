"""How values look on pages: rounded here and nowhere else. Each function is a Jinja filter of the same name.

Numbers and days are written as the reader does (`locales`); the words around them are English.
"""

import datetime as dt
from urllib.parse import quote

from surefoot import locales
from surefoot.model import Difficulty, Impact, Level, Source, Status

NOT_KNOWN = "not known"
NONE = "\u2013"
HUNDREDTHS, TENTHS = 0.005, 0.05
"""A difference below these is 0 when it is rounded to two decimals, or to one."""

STATUS_WORDS = {
    Status.TO_ADDRESS: "To address",
    Status.PLANNED: "Planned",
    Status.IN_PROGRESS: "In progress",
    Status.RISK_ACCEPTED: "Risk accepted",
    Status.THIRD_PARTY: "Resolved through third party",
    Status.ALTERNATE: "Resolved through alternate mitigation",
    Status.COMPLETED: "Completed",
}
IMPACT_WORDS = {Impact.HIGH: "High", Impact.MEDIUM: "Medium", Impact.LOW: "Low"}
DIFFICULTY_WORDS = {Difficulty.EASY: "Easy", Difficulty.MEDIUM: "Medium", Difficulty.COMPLEX: "Complex"}
LEVEL_WORDS = {Level.LOW: "Low", Level.MODERATE: "Moderate", Level.HIGH: "High"}
SOURCE_WORDS = {
    Source.GRAPH: "Microsoft Graph",
    Source.SAVED_ANSWER: "saved answer",
    Source.PORTAL_EXPORT: "portal export",
}
KNOWN_CATEGORIES = frozenset({"identity", "device", "apps", "data", "infrastructure"})


def percent(value: float | None, digits: int = 1) -> str:
    """Write 72.0 %, or that it is not known."""
    return NOT_KNOWN if value is None else f"{locales.number(value, digits)} %"


def number(value: float | None, digits: int = 1) -> str:
    """Write 72.0, or that it is not known."""
    return NOT_KNOWN if value is None else locales.number(value, digits)


def points(value: float | None) -> str:
    """Write points with up to two decimals and thousands apart: 540, 249.91, 1,204."""
    if value is None:
        return NOT_KNOWN
    return locales.plain(value)


def gain(value: float | None) -> str:
    """Write points to gain: +15."""
    return NOT_KNOWN if value is None else f"+{points(value)}"


def count(value: float | None) -> str:
    """Write a count with thousands apart."""
    return NONE if value is None else locales.number(value, 0)


def signed(value: float | None, digits: int = 1) -> str:
    """Write a difference with its sign; what rounds to nothing is 0.0, whatever the decimals."""
    if value is None:
        return NOT_KNOWN
    return locales.signed(value, digits)


def decimals(value: float | None) -> int:
    """Give the decimals of a difference: one, or two where one would show nothing of it and two do."""
    return 2 if value is not None and HUNDREDTHS <= abs(value) < TENTHS else 1


def change(value: float | None) -> str:
    """Write a difference with its sign, with a second decimal where one would show nothing."""
    return signed(value, decimals(value))


def direction(value: float | None, digits: int = 1) -> str:
    """Say `up`, `down` or `flat` for what the rounded difference shows."""
    shown = 0.0 if value is None else float(f"{value:.{digits}f}")
    return "up" if shown > 0 else "down" if shown < 0 else "flat"


def magnitude(value: float | None, digits: int = 1) -> str:
    """Write a difference without its sign, beside an arrow that shows it."""
    return NOT_KNOWN if value is None else locales.number(abs(value), digits)


def day(value: dt.date | None) -> str:
    """Write 24 Oct 2026."""
    return NONE if value is None else locales.day(value)


def short_day(value: dt.date | None) -> str:
    """Write 24 Oct."""
    return NONE if value is None else locales.short_day(value)


def moment(value: dt.datetime | None) -> str:
    """Write 23 Nov 2026, 06:12 UTC."""
    if value is None:
        return NONE
    value = value.astimezone(dt.UTC)
    return f"{locales.day(value.date())}, {locales.time(value)} UTC"


def iso(value: dt.datetime | dt.date | None) -> str:
    """Write a moment for the `datetime` attribute."""
    return "" if value is None else value.isoformat()


def ago(value: dt.datetime | None, now: dt.datetime) -> str:
    """Write how long ago something was: just now, 5 minutes ago, 3 days ago."""
    if value is None:
        return "never"
    seconds = (now - value).total_seconds()
    if seconds < 90:  # noqa: PLR2004 - a minute and a half reads as now
        return "just now"
    for unit, size, until in (("minute", 60, 90), ("hour", 3600, 36), ("day", 86400, 1e9)):
        amount = round(seconds / size)
        if amount < until:
            return f"{amount} {unit}{'' if amount == 1 else 's'} ago"
    return "long ago"


def plural(amount: int, one: str, many: str) -> str:
    """Write 1 action, 2 actions."""
    return f"{locales.number(amount, 0)} {one if amount == 1 else many}"


def status(value: Status) -> str:
    """Name a status as Microsoft's portal does."""
    return STATUS_WORDS[value]


def impact(value: Impact | None) -> str:
    """Name an impact."""
    return NONE if value is None else IMPACT_WORDS[value]


def difficulty(value: Difficulty | None) -> str:
    """Name a difficulty."""
    return "not rated" if value is None else DIFFICULTY_WORDS[value]


def level(value: Level | None) -> str:
    """Name a level of cost or user impact."""
    return "not rated by Microsoft" if value is None else LEVEL_WORDS[value]


def source(value: Source) -> str:
    """Name where a day came from."""
    return SOURCE_WORDS[value]


def slug(value: str) -> str:
    """Turn an enumeration's value into part of a class or icon: in-progress."""
    return value.replace("_", "-")


def quoted(value: str) -> str:
    """Write an id as one part of an address."""
    return quote(value, safe="")


def category_class(value: str) -> str:
    """Give the colour class of a category; one that Microsoft invents later gets the neutral one."""
    lowered = value.lower()
    return lowered if lowered in KNOWN_CATEGORIES else "other"


FILTERS = {
    f.__name__: f
    for f in (
        percent, number, points, gain, count, signed, change, direction, magnitude, day, short_day, moment, iso, ago,
        plural, status, impact, difficulty, level, source, slug, quoted, category_class,
    )
}  # fmt: skip
