"""A viewshed as it is stored: a picture in Web Mercator, and its areas."""

import math
import zlib
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import shapely
from affine import Affine
from pyproj import Geod, Transformer
from rasterio.features import shapes
from rasterio.warp import transform_bounds

from cop.analysis.sight.sector import build_sector

if TYPE_CHECKING:
    import numpy.typing as npt

    from cop.analysis.sight.grid import SightGrid
    from cop.analysis.sight.viewshed import Placement, Viewshed

    Bytes = npt.NDArray[np.uint8]
    Floats = npt.NDArray[np.float64]

Band = Literal["seen", "unsure", "unknown"]
"""Seen with a chance of at least half, seen with less, or unknown for lack of heights."""

SEEN: Final = 0.5
UNSURE: Final = 0.05
PERCENT: Final = 100
UNKNOWN: Final = 255
HIDDEN: Final = 254
"""What a picture has where nothing is known, and where nothing within range is seen.

A cell that is seen has its chance in percent, one out of range 0."""
_MERCATOR: Final = "EPSG:3857"
_WORLD_M: Final = 2 * math.pi * 6_378_137.0
_TILE_PX: Final = 256
_FINEST_ZOOM: Final = 15
_NODES: Final = 33
_TURN: Final = Lock()
"""rasterio 1.4 at times loses the place of an array when several threads hand it one."""
_GEOD: Final = Geod(ellps="WGS84")


@dataclass(frozen=True, kw_only=True, eq=False)
class SightPicture:
    """Chances in percent (rows, columns) on the pixels of a Web Mercator zoom of 256 px tiles.

    ``left`` and ``top`` are the pixel of the first column and row, from the west and the north.
    """

    zoom: int
    left: int
    top: int
    percent: "Bytes"

    @property
    def pixels(self) -> int:
        """How many pixels the world is wide."""
        return _TILE_PX << self.zoom

    def pack(self) -> bytes:
        """Return the chances, compressed."""
        return zlib.compress(self.percent.tobytes(), 6)

    def look_up(
        self, x: "npt.NDArray[np.float64]", y: "npt.NDArray[np.float64]"
    ) -> tuple["npt.NDArray[np.int64]", "Bytes"]:
        """Return which places (n,) are or may be seen, and their percent.

        ``x`` and ``y`` are shares of the world as in ``pick``.
        """
        rows, columns = self.percent.shape
        column = np.floor(x * self.pixels).astype(np.int64) - self.left
        row = np.floor(y * self.pixels).astype(np.int64) - self.top
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        near = np.flatnonzero(inside)
        percent = self.percent[row[near], column[near]]
        is_seen = (percent > 0) & (percent != HIDDEN)
        return near[is_seen], percent[is_seen]

    def world_bounds(self) -> tuple[float, float, float, float]:
        """Return (left, top, right, bottom) as shares of the world from the west and the north."""
        rows, columns = self.percent.shape
        edges = (self.left, self.top, self.left + columns, self.top + rows)
        left, top, right, bottom = (edge / self.pixels for edge in edges)
        return left, top, right, bottom

    def touches(self, x: "Floats", y: "Floats") -> bool:
        """Return whether some of the picture lies between the outermost of shares of the world."""
        rows, columns = self.percent.shape
        return bool(
            x.max() * self.pixels >= self.left
            and x.min() * self.pixels <= self.left + columns
            and y.max() * self.pixels >= self.top
            and y.min() * self.pixels <= self.top + rows
        )

    def pick(self, x: "npt.NDArray[np.float64]", y: "npt.NDArray[np.float64]") -> "Bytes":
        """Return what the picture has at the crossings of columns and rows, 0 outside.

        ``x`` (columns,) and ``y`` (rows,) are shares of the world from the west and the north.
        """
        rows, columns = self.percent.shape
        column = np.floor(x * self.pixels).astype(np.int64) - self.left
        row = np.floor(y * self.pixels).astype(np.int64) - self.top
        inside = np.outer((row >= 0) & (row < rows), (column >= 0) & (column < columns))
        picked = self.percent[np.ix_(np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1))]
        return np.where(inside, picked, 0).astype(np.uint8)


def outline(picture: SightPicture) -> dict[Band, shapely.Geometry]:
    """Return each band's area in EPSG:4326, along the pixels; a band of none is left out."""
    percent = picture.percent
    band = np.where(percent >= SEEN * PERCENT, 1, np.where(percent > 0, 2, 0)).astype(np.uint8)
    band[percent == HIDDEN] = 0
    band[percent == UNKNOWN] = 3
    size = _WORLD_M / picture.pixels
    west, north = picture.left * size - _WORLD_M / 2, _WORLD_M / 2 - picture.top * size
    to_degrees = Transformer.from_crs(_MERCATOR, "EPSG:4326", always_xy=True)
    grid = Affine(size, 0.0, west, 0.0, -size, north)
    return {
        name: shapely.transform(area, to_degrees.transform, interleaved=False)
        for name, area in _trace(band, grid).items()
    }


def _trace(band: "Bytes", grid: Affine) -> dict[Band, shapely.Geometry]:
    """Return the areas of the bands 1, 2 and 3 in the system of a grid."""
    parts: dict[int, list[shapely.Geometry]] = {}
    with _TURN:
        found_shapes = list(shapes(band, mask=band > 0, transform=grid))
    for shape, value in found_shapes:
        parts.setdefault(int(value), []).append(shapely.geometry.shape(shape))
    named: dict[int, Band] = {1: "seen", 2: "unsure", 3: "unknown"}
    return {named[value]: shapely.multipolygons(own) for value, own in sorted(parts.items())}


def unpack(
    packed: bytes, *, zoom: int, left: int, top: int, rows: int, columns: int
) -> SightPicture:
    """Return the footprint of what ``pack`` gave."""
    flat = np.frombuffer(zlib.decompress(packed), np.uint8)
    return SightPicture(zoom=zoom, left=left, top=top, percent=flat.reshape(rows, columns))


def build_footprint(viewshed: "Viewshed") -> SightPicture:
    """Sample a viewshed at pixels of Web Mercator at least as fine as its cells, up to zoom 15."""
    grid = viewshed.grid
    source = np.rint(viewshed.chance * PERCENT).astype(np.uint8)
    source[viewshed.reached & (source == 0)] = HIDDEN
    source[viewshed.unknown] = UNKNOWN
    ground_m = _WORLD_M * math.cos(math.radians(grid.lat)) / _TILE_PX
    zoom = min(_FINEST_ZOOM, max(0, math.ceil(math.log2(ground_m / grid.cell_m))))
    size = _WORLD_M / (_TILE_PX << zoom)
    west, south, east, north = transform_bounds(grid.crs, _MERCATOR, *grid.bounds)
    left, top = math.floor((west + _WORLD_M / 2) / size), math.floor((_WORLD_M / 2 - north) / size)
    right = math.ceil((east + _WORLD_M / 2) / size)
    bottom = math.ceil((_WORLD_M / 2 - south) / size)
    x = (np.arange(left, right) + 0.5) * size - _WORLD_M / 2
    y = _WORLD_M / 2 - (np.arange(top, bottom) + 0.5) * size
    return SightPicture(zoom=zoom, left=left, top=top, percent=_sample(source, grid, x, y))


def _sample(source: "Bytes", grid: "SightGrid", x: "Floats", y: "Floats") -> "Bytes":
    """Return the cell of a grid below each crossing of Web Mercator columns and rows, 0 outside.

    The projection is smooth: it is computed at nodes, and between them within a meter of the truth.
    """
    from_mercator = Transformer.from_crs(_MERCATOR, grid.crs, always_xy=True)
    node_x, node_y = (np.linspace(along[0], along[-1], _NODES) for along in (x, y))
    along_x, along_y = _between(len(x)), _between(len(y))
    east, north = from_mercator.transform(*np.meshgrid(node_x, node_y))
    column = np.floor((along_y @ east @ along_x.T - grid.transform.c) / grid.cell_m)
    row = np.floor((grid.transform.f - along_y @ north @ along_x.T) / grid.cell_m)
    inside = (row >= 0) & (row < grid.side) & (column >= 0) & (column < grid.side)
    cell = np.where(inside, row * grid.side + column, 0).astype(np.int64)
    return np.where(inside, source.ravel()[cell], 0).astype(np.uint8)


def _between(count: int) -> "Floats":
    """Return the weights (count, nodes) of linear interpolation between even nodes."""
    at = np.linspace(0, _NODES - 1, count)
    return np.stack([np.interp(at, np.arange(_NODES), unit) for unit in np.eye(_NODES)], axis=1)


def build_areas(
    placement: "Placement", viewshed: "Viewshed"
) -> dict[Band, tuple[shapely.Geometry, float]]:
    """Return each band's area (EPSG:4326) and square kilometers; a band of none is left out.

    Without heights that is the whole sector of the range, likely or not to be detected.
    """
    if viewshed.terrain == "none":
        sector = build_sector(placement)
        return {"seen": (sector, _square_km(sector))}
    chance = viewshed.chance
    band = np.where(chance >= SEEN, 1, np.where(chance >= UNSURE, 2, 0))
    band = np.where(viewshed.unknown, 3, band).astype(np.uint8)
    to_degrees = Transformer.from_crs(viewshed.grid.crs, "EPSG:4326", always_xy=True)
    found: dict[Band, tuple[shapely.Geometry, float]] = {}
    for name, traced in _trace(band, viewshed.grid.transform).items():
        area = shapely.transform(traced, to_degrees.transform, interleaved=False)
        found[name] = (area, _square_km(area))
    return found


def _square_km(area: shapely.Geometry) -> float:
    square_m, _ = _GEOD.geometry_area_perimeter(shapely.orient_polygons(area))
    return float(abs(square_m) / 1e6)
