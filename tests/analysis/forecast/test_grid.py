"""Tests of the cells of a study area."""

import numpy as np
import pytest

from cop.analysis.forecast.grid import (
    MOST_CELLS,
    Grid,
    build_equal_area,
    build_history_grid,
    build_line_grid,
)
from cop.errors import FilterError

pytestmark = pytest.mark.forecast


def test_the_middle_of_each_cell_lies_in_it() -> None:
    mask = np.array([[True, False, True], [False, True, True]])
    grid = Grid(x=10.0, y=-5.0, side=2.5, mask=mask)
    assert grid.cells == 4
    assert grid.locate(*grid.centers()).tolist() == [0, 1, 2, 3]


def test_points_outside_have_no_cell() -> None:
    grid = Grid(x=0.0, y=0.0, side=1.0, mask=np.array([[True, False]]))
    x, y = np.array([0.5, 1.5, -0.1, 2.0, 0.5]), np.array([0.5, 0.5, 0.5, 0.5, 1.0])
    assert grid.locate(x, y).tolist() == [0, -1, -1, -1, -1]


def test_history_has_its_cells_and_those_beside_them() -> None:
    grid = build_history_grid(np.array([0.5, 3.5]), np.array([0.5, 0.5]), side=1.0)
    assert grid.mask.astype(int).tolist() == [
        [0, 1, 0, 0, 1, 0],
        [1, 1, 1, 1, 1, 1],
        [0, 1, 0, 0, 1, 0],
    ]
    assert (grid.locate(np.array([0.5, 3.5]), np.array([0.5, 0.5])) >= 0).all()


def test_history_without_a_record_is_refused() -> None:
    with pytest.raises(FilterError, match="no record before the first forecast"):
        build_history_grid(np.zeros(0), np.zeros(0), side=1.0)


def test_a_record_far_out_does_not_take_all_memory() -> None:
    far = np.array([0.0, float(MOST_CELLS)])
    with pytest.raises(FilterError, match="larger cells, or correct the record far outside"):
        build_history_grid(far, far, side=1.0)


def test_a_line_has_the_cells_within_reach() -> None:
    line = np.array([[0.0, 0.0], [10.0, 0.0]])
    grid = build_line_grid(line, within=2.0, side=1.0)
    x, y = grid.centers()
    beside = np.hypot(x - np.clip(x, 0.0, 10.0), y)
    assert beside.max() <= 2.0
    assert grid.locate(np.array([5.0, 5.0]), np.array([1.5, 2.6])).tolist()[1] == -1
    assert grid.locate(np.array([5.0]), np.array([1.4]))[0] >= 0


def test_the_projection_keeps_areas_in_metres_around_its_place() -> None:
    projection = build_equal_area(-110.9, 31.3)
    assert projection.axis_info[0].unit_name == "metre"
    assert "Lambert Azimuthal Equal Area" in projection.to_wkt()


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
