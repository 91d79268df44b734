"""A square grid of a local UTM zone around a place."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from affine import Affine
from pyproj import Proj, Transformer
from pyproj.enums import TransformDirection

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

MOST_CELLS: Final = 1_024
LEAST_CELLS: Final = 64
"""Cells from the place to its range: never more, and never fewer, whatever the heights' spacing."""
_ZONE_DEG: Final = 6
_NORTH, _SOUTH = 32_600, 32_700


@dataclass(frozen=True)
class SightGrid:
    """``side`` rows and columns of ``cell_m`` around a place (lon, lat, EPSG:4326 degrees).

    ``side`` is odd; the place is the middle of the middle cell. Rows run from north to south.
    """

    lon: float
    lat: float
    cell_m: float
    side: int

    @classmethod
    def around(cls, lon: float, lat: float, *, range_m: float, spacing_m: float) -> "SightGrid":
        """Return the grid of a range: as fine as the heights, within 64 to 1,024 cells a radius."""
        cell_m = min(max(spacing_m, range_m / MOST_CELLS), range_m / LEAST_CELLS)
        return cls(lon, lat, cell_m, 2 * math.ceil(range_m / cell_m) + 1)

    @property
    def epsg(self) -> int:
        """The UTM zone of the place, WGS 84."""
        zone = min(60, int((self.lon + 180) // _ZONE_DEG) + 1)
        return (_NORTH if self.lat >= 0 else _SOUTH) + zone

    @property
    def crs(self) -> str:
        """The same as a name."""
        return f"EPSG:{self.epsg}"

    @cached_property
    def transform(self) -> Affine:
        """From column and row to easting and northing, meters."""
        half = self.side * self.cell_m / 2
        (east, north) = _projector(self.epsg).transform(self.lon, self.lat)
        return Affine(self.cell_m, 0.0, east - half, 0.0, -self.cell_m, north + half)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north), meters of the zone."""
        (west, north), size = (self.transform.c, self.transform.f), self.side * self.cell_m
        return west, north - size, west + size, north

    def cells_of(
        self, lon: "Floats", lat: "Floats"
    ) -> tuple["npt.NDArray[np.int64]", "npt.NDArray[np.int64]"]:
        """Return row and column of places (n,), -1 for those outside."""
        east, north = _projector(self.epsg).transform(lon, lat)
        column = np.floor((np.asarray(east) - self.transform.c) / self.cell_m).astype(np.int64)
        row = np.floor((self.transform.f - np.asarray(north)) / self.cell_m).astype(np.int64)
        inside = (column >= 0) & (column < self.side) & (row >= 0) & (row < self.side)
        return np.where(inside, row, -1), np.where(inside, column, -1)

    def places(self) -> tuple["Floats", "Floats"]:
        """Return longitude and latitude of the middle of each cell, row by row (side * side,)."""
        step = (np.arange(self.side) + 0.5) * self.cell_m
        east, north = np.meshgrid(self.transform.c + step, self.transform.f - step)
        lon, lat = _projector(self.epsg).transform(
            east.ravel(), north.ravel(), direction=TransformDirection.INVERSE
        )
        return np.asarray(lon), np.asarray(lat)

    def measure(self) -> tuple["Floats", "Floats"]:
        """Return distance, meters, and azimuth, degrees from true north, of each cell's middle."""
        factors = Proj(self.crs).get_factors(self.lon, self.lat)
        step = (np.arange(self.side) - self.side // 2) * self.cell_m
        east, north = np.meshgrid(step, -step)
        distance = np.hypot(east, north) / factors.meridional_scale
        azimuth = np.degrees(np.arctan2(east, north)) + factors.meridian_convergence
        return distance, azimuth % 360.0


def _projector(epsg: int) -> Transformer:
    return Transformer.from_crs("EPSG:4326", f"EPSG:{epsg}", always_xy=True)
