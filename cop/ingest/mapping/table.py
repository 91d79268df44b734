"""A numbered draft as a table of text: the file's columns, its rows, and what reading gave."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from cop.errors import InputFileError, MappingError
from cop.model.formula import FORMULA
from cop.model.mapping import ISO_FORMAT, LAT, LON, READ, TIME
from cop.model.source import ROW
from cop.model.upload import (
    FEATURES,
    FILE_ROW,
    GEOMETRY,
    OCCURRED_AT,
    PROBLEMS,
    Choices,
    DraftReport,
)

MOST_ROWS = 2_000_000
_REASON = "reason"
_GIVES = {"time": TIME, "latitude": LAT, "longitude": LON}
_NO_POINT = "is no point; a place needs one"


@dataclass(frozen=True, kw_only=True)
class MappedTable:
    """The rows of a file that a mapping is put to.

    ``cells`` are text, a column for each of the file's that were kept, ``READ`` and ``__row__``.
    ``left`` are the rows that reading left out, with the reason; ``why`` says of rows that are in
    ``cells``, by their number, why they have no time or position. ``given`` names the file's column
    behind one of ``READ``.
    """

    file: str
    cells: pd.DataFrame
    left: pd.DataFrame
    why: dict[int, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's columns that were kept."""
        return tuple(name for name in self.cells if name not in (*READ, ROW))


def read_mapped(
    folder: Path, report: DraftReport, choices: Choices, *, file: str, most: int = MOST_ROWS
) -> MappedTable:
    """Read a draft folder that was made by ``choices``, numbered.

    InputFileError where it has more than ``most`` rows.
    """
    if report.accepted > most:
        raise InputFileError(
            f"{file}: {report.accepted:,} rows; at most {most:,} are mapped here: split the file, "
            f"or load it by `cop ingest KIND FILE --mapping NAME` (up to {MOST_ROWS:,})"
        )
    kept = {column.name: column.source for column in report.columns if column.name != FILE_ROW}
    taken = next((source for source in kept.values() if source in READ), None)
    if taken is not None:
        raise MappingError(f"{file}: column {taken!r} has the name of one of ours: rename it")
    table = pq.read_table(folder / FEATURES)
    rows = table.column(FILE_ROW).to_numpy()
    lon, lat, why = _positions(table.column(GEOMETRY), rows)
    cells = {source: _as_text(table.column(name)) for name, source in kept.items()}
    cells |= {LON: lon, LAT: lat, TIME: _as_text(table.column(OCCURRED_AT))}
    frame = pd.DataFrame(cells, dtype="str")
    frame[ROW] = rows
    left, told = _problems((folder / PROBLEMS).read_bytes(), set(rows.tolist()))
    given = {_GIVES[role]: name for name, role in (choices.roles or {}).items() if role in _GIVES}
    return MappedTable(file=file, cells=frame, left=left, why=why | told, given=given)


def _positions(column: pa.ChunkedArray, rows: Any) -> tuple[pd.Series, pd.Series, dict[int, str]]:
    """Give longitude and latitude of points as text; of another shape none, and which it is."""
    shapes = shapely.from_wkb(column.to_numpy())
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    other = ~shapely.is_missing(shapes) & ~is_point
    why = {
        int(rows[place]): f"geometry={shapes[place].geom_type!r}: {_NO_POINT}"
        for place in np.flatnonzero(other)
    }
    usable = np.where(is_point, shapes, None)
    x, y = (
        pd.Series([repr(float(v)) if v == v else None for v in values], dtype="str")  # noqa: PLR0124 NaN
        for values in (shapely.get_x(usable), shapely.get_y(usable))
    )
    return x, y, why


def _as_text(column: pa.ChunkedArray) -> pd.Series:
    """Write cells as text: numbers plainly, moments as ISO 8601, yes and no as true and false."""
    kind = column.type
    if pa.types.is_string(kind):
        texts = column.to_pandas()
        return texts.where(texts != "", None).astype("str")
    if pa.types.is_timestamp(kind):
        return column.to_pandas().dt.strftime(ISO_FORMAT).astype("str")
    write: Callable[[Any], str] = str
    if pa.types.is_boolean(kind):
        write = _truth
    elif pa.types.is_floating(kind):
        write = _number
    held = [None if value is None else write(value) for value in column.to_pylist()]
    return pd.Series(held, dtype="str")


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _problems(content: bytes, there: set[int]) -> tuple[pd.DataFrame, dict[int, str]]:
    """Part what a draft says of rows that it leaves out from what it says of rows it has."""
    left: dict[int, dict[str, Any]] = {}
    why: dict[int, str] = {}
    lines = content.decode("utf-8-sig", "replace").splitlines(keepends=True)
    for line in csv.DictReader(lines):
        row, column, value = int(line["row"]), line["column"], line["value"]
        words = f"{column}={_quoted(value)}: {line[_REASON]}" if column else line[_REASON]
        if row in there:
            why[row] = words
        else:
            left.setdefault(row, {ROW: row, _REASON: words})
    return pd.DataFrame(list(left.values()), columns=[ROW, _REASON]), why


def _quoted(value: str) -> str:
    fused = value[1:] if value[:1] == "'" and value[1:2] in FORMULA else value
    return repr(fused)[:60] if fused else "(blank)"
