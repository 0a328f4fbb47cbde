"""Controls as work: points to gain, impact, difficulty, status and order."""

import datetime as dt
from math import fsum

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.model import (
    CLOSED,
    ControlScore,
    Decision,
    Difficulty,
    Impact,
    Level,
    Profile,
    Standing,
    StateUpdate,
    Status,
)
from surefoot.scoring import actions
from surefoot.scoring.maxima import derived, maximum
from surefoot.scoring.ratings import Rating, Ratings

DAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
NOTHING = Ratings({}, {})


def standing(  # noqa: PLR0913 - a control's every part
    control: str = "aad_x",
    points: float = 0.0,
    most: float | None = 10.0,
    *,
    cost: Level | None = None,
    harm: Level | None = None,
    state: StateUpdate | None = None,
    decision: Decision | None = None,
    rank: int | None = None,
    best: float | None = None,
) -> Standing:
    percent = None if most is None else 100 * points / most
    profile = Profile(
        control=control,
        title=f"Title of {control}",
        category="Identity",
        max_points=most,
        cost=cost,
        user_impact=harm,
        rank=rank,
        updates=(state,) if state else (),
    )
    return Standing(
        score=ControlScore(control=control, category="Identity", points=points, percent=percent),
        profile=profile,
        decision=decision,
        best_points=best,
        best_day=DAY if best is not None else None,
    )


def decided(status: Status, hours: int = 0) -> Decision:
    return Decision(control="aad_x", status=status, decided_at=NOW + dt.timedelta(hours=hours), decided_by="ann")


POINTS = st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 10 / 3]), min_size=1, max_size=40)


@given(POINTS, st.sampled_from([1.0, 7.0, 1500.0]), st.randoms())
def test_impact_is_scale_free_and_knows_no_order(points: list[float], scale: float, chance: object) -> None:
    labels = actions.impacts(points)
    assert {round(p * scale, 9): label for p, label in labels.items()} == {
        round(p, 9): label for p, label in actions.impacts([p * scale for p in points]).items()
    }
    shuffled = list(points)
    chance.shuffle(shuffled)
    assert actions.impacts(shuffled) == labels
    order = [labels[p] for p in sorted(labels, reverse=True)]
    assert order == sorted(order, key=list(Impact).index)
    assert labels[max(points)] is Impact.HIGH


@given(POINTS)
def test_impact_cuts_at_half_and_four_fifths_of_what_is_open(points: list[float]) -> None:
    labels, total = actions.impacts(points), fsum(points)
    for value in set(points):
        share = fsum(p for p in points if p > value) / total
        expected = Impact.HIGH if share < 0.5 else Impact.MEDIUM if share < 0.8 else Impact.LOW
        assert labels[value] is expected


STANDINGS = st.lists(
    st.builds(
        lambda points, most, status, cost: (min(points, most), most, status, cost),
        st.sampled_from([0.0, 1.0, 2.5, 10.0]),
        st.sampled_from([1.0, 5.0, 10.0]),
        st.sampled_from([*Status]),
        st.sampled_from([None, *Level]),
    ),
    min_size=1,
    max_size=25,
)


@given(STANDINGS)
def test_the_sums_follow_from_the_actions(rows: list[tuple[float, float, Status, Level | None]]) -> None:
    held = [
        standing(f"c{n}", p, m, cost=c, decision=None if s is Status.COMPLETED else decided(s))
        for n, (p, m, s, c) in enumerate(rows)
    ]
    earned, most = fsum(r[0] for r in rows), fsum(r[1] for r in rows)
    ranked = actions.rank(held, most, NOTHING, DAY)
    assert all(a.points is not None and a.points >= 0 for a in ranked)
    open_points = fsum(a.points or 0 for a in ranked if a.status not in CLOSED)
    assert actions.available(ranked) == open_points
    assert actions.achievable(ranked, earned, most) == (earned + open_points, most)
    assert (
        earned <= actions.planned(ranked, earned, most)[0] <= actions.achievable(ranked, earned, most)[0] <= most + 1e-9
    )
    points, possible = actions.adjusted(ranked, earned, most)
    assert 0 <= points <= possible + 1e-9
    assert [a.rank for a in ranked] == list(range(1, len(rows) + 1))
    assert {a.id for a in ranked} == {s.score.control for s in held}
    backwards = actions.rank(held[::-1], most, NOTHING, DAY)
    assert backwards == ranked


def test_the_default_order_is_impact_difficulty_points_microsofts_rank_and_id() -> None:
    held = [
        standing("z_small", 9.0),
        standing("b_hard", 0.0, cost=Level.HIGH),
        standing("a_hard", 0.0, cost=Level.HIGH),
        standing("ranked_hard", 0.0, cost=Level.HIGH, rank=1),
        standing("easy", 0.0, cost=Level.LOW),
        standing("unrated", 0.0),
        standing("unknown", 0.0, None),
        standing("done", 10.0),
        standing("accepted", 0.0, decision=decided(Status.RISK_ACCEPTED)),
    ]
    order = [a.id for a in actions.rank(held, 100.0, NOTHING, DAY)]
    assert order == ["easy", "unrated", "ranked_hard", "a_hard", "b_hard", "z_small", "unknown", "accepted", "done"]


@pytest.mark.parametrize(
    ("cost", "harm", "expected"),
    [
        (Level.LOW, Level.LOW, Difficulty.EASY),
        (Level.LOW, Level.MODERATE, Difficulty.MEDIUM),
        (Level.HIGH, Level.LOW, Difficulty.COMPLEX),
        (None, Level.LOW, Difficulty.EASY),
        (None, None, None),
    ],
)
def test_difficulty_is_the_worse_of_cost_and_impact(
    cost: Level | None, harm: Level | None, expected: Difficulty | None
) -> None:
    profile = standing(cost=cost, harm=harm).profile
    assert actions.difficulty(profile, None) == (expected, False)


def test_surefoots_rating_fills_what_microsoft_leaves_out_and_is_marked() -> None:
    rating = Rating(cost=Level.HIGH, user_impact=Level.LOW)
    assert actions.difficulty(standing(cost=Level.LOW).profile, rating) == (Difficulty.EASY, True)
    assert actions.difficulty(standing(cost=Level.LOW, harm=Level.LOW).profile, rating) == (Difficulty.EASY, False)
    assert actions.difficulty(None, rating) == (Difficulty.COMPLEX, True)


def test_a_quick_win_is_high_and_easy() -> None:
    held = [
        standing("quick", cost=Level.LOW),
        standing("hard", cost=Level.HIGH),
        standing("small", 9.9, cost=Level.LOW),
    ]
    assert [a.id for a in actions.rank(held, 30.0, NOTHING, DAY) if a.quick_win] == ["quick"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("Default", Status.TO_ADDRESS),
        ("ignored", Status.RISK_ACCEPTED),
        ("ThirdParty", Status.THIRD_PARTY),
        ("Reviewed", Status.ALTERNATE),
        ("AlternateMitigation", Status.ALTERNATE),
        ("SomethingNew", Status.TO_ADDRESS),
    ],
)
def test_microsofts_states_become_statuses(state: str, expected: Status) -> None:
    update = StateUpdate(state=state, updated_at=NOW, updated_by="x")
    action = actions.rank([standing(state=update)], 10.0, NOTHING, DAY)[0]
    assert (action.status, action.microsoft_state) == (expected, state)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_decision_counts_whatever_microsofts_state_is(hours: int) -> None:
    update = StateUpdate(state="Ignored", updated_at=NOW, updated_by="x")
    held = standing(state=update, decision=decided(Status.PLANNED, hours))
    assert actions.rank([held], 10.0, NOTHING, DAY)[0].status is Status.PLANNED


def test_all_points_are_completed_whatever_was_decided_but_by_others_stays_so() -> None:
    for status, expected in ((Status.PLANNED, Status.COMPLETED), (Status.THIRD_PARTY, Status.THIRD_PARTY)):
        held = standing(points=10.0, decision=decided(status))
        assert actions.rank([held], 10.0, NOTHING, DAY)[0].status is expected


def test_a_maximum_that_nobody_knows_makes_the_points_unknown() -> None:
    action = actions.rank([standing(most=None)], 10.0, NOTHING, DAY)[0]
    assert (action.points, action.max_points, action.score_impact, action.impact) == (None, None, None, None)
    assert action.status is Status.TO_ADDRESS


def test_a_control_without_a_profile_is_shown_by_its_id() -> None:
    bare = Standing(score=ControlScore(control="new_one", category="Apps", points=1.0, percent=50.0), profile=None)
    action = actions.rank([bare], 10.0, NOTHING, DAY)[0]
    assert (action.name, action.max_points, action.points) == ("new_one", 2.0, 1.0)


@pytest.mark.parametrize(("best", "regressed"), [(None, False), (5.0, False), (5.05, False), (6.0, True)])
def test_a_loss_of_more_than_jitter_is_a_regression(best: float | None, *, regressed: bool) -> None:
    action = actions.rank([standing(points=5.0, best=best)], 10.0, NOTHING, DAY)[0]
    assert (action.regressed is not None) == regressed


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("You have 3&nbsp;of 10 users.<br>Next", "You have 3 of 10 users. Next"),
        ("<script>alert(1)</script>fine", "fine"),
        ("", None),
        (None, None),
        ("<p> </p>", None),
        ("a &lt; b", "a < b"),
    ],
)
def test_microsofts_html_becomes_a_line_of_text(markup: str | None, text: str | None) -> None:
    assert actions.text_of(markup) == text


@given(st.integers(1, 40).map(float), st.integers(1, 1000))
def test_a_maximum_is_found_again_from_points_and_rounded_percent(most: float, part: int) -> None:
    points = round(most * part / 1000, 2)
    found = derived(points, round(100 * points / most, 2))
    if points >= 1:
        assert found == pytest.approx(most, rel=0.01)
    if points >= most / 2:
        assert found == most


@pytest.mark.parametrize(("points", "percent"), [(0.0, 0.0), (0.0, None), (5.0, 0.0), (5.0, None), (0.0, 50.0)])
def test_nothing_is_derived_from_nothing(points: float, percent: float | None) -> None:
    assert derived(points, percent) is None


def test_a_maximum_comes_from_the_day_then_the_past_then_the_profile_then_our_file() -> None:
    ratings = Ratings({"aad_x": Rating(max_points=4.0)}, {})
    zero = ControlScore(control="aad_x", category="Identity", points=0.0, percent=0.0)
    half = ControlScore(control="aad_x", category="Identity", points=5.0, percent=50.0)
    profile = standing(most=8.0).profile
    steps = [
        (Standing(score=half, profile=profile, last_known_max=9.0), 10.0, False),
        (Standing(score=zero, profile=profile, last_known_max=9.0), 9.0, False),
        (Standing(score=zero, profile=profile), 8.0, False),
        (Standing(score=zero, profile=None), 4.0, True),
    ]
    for held, value, estimated in steps:
        found = maximum(held, ratings)
        assert (found.value, found.estimated) == (value, estimated)
    assert maximum(Standing(score=zero, profile=None), NOTHING).value is None


def test_points_are_microsofts_somebodys_word_or_earned() -> None:
    word = standing("a", 2.0, state=StateUpdate(state="ThirdParty", updated_at=NOW))
    given, plain = standing("b", 3.0), standing("c", 4.0)
    assert given.profile is not None
    provided = msgspec.structs.replace(given.profile, action_type="ProviderGenerated")
    held = [word, msgspec.structs.replace(given, profile=provided), plain]
    assert actions.shares(actions.rank(held, 27.0, NOTHING, DAY)) == (3.0, 2.0, 4.0)


def test_what_is_not_applicable_counts_in_neither_points_nor_maximum() -> None:
    held = [standing("a", points=5.0), standing("b", points=1.0)]
    score = msgspec.structs.replace(held[1].score, applicable=False)
    ranked = actions.rank([held[0], msgspec.structs.replace(held[1], score=score)], 20.0, NOTHING, DAY)
    most = ranked[1].max_points if ranked[1].id == "b" else ranked[0].max_points
    assert actions.adjusted(ranked, 6.0, 20.0) == (5.0, 20.0 - (most or 0.0))


@given(st.text(alphabet=st.characters(exclude_characters="<>&\0\r", exclude_categories=("Cs",))))
def test_a_text_without_markup_is_read_the_short_way_to_the_same_end(text: str) -> None:
    assert actions.text_of(text) == actions.text_of(f"{text}<b></b>")
