"""What pages that are lists share: heads that sort, a form that filters, links that keep what was asked for."""

import datetime as dt
import enum
import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import QueryParams

from surefoot.model import Tenant
from surefoot.pages.outlets import camel
from surefoot.web.html import formats
from surefoot.web.html.contexts import Choice, Select
from surefoot.web.html.overview import path

LONGEST = 200
"""Characters of a word in an address that are looked at."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a column."""

    label: str
    href: str | None = None
    """None: nothing is sorted by it."""
    order: str = "none"
    """As `aria-sort` says it."""
    number: bool = False


class DateField(msgspec.Struct, frozen=True, kw_only=True):
    """A day in a form."""

    name: str
    label: str
    value: str


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What a list may be narrowed by."""

    action: str
    label: str
    find: str
    """What the search field says it looks through."""
    text: str = ""
    selects: tuple[Select, ...] = ()
    dates: tuple[DateField, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    """What the links beside the form have chosen already."""
    filtered: bool = False
    clear_href: str = ""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column as a page declares it."""

    label: str
    by: enum.StrEnum | None = None
    falls: bool = False
    """Whether the first click puts the largest first."""
    number: bool = False
    rising: str = "A to Z"
    falling: str = "Z to A"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a list lives, and what was asked of it."""

    base: str
    query: Mapping[str, str]

    def href(self, **changes: str | None) -> str:
        """Give the address with some of it changed; None or nothing takes a part away."""
        held = {k: v for k, v in {**self.query, **changes}.items() if v}
        return f"{self.base}?{urlencode(held)}" if held else self.base

    def exported(self, csv: str, **changes: str | None) -> str:
        """Give the address of the API's CSV of the same list."""
        held = {k: v for k, v in {**self.query, **changes}.items() if v}
        return f"{csv}?{urlencode(held)}" if held else csv


def asked(base: str, query: QueryParams, names: Iterable[str]) -> Address:
    """Read the parts of an address that a list knows; others are ignored, so that old links still work."""
    held = {name: query[name].strip()[:LONGEST] for name in names if query.get(name, "").strip()}
    return Address(base=base, query=held)


def among(address: Address, name: str, kind: type[enum.StrEnum]) -> Address:
    """Leave out a word that is none of an enumeration's, as the API writes them, with or without a minus."""
    word = address.query.get(name, "").removeprefix("-")
    if word in {camel(v.value) for v in kind}:
        return address
    return Address(base=address.base, query={k: v for k, v in address.query.items() if k != name})


def heads(columns: Sequence[Column], address: Address, usual: str) -> tuple[Head, ...]:
    """Make the heads of a table; `usual` is the order when nothing is asked, as `-points`."""
    return tuple(_head(c, address, address.query.get("sort", usual)) for c in columns)


def _head(column: Column, address: Address, now: str) -> Head:
    if column.by is None:
        return Head(label=column.label, number=column.number)
    key = camel(column.by.value)
    order = "ascending" if now == key else "descending" if now == f"-{key}" else "none"
    falls = order == "ascending" or (order == "none" and column.falls)
    href = address.href(sort=f"-{key}" if falls else key)
    return Head(label=column.label, href=href, order=order, number=column.number)


def sorts(columns: Sequence[Column], address: Address, usual: str) -> Select:
    """Offer the same orders as the heads, for pages too narrow for heads."""
    options = [
        (sign + camel(c.by.value), f"{c.label}, {words}")
        for c in columns
        if c.by is not None
        for sign, words in (("", c.rising), ("-", c.falling))
    ]
    return select("sort", "Sort by", options, address.query.get("sort", usual))


def select(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> Select:
    """Make a list to choose from."""
    folded = chosen.casefold()
    choices = tuple(Choice(value=v, label=text, selected=v.casefold() == folded) for v, text in options)
    return Select(name=name, label=label, choices=choices)


def tenants(visible: Sequence[Tenant], address: Address) -> Select:
    """Offer the visible tenants."""
    options = [("", "All"), *((t.id, t.name) for t in visible)]
    return select("tenant", "Tenant", options, address.query.get("tenant", ""))


def chosen(visible: Sequence[Tenant], address: Address) -> list[Tenant]:
    """Give the tenant that an address names among the visible ones, else all of them."""
    wanted = address.query.get("tenant")
    return [t for t in visible if t.id == wanted] if wanted else list(visible)


def prose(text: str | None) -> str | None:
    """Write a sentence of Surefoot's for a page: days as people write them, commands in quotation marks."""
    if text is None:
        return None
    return _CODE.sub("\u201c\\1\u201d", _DAY.sub(_day, text))


_CODE, _DAY = re.compile(r"`([^`]+)`"), re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def _day(found: re.Match[str]) -> str:
    try:
        return formats.day(dt.date.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def action(tenant: str, control: str) -> str:
    """Give the address of an action's page."""
    return path(tenant, f"actions/{formats.quoted(control)}")
