"""How a feature is drawn on a map without deck.gl: Leaflet's options for its mark."""

from collections.abc import Mapping
from typing import Any

from cop.model.drawing import GLYPH_SIDE, Mark, ResolvedStyle, Sort
from cop.model.style import read_rgba
from cop.model.symbol import Symbol

_SORTS: Mapping[str, Sort] = {
    "Polygon": "area",
    "MultiPolygon": "area",
    "Point": "point",
    "MultiPoint": "point",
}
_CHANNEL = 255

Ink = dict[str, Any]


class Inks:
    """The different inks of one layer, each stored once; ``found`` holds them by number."""

    def __init__(self, style: ResolvedStyle, *, cells: bool) -> None:
        """Draw by a style; with ``cells`` areas are squares that count many features."""
        self.found: list[Ink] = []
        self._style, self._cells = style, cells
        self._numbers: dict[str, int] = {}

    def number(self, properties: Mapping[str, Any], geometry: str) -> int:
        """Return the number of the ink of a feature with a geometry of that type."""
        sort = _SORTS.get(geometry, "line")
        if self._cells and sort == "area":
            mark = self._style.mark_square(properties)
        else:
            mark = self._style.mark(properties, sort)
        ink = self._ink(mark, sort)
        key = repr(ink)
        if key not in self._numbers:
            self._numbers[key] = len(self.found)
            self.found.append(ink)
        return self._numbers[key]

    def _ink(self, mark: Mark, sort: Sort) -> Ink:
        if isinstance(mark.glyph, Symbol):
            return self._symbol(mark.glyph, 2 * mark.radius_px / GLYPH_SIDE)
        ink = {**self._fill(mark.fill), **self._edge(mark.edge, mark.width_px)}
        if mark.glyph is not None:
            return {**ink, "radius": round(mark.radius_px, 1), "shape": mark.glyph}
        return {**ink, "radius": mark.radius_px} if sort == "point" else ink

    def _symbol(self, symbol: Symbol, unit_px: float) -> Ink:
        """Return a symbol's areas; its radius holds them all: Leaflet draws nothing beyond it."""
        return {
            "stroke": False,
            "fillOpacity": round(self._style.share, 3),
            "radius": round(symbol.reach * unit_px, 1),
            "unit": round(unit_px, 4),
            "shape": {"parts": [part.model_dump() for part in symbol.parts]},
        }

    def _fill(self, color: str | None) -> Ink:
        if color is None:
            return {"fill": False}
        opaque, alpha = self._faded(color)
        return {"fill": alpha > 0, "fillColor": opaque, "fillOpacity": alpha}

    def _edge(self, color: str, width_px: float) -> Ink:
        opaque, alpha = self._faded(color)
        stroked = alpha > 0 and width_px > 0
        return {"stroke": stroked, "color": opaque, "opacity": alpha, "weight": width_px}

    def _faded(self, color: str) -> tuple[str, float]:
        red, green, blue, alpha = read_rgba(color)
        return f"#{red:02x}{green:02x}{blue:02x}", round(alpha / _CHANNEL * self._style.share, 3)
