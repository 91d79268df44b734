"""Tests of grids, records, kernels and the mixture that is fitted to them."""

from math import exp, inf

import numpy as np
import pytest

from cop.analysis.forecast.grid import build_history_grid, build_line_grid
from cop.analysis.forecast.kernel import Kernel, build_features, build_kernels
from cop.analysis.forecast.mixture import fit_mixture
from cop.analysis.forecast.record import Records
from cop.errors import FilterError

pytestmark = pytest.mark.forecast


def of(
    occurred: list[int], known: list[int], cell: list[int], *, periods: int, cells: int
) -> Records:
    return Records(
        occurred=np.array(occurred),
        known=np.array(known),
        cell=np.array(cell),
        periods=periods,
        cells=cells,
    )


def test_a_history_grid_is_the_cells_held_and_those_beside() -> None:
    grid = build_history_grid(np.array([0.0, 10.0]), np.array([0.0, 0.0]), side=5.0)
    assert grid.mask.astype(int).tolist() == [[0, 1, 0, 1, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 0]]
    x, y = grid.centers()
    assert (x[0], y[0]) == (2.5, -2.5)
    assert grid.locate(x, y).tolist() == list(range(grid.cells))
    assert grid.locate(np.array([-6.0, 900.0, 7.0]), np.array([0.0, 0.0, 6.0])).tolist() == [-1] * 3


def test_a_line_grid_is_the_cells_near_it() -> None:
    line = np.array([[0.0, 0.0], [100.0, 0.0]])
    grid = build_line_grid(line, within=10.0, side=5.0)
    x, y = grid.centers()
    off = np.hypot(np.maximum(np.maximum(-x, x - 100), 0), y)
    assert off.max() <= 10.0
    assert grid.cells * 25 == pytest.approx(100 * 20 + np.pi * 100, rel=0.1)


def test_a_record_far_out_is_no_reason_to_fill_the_memory() -> None:
    with pytest.raises(FilterError, match="record far outside"):
        build_history_grid(np.array([0.0, 1e9]), np.array([0.0, 1e9]), side=5.0)


def test_what_is_known_before_it_happens_is_refused() -> None:
    with pytest.raises(FilterError, match="event 1: period 3, known at 2"):
        of([0, 3], [0, 2], [0, 0], periods=5, cells=1)


def test_counts_are_those_that_were_known() -> None:
    records = of([0, 1, 1, 2], [0, 1, 3, 2], [0, 1, 1, 0], periods=4, cells=2)
    assert records.counts(known_at=2).tolist() == [[1, 0], [0, 1]]
    assert records.counts(known_at=4).tolist() == [[1, 0], [0, 2], [1, 0], [0, 0]]
    assert records.truth.sum() == 4
    assert records.total(1, 3, known_at=3).tolist() == [1, 1]


def test_a_feature_is_a_decayed_mean_of_what_was_known() -> None:
    records = of([0, 1], [0, 2], [0, 0], periods=4, cells=1)
    kernel = (Kernel(decay=2.0, reach=0.0),)
    found = build_features(records, np.ones((1, 1), bool), kernel)[0, :, 0]
    age = [exp(-n / 2.0) for n in range(6)]
    wanted = [0.0, 1.0, age[2] / sum(age[1:3]), (age[3] + age[2]) / sum(age[1:4])]
    assert np.allclose(found[:4], wanted, atol=1e-6)
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
    records = of([0, 1, 1], [0, 1, 1], [0, 1, 1], periods=2, cells=3)
    effort = np.array([[1.0, 0.5, 0.0], [1.0, 0.5, 0.0]])
    kernels = (Kernel(decay=inf, reach=0.0), Kernel(decay=inf, reach=inf))
    mask = np.ones((1, 3), bool)
    own, whole = build_features(records, mask, kernels, oldest=2, effort=effort)[:, 0]
    assert np.allclose(own, [0.5, 2.0, 1.0])  # nobody looked at the third: the mean of the area
    assert np.allclose(whole, 1.0)
    assert np.allclose(build_features(records, mask, kernels, oldest=2)[0, 0], [0.5, 1.0, 0.0])


def test_ones_for_effort_change_nothing() -> None:
    draw = np.random.default_rng(5)
    day, cell = draw.integers(0, 30, 300), draw.integers(0, 36, 300)
    records = Records(occurred=day, known=day, cell=cell, periods=30, cells=36)
    mask, kernels = np.ones((6, 6), bool), build_kernels("day")
    ones = np.ones((30, 36))
    plain = build_features(records, mask, kernels, oldest=1)
    looked = build_features(records, mask, kernels, oldest=1, effort=ones)
    assert np.allclose(plain, looked, atol=1e-5)
    counts = records.truth[1:]
    fits = [
        fit_mixture(plain[:, :-1], counts),
        fit_mixture(looked[:, :-1], counts, effort=ones[1:]),
    ]
    assert np.allclose(fits[0].weights, fits[1].weights, atol=1e-4)


def test_the_mixture_finds_the_kernels_that_made_the_events() -> None:
    """Half of the events follow others within a cell and days, half a lasting pattern."""
    draw = np.random.default_rng(2)
    rate = np.where(draw.random(400) < 0.2, 0.2, 0.01)
    counts = np.zeros((150, 400))
    recent = np.zeros(400)
    for day in range(150):
        counts[day] = draw.poisson(0.5 * rate + 0.5 * recent)
        recent = (recent + counts[day] * (exp(1 / 3) - 1)) * exp(-1 / 3)
    day, cell = (
        np.repeat(axis, counts.astype(int).ravel())
        for axis in np.indices(counts.shape).reshape(2, -1)
    )
    records = Records(occurred=day, known=day, cell=cell, periods=150, cells=400)
    kernels = (
        Kernel(decay=3.0, reach=0.0),
        Kernel(decay=inf, reach=0.0),
        Kernel(decay=3.0, reach=2.0),
    )
    features = build_features(records, np.ones((20, 20), bool), kernels, oldest=75)
    fit = fit_mixture(features[:, :-1], counts[75:])
    assert fit.weights[0] > 2 * fit.weights[2]
    assert fit.weights[1] > 2 * fit.weights[2]
    assert fit.weights.sum() == pytest.approx(1.0, abs=0.15)


def test_the_size_tells_clustered_counts_from_plain_ones() -> None:
    draw = np.random.default_rng(3)
    features = np.full((1, 200, 100), 2.0, dtype=np.float32)
    plain = fit_mixture(features, draw.poisson(2.0, (200, 100)).astype(float))
    clustered = fit_mixture(features, draw.negative_binomial(0.5, 0.2, (200, 100)).astype(float))
    assert plain.size >= 10
    assert 0.4 < clustered.size < 0.65
    assert fit_mixture(features, np.zeros((200, 100))).size == inf
