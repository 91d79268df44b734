"""Tests of lines: measured on the ellipsoid, projected, refused where they are none."""

from datetime import datetime
from typing import Any

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

from cop.errors import InputFileError, ProfileError
from cop.ingest.check.check import CheckedTable
from cop.ingest.profile.file import build_profile
from cop.ingest.profile.kind import LineProfile
from cop.ingest.sink.line import check_lines
from cop.model.source import ROW

pytestmark = pytest.mark.sources

LINE = shapely.LineString([(-110, 31), (-111, 32)])


def profile(**changes: Any) -> LineProfile:
    declared = {
        "kind": "lines",
        "source": {"id": "test", "title": "T", "publisher": "P", "terms": "none"},
        "reader": "geojson",
        "columns": {"kind": "type"},
        "maps": {"kind": {"wall": "pedestrian"}},
        "values": {"line_type": "barrier", "kind": "unknown"},
    }
    built = build_profile("test", declared | changes)
    assert isinstance(built, LineProfile)
    return built


def checked(*shapes: Any, kinds: tuple[str | None, ...] = (), epsg: int = 4326) -> CheckedTable:
    frame = gpd.GeoDataFrame(
        {"type": list(kinds or ["wall"] * len(shapes)), ROW: range(1, len(shapes) + 1)},
        geometry=list(shapes),
        crs=f"EPSG:{epsg}",
    )
    by = profile(crs=f"EPSG:{epsg}")
    return check_lines(frame, by, file="f.geojson", now=datetime(2026, 1, 1))


def test_length_is_geodesic_in_any_system() -> None:
    expected = Geod(ellps="WGS84").geometry_length(LINE) / 1000
    assert checked(LINE).rows["length_km"].iloc[0] == pytest.approx(expected)
    (utm,) = gpd.GeoSeries([LINE], crs=4326).to_crs(26912)
    assert checked(utm, epsg=26912).rows["length_km"].iloc[0] == pytest.approx(expected, rel=1e-6)
    both = shapely.MultiLineString([LINE.coords, [(-109, 31), (-109, 32)]])
    rows = checked(both).rows
    assert rows["length_km"].iloc[0] == pytest.approx(expected + 110.87, rel=1e-4)
    assert gpd.GeoDataFrame(rows).crs.to_epsg() == 4326


def test_heights_are_left_out() -> None:
    (line,) = checked(shapely.LineString([(-110, 31, 5), (-111, 32, 9)])).rows["geometry"]
    assert not line.has_z


def test_blank_kinds_are_unknown_and_strange_ones_refused() -> None:
    result = checked(LINE, LINE, LINE, kinds=("wall", None, "moat"))
    assert result.rows["kind"].tolist() == ["pedestrian", "unknown"]
    (refused,) = result.rejects.to_dict("records")
    assert refused["reason"] == "type='moat': no kind that the profile's map knows"
    assert refused[ROW] == 3


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (None, "no line"),
        (shapely.Point(1, 2), "no line"),
        (shapely.Polygon([(0, 0), (1, 1), (1, 0)]), "no line"),
        (shapely.LineString(), "an empty line"),
        (shapely.LineString([(1, 2), (1, 2)]), "without length"),
        (shapely.LineString([(200, 2), (201, 3)]), "no position within"),
        (shapely.LineString([(1, 2), (3, 95)]), "no position within"),
    ],
)
def test_what_is_no_line_is_refused(shape: Any, said: str) -> None:
    result = checked(shape, LINE)
    assert len(result.rows) == 1
    (reason,) = result.rejects["reason"]
    assert reason.startswith("geometry=")
    assert said in reason


def test_the_files_system_must_be_the_profiles() -> None:
    frame = gpd.GeoDataFrame({"type": ["wall"], ROW: [1]}, geometry=[LINE], crs="EPSG:4326")
    with pytest.raises(InputFileError, match="its coordinates are WGS 84, profile test says EPSG"):
        check_lines(frame, profile(crs="EPSG:4269"), file="f", now=datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"values": {"line_type": "river"}}, "'river' is not one of"),
        ({"columns": {}, "maps": {"kind": {"a": "b"}}}, "no column to map"),
        ({"reader": "csv"}, "reader"),
        ({"columns": {"colour": "c"}}, "'colour' is not a field"),
    ],
)
def test_faulty_profiles_say_what_is_wrong(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        profile(**changes)
