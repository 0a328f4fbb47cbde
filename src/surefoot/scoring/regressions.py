"""Which regressions count: those that nobody dismissed, or that fell further or anew since."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from surefoot.model import Dismissal
from surefoot.scoring.actions import Regression, jitter


class Fallen(Protocol):
    """A control that may stand below its best: an action, or a run of its days."""

    @property
    def id(self) -> str:
        """The control."""
        ...

    @property
    def earned_points(self) -> float:
        """What it has."""
        ...

    @property
    def max_points(self) -> float | None:
        """None: not known."""
        ...

    @property
    def regressed(self) -> Regression | None:
        """None: it has not."""
        ...


def in_force(actions: Iterable[Fallen], dismissed: Mapping[str, Dismissal]) -> dict[str, Dismissal]:
    """Give, by folded id, the dismissals that still hold for regressed actions."""
    found = {}
    for action in actions:
        word = dismissed.get(action.id.casefold())
        if word is None or action.regressed is None:
            continue
        further = action.earned_points < word.points - jitter(action.max_points)
        anew = action.regressed.since > word.dismissed_at.date()
        if not further and not anew:
            found[action.id.casefold()] = word
    return found
