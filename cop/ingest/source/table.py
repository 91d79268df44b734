"""What a profile's reader hands over: text cells as they stand in the file, and their row."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cop.errors import InputFileError
from cop.model.source import ROW

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS
    from shapely import Geometry

FIRST_ROW = 2
"""The number of the first row below a header."""

BATCH_ROWS = 65_536
"""The most rows that a source hands over at once."""


def need_file(path: Path) -> None:
    """Raise InputFileError where there is no such file."""
    if not path.is_file():
        raise InputFileError(f"{path}: no such file; check the path")


def build_table(
    records: Sequence[dict[str, Any]], shapes: "Sequence[Geometry | None]", crs: "CRS"
) -> "gpd.GeoDataFrame":
    """Return features as a table of text, ``__row__`` their number in the file from 1."""
    import geopandas as gpd

    cells = [{name: as_text(value) for name, value in record.items()} for record in records]
    frame = pd.DataFrame(cells, dtype="str")
    frame[ROW] = range(1, len(cells) + 1)
    return gpd.GeoDataFrame(frame, geometry=list(shapes), crs=crs)


def as_text(value: Any) -> str | None:
    """Write a value of a feature as text; None where there is none."""
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 NaN
        return None
    if isinstance(value, str):
        return value or None
    return json.dumps(value, ensure_ascii=False)


def cut_batches(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Hand a table over in bounded batches, at least one."""
    for first in range(0, max(len(table), 1), BATCH_ROWS):
        yield table.iloc[first : first + BATCH_ROWS].reset_index(drop=True)
