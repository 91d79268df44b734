"""A layer's legend as rows of symbol and text, and its symbols as polygons for any format."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from cop.export.glyph import outline
from cop.layerkind.registry import kind_of
from cop.model.layer import Layer
from cop.model.legend import Block
from cop.model.style import Shape, Theme
from cop.model.symbol import Symbol

Polygon = tuple[tuple[float, float], ...]
SAMPLE_LINE: Final[Polygon] = ((0.04, 0.42), (0.96, 0.42), (0.96, 0.58), (0.04, 0.58))
_SAMPLE_AREA: Final[Polygon] = ((0.04, 0.16), (0.96, 0.16), (0.96, 0.84), (0.04, 0.84))
_USUAL_RADIUS = 5.0
_FRAME = 44.0
"""Of a symbol's cell the part that legends show: outlines fill little more than half of it."""


@dataclass(frozen=True, kw_only=True)
class LegendRow:
    """A symbol, its fill and edge as #rrggbb or #rrggbbaa (None is none), its size, and its text.

    ``size`` is the share of the sample's square that the symbol may fill.
    """

    shape: Shape | Symbol
    fill: str | None
    edge: str | None
    label: str
    size: float = 1.0


@dataclass(frozen=True, kw_only=True)
class LegendBlock:
    """Rows with one unit; an empty unit if the rows need none."""

    unit: str
    rows: Sequence[LegendRow]


def build_rows(layer: Layer, theme: Theme) -> tuple[LegendBlock, ...]:
    """Return the legend of a layer as it is colored; none for the relief."""
    blocks = kind_of(layer).build_legend(layer, theme)
    return tuple(_READ[block["type"]](block) for block in blocks if block["type"] in _READ)


@cache
def symbol_polygon(shape: Shape) -> Polygon:
    """Return a symbol's outline, y down; a ring is to be stroked only.

    It lies within the unit square, but for the tips of diamonds and stars: 0.05 beyond it at most.
    """
    if shape == "line":
        return SAMPLE_LINE
    if shape == "area":
        return _SAMPLE_AREA
    corners = np.asarray(outline(shape).to_polygons()[0]) / _FRAME + 0.5
    return tuple((float(x), float(y)) for x, y in corners)


def fit_symbol(symbol: Symbol) -> tuple[tuple[str, tuple[Polygon, ...]], ...]:
    """Return the areas of a symbol, each its color and its rings, within the unit square."""
    left, top, right, bottom = symbol.box
    side = max(right - left, bottom - top)
    return tuple(
        (
            part.fill,
            tuple(
                tuple(
                    (
                        (x - (left + right) / 2) / side + 0.5,
                        (y - (top + bottom) / 2) / side + 0.5,
                    )
                    for x, y in ring
                )
                for ring in part.rings
            ),
        )
        for part in symbol.parts
    )


def _read_classes(block: Block) -> LegendBlock:
    rows = [
        LegendRow(
            shape=_read_shape(entry["shape"]),
            fill=entry["color"],
            edge=entry["edge"],
            label=entry["label"],
        )
        for entry in block["entries"]
    ]
    return LegendBlock(unit="", rows=rows)


def _read_shape(shape: Any) -> Any:
    return Symbol.model_validate(shape) if isinstance(shape, dict) else shape


def _read_ramp(block: Block) -> LegendBlock:
    steps = [*block["steps"], block["unknown"]]
    return LegendBlock(unit=block["unit"], rows=[_step(block["shape"], step) for step in steps])


def _step(shape: Any, step: dict[str, str]) -> LegendRow:
    return LegendRow(shape=shape, fill=step["color"], edge=None, label=step["label"])


def _read_sizes(block: Block) -> LegendBlock:
    largest = max(entry["radius"] for entry in block["entries"])
    rows = [
        LegendRow(
            shape="circle",
            fill=entry["fill"],
            edge=block["edge"],
            label=entry["label"],
            size=entry["radius"] / max(largest, _USUAL_RADIUS),
        )
        for entry in block["entries"]
    ]
    return LegendBlock(unit=block["unit"], rows=rows)


_READ = {"classes": _read_classes, "ramp": _read_ramp, "sizes": _read_sizes}
