"""Square cells over a study area that is known before the first forecast."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import CRS
from scipy.ndimage import binary_dilation

from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

MOST_CELLS: Final = 2_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """Cells of ``side`` from the corner x, y on, in the unit of a projected system.

    ``mask`` (rows, columns) is the study area, rows from south to north; its true cells, row by
    row, are numbered from 0.
    """

    x: float
    y: float
    side: float
    mask: "Mask"

    @property
    def cells(self) -> int:
        """How many cells the study area has."""
        return int(self.mask.sum())

    def locate(self, x: "Floats", y: "Floats") -> "Ints":
        """The number of the cell of each point, -1 outside the study area."""
        numbers = np.full(self.mask.shape, -1, dtype=np.int64)
        numbers[self.mask] = np.arange(self.cells)
        column, row = _steps(x, self.x, self.side), _steps(y, self.y, self.side)
        rows, columns = self.mask.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        cell = np.full(len(x), -1, dtype=np.int64)
        cell[inside] = numbers[row[inside], column[inside]]
        return cell

    def centers(self) -> tuple["Floats", "Floats"]:
        """x and y of the middle of each cell, in the order of their numbers."""
        row, column = np.nonzero(self.mask)
        x: Floats = self.x + (column.astype(np.float64) + 0.5) * self.side
        y: Floats = self.y + (row.astype(np.float64) + 0.5) * self.side
        return x, y


def build_equal_area(lon: float, lat: float) -> CRS:
    """Return Lambert's equal-area projection in meters around a place in degrees."""
    return CRS.from_proj4(f"+proj=laea +lon_0={lon:.3f} +lat_0={lat:.3f} +datum=WGS84 +units=m")


def build_history_grid(x: "Floats", y: "Floats", *, side: float) -> Grid:
    """The cells with a point, and those that share a side with one.

    Cells are counted from the least x and y of the points.
    """
    if not len(x):
        message = "no record before the first forecast, so no study area: use a later --test-from"
        raise FilterError(message)
    west, south = float(x.min()), float(y.min())
    column, row = _steps(x, west, side), _steps(y, south, side)
    occupied = _empty(int(row.max()) + 3, int(column.max()) + 3)
    occupied[row + 1, column + 1] = True
    return Grid(x=west - side, y=south - side, side=side, mask=binary_dilation(occupied))


def build_line_grid(line: "Floats", *, within: float, side: float) -> Grid:
    """The cells whose middle lies at most ``within`` from a line (vertices, 2) in the same unit.

    Cells are counted from the corner of the line's bounds, that far out.
    """
    west, south = (line.min(axis=0) - within).tolist()
    columns, rows = (np.ceil((line.max(axis=0) + within - (west, south)) / side)).astype(int)
    grid = Grid(x=west, y=south, side=side, mask=~_empty(int(rows), int(columns)))
    path = shapely.linestrings(line)
    shapely.prepare(path)
    near = shapely.dwithin(path, shapely.points(*grid.centers()), within)
    return Grid(x=west, y=south, side=side, mask=near.reshape(grid.mask.shape))


def _steps(values: "Floats", start: float, side: float) -> "Ints":
    # A millionth of a cell: a point on an edge stays in its cell after a projection there and back.
    return np.floor((values - start) / side + 1e-6).astype(np.int64)


def _empty(rows: int, columns: int) -> "Mask":
    if rows * columns > MOST_CELLS:
        message = (
            f"a grid of {rows:,} x {columns:,} cells: at most {MOST_CELLS:,} are counted, so use "
            "larger cells, or correct the record far outside"
        )
        raise FilterError(message)
    return np.zeros((rows, columns), dtype=bool)
