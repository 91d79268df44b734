"""Tests of the mixture that is fitted to kernels."""

from math import exp, inf

import numpy as np
import pytest

from cop.analysis.forecast.kernel import Kernel, build_features, build_kernels
from cop.analysis.forecast.mixture import fit_mixture
from cop.analysis.forecast.record import Records

pytestmark = pytest.mark.forecast


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
