"""A tenant's controls seen as work: points to gain, impact, difficulty, status, order."""

import datetime as dt

import msgspec

from surefoot.model import Decision, Difficulty, Impact, Status


class Regression(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A control that has fewer points than it had in the last 90 days."""

    since: dt.date
    """The last day on which it had its best points."""
    best_points: float


class Action(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One control of a tenant seen as work, as every outlet shows it."""

    id: str
    """The control's id as Graph spells it."""
    name: str
    """The profile's title; the id when there is no profile."""
    category: str
    service: str | None
    """Microsoft's service code, for example MDO."""
    product: str | None
    """The product's name for people, for example Defender for Office 365."""
    status: Status
    impact: Impact | None
    """None for an action that is not open, or whose points to gain are not known."""
    difficulty: Difficulty | None
    """None: not rated by Microsoft nor by Surefoot."""
    difficulty_estimated: bool
    """True when it rests on Surefoot's own rating."""
    points: float | None
    """Points to gain: `max_points - earned_points`, never below 0; None when the maximum is not known."""
    earned_points: float
    max_points: float | None
    max_estimated: bool
    """True when the maximum comes from Surefoot's own data file."""
    score_impact: float | None
    """Points to gain in percent of the tenant's maximum."""
    quick_win: bool
    regressed: Regression | None
    rank: int
    """The place in the default order, from 1."""
    microsoft_rank: int | None
    tier: str | None
    status_text: str | None
    """Microsoft's implementation status as plain text."""
    count: float | None
    total: float | None
    synced_at: dt.datetime | None
    microsoft_state: str | None
    """The state in force in Graph, as spelled there; None when untouched."""
    decision: Decision | None
    """The newest decision taken in Surefoot."""
