"""Tests of the bounds of a gain."""

import numpy as np
import pytest

from cop.analysis.forecast.bootstrap import Gain, bound_hit_gain, bound_loss_gain

pytestmark = pytest.mark.forecast


def test_a_steady_gain_is_certain() -> None:
    rival = np.arange(1.0, 41.0)
    loss = bound_loss_gain(0.8 * rival, rival, block=4)
    assert (loss.gain, loss.low, loss.high) == pytest.approx((0.2, 0.2, 0.2))
    hits = bound_hit_gain(1.3 * rival, rival, block=4)
    assert (hits.gain, hits.low, hits.high) == pytest.approx((0.3, 0.3, 0.3))


def test_noise_is_no_gain_and_a_seed_repeats() -> None:
    draw = np.random.default_rng(3)
    ours, rival = draw.gamma(4.0, size=(2, 200))
    gain = bound_loss_gain(ours, rival, block=5)
    assert gain.low is not None
    assert gain.high is not None
    assert gain.low < 0.0 < gain.high
    assert gain == bound_loss_gain(ours, rival, block=5)
    assert gain != bound_loss_gain(ours, rival, block=5, seed=1)


def test_periods_that_stay_together_widen_the_bounds() -> None:
    ours = 10.0 + np.repeat(np.random.default_rng(4).normal(size=20), 10)
    rival = np.full(200, 10.0)

    def width(block: int) -> float:
        gain = bound_loss_gain(ours, rival, block=block)
        assert gain.low is not None
        assert gain.high is not None
        return gain.high - gain.low

    assert width(10) > 2 * width(1)


def test_a_rival_without_any_has_no_gain() -> None:
    none = Gain(gain=None, low=None, high=None)
    assert bound_loss_gain(np.ones(5), np.zeros(5), block=2) == none
    assert bound_hit_gain(np.zeros(0), np.zeros(0), block=2) == none
    assert bound_hit_gain(np.ones(3), np.ones(3), block=99).gain == 0.0
