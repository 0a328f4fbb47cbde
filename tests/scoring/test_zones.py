"""Zones: a bound belongs to the better side, what is not known is in none, and a run begins where the zone did."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.errors import InputRefused
from surefoot.scoring import zones
from surefoot.scoring.zones import Bounds, Zone

START = dt.date(2026, 1, 1)
percents = st.one_of(st.none(), st.floats(0, 100))


def day(n: int) -> dt.date:
    return START + dt.timedelta(days=n)


@pytest.mark.parametrize(
    ("percent", "place"),
    [
        (100.0, Zone.GOOD), (70.0, Zone.GOOD), (69.999, Zone.OKAY), (40.0, Zone.OKAY), (39.99, Zone.BAD),
        (0.0, Zone.BAD), (None, None), (100 * 0.7, Zone.GOOD), (100 * 21 / 30, Zone.GOOD),
    ],
)  # fmt: skip
def test_a_percent_that_equals_a_bound_has_reached_it(percent: float | None, place: Zone | None) -> None:
    assert zones.zone(percent, Bounds()) is place


@given(st.lists(percents))
def test_every_day_is_counted_once(values: list[float | None]) -> None:
    found = zones.counted(values, Bounds())
    assert found.good + found.okay + found.bad + found.unknown == len(values)
    assert found.unknown == values.count(None)


@given(st.dictionaries(st.integers(0, 100), percents, min_size=1))
def test_the_present_zone_holds_on_every_known_day_since(held: dict[int, float | None]) -> None:
    days = [(day(n), held[n]) for n in sorted(held)]
    found = zones.present(days, Bounds())
    if days[-1][1] is None:
        assert found is None
        return
    assert found is not None
    run = [zones.zone(p, Bounds()) for d, p in days if d >= found.since and p is not None]
    earlier = [zones.zone(p, Bounds()) for d, p in days if d < found.since and p is not None]
    assert set(run) == {found.zone}
    assert found.before is (earlier[-1] if earlier else None)
    assert found.before is not found.zone
    assert found.days == (days[-1][0] - found.since).days + 1


def test_days_without_data_do_not_break_a_run() -> None:
    days = [(day(0), 30.0), (day(1), 50.0), (day(2), None), (day(9), 55.0)]
    found = zones.present(days, Bounds())
    assert found is not None
    assert (found.zone, found.since, found.days, found.before) == (Zone.OKAY, day(1), 9, Zone.BAD)
    assert zones.present([], Bounds()) is None


@pytest.mark.parametrize(
    ("good", "okay"), [(50.0, 50.0), (40.0, 50.0), (101.0, 50.0), (50.0, 0.0), (50.0, -1.0), (math.nan, 10.0),
     (50.0, math.nan), (math.inf, 10.0)],
)  # fmt: skip
def test_bounds_that_leave_no_zone_are_refused(good: float, okay: float) -> None:
    with pytest.raises(InputRefused, match="Okay has to begin above 0 and below good"):
        zones.checked(good, okay)


def test_sound_bounds_are_taken() -> None:
    assert zones.checked(100.0, 0.5) == Bounds(good=100.0, okay=0.5)
