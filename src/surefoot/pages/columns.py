"""The columns of the recommended actions: their heads, what stands in them, and how rows are sorted by them."""

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from surefoot.errors import InputRefused
from surefoot.model import Difficulty, Impact, Status
from surefoot.pages.outlets import camel
from surefoot.scoring.actions import Action


class Column(enum.StrEnum):
    """What can be shown of an action, in the order of the table."""

    RANK = "rank"
    NAME = "name"
    CATEGORY = "category"
    IMPACT = "impact"
    DIFFICULTY = "difficulty"
    POINTS = "points"
    SCORE_IMPACT = "score_impact"
    POINTS_ACHIEVED = "points_achieved"
    STATUS = "status"
    REGRESSED = "regressed"
    LICENCE = "licence"
    PRODUCT = "product"
    OWNER = "owner"
    DUE = "due"
    LAST_SYNCED = "last_synced"
    MICROSOFT_UPDATE = "microsoft_update"
    NOTES = "notes"


class Kind(enum.StrEnum):
    """How a column's values are written."""

    TEXT = "text"
    COUNT = "count"
    POINTS = "points"
    PERCENT = "percent"
    DAY = "day"


Value = str | float | dt.date | None

USUAL = (
    Column.NAME, Column.CATEGORY, Column.IMPACT, Column.DIFFICULTY, Column.POINTS, Column.SCORE_IMPACT,
    Column.POINTS_ACHIEVED, Column.STATUS, Column.PRODUCT, Column.OWNER, Column.DUE,
)  # fmt: skip
"""Shown when nothing is said."""

LABELS = {
    Column.RANK: "Rank",
    Column.NAME: "Recommended action",
    Column.CATEGORY: "Category",
    Column.IMPACT: "Impact",
    Column.DIFFICULTY: "Difficulty",
    Column.POINTS: "Points",
    Column.SCORE_IMPACT: "Score impact",
    Column.POINTS_ACHIEVED: "Points achieved",
    Column.STATUS: "Status",
    Column.REGRESSED: "Regressed",
    Column.LICENCE: "Have licence?",
    Column.PRODUCT: "Product",
    Column.OWNER: "Owner",
    Column.DUE: "Due",
    Column.LAST_SYNCED: "Last synced",
    Column.MICROSOFT_UPDATE: "Microsoft update",
    Column.NOTES: "Notes",
}
STATUSES = {
    Status.THIRD_PARTY: "Resolved through third party",
    Status.ALTERNATE: "Resolved through alternate mitigation",
}
"""The statuses whose name is more than their word."""


def status_words(status: Status) -> str:
    """Name a status as Microsoft's portal does."""
    return STATUSES.get(status) or _words(status)


def _words(value: enum.StrEnum) -> str:
    return value.value.replace("_", " ").capitalize()


def _owner(action: Action) -> str | None:
    return action.plan.owner if action.plan else None


def _due(action: Action) -> dt.date | None:
    return action.plan.due if action.plan else None


def _synced(action: Action) -> dt.date | None:
    return action.synced_at.astimezone(dt.UTC).date() if action.synced_at else None


def _notes(action: Action) -> str | None:
    return action.decision.comment if action.decision else None


class Cell(msgspec.Struct, frozen=True):
    """What stands in a column of a sheet."""

    kind: Kind
    value: Callable[[Action], Value]
    head: str | None = None
    """Where a sheet takes more columns than the page: its own head."""


CELLS: dict[Column, tuple[Cell, ...]] = {
    Column.RANK: (Cell(Kind.COUNT, lambda a: a.rank),),
    Column.NAME: (Cell(Kind.TEXT, lambda a: a.name), Cell(Kind.TEXT, lambda a: a.id, "Control")),
    Column.CATEGORY: (Cell(Kind.TEXT, lambda a: a.category),),
    Column.IMPACT: (Cell(Kind.TEXT, lambda a: _words(a.impact) if a.impact else None),),
    Column.DIFFICULTY: (Cell(Kind.TEXT, lambda a: _words(a.difficulty) if a.difficulty else None),),
    Column.POINTS: (Cell(Kind.POINTS, lambda a: a.points),),
    Column.SCORE_IMPACT: (Cell(Kind.PERCENT, lambda a: a.score_impact),),
    Column.POINTS_ACHIEVED: (
        Cell(Kind.POINTS, lambda a: a.earned_points),
        Cell(Kind.POINTS, lambda a: a.max_points, "Of points"),
    ),
    Column.STATUS: (Cell(Kind.TEXT, lambda a: status_words(a.status)),),
    Column.REGRESSED: (Cell(Kind.DAY, lambda a: a.regressed.since if a.regressed else None, "Regressed after"),),
    Column.LICENCE: (Cell(Kind.TEXT, lambda _a: "Yes"),),
    Column.PRODUCT: (Cell(Kind.TEXT, lambda a: a.product),),
    Column.OWNER: (Cell(Kind.TEXT, _owner),),
    Column.DUE: (Cell(Kind.DAY, _due),),
    Column.LAST_SYNCED: (Cell(Kind.DAY, _synced),),
    Column.MICROSOFT_UPDATE: (
        Cell(Kind.TEXT, lambda a: _words(a.microsoft_update.kind) if a.microsoft_update else None),
        Cell(Kind.DAY, lambda a: a.microsoft_update.day if a.microsoft_update else None, "Microsoft update on"),
    ),
    Column.NOTES: (Cell(Kind.TEXT, _notes),),
}
"""What a sheet writes for each column: a number stays a number, a day a day."""


def column_cells(columns: Iterable[Column]) -> tuple[tuple[str, Cell], ...]:
    """Give what a sheet has for columns, each with its head."""
    return tuple((cell.head or LABELS[column], cell) for column in columns for cell in CELLS[column])


_IMPACTS = {Impact.LOW: 1, Impact.MEDIUM: 2, Impact.HIGH: 3}
_DIFFICULTIES = {Difficulty.EASY: 1, Difficulty.MEDIUM: 2, Difficulty.COMPLEX: 3}
_STATUSES = {status: place for place, status in enumerate(Status)}

Key = Callable[[Action], Any]
"""Gives what rows are sorted by; None sorts last, whichever way."""


def _folded(text: str | None) -> str | None:
    return text.casefold() if text else None


SORTS: dict[Column, Key] = {
    Column.RANK: lambda a: a.rank,
    Column.NAME: lambda a: a.name.casefold(),
    Column.CATEGORY: lambda a: a.category.casefold(),
    Column.IMPACT: lambda a: _IMPACTS[a.impact] if a.impact else None,
    Column.DIFFICULTY: lambda a: _DIFFICULTIES[a.difficulty] if a.difficulty else None,
    Column.POINTS: lambda a: a.points,
    Column.SCORE_IMPACT: lambda a: a.score_impact,
    Column.POINTS_ACHIEVED: lambda a: a.earned_points,
    Column.STATUS: lambda a: _STATUSES[a.status],
    Column.REGRESSED: lambda a: a.regressed.since if a.regressed else None,
    Column.PRODUCT: lambda a: _folded(a.product),
    Column.OWNER: lambda a: _folded(_owner(a)),
    Column.DUE: _due,
    Column.LAST_SYNCED: lambda a: a.synced_at,
    Column.MICROSOFT_UPDATE: lambda a: a.microsoft_update.day if a.microsoft_update else None,
    Column.NOTES: lambda a: _folded(_notes(a)),
}
"""All but the licence: every action has one."""


class Order(msgspec.Struct, frozen=True):
    """By which column rows are sorted."""

    column: Column = Column.RANK
    """The rank is the order by impact, then difficulty, then points."""
    falling: bool = False

    def sorted(self, actions: Iterable[Action]) -> tuple[Action, ...]:
        """Sort actions that come in the default order, which decides between equal ones; what is not known is last."""
        key, listed = SORTS[self.column], list(actions)
        known = [a for a in listed if key(a) is not None]
        known.sort(key=key, reverse=self.falling)
        return (*known, *(a for a in listed if key(a) is None))

    @property
    def text(self) -> str:
        """Write it as addresses do: `-points` has the most points first."""
        return ("-" if self.falling else "") + camel(self.column)


def order_of(text: str | None) -> Order:
    """Read an order from an address; None or nothing is the default, `InputRefused` for what cannot be sorted by."""
    if not text:
        return Order()
    names = {camel(column): column for column in SORTS}
    found = names.get(text.removeprefix("-"))
    if found is None:
        message = f"{text[:60]!r} is nothing to sort by. Possible: {', '.join(names)}, each with a minus for falling."
        raise InputRefused(message)
    return Order(found, text.startswith("-"))


def columns_of(texts: Sequence[str]) -> tuple[Column, ...]:
    """Read columns from an address, in the order of the table; nothing is the usual ones. The name is always there."""
    wanted = {word for text in texts for word in text.split(",") if word}
    if not wanted:
        return USUAL
    names = {camel(column): column for column in Column}
    for word in wanted:
        if word not in names:
            message = f"{word[:60]!r} is no column. Possible: {', '.join(names)}."
            raise InputRefused(message)
    return tuple(c for c in Column if c is Column.NAME or camel(c) in wanted)
