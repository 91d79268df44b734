"""Tests of tables on their way out of the sandbox: packed and unpacked they are the same."""

from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from pyproj import CRS

from cop.errors import InputFileError
from cop.ingest.sandbox import stream as module
from cop.ingest.sandbox.stream import check_schema, pack_batches, read_total, unpack_batch
from cop.ingest.source.csv import read_csv
from cop.ingest.source.table import build_table
from cop.model.source import ROW

pytestmark = pytest.mark.house

SHAPES = [shapely.Point(1, 2, 3), None, shapely.LineString([(0, 0), (1, 1)]), shapely.Point()]


def send(table: pd.DataFrame) -> pd.DataFrame:
    """The table as it arrives."""
    (batch,) = pack_batches(table, None)
    check_schema(batch.schema, file="a")
    return unpack_batch(batch, file="a")


@pytest.mark.parametrize(
    "text", ["a,b\n1,é\n,x\n", "a,geometry\n1,POINT (1 2)\n", 'a,b\n"1\n2",\n']
)
def test_texts_arrive_as_they_were(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    table = read_csv(path)
    pd.testing.assert_frame_equal(send(table), table)


def test_numbers_and_moments_keep_their_types() -> None:
    zoned = pd.Series([datetime(2026, 1, 2, tzinfo=UTC), pd.NaT]).dt.tz_convert("America/Phoenix")
    table = pd.DataFrame(
        {
            "n": [1.5, np.nan],
            "t": pd.Series([datetime(2026, 1, 2, 3, 4, 5, 678), pd.NaT]).astype("datetime64[us]"),
            "z": zoned,
            "empty": pd.Series([None, None], dtype="str"),
            ROW: [1, 2],
        }
    )
    pd.testing.assert_frame_equal(send(table), table)


@pytest.mark.parametrize(
    "crs", ["EPSG:4326", "OGC:CRS84", "+proj=utm +zone=12 +ellps=GRS80 +units=m"]
)
def test_shapes_and_their_system_arrive(crs: str) -> None:
    records = [{"a": "x", "b": number} for number in range(len(SHAPES))]
    table = build_table(records, SHAPES, CRS.from_user_input(crs))
    arrived = send(table)
    assert isinstance(arrived, gpd.GeoDataFrame)
    assert_geodataframe_equal(arrived, table)
    assert arrived.geometry.iloc[0].has_z
    assert arrived.crs == table.crs


def test_a_table_without_rows_arrives_with_its_columns() -> None:
    table = build_table([], [], CRS.from_epsg(4326))
    arrived = send(table)
    assert list(arrived) == list(table)
    assert len(arrived) == 0


def test_large_tables_are_cut_and_the_number_of_rows_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 2)
    table = pd.DataFrame({"a": list("abcde"), ROW: range(1, 6)})
    batches = list(pack_batches(table, 5))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert {read_total(batch.schema) for batch in batches} == {5}
    assert read_total(pa.schema({}, metadata={"total": b"many"})) is None
    joined = pd.concat([unpack_batch(b, file="a") for b in batches], ignore_index=True)
    assert joined["a"].tolist() == list("abcde")


@pytest.mark.parametrize(
    "schema",
    [
        pa.schema({"a": pa.large_string()}),
        pa.schema({ROW: pa.int32()}),
        pa.schema({ROW: pa.int64(), "a": pa.list_(pa.int64())}),
        pa.schema({ROW: pa.int64(), "a": pa.dictionary(pa.int32(), pa.large_string())}),
        pa.schema({ROW: pa.int64(), "geometry": pa.int64()}),
        pa.schema([(ROW, pa.int64()), ("a", pa.large_string()), ("a", pa.large_string())]),
        pa.schema({ROW: pa.int64()}, metadata={"crs": b"x" * (1 << 19)}),
    ],
)
def test_another_schema_is_refused(schema: pa.Schema) -> None:
    with pytest.raises(InputFileError, match="a: what was read of it is not as it should be"):
        check_schema(schema, file="a")


def corrupt_text() -> pa.RecordBatch:
    offsets = pa.py_buffer(np.array([0, 99, 1], dtype=np.int64).tobytes())
    text = pa.Array.from_buffers(pa.large_string(), 2, [None, offsets, pa.py_buffer(b"x")])
    return pa.RecordBatch.from_arrays([pa.array([1, 2]), text], names=[ROW, "a"])


def not_utf8() -> pa.RecordBatch:
    offsets = pa.py_buffer(np.array([0, 1], dtype=np.int64).tobytes())
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(b"\xff")])
    return pa.RecordBatch.from_arrays([pa.array([1]), text], names=[ROW, "a"])


def no_wkb() -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({ROW: [1], "geometry": pa.array([b"junk"], pa.binary())})


@pytest.mark.parametrize("build", [corrupt_text, not_utf8, no_wkb])
def test_broken_content_is_refused(build: object) -> None:
    assert callable(build)
    with pytest.raises(InputFileError, match="nothing is kept of it"):
        unpack_batch(build(), file="a")


def test_a_batch_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 1)
    with pytest.raises(InputFileError, match="not as it should be"):
        unpack_batch(pa.RecordBatch.from_pydict({ROW: [1, 2]}), file="a")
