"""The heights around a place, read from the rasters of a warehouse, the finest on top."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from cop.analysis.sight.grid import SightGrid
from cop.analysis.sight.viewshed import Ground, Placement
from cop.errors import StoreError
from cop.model.tile import EARTH_RADIUS_M
from cop.store.dataset.raster import CLOSED

_NODATA = -32_768.0
_NEARLY_EQUAL_DEG = 1e-9
_LEAST_COSINE = 0.01
_ERRORS_M = ((15.0, 18.0), (2.0, 12.0), (0.5, 7.0), (0.0, 1.0))
"""From so many arc seconds between heights on, the standard deviation of their error."""


@dataclass(frozen=True, kw_only=True)
class HeightSource:
    """A raster of heights: its file below the warehouse, its bounds and pixels in degrees."""

    path: str
    pixel_deg: float
    bounds: tuple[float, float, float, float]

    @property
    def spacing_m(self) -> float:
        """How far its heights lie apart from north to south, meters."""
        return math.radians(self.pixel_deg) * EARTH_RADIUS_M

    @property
    def error_m(self) -> float:
        """The standard deviation of a height, relative to those around it, meters.

        DTED levels 0 and 1: 30 m and 20 m, level 2: 12 m at 90% (MIL-PRF-89020B, relative to a
        point nearby; level 0 leaves out what lies between its heights); finer ones 1 m.
        """
        seconds = self.pixel_deg * 3_600
        return next(error for least, error in _ERRORS_M if seconds >= least)

    def touches(self, bounds: tuple[float, float, float, float]) -> bool:
        """Return whether some of the raster lies within other bounds (west, south, east, north)."""
        west, south, east, north = bounds
        return (
            self.bounds[0] <= east
            and self.bounds[2] >= west
            and self.bounds[1] <= north
            and self.bounds[3] >= south
        )


def list_sources(terrain: pd.DataFrame) -> list[HeightSource]:
    """Return the rasters of the terrain dataset, the finest first; of equally fine the largest."""
    found = [
        HeightSource(path=row.path, pixel_deg=row.pixel_deg, bounds=tuple(row.geometry.bounds))
        for row in terrain.itertuples()
    ]
    size = [row.width * row.height for row in terrain.itertuples()]
    order = sorted(
        range(len(found)),
        key=lambda i: (round(found[i].pixel_deg / _NEARLY_EQUAL_DEG), -size[i], found[i].path),
    )
    return list(dict.fromkeys(found[i] for i in order))


def near_sources(sources: Sequence[HeightSource], look: Placement) -> list[HeightSource]:
    """Return the rasters that touch a placement's range."""
    north = math.degrees(look.range_m / EARTH_RADIUS_M)
    east = north / max(math.cos(math.radians(look.lat)), _LEAST_COSINE)
    box = (look.lon - east, look.lat - north, look.lon + east, look.lat + north)
    return [source for source in sources if source.touches(box)]


def read_ground(
    folder: Path, sources: Sequence[HeightSource], *, lon: float, lat: float, range_m: float
) -> Ground | None:
    """Read the heights within a range of a place; None where no raster has any of them.

    ``sources`` are the finest first: a finer one's gaps are filled from those that follow. Raise
    StoreError for a raster that cannot be read.
    """
    here = [source for source in sources if source.touches((lon, lat, lon, lat))]
    if not here:
        return None
    finest = here[0]
    grid = SightGrid.around(lon, lat, range_m=range_m, spacing_m=finest.spacing_m)
    bounds = transform_bounds(grid.crs, "EPSG:4326", *grid.bounds)
    heights = np.full((grid.side, grid.side), np.nan, np.float32)
    for source in sources:
        gaps = np.isnan(heights)
        if gaps.any() and source.touches(bounds):
            heights[gaps] = _warp(folder, source, grid)[gaps]
    return Ground(grid=grid, heights=heights, spacing_m=finest.spacing_m, error_m=finest.error_m)


def read_heights(
    folder: Path,
    sources: Sequence[HeightSource],
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Read the heights of places (n,), meters, between the four around each; NaN where unknown.

    ``sources`` are the finest first. Raise StoreError for a raster that cannot be read.
    """
    heights = np.full(len(lon), np.nan)
    box = (lon.min(), lat.min(), lon.max(), lat.max())
    for source in sources:
        gaps = np.isnan(heights)
        if gaps.any() and source.touches(box):
            heights[gaps] = _sample(folder, source, lon[gaps], lat[gaps])
    return heights


def _sample(
    folder: Path,
    source: HeightSource,
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Read a raster at places by bilinear interpolation, NaN where one of the four is unknown."""
    try:
        with (
            rasterio.Env(**CLOSED),
            rasterio.open(folder / source.path, driver="GTiff", sharing=False) as dataset,
        ):
            grid = dataset.transform
            x, y = (lon - grid.c) / grid.a - 0.5, (lat - grid.f) / grid.e - 0.5
            left, top = int(np.floor(x.min())), int(np.floor(y.min()))
            size = int(np.ceil(x.max())) + 2 - left, int(np.ceil(y.max())) + 2 - top
            window = Window(left, top, *size)
            read = dataset.read(1, window=window, boundless=True, masked=True)
    except RasterioError as fault:
        raise StoreError(f"the heights in {source.path} cannot be read: {fault}") from fault
    known = np.asarray(read.astype(np.float64).filled(np.nan))
    column, row = np.floor(x).astype(np.int64) - left, np.floor(y).astype(np.int64) - top
    right, below = x - np.floor(x), y - np.floor(y)
    upper = known[row, column] * (1 - right) + known[row, column + 1] * right
    lower = known[row + 1, column] * (1 - right) + known[row + 1, column + 1] * right
    return np.asarray(upper * (1 - below) + lower * below)


def _warp(folder: Path, source: HeightSource, grid: SightGrid) -> npt.NDArray[np.float32]:
    """Read a raster on the cells of a grid, NaN where it has no height."""
    try:
        with (
            rasterio.Env(**CLOSED),
            rasterio.open(folder / source.path, driver="GTiff", sharing=False) as dataset,
            WarpedVRT(
                dataset,
                crs=grid.crs,
                transform=grid.transform,
                width=grid.side,
                height=grid.side,
                resampling=Resampling.bilinear,
                dtype="float32",
                nodata=_NODATA,
            ) as warped,
        ):
            return np.asarray(warped.read(1, masked=True).filled(np.nan), np.float32)
    except RasterioError as fault:
        raise StoreError(f"the heights in {source.path} cannot be read: {fault}") from fault
