from dataclasses import replace

import pytest

from cop.export.camera import StillCamera, degree_place, unit_place
from cop.model.picture import Viewpoint
from cop.model.tile import Tile
from cop.query.registry import find_layer

pytestmark = pytest.mark.table
NOGALES = Viewpoint(lat=31.34, lon=-110.94, zoom=8.2)


def test_the_centre_is_in_the_middle_and_a_tile_lies_where_its_corner_does() -> None:
    camera = StillCamera(viewpoint=NOGALES, width_px=1000, height_px=600)
    assert camera.project(NOGALES.lon, NOGALES.lat) == pytest.approx((500, 300))
    tile = Tile(8, 49, 104)
    west, _, _, north = tile.degree_bounds()
    left, top, side = camera.place(tile)
    assert camera.project(west, north) == pytest.approx((left, top))
    assert side == pytest.approx(512 * 2**0.2)


def test_places_and_their_projection_are_inverse() -> None:
    assert degree_place(*unit_place(-110.94, 31.34)) == pytest.approx((-110.94, 31.34))


def test_bounds_are_fitted_with_a_margin_on_the_narrower_side() -> None:
    bounds = (-117.12, 25.84, -97.15, 32.72)
    camera = StillCamera.fit(bounds, width_px=960, height_px=540)
    assert camera.project(bounds[0], bounds[3])[0] == pytest.approx(24)
    assert camera.project(bounds[2], bounds[1])[0] == pytest.approx(936)
    point = StillCamera.fit((-110.0, 31.0, -110.0, 31.0), width_px=960, height_px=540)
    assert point.viewpoint.zoom == 12


def test_tiles_are_those_of_the_nearest_zoom_and_none_below_the_least() -> None:
    layer = replace(find_layer("events"), min_zoom=5, max_zoom=9)
    camera = StillCamera(viewpoint=NOGALES, width_px=1000, height_px=600)
    tiles = camera.tiles(layer)
    assert {tile.z for tile in tiles} == {8}
    placed = [camera.place(tile) for tile in tiles]
    assert all(x < 1000 and x + s > 0 and y < 600 and y + s > 0 for x, y, s in placed)
    near = replace(camera, viewpoint=replace(NOGALES, zoom=13.0))
    assert {tile.z for tile in near.tiles(layer)} == {9}
    assert replace(camera, viewpoint=replace(NOGALES, zoom=4.0)).tiles(layer) == []
    assert {tile.z for tile in camera.tiles(replace(layer, tile_px=256))} == {9}


def test_the_edge_of_the_world_has_no_tiles_beyond_it() -> None:
    camera = StillCamera(viewpoint=Viewpoint(lat=0, lon=0, zoom=0), width_px=2000, height_px=2000)
    assert camera.tiles(find_layer("background")) == [Tile(0, 0, 0)]
