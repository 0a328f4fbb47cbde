"""The rows of the list of recommended actions, written in Python: a tenant has 400 of them, with a dozen cells each.

Everything that comes from outside is escaped.
"""

import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec
from markupsafe import Markup, escape

from surefoot.model import CLOSED, Status
from surefoot.scoring.actions import Action, lost
from surefoot.web.html import formats
from surefoot.web.html.drawn import (
    ESTIMATED_MAXIMUM,
    ESTIMATED_RATING,
    NO_MAXIMUM,
    NOT_RATED,
    NOTHING,
    UNKNOWN,
    to_gain,
)

MOST_NOTE = 120
"""Characters of a note or of Microsoft's status that the list shows."""

QUICK = ' <span class="chip quick">Quick win</span>'


class ActionRow(msgspec.Struct, frozen=True, kw_only=True):
    """An action in the list."""

    action: Action
    href: str
    item: str | None
    """What choosing it sends; None: nothing can be decided about it."""
    gain: str | None
    """Points to gain, for the sum of what is chosen; None: closed or not known."""
    impact: str | None
    """The same in percent of the tenant's maximum."""
    owner: str | None
    due: dt.date | None
    lost: float
    """Points fewer than its best of the last 90 days; 0 where it has not regressed."""
    until: bool
    """Whether `due` is the end of an accepted risk."""
    overdue: bool
    said: str | None
    """Microsoft's word on how it stands, cut short."""
    note: str | None


def action_row(action: Action, tenant: str, today: dt.date) -> ActionRow:
    """Prepare an action for its row."""
    plan, decision, closed = action.plan, action.decision, action.status in CLOSED
    ends = decision.review_on if decision and action.status is Status.RISK_ACCEPTED else None
    due = ends or (plan.due if plan else None)
    counts = not closed and action.points is not None
    return ActionRow(
        action=action,
        href=f"/tenants/{tenant}/actions/{formats.quoted(action.id)}",
        item=None if action.status is Status.COMPLETED else f"{tenant}/{action.id}",
        gain=f"{action.points:.10g}" if counts else None,
        impact=f"{action.score_impact:.10g}" if counts and action.score_impact is not None else None,
        owner=plan.owner if plan else None,
        due=due,
        lost=lost([action]),
        until=ends is not None,
        overdue=due is not None and due < today and not closed,
        said=_short(action.status_text),
        note=_short(decision.comment if decision else None),
    )


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= MOST_NOTE:
        return text
    return text[:MOST_NOTE].rsplit(" ", 1)[0] + " ..."


def list_rows(rows: Iterable[ActionRow], shows: Collection[str], down: Markup, *, choosing: bool) -> Markup:
    """Write the rows with the columns that are shown, by the API's names.

    `down` is the icon beside what regressed; `choosing` puts a box before each that can be decided.
    """
    named = _name if "regressed" in shows else functools.partial(_name, down=down)
    cells: list[Callable[[ActionRow], str]] = [_pick] if choosing else []
    cells += [named if name == "name" else cell for name, cell in CELLS.items() if name in shows or name == "name"]
    lines = ["".join([cell(row) for cell in cells]) for row in rows]
    text = "".join([f'<tr role="row">{line}</tr>\n' for line in lines])
    return Markup(text)  # noqa: S704 - every cell escapes what is not ours


@functools.lru_cache(maxsize=8192)
def _text(value: str) -> str:
    """Escape: names, products and owners come again in every tenant."""
    return str(escape(value))


def _td(label: str, content: str, kind: str = "") -> str:
    shown = f' class="{kind}"' if kind else ""
    return f'<td role="cell" data-label="{label}"{shown}>{content}</td>'


def _pick(row: ActionRow) -> str:
    if row.item is None:
        return '<td role="cell" class="pick"></td>'
    gain = "" if row.gain is None else f' data-points="{row.gain}"'
    impact = "" if row.impact is None else f' data-impact="{row.impact}"'
    named = f'value="{_text(row.item)}" aria-labelledby="a{row.action.rank}"'
    return f'<td role="cell" class="pick"><input type="checkbox" name="item" {named}{gain}{impact}></td>'


def _name(row: ActionRow, down: Markup | None = None) -> str:
    action = row.action
    chips = QUICK if action.quick_win else ""
    if down is not None and action.regressed is not None:
        since = formats.short_day(action.regressed.since)
        chips += f' <span class="chip regressed">{down}Regressed after {since}</span>'
    said = "" if row.said is None else f'<small class="muted">{_text(row.said)}</small>'
    link = f'<a href="{_text(row.href)}" id="a{action.rank}">{_text(action.name)}</a>'
    return f'<th scope="row" role="rowheader" class="name">{link}{chips}{said}</th>'


def _rank(row: ActionRow) -> str:
    return _td("Rank", str(row.action.rank), "num muted")


def _category(row: ActionRow) -> str:
    return _td("Category", _mark(row.action.category))


@functools.lru_cache(maxsize=64)
def _mark(category: str) -> str:
    return f'<span class="mark {formats.category_class(category)}">{escape(category)}</span>'


def _impact(row: ActionRow) -> str:
    value = row.action.impact
    return _td("Impact", NOTHING if value is None else f'<span class="bars {value}">{formats.impact(value)}</span>')


def _difficulty(row: ActionRow) -> str:
    value = row.action.difficulty
    if value is None:
        return _td("Difficulty", NOT_RATED)
    mark = ESTIMATED_RATING if row.action.difficulty_estimated else ""
    return _td("Difficulty", f"{formats.difficulty(value)}{mark}")


def _points(row: ActionRow) -> str:
    return _td("Points", to_gain(row.action), "num")


def _score_impact(row: ActionRow) -> str:
    value = row.action.score_impact
    shown = UNKNOWN if value is None else f"+{formats.percent(value, 2)}" if value else NOTHING
    return _td("Score impact", shown, "num")


def _achieved(row: ActionRow) -> str:
    most, estimated = row.action.max_points, row.action.max_estimated
    known = NO_MAXIMUM if most is None else f"{formats.points(most)}{ESTIMATED_MAXIMUM if estimated else ''}"
    return _td("Points achieved", f"{formats.points(row.action.earned_points)}/{known}", "num")


def _status(row: ActionRow) -> str:
    value = row.action.status
    return _td("Status", f'<span class="status sign {formats.slug(value)}">{formats.status(value)}</span>')


def _regressed(row: ActionRow) -> str:
    found = row.action.regressed
    if found is None:
        return _td("Regressed", NOTHING)
    lost = f"lost {formats.points(row.lost)} of {formats.points(found.best_points)}"
    since = f'<span class="loss">after {formats.short_day(found.since)}</span>'
    return _td("Regressed", f'{since}<small class="muted">{lost}</small>')


def _licence(_row: ActionRow) -> str:
    return _td("Have licence?", "Yes")


def _product(row: ActionRow) -> str:
    return _td("Product", _or_nothing(row.action.product))


def _owner(row: ActionRow) -> str:
    return _td("Owner", _or_nothing(row.owner), "nothing" if row.owner is None else "")


def _or_nothing(value: str | None) -> str:
    return NOTHING if value is None else _text(value)


def _due(row: ActionRow) -> str:
    if row.due is None:
        return _td("Due", NOTHING, "day nothing")
    shown = formats.short_day(row.due)
    if row.overdue:
        return _td("Due", f'<span class="overdue">{shown}<small>overdue</small></span>', "day")
    until = '<small class="muted">until</small>' if row.until else ""
    return _td("Due", until + shown, "day")


def _last_synced(row: ActionRow) -> str:
    return _td("Last synced", NOTHING if (at := row.action.synced_at) is None else formats.short_day(at.date()), "day")


def _microsoft_update(row: ActionRow) -> str:
    return _td("Microsoft update", _news(row.action))


def _news(action: Action) -> str:
    news = action.microsoft_update
    return NOTHING if news is None else f"{news.kind.value.capitalize()} {formats.short_day(news.day)}"


def _notes(row: ActionRow) -> str:
    return _td("Notes", _or_nothing(row.note), "notes")


Cell = Callable[[ActionRow], str]
CELLS: Mapping[str, Cell] = {
    "rank": _rank,
    "name": _name,
    "category": _category,
    "impact": _impact,
    "difficulty": _difficulty,
    "points": _points,
    "scoreImpact": _score_impact,
    "pointsAchieved": _achieved,
    "status": _status,
    "regressed": _regressed,
    "licence": _licence,
    "product": _product,
    "owner": _owner,
    "due": _due,
    "lastSynced": _last_synced,
    "microsoftUpdate": _microsoft_update,
    "notes": _notes,
}
"""The cells by their columns, in order; the name is always there."""
FILTERS = {"list_rows": list_rows}
