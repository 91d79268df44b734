"""Plans of maximal covering against greedy choices and exhaustive search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from cop.analysis.siting import (
    CoverPlan,
    choose_greedily,
    covered_weight,
    plan_cover,
    plan_runner_up,
)
from cop.errors import FilterError
from tests.support.siting import Case, make_case, rank, weigh

pytestmark = pytest.mark.coverage


def plan(case: Case) -> CoverPlan:
    covers, weights, count = case
    return plan_cover(csr_array(covers), weights, count)


CASES = st.builds(
    make_case,
    st.integers(0, 10**6),
    candidates=st.integers(4, 9),
    places=st.integers(3, 25),
    count=st.integers(1, 4),
)


def test_shown_the_plan_is_at_least_as_good_as_greedy() -> None:
    """In 20 cases of 40 candidates for 120 places; in some of them it is better."""
    better = 0
    for seed in range(20):
        case = make_case(seed, candidates=40, places=120, count=2 + seed % 7)
        covers, weights, count = case
        greedy = choose_greedily(csr_array(covers), weights, count)
        found = plan(case)
        assert len(set(found.chosen)) == count
        assert found.weight == pytest.approx(weigh(covers, weights, found.chosen))
        assert found.weight >= weigh(covers, weights, greedy) - 1e-9
        assert found.bound is not None
        assert found.weight <= found.bound * (1 + 1e-9)
        better += found.weight > weigh(covers, weights, greedy) + 1e-6
    assert better >= 5


def test_shown_the_plan_is_within_its_bound_of_the_best() -> None:
    """Against all choices of 12 candidates; those that are proven are the best."""
    for seed in range(20):
        case = make_case(seed, candidates=12, places=40, count=1 + seed % 5)
        (best, _), *_ = rank(*case)
        found = plan(case)
        assert found.bound is not None
        assert found.short_of_bound is not None
        assert found.bound >= best - 1e-6
        assert found.weight >= best * (1 - found.short_of_bound) - 1e-6
        assert found.is_proven
        assert found.weight == pytest.approx(best)


@given(CASES)
def test_the_runner_up_is_the_best_other_choice(case: Case) -> None:
    covers, weights, _ = case
    found = plan(case)
    if found.weight == 0:
        return
    other = plan_runner_up(csr_array(covers), weights, found)
    left = [weight for weight, chosen in rank(*case) if chosen != found.chosen]
    assert (other is None) == (not left)
    if other is not None:
        assert other.chosen != found.chosen
        assert len(other.chosen) == len(found.chosen)
        assert other.weight == pytest.approx(left[0])
        assert other.weight == pytest.approx(weigh(covers, weights, other.chosen))
        assert other.weight <= found.weight + 1e-9


@given(CASES)
def test_greedy_takes_what_adds_the_most(case: Case) -> None:
    covers, weights, count = case
    chosen: list[int] = []
    for _ in range(count):
        left = [one for one in range(len(covers)) if one not in chosen]
        chosen.append(max(left, key=lambda one: weigh(covers, weights, (*chosen, one))))
    found = choose_greedily(csr_array(covers), weights, count)
    assert weigh(covers, weights, found) == pytest.approx(weigh(covers, weights, tuple(chosen)))
    assert list(found) == sorted(set(found))
    assert len(found) == count


def test_a_place_that_two_cover_counts_once() -> None:
    covers = np.array([[1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 0, 1]], bool)
    weights = np.array([1.0, 10.0, 10.0, 3.0])
    assert covered_weight(csr_array(covers), weights, (0, 1)) == 24.0
    found = plan((covers, weights, 1))
    assert (found.chosen, found.weight) == ((1,), 23.0)
    other = plan_runner_up(csr_array(covers), weights, found)
    assert other is not None
    assert (other.chosen, other.weight) == ((0,), 21.0)


def test_greedy_may_be_beaten() -> None:
    """It takes the middle four; the two halves are all six."""
    covers = np.array([[0, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], bool)
    weights = np.ones(6)
    assert weigh(covers, weights, choose_greedily(csr_array(covers), weights, 2)) == 5.0
    found = plan((covers, weights, 2))
    assert (found.chosen, found.weight, found.bound) == ((1, 2), 6.0, pytest.approx(6.0))


def test_out_of_time_the_plan_is_greedy_at_least_and_owns_up() -> None:
    covers, weights, count = make_case(1, candidates=200, places=400, count=20)
    covers &= np.random.default_rng(1).random(covers.shape) < 0.2
    found = plan_cover(csr_array(covers), weights, count, seconds=1e-6)
    greedy = choose_greedily(csr_array(covers), weights, count)
    assert found.weight >= weigh(covers, weights, greedy) - 1e-9
    assert not found.is_proven
    assert found.bound is None or found.bound > found.weight


@pytest.mark.parametrize("count", [-1, 0, 4])
def test_a_count_that_cannot_be_is_an_error(count: int) -> None:
    with pytest.raises(FilterError, match=f"{count} of 3 candidates: choose from 1 to 3"):
        plan((np.eye(3, dtype=bool), np.ones(3), count))


def test_all_candidates_have_no_other_choice() -> None:
    covers, weights = csr_array(np.eye(3)), np.ones(3)
    found = plan_cover(covers, weights, 3)
    assert found.chosen == (0, 1, 2)
    assert plan_runner_up(covers, weights, found) is None


def test_where_nothing_is_worth_anything_there_is_no_runner_up() -> None:
    covers = csr_array(np.eye(3))
    found = plan_cover(covers, np.zeros(3), 1)
    assert found.weight == 0.0
    assert plan_runner_up(covers, np.zeros(3), found) is None


def test_no_weight_is_a_plan_of_nothing() -> None:
    found = plan((np.eye(3, dtype=bool), np.zeros(3), 2))
    assert (found.weight, found.bound, found.short_of_bound) == (0.0, 0.0, 0.0)
    assert CoverPlan(chosen=(0,), weight=3.0, bound=4.0).short_of_bound == 0.25
    assert CoverPlan(chosen=(0,), weight=3.0, bound=None).short_of_bound is None
