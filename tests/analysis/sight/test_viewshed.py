"""Viewsheds on terrain whose answer is known, against brute force, and what no terrain gives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.analysis.sight.gdal import build_visible
from cop.analysis.sight.viewshed import Ground, Placement, build_viewshed
from tests.support.terrain import EARTH_M, make_grid, make_ground, offsets, see_by_force

pytestmark = pytest.mark.coverage


def _placement(**changed: float | None) -> Placement:
    values = {"lon": -110.9, "lat": 31.5, "height_m": 10.0, "range_m": 4_000.0}
    return Placement(**(values | changed))  # type: ignore[arg-type]


def _see(ground: Ground, **changed: float | None) -> np.ndarray:
    return build_viewshed(_placement(**changed), ground).chance


def test_a_plane_is_seen_as_far_as_the_range() -> None:
    grid = make_grid()
    seen = _see(make_ground(np.zeros((grid.side, grid.side)), grid))
    distance, _ = grid.measure()
    np.testing.assert_array_equal(seen > 0, distance <= 4_000)


def test_on_a_plane_the_earth_hides_what_lies_beyond_the_horizon() -> None:
    """A mast of h and a target of t see each other up to sqrt(2 R h) + sqrt(2 R t), R * 7/6."""
    grid = make_grid(cells=100, cell_m=400.0)
    seen = _see(make_ground(np.zeros((grid.side, grid.side)), grid), range_m=40_000.0)
    radius = EARTH_M * 7 / 6
    horizon = math.sqrt(2 * radius * 10) + math.sqrt(2 * radius * 1.7)
    east, north = offsets(grid)
    distance = np.hypot(east, north)
    assert seen[distance <= horizon - 400].all()
    assert not seen[distance >= horizon + 400].any()


def test_a_ridge_hides_a_shadow_of_known_length() -> None:
    """A wall of w at distance d hides all beyond until the line over its top meets the target."""
    grid = make_grid(cells=60)
    east, _ = offsets(grid)
    heights = np.where(east == 1_000, 8.0, 0.0)
    seen = _see(make_ground(heights, grid), range_m=6_000.0)
    row = seen[grid.side // 2]
    drop = lambda d: d**2 * (6 / 7) / (2 * EARTH_M)  # noqa: E731
    at = east[grid.side // 2]
    line = 10 + (8 - drop(1_000) - 10) * at / 1_000
    expected = (at <= 1_000) | (line <= 1.7 - drop(at))
    differs = np.flatnonzero(((row > 0) != expected) & (np.abs(at) < 5_900))
    edge = np.flatnonzero(np.diff(expected.astype(int)))
    assert all(np.abs(edge - cell).min() <= 1 for cell in differs)
    assert (row > 0).sum() < len(row)


def test_a_cone_is_seen_down_its_slopes_alone() -> None:
    """From its tip all of an even slope is seen; from its foot nothing behind the tip."""
    grid = make_grid()
    east, north = offsets(grid)
    cone = 400.0 - 0.1 * np.hypot(east, north)
    assert (_see(make_ground(cone, grid))[np.hypot(east, north) <= 3_900] > 0).all()
    aside = 400.0 - 0.2 * np.hypot(east - 1_500, north)
    seen = _see(make_ground(aside, grid))
    behind = (north == 0) & (east >= 1_700)
    assert not seen[behind].any()
    before = (north == 0) & (east > 0) & (east <= 1_400)
    assert (seen[before] > 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_brute_force_agrees(seed: int) -> None:
    """Cells next to the middle and at the edge of what is seen apart: GDAL takes cells as posts."""
    grid = make_grid(cells=30)
    random = np.random.default_rng(seed)
    rough = random.normal(0, 1, (grid.side, grid.side))
    kernel = np.exp(-(np.linspace(-2, 2, 13) ** 2))
    for axis in (0, 1):
        rough = np.apply_along_axis(np.convolve, axis, rough, kernel / kernel.sum(), "same")
    heights = rough * 120
    ours = build_visible(
        heights.astype(np.float32),
        epsg=grid.epsg, cell_m=100.0, height_m=10.0, target_m=1.7, range_m=3_000.0,
    )  # fmt: skip
    distance, _ = grid.measure()
    cells = np.argwhere(distance <= 2_900)
    force = [see_by_force(heights, 100.0, r, c, height_m=10, target_m=1.7) for r, c in cells]
    found = ours[tuple(cells.T)]
    assert np.mean(found == np.array(force)) >= 0.95
    assert 0.05 < np.mean(found) < 0.95


def test_a_field_of_view_cuts_and_detection_falls() -> None:
    grid = make_grid()
    ground = make_ground(np.zeros((grid.side, grid.side)), grid)
    seen = _see(ground, azimuth_deg=90.0, fov_deg=60.0, detect_near=0.9, detect_far=0.5)
    distance, azimuth = grid.measure()
    inside = (distance <= 4_000) & (np.abs(azimuth - 90) <= 30) & (distance > 0)
    np.testing.assert_array_equal((seen > 0)[distance > 0], inside[distance > 0])
    np.testing.assert_allclose(seen[inside], 0.9 - 0.4 * distance[inside] / 4_000, atol=1e-6)


def test_without_heights_the_sector_is_seen_and_says_so() -> None:
    found = build_viewshed(_placement(), None)
    distance, _ = found.grid.measure()
    assert found.terrain == "none"
    np.testing.assert_array_equal(found.chance > 0, distance <= 4_000)
    grid = make_grid()
    bare = build_viewshed(_placement(), make_ground(np.full((grid.side,) * 2, np.nan), grid))
    assert bare.terrain == "none"


def test_from_a_place_without_a_height_all_is_unknown() -> None:
    grid = make_grid()
    heights = np.zeros((grid.side, grid.side))
    heights[grid.side // 2, grid.side // 2] = np.nan
    found = build_viewshed(_placement(), make_ground(heights, grid))
    assert found.terrain == "partial"
    assert not found.chance.any()
    np.testing.assert_array_equal(found.unknown, found.reached)


def test_a_gap_in_the_heights_is_unknown_and_so_is_what_it_may_hide() -> None:
    grid = make_grid()
    east, north = offsets(grid)
    heights = np.zeros((grid.side, grid.side))
    heights[np.abs(north) > 3_500] = 300.0
    heights[(np.abs(east - 1_000) <= 100) & (np.abs(north) < 1_000)] = np.nan
    found = build_viewshed(_placement(), make_ground(heights, grid))
    assert found.terrain == "partial"
    assert found.unknown[np.isnan(heights)].all()
    assert found.unknown[(north == 0) & (east == 2_500)].all()
    assert not found.unknown[(north == 0) & (east == -2_500)].any()
    assert (found.chance[(north == 0) & (east == -2_500)] == 1).all()
    assert (found.chance[found.unknown] == 0).all()


def test_uncertain_heights_make_the_edge_uncertain() -> None:
    """Behind a low ridge the chance lies between; in the open it is certain without an error."""
    grid = make_grid()
    east, _ = offsets(grid)
    heights = np.where(np.abs(east - 1_000) <= 100, 6.0, 0.0)
    exact = _see(make_ground(heights, grid))
    unsure = _see(make_ground(heights, grid, error_m=4.0))
    assert set(np.unique(exact)) == {0.0, 1.0}
    assert len(np.unique(unsure)) > 5
    again = _see(make_ground(heights, grid, error_m=4.0))
    np.testing.assert_array_equal(unsure, again)


@given(low=st.floats(2, 40), more=st.floats(0, 60), range_m=st.floats(1_000, 4_000))
def test_raising_a_sensor_loses_no_cell_of_a_plane(low: float, more: float, range_m: float) -> None:
    grid = make_grid(cells=20, cell_m=1_500.0)
    ground = make_ground(np.zeros((grid.side, grid.side)), grid)
    below = _see(ground, height_m=low, range_m=range_m * 10)
    above = _see(ground, height_m=low + more, range_m=range_m * 10)
    assert (above >= below).all()
