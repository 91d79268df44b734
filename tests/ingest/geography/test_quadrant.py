"""Tests of splitting shapes along tile edges: nothing lost, nothing too large."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

from cop.ingest.geography.quadrant import split_lines, split_polygon

pytestmark = pytest.mark.picture


def circle(points: int) -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return shapely.Polygon(np.column_stack([5 * np.cos(turn) - 100, 5 * np.sin(turn) + 30]))


def test_a_polygon_becomes_small_pieces_that_are_it() -> None:
    shape = circle(20_000)
    pieces = split_polygon(shape)
    assert len(pieces) > 10
    assert max(map(shapely.get_num_coordinates, pieces)) <= 1_500
    assert shapely.area(pieces).sum() == pytest.approx(shape.area)
    assert shapely.union_all(pieces).symmetric_difference(shape).area < 1e-9


def test_a_small_polygon_is_cut_by_the_grid_of_zoom_4_alone() -> None:
    (piece,) = split_polygon(shapely.box(-110.0, 30.0, -109.0, 31.0))
    assert piece.equals(shapely.box(-110.0, 30.0, -109.0, 31.0))
    assert len(split_polygon(shapely.box(-113.0, 30.0, -112.0, 31.0))) == 2, "at 112.5 W"


def test_a_hole_stays_a_hole() -> None:
    shape = circle(40).difference(shapely.box(-101, 29, -99, 31))
    assert shapely.area(split_polygon(shape)).sum() == pytest.approx(shape.area)


def test_nothing_has_no_pieces() -> None:
    assert split_polygon(shapely.Polygon()) == []
    assert split_lines([]) == []
    assert split_lines([shapely.LineString(), shapely.Point(0, 0)]) == []


@pytest.mark.parametrize(("points", "pieces"), [(2, 1), (300, 1), (301, 2), (700, 3)])
def test_lines_have_300_points_and_touch(points: int, pieces: int) -> None:
    line = shapely.LineString(np.column_stack([np.arange(points), np.zeros(points)]))
    found = split_lines([line])
    assert len(found) == pieces
    assert max(map(shapely.get_num_coordinates, found)) <= 300
    assert sum(piece.length for piece in found) == line.length
    assert all(a.coords[-1] == b.coords[0] for a, b in pairwise(found))


def test_lines_of_many_parts_are_split_apart() -> None:
    parts = shapely.MultiLineString([[(0, 0), (1, 1)], [(5, 5), (6, 6)]])
    assert [piece.wkt for piece in split_lines([parts])] == [
        "LINESTRING (0 0, 1 1)",
        "LINESTRING (5 5, 6 6)",
    ]
