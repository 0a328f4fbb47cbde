"""Which actions an address asks for, in which order: one reading for page, API and files."""

import datetime as dt
import enum

import msgspec
from starlette.datastructures import QueryParams

from surefoot.errors import InputRefused
from surefoot.model import Difficulty, Impact, Status
from surefoot.pages.actions import Actions, Due, Filter, Way
from surefoot.pages.columns import Column, Order, columns_of, order_of
from surefoot.reports.sheets import About
from surefoot.scoring.actions import NewsKind
from surefoot.web import queries

FILTERS = (
    "show", "text", "category", "status", "impact", "difficulty", "product", "owner", "due", "microsoft",
    "recent", "quickWins", "regressed",
)  # fmt: skip
"""The parameters that narrow the list."""
PARAMETERS = (*FILTERS, "sort")
"""All that the API takes beside the tenant."""


class Show(enum.StrEnum):
    """Which part of the list is meant, before any other filter."""

    ALL = "all"
    OPEN = "open"
    QUICK = "quick"
    REGRESSED = "regressed"
    MINE = "mine"
    """Owned by whoever asks."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What an address asks for."""

    show: Show
    filter: Filter
    order: Order
    columns: tuple[Column, ...]


def asked(query: QueryParams, *, me: str, today: dt.date, show: Show = Show.ALL) -> Asked:
    """Read an address; `me` is who asks, `show` what is meant when it does not say. `InputRefused` for odd words."""
    shown = queries.choice(query, "show", Show) or show
    owner = queries.word(query, "owner")
    return Asked(
        show=shown,
        order=order_of(query.get("sort")),
        columns=columns_of(query.getlist("columns")),
        filter=Filter(
            category=queries.word(query, "category"),
            status=queries.choice(query, "status", Status),
            impact=queries.choice(query, "impact", Impact),
            difficulty=queries.choice(query, "difficulty", Difficulty),
            product=queries.word(query, "product"),
            owner=owner or (me if shown is Show.MINE else None),
            due=queries.choice(query, "due", Due),
            today=today,
            microsoft=queries.choice(query, "microsoft", Way),
            recent=queries.choice(query, "recent", NewsKind),
            text=query.get("text", "").strip() or None,
            only_open=shown is Show.OPEN,
            quick_wins=shown is Show.QUICK or bool(queries.flag(query, "quickWins")),
            regressed=shown is Show.REGRESSED or bool(queries.flag(query, "regressed")),
        ),
    )


def about_actions(page: Actions, query: QueryParams, *, now: dt.datetime) -> About:
    """Say on the second sheet of a workbook what is in it: tenant, day and the filter, word for word."""
    narrowed = "; ".join(f"{name}: {query[name]}" for name in FILTERS if query.get(name))
    return About(
        title=f"Recommended actions of {page.tenant.name}",
        told=(
            ("Tenant", f"{page.tenant.name} ({page.tenant.id})"),
            ("Day of the score", str(page.as_of or "none is stored yet")),
            ("Filter", narrowed or "none"),
            ("Sorted by", query.get("sort") or "impact, then difficulty, then points"),
            ("Rows", f"{page.total} of {page.scored} scored controls"),
        ),
        made_at=now,
    )


def understood(query: QueryParams, names: tuple[str, ...] = (*PARAMETERS, "columns")) -> QueryParams:
    """Leave out of a page's address what is empty or not understood, so that old links still work."""
    kept = [(name, value) for name, value in query.multi_items() if name in names and value.strip()]
    return QueryParams([(name, value) for name, value in kept if _reads(name, value)])


def _reads(name: str, value: str) -> bool:
    try:
        asked(QueryParams({name: value}), me="", today=dt.date.min)
    except InputRefused:
        return False
    return True
