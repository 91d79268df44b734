"""Footprints against the cells that they are made of."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from cop.analysis.coverage.sighting import project_to_world
from cop.analysis.sight.footprint import (
    HIDDEN,
    UNKNOWN,
    SightPicture,
    build_areas,
    build_footprint,
    unpack,
)
from cop.analysis.sight.grid import SightGrid
from cop.analysis.sight.viewshed import Placement, Viewshed, build_viewshed
from tests.support.terrain import make_viewshed

pytestmark = pytest.mark.coverage

GEOD = Geod(ellps="WGS84")
PLACES = [(-110.9, 31.5), (-114.03, 32.5), (-97.2, 25.9), (-110.0, 48.9)]
LOOK = Placement(lon=-110.9, lat=31.5, height_m=10.0, range_m=4_000.0)


def codes_of(viewshed: Viewshed) -> np.ndarray:
    """What a picture has of each cell."""
    codes = np.rint(100 * viewshed.chance).astype(np.int64)
    codes[viewshed.reached & (codes == 0)] = HIDDEN
    codes[viewshed.unknown] = UNKNOWN
    return codes


def middles(picture: SightPicture) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the world of the middles of a picture's columns and rows."""
    rows, columns = picture.percent.shape
    x = (picture.left + np.arange(columns) + 0.5) / picture.pixels
    y = (picture.top + np.arange(rows) + 0.5) / picture.pixels
    return x, y


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("cell_m", [7.0, 90.0, 930.0])
def test_each_pixel_has_the_cell_below_its_middle(lon: float, lat: float, cell_m: float) -> None:
    """Those apart whose middle lies within a meter of another cell."""
    viewshed = make_viewshed(SightGrid(lon, lat, cell_m, 129))
    picture = build_footprint(viewshed)
    to_zone = Transformer.from_crs("EPSG:3857", viewshed.grid.crs, always_xy=True)
    x, y = (values * 2 - 1 for values in np.meshgrid(*middles(picture)))
    east, north = to_zone.transform(x * np.pi * 6_378_137, -y * np.pi * 6_378_137)
    column, row = ~viewshed.grid.transform * (east, north)
    clear = [np.abs(at - np.rint(at)) * cell_m > 1.0 for at in (column, row)]
    inside = (np.minimum(row, column) >= 0) & (np.maximum(row, column) < 129)
    cell = [np.clip(np.floor(at), 0, 128).astype(int) for at in (row, column)]
    expected = np.where(inside, codes_of(viewshed)[tuple(cell)], 0)
    checked = clear[0] & clear[1]
    assert checked.mean() > 0.4
    np.testing.assert_array_equal(picture.percent[checked], expected[checked])
    assert {0, HIDDEN, UNKNOWN} < set(np.unique(picture.percent).tolist())


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_the_middle_of_each_cell_is_looked_up_as_that_cell(lon: float, lat: float) -> None:
    viewshed = make_viewshed(SightGrid(lon, lat, 140.0, 129))
    picture, codes = build_footprint(viewshed), codes_of(viewshed).ravel()
    assert 140.0 / 2 < 2 * np.pi * 6_378_137 * np.cos(np.radians(lat)) / picture.pixels <= 140.0
    x, y = project_to_world(np.column_stack(viewshed.grid.places()))
    near, percent = picture.look_up(x, y)
    found = np.zeros(len(x), int)
    found[near] = percent
    assert np.mean(found == np.where(codes == HIDDEN, 0, codes)) > 0.999
    assert (np.diff(near) > 0).all()
    assert set(np.unique(percent).tolist()) <= {*range(5, 101), UNKNOWN}


def test_picking_equals_looking_up_one_by_one() -> None:
    picture = build_footprint(make_viewshed(SightGrid(-110.9, 31.5, 100.0, 65)))
    x, y = middles(picture)
    x = np.concatenate(([x[0] - 1e-3, x[0] - 1 / picture.pixels], x, [x[-1] + 1 / picture.pixels]))
    y = np.concatenate((y, [y[-1] + 1 / picture.pixels, 0.9]))
    picked = picture.pick(x, y)
    np.testing.assert_array_equal(picked[:-2, 2:-1], picture.percent)
    assert not picked[-2:].any()
    assert not picked[:, [0, 1, -1]].any()
    across, down = (values.ravel() for values in np.meshgrid(x, y))
    near, percent = picture.look_up(across, down)
    is_seen = (picked > 0) & (picked != HIDDEN)
    np.testing.assert_array_equal(near, np.flatnonzero(is_seen))
    np.testing.assert_array_equal(percent, picked[is_seen])


def test_a_picture_touches_what_it_overlaps() -> None:
    picture = SightPicture(zoom=2, left=100, top=200, percent=np.ones((50, 20), np.uint8))
    world = np.array([0.0, 1.0])
    assert picture.touches(world, world)
    assert picture.touches(np.array([110.0, 111.0]) / 1_024, np.array([249.0, 900.0]) / 1_024)
    assert not picture.touches(np.array([121.0, 300.0]) / 1_024, world)
    assert not picture.touches(np.array([0.0, 99.0]) / 1_024, world)
    assert not picture.touches(world, np.array([0.0, 199.0]) / 1_024)
    assert not picture.touches(world, np.array([251.0, 900.0]) / 1_024)


def test_what_is_packed_is_unpacked() -> None:
    picture = build_footprint(make_viewshed(SightGrid(-110.9, 31.5, 100.0, 65)))
    cut = replace(picture, percent=picture.percent[:, 7:])
    rows, columns = cut.percent.shape
    place = {"zoom": cut.zoom, "left": cut.left, "top": cut.top}
    back = unpack(cut.pack(), **place, rows=rows, columns=columns)
    np.testing.assert_array_equal(back.percent, cut.percent)
    assert (back.zoom, back.left, back.top) == (cut.zoom, cut.left, cut.top)


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_areas_are_the_sum_of_their_cells(lon: float, lat: float) -> None:
    grid = SightGrid(lon, lat, 300.0, 41)
    viewshed = make_viewshed(grid, seed=1)
    found = build_areas(LOOK, viewshed)
    band = np.select(
        [viewshed.unknown, viewshed.chance >= 0.5, viewshed.chance >= 0.05],
        ["unknown", "seen", "unsure"],
        "none",
    )
    to_degrees = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    corner = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    areas = np.zeros(band.shape)
    for row, column in np.ndindex(band.shape):
        at = grid.transform * (corner + np.array([column, row])).T
        areas[row, column] = abs(GEOD.polygon_area_perimeter(*to_degrees.transform(*at))[0])
    points = shapely.points(np.column_stack(grid.places()))
    assert set(found) == {"seen", "unsure", "unknown"}
    for name, (area, square_km) in found.items():
        assert square_km == pytest.approx(areas[band == name].sum() / 1e6, rel=1e-6)
        np.testing.assert_array_equal(shapely.contains(area, points), band.ravel() == name)


@pytest.mark.parametrize(("view", "share"), [((None, None), 1.0), ((200.0, 75.0), 75 / 360)])
def test_without_heights_the_area_is_the_sector(view: tuple, share: float) -> None:
    look = Placement(
        lon=-110.9, lat=31.5, height_m=10, range_m=9_000, azimuth_deg=view[0], fov_deg=view[1]
    )
    viewshed = build_viewshed(look, None)
    ((band, (area, square_km)),) = build_areas(look, viewshed).items()
    assert band == "seen"
    assert square_km == pytest.approx(np.pi * 81 * share, rel=2e-3)
    points = shapely.points(np.column_stack(viewshed.grid.places()))
    agreed = shapely.contains(area, points) == (viewshed.chance.ravel() > 0)
    assert agreed.mean() > 0.99


def test_a_band_of_no_cell_is_left_out_and_a_hole_is_no_area() -> None:
    grid = SightGrid(-110.9, 31.5, 100.0, 41)
    distance, _ = grid.measure()
    ring = (distance > 500) & (distance < 1_500)
    none = np.zeros_like(ring)
    viewshed = Viewshed(
        grid=grid, chance=ring.astype(np.float32), unknown=none, reached=ring, terrain="full"
    )
    ((band, (area, square_km)),) = build_areas(LOOK, viewshed).items()
    assert band == "seen"
    assert square_km == pytest.approx(ring.sum() * 0.01, rel=2e-3)
    assert not area.contains(shapely.Point(-110.9, 31.5))
