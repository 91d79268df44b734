"""The sources of tables, by the name that a profile gives: files handed over in bounded batches."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from cop.ingest.profile import TableProfile, TableReader
from cop.ingest.source.csv import read_csv_batches
from cop.ingest.source.geojson import read_geojson
from cop.ingest.source.json import read_json, with_fields
from cop.ingest.source.parquet import read_parquet_batches
from cop.ingest.source.shapefile import read_shapefile
from cop.ingest.source.table import cut_batches

Source = Callable[[Path, TableProfile], Iterator[pd.DataFrame]]
"""Reads a file by a profile: at least one table of cells, each row with ``__row__``."""


def _read_json(path: Path, profile: TableProfile) -> Iterator[pd.DataFrame]:
    """Read records; what none of them says is blank."""
    return cut_batches(with_fields(read_json(path), profile.file_columns))


SOURCES: dict[TableReader, Source] = {
    "csv": lambda path, _profile: read_csv_batches(path),
    "json": _read_json,
    "geojson": lambda path, _profile: cut_batches(read_geojson(path)),
    "shapefile": lambda path, _profile: cut_batches(read_shapefile(path)),
    "parquet": read_parquet_batches,
}


def read_batches(path: Path, profile: TableProfile) -> Iterator[pd.DataFrame]:
    """Read a file by the source of its profile in bounded batches, at least one."""
    return SOURCES[profile.reader](path, profile)


def read_table(path: Path, profile: TableProfile) -> pd.DataFrame:
    """Read a whole file by the source of its profile."""
    return pd.concat(read_batches(path, profile), ignore_index=True)
