"""Tests of the border line: against the surveyed one, and on a line made up here."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from cop.errors import RegionError
from cop.ingest.geography import Geography, read_region
from cop.ingest.geography.line import build_line, measured

pytestmark = pytest.mark.picture


def distances_m(lonlat: np.ndarray, reference: shapely.Geometry) -> np.ndarray:
    """Geodesic distance of each point to the nearest point of the reference, one line."""
    vertices = shapely.get_coordinates(reference)
    edges = shapely.linestrings(np.stack([vertices[:-1], vertices[1:]], axis=1))
    points = shapely.points(lonlat)
    edges = edges[shapely.STRtree(edges).nearest(points)]
    nearest = shapely.get_coordinates(shapely.shortest_line(points, edges))
    start, end = nearest[0::2], nearest[1::2]
    return np.asarray(Geod(ellps="WGS84").inv(*start.T, *end.T)[2])


def test_shown_line_against_the_surveyed_boundary(
    geography: Geography, surveyed_line: Path
) -> None:
    # The reference is given in EPSG:4269; the two datums differ by less than 2 m here.
    (reference,) = gpd.read_file(surveyed_line).geometry
    away = distances_m(shapely.get_coordinates(geography.line.geometry.iloc[0]), reference)
    assert np.median(away) <= 5
    assert np.quantile(away, 0.90) <= 25
    assert np.quantile(away, 0.95) <= 80


def test_shown_line_length(geography: Geography) -> None:
    shape = geography.line.geometry.iloc[0]
    length_km = Geod(ellps="WGS84").geometry_length(shape) / 1000
    assert length_km == pytest.approx(3145, rel=0.015)
    assert geography.line["length_km"].iloc[0] == pytest.approx(length_km)


def test_line_runs_from_the_pacific_to_the_gulf(geography: Geography) -> None:
    lonlat = shapely.get_coordinates(geography.line.geometry.iloc[0])
    assert lonlat[0] == pytest.approx((-117.124, 32.534), abs=0.002)
    assert lonlat[-1] == pytest.approx((-97.146, 25.957), abs=0.003)


def test_stretches_and_marks() -> None:
    line = measured(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]))
    degree_km = Geod(ellps="WGS84").inv(0, 0, 1, 0)[2] / 1000
    assert line.length_km == pytest.approx(2 * degree_km)
    assert line.locate((0.5, 3.0)) == pytest.approx(degree_km / 2)
    cut = shapely.get_coordinates(line.cut(degree_km / 2, degree_km * 1.5))
    assert cut[:, 0] == pytest.approx([0.5, 1.0, 1.5])


def test_start_off_the_line_is_refused() -> None:
    region = read_region("sw_border").model_copy(update={"line_start": (-100.0, 40.0)})
    with pytest.raises(RegionError, match=r"line_start .* km off the line"):
        build_line(region)


def test_zones_that_do_not_touch_are_refused() -> None:
    region = read_region("sw_border")
    side = region.side_b.model_copy(update={"zones": ("Europe/Belgrade",)})
    with pytest.raises(RegionError, match="share no edge"):
        build_line(region.model_copy(update={"side_b": side}))


def test_unknown_zone_is_refused() -> None:
    region = read_region("sw_border")
    side = region.side_b.model_copy(update={"zones": ("America/Atlantis",)})
    with pytest.raises(RegionError, match="America/Atlantis"):
        build_line(region.model_copy(update={"side_b": side}))


def test_exchanged_ends_turn_the_line_around() -> None:
    region = read_region("sw_border")
    turned = build_line(
        region.model_copy(update={"line_start": region.line_end, "line_end": region.line_start})
    )
    ahead = build_line(region)
    assert np.allclose(turned.lonlat[::-1], ahead.lonlat)
