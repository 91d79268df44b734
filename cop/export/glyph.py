"""Point symbols as outlines; those of the browser are in the map's glyph.js."""

import math
from functools import cache
from typing import Final

from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from cop.model.drawing import GLYPH_SIDE
from cop.model.style import Shape
from cop.model.symbol import SymbolPart

CELL: Final = GLYPH_SIDE
"""The side of a symbol's square; outlines are in its units, from its center, y down."""
HALO_WIDTH: Final = 11.0
RING_WIDTH, RING_HALO_WIDTH = 10.0, 20.0
_R: Final = 20.0

Corners = list[tuple[float, float]]


@cache
def outline(shape: Shape) -> Path:
    """Return the outline of a symbol; a shape without corners is a circle, a ring a smaller one."""
    if shape == "cross":
        return Affine2D().rotate_deg(45).transform_path(_closed(_plus(6.0)))
    corners = _CORNERS.get(shape)
    if corners is not None:
        return _closed(corners)
    radius = _R - 3 if shape == "ring" else _R
    return Affine2D().scale(radius).transform_path(Path.unit_circle())


@cache
def area(part: SymbolPart) -> Path:
    """Return an area of a symbol of MIL-STD-2525, in the same units."""
    return Path.make_compound_path(*(_closed(list(ring)) for ring in part.rings))


def _closed(corners: Corners) -> Path:
    return Path([*corners, corners[0]], closed=True)


def _star(points: int, inner: float) -> Corners:
    corners = []
    for i in range(2 * points):
        radius = _R * 1.2 * (inner if i % 2 else 1.0)
        turn = math.pi * i / points - math.pi / 2
        corners.append((radius * math.cos(turn), radius * math.sin(turn)))
    return corners


def _plus(a: float) -> Corners:
    tip = _R * 1.1
    return [
        (-a, -tip), (a, -tip), (a, -a), (tip, -a), (tip, a), (a, a),
        (a, tip), (-a, tip), (-a, a), (-tip, a), (-tip, -a), (-a, -a),
    ]  # fmt: skip


def _blocks(*boxes: tuple[float, float, float, float]) -> Corners:
    """Return boxes (left, top, right, bottom) as one ring, joined by lines without width."""
    corners: Corners = []
    for left, top, right, bottom in boxes:
        corners += [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return corners + [box[:2] for box in boxes[-2::-1]]


_CORNERS: Final[dict[str, Corners]] = {
    "square": [(-17, -17), (17, -17), (17, 17), (-17, 17)],
    "diamond": [(0, -23), (23, 0), (0, 23), (-23, 0)],
    "triangle": [(0, -22), (22, 17), (-22, 17)],
    "wedge": [(0, 22), (22, -17), (-22, -17)],
    "plus": _plus(7.5),
    "star": _star(5, 0.45),
    "burst": _star(8, 0.58),
    "house": [(0, -22), (20, -5), (20, 18), (-20, 18), (-20, -5)],
    "arrow": [(0, -23), (20, -2), (8, -2), (8, 21), (-8, 21), (-8, -2), (-20, -2)],
    "stripes": _blocks((-22, -22, 22, -13), (-22, -5, 22, 5), (-22, 13, 22, 22)),
    "bars": _blocks((-22, -22, -13, 22), (-5, -22, 5, 22), (13, -22, 22, 22)),
    "dots": _blocks(
        (-21, -21, -12, -12), (12, -21, 21, -12), (-5, -5, 5, 5), (-21, 12, -12, 21),
        (12, 12, 21, 21),
    ),
    "checks": _blocks(
        (-22, -22, -8, -8), (8, -22, 22, -8), (-8, -8, 8, 8), (-22, 8, -8, 22), (8, 8, 22, 22)
    ),
}  # fmt: skip
OUTLINED: Final = (*_CORNERS, "cross")
"""Shapes with corners; the others are circles."""
