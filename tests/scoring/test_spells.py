"""Spells: every day of them is what that day's own rules say, and no other day is."""

import datetime as dt
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.model import ControlScore, Decision, Profile, Standing, StateUpdate, Status
from surefoot.scoring import spells
from surefoot.scoring.actions import regression, status
from surefoot.scoring.courses import Piece
from surefoot.scoring.maxima import derived, maximum
from surefoot.scoring.ratings import Rating, Ratings
from surefoot.scoring.spells import Told

START = dt.date(2026, 1, 1)
RATINGS = Ratings({}, {"aad_mfa": Rating(max_points=12.0)})
NONE = Ratings({}, {})


def day(n: int) -> dt.date:
    return START + dt.timedelta(days=n)


@st.composite
def pieces(draw: st.DrawFn) -> list[Piece]:
    """Make a control's pieces: with days between on which it was not scored, and maxima that come and go."""
    found, at = [], 0
    for _ in range(draw(st.integers(1, 8))):
        at += draw(st.sampled_from([0, 0, 1, 30]))
        wide = draw(st.sampled_from([1, 2, 40, 95]))
        most = draw(st.sampled_from([10.0, 10.0, 8.0]))
        points = draw(st.sampled_from([0.0, 2.0, 5.0, 7.95, 8.0]))
        percent = draw(st.sampled_from([round(100 * points / most, 2), None]))
        found.append(Piece(day(at), day(at + wide - 1), points, percent, "Identity"))
        at += wide
    return found


profiles = st.sampled_from([None, Profile(control="aad_mfa", title="MFA", category="Identity", max_points=10.0)])


def known(held: list[Piece], on: dt.date) -> float | None:
    """Give the maximum that the nearest earlier day tells, else the nearest later one: as the store's query does."""
    told = [(p.from_day, value) for p in held if (value := derived(p.points, p.percent)) is not None]
    earlier, later = [v for d, v in told if d <= on], [v for d, v in told if d > on]
    return earlier[-1] if earlier else later[0] if later else None


def standing(held: list[Piece], on: dt.date, profile: Profile | None, **more: object) -> Standing | None:
    piece = next((p for p in held if p.from_day <= on <= p.to_day), None)
    if piece is None:
        return None
    reach = [p for p in held if p.from_day <= on and p.to_day >= on - dt.timedelta(days=90)]
    best = max(reach, key=lambda p: (p.points, p.to_day))
    score = ControlScore(control="aad_mfa", category="Identity", points=piece.points, percent=piece.percent)
    return Standing(
        score=score, profile=profile, last_known_max=known(held, on), best_points=best.points,
        best_day=min(best.to_day, on), best_max=derived(best.points, best.percent), **more,
    )  # fmt: skip


@given(pieces(), profiles, st.sampled_from([NONE, RATINGS]), st.integers(0, 150))
def test_a_control_is_below_its_best_on_the_days_on_which_its_action_has_regressed(
    held: list[Piece], profile: Profile | None, ratings: Ratings, since: int
) -> None:
    found = list(spells.below("aad_mfa", held, profile, ratings, day(since)))
    assert all(s.from_day >= day(since) for s in found)
    for n in range(since, (held[-1].to_day - START).days + 1):
        of_day = standing(held, day(n), profile)
        expected = regression(of_day, maximum(of_day, ratings)) if of_day else None
        shown = [s for s in found if s.from_day <= day(n) <= s.to_day]
        assert [s.regressed for s in shown] == ([expected] if expected else [])
        if of_day and expected:
            assert shown[0].lost == expected.best_points - of_day.score.points
            assert shown[0].max_points == maximum(of_day, ratings).value


statuses = st.sampled_from([Status.RISK_ACCEPTED, Status.RISK_ACCEPTED, Status.TO_ADDRESS, Status.THIRD_PARTY])
decided = st.lists(st.tuples(st.integers(-5, 200), statuses), max_size=5)
set_there = st.lists(st.tuples(st.integers(-5, 200), st.sampled_from(["Ignored", "Default", "ThirdParty"])), max_size=3)


@given(pieces(), decided, set_there, st.integers(0, 150))
def test_a_risk_is_accepted_on_the_days_that_ended_so(
    held: list[Piece], made: list[tuple[int, Status]], updates: list[tuple[int, str]], since: int
) -> None:
    at = {n: dt.datetime.combine(day(n), dt.time(23), dt.UTC) for n in range(-5, 201)}
    decisions = [Decision(control="aad_mfa", status=s, decided_at=at[n], decided_by="a") for n, s in sorted(made)]
    told = [StateUpdate(state=state, updated_at=at[n]) for n, state in sorted(updates)]
    whole = Profile(
        control="aad_mfa", title="", category="", max_points=10.0, updates=(StateUpdate(state="Default"), *told)
    )
    newest = held[-1].to_day
    found = list(spells.given_up("aad_mfa", held, Told(whole, decisions, newest), NONE, day(since)))
    for n in range(since, (newest - START).days + 1):
        on = day(n)
        till = [d for d in decisions if d.decided_at.date() <= on or on == newest]
        seen = tuple(u for u in whole.updates if u.updated_at is None or u.updated_at.date() <= on or on == newest)
        profile = Profile(control="aad_mfa", title="", category="", max_points=10.0, updates=seen)
        of_day = standing(held, on, profile, decision=till[-1] if till else None)
        shown = [s for s in found if s.from_day <= on <= s.to_day]
        if of_day is None or status(of_day, maximum(of_day, NONE)) is not Status.RISK_ACCEPTED:
            assert shown == []
        else:
            (spell,) = shown
            most = maximum(of_day, NONE).value
            assert spell.points == (None if most is None else max(0.0, most - of_day.score.points))


runs = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10), st.sampled_from([None, 0.1, 0.2, 5.0])), max_size=8)


@given(runs, st.sets(st.integers(0, 40)).map(sorted))
def test_the_spells_of_a_day_are_counted_and_added_up(
    held: list[tuple[int, int, float | None]], stored: list[int]
) -> None:
    made = [(day(n), day(n + wide), points) for n, wide, points in held]
    found = spells.by_day(made, [day(n) for n in stored])
    for n, (count, points) in zip(stored, found, strict=True):
        mine = [p for first, last, p in made if first <= day(n) <= last]
        assert (count, points) == (len(mine), fsum(p or 0.0 for p in mine))


@pytest.mark.parametrize("held", [[], [Piece(day(0), day(9), 3.0, 30.0, "Identity")]])
def test_nothing_fell_where_nothing_changed(held: list[Piece]) -> None:
    assert list(spells.below("aad_mfa", held, None, NONE, day(0))) == []
    assert list(spells.given_up("aad_mfa", held, Told(None, (), day(9)), NONE, day(0))) == []
