"""A word about a tenant whose numbers are old: since when, and where the next step stands."""

import datetime as dt

import msgspec

from surefoot.pages.overview import is_old
from surefoot.pages.portfolio import PortfolioRow
from surefoot.web.html import formats
from surefoot.web.html.overview import path


class Aged(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a tenant's numbers, and where it is mended."""

    text: str
    href: str
    label: str
    """The words of that link."""


def aged(row: PortfolioRow, today: dt.date) -> Aged | None:
    """Say what is wrong with a tenant's numbers; None: they are fresh."""
    if row.problem is not None:
        return Aged(text=_read(row), href=path(row.tenant.id, "connection"), label="What is wrong, and what to do")
    if row.as_of is not None and not is_old(row.as_of, today):
        return None
    return Aged(text=_read(row), href=path(row.tenant.id, "overview"), label="Why, and what to do")


def _read(row: PortfolioRow) -> str:
    if row.as_of is None:
        return "Never read"
    score = f"score is of {formats.short_day(row.as_of)}"
    if row.synced_at is None:
        return f"Its {score}"
    read = f"Last read {formats.short_day(row.synced_at.date())}"
    return f"{read}, its {score}" if is_old(row.as_of, row.synced_at.date()) else read
