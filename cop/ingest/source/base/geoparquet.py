"""GeoParquet, read by Arrow: batches with WKB geometry, pages checked against their sums."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS
from pyproj.exceptions import CRSError

from cop.ingest.source.base.opened import (
    BATCH_ROWS,
    Batch,
    Job,
    OpenedFile,
    clean_names,
    number_rows,
    read_wkb,
)

_THRIFT = 64 << 20
_UNREADABLE = (pa.ArrowException, OSError, ValueError)


def open_geoparquet(job: Job) -> OpenedFile:
    """Open a GeoParquet, or a Parquet whose columns give the position."""
    try:
        file = pq.ParquetFile(
            job.path,
            thrift_string_size_limit=_THRIFT,
            thrift_container_size_limit=1_000_000,
            page_checksum_verification=True,
            arrow_extensions_enabled=False,
        )
        schema, total = file.schema_arrow, file.metadata.num_rows
    except MemoryError:
        raise
    except _UNREADABLE as fault:
        raise job.refuse(f"not a readable Parquet: {fault}; export it again") from fault
    if total > job.settings.upload_rows:
        raise job.refuse(
            f"{total:,} rows; at most {job.settings.upload_rows:,} are taken (COP_UPLOAD_ROWS)"
        )
    column, crs = _read_geo(job, (schema.metadata or {}).get(b"geo"))
    if column is not None and schema.get_field_index(column) < 0:
        raise job.refuse(f"its geo metadata names a column {column!r} that is not there")
    fields = [field.name for field in schema if field.name != column]
    names = clean_names(fields, job)
    return OpenedFile(
        names=names,
        read=partial(_read, job, file, column, names, max(total, 1)),
        is_shaped=column is not None,
        crs=crs,
        count=lambda: sum(
            file.metadata.row_group(group).num_rows for group in range(file.metadata.num_row_groups)
        ),
    )


def _read_geo(job: Job, written: bytes | None) -> tuple[str | None, CRS | None]:
    """Return the geometry's column and system from the file's metadata."""
    if written is None:
        return None, None
    try:
        geo = json.loads(written)
        column = str(geo["primary_column"])
        declared: dict[str, Any] = geo["columns"][column]
        encoding = str(declared["encoding"]).upper()
        crs = declared.get("crs", "OGC:CRS84")
        if encoding != "WKB":
            raise job.refuse(f"its geometry is encoded as {encoding[:40]}; export it as WKB")
        if crs is None:
            return column, None
        return column, CRS.from_json_dict(crs) if isinstance(crs, dict) else CRS.from_epsg(4326)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CRSError) as fault:
        raise job.refuse(f"its geo metadata cannot be read: {fault}; export it again") from fault


def _read(
    job: Job, file: pq.ParquetFile, column: str | None, names: tuple[str, ...], total: int
) -> Iterator[Batch]:
    first = 1
    try:
        for record in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            place = -1 if column is None else record.schema.get_field_index(column)
            shapes, given = (None, None) if place < 0 else read_wkb(record.column(place))
            others = [number for number in range(record.num_columns) if number != place]
            yield Batch(
                rows=number_rows(first, record.num_rows),
                columns={n: _plain(record.column(o)) for n, o in zip(names, others, strict=True)},
                share=min((first + record.num_rows) / total, 1.0),
                shapes=shapes,
                given=given,
            )
            first += record.num_rows
    except MemoryError:
        raise
    except _UNREADABLE as fault:
        raise job.refuse(f"its content is damaged: {fault}; export it again") from fault


def _plain(cells: pa.Array) -> pa.Array:
    """Return texts in one type, whatever they are packed as."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    is_text = pa.types.is_large_string(cells.type) or pa.types.is_string_view(cells.type)
    return cells.cast(pa.string()) if is_text else cells
