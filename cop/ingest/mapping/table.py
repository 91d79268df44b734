"""A numbered draft as a table: the file's columns with their types, and what reading gave."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from cop.errors import InputFileError, MappingError
from cop.ingest.profile.base import CellType
from cop.ingest.profile.kind import TableProfile
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
_FOUR_DIGITS = pa.scalar(np.datetime64("1000-01-01", "us"))


@dataclass(frozen=True, kw_only=True)
class MappedTable:
    """The rows of a file that a mapping is applied to.

    ``draft`` has a column for each of the file's that were kept, by its name in the file, and
    ``READ``; ``rows`` are their numbers in the file. ``left`` are the rows that reading left out,
    with the reason; ``why`` has the reason why a row of the draft has no time or position, by its
    number. ``given`` names the file's column behind one of ``READ``.
    """

    file: str
    draft: pa.Table
    rows: npt.NDArray[np.int64]
    left: pd.DataFrame
    why: dict[int, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    _texts: dict[str, pd.Series] = field(default_factory=dict, repr=False, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's columns that were kept."""
        return tuple(name for name in self.draft.column_names if name not in READ)

    def texts(self, name: str) -> pd.Series:
        """Return a column as text, rendered once."""
        if name not in self._texts:
            self._texts[name] = render_texts(name, self.draft.column(name))
        return self._texts[name]

    def build_cells(self, profile: TableProfile) -> pd.DataFrame:
        """Return the cells that a profile checks, and ``__row__``.

        What is a number or a moment in the draft and for the profile stays one, all else is text.
        """
        names = dict.fromkeys(profile.file_columns)
        if not names.keys() <= {*self.draft.column_names}:
            return pd.DataFrame(columns=[*self.draft.column_names, ROW])  # names what is there
        types = profile.typed_columns
        cells = {name: self._typed(name, types.get(name)) for name in names}
        cells = {n: self.texts(n) if found is None else found for n, found in cells.items()}
        return pd.DataFrame({**cells, ROW: self.rows})

    def render_rows(self, places: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Return some rows with every column as text, and ``__row__``."""
        taken = self.draft.take(pa.array(places))
        cells = {name: render_texts(name, taken.column(name)) for name in taken.column_names}
        return pd.DataFrame({**cells, ROW: self.rows[places]})

    def _typed(self, name: str, use: CellType | None) -> pd.Series | None:
        """Return a column as numbers or moments, None where only its text shows what it holds."""
        column = self.draft.column(name)
        is_float = pa.types.is_floating(column.type)
        if use == "number" and (is_float or pa.types.is_integer(column.type)):
            if is_float and pc.any(pc.is_nan(column)).as_py():
                return None
            numbers = pc.cast(column, pa.float64(), safe=False).to_numpy()
            return pd.Series(numbers if name in READ else numbers + 0.0)  # a text has no -0
        if use == "moment" and pa.types.is_timestamp(column.type):
            is_written = pc.all(pc.greater_equal(column, _FOUR_DIGITS)).as_py()
            return column.to_pandas() if is_written is not False else None
        return None


def read_mapped(
    folder: Path, report: DraftReport, choices: Choices, *, file: str, most: int = MOST_ROWS
) -> MappedTable:
    """Read a draft folder that was made by ``choices``, numbered.

    Raise InputFileError if it has more than ``most`` rows.
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
    draft = {source: table.column(name) for name, source in kept.items()}
    draft |= {LON: lon, LAT: lat, TIME: table.column(OCCURRED_AT)}
    left, reasons = _problems((folder / PROBLEMS).read_bytes(), set(rows.tolist()))
    given = {_GIVES[role]: name for name, role in (choices.roles or {}).items() if role in _GIVES}
    return MappedTable(
        file=file, draft=pa.table(draft), rows=rows, left=left, why=why | reasons, given=given
    )


def _positions(
    column: pa.ChunkedArray, rows: npt.NDArray[np.int64]
) -> tuple[pa.Array, pa.Array, dict[int, str]]:
    """Return longitude and latitude of points; of another shape none, and which it is."""
    shapes = shapely.from_wkb(column.to_numpy())
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    other = ~shapely.is_missing(shapes) & ~is_point
    why = {
        int(rows[place]): f"geometry={shapes[place].geom_type!r}: {_NO_POINT}"
        for place in np.flatnonzero(other)
    }
    usable = np.where(is_point, shapes, None)
    x, y = (
        pa.array(values, pa.float64(), from_pandas=True)
        for values in (shapely.get_x(usable), shapely.get_y(usable))
    )
    return x, y, why


def render_texts(name: str, column: pa.ChunkedArray) -> pd.Series:
    """Render cells as text: numbers plainly, moments as ISO 8601, yes and no as true and false.

    Degrees of ``READ`` always have a point. Records are identified by these texts: they never
    change.
    """
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
        write = repr if name in READ else _number
    cells = [None if value is None else write(value) for value in column.to_pylist()]
    return pd.Series(cells, dtype="str")


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
