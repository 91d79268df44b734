"""Grids around places: their cells, and what they measure, against geodesics."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from cop.analysis.sight.grid import LEAST_CELLS, MOST_CELLS, SightGrid

pytestmark = pytest.mark.coverage

GEOD = Geod(ellps="WGS84")
LON, LAT = st.floats(-118, -96), st.floats(25, 49)
RANGES = st.floats(100, 60_000)
GRIDS = st.builds(
    SightGrid, LON, LAT, st.floats(1, 500), st.integers(1, 40).map(lambda n: 2 * n + 1)
)


@given(LON, LAT, RANGES, st.floats(0.1, 2_000))
def test_a_grid_reaches_its_range_in_64_to_1024_cells(
    lon: float, lat: float, range_m: float, spacing_m: float
) -> None:
    grid = SightGrid.around(lon, lat, range_m=range_m, spacing_m=spacing_m)
    radius = grid.side // 2
    assert grid.side % 2 == 1
    assert LEAST_CELLS <= radius <= MOST_CELLS
    assert radius * grid.cell_m >= range_m * (1 - 1e-9)
    assert (radius - 1) * grid.cell_m < range_m


def test_a_grid_is_as_fine_as_the_heights_where_it_may_be() -> None:
    around = SightGrid.around
    assert around(-110.0, 31.0, range_m=9_000, spacing_m=30).cell_m == 30
    assert around(-110.0, 31.0, range_m=9_000, spacing_m=930).cell_m == 9_000 / 64
    assert around(-110.0, 31.0, range_m=60_000, spacing_m=10).cell_m == 60_000 / 1_024


@given(GRIDS)
def test_cells_and_places_are_inverse(grid: SightGrid) -> None:
    row, column = grid.cells_of(*grid.places())
    np.testing.assert_array_equal(row, np.repeat(np.arange(grid.side), grid.side))
    np.testing.assert_array_equal(column, np.tile(np.arange(grid.side), grid.side))


@given(GRIDS)
def test_the_place_is_the_middle_of_the_middle_cell(grid: SightGrid) -> None:
    lon, lat = (values.reshape(grid.side, -1) for values in grid.places())
    middle = grid.side // 2
    assert lon[middle, middle] == pytest.approx(grid.lon, abs=1e-8)
    assert lat[middle, middle] == pytest.approx(grid.lat, abs=1e-8)
    assert (np.diff(lat, axis=0) < 0).all()
    assert (np.diff(lon, axis=1) > 0).all()


@given(GRIDS, st.floats(-0.49, 0.49), st.floats(-0.49, 0.49))
def test_all_of_a_cell_is_its_own_and_beyond_the_edge_is_none(
    grid: SightGrid, east: float, south: float
) -> None:
    """Half a cell to each side of its middle, as far as degrees tell a meter."""
    scale = 111_000 * np.array([math.cos(math.radians(grid.lat)), 1.0])
    lon, lat = grid.places()
    step = grid.cell_m / scale * 0.9 * np.array([east, -south])
    row, column = grid.cells_of(lon + step[0], lat + step[1])
    np.testing.assert_array_equal(row * grid.side + column, np.arange(grid.side**2))
    out = grid.cell_m * (grid.side / 2 + 1) / scale
    far = np.array([[out[0], 0], [-out[0], 0], [0, out[1]], [0, -out[1]]]) * 1.1
    row, column = grid.cells_of(grid.lon + far[:, 0], grid.lat + far[:, 1])
    assert (row == -1).all()
    assert (column == -1).all()


@given(LON, LAT, RANGES)
def test_distances_and_azimuths_are_those_of_geodesics(
    lon: float, lat: float, range_m: float
) -> None:
    """Within 0.1% and 0.1 degrees up to 20 km, three times that up to 60 km."""
    grid = SightGrid(lon, lat, range_m / 20, 41)
    distance, azimuth = (values.ravel() for values in grid.measure())
    x, y = grid.places()
    true, _, meters = GEOD.inv(np.full(len(x), lon), np.full(len(x), lat), x, y)
    share = 0.001 * (1 if range_m <= 20_000 else 3)
    away = meters > 0.5 * grid.cell_m
    np.testing.assert_allclose(distance[away], meters[away], rtol=share)
    turn = (azimuth - true + 180) % 360 - 180
    assert np.abs(turn[away]).max() <= 100 * share
    assert distance[~away].tolist() == pytest.approx([0.0])


@pytest.mark.parametrize("lon", [-114.0, -113.2, -111.0, -109.1, -108.001])
def test_near_by_the_scale_of_the_zone_is_taken_out(lon: float) -> None:
    """Up to 2 km within 2 cm a kilometer; a meter of the zone is 0.9996 to 1.0011 meters."""
    grid = SightGrid(lon, 26.0, 100.0, 29)
    distance = grid.measure()[0].ravel()
    x, y = grid.places()
    _, _, meters = GEOD.inv(np.full(len(x), lon), np.full(len(x), 26.0), x, y)
    np.testing.assert_allclose(distance, meters, rtol=2e-5, atol=1e-3)


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [(-117.1, 32.5, 32611), (-114.0, 32.0, 32612), (-113.99, 32.0, 32612), (-97.2, 25.9, 32614),
     (-180.0, 1.0, 32601), (179.9, 1.0, 32660), (180.0, 1.0, 32660), (18.0, -33.0, 32734)],
)  # fmt: skip
def test_the_zone_is_that_of_the_place(lon: float, lat: float, epsg: int) -> None:
    assert SightGrid(lon, lat, 100.0, 3).epsg == epsg


@given(GRIDS)
def test_bounds_hold_all_cells(grid: SightGrid) -> None:
    west, south, east, north = grid.bounds
    assert east - west == pytest.approx(grid.side * grid.cell_m)
    assert north - south == pytest.approx(grid.side * grid.cell_m)
    assert ~grid.transform * ((west + east) / 2, (south + north) / 2) == pytest.approx(
        (grid.side / 2, grid.side / 2)
    )
