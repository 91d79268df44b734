"""Tests of timing a refit of the forecast, on a few cells."""

import numpy as np
import pytest

from cop.bench import forecast
from cop.bench.forecast import draw_records, refit, refit_surface, run_forecast
from cop.model.ahead import MOST_AHEAD

pytestmark = pytest.mark.forecast

MASK, PERIODS = np.ones((4, 25), bool), 60


def test_equal_seeds_draw_equal_events() -> None:
    one, again, other = (draw_records(MASK, PERIODS, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.truth, again.truth)
    assert not np.array_equal(one.truth, other.truth)
    assert (one.periods, one.cells) == (PERIODS, 100)
    busiest = np.sort(one.truth.sum(axis=0))[-10:].sum()
    assert busiest > 0.5 * one.truth.sum(), "a tenth of the cells has most"


def test_the_day_after_and_four_days_of_a_surface_are_forecast() -> None:
    records = draw_records(MASK, PERIODS, seed=1)
    _, expected = refit(records, MASK)
    assert expected.shape == (100,)
    assert expected.sum() == pytest.approx(records.truth[30:].sum() / 30, rel=0.5)
    assert refit_surface(records, MASK).shape == (100, MOST_AHEAD)


def test_each_size_is_timed_and_must_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "SIZES", {"cells": (MASK.shape, PERIODS)})
    monkeypatch.setattr(forecast, "SURFACES", {"surface": (MASK.shape, PERIODS)})
    figures = run_forecast(repetitions=2, seed=1)
    assert list(figures) == ["cells", "surface"]
    for one in figures.values():
        assert (one["cells"], one["periods"], one["same"]) == (100, PERIODS, True)
        assert one["events"] == len(draw_records(MASK, PERIODS, seed=1).cell)
        assert 0.0 <= one["median_s"] <= one["most_s"]
