"""Places cut into equally long pieces, each judged at its middle."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PIECE_M: Final = 250.0
"""The longest piece of a segment."""
_GEOD: Final = Geod(ellps="WGS84")


@dataclass(frozen=True, kw_only=True, eq=False)
class Pieces:
    """Middles of pieces (n, 2), lon/lat, EPSG:4326, and the row of the place each is of (n,).

    Rows rise; every one of the ``places`` has a piece, and its pieces count alike.
    """

    points: "Floats"
    owner: "Ints"
    places: int


def cut_segments(segments: gpd.GeoDataFrame) -> Pieces:
    """Cut lines (EPSG:4326) into as few equally long pieces as are 250 m at most.

    Pieces are equal in degrees with longitudes shortened, so by geodesic length within half a
    percent.
    """
    lines = np.asarray(segments.geometry.array)
    flat, owner = shapely.get_coordinates(lines, return_index=True)
    count = np.maximum(1, np.ceil(_lengths_m(flat, owner, len(lines)) / PIECE_M)).astype(np.int64)
    middle = (segments.geometry.bounds["miny"] + segments.geometry.bounds["maxy"]) / 2
    squeeze = np.cos(np.radians(middle.to_numpy(dtype=np.float64)))
    flat[:, 0] *= squeeze[owner]
    local = shapely.linestrings(flat, indices=owner)
    row = np.repeat(np.arange(len(lines)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    places = shapely.line_interpolate_point(local[row], (nth + 0.5) / count[row], normalized=True)
    points: Floats = shapely.get_coordinates(places)
    points[:, 0] /= squeeze[row]
    return Pieces(points=points, owner=row, places=len(lines))


def _lengths_m(flat: "Floats", owner: "Ints", lines: int) -> "Floats":
    """Return the geodesic length of each line (lines,) by the coordinates of all."""
    _, _, steps = _GEOD.inv(flat[:-1, 0], flat[:-1, 1], flat[1:, 0], flat[1:, 1])
    within = owner[:-1] == owner[1:]
    sums = np.bincount(owner[:-1][within], weights=np.asarray(steps)[within], minlength=lines)
    return np.asarray(sums)
