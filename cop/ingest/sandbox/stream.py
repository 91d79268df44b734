"""Tables on their way out of the sandbox: packed as Arrow there, checked and unpacked here."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cop.errors import InputFileError
from cop.ingest.source.table import BATCH_ROWS
from cop.model.source import ROW

if TYPE_CHECKING:
    from pyproj import CRS

SHAPE = "geometry"
_CRS, _TOTAL = b"crs", b"total"
_MOST_METADATA_BYTES = 1 << 18
_MOST_TOTAL = 1 << 48
_CODE = re.compile(r"(EPSG|OGC|ESRI):(\w{1,12})", re.ASCII)


def pack_batches(table: pd.DataFrame, total: int | None) -> Iterator[pa.RecordBatch]:
    """Pack a table, texts as such, shapes as WKB; ``total`` is about how many rows the file has."""
    shape = _find_shape(table)
    metadata = {} if total is None else {_TOTAL: str(total).encode()}
    if shape is not None and table.crs is not None:
        metadata[_CRS] = _write_crs(table.crs).encode()
    arrays = {
        str(name): _pack_shapes(table[name]) if name == shape else _pack_cells(name, table[name])
        for name in table.columns
    }
    schema = pa.schema({name: cells.type for name, cells in arrays.items()}, metadata=metadata)
    packed = pa.RecordBatch.from_arrays(list(arrays.values()), schema=schema)
    for first in range(0, max(len(packed), 1), BATCH_ROWS):
        yield packed.slice(first, BATCH_ROWS)


def _find_shape(table: pd.DataFrame) -> str | None:
    """Return the column of the geometry, which GeoPandas alone gives a table."""
    dtypes = table.dtypes
    return SHAPE if SHAPE in dtypes and str(dtypes[SHAPE]) == "geometry" else None


def _pack_shapes(cells: pd.Series) -> pa.Array:
    import shapely

    return pa.array(shapely.to_wkb(np.asarray(cells, dtype=object)), pa.binary())


def _pack_cells(name: str, cells: pd.Series) -> pa.Array:
    packed = pa.array(cells, from_pandas=True)
    if isinstance(packed, pa.ChunkedArray):
        packed = packed.combine_chunks()
    return packed.cast(pa.int64()) if name == ROW else _as_sent(packed)


def _as_sent(cells: pa.Array) -> pa.Array:
    """Return numbers and moments as they are, anything else as text."""
    return cells if _is_typed(cells.type) else cells.cast(pa.large_string())


def _is_typed(kind: pa.DataType) -> bool:
    return bool(pa.types.is_float64(kind) or pa.types.is_timestamp(kind))


def _write_crs(crs: "CRS") -> str:
    return crs.srs if _CODE.fullmatch(crs.srs) else crs.to_json()


def _read_crs(text: str) -> "CRS":
    from pyproj import CRS

    code = _CODE.fullmatch(text)
    return CRS.from_authority(*code.groups()) if code else CRS.from_json(text)


def check_schema(schema: pa.Schema, *, file: str) -> None:
    """Raise InputFileError where a stream is not of rows with their numbers, texts and shapes."""
    kinds = dict(zip(schema.names, schema.types, strict=True))
    sizes = [len(key) + len(value) for key, value in (schema.metadata or {}).items()]
    others = {name: kind for name, kind in kinds.items() if name not in (ROW, SHAPE)}
    fits = bool(
        len(kinds) == len(schema.names)
        and kinds.get(ROW) == pa.int64()
        and kinds.get(SHAPE, pa.binary()) in (pa.binary(), pa.large_string())
        and all(_is_typed(kind) or kind == pa.large_string() for kind in others.values())
        and sum(sizes) <= _MOST_METADATA_BYTES
    )
    if not fits:
        raise refuse_stream(file)


def refuse_stream(file: str) -> InputFileError:
    """Return the error of what the sandbox must not send."""
    return InputFileError(
        f"{file}: what was read of it is not as it should be; nothing is kept of it"
    )


def read_total(schema: pa.Schema) -> int | None:
    """Return about how many rows the file has, where the stream tells."""
    text = (schema.metadata or {}).get(_TOTAL, b"")
    return min(int(text), _MOST_TOTAL) if text.isdigit() and len(text) < 20 else None  # noqa: PLR2004 digits


def unpack_batch(batch: pa.RecordBatch, *, file: str) -> pd.DataFrame:
    """Return a batch as the table that was packed; InputFileError where its content is broken."""
    from pyproj.exceptions import CRSError
    from shapely.errors import ShapelyError

    try:
        if batch.num_rows > BATCH_ROWS:
            raise refuse_stream(file)
        batch.validate(full=True)
        columns: dict[str, Any] = {
            name: cells if pa.types.is_binary(cells.type) else cells.to_pandas()
            for name, cells in zip(batch.schema.names, batch.columns, strict=True)
        }
        return _build_table(columns, batch.schema)
    except (pa.ArrowException, ShapelyError, CRSError, ValueError) as fault:
        raise refuse_stream(file) from fault


def _build_table(columns: dict[str, Any], schema: pa.Schema) -> pd.DataFrame:
    if not isinstance(columns.get(SHAPE), pa.Array):
        return pd.DataFrame(columns)
    import geopandas as gpd
    import shapely

    text = (schema.metadata or {}).get(_CRS)
    columns[SHAPE] = gpd.GeoSeries(
        shapely.from_wkb(columns[SHAPE].to_numpy(zero_copy_only=False)),
        crs=None if text is None else _read_crs(text.decode()),
    )
    return gpd.GeoDataFrame(columns, geometry=SHAPE)
