"""Tests of the kernels of space and time."""

from math import exp, inf

import numpy as np
import pytest

from cop.analysis.forecast.kernel import DECAYS, Kernel, build_features, build_kernels
from cop.analysis.forecast.record import Records

pytestmark = pytest.mark.forecast

CELLS, PERIODS = 9, 12
LINE = np.ones((1, CELLS), dtype=bool)


def make_records(period: list[int], cell: list[int]) -> Records:
    when = np.array(period, dtype=np.int64)
    return Records(
        occurred=when, known=when, cell=np.array(cell, dtype=np.int64), periods=PERIODS, cells=CELLS
    )


def test_every_decay_meets_every_reach_and_the_mean() -> None:
    kernels = build_kernels("week", (0.0, 2.0))
    assert len(kernels) == len(DECAYS["week"]) * 2 + 1
    assert kernels[-1] == Kernel(decay=inf, reach=inf)


def test_the_long_run_of_a_cell_is_its_mean_before_each_period() -> None:
    records = make_records([0, 1, 1, 5], [4, 4, 4, 4])
    (found,) = build_features(records, LINE, (Kernel(decay=inf, reach=0.0),))
    assert found.shape == (PERIODS + 1, CELLS)
    assert found[1:7, 4].tolist() == pytest.approx([1.0, 1.5, 1.0, 0.75, 0.6, 4 / 6])
    assert found[:, :4].sum() == 0.0


def test_nothing_of_a_period_is_known_in_it() -> None:
    records = make_records([7], [4])
    features = build_features(records, LINE, build_kernels("day", (0.0, 1.0)))
    assert features[:, :8].sum() == 0.0
    assert (features[:, 8, 4] > 0.0).all()


def test_space_spreads_and_the_mean_of_the_area_is_flat() -> None:
    records = make_records([0] * 9, [4] * 9)
    near, far = build_features(
        records, LINE, (Kernel(decay=inf, reach=1.0), Kernel(decay=inf, reach=inf))
    )
    assert np.argmax(near[1]) == 4
    assert near[1, 3] == pytest.approx(near[1, 5])
    assert far[1].tolist() == pytest.approx([1.0] * CELLS)


def test_a_recent_period_weighs_more_where_memory_is_short() -> None:
    records = make_records([0, 0, 0, 11], [2, 2, 2, 6])
    short, long = build_features(
        records, LINE, (Kernel(decay=2.0, reach=0.0), Kernel(decay=inf, reach=0.0))
    )
    assert short[-1, 6] > short[-1, 2]
    assert long[-1, 6] < long[-1, 2]


def test_where_more_was_looked_the_same_events_say_less() -> None:
    records = make_records([0, 0], [2, 6])
    effort = np.ones((PERIODS, CELLS))
    effort[:, 6] = 2.0
    (found,) = build_features(records, LINE, (Kernel(decay=inf, reach=0.0),), effort=effort)
    assert found[-1, 2] == pytest.approx(2 * found[-1, 6])
    effort[:, 8] = 0.0
    (found,) = build_features(records, LINE, (Kernel(decay=inf, reach=0.0),), effort=effort)
    assert found[-1, 8] > 0.0, "where nobody looked the area's own is taken, not none"


def test_the_oldest_periods_can_be_left_out() -> None:
    records = make_records([0, 3], [1, 1])
    kernels = build_kernels("day", (0.0,))
    whole = build_features(records, LINE, kernels)
    assert np.array_equal(build_features(records, LINE, kernels, oldest=8), whole[:, 8:])


def test_a_feature_is_a_decayed_mean_of_what_was_known() -> None:
    records = Records(
        occurred=np.array([0, 1]), known=np.array([0, 2]), cell=np.array([0, 0]), periods=4, cells=1
    )
    kernel = (Kernel(decay=2.0, reach=0.0),)
    found = build_features(records, np.ones((1, 1), bool), kernel)[0, :, 0]
    age = [exp(-n / 2.0) for n in range(6)]
    decayed = [0.0, 1.0, age[2] / sum(age[1:3]), (age[3] + age[2]) / sum(age[1:4])]
    assert np.allclose(found[:4], decayed, atol=1e-6)
    assert np.allclose(found[4], (age[4] + age[3]) / sum(age[1:5]), atol=1e-6)


def test_features_keep_the_mean_of_the_area() -> None:
    draw = np.random.default_rng(1)
    mask = np.ones((12, 12), bool)
    cell = draw.integers(0, 144, 2_000)
    day = draw.integers(0, 50, 2_000)
    records = Records(occurred=day, known=day, cell=cell, periods=50, cells=144)
    features = build_features(records, mask, build_kernels("day"), oldest=50)[:, 0]
    assert np.allclose(features.sum(axis=1), 40, rtol=0.15)
    assert (features >= 0).all()


def test_a_feature_by_effort_is_events_by_how_much_was_looked() -> None:
    records = Records(
        occurred=np.array([0, 1, 1]),
        known=np.array([0, 1, 1]),
        cell=np.array([0, 1, 1]),
        periods=2,
        cells=3,
    )
    effort = np.array([[1.0, 0.5, 0.0], [1.0, 0.5, 0.0]])
    kernels = (Kernel(decay=inf, reach=0.0), Kernel(decay=inf, reach=inf))
    mask = np.ones((1, 3), bool)
    own, whole = build_features(records, mask, kernels, oldest=2, effort=effort)[:, 0]
    assert np.allclose(own, [0.5, 2.0, 1.0])  # nobody looked at the third: the mean of the area
    assert np.allclose(whole, 1.0)
    assert np.allclose(build_features(records, mask, kernels, oldest=2)[0, 0], [0.5, 1.0, 0.0])
