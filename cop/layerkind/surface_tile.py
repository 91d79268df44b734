"""The risk surface as PNG tiles in the colours of either theme, and what it says at a place."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
from PIL import Image

from cop.errors import FilterError
from cop.model.ahead import Ahead
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.style import CLEAR, Paint, Ramp, Theme
from cop.model.tile import Tile
from cop.query.forecast.surface import Surface


def render_surface_tile(layer: Layer, tile: Tile, surface: Surface, wanted: Filter) -> bytes:
    """Give the PNG of the expected events in a tile; empty where nothing of it is to be seen.

    Each pixel has the class of the cell that holds its middle: unblended. Cells outside of the
    filter's places are clear, unobserved ones have the paint of unknown.
    """
    ramp = layer.style.fill
    cells = surface.study.pixels(tile, layer.tile_px)
    if cells is None or not isinstance(ramp, Ramp) or surface.reason is not None:
        return b""
    expected, _, _ = surface.values(wanted.ahead or Ahead())
    # One paint for each class, then those of unknown and of nothing; -1 names the last.
    paints = (*ramp.paints, ramp.unknown, CLEAR)
    classes = np.digitize(np.nan_to_num(expected), ramp.breaks)
    classes[np.isnan(expected)] = len(ramp.paints)
    classes[surface.study.outside(wanted)] = len(ramp.paints) + 1
    index = np.append(classes, len(ramp.paints) + 1).astype(np.uint8)[cells]
    palette = [paint.rgba("dark") for paint in paints]
    if not any(palette[number][3] for number in np.unique(index)):
        return b""
    image = Image.fromarray(index, mode="P")
    image.putpalette([channel for color in palette for channel in color[:3]])
    file = io.BytesIO()
    image.save(file, "PNG", transparency=bytes(color[3] for color in palette))
    return file.getvalue()


def in_theme(layer: Layer, theme: Theme) -> Layer:
    """Give a layer whose images are painted as a theme asks for; dark ones are as declared."""
    ramp = layer.style.fill
    if layer.tile != "surface" or theme == "dark" or not isinstance(ramp, Ramp):
        return layer
    paints = tuple(Paint(paint.light, paint.light) for paint in ramp.paints)
    unknown = Paint(ramp.unknown.light, ramp.unknown.light)
    fill = replace(ramp, paints=paints, unknown=unknown)
    return replace(layer, style=replace(layer.style, fill=fill))


def read_theme(layer: Layer, themes: Sequence[str]) -> Layer:
    """Give a layer in the theme that an address asks for; FilterError where that is none."""
    known = get_args(Theme)
    if layer.tile != "surface" or len(themes) > 1 or themes[0] not in known:
        raise FilterError(
            f"theme={', '.join(themes)[:40]!r}: give {' or '.join(known)} once, for a surface"
        )
    return in_theme(layer, "light" if themes[0] == "light" else "dark")


def probe_surface(surface: Surface, wanted: Filter, *, lon: float, lat: float) -> dict[str, Any]:
    """Give ``{value, low, high, state}`` of the cell at a place (degrees, EPSG:4326).

    ``state`` is ``value`` (expected events with their 80% interval), ``unobserved``, ``nodata``
    where there is no forecast, or ``outside`` of the cells and the filter's places.
    """
    nothing = {"value": None, "low": None, "high": None}
    (cell,) = surface.study.locate(np.array([lon]), np.array([lat])).tolist()
    if cell < 0 or surface.study.outside(wanted)[cell]:
        return {**nothing, "state": "outside"}
    if surface.reason is not None:
        return {**nothing, "state": "nodata"}
    value, low, high = (float(part[cell]) for part in surface.values(wanted.ahead or Ahead()))
    if np.isnan(value):
        return {**nothing, "state": "unobserved"}
    return {"value": value, "low": low, "high": high, "state": "value"}
