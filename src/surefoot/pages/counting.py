"""The ways to count a score, each with how it is counted."""

from collections.abc import Sequence

import msgspec

from surefoot.scoring import actions as work
from surefoot.scoring.actions import Action
from surefoot.scoring.percents import percent


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One way to count the score."""

    key: str
    """`raw`, `adjusted`, `planned`, `achievable`, `managed`, `told` or `earned`."""
    name: str
    points: float
    max_points: float | None
    """None for a part of the points, which has no maximum of its own."""
    percent: float | None
    """Of its own maximum; of the day's for a part of the points."""
    counted: str
    """How it is counted, in a sentence."""


def views(ranked: Sequence[Action], points: float, max_points: float) -> tuple[View, ...]:
    """Count the score in every way."""
    whole = {
        "raw": (points, max_points),
        "adjusted": work.adjusted(ranked, points, max_points),
        "planned": work.planned(ranked, points, max_points),
        "achievable": work.achievable(ranked, points, max_points),
    }
    made = [_view(key, *pair, pair[1]) for key, pair in whole.items()]
    parts = zip(("managed", "told", "earned"), work.shares(ranked), strict=True)
    return (*made, *(_view(key, part, None, max_points) for key, part in parts))


def _view(key: str, points: float, max_points: float | None, of: float) -> View:
    name, counted = _COUNTED[key]
    return View(key=key, name=name, points=points, max_points=max_points, percent=percent(points, of), counted=counted)


_COUNTED = {
    "raw": ("Secure Score", "Microsoft's own: all points of all controls that the newest day scores."),
    "adjusted": (
        "Adjusted",
        "Without actions whose risk is accepted and those that are not applicable, in points and maximum.",
    ),
    "planned": ("Planned", "As if everything planned and in progress were done."),
    "achievable": ("Achievable", "As if every open action were done; accepted risks stay as they are."),
    "managed": ("Managed by Microsoft", "Points of controls that Microsoft itself provides, without anybody's doing."),
    "told": (
        "On somebody's word",
        "Points given because an action was marked as resolved through a third party or another mitigation.",
    ),
    "earned": ("Earned", "Points of all other controls: somebody configured, reviewed or changed something."),
}
