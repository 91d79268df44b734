"""Shapes from columns: latitude and longitude, text positions, UTM, easting and northing, WKT."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import Transformer

from cop.ingest.source.base.opened import Batch, Shapes
from cop.ingest.upload.scan import Floats, Scan, as_floats
from cop.model.coordinate import CoordinateError, Utm, parse_degrees, parse_position, parse_utm

_WKT_PREFIX = ";"
_MINUTES = re.compile(
    r"(?<![\d.])\d{1,3}\s*[°ºd:]\s*(\d{1,3}(?:\.\d+)?)\s*(?:['\u2032\u2019m:]\s*(\d{1,3}(?:\.\d+)?))?"
)
_SPACED = re.compile(
    r"(?=.*[NSEW])[NSEW]?\s*\d{1,3}\s+(\d{1,3}(?:\.\d+)?)(?:\s+(\d{1,3}(?:\.\d+)?))?\s*[NSEW]?",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[+-]?\d{1,3}(\d{2}\.\d+)")
_NORTH, _SOUTH = 32_600, 32_700


@dataclass(frozen=True)
class Placed:
    """Shapes of rows, None where there is none, whether cells gave one, and the column to quote."""

    shapes: Shapes
    given: npt.NDArray[np.bool_]
    column: str


def place_rows(batch: Batch, scan: Scan, *, comma: bool) -> Placed | None:
    """Return the shapes of a batch, raw in the file's system; None if the file has no position."""
    if batch.shapes is not None and batch.given is not None:
        return Placed(batch.shapes, batch.given, "geometry")
    for read, role in (
        (_of_degrees, "latitude"),
        (_of_wkt, "wkt"),
        (_of_positions, "position"),
        (_of_utm, "utm"),
        (_of_grid, "easting"),
    ):
        column = scan.column(role)  # type: ignore[arg-type]
        if column is not None:
            return read(batch, scan, column, comma)
    return None


def has_odd_minutes(text: str) -> bool:
    """Return whether a text writes degrees with 60 minutes or seconds, or more, as 3199.5 does."""
    plain = text.strip()
    found = _MINUTES.search(plain) or _SPACED.fullmatch(plain) or _JOINED.fullmatch(plain)
    if found is None:
        return False
    parts = [float(part) for part in found.groups() if part]
    return any(part >= 60 for part in parts)  # noqa: PLR2004 minutes of a degree


def _of_degrees(batch: Batch, scan: Scan, column: str, comma: bool) -> Placed:
    other = scan.column("longitude")
    if other is None:
        return Placed(_none(batch), np.zeros(len(batch.rows), dtype=bool), column)
    y = _degrees(batch.columns[column], "lat", comma)
    x = _degrees(batch.columns[other], "lon", comma)
    return _points(batch, x, y, column, (column, other))


def _degrees(cells: pa.Array, axis: Literal["lat", "lon"], comma: bool) -> Floats:
    """Read numbers, and what is none as degrees with minutes."""
    numbers = as_floats(cells, comma=comma).copy()
    if pa.types.is_string(cells.type):
        for row in np.flatnonzero(np.isnan(numbers)):
            text = cells[int(row)].as_py()
            if text is not None:
                numbers[row] = _try_degrees(text, axis)
    return numbers


def _try_degrees(text: str, axis: Literal["lat", "lon"]) -> float:
    try:
        return parse_degrees(text, axis=axis)
    except CoordinateError:
        return np.nan


def _of_grid(batch: Batch, scan: Scan, column: str, comma: bool) -> Placed:
    other, zone = scan.column("northing"), scan.column("zone")
    if other is None:
        return Placed(_none(batch), np.zeros(len(batch.rows), dtype=bool), column)
    x = as_floats(batch.columns[column], comma=comma).copy()
    y = as_floats(batch.columns[other], comma=comma).copy()
    if zone is not None:
        names = [None if z is None else str(z) for z in batch.columns[zone].to_pylist()]
        grid = [
            parse_utm(f"{name if name and name[-1].isalpha() else f'{name}N'} {e:.3f} {n:.3f}")
            if name is not None and e == e and n == n  # noqa: PLR0124 NaN
            else None
            for name, e, n in zip(names, x, y, strict=True)
        ]
        x, y = _from_utm(grid)
    return _points(batch, x, y, column, (column, other))


def _of_utm(batch: Batch, _scan: Scan, column: str, _comma: bool) -> Placed:
    texts = batch.columns[column].to_pylist()
    x, y = _from_utm([None if text is None else parse_utm(text) for text in texts])
    return _points(batch, x, y, column, (column,))


@cache
def _grid_transformer(zone: int, is_north: bool) -> Transformer:
    code = (_NORTH if is_north else _SOUTH) + zone
    return Transformer.from_crs(f"EPSG:{code}", "EPSG:4326", always_xy=True)


def _from_utm(grid: list[Utm | None]) -> tuple[Floats, Floats]:
    """Return longitude and latitude of places in UTM, NaN where there is none."""
    x, y = np.full(len(grid), np.nan), np.full(len(grid), np.nan)
    zones = {(one.zone, one.is_north) for one in grid if one is not None}
    for zone, is_north in zones:
        rows = [
            row
            for row, one in enumerate(grid)
            if one and (one.zone, one.is_north) == (zone, is_north)
        ]
        east = [one.easting_m for row in rows if (one := grid[row])]
        north = [one.northing_m for row in rows if (one := grid[row])]
        x[rows], y[rows] = _grid_transformer(zone, is_north).transform(east, north)
    return x, y


def _of_positions(batch: Batch, _scan: Scan, column: str, _comma: bool) -> Placed:
    x, y = np.full(len(batch.rows), np.nan), np.full(len(batch.rows), np.nan)
    for row, text in enumerate(batch.columns[column].to_pylist()):
        try:
            position = parse_position(text) if text else None
        except CoordinateError:
            continue
        if position is not None:
            x[row], y[row] = position.lon, position.lat
    return _points(batch, x, y, column, (column,))


def _of_wkt(batch: Batch, _scan: Scan, column: str, _comma: bool) -> Placed:
    texts = batch.columns[column].to_pylist()
    bare = np.array([None if t is None else t.rpartition(_WKT_PREFIX)[2] for t in texts], object)
    shapes = shapely.from_wkt(bare, on_invalid="ignore")
    given = np.array([text is not None for text in texts], dtype=bool)
    return Placed(np.asarray(shapes, dtype=object), given, column)


def _points(batch: Batch, x: Floats, y: Floats, column: str, read: tuple[str, ...]) -> Placed:
    given = np.zeros(len(x), dtype=bool)
    for name in read:
        given |= batch.columns[name].is_valid().to_numpy(zero_copy_only=False)
    usable = ~(np.isnan(x) | np.isnan(y))
    shapes = _none(batch)
    shapes[usable] = shapely.points(x[usable], y[usable])
    return Placed(shapes, given, column)


def _none(batch: Batch) -> Shapes:
    return np.full(len(batch.rows), None, dtype=object)
