"""The layer of the risk surface: PNG tiles in the colors of either theme, values at a place."""

import io
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from PIL import Image

from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.source import UNKNOWN, Judged, event_sources, from_sources, status_of_events
from cop.layerkind.segments import FORECAST_DATASETS
from cop.model.ahead import Ahead
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.style import CLEAR, Paint, Ramp, Theme
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.figure import read_figures
from cop.query.forecast.risk import history_window
from cop.query.forecast.surface import Surface, has_surface, read_surface
from cop.query.forecast.track import describe_surface, format_window, title_by_effort
from cop.query.service import QueryService
from cop.query.view import View


@dataclass(frozen=True, kw_only=True)
class NotBuiltNote:
    """The forecast is not computed yet."""

    line: str = "computed when shown, with its track record"


@dataclass(frozen=True, kw_only=True)
class SurfaceNote:
    """The window, cells, track record and left-out records of a forecast."""

    surface: Surface
    ahead: Ahead
    now: datetime

    @property
    def line(self) -> str:
        """The fact in words."""
        return describe_surface(self.surface, self.ahead, self.now)


class SurfaceKind(LayerKind):
    """Expected events of cells, as PNG; they are computed when the layer is shown."""

    name = "surface"
    drawing = KindDrawing(has_rows=False, themed=True)
    has_values = True
    probe_takes_filter = True
    built_when_shown = True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the datasets that the forecast is built from, and the areas that narrow it."""
        return (*FORECAST_DATASETS, "sectors", "counties")

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return all but the window's start, which does not matter to a forecast."""
        return resolved.within(TimeWindow(end=resolved.window.end))

    def caveat_windows(self, view: View) -> set[TimeWindow]:
        """Return the window of the forecast's history."""
        return {history_window(view.snapshot, view.filter)}

    def in_theme(self, layer: Layer, theme: Theme) -> Layer:
        """Return the layer painted as a theme asks for; dark ones are as declared."""
        ramp = layer.style.fill
        if theme == "dark" or not isinstance(ramp, Ramp):
            return layer
        paints = tuple(Paint(paint.light, paint.light) for paint in ramp.paints)
        unknown = Paint(ramp.unknown.light, ramp.unknown.light)
        fill = replace(ramp, paints=paints, unknown=unknown)
        return replace(layer, style=replace(layer.style, fill=fill))

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the PNG of the expected events in a tile."""
        surface = read_surface(service, view)
        return b"" if surface is None else _render(layer, tile, surface, view.filter)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return the forecast's time and track record, as far as it is at hand or shown."""
        status = _not_built(service, view, layer)
        if not shown and not has_surface(service, view):
            return status
        surface = read_surface(service, view)
        if surface is None:
            return status
        names = [*event_sources(view), *surface.effort_sources]
        return replace(
            status,
            **from_sources(view.snapshot, layer, names),
            status="ok" if surface.reason is None else "unknown",
            notes=(
                SurfaceNote(
                    surface=surface,
                    ahead=view.filter.ahead or Ahead(),
                    now=view.snapshot.now,
                ),
            ),
        )

    def probe(
        self, service: QueryService, view: View, layer: Layer, *, lon: float, lat: float
    ) -> dict[str, Any]:
        """Return the expected events of the cell at a place, with their 80% interval."""
        surface = read_surface(service, view)
        if surface is None:
            nothing = {"value": None, "low": None, "high": None, "state": "nodata"}
            return {"layer": layer.id, "title": layer.title, "unit": "events", **nothing}
        window = format_window((view.filter.ahead or Ahead()).window_from(surface.origin))
        title = title_by_effort(layer, known=surface.with_effort).title
        return {
            "layer": layer.id,
            "title": f"{title}, {window}" if surface.reason is None else title,
            "unit": "events",
            **probe_surface(surface, view.filter, lon=lon, lat=lat),
        }


KIND = SurfaceKind()


def _not_built(service: QueryService, view: View, layer: Layer) -> LayerStatus:
    judged: Judged = ("ok", (NotBuiltNote(),))
    missing = read_figures(service, view) is None
    return status_of_events(service, view, layer, UNKNOWN if missing else judged)


def _render(layer: Layer, tile: Tile, surface: Surface, resolved: Filter) -> bytes:
    """Return the PNG of the expected events in a tile; empty where nothing of it is to be seen.

    Each pixel has the class of the cell that holds its middle: unblended. Cells outside of the
    filter's places are clear, unobserved ones have the paint of unknown.
    """
    ramp = layer.style.fill
    cells = surface.study.pixels(tile, layer.tile_px)
    if cells is None or not isinstance(ramp, Ramp) or surface.reason is not None:
        return b""
    expected, _, _ = surface.values(resolved.ahead or Ahead())
    # One paint for each class, then those of unknown and of nothing; -1 names the last.
    paints = (*ramp.paints, ramp.unknown, CLEAR)
    classes = np.digitize(np.nan_to_num(expected), ramp.breaks)
    classes[np.isnan(expected)] = len(ramp.paints)
    classes[surface.study.outside(resolved)] = len(ramp.paints) + 1
    index = np.append(classes, len(ramp.paints) + 1).astype(np.uint8)[cells]
    palette = [paint.rgba("dark") for paint in paints]
    if not any(palette[number][3] for number in np.unique(index)):
        return b""
    image = Image.fromarray(index, mode="P")
    image.putpalette([channel for color in palette for channel in color[:3]])
    file = io.BytesIO()
    image.save(file, "PNG", transparency=bytes(color[3] for color in palette))
    return file.getvalue()


def probe_surface(surface: Surface, resolved: Filter, *, lon: float, lat: float) -> dict[str, Any]:
    """Return ``{value, low, high, state}`` of the cell at a place (degrees, EPSG:4326).

    ``state`` is ``value`` (expected events with their 80% interval), ``unobserved``, ``nodata``
    where there is no forecast, or ``outside`` of the cells and the filter's places.
    """
    nothing = {"value": None, "low": None, "high": None}
    (cell,) = surface.study.locate(np.array([lon]), np.array([lat])).tolist()
    if cell < 0 or surface.study.outside(resolved)[cell]:
        return {**nothing, "state": "outside"}
    if surface.reason is not None:
        return {**nothing, "state": "nodata"}
    value, low, high = (float(part[cell]) for part in surface.values(resolved.ahead or Ahead()))
    if np.isnan(value):
        return {**nothing, "state": "unobserved"}
    return {"value": value, "low": low, "high": high, "state": "value"}
