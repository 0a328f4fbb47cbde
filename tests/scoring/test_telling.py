"""An explanation in words: every change told once, the largest first, nobody praised for Microsoft's doing."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.scoring import telling
from surefoot.scoring.changes import Day, Held, Kind, explain
from surefoot.scoring.telling import Came

MONDAY, TUESDAY = dt.date(2026, 11, 2), dt.date(2026, 11, 3)


def held(control: str, points: float, most: float = 10.0, service: str = "AzureAD", **more: float) -> Held:
    return Held(
        control=control, name=f"Title of {control}", category="Identity", service=service, points=points,
        max_points=most, **more,
    )  # fmt: skip


def day(when: dt.date, *controls: Held, rest: float = 80.0) -> Day:
    """Make a day with `rest` points of 80 in controls that do not change."""
    every = (*controls, held("rest", rest, 80.0))
    return Day(
        day=when, points=sum(c.points for c in every), max_points=sum(c.max_points or 0 for c in every), controls=every
    )


def test_the_sentence_of_the_design() -> None:
    before = day(MONDAY, held("mfa", 9.8, count=412.0, total=420.0))
    after = day(
        TUESDAY,
        held("mfa", 7.6, count=318.0, total=420.0),
        held("a", 0.0, 1.0),
        held("b", 0.0, 1.0),
        held("c", 0.0, 1.0),
    )
    told = telling.sentence(explain(before, after))
    assert told == (
        "Score fell 5.6 points of percent on 3 Nov 2026: Microsoft added 3 controls (\u22123.2), "
        '"Title of mfa" regressed (\u22122.4, from 412 to 318 of 420).'
    )


def test_a_quiet_day_says_so() -> None:
    same = day(MONDAY, held("mfa", 5.0))
    later = msgspec.structs.replace(same, day=TUESDAY)
    assert telling.sentence(explain(same, later)) == "Score stayed on 3 Nov 2026: no control changed."


def test_a_degenerate_maximum_tells_points_and_no_percent() -> None:
    nothing = Day(day=MONDAY, points=0.0, max_points=0.0, controls=())
    told = telling.sentence(explain(nothing, day(TUESDAY, held("mfa", 5.0))))
    assert told.startswith("Points changed by +85.00 on 3 Nov 2026, the percent is not known")


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (Came(services=frozenset({"AzureAD"})), "Microsoft added 1 control"),
        (Came(services=frozenset({"EXO"})), "came with Microsoft Entra ID, not scored before"),
        (Came(licences=("HasAADP2",)), "a new licence (Microsoft Entra ID P2) brought 1 control"),
    ],
)
def test_what_came_is_told_by_what_was_there_before(came: Came, words: str) -> None:
    told = telling.sentence(explain(day(MONDAY), day(TUESDAY, held("new", 1.0))), came)
    assert words in told


def test_more_than_three_are_counted_together() -> None:
    before = day(MONDAY, *(held(c, 5.0) for c in "abcdef"))
    after = day(TUESDAY, *(held(c, 5.0 - n / 2) for n, c in enumerate("abcdef")))
    told = telling.parts(explain(before, after))
    assert [p.controls for p in told if len(p.controls) == 1] == [("f",), ("e",), ("d",)]
    assert any("2 more controls regressed" in p.text for p in told)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), max_size=9), st.integers(0, 3), st.integers(0, 3))
def test_every_change_is_told_exactly_once(moved: list[tuple[float, float]], added: int, retired: int) -> None:
    before = [held(f"m{n}", a) for n, (a, _) in enumerate(moved)] + [held(f"r{n}", 2.0) for n in range(retired)]
    after = [held(f"m{n}", b) for n, (_, b) in enumerate(moved)] + [held(f"a{n}", 2.0) for n in range(added)]
    explained = explain(day(MONDAY, *before), day(TUESDAY, *after))
    told = telling.parts(explained)
    named = [(c, p.kind) for p in told for c in p.controls]
    assert sorted(named) == sorted((c.control, c.kind) for c in explained.changes if c.control)
    # Differences of less than 1e-12 points count as none, so the rest is of that size.
    assert sum(p.percent or 0.0 for p in told) == pytest.approx(explained.difference or 0.0, abs=1e-9)
    assert [p.kind for p in told if p.kind in {Kind.CONTROL_ADDED, Kind.CONTROL_RETIRED}] == [
        p.kind for p in told if p.kind not in {Kind.GAINED, Kind.REGRESSED}
    ]
