"""Which regressions count: those that nobody dismissed, or that fell further or anew since."""

from collections.abc import Iterable, Mapping

from surefoot.model import Dismissal
from surefoot.scoring.actions import Action, jitter


def in_force(actions: Iterable[Action], dismissed: Mapping[str, Dismissal]) -> dict[str, Dismissal]:
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
