"""How a window and a line are cut into steps and cells."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from cop.analysis.cube import (
    CELLS_ALONG_LINE,
    LEAST_CELL_KM,
    cell_centers,
    cell_side_km,
    plan_cell_bits,
    plan_steps,
)
from cop.model.tile import mercator_integers
from cop.model.window import TimeWindow

pytestmark = pytest.mark.sources

END = datetime(2026, 11, 25, 6)


@pytest.mark.parametrize(
    ("days", "step", "n"),
    [(10, 1, 10), (30, 2, 15), (90, 7, 12), (365, 28, 13), (730, 28, 26), (3285, 182, 18)],
)
def test_a_window_is_cut_into_equal_steps_that_end_with_it(days: int, step: int, n: int) -> None:
    steps = plan_steps(TimeWindow(start=END - timedelta(days=days), end=END))
    assert steps is not None
    assert (steps.days, steps.n, steps.end) == (step, n, END)
    assert steps.start == END - timedelta(days=step * n)


@pytest.mark.parametrize("days", [1, 3, 7, 9.99])
def test_a_short_window_has_no_steps(days: float) -> None:
    assert plan_steps(TimeWindow(start=END - timedelta(days=days), end=END)) is None


def test_an_open_window_has_no_steps() -> None:
    assert plan_steps(TimeWindow(end=END)) is None


@pytest.mark.parametrize(
    ("length_km", "lat", "side_km"), [(3145, 29.4, 17.0), (174.7, 46.1, 3.4), (20, 0, 4.9)]
)
def test_cells_are_the_smallest_squares_that_are_large_enough(
    length_km: float, lat: float, side_km: float
) -> None:
    bits = plan_cell_bits(length_km, lat)
    least = max(LEAST_CELL_KM, length_km / CELLS_ALONG_LINE)
    assert cell_side_km(bits, lat) == pytest.approx(side_km, abs=0.1)
    assert cell_side_km(bits, lat) >= least > cell_side_km(bits - 1, lat)


def test_a_point_lies_within_half_a_cell_of_its_centre() -> None:
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(-180, 180, 500), rng.uniform(-80, 80, 500)
    mx, my = mercator_integers(lon, lat)
    bits = 20
    cells = np.column_stack([mx, my]).astype(np.int64) >> bits
    east, north = cell_centers(cells, bits)
    assert np.abs(east - lon).max() <= 360 / 2 ** (32 - bits) / 2 + 1e-9
    back = np.column_stack(mercator_integers(east, north)).astype(np.int64) >> bits
    assert (back == cells).all()
