"""Tests of the border line as arrays."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from cop.errors import RegionError
from cop.ingest.demo.line import METERS_PER_DEGREE, DemoLine, build_line
from cop.ingest.demo.pattern import SECTORS

pytestmark = pytest.mark.picture


def line_of(*sectors: str, length_km: float = 5.0) -> DemoLine:
    """Segments of a tenth of a degree along the equator, from west to east."""
    n = len(sectors)
    table = {
        "sector": sectors,
        "km_from": np.arange(n) * length_km,
        "km_to": np.arange(1, n + 1) * length_km,
        "length_km": length_km,
        "kind": ["river" if i % 2 else "land" for i in range(n)],
    }
    lines = [shapely.LineString([(i / 10, 0.0), ((i + 1) / 10, 0.0)]) for i in range(n)]
    return build_line(gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:4326").iloc[::-1])


def test_segments_run_from_west_to_east_whatever_their_order() -> None:
    line = line_of("AAA", "AAA", "BBB")
    assert line.size == 3
    assert line.sectors == ("AAA", "BBB")
    assert line.sector.tolist() == [0, 0, 1]
    assert line.middle_km.tolist() == [2.5, 7.5, 12.5]
    assert line.is_river.tolist() == [False, True, False]
    assert line.tangent == pytest.approx(np.array([[1.0, 0.0]] * 3))


def test_a_place_is_at_its_share_of_a_segment() -> None:
    line = line_of("AAA", "BBB")
    placed = line.place(np.array([0, 1, 1]), np.array([0.25, 1.0, 7.0]))
    assert placed == pytest.approx(np.array([[0.025, 0.0], [0.2, 0.0], [0.2, 0.0]]))


def test_north_is_the_left_side_of_the_line() -> None:
    line = line_of("AAA")
    points = np.array([[0.05, 0.0]])
    line.shift(points, np.array([0]), np.array([METERS_PER_DEGREE]), np.array([0.0]))
    assert points == pytest.approx(np.array([[0.05, 1.0]]))
    line.shift(points, np.array([0]), np.array([0.0]), np.array([-1000.0]))
    assert points[0, 0] < 0.05


def test_a_sector_that_no_table_knows_has_a_share_by_its_length() -> None:
    known, unknown, alike = line_of("TCA", "XXX", "XXX").patterns() + line_of("XXX").patterns()
    assert known == SECTORS["TCA"]
    assert unknown.share == pytest.approx(SECTORS["TCA"].share * 2 / 3)
    assert alike.share == 1.0


def test_a_table_that_cannot_be_used_is_named(segments: gpd.GeoDataFrame) -> None:
    with pytest.raises(RegionError, match="the segments table has no rows"):
        build_line(segments.iloc[:0])
    with pytest.raises(RegionError, match="lacks the column 'kind'"):
        build_line(segments.drop(columns="kind"))
