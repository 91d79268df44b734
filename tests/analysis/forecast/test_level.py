"""Tests of the level of the whole line."""

from math import inf, isinf

import numpy as np
import pytest

from cop.analysis.forecast.level import fit_level

pytestmark = pytest.mark.forecast

EXPECTED = np.full(60, 100.0)


def test_what_came_as_expected_is_left_alone() -> None:
    level, size = fit_level(EXPECTED, EXPECTED, ahead=0)
    assert level == 1.0
    assert isinf(size)


def test_a_rise_that_lasts_is_followed() -> None:
    counted = EXPECTED * np.where(np.arange(60) < 30, 1.0, 1.5)
    level, _ = fit_level(EXPECTED, counted, ahead=0)
    assert 1.4 < level < 1.51


def test_one_period_alone_moves_little() -> None:
    counted = EXPECTED.copy()
    counted[30] = 300.0
    level, size = fit_level(EXPECTED, counted, ahead=0)
    assert abs(level - 1.0) < 0.05
    assert 0.0 < size < inf


def test_noise_of_a_poisson_needs_no_wider_interval_than_chance_gives() -> None:
    draw = np.random.default_rng(1)
    _, size = fit_level(EXPECTED, draw.poisson(EXPECTED).astype(float), ahead=0)
    assert size > 50.0


def test_without_history_nothing_is_corrected() -> None:
    assert fit_level(EXPECTED[:1], EXPECTED[:1], ahead=2) == (1.0, inf)
    assert fit_level(np.zeros(9), np.zeros(9), ahead=0) == (1.0, inf)
