"""Histories of controls that come, go, change and vanish."""

import datetime as dt

from hypothesis import strategies as st

from surefoot.model import DayTotal, Source
from surefoot.scoring.courses import Stretch
from surefoot.scoring.past import Course

START = dt.date(2026, 3, 1)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Course], list[DayTotal]]:
    """Make controls that come, go, change and vanish, over stored days with gaps."""
    offsets = sorted(draw(st.sets(st.integers(0, 40), min_size=1, max_size=12)))
    days = [START + dt.timedelta(days=n) for n in offsets]
    courses = [_course(draw, f"control {n}", days) for n in range(draw(st.integers(0, 6)))]
    totals = [_total(draw, courses, day) for day in days]
    return [c for c in courses if c.stretches], totals


def _course(draw: st.DrawFn, name: str, days: list[dt.date]) -> Course:
    values = draw(st.lists(st.sampled_from([None, 0, 1, 2, 3]), min_size=len(days), max_size=len(days)))
    most = draw(st.sampled_from([None, 3.0, 4.5]))
    stretches: list[Stretch] = []
    for n, (day, value) in enumerate(zip(days, values, strict=True)):
        if value is None:
            continue
        points = 0.0 if most is None else float(value)
        if stretches and stretches[-1].points == points and n and stretches[-1].to_day == days[n - 1]:
            stretches[-1] = stretches[-1]._replace(to_day=day)
        else:
            stretches.append(Stretch(day, day, points, most, "Identity"))
    return Course(control=name, name=name, service="AzureAD", product=None, stretches=tuple(stretches))


def _total(draw: st.DrawFn, courses: list[Course], day: dt.date) -> DayTotal:
    held = [s for c in courses for s in c.stretches if s.covers(day)]
    beyond = draw(st.sampled_from([0.0, 0.0, 2.0, 7.5]))
    most = sum(s.max_points or 0.0 for s in held) + beyond
    return DayTotal(day, sum(s.points for s in held) + draw(st.sampled_from([0.0, 0.0, 0.5])), most, Source.GRAPH)
