"""The camera of a still map: projects places to pixels and lists the tiles to draw."""

import math
from dataclasses import dataclass
from typing import Self

from cop.model.layer import Layer
from cop.model.picture import Viewpoint
from cop.model.tile import MAX_LATITUDE, Tile

TILE_PX = 512
"""deck.gl's zoom: the world is 512 px wide at zoom 0."""
MIN_ZOOM, MAX_ZOOM = 3.0, 17.0
_MARGIN_PX = 24.0
_CLOSEST_FIT = 12.0

Bounds = tuple[float, float, float, float]
Place = tuple[float, float, float]
"""The left, top and side of a tile, pixels."""


@dataclass(frozen=True, kw_only=True)
class StillCamera:
    """A north-up view on Web Mercator; pixels are the screen's, x from the left, y from the top."""

    viewpoint: Viewpoint
    width_px: int
    height_px: int

    @classmethod
    def fit(cls, bounds: Bounds, *, width_px: int, height_px: int) -> Self:
        """Fit (west, south, east, north), degrees, with a margin."""
        west, north = unit_place(bounds[0], bounds[3])
        east, south = unit_place(bounds[2], bounds[1])
        room = [
            max(1.0, side - 2 * _MARGIN_PX) / max(TILE_PX * span, 1e-9)
            for side, span in ((width_px, east - west), (height_px, south - north))
        ]
        zoom = min(_CLOSEST_FIT, max(MIN_ZOOM, math.log2(min(room))))
        lon, lat = degree_place((west + east) / 2, (north + south) / 2)
        viewpoint = Viewpoint(lat=lat, lon=lon, zoom=zoom)
        return cls(viewpoint=viewpoint, width_px=width_px, height_px=height_px)

    @property
    def world_px(self) -> float:
        """The width of the world in pixels."""
        return float(TILE_PX * 2**self.viewpoint.zoom)

    @property
    def corner(self) -> tuple[float, float]:
        """The left top of the view in pixels of the world."""
        x, y = unit_place(self.viewpoint.lon, self.viewpoint.lat)
        return (x * self.world_px - self.width_px / 2, y * self.world_px - self.height_px / 2)

    def project(self, lon: float, lat: float) -> tuple[float, float]:
        """Return the pixel of a place in degrees."""
        x, y = unit_place(lon, lat)
        left, top = self.corner
        return x * self.world_px - left, y * self.world_px - top

    def place(self, tile: Tile) -> Place:
        """Return a tile's left, top and side in pixels."""
        side = self.world_px / 2**tile.z
        left, top = self.corner
        return tile.x * side - left, tile.y * side - top, side

    def tiles(self, layer: Layer) -> list[Tile]:
        """Return the tiles that a browser would request; none below the layer's least zoom."""
        zoom = math.floor(self.viewpoint.zoom + math.log2(TILE_PX / layer.tile_px) + 0.5)
        if zoom < layer.min_zoom:
            return []
        z = min(zoom, layer.max_zoom)
        side, most = self.world_px / 2**z, 2**z - 1
        left, top = self.corner
        columns = _between(left, left + self.width_px, side, most)
        rows = _between(top, top + self.height_px, side, most)
        return [Tile(z, x, y) for y in rows for x in columns]


def unit_place(lon: float, lat: float) -> tuple[float, float]:
    """Project degrees to the unit square of Web Mercator, y from the north."""
    clamped = math.radians(min(MAX_LATITUDE, max(-MAX_LATITUDE, lat)))
    return (lon + 180) / 360, 0.5 - math.asinh(math.tan(clamped)) / (2 * math.pi)


def degree_place(x: float, y: float) -> tuple[float, float]:
    """Return longitude and latitude of a place in the unit square."""
    return x * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def _between(low: float, high: float, side: float, most: int) -> range:
    first, last = math.floor(low / side), math.ceil(high / side) - 1
    return range(max(0, first), min(most, last) + 1)
