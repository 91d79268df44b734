"""What is drawn beside and over the map: samples of the legend, scale bar, north, QR code."""

from collections.abc import Iterator
from math import cos, floor, log10, radians
from typing import Final

import segno

from cop.export.brief import SCENE_PX, Brief
from cop.export.element import BLACK, INK, MapPlace, Sheet, SheetMark, line, measure
from cop.export.legend import LegendRow, fit_symbol, symbol_polygon
from cop.model.style import Shape
from cop.model.symbol import Symbol

WHITE: Final = "#ffffff"
_EQUATOR_M, _WORLD_PX = 40_075_016.7, 512
_LONGEST_BAR, _BAR_MM, _INSET = 0.25, 1.2, 3.0
_KM_PER_MILE = 1.609344
_QUIET = 2
"""Modules of white around the code, which lies on white paper."""


def build_scale_bar(brief: Brief, place: MapPlace, size_pt: float) -> Sheet:
    """Return a bar of whole kilometers at the left foot of the map, true at its center."""
    viewpoint = brief.viewpoint
    around_m = _EQUATOR_M * cos(radians(viewpoint.lat))
    km_per_mm = around_m / _WORLD_PX / 2**viewpoint.zoom * SCENE_PX[0] / place.width / 1000
    km = _round_down(place.width * _LONGEST_BAR * km_per_mm)
    length = km / km_per_mm
    words = f"{km:g} km / {km / _KM_PER_MILE:.3g} mi"
    height = size_pt * 0.5
    x, y = place.x + _INSET, place.y + place.height - _INSET - _BAR_MM
    ground = max(length, measure(words, size_pt)) + 2
    return [
        _box(x - 1, y - height - 1, ground, height + _BAR_MM + 2, WHITE),
        line(words, x, y - height, ground, size_pt),
        _box(x, y, length, _BAR_MM, BLACK),
        _box(x + length / 2, y + 0.2, length / 2 - 0.2, _BAR_MM - 0.4, WHITE),
    ]


def build_north(place: MapPlace, size_pt: float) -> Sheet:
    """Return the arrow of north at the right top of the map, which is never turned."""
    side = size_pt * 0.6
    right, top = place.x + place.width - _INSET, place.y + _INSET
    middle = right - side / 2
    return [
        _box(right - side - 1, top - 1, side + 2, 2.1 * side + 2, WHITE),
        SheetMark(
            points=[(middle, top), (right, top + side), (middle, top + side * 0.7),
                    (right - side, top + side)],
            fill=INK, edge=None, edge_mm=0,
        ),
        line("N", middle - measure("N", size_pt) / 2, top + side, side, size_pt),
    ]  # fmt: skip


def build_code(text: str, x: float, y: float, side: float) -> SheetMark:
    """Return the QR code of a text as one area in a square of ``side`` mm."""
    rows = [[bool(cell) for cell in row] for row in segno.make(text, error="m").matrix]
    module = side / (len(rows) + 2 * _QUIET)
    rings = []
    for i, row in enumerate(rows):
        top = y + (i + _QUIET) * module
        for first, end in _runs(row):
            left, right = (x + (j + _QUIET) * module for j in (first, end))
            rings.append([(left, top), (right, top), (right, top + module), (left, top + module)])
    return SheetMark(points=rings[0], more=rings[1:], fill=BLACK, edge=None, edge_mm=0)


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """Yield the first dark module of each run and the one behind it."""
    start = None
    for i, dark in enumerate([*row, False]):
        if dark and start is None:
            start = i
        elif not dark and start is not None:
            yield start, i
            start = None


def _round_down(km: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not larger."""
    power = 10.0 ** floor(log10(km))
    return max(step * power for step in (1, 2, 5) if step * power <= km)


def _box(x: float, y: float, width: float, height: float, fill: str) -> SheetMark:
    points = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    return SheetMark(points=points, fill=fill, edge=None, edge_mm=0)


def build_sample(row: LegendRow, x: float, y: float, side: float) -> Iterator[SheetMark]:
    """Yield the symbol of a legend's row in a square of ``side`` mm."""
    if not isinstance(row.shape, Symbol):
        yield _mark(row, row.shape, x, y, side)
        return
    for fill, rings in fit_symbol(row.shape):
        first, *more = ([(x + dx * side, y + dy * side) for dx, dy in r] for r in rings)
        yield SheetMark(points=first, more=more, fill=fill, edge=None, edge_mm=0)


def _mark(row: LegendRow, shape: Shape, x: float, y: float, side: float) -> SheetMark:
    middle = side / 2
    points = [
        (x + middle + (dx - 0.5) * side * row.size, y + middle + (dy - 0.5) * side * row.size)
        for dx, dy in symbol_polygon(shape)
    ]
    if shape == "ring":
        return SheetMark(points=points, fill=None, edge=_flat(row.fill), edge_mm=0.5)
    return SheetMark(points=points, fill=_flat(row.fill), edge=_flat(row.edge), edge_mm=0.1)


def _flat(color: str | None) -> str | None:
    """Return a color as it looks on white paper, without transparency."""
    if color is None:
        return None
    channels = bytes.fromhex(color.removeprefix("#").ljust(8, "f"))
    share = channels[3] / 255
    return "#" + "".join(f"{round(c * share + 255 * (1 - share)):02x}" for c in channels[:3])
