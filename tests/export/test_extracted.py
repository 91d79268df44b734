"""Tests of writing the rows of a layer in one file format."""

import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from cop.export.extracted import NAME, write_by, write_sheet, write_table, write_zipped

pytestmark = pytest.mark.layers

POINTS = (shapely.Point(-110.5, 31.25), shapely.Point(-111.0, 32.0))
TIMES = pd.to_datetime(["2026-01-30T12:00:00Z", None])


def rows_of(shapes: Any = POINTS, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4326")


def test_points_are_columns_of_a_table_and_formulas_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = rows_of(**{"=name": ["=1+1", "b"], "at": TIMES, "n": [-1, 2]})
    assert write_table(",")(rows, path, True) == []
    table = pd.read_csv(path, encoding="utf-8-sig")
    assert list(table.columns) == ["'=name", "at", "n", "lat", "lon"]
    assert table.iloc[0].tolist() == ["'=1+1", "2026-01-30T12:00:00Z", -1, 31.25, -110.5]
    assert pd.isna(table["at"].iloc[1])


def test_other_shapes_are_wkt_under_a_name_that_is_free(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    line = shapely.LineString([(0, 0), (1, 2)])
    write_table("\t")(rows_of([line], WKT=["own"]), path, False)
    table = pd.read_csv(path, sep="\t", encoding="utf-8-sig")
    assert table.iloc[0].to_dict() == {"WKT": "own", "wkt_2": "LINESTRING (0 0, 1 2)"}


def test_own_columns_of_a_position_are_not_overwritten(tmp_path: Path) -> None:
    write_table(",")(rows_of(Lat=["own", "own"]), tmp_path / "a.csv", True)
    table = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig")
    assert list(table.columns) == ["Lat", "wkt"]


def test_a_workbook_has_one_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert write_sheet(rows_of(name=["a", "=b"]), path, True) == []
    assert pd.read_excel(path, sheet_name=NAME)["name"].tolist() == ["a", "'=b"]


def test_a_text_that_a_workbook_cannot_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="control characters"):
        write_sheet(rows_of(name=["a\x01", "b"]), tmp_path / "a.xlsx", True)


def test_a_driver_writes_one_layer_and_singles_become_multiples(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    both = [shapely.Point(1, 2), shapely.MultiPoint([(3, 4), (5, 6)])]
    assert write_by("GPKG")(rows_of(both, n=[1, 2]), path, False) == []
    written = gpd.read_file(path, layer=NAME)
    assert set(written.geom_type) == {"MultiPoint"}
    assert written["n"].tolist() == [1, 2]


def test_a_shapefile_is_a_zip_with_times_as_text_and_a_note_of_what_was_cut(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.shp.zip"
    write = write_zipped("ESRI Shapefile", ".shp", ENCODING="UTF-8")
    notes = write(rows_of(at=TIMES, a_very_long_name=[1, 2]), path, True)
    assert any("a_very_long_name" in note for note in notes)
    with zipfile.ZipFile(path) as archive:
        assert {Path(name).suffix for name in archive.namelist()} >= {".shp", ".dbf", ".shx"}
    written = gpd.read_file(f"zip://{path}")
    assert written["at"].iloc[0] == "2026-01-30T12:00:00Z"
    assert written.geometry.iloc[0] == POINTS[0]
