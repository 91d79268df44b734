"""Patrol plans by hand, against exhaustive search, and the chance of their random checks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from cop.analysis.patrol import PatrolLine, PatrolPlan, PatrolStretch, Shift, plan_patrols
from cop.errors import FilterError
from tests.support.patrol import find_best, hours_of, make_line

pytestmark = pytest.mark.coverage


LINES = st.integers(2, 6).flatmap(
    lambda count: st.builds(
        make_line,
        st.lists(st.floats(1, 12), min_size=count, max_size=count),
        st.lists(st.floats(0.01, 9), min_size=count, max_size=count),
        st.tuples(st.floats(-5, 50), st.floats(0, 10)),
        st.tuples(st.floats(-5, 50), st.floats(0, 10)),
    )
)
SHIFTS = st.builds(
    Shift,
    hours=st.floats(2, 9),
    travel_kmh=st.floats(20, 60),
    patrol_kmh=st.floats(4, 80),
    random_share=st.floats(0.05, 0.5),
)


def plan_or_none(line: PatrolLine, teams: int, shift: Shift) -> PatrolPlan | None:
    try:
        return plan_patrols(line, teams, shift, seed=1)
    except FilterError:
        return None


@given(LINES, SHIFTS, st.integers(1, 2))
def test_the_plan_is_the_best_of_all_stretches(line: PatrolLine, shift: Shift, teams: int) -> None:
    plan = plan_or_none(line, teams, shift)
    best = find_best(line, teams, shift)
    assert (plan.cover.weight if plan else 0) == pytest.approx(best)
    if plan and plan.runner_up:
        assert plan.runner_up.weight <= best + 1e-9
        assert plan.runner_up.chosen != plan.cover.chosen


@given(LINES, SHIFTS, st.integers(1, 3))
def test_stretches_fit_the_shift_and_their_hours_are_true(
    line: PatrolLine, shift: Shift, teams: int
) -> None:
    plan = plan_or_none(line, teams, shift)
    for one in plan.stretches if plan else ():
        travel, patrol = hours_of(line, shift, one.base, one.first, one.last)
        assert one.travel_hours == pytest.approx(travel)
        assert one.patrol_hours == pytest.approx(patrol)
        assert travel + patrol <= shift.hours * (1 - shift.random_share) * (1 + 1e-9)
        for base in range(len(line.bases)):
            assert travel <= hours_of(line, shift, base, one.first, one.last)[0] + 1e-9


@given(LINES, SHIFTS, st.integers(1, 3))
def test_what_is_covered_is_what_stretches_hold_each_segment_once(
    line: PatrolLine, shift: Shift, teams: int
) -> None:
    plan = plan_or_none(line, teams, shift)
    if plan is None:
        return
    watched = {i for one in plan.stretches for i in range(one.first, one.last + 1)}
    assert 1 <= len(plan.stretches) <= teams
    assert plan.cover.weight == pytest.approx(line.weights[sorted(watched)].sum())


def test_hours_by_hand() -> None:
    """6.4 h: 2 km there, 50 km along at 10 km/h and 52 km back; 60 km along would be 7.6 h."""
    line = make_line([10.0] * 12, [1.0] * 9 + [5.0] * 3, (70.0, 2.0))
    plan = plan_patrols(line, 1, Shift(), seed=1)
    (one,) = plan.stretches
    assert (one.base, one.first, one.last) == (0, 7, 11)
    assert one.travel_hours == pytest.approx((2 + 52) / 40)
    assert one.patrol_hours == pytest.approx(5.0)
    assert plan.cover.weight == 1 + 1 + 5 + 5 + 5
    assert plan.runner_up is not None
    assert plan.runner_up.weight == 1 + 1 + 1 + 5 + 5


def test_two_teams_part_and_each_sets_out_from_the_nearer_base() -> None:
    """Of 4 h, 30 km along are 3 h and the way 45 minutes; 40 km would be 5 h."""
    line = make_line([10.0] * 10, [9.0, *[1.0] * 8, 9.0], (0.0, 0.0), (100.0, 0.0))
    plan = plan_patrols(line, 2, Shift(hours=5), seed=1)
    found = [(one.base, one.first, one.last) for one in plan.stretches]
    assert found == [(0, 0, 2), (1, 7, 9)]
    assert plan.cover.weight == 2 * (9 + 1 + 1)


def test_where_no_segment_can_be_reached_there_is_no_plan() -> None:
    """20 km there and back are an hour: of 1.5 h, 1.2 are planned, and the patrol takes 0.5."""
    line = make_line([5.0, 5.0], [1.0, 1.0], (5.0, 20.0))
    with pytest.raises(FilterError, match=r"within 1.5 h: use a longer shift"):
        plan_patrols(line, 1, Shift(hours=1.5), seed=1)
    assert plan_patrols(line, 1, Shift(hours=2.1), seed=1).stretches


def test_no_team_is_an_error() -> None:
    line = make_line([5.0, 5.0], [1.0, 1.0], (5.0, 0.0))
    with pytest.raises(FilterError, match="0 of 1 candidates"):
        plan_patrols(line, 0, Shift(), seed=1)


LENGTHS = [4.0, 2.0, 6.0, 8.0, 4.0, 6.0, 2.0, 8.0]


def draw_checks(count: int, weights: list[float]) -> np.ndarray:
    """Of a base at kilometer 20, 1 km aside, with 1.6 h for them, one for each seed."""
    line = make_line(LENGTHS, weights, (20.0, 1.0))
    stretches: list[PatrolStretch] = []
    for seed in range(count):
        stretches += plan_patrols(line, 1, Shift(), seed=seed).stretches
    return np.bincount([one.random_check for one in stretches], minlength=len(LENGTHS))


def test_random_checks_are_drawn_by_length_of_what_is_in_reach() -> None:
    """To the middle and back at 40 km/h and along at 10 km/h: hours of all segments but one."""
    middle = np.cumsum(LENGTHS) - np.array(LENGTHS) / 2
    hours = 2 * (np.abs(middle - 20) + 1) / 40 + np.array(LENGTHS) / 10
    reached = hours <= 1.6
    assert reached.tolist() == [True] * 7 + [False]
    found = draw_checks(600, [1.0] * 8)
    assert found[7] == 0
    share = np.array(LENGTHS[:7]) / sum(LENGTHS[:7])
    assert chisquare(found[:7], 600 * share).pvalue > 0.001
    assert chisquare(found[:7], np.full(7, 600 / 7)).pvalue < 0.001


def test_random_checks_do_not_follow_weights() -> None:
    np.testing.assert_array_equal(
        draw_checks(40, [1.0] * 8), draw_checks(40, [100.0, *[0.1] * 6, 3.0])
    )


def test_a_seed_draws_the_same_again_and_teams_draw_apart() -> None:
    line = make_line([2.0] * 40, [1.0] * 40, (0.0, 1.0), (40.0, 1.0), (80.0, 1.0))
    plans = [plan_patrols(line, 3, Shift(hours=6), seed=seed) for seed in (1, 1, *range(2, 12))]
    drawn = [tuple(one.random_check for one in plan.stretches) for plan in plans]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) > 8
    assert any(len(set(checks)) == 3 for checks in drawn)
