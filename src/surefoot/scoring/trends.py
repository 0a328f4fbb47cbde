"""Which earlier day a score is compared with."""

import datetime as dt
from collections.abc import Sequence

from surefoot.model import DayTotal

MONTH = 30


def before(days: Sequence[DayTotal], day: dt.date, span: int = MONTH) -> DayTotal | None:
    """Give the nearest stored day that is not after `span` days before `day`; None when there is none."""
    target = day - dt.timedelta(days=span)
    return max((d for d in days if d.day <= target), key=lambda d: d.day, default=None)
