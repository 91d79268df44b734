"""Tests of GeoParquet of uploads: its geometry, its system, texts in one type."""

import json
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from cop.errors import InputFileError
from cop.ingest.source.base.geoparquet import open_geoparquet
from tests.support.job import build_job, read_batches_of, read_rows, write_job

pytestmark = pytest.mark.layers


def write_geo(path: Path, geo: object, *, column: str = "shape") -> Path:
    table = pa.table({column: [shapely.Point(1, 2).wkb], "n": [1]})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


def test_geometry_and_system_are_the_files_own(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    frame = gpd.GeoDataFrame({"n": [7]}, geometry=[shapely.Point(3, 4)], crs="EPSG:32612")
    frame.to_parquet(path)
    opened = open_geoparquet(build_job(path, "geoparquet"))
    assert opened.crs is not None
    assert (opened.names, opened.is_shaped, opened.crs.to_epsg()) == (("n",), True, 32612)
    (batch,) = read_batches_of(opened)
    assert batch.shapes is not None
    assert batch.shapes.tolist() == [shapely.Point(3, 4)]
    assert read_rows(opened) == {1: [7]}


def test_texts_are_of_one_type_and_without_geometry_there_is_no_shape(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    words = {
        "a": pa.array(["x", "y"]).dictionary_encode(),
        "b": pa.array(["z", None], "large_string"),
    }
    pq.write_table(pa.table(words), path)
    opened = open_geoparquet(build_job(path, "geoparquet"))
    assert not opened.is_shaped
    (batch,) = read_batches_of(opened)
    assert {cells.type for cells in batch.columns.values()} == {pa.string()}
    assert read_rows(opened) == {1: ["x", "z"], 2: ["y", None]}


@pytest.mark.parametrize(
    ("geo", "why"),
    [
        ({"primary_column": "none", "columns": {"none": {"encoding": "WKB"}}}, "is not there"),
        ({"primary_column": "shape", "columns": {"shape": {"encoding": "point"}}}, "as POINT"),
        ({"primary_column": "shape"}, "geo metadata cannot be read"),
    ],
)
def test_metadata_that_does_not_fit_is_refused(tmp_path: Path, geo: object, why: str) -> None:
    job = build_job(write_geo(tmp_path / "a.parquet", geo), "geoparquet")
    with pytest.raises(InputFileError, match=rf"a\.parquet: .*{why}"):
        open_geoparquet(job)


def test_too_many_rows_and_no_parquet_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1, 2, 3]}), path)
    with pytest.raises(InputFileError, match="3 rows; at most 2 are taken"):
        open_geoparquet(build_job(path, "geoparquet", upload_rows=2))
    with pytest.raises(InputFileError, match="not a readable Parquet"):
        open_geoparquet(write_job(tmp_path, "b.parquet", b"PAR1junk", "geoparquet"))
