"""The arguments and options that commands share."""

import datetime as dt
import enum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from surefoot.errors import InputRefused
from surefoot.pages.outlets import camel

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The folder of database, key and logs. [SUREFOOT_DATA or surefoot-data]"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the API's JSON.")]
TenantName = Annotated[
    str | None, typer.Argument(metavar="TENANT", help="A name or id; not needed with only one tenant.")
]
AnyTenant = Annotated[str | None, typer.Argument(metavar="TENANT", help="A name or id; all when left out.")]
Sort = Annotated[str | None, typer.Option("--sort", help="By what, as in the API; -points: the largest first.")]
Port = Annotated[int | None, typer.Option("--port", help="The port to listen on. [SUREFOOT_PORT or 8365]")]
Days = Annotated[int, typer.Option("--days", min=1, max=36_500, help="How many days of history up to the newest.")]
From = Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day, as 2026-12-31.")]
To = Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day; the newest when left out.")]


E = TypeVar("E", bound=enum.StrEnum)


def choice(text: str | None, what: str, kind: type[E]) -> E | None:
    """Read one of an enumeration's values, in any of its spellings; None stays None."""
    if text is None:
        return None
    plain = text.replace("-", "_")
    found = next((v for v in kind if plain in {v.value, camel(v.value)}), None)
    if found is None:
        message = f"{text!r} is no {what}; these are: {', '.join(camel(v.value) for v in kind)}."
        raise InputRefused(message)
    return found


def order(text: str | None, usual: E, *, falling: bool = False) -> tuple[E, bool]:
    """Read by what a list is sorted, and whether the largest comes first."""
    if text is None:
        return usual, falling
    return choice(text.removeprefix("-"), "order", type(usual)) or usual, text.startswith("-")


def day(text: str | None) -> dt.date | None:
    """Read a day as 2026-12-31; None stays None."""
    if text is None:
        return None
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        message = f"{text!r} is no day. Write it as 2026-12-31."
        raise InputRefused(message) from None


def days(since: str | None, until: str | None, today: dt.date) -> tuple[dt.date, dt.date]:
    """Read a range of days: the last 90 when nothing is said."""
    last = day(until) or today
    first = day(since) or last - min(dt.timedelta(days=89), last - dt.date.min)
    if first > last:
        message = f"The first day ({first}) is after the last ({last}): turn them round."
        raise InputRefused(message)
    return first, last
