"""Pieces of segments against geodesics along them."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from cop.analysis.coverage.piece import PIECE_M, Pieces, cut_segments
from tests.support.coverage import make_segments

pytestmark = pytest.mark.coverage

GEOD = Geod(ellps="WGS84")
STEP = st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)).filter(
    lambda step: math.hypot(*step) > 1e-4
)
LINES = st.lists(st.lists(STEP, min_size=1, max_size=6), min_size=1, max_size=5)


def frame_of(lines: list[list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    """Lines of steps, degrees, each from a place of its own."""
    shapes = [
        shapely.LineString(np.cumsum([(-110.0 + row, 31.0), *steps], axis=0))
        for row, steps in enumerate(lines)
    ]
    return gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326")


def walked_m(line: shapely.LineString, points: np.ndarray) -> np.ndarray:
    """Meters along a line to the places on it that are nearest to points."""
    corners = np.array(line.coords)
    legs = GEOD.line_lengths(*corners.T)
    begins = np.concatenate(([0.0], np.cumsum(legs)))
    shares = shapely.line_locate_point(line, shapely.points(points))
    plane = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))))
    return np.interp(shares, plane, begins)


def cut(lines: list[list[tuple[float, float]]]) -> tuple[gpd.GeoDataFrame, Pieces]:
    frame = frame_of(lines)
    return frame, cut_segments(frame)


@given(LINES)
def test_pieces_are_at_most_250_m_and_as_few_as_may_be(lines: list) -> None:
    """Within 0.5%: a degree is taken for 111,320 m."""
    frame, pieces = cut(lines)
    counts = np.bincount(pieces.owner, minlength=len(frame))
    lengths = np.array([GEOD.geometry_length(line) for line in frame.geometry])
    assert pieces.places == len(frame)
    assert (np.diff(pieces.owner) >= 0).all()
    assert (counts >= np.maximum(1, np.ceil(lengths * 0.995 / PIECE_M))).all()
    assert (counts <= np.maximum(1, np.ceil(lengths * 1.005 / PIECE_M))).all()
    assert (lengths / counts <= 1.005 * PIECE_M).all()


@given(LINES)
def test_middles_lie_on_the_line(lines: list) -> None:
    frame, pieces = cut(lines)
    own = frame.geometry.to_numpy()[pieces.owner]
    assert shapely.distance(own, shapely.points(pieces.points)).max() < 1e-9


@given(st.lists(st.tuples(st.floats(1e-3, 0.02), st.floats(-0.02, 0.02)), min_size=1, max_size=6))
def test_middles_are_half_a_piece_from_the_ends_and_a_piece_apart(steps: list) -> None:
    """On a line that goes on east, whose nearest places are no others."""
    frame, pieces = cut([steps])
    line = frame.geometry.iloc[0]
    length = GEOD.geometry_length(line)
    count = len(pieces.points)
    at = walked_m(line, pieces.points)
    np.testing.assert_allclose(at, (np.arange(count) + 0.5) * length / count, atol=0.005 * length)
    np.testing.assert_allclose(np.diff(at), length / count, rtol=0.01)


def test_pieces_by_hand() -> None:
    """Four pieces of 250 m; a point short of 250 m is one piece."""
    pieces = cut_segments(make_segments(2, 999.0))
    west, east = make_segments(2, 999.0).total_bounds[[0, 2]]
    assert pieces.owner.tolist() == [0] * 4 + [1] * 4
    shares = (pieces.points[:, 0] - west) / (east - west)
    np.testing.assert_allclose(shares, (np.arange(8) + 0.5) / 8, atol=1e-9)
    short = cut_segments(make_segments(1, 20.0))
    assert len(short.points) == 1


def test_a_corner_in_a_line_makes_no_piece_of_its_own() -> None:
    line = make_segments(1, 5_000.0)
    fine = line.assign(geometry=line.geometry.segmentize(1e-4))
    np.testing.assert_allclose(cut_segments(fine).points, cut_segments(line).points, atol=1e-9)
