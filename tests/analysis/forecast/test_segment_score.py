"""Tests of scores by segment on forecasts of two periods."""

from math import inf, nan

import numpy as np
import pytest

from cop.analysis.forecast.score import MOST_EXPECTED
from cop.analysis.forecast.segment_record import SegmentTrack
from cop.analysis.forecast.segment_score import Backtest, score_segments

pytestmark = pytest.mark.forecast


def score(
    *,
    truth: list[list[float]],
    model: list[list[float]],
    unseen: tuple[float, float] = (0.0, 0.0),
    places: int | None = None,
) -> SegmentTrack:
    """Score two periods of a model whose rivals expect nothing; its interval is one either way."""
    expected = np.array(model)
    none = np.where(np.isnan(expected), nan, 0.0)
    total = np.nansum(expected, axis=1)
    found = Backtest(
        period=[8, 9],
        truth=np.array(truth),
        unseen=np.array(unseen),
        expected={"model": expected, "moving_average": none, "last_value": none},
        lower=np.nan_to_num(expected) - 1.0,
        upper=np.nan_to_num(expected) + 1.0,
        sizes=np.array([inf, inf]),
        totals=np.stack([total, total - 2.0, total + 2.0], axis=1),
        median=np.nan_to_num(expected),
    )
    return score_segments(found, period="week", block=1, weeks=2, incomplete=1, places=places)


def test_what_came_as_expected_is_hit_and_inside() -> None:
    track = score(truth=[[3.0, 0.0], [1.0, 0.0]], model=[[3.0, 0.0], [1.0, 0.0]])
    assert (track.weeks, track.forecasts, track.incomplete) == (2, 4, 1)
    assert (track.coverage, track.total_coverage) == (1.0, 1.0)
    assert (track.models["model"].hit, track.models["model"].mae) == (1.0, 0.0)
    rival = track.models["last_value"]
    assert (rival.mae, rival.crps) == (1.0, 1.0), "none was expected, one a segment came"
    ours = track.models["model"].crps
    assert ours is not None
    assert track.skill == pytest.approx(1.0 - ours)
    assert [(r.period, r.expected, r.counted, r.hit) for r in track.records] == [
        (8, 3.0, 3.0, 3.0),
        (9, 1.0, 1.0, 1.0),
    ]


def test_what_came_elsewhere_is_missed_worst_first() -> None:
    track = score(truth=[[0.0, 2.0], [1.0, 6.0]], model=[[2.0, 0.0], [1.0, 0.0]])
    assert track.models["model"].hit == pytest.approx(1.0 / 9.0)
    assert track.models["model"].mae == pytest.approx((2.0 + 2.0 + 0.0 + 6.0) / 4.0)
    assert track.coverage == 0.25
    assert track.total_coverage == 0.5
    worst = [(miss.period, miss.segment, miss.counted) for miss in track.worst]
    assert worst == [(9, 1, 6.0), (8, 0, 0.0), (8, 1, 2.0), (9, 0, 1.0)]


def test_what_came_where_nothing_was_known_counts_as_not_found() -> None:
    track = score(truth=[[2.0, nan], [2.0, nan]], model=[[2.0, nan], [2.0, nan]], unseen=(1.0, 3.0))
    assert track.forecasts == 2
    assert track.models["model"].hit == 0.5
    assert len(track.worst) == 2


def test_the_share_that_is_ranked_first_is_of_all_places() -> None:
    truth = [[4.0, 1.0], [4.0, 1.0]]
    assert score(truth=truth, model=truth).models["model"].hit == 0.8
    assert score(truth=truth, model=truth, places=40).models["model"].hit == 1.0


def test_where_nothing_came_there_is_no_hit() -> None:
    quiet = [[0.0, 0.0], [0.0, 0.0]]
    track = score(truth=quiet, model=quiet)
    assert track.models["model"].hit is None
    assert track.hit_ratio is None
    assert track.skill is None


def test_counts_too_large_for_the_score_have_none() -> None:
    many = [[MOST_EXPECTED + 1.0, 0.0]] * 2
    track = score(truth=many, model=many)
    assert track.models["model"].crps is None
    assert (track.skill, track.crps_gain, track.last_gain) == (None, None, None)
    assert track.models["model"].mae == 0.0
