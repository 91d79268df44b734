"""The readers of tables, by the name that a profile gives."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cop.ingest.profile import TableProfile, TableReader
from cop.ingest.reader.csv import read_csv
from cop.ingest.reader.geojson import read_geojson
from cop.ingest.reader.json import read_json, with_fields
from cop.ingest.reader.shapefile import read_shapefile

READERS: dict[TableReader, Callable[[Path], pd.DataFrame]] = {
    "csv": read_csv,
    "json": read_json,
    "geojson": read_geojson,
    "shapefile": read_shapefile,
}


def read_table(path: Path, profile: TableProfile) -> pd.DataFrame:
    """Read a file by the reader of its profile; what no JSON record says is blank."""
    table = READERS[profile.reader](path)
    return with_fields(table, profile.file_columns) if profile.reader == "json" else table
