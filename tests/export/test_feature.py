"""Tests of the features of a vector tile."""

from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from matplotlib.path import Path

from cop.export.feature import Feature, build_land, read_features

pytestmark = pytest.mark.table

EXTENT = 4096


def encode(*shapes: str) -> bytes:
    features = [{"geometry": shape, "properties": {"n": i}} for i, shape in enumerate(shapes)]
    mvt: Any = mapbox_vector_tile.encode(
        {"name": "things", "features": features},
        default_options={"y_coord_down": True, "extents": EXTENT},
    )
    return bytes(mvt)


def test_an_empty_tile_has_no_features() -> None:
    assert read_features(b"") == []


def test_shapes_are_on_the_unit_square_with_their_layer() -> None:
    point, line = read_features(encode("POINT(2048 1024)", "LINESTRING(0 0, 4096 4096)"))
    assert (point.sort, line.sort) == ("point", "line")
    assert point.properties == {"n": 0, "layerName": "things"}
    assert point.path.vertices.tolist() == [[0.5, 0.25]]
    assert line.path.vertices.tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert line.middle is None, "a line has no area"


def test_a_hole_runs_the_other_way_and_stays_empty() -> None:
    (area,) = read_features(
        encode(
            "POLYGON((0 0, 4096 0, 4096 4096, 0 4096, 0 0),"
            "(1024 1024, 1024 3072, 3072 3072, 3072 1024, 1024 1024))"
        )
    )
    assert area.sort == "area"
    shell, hole = area.path.to_polygons()
    assert shapely.LinearRing(shell).is_ccw != shapely.LinearRing(hole).is_ccw


def test_the_middle_is_that_of_the_largest_ring() -> None:
    squares = shapely.MultiPolygon([shapely.box(0, 0, 2048, 2048), shapely.box(3e3, 3e3, 4e3, 4e3)])
    (area,) = read_features(encode(squares.wkt))
    assert area.middle is not None
    x, y, size = area.middle
    assert (x, y) == (pytest.approx(0.25), pytest.approx(0.25))
    assert size == pytest.approx(2 * 0.25), "twice the area, only to compare"


def test_a_path_without_corners_has_no_middle() -> None:
    assert Feature("area", {}, Path(np.empty((0, 2)))).middle is None


def test_land_is_the_whole_tile() -> None:
    land = build_land()
    assert land.properties == {"layerName": "earth"}
    assert land.path.contains_points([(0.01, 0.01), (0.99, 0.99)]).all()
    assert land.path.get_extents().bounds == (0.0, 0.0, 1.0, 1.0)
