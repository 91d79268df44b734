"""Shapes of columns: each way to write a place."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from cop.ingest.source.base.opened import Batch
from cop.ingest.upload.parse_geometry import place_rows
from cop.ingest.upload.scan import Scan
from cop.model.upload import Role

pytestmark = pytest.mark.layers
HERE = (-110.93748, 31.33362)


def batch_of(columns: dict[str, list[Any]], **more: Any) -> Batch:
    arrays = {name: pa.array(cells) for name, cells in columns.items()}
    rows = np.arange(len(next(iter(columns.values()))), dtype=np.int64)
    return Batch(rows=rows, columns=arrays, share=1.0, **more)


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        ({"y": ["31.33362"], "x": ["-110.93748"]}, {"y": "latitude", "x": "longitude"}),
        ({"y": [31.33362], "x": [-110.93748]}, {"y": "latitude", "x": "longitude"}),
        ({"y": ["31\u00b020'01\"N"], "x": ["-110.93748"]}, {"y": "latitude", "x": "longitude"}),
        ({"p": ["12R WV 05947 66578"]}, {"p": "position"}),
        ({"p": ["31.33362, -110.93748"]}, {"p": "position"}),
        ({"u": ["12R 505947.7 3466578.1"]}, {"u": "utm"}),
        (
            {"e": ["505947.7"], "n": ["3466578.1"], "z": ["12R"]},
            {"e": "easting", "n": "northing", "z": "zone"},
        ),
        ({"g": ["SRID=4326;POINT (-110.93748 31.33362)"]}, {"g": "wkt"}),
    ],
)
def test_a_place_in_every_notation(columns: dict[str, Any], roles: dict[str, Role]) -> None:
    placed = place_rows(batch_of(columns), Scan(columns={}, roles=roles), comma=False)
    assert placed is not None
    (point,) = placed.shapes
    assert (point.x, point.y) == pytest.approx(HERE, abs=4e-5)
    assert placed.given.tolist() == [True]
    assert placed.column in columns


def test_eastings_without_a_zone_stay_in_the_system_of_the_file() -> None:
    roles: dict[str, Role] = {"e": "easting", "n": "northing"}
    batch = batch_of({"e": ["505947,7"], "n": ["3466578,1"]})
    placed = place_rows(batch, Scan(columns={}, roles=roles), comma=True)
    assert placed is not None
    assert (placed.shapes[0].x, placed.shapes[0].y) == (505947.7, 3466578.1)


def test_a_row_without_a_place_and_one_that_cannot_be_read_are_told_apart() -> None:
    columns = {"y": ["31", None, "north"], "x": ["-110", None, "west"]}
    roles: dict[str, Role] = {"y": "latitude", "x": "longitude"}
    placed = place_rows(batch_of(columns), Scan(columns={}, roles=roles), comma=False)
    assert placed is not None
    assert shapely.is_missing(placed.shapes).tolist() == [False, True, True]
    assert placed.given.tolist() == [True, False, True]


def test_shapes_of_the_file_come_first_and_no_place_is_none() -> None:
    shapes = np.array([shapely.Point(1, 2)])
    batch = batch_of({"p": ["x"]}, shapes=shapes, given=np.array([True]))
    placed = place_rows(batch, Scan(columns={}, roles={"p": "position"}), comma=False)
    assert placed is not None
    assert (placed.shapes, placed.column) == (shapes, "geometry")
    assert place_rows(batch_of({"p": ["x"]}), Scan(columns={}), comma=False) is None
