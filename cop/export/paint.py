"""A feature's colour, width and radius from the style of its layer, as the browser takes them."""

from collections.abc import Mapping
from typing import Any

from cop.model.drawing import GLYPH_SHARE, SIZE_STEPS, UNKNOWN_WIDTH
from cop.model.layer import Layer
from cop.model.style import CLEAR, Classes, Color, Paint, Ramp, Shape, Sizes, Style
from cop.model.styling import CELL
from cop.model.symbol import Symbol

Properties = Mapping[str, Any]
Rgba = tuple[float, float, float, float]
_GAMMA = 1 / 2.2


def fade(paint: Paint, theme: str, opacity: float = 1.0) -> Rgba:
    """Give a paint's channels, 0-1; deck.gl bends a layer's opacity so that it looks even."""
    red, green, blue, alpha = (channel / 255 for channel in paint.rgba(theme))
    return red, green, blue, alpha * bend(opacity)


def bend(opacity: float) -> float:
    """Give the share of a layer's own alpha that deck.gl leaves at an opacity, both 0-1."""
    return float(opacity**_GAMMA)


def pick_paint(color: Color | None, properties: Properties) -> Paint:
    """Give the paint of a feature."""
    if color is None:
        return CLEAR
    if isinstance(color, Paint):
        return color
    value = properties.get(color.property)
    if isinstance(color, Classes):
        return next((c.paint for c in color.classes if c.value == value), color.other)
    if value is None:
        return color.unknown
    return color.paints[_step(float(value), color.breaks)]


def pick_width(style: Style, properties: Properties) -> float:
    """Give the width of a feature's line, pixels; narrower where its figure is unknown."""
    line, usual = style.line, style.line_width_px
    if isinstance(line, Ramp):
        return usual * UNKNOWN_WIDTH if properties.get(line.property) is None else usual
    if style.line_widths_px and isinstance(line, Classes):
        return dict(style.line_widths_px).get(str(properties.get(line.property)), usual)
    return usual


def pick_radius(style: Style, properties: Properties) -> float:
    """Give the radius of a feature's circle, pixels."""
    if style.point_sizes is None:
        return style.point_radius_px
    return _size(style.point_sizes, properties)


def pick_shape(style: Style, properties: Properties) -> Shape | Symbol | None:
    """Give what a feature's point is drawn as; None where points are circles with an outline."""
    fill = style.fill
    if isinstance(fill, Paint):
        return style.point
    if not isinstance(fill, Classes) or fill.classes[0].shape in ("area", "line"):
        return None
    value = properties.get(fill.property)
    found = next((entry.glyph for entry in fill.classes if entry.value == value), None)
    return found or fill.other_symbol or "circle"


def is_cell(layer: Layer, properties: Properties) -> bool:
    """Say whether an area is a square that stands for many: those of events always are."""
    if layer.tile == "uploads":
        return properties.get(CELL) == 1
    return layer.style.cell is not None


def pick_symbol_side(style: Style, properties: Properties) -> float:
    """Give the side of the square that a feature's symbol stands in, pixels."""
    if style.point_sizes is not None:
        return 2 * _size(style.point_sizes, properties) / GLYPH_SHARE
    count = properties.get("count") or 0 if style.grows_by_count else 0
    larger = next((factor for least, factor in SIZE_STEPS if count >= least), 1.0)
    return 2 * style.point_radius_px * larger


def _size(sizes: Sizes, properties: Properties) -> float:
    value = properties.get(sizes.property)
    return sizes.unknown_px if value is None else sizes.radii_px[_step(float(value), sizes.breaks)]


def _step(value: float, breaks: tuple[float, ...]) -> int:
    return sum(value >= edge for edge in breaks)
