"""Timing a refit of the forecast: cells of a grid, of a surface, and segments, over ninety days."""

import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from cop.analysis.forecast.kernel import build_features, build_kernels
from cop.analysis.forecast.mixture import Mixture, fit_mixture
from cop.analysis.forecast.plane import Plane
from cop.analysis.forecast.record import Records
from cop.analysis.forecast.segment_track import forecast_known
from cop.model.ahead import MOST_AHEAD

SIZES: Final = {"10000_cells_90_days": ((100, 100), 90), "20000_segment_days": ((1, 200), 100)}
"""Rows and columns of the area, and periods."""
SURFACES: Final = {"surface_10000_cells_90_days": ((20, 500), 90)}
"""The same of a surface along a line, which is forecast four periods ahead with intervals."""
_BUSY_SHARE: Final = 0.1
_BUSY, _QUIET = 0.182, 0.002
"""Events a day of a busy and of a quiet cell."""


def run_forecast(*, repetitions: int, seed: int) -> dict[str, Any]:
    """Return {size: {cells, periods, events, median_s, most_s, same}}: features, fit and forecast.

    ``same`` is whether every repetition gave the same forecast to the last bit.
    """
    refits: dict[str, Callable[[Records, np.ndarray], np.ndarray]] = {
        **dict.fromkeys(SIZES, lambda records, mask: refit(records, mask)[1]),
        **dict.fromkeys(SURFACES, refit_surface),
    }
    figures = {}
    for name, (shape, periods) in (SIZES | SURFACES).items():
        mask = np.ones(shape, dtype=bool)
        records = draw_records(mask, periods, seed=seed)
        took, forecasts = [], []
        for _ in range(repetitions):
            start = time.perf_counter()
            expected = refits[name](records, mask)
            took.append(time.perf_counter() - start)
            forecasts.append(expected.tobytes())
        figures[name] = {
            "cells": int(mask.sum()),
            "periods": periods,
            "events": len(records.cell),
            "median_s": round(float(np.median(took)), 3),
            "most_s": round(max(took), 3),
            "same": len(set(forecasts)) == 1,
        }
    return figures


def refit(records: Records, mask: np.ndarray) -> tuple[Mixture, np.ndarray]:
    """Fit the mixture to all records and forecast the day after them (cells,)."""
    half = records.periods // 2
    features = build_features(records, mask, build_kernels("day"), oldest=half)
    counts = records.counts(known_at=records.periods)[half:]
    fit = fit_mixture(features[:, :-1], counts)
    return fit, fit.expect(features[:, -1])


def refit_surface(records: Records, mask: np.ndarray) -> np.ndarray:
    """Forecast the four days after all records, as the map's surface is (cells, days)."""
    plane = Plane(mask=mask)
    forecast = forecast_known(
        records, origin=records.periods, space=plane, horizon=MOST_AHEAD, period="day"
    )
    return forecast.expected


def draw_records(mask: np.ndarray, periods: int, *, seed: int) -> Records:
    """Events around a tenth of the cells, alike for equal seeds."""
    draw = np.random.default_rng(seed)
    cells = int(mask.sum())
    rate = np.where(draw.random(cells) < _BUSY_SHARE, _BUSY, _QUIET)
    counts = draw.poisson(rate, (periods, cells))
    occurred, cell = (
        np.repeat(axis, counts.ravel()) for axis in np.indices(counts.shape).reshape(2, -1)
    )
    return Records(occurred=occurred, known=occurred, cell=cell, periods=periods, cells=cells)
