"""Splits large shapes along tile edges, so that a tile reads only what lies near it."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_POINTS = 1500
_FIRST_ZOOM = 4
_LAST_ZOOM = 10
_LINE_POINTS = 300


def split_polygon(shape: Any, zoom: int = 0, x: int = 0, y: int = 0) -> list[Any]:
    """Polygons of at most about 1,500 points that together are the shape.

    Cuts run along the web mercator tile grid: at deeper zooms they fall between tiles, where
    no seam can show; at shallower ones both sides share the same straight edge.
    """
    part = shapely.clip_by_rect(shape, *_tile_bounds(zoom, x, y))
    if part.is_empty:
        return []
    small = zoom >= _FIRST_ZOOM and shapely.get_num_coordinates(part) <= _MOST_POINTS
    if small or zoom == _LAST_ZOOM:
        whole = shapely.get_parts(part if part.is_valid else shapely.make_valid(part))
        return [piece for piece in whole if piece.geom_type == "Polygon"]
    return [
        piece
        for right in (0, 1)
        for down in (0, 1)
        for piece in split_polygon(part, zoom + 1, 2 * x + right, 2 * y + down)
    ]


def split_lines(shapes: Iterable[Any]) -> list[Any]:
    """LineStrings of at most 300 points that together are the shapes' lines."""
    pieces = []
    for part in shapely.get_parts(np.array(list(shapes), dtype=object)):
        if part.geom_type != "LineString" or part.is_empty:
            continue
        lonlat = shapely.get_coordinates(part)
        cuts = [*range(0, len(lonlat) - 1, _LINE_POINTS - 1), len(lonlat) - 1]
        pieces += [shapely.LineString(lonlat[a : b + 1]) for a, b in pairwise(cuts)]
    return pieces


def _tile_bounds(zoom: int, x: int, y: int) -> tuple[float, float, float, float]:
    across = 2**zoom
    west, east = (360 * column / across - 180 for column in (x, x + 1))
    north, south = (
        math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / across)))) for row in (y, y + 1)
    )
    return (west, south, east, north)
