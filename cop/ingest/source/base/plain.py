"""Opening a file by its format; what only profiles' readers know is opened as they read it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from cop.errors import InputFileError
from cop.ingest.source.base.opened import Batch, Job, OpenedFile, clean_names
from cop.ingest.source.format import MappedColumns, ProfileReader
from cop.model.source import ROW

_SHAPE = "geometry"


def open_source(job: Job) -> OpenedFile:
    """Open a file of anything but rasters by its format."""
    if job.format.open_file is not None:
        return job.format.open_file(job)
    if job.format.reader is None:
        raise job.refuse(f"no {job.format.title} can be opened")
    return open_tables(job, job.format.reader)


def open_tables(job: Job, reader: ProfileReader) -> OpenedFile:
    """Open a file as its reader reads it for a profile that asks for no column."""
    first = next(_read_tables(job, reader))
    shape = _SHAPE if reader.has_geometry and _SHAPE in first else None
    columns = [str(name) for name in first if name not in (ROW, shape)]
    names = clean_names(columns, job)
    total = reader.count_rows(job.path)

    def read() -> Iterator[Batch]:
        done = 0
        for table in _read_tables(job, reader):
            done += len(table)
            share = min(done / total, 1.0) if total else 1.0
            cells = {name: _as_texts(table[c]) for name, c in zip(names, columns, strict=True)}
            shapes = None if shape is None else np.asarray(table[shape], dtype=object)
            yield Batch(
                rows=table[ROW].to_numpy(dtype=np.int64),
                columns=cells,
                share=share,
                shapes=shapes,
                given=None if shapes is None else ~shapely.is_missing(shapes),
            )

    return OpenedFile(
        names=names,
        read=read,
        is_text=True,
        is_shaped=shape is not None,
        crs=None if shape is None else first.crs,
    )


def _read_tables(job: Job, reader: ProfileReader) -> Iterator[pd.DataFrame]:
    """Read tables; errors have the name that the analyst gave."""
    try:
        yield from reader.read_batches(job.path, MappedColumns(reader=job.format.id))
    except InputFileError as fault:
        reason = str(fault).replace(job.path.name, job.name)
        raise job.refuse(reason.removeprefix(job.name).lstrip(":, ")) from fault


def _as_texts(cells: pd.Series) -> pa.Array:
    return pa.array(cells, from_pandas=True).cast(pa.string())
