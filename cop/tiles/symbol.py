"""Cells drawn as symbols, so that shape distinguishes them where color does not.

The outlines are those that the legend draws.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely.affinity import affine_transform

from cop.analysis.cube import Integers
from cop.model.style import Shape
from cop.model.tile import HALF_WORLD_M, SCALE

_ARM: Final = 0.32
_TIPS: Final = 5


def draw_symbols(cells: Integers, bits: int, shapes: Sequence[Shape]) -> list[bytes]:
    """Return the symbol of each cell, mx and my >> bits, as WKB polygons in EPSG:3857 meters."""
    side = 2 * HALF_WORLD_M / float(SCALE) * float(2**bits)
    east = (cells[:, 0] + 0.5) * side - HALF_WORLD_M
    north = HALF_WORLD_M - (cells[:, 1] + 0.5) * side
    units = {shape: _outline(shape) for shape in set(shapes)}
    return [
        shapely.to_wkb(affine_transform(units[shape], (side / 2, 0, 0, side / 2, x, y)))
        for shape, x, y in zip(shapes, east, north, strict=True)
    ]


def _outline(shape: Shape) -> shapely.Polygon:
    """Return a symbol that fills the square from -1 to 1, north up."""
    if shape == "ring":
        middle = shapely.Point(0, 0)
        return middle.buffer(0.95).difference(middle.buffer(0.55))
    return shapely.Polygon(_CORNERS[shape])


def _star() -> list[tuple[float, float]]:
    turns = np.pi / 2 + np.arange(2 * _TIPS) * np.pi / _TIPS
    radii = np.where(np.arange(2 * _TIPS) % 2, 0.45, 1.0)
    return [(float(r * np.cos(t)), float(r * np.sin(t))) for r, t in zip(radii, turns, strict=True)]


def _plus() -> list[tuple[float, float]]:
    a = _ARM
    quarter = [(a, 1.0), (a, a), (1.0, a)]
    corners: list[tuple[float, float]] = []
    for _ in range(4):
        corners += quarter
        quarter = [(y, -x) for x, y in quarter]
    return corners


def _turned(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    half = float(np.sqrt(0.5))
    return [(half * (x - y), half * (x + y)) for x, y in corners]


_CORNERS: Final[dict[str, Sequence[tuple[float, float]]]] = {
    "area": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "diamond": ((0, -1), (1, 0), (0, 1), (-1, 0)),
    "triangle": ((0, 1), (1, -0.8), (-1, -0.8)),
    "wedge": ((0, -1), (1, 0.8), (-1, 0.8)),
    "plus": _plus(),
    "star": _star(),
    "cross": _turned(_plus()),
}
