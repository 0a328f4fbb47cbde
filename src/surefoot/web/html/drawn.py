"""The small parts that lists have hundreds of, written in Python: a macro for each would take most of a page's time.

`parts.html` gives them their names in templates. Everything that comes from outside is escaped.
"""

import functools
from collections.abc import Callable

from markupsafe import Markup, escape

from surefoot.model import Impact, Status
from surefoot.scoring.actions import Action
from surefoot.web.html import formats

WAYS = {"up": "up", "down": "down", "flat": "no change"}
NOT_RATED = Markup('<span class="muted">not rated</span>')
NOTHING = Markup('<span class="muted">{}</span>').format(formats.NONE)
UNKNOWN = Markup(
    '<span class="muted" title="Not known: nothing tells its maximum">'
    '<span aria-hidden="true">{}</span><span class="visually-hidden">not known</span></span>'
).format(formats.NONE)
ZERO = Markup('<span class="muted">0</span>')
ESTIMATED_RATING = Markup(
    '<span class="estimate" title="Surefoot\'s estimate: Microsoft gives no rating"><span aria-hidden="true">*</span>'
    '<span class="visually-hidden"> (Surefoot\'s estimate)</span></span>'
)
ESTIMATED_MAXIMUM = Markup(
    '<span class="estimate" title="Surefoot\'s estimate of the maximum"><span aria-hidden="true">*</span>'
    '<span class="visually-hidden"> (Surefoot\'s estimate)</span></span>'
)
NO_MAXIMUM = Markup('<span class="muted" title="Microsoft gives no maximum for it">?</span>')
LEVEL = Markup(
    '<span class="level {}"><svg width="19" height="12" aria-hidden="true">'
    '<rect class="l1" width="5" height="12" rx="1"/><rect class="l2" x="7" width="5" height="12" rx="1"/>'
    '<rect class="l3" x="14" width="5" height="12" rx="1"/></svg>'
    " {}</span>"
)


class Drawn:
    """The parts, with the address of the icons; what has few forms is made once."""

    def __init__(self, icons: str) -> None:
        self._icons = icons
        self.icon = functools.lru_cache(maxsize=256)(self._icon)
        self.category = functools.lru_cache(maxsize=64)(self._category)
        self.level: Callable[[Impact | None], Markup] = functools.lru_cache(maxsize=8)(_level)
        self.to_gain = to_gain
        self.status: Callable[[Status], Markup] = functools.lru_cache(maxsize=16)(self._status)

    def _icon(self, name: str, kind: str = "") -> Markup:
        more = f" {kind}" if kind else ""
        return Markup('<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>').format(
            more, self._icons, name
        )

    def _category(self, name: str) -> Markup:
        kind = formats.category_class(name)
        ink = Markup('<span class="category ink-{}">{}<span>{}</span></span>')
        return ink.format(kind, self.icon(f"category-{kind}"), name)

    def _status(self, value: Status) -> Markup:
        kind = formats.slug(value)
        ink = Markup('<span class="status ink-{}">{}<span>{}</span></span>')
        return ink.format(kind, self.icon(f"status-{kind}"), formats.status(value))

    def delta(self, value: float | None, unit: str = "") -> Markup:
        """Write a difference beside an arrow that shows its sign; beside 0.0 a line would read as a minus."""
        digits = formats.decimals(value)
        way = formats.direction(value, digits)
        arrow = "" if way == "flat" else self.icon(way)
        told = f'<span class="delta {way}">{arrow}<span class="visually-hidden">{WAYS[way]} </span>'
        return Markup(f"{told}{formats.magnitude(value, digits)}{escape(unit)}</span>")  # noqa: S704 - a number, and escaped

    def difficulty(self, action: Action) -> Markup:
        """Name a difficulty, marked where it is an estimate."""
        if action.difficulty is None:
            return NOT_RATED
        return escape(formats.difficulty(action.difficulty)) + (
            ESTIMATED_RATING if action.difficulty_estimated else Markup("")
        )

    def marks(self, action: Action) -> Markup:
        """Put the chips of an action after its name."""
        chips = []
        if action.quick_win:
            chips.append(Markup('<span class="chip quick">{}Quick win</span>').format(self.icon("quick")))
        if action.regressed is not None:
            best_until = formats.short_day(action.regressed.since)
            chip = Markup('<span class="chip regressed">{}Regressed after {}</span>')
            chips.append(chip.format(self.icon("down"), best_until))
        return Markup(" ").join(chips)

    def max_points(self, action: Action) -> Markup:
        """Write an action's maximum, marked where it is an estimate."""
        if action.max_points is None:
            return NO_MAXIMUM
        return escape(formats.points(action.max_points)) + (ESTIMATED_MAXIMUM if action.max_estimated else Markup(""))


def to_gain(action: Action) -> Markup:
    """Write an action's points to gain; nothing to gain stands back."""
    if action.points is None:
        return UNKNOWN
    return Markup(f"<b>{formats.gain(action.points)}</b>") if action.points else ZERO  # noqa: S704 - a number


def _level(impact: Impact | None) -> Markup:
    return NOTHING if impact is None else LEVEL.format(formats.slug(impact), formats.impact(impact))
