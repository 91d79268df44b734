"""Tests of forecasts along the line, their reporting delay and their track record."""

from math import inf

import numpy as np
import pytest

from cop.analysis.forecast.line import Line
from cop.analysis.forecast.segment import bound_counts, bound_sum, forecast_segments
from cop.errors import FilterError
from tests.support.segment import KM, LINE, SEGMENTS, WEEKS, draw_counts

pytestmark = pytest.mark.forecast


def test_a_steady_line_is_forecast_at_its_level_with_neighbours_alike() -> None:
    made = forecast_segments(draw_counts().astype(float), space=LINE, horizon=4)
    assert made.expected.shape == (SEGMENTS, 4)
    assert made.total == pytest.approx([120.0] * 4, rel=0.1)
    assert (made.total_lower < made.total).all()
    assert (made.total < made.total_upper).all()
    assert int(np.argmax(made.expected[:, 0])) in (11, 12, 13)
    assert (made.lower <= made.expected + 1).all()
    assert (made.upper >= made.lower).all()


def test_a_lasting_fall_of_the_whole_line_is_followed() -> None:
    level = 300.0 * np.concatenate([np.ones(28), 0.93 ** np.arange(1, 14)])
    share = draw_counts(total=1.0, weeks=1_000).mean(axis=1)
    made = [
        forecast_segments(
            np.random.default_rng(seed).poisson(share[:, None] * level[None, :-1]).astype(float),
            space=LINE,
        )
        for seed in range(5)
    ]
    usual = np.mean([one.total[0] for one in made])
    assert usual == pytest.approx(level[-1], rel=0.15)
    assert sum(one.total_lower[0] <= level[-1] <= one.total_upper[0] for one in made) >= 3
    for one in made:
        assert np.nansum(one.expected[:, 0]) == pytest.approx(one.total[0])


def test_the_order_of_the_segments_does_not_matter() -> None:
    counts, order = draw_counts().astype(float), np.random.default_rng(3).permutation(SEGMENTS)
    straight = forecast_segments(counts, space=LINE)
    mixed = forecast_segments(counts[order], space=Line(positions_km=KM[order]))
    np.testing.assert_allclose(mixed.expected, straight.expected[order], rtol=1e-3)


def test_a_segment_that_nobody_looked_at_is_unknown_not_low() -> None:
    counts = draw_counts().astype(float)
    counts[12] = np.nan
    effort = np.ones(counts.shape)
    effort[40] = 0.0
    made = forecast_segments(counts, space=LINE, effort=effort)
    unknown = np.isnan(made.expected[:, 0])
    assert np.flatnonzero(unknown).tolist() == [12, 40]
    assert np.isnan(made.lower[12]).all()
    assert np.isnan(made.upper[40]).all()


def test_effort_tells_little_looking_from_little_happening() -> None:
    draw = np.random.default_rng(4)
    effort = np.ones((SEGMENTS, WEEKS))
    effort[:30] = 0.25
    counts = draw.poisson(4.0 * effort).astype(float)
    blind = forecast_segments(counts, space=LINE).expected[:, 0]
    seeing = forecast_segments(counts, space=LINE, effort=effort).expected[:, 0]
    assert blind[:25].mean() / blind[35:].mean() < 0.4
    assert seeing[:25].mean() / seeing[35:].mean() == pytest.approx(1.0, abs=0.15)


def test_too_little_history_is_said() -> None:
    made = forecast_segments(draw_counts().astype(float)[:, :5], space=LINE)
    assert made.reason == "only 5 observed weeks of history, 8 are needed"
    assert np.isnan(made.expected).all()
    assert forecast_segments(np.zeros((3, 20)), space=Line(positions_km=KM[:3])).reason is not None


def test_counts_that_cannot_be_are_refused() -> None:
    counts = draw_counts().astype(float)
    counts[3, 7] = -1.0
    with pytest.raises(FilterError, match="count of segment row 3, period 7 is -1"):
        forecast_segments(counts, space=LINE)
    with pytest.raises(FilterError, match="horizon 0"):
        forecast_segments(np.abs(counts), space=LINE, horizon=0)


def test_bounds_are_those_of_the_distribution() -> None:
    lower, upper = bound_counts(np.array([0.0, 4.0, 4.0]), np.array([1.0, inf, 1.0]))
    assert lower.tolist() == [0.0, 2.0, 0.0]
    assert upper.tolist() == [0.0, 7.0, 10.0]


def test_the_interval_of_a_sum_is_that_of_the_total_and_that_of_a_segment() -> None:
    counts = draw_counts().astype(float)
    counts[3] = np.nan
    made = forecast_segments(counts, space=LINE)
    rows = np.isfinite(made.expected[:, 0])
    whole = (made.total[0], made.total_lower[0], made.total_upper[0])
    assert bound_sum(made, 0, rows) == whole
    total, lower, upper = bound_sum(made, 0, rows & (np.arange(SEGMENTS) != 59))
    assert total == pytest.approx(made.total[0] - made.expected[59, 0])
    assert abs(lower - whole[1]) <= 2.0
    assert abs(upper - whole[2]) <= 2.0
    _, lower, upper = bound_sum(made, 0, np.arange(SEGMENTS) == 12)
    assert abs(lower - made.lower[12, 0]) <= 1.0
    assert abs(upper - made.upper[12, 0]) <= 1.0
