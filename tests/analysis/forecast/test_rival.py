"""Tests of the rivals that a forecast must beat."""

import numpy as np
import pytest

from cop.analysis.forecast.record import Records
from cop.analysis.forecast.rival import (
    build_all_history,
    build_average,
    build_last_value,
    build_moving_average,
    build_seasonal_naive,
)
from tests.support.month import draw_seasonal

pytestmark = pytest.mark.forecast


def test_rivals_repeat_what_they_say() -> None:
    counts = draw_seasonal(0.1)
    last = build_last_value(counts, horizon=3, first=100)
    naive = build_seasonal_naive(counts, horizon=3, first=100)
    assert np.allclose(last.expected[:, 0], counts[:, 100])
    assert np.allclose(naive.expected[:, 0], counts[:, 91])
    spread = np.log1p(counts[:, 3:101]) - np.log1p(counts[:, :98])
    width = 1.2815515655446004 * np.sqrt((spread**2).mean(axis=1))
    assert np.allclose(last.upper[:, 0], np.expm1(np.log1p(counts[:, 100]) + width))


def test_means_of_a_year_and_of_all_history_are_rivals_too() -> None:
    counts = draw_seasonal(0.1)
    year = build_moving_average(counts, horizon=3, first=100)
    every = build_all_history(counts, horizon=3, first=100)
    assert np.allclose(year.expected[:, 7], counts[:, 96:108].mean(axis=1))
    assert np.allclose(every.expected[:, 7], counts[:, :108].mean(axis=1))
    assert (year.lower < year.expected).all()
    assert (year.upper > year.expected).all()


def test_a_steady_series_is_repeated_without_doubt() -> None:
    counts = np.full((1, 30), 40.0)
    for build in (build_last_value, build_seasonal_naive, build_moving_average, build_all_history):
        forecast = build(counts, horizon=2, first=24)
        assert forecast.expected.tolist() == [pytest.approx([40.0] * 6)]
        assert forecast.lower == pytest.approx(forecast.upper)


def test_the_average_of_cells_rests_on_what_was_known_then() -> None:
    records = Records(
        occurred=np.array([0, 1, 2, 2]),
        known=np.array([0, 1, 2, 3]),
        cell=np.array([0, 0, 1, 1]),
        periods=4,
        cells=2,
    )
    assert build_average(records, first=2, window=2).tolist() == [[1.0, 0.0], [0.5, 0.5]]
    assert build_average(records, first=2, window=None).tolist() == [
        [1.0, 0.0],
        [pytest.approx(2 / 3), pytest.approx(1 / 3)],
    ]
    assert build_average(records, first=4, window=2).shape == (0, 2)
