"""Tests of rows with shapes: the same from tiles and as a table, in degrees."""

import pytest

from cop.layerkind.base.row import Rows, no_rows, read_rows, render_rows, shape_at, simplified
from cop.model.tile import HALF_WORLD_M, Tile
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.support.tile import features_of

pytestmark = pytest.mark.house

ROWS = Rows(
    select="SELECT ST_Point($x, 0.0) AS mercator, 'here' AS name", values={"x": HALF_WORLD_M / 2}
)
LAYER = find_layer("places")


def test_rows_are_read_in_degrees(service: QueryService) -> None:
    table = read_rows(service.warehouse, ROWS, 5)
    assert table.crs == "EPSG:4326"
    assert (table.geometry.x[0], table.geometry.y[0]) == pytest.approx((90.0, 0.0), abs=1e-9)
    assert table["name"].tolist() == ["here"]
    assert read_rows(service.warehouse, None, 5).empty
    assert no_rows().crs == "EPSG:4326"


def test_a_tile_holds_the_rows_that_touch_it(service: QueryService) -> None:
    inside, outside = (render_rows(service.warehouse, LAYER, Tile(2, x, 1), ROWS) for x in (3, 0))
    (feature,) = features_of(inside, "places")
    assert feature["properties"] == {"name": "here"}
    assert outside == b""


def test_far_shapes_are_simplified_before_and_near_ones_in_the_tile(service: QueryService) -> None:
    snapshot, layer = service.view().snapshot, find_layer("background")
    far, near = (simplified(service.warehouse, snapshot, layer, zoom) for zoom in (4, 12))
    assert far != near
    counts = [
        service.warehouse.query(f"SELECT sum(ST_NPoints(mercator)) FROM {table}")[0][0]
        for table in (far, near)
    ]
    assert counts[0] < counts[1]
    assert shape_at(4) == "mercator"
    assert "Simplify" in shape_at(12)
