"""How a feature is drawn on a map without deck.gl: its paints as colour and opacity, its symbol."""

from collections.abc import Mapping
from typing import Any

from cop.export.paint import (
    bend,
    pick_paint,
    pick_radius,
    pick_shape,
    pick_symbol_side,
    pick_width,
)
from cop.model.drawing import CELL_EDGE, GLYPH_SIDE, HALO
from cop.model.style import Paint, Style, Theme
from cop.model.symbol import Symbol

AREAS = ("Polygon", "MultiPolygon")
POINTS = ("Point", "MultiPoint")
_CHANNEL = 255

Ink = dict[str, Any]


class Inks:
    """The different inks of one layer, each kept once; ``found`` holds them by number."""

    def __init__(self, style: Style, theme: Theme, *, opacity: float, cells: bool) -> None:
        """Draw by a style; ``cells`` says that events come as squares instead of points."""
        self.found: list[Ink] = []
        self._style, self._theme, self._cells = style, theme, cells
        self._share = bend(opacity)
        self._numbers: dict[str, int] = {}

    def number(self, properties: Mapping[str, Any], geometry: str) -> int:
        """Give the number of the ink of a feature with a geometry of that type."""
        if geometry in POINTS:
            ink = self._point(properties)
        elif geometry in AREAS:
            ink = self._area(properties)
        else:
            ink = self._line(properties)
        key = repr(ink)
        if key not in self._numbers:
            self._numbers[key] = len(self.found)
            self.found.append(ink)
        return self._numbers[key]

    def _area(self, properties: Mapping[str, Any]) -> Ink:
        style = self._style
        if self._cells:
            return {**self._fill(pick_paint(style.cell, properties)), **self._edge(CELL_EDGE, 1.0)}
        lines_only = style.line_widths_px and not style.line_width_px
        width = 0.0 if lines_only else pick_width(style, properties)
        edge = self._edge(pick_paint(style.line, properties), width)
        return {**self._fill(pick_paint(style.fill, properties)), **edge}

    def _line(self, properties: Mapping[str, Any]) -> Ink:
        paint = pick_paint(self._style.line, properties)
        return {"fill": False, **self._edge(paint, pick_width(self._style, properties))}

    def _point(self, properties: Mapping[str, Any]) -> Ink:
        style = self._style
        shape = pick_shape(style, properties)
        if isinstance(shape, Symbol):
            return self._symbol(shape, pick_symbol_side(style, properties) / GLYPH_SIDE)
        fill = self._fill(pick_paint(style.fill, properties))
        if shape is not None:
            side = pick_symbol_side(style, properties)
            halo = self._edge(HALO, 1.0)
            return {**fill, **halo, "radius": round(side / 2, 1), "shape": shape}
        edge = self._edge(pick_paint(style.line, properties), pick_width(style, properties))
        return {**fill, **edge, "radius": pick_radius(style, properties)}

    def _symbol(self, symbol: Symbol, unit_px: float) -> Ink:
        """Give a symbol's areas; its radius holds them all, as Leaflet draws nothing beyond it."""
        return {
            "stroke": False,
            "fillOpacity": round(self._share, 3),
            "radius": round(symbol.reach * unit_px, 1),
            "unit": round(unit_px, 4),
            "shape": {"parts": [part.model_dump() for part in symbol.parts]},
        }

    def _fill(self, paint: Paint) -> Ink:
        color, alpha = self._faded(paint)
        return {"fill": alpha > 0, "fillColor": color, "fillOpacity": alpha}

    def _edge(self, paint: Paint, width_px: float) -> Ink:
        color, alpha = self._faded(paint)
        stroked = alpha > 0 and width_px > 0
        return {"stroke": stroked, "color": color, "opacity": alpha, "weight": width_px}

    def _faded(self, paint: Paint) -> tuple[str, float]:
        red, green, blue, alpha = paint.rgba(self._theme)
        return f"#{red:02x}{green:02x}{blue:02x}", round(alpha / _CHANNEL * self._share, 3)
