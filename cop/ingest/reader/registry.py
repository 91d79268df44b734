"""The readers of tables, by the name that a profile gives."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cop.ingest.profile import TableReader
from cop.ingest.reader.csv import read_csv
from cop.ingest.reader.geojson import read_geojson
from cop.ingest.reader.shapefile import read_shapefile

READERS: dict[TableReader, Callable[[Path], pd.DataFrame]] = {
    "csv": read_csv,
    "geojson": read_geojson,
    "shapefile": read_shapefile,
}
