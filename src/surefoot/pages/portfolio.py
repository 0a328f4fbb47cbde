"""The portfolio: every visible tenant in a row, and what they come to together."""

import base64
import binascii
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from surefoot.errors import InputRefused
from surefoot.pages.overview import TenantName, is_old
from surefoot.store import labels
from surefoot.store import portfolio as store
from surefoot.store.memory import remembered
from surefoot.store.portfolio import Row, Sort, Wanted
from surefoot.store.summaries import SPANS

LIMIT, MOST = 100, 1000
"""Rows on a page when nothing is said, and at most."""


class PortfolioRow(msgspec.Struct, frozen=True, kw_only=True):
    """How one tenant stands."""

    tenant: TenantName
    as_of: dt.date | None
    """The newest stored day; None: none."""
    points: float | None
    max_points: float | None
    percent: float | None
    """None: not known; `problem` says why."""
    change_1: float | None
    """Points of percent against the nearest stored day that is 1, 7, 30 or 90 days or more before."""
    change_7: float | None
    change_30: float | None
    change_90: float | None
    since_1: dt.date | None
    """The stored day that `change_1` is measured from, up to `as_of`; None: none is stored so long before."""
    since_7: dt.date | None
    since_30: dt.date | None
    since_90: dt.date | None
    points_available: float | None
    open_actions: int | None
    regressions: int | None
    """Without those that were dismissed."""
    dismissed: int | None
    """Regressions that somebody dismissed: with `regressions` as many as the list of actions calls regressed."""
    rank: int | None
    """From 1, the highest percent, among all visible tenants; equal ones share the better place."""
    percentile: float | None
    """Mid-rank among all visible tenants."""
    industry: str | None
    labels: tuple[str, ...]
    synced_at: dt.datetime | None
    """The last time that Graph was read without a failure."""
    failing_since: dt.datetime | None
    problem: str | None
    """What is wrong and what to do; None: nothing."""


class Portfolio(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one page, and the sums of all that the filter lets through."""

    tenants: tuple[PortfolioRow, ...]
    total: int
    scored: int
    """How many have a percent: the next three are of these alone."""
    average: float | None
    highest: float | None
    lowest: float | None
    problems: int
    newest: dt.date | None
    on_newest: int
    """How many have the newest day of all: `on_newest` of `total` are up to date."""
    next: str | None
    """Send it as `cursor` for the next page; None: this is the last."""


class PortfolioGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The tenants with one label, with their place among the labels."""

    label: str | None
    """None: those without any."""
    tenants: tuple[PortfolioRow, ...]
    """The first of them."""
    total: int
    average: float | None
    scored: int
    place: int | None
    """From 1, the highest average; equal ones share the better place; None: no score is known."""


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    """The portfolio by label: in `portfolio` are the sums of all, and the rows that any group shows."""

    portfolio: Portfolio
    groups: tuple[PortfolioGroup, ...]
    """In the order of the alphabet; those without a label come last."""


@remembered
def build(conn: Connection, wanted: Wanted, *, cursor: str | None = None) -> Portfolio:
    """Build a page of the portfolio; `InputRefused` for a cursor that is not of this order."""
    page = msgspec.structs.replace(wanted, after=_opened(cursor, wanted), limit=wanted.limit + 1)
    found = store.rows(conn, page)
    shown, more = found[: wanted.limit], len(found) > wanted.limit
    return _portfolio(conn, wanted, shown, next_=_closed(shown[-1], wanted) if more else None)


@remembered
def grouped(conn: Connection, wanted: Wanted, *, few: int) -> Grouped:
    """Build the portfolio by label, with the first `few` tenants of each; `limit` and `after` are no matter."""
    held = store.groups(conn, wanted, few)
    page = _portfolio(conn, wanted, list({row.key: row for group in held for row in group.rows}.values()))
    rows = {row.tenant.id: row for row in page.tenants}
    known = [group.average for group in held if group.average is not None]
    groups = tuple(
        PortfolioGroup(
            label=group.label,
            tenants=tuple(rows[row.id] for row in group.rows),
            total=group.tenants,
            average=group.average,
            scored=group.scored,
            place=None if group.average is None else 1 + sum(other > group.average for other in known),
        )
        for group in held
    )
    return Grouped(portfolio=page, groups=groups)


def _portfolio(conn: Connection, wanted: Wanted, shown: Sequence[Row], next_: str | None = None) -> Portfolio:
    sums = store.totals(conn, wanted)
    keys = frozenset(row.key for row in shown)
    labelled, since, dismissed = labels.by_key(conn, keys), store.bases(conn, keys), store.dismissed(conn, keys)
    return Portfolio(
        tenants=tuple(
            _row(row, labelled.get(row.key, ()), since.get(row.key, {}), dismissed.get(row.key, 0)) for row in shown
        ),
        total=sums.tenants,
        scored=sums.scored,
        average=sums.average,
        highest=sums.highest,
        lowest=sums.lowest,
        problems=sums.problems,
        newest=sums.newest,
        on_newest=sums.on_newest,
        next=next_,
    )


def is_dated(row: PortfolioRow, newest: dt.date | None, today: dt.date) -> bool:
    """Say whether a row's day is older than those of others, or than Graph's newest day is as a rule."""
    return row.as_of is not None and (row.as_of != newest or is_old(row.as_of, today))


def begun(row: PortfolioRow) -> Mapping[int, dt.date | None]:
    """Give the stored day that each change is measured from, by the days between."""
    return dict(zip(SPANS, (row.since_1, row.since_7, row.since_30, row.since_90), strict=True))


def odd_spans(row: PortfolioRow, newest: dt.date | None, today: dt.date) -> dict[int, tuple[dt.date, dt.date]]:
    """Give the first and last day of each change that is not what its head says.

    It ends on a day that `is_dated`, or begins earlier than so many days before.
    """
    if row.as_of is None:
        return {}
    old = is_dated(row, newest, today)
    return {
        span: (since, row.as_of)
        for span, since in begun(row).items()
        if since is not None and (old or (row.as_of - since).days != span)
    }


def _row(row: Row, labelled: tuple[str, ...], since: Mapping[int, dt.date], dismissed: int) -> PortfolioRow:
    return PortfolioRow(
        tenant=TenantName(id=row.id, name=row.name),
        as_of=row.day,
        points=row.points,
        max_points=row.max_points,
        percent=row.percent,
        change_1=row.change_1,
        change_7=row.change_7,
        change_30=row.change_30,
        change_90=row.change_90,
        since_1=since.get(1),
        since_7=since.get(7),
        since_30=since.get(30),
        since_90=since.get(90),
        points_available=row.points_available,
        open_actions=row.open_actions,
        regressions=row.regressions,
        dismissed=None if row.regressions is None else dismissed,
        rank=row.rank,
        percentile=row.percentile,
        industry=row.industry,
        labels=labelled,
        synced_at=row.synced_at,
        failing_since=row.failing_since,
        problem=_problem(row),
    )


def _problem(row: Row) -> str | None:
    if row.message:
        return row.message
    if row.percent is not None:
        return None
    if row.day is not None:
        return f"Microsoft sent a maximum of 0 points for {row.day}."
    if not row.connected:
        return "Nothing was imported yet, and Surefoot is not connected to this tenant."
    return "Surefoot has not read this tenant yet."


def _closed(row: Row, wanted: Wanted) -> str:
    """Name the place after a row, for whoever asks for the next page."""
    held = [wanted.sort.value, wanted.descending, _plain(row.sort_value), row.id]
    return base64.urlsafe_b64encode(msgspec.json.encode(held)).decode().rstrip("=")


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column's value
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _opened(cursor: str | None, wanted: Wanted) -> tuple[Any, str] | None:
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        held = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=_Place)
        value = _moment(held[2]) if wanted.sort is Sort.SYNCED_AT else held[2]
    except (binascii.Error, msgspec.DecodeError, ValueError, TypeError, OverflowError):
        held, value = ("", False, None, ""), None
    fits = held[:2] == (wanted.sort.value, wanted.descending) and isinstance(value, _KINDS[wanted.sort])
    if not fits:
        message = "This cursor is not of this list and order: begin without one."
        raise InputRefused(message)
    return value, held[3]


def _moment(text: object) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC)


_Place = tuple[str, bool, str | float | None, str]
_NUMBER = (float, type(None))
_KINDS: dict[Sort, tuple[type, ...]] = dict.fromkeys(Sort, _NUMBER) | {
    Sort.NAME: (str,),
    Sort.SYNCED_AT: (dt.datetime, type(None)),
}
