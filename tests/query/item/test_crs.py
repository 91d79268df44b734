"""Coordinate systems: boxes and shapes in degrees, and shapes of features in a system."""

import pytest
import shapely

from cop.errors import FilterError
from cop.query.item.crs import CRS84, SYSTEMS, find_crs, read_boxes

pytestmark = pytest.mark.exchange
LAT_FIRST, MERCATOR = (find_crs("crs", uri) for uri in list(SYSTEMS)[1:])


@pytest.mark.parametrize(
    ("text", "crs", "boxes"),
    [
        ("-111,31,-110,32", CRS84, [(-111, 31, -110, 32)]),
        ("-111,31,0,-110,32,9", CRS84, [(-111, 31, -110, 32)]),
        ("31,-111,32,-110", LAT_FIRST, [(-111, 31, -110, 32)]),
        ("170,-10,-170,10", CRS84, [(170, -10, 180, 10), (-180, -10, -170, 10)]),
        ("-10,170,10,-170", LAT_FIRST, [(170, -10, 180, 10), (-180, -10, -170, 10)]),
        ("-111319.4907932736,0,0,111325.1428663851", MERCATOR, [(-1, 0, 0, 1)]),
        ("1,2,1,2", CRS84, [(1, 2, 1, 2)]),
    ],
)
def test_a_box_is_read(text: str, crs: object, boxes: list[tuple[float, ...]]) -> None:
    found = read_boxes(text, crs)  # type: ignore[arg-type]
    assert [tuple(round(one, 6) for one in box) for box in found] == boxes


@pytest.mark.parametrize(
    "text",
    ["", "1", "1,2,3", "1,2,3,4,5", "a,1,2,3", "nan,1,2,3", "inf,1,2,3", "1,3,2,2", "1,2,181,3",
     "1,-91,2,3", "1,2,3,91", "1e400,1,2,3"],
)  # fmt: skip
def test_a_box_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="bbox="):
        read_boxes(text, CRS84)


def test_a_box_in_meters_does_not_cross_the_antimeridian() -> None:
    with pytest.raises(FilterError, match="east is less"):
        read_boxes("10,0,5,5", MERCATOR)


def test_shapes_come_to_degrees_lon_first() -> None:
    point = shapely.Point(31, -110)
    assert LAT_FIRST.to_lon_lat(point) == shapely.Point(-110, 31)
    assert CRS84.to_lon_lat(point) == point
    near = MERCATOR.to_lon_lat(shapely.Point(-111319.4907932736, 0))
    assert near.distance(shapely.Point(-1, 0)) < 1e-9


def test_an_unknown_system_is_refused_by_its_name() -> None:
    assert find_crs("crs", None) is CRS84
    with pytest.raises(FilterError, match="bbox-crs='EPSG:2' is unknown"):
        find_crs("bbox-crs", "EPSG:2")
