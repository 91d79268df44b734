"""Tests of scores against their definitions, and of the bounds of gains."""

from math import inf

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from cop.analysis.forecast.bootstrap import bound_hit_gain, bound_loss_gain
from cop.analysis.forecast.score import count_hits, crps_counts, crps_sample, flagged_cells
from cop.errors import FilterError

pytestmark = pytest.mark.forecast


@pytest.mark.parametrize("size", [0.3, 4.0, inf])
def test_crps_of_counts_is_the_sum_of_its_definition(size: float) -> None:
    k = np.arange(400)
    for mean in (0.01, 0.7, 20.0):
        law = poisson(mean) if size == inf else nbinom(size, size / (size + mean))
        for truth in (0.0, 1.0, 9.0):
            wanted = ((law.cdf(k) - (truth <= k)) ** 2).sum()
            found = crps_counts(np.array([mean]), np.array([truth]), size=size)
            assert found[0] == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def test_what_is_surely_zero_costs_what_comes() -> None:
    found = crps_counts(np.zeros(3), np.array([0.0, 1.0, 4.0]), size=inf)
    assert found.tolist() == [0.0, 1.0, 4.0]


def test_too_many_events_in_a_cell_are_refused() -> None:
    with pytest.raises(FilterError, match="501 events"):
        crps_counts(np.array([501.0]), np.array([3.0]), size=1.0)


def test_crps_of_a_sample_is_its_definition() -> None:
    sample = np.array([1.0, 2.0, 5.0])
    pairs = np.abs(sample[:, None] - sample).mean() / 2
    found = crps_sample(sample, np.array(4.0))
    assert found == pytest.approx(np.abs(sample - 4).mean() - pairs)


def test_hits_are_counted_in_the_most_risky_cells_and_ties_by_the_tie() -> None:
    risk = np.array([[1.0, 3.0, 3.0, 0.0]])
    truth = np.array([[8.0, 4.0, 2.0, 1.0]])
    first = np.array([[0.0, 1.0, 0.0, 0.0]])
    assert flagged_cells(0.25, 4) == 1
    assert count_hits(risk, truth, share=0.25, tie=first).tolist() == [4.0]
    assert count_hits(risk, truth, share=0.25, tie=first[:, [0, 2, 1, 3]]).tolist() == [2.0]
    assert count_hits(risk, truth, share=0.5, tie=first).tolist() == [6.0]
    assert flagged_cells(0.001, 4) == 1


def test_a_gain_has_bounds_that_a_sure_one_closes() -> None:
    rival = np.random.default_rng(1).uniform(1, 3, 60)
    sure = bound_loss_gain(0.9 * rival, rival, block=7)
    assert sure.gain == pytest.approx(0.1)
    assert (sure.low, sure.high) == (pytest.approx(0.1), pytest.approx(0.1))
    other = np.random.default_rng(2).uniform(1, 3, 60)
    loose = bound_hit_gain(other, rival, block=7)
    assert loose.low < 0 < loose.high
    assert loose == bound_hit_gain(other, rival, block=7)
    assert bound_loss_gain(rival, 0 * rival, block=7).gain is None
