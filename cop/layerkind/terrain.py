"""Layers of shaded relief: gray PNG tiles from the rasters of heights, the finest on top."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioError
from rio_tiler.errors import EmptyMosaicError
from rio_tiler.io import Reader
from rio_tiler.models import ImageData
from rio_tiler.mosaic import mosaic_reader
from rio_tiler.utils import render

from cop.errors import StoreError
from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.source import from_sources, not_loaded, sources_of
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.tile import EARTH_RADIUS_M, Tile
from cop.query.coverage.ground import HeightSource
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.raster import CLOSED
from cop.store.dataset.schema import TERRAIN
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

AZIMUTH_DEG, ALTITUDE_DEG = 315.0, 45.0
DARKEST, LIGHTEST = 1, 255
_BUFFER_PX = 1
_CIRCLE = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
_NEARLY_EQUAL_DEG = 1e-9

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class SpacingNote:
    """How far apart the heights are."""

    spacing_m: float

    @property
    def line(self) -> str:
        """The fact in words."""
        return f"one height every {self.spacing_m:,.0f} m"


class TerrainKind(LayerKind):
    """Shaded relief, as PNG."""

    name = "terrain"
    drawing = KindDrawing(has_rows=False, relief=True)

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the rasters of heights."""
        return (layer.dataset,)

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return nothing of the filter."""
        return Filter()

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the shaded relief of a tile."""
        rasters = read_rasters(service, view)
        return render_hillshade_tile(service.warehouse, rasters, layer, tile)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return whose heights they are, and how exact."""
        rasters = read_rasters(service, view)
        if not rasters:
            return not_loaded(TERRAIN)
        return LayerStatus(
            **from_sources(view.snapshot, layer, sources_of(view.snapshot, "terrain")),
            notes=(SpacingNote(spacing_m=rasters[0].spacing_m),),
        )


KIND = TerrainKind()


def render_hillshade_tile(
    warehouse: Warehouse, loaded: Sequence[HeightSource], layer: Layer, tile: Tile
) -> bytes:
    """Return the shaded relief of a tile as PNG, gray and alpha; empty where no heights are.

    Gray is that of ``gdaldem hillshade`` (Horn's slope, light from the north-west at 45 degrees):
    1 to 255, flat ground 181. Heights are warped to Web Mercator by cubic convolution, and its
    stretch by 1 / cos(latitude) is taken out of the slopes. Alpha is 0 where there is no height.
    """
    bounds = tile.degree_bounds()
    rasters = [raster for raster in loaded if raster.touches(bounds)]
    if not rasters:
        return b""
    try:
        heights = _read_heights(warehouse, rasters, tile, layer.tile_px)
    except RasterioError as fault:
        raise StoreError(f"the terrain in {warehouse.folder} cannot be read: {fault}") from fault
    if heights is None:
        return b""
    known = ~np.ma.getmaskarray(heights)
    seen = known[1:-1, 1:-1]
    if not seen.any():
        return b""
    gray = build_hillshade(heights.filled(0), known, cell_m=_ground_m(tile, layer.tile_px))
    return bytes(render(np.where(seen, gray, 0)[None], mask=np.where(seen, 255, 0)))


def read_rasters(service: QueryService, view: View) -> list[HeightSource]:
    """Return the rasters of a view, the finest first; of equally fine ones the largest first."""
    return service.answer(
        "rasters", view.content(TERRAIN), lambda: _list_rasters(service.warehouse, view.snapshot)
    )


def _list_rasters(warehouse: Warehouse, snapshot: Snapshot) -> list[HeightSource]:
    if TERRAIN not in snapshot.catalogue.files:
        return []
    rows = warehouse.query(
        "SELECT path, pixel_deg, ST_XMin(geometry), ST_YMin(geometry), "
        "ST_XMax(geometry), ST_YMax(geometry) "
        "FROM read_parquet($files) "
        "ORDER BY round(pixel_deg / $step), width::BIGINT * height DESC, path",
        {"files": list(snapshot.catalogue.files_of(TERRAIN)), "step": _NEARLY_EQUAL_DEG},
    )
    return [
        HeightSource(path=path, pixel_deg=pixel_deg, bounds=tuple(bounds))
        for path, pixel_deg, *bounds in dict.fromkeys(rows)
        if not warehouse.is_lost(path)
    ]


def build_hillshade(
    heights: FloatArray, known: BoolArray, *, cell_m: FloatArray | float
) -> npt.NDArray[np.uint8]:
    """Shade heights in meters, rows from the north; the result is one pixel smaller on each side.

    ``cell_m`` is the side of a pixel on the ground, one number or one a row of the result. A
    neighbor that is not known counts as level. Slopes after Horn (1981), Proceedings of the IEEE
    69(1), as gdaldem has them.
    """
    middle = heights[1:-1, 1:-1]
    rows, columns = middle.shape
    around = [
        np.where(
            known[r : r + rows, c : c + columns], heights[r : r + rows, c : c + columns], middle
        )
        for r, c in _CIRCLE
    ]
    north_west, north, north_east, east, south_east, south, south_west, west = around
    run = 8 * np.reshape(cell_m, (-1, 1))
    to_east = (north_east + 2 * east + south_east - north_west - 2 * west - south_west) / run
    to_north = (north_west + 2 * north + north_east - south_west - 2 * south - south_east) / run
    azimuth, altitude = math.radians(AZIMUTH_DEG), math.radians(ALTITUDE_DEG)
    toward_light = to_east * math.sin(azimuth) + to_north * math.cos(azimuth)
    light = (math.sin(altitude) - math.cos(altitude) * toward_light) / np.sqrt(
        1 + to_east**2 + to_north**2
    )
    shade = DARKEST + (LIGHTEST - DARKEST) * np.clip(light, 0, 1)
    gray: npt.NDArray[np.uint8] = np.rint(shade).astype(np.uint8)
    return gray


def _read_heights(
    warehouse: Warehouse, rasters: list[HeightSource], tile: Tile, side_px: int
) -> np.ma.MaskedArray | None:  # type: ignore[type-arg]
    """Return the heights of a tile and a rim of one pixel; None where the rasters miss it."""

    def read(path: str) -> ImageData:
        file = warehouse.folder / path
        with (
            rasterio.open(file, driver="GTiff", sharing=False) as dataset,
            Reader(None, dataset=dataset) as reader,
        ):
            image: ImageData = reader.tile(
                tile.x,
                tile.y,
                tile.z,
                tilesize=side_px,
                buffer=_BUFFER_PX,
                reproject_method="cubic",
                resampling_method="cubic",
                # Heights stay decimal: whole meters would show as terraces on gentle slopes.
                vrt_options={"dtype": "float32"},
            )
            return image

    try:
        with rasterio.Env(**CLOSED):
            image, _ = mosaic_reader([raster.path for raster in rasters], read, threads=1)
    except EmptyMosaicError:
        return None
    return np.ma.asarray(image.array[0].astype(np.float64))


def _ground_m(tile: Tile, side_px: int) -> FloatArray:
    """Return the side of a pixel on the ground for each row of a tile, meters."""
    _, south, _, north = tile.mercator_bounds()
    size = (north - south) / side_px
    y = north - size * (np.arange(side_px) + 0.5)
    return np.asarray(size / np.cosh(y / EARTH_RADIUS_M))
