"""Tile maths: Web Mercator scaled to 32-bit integers, and the tiles of the XYZ scheme."""

import math
import re
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from cop.errors import TileError
from cop.model.layer import MAX_ZOOM

STYLE_PARAMETER = "style"
"""A style in which a raster is drawn once, before it is stored: its declaration as JSON."""
SCALE = 2**32
EXTENT = 4096
EARTH_RADIUS_M = 6_378_137.0
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
MAX_LATITUDE = math.degrees(2 * math.atan(math.exp(math.pi)) - math.pi / 2)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")

FloatArray = npt.NDArray[np.float64]


def mercator_integers(
    lon: FloatArray, lat: FloatArray
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Project degrees to Web Mercator integers: x east from 180 W, y south from 85.05 N.

    Latitudes beyond the projection are moved to its edge, so that no point is lost.
    """
    x = (np.asarray(lon, dtype=np.float64) + 180.0) / 360.0
    sine = np.sin(np.radians(np.clip(lat, -MAX_LATITUDE, MAX_LATITUDE)))
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    mx, my = (np.clip(np.floor(v * SCALE), 0, SCALE - 1).astype(np.uint32) for v in (x, y))
    return mx, my


@dataclass(frozen=True)
class Tile:
    """A tile of the XYZ scheme, ``0 <= z <= 16``."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        """Refuse what is not a tile of that zoom."""
        if not 0 <= self.z <= MAX_ZOOM:
            raise TileError(f"zoom {self.z} is not served: use 0 to {MAX_ZOOM}")
        if not (0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise TileError(
                f"tile {self.z}/{self.x}/{self.y} does not exist: at zoom {self.z} x and y "
                f"go from 0 to {2**self.z - 1}"
            )

    @classmethod
    def from_text(cls, z: str, x: str, y: str) -> Self:
        """Read the three numbers of an address strictly, as plain decimal digits."""
        for name, text in (("z", z), ("x", x), ("y", y)):
            if not _NUMBER.fullmatch(text):
                raise TileError(f"tile {name}={text[:20]!r} is not a whole number")
        return cls(int(z), int(x), int(y))

    @property
    def shift(self) -> int:
        """How many bits of a Web Mercator integer lie below one tile of this zoom."""
        return 32 - self.z

    def integer_bounds(self) -> tuple[int, int, int, int]:
        """Return (x low, y low, x high, y high) in Web Mercator integers, both ends inclusive."""
        size = 1 << self.shift
        x, y = self.x * size, self.y * size
        return x, y, x + size - 1, y + size - 1

    def mercator_bounds(self) -> tuple[float, float, float, float]:
        """Return (west, south, east, north) in EPSG:3857 meters."""
        size = 2 * HALF_WORLD_M / 2**self.z
        west, north = self.x * size - HALF_WORLD_M, HALF_WORLD_M - self.y * size
        return west, north - size, west + size, north

    def degree_bounds(self) -> tuple[float, float, float, float]:
        """Return (west, south, east, north) in degrees, EPSG:4326."""
        west, south, east, north = (edge / EARTH_RADIUS_M for edge in self.mercator_bounds())
        low, high = math.atan(math.sinh(south)), math.atan(math.sinh(north))
        return math.degrees(west), math.degrees(low), math.degrees(east), math.degrees(high)
