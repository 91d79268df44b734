"""Tests of monthly forecasts on series whose course is known."""

import numpy as np
import pytest

from cop.analysis.forecast.month import build_month_forecast
from cop.analysis.forecast.rival import (
    build_all_history,
    build_last_value,
    build_moving_average,
    build_seasonal_naive,
)
from cop.errors import FilterError
from tests.support.month import SEASONAL_MONTHS, draw_seasonal

pytestmark = pytest.mark.forecast

BUILDERS = (
    build_month_forecast,
    build_last_value,
    build_seasonal_naive,
    build_moving_average,
    build_all_history,
)


@pytest.mark.parametrize("horizon", [1, 3, 12])
def test_a_pure_season_is_forecast(horizon: int) -> None:
    counts = draw_seasonal(0.0)
    forecast = build_month_forecast(counts, horizon=horizon, first=100)
    come = counts[:, 100 + horizon :]
    assert np.allclose(forecast.expected[:, :-horizon], come, rtol=0.03)


def test_without_a_season_little_is_left_of_the_step() -> None:
    draw = np.random.default_rng(4)
    counts = np.exp(7 + np.cumsum(draw.normal(0, 0.2, (9, SEASONAL_MONTHS)), axis=1))
    forecast = build_month_forecast(counts, horizon=1, first=120)
    last = build_last_value(counts, horizon=1, first=120)
    assert forecast.shrink.max() < 0.25
    assert np.median(np.abs(np.log(forecast.expected / last.expected))) < 0.02


@pytest.mark.parametrize("horizon", [1, 6])
def test_intervals_hold_what_they_say(horizon: int) -> None:
    counts = draw_seasonal(0.1, places=9)
    forecast = build_month_forecast(counts, horizon=horizon, first=80)
    come = counts[:, 80 + horizon :]
    inside = (come >= forecast.lower[:, :-horizon]) & (come <= forecast.upper[:, :-horizon])
    assert 0.72 < inside.mean() < 0.88


def test_an_origin_knows_nothing_of_later_months() -> None:
    counts = draw_seasonal(0.2)
    changed = counts.copy()
    changed[:, 130:] = 3.0
    for horizon in (1, 6):
        for build in BUILDERS:
            one, other = (build(c, horizon=horizon, first=100) for c in (counts, changed))
            for name in ("expected", "lower", "upper", "sample", "shrink"):
                first, second = getattr(one, name), getattr(other, name)
                axis = 0 if name == "shrink" else 1
                cut = [slice(None)] * first.ndim
                cut[axis] = slice(0, 30)
                assert np.array_equal(first[tuple(cut)], second[tuple(cut)]), name


def test_zeros_are_forecast_as_zeros() -> None:
    forecast = build_month_forecast(np.zeros((2, 100)), horizon=1, first=80)
    assert not forecast.expected.any()
    assert not forecast.upper.any()


@pytest.mark.parametrize(("horizon", "first"), [(0, 100), (13, 100), (1, 71), (1, SEASONAL_MONTHS)])
def test_too_little_history_is_refused(horizon: int, first: int) -> None:
    with pytest.raises(FilterError, match=r"horizon|first origin"):
        build_month_forecast(draw_seasonal(0.1), horizon=horizon, first=first)


def test_a_missing_month_is_refused() -> None:
    counts = draw_seasonal(0.1)
    counts[1, 7] = np.nan
    with pytest.raises(FilterError, match="missing"):
        build_month_forecast(counts, horizon=1, first=100)
