"""Tests of reading GeoJSON as what it says it is, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from cop.errors import InputFileError
from cop.ingest.source.geojson import read_geojson
from cop.model.source import ROW

pytestmark = pytest.mark.sources

LINE = {"type": "LineString", "coordinates": [[-110, 31], [-111, 32]]}


def feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry or LINE}


def write(folder: Path, *features: Any, **more: Any) -> Path:
    path = folder / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}))
    return path


def test_cells_are_text_and_rows_are_numbered(tmp_path: Path) -> None:
    path = write(
        tmp_path, feature(a="x", n=1, f=2.5, yes=True, none=None, deep={"b": 1}), feature(a="é")
    )
    table = read_geojson(path)
    assert table[ROW].tolist() == [1, 2]
    first = table.iloc[0]
    assert (first["a"], first["n"], first["f"], first["yes"]) == ("x", "1", "2.5", "true")
    assert first["deep"] == '{"b": 1}'
    assert table["none"].isna().all()
    assert table["a"].iloc[1] == "é"
    assert table.geometry.iloc[0].equals(shapely.LineString([(-110, 31), (-111, 32)]))
    assert table.crs.to_epsg() == 4326


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "LineString", "coordinates": [[1, 2]]},
        {"type": "LineString", "coordinates": "here"},
        {"type": "Spiral", "coordinates": [[1, 2], [3, 4]]},
        {"type": "LineString"},
        "LINESTRING (0 0, 1 1)",
        [1],
    ],
)
def test_unusable_geometry_is_none_and_the_row_stays(tmp_path: Path, geometry: Any) -> None:
    table = read_geojson(write(tmp_path, feature(geometry, a="x"), feature(a="y")))
    assert table["a"].tolist() == ["x", "y"]
    assert table.geometry.isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("name", "epsg"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
        ("urn:ogc:def:crs:EPSG::4326", 4326),
        ("EPSG:26912", 26912),
        ("urn:ogc:def:crs:EPSG::3857", 3857),
    ],
)
def test_the_old_crs_member_is_honoured(tmp_path: Path, name: str, epsg: int) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    assert read_geojson(write(tmp_path, feature(), crs=crs)).crs.to_epsg() == epsg


@pytest.mark.parametrize("crs", [{}, {"properties": {"name": "Mars"}}, "EPSG", 5])
def test_an_unknown_crs_is_named(tmp_path: Path, crs: Any) -> None:
    with pytest.raises(InputFileError, match=r"a\.geojson: crs .* is unknown"):
        read_geojson(write(tmp_path, feature(), crs=crs))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[1, 2]",
        b'{"type": "Feature"}',
        b'{"features": {}}',
        b'{"features": [1]}',
        b"[" * 100_000,
        b"<OGRVRTDataSource><OGRVRTLayer name='passwd'/></OGRVRTDataSource>",
        b"a,b\n1,2\n",
    ],
)
def test_what_is_no_geojson_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=r"^a\.geojson: no"):
        read_geojson(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.geojson", tmp_path):
        with pytest.raises(InputFileError, match="no such file"):
            read_geojson(path)
