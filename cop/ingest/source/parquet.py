"""Reading Parquet and GeoParquet: numbers and moments typed, all else as text, points as such."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from cop.errors import InputFileError
from cop.ingest.source.base.named_crs import read_named_crs
from cop.ingest.source.format import FileFormat, FileMapping, ProfileReader
from cop.ingest.source.table import BATCH_ROWS, need_file
from cop.model.event import COMPOSITION
from cop.model.source import ROW

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job, OpenedFile

_WGS84 = CRS.from_user_input("OGC:CRS84")
_NUMBERS = ("lon", "lat", "count", "uncertainty_m", *COMPOSITION)
_MOMENTS = ("occurred_at", "reported_at")


def read_parquet_batches(path: Path, profile: FileMapping) -> Iterator[pd.DataFrame]:
    """Read in bounded batches, ``__row__`` the row's number from 1.

    Raises InputFileError naming the file and what to do.
    """
    need_file(path)
    try:
        with pq.ParquetFile(path) as file:
            shape, crs = _geometry(path, file.schema_arrow)
            first = 1
            for batch in _batches(file):
                yield _build(batch, profile, shape, crs, first)
                first += len(batch)
    except (pa.ArrowException, OSError, ShapelyError) as fault:
        raise InputFileError(
            f"{path.name}: not readable as Parquet: {fault}; export it again"
        ) from fault


def count_rows(path: Path) -> int:
    """Return how many rows a file says that it has."""
    rows: int = pq.read_metadata(path).num_rows
    return rows


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """Read batches, an empty one of a file without rows."""
    if not file.metadata.num_rows:
        yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
    yield from file.iter_batches(batch_size=BATCH_ROWS)


def _geometry(path: Path, schema: pa.Schema) -> tuple[str | None, CRS]:
    """Return the column that GeoParquet names as geometry, and its system."""
    text = (schema.metadata or {}).get(b"geo")
    if text is None:
        return None, _WGS84
    try:
        geo = json.loads(text)
        name = geo["primary_column"]
        crs = geo["columns"][name].get("crs", "OGC:CRS84")
        return str(name), read_named_crs(crs)
    except (ValueError, KeyError, TypeError, AttributeError, CRSError) as fault:
        raise InputFileError(
            f"{path.name}: its geo metadata cannot be read: {fault}; export it again"
        ) from fault


def _build(
    batch: pa.RecordBatch, profile: FileMapping, shape: str | None, crs: CRS, first: int
) -> pd.DataFrame:
    typed = {
        column: kind
        for kind, fields in (("number", _NUMBERS), ("moment", _MOMENTS))
        for name, column in profile.columns.items()
        if name in fields
    }
    named = {n: batch.column(n) for n in batch.schema.names if n not in (shape, ROW)}
    table = pd.DataFrame({n: _cells(column, typed.get(n)) for n, column in named.items()})
    table[ROW] = np.arange(first, first + len(batch))
    if shape is None or "lon" in profile.columns:
        return table
    import geopandas as gpd

    return gpd.GeoDataFrame(
        table, geometry=shapely.from_wkb(batch.column(shape).to_numpy(False)), crs=crs
    )


def _cells(column: Any, kind: str | None) -> pd.Series:
    """Return what is to be a number or a moment and is one as it is, anything else as text."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if kind == "number" and is_number:
        return pd.Series(pc.cast(column, pa.float64(), safe=False).to_numpy(False))
    if kind == "moment" and pa.types.is_timestamp(column.type):
        return column.to_pandas()
    try:
        text = pc.cast(column, pa.large_string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        text = pa.array([_as_text(value) for value in column.to_pylist()], pa.large_string())
    return pc.if_else(pc.equal(text, ""), None, text).to_pandas()


def _as_text(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def open_parquet(job: "Job") -> "OpenedFile":
    """Open a GeoParquet, or a Parquet whose columns give the position."""
    from cop.ingest.source.base.geoparquet import open_geoparquet

    return open_geoparquet(job)


FORMAT = FileFormat(
    id="geoparquet",
    title="GeoParquet",
    kind="vector",
    suffixes=(".parquet", ".geoparquet"),
    magic=(b"PAR1",),
    open_file=open_parquet,
    reader=ProfileReader(
        name="parquet",
        read_batches=read_parquet_batches,
        count_rows=count_rows,
        has_geometry=True,
        has_types=True,
    ),
)
