"""What the rasters on a map have under one place, each with its unit."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cop.errors import FilterError, LayerError
from cop.layerkind.raster_tile import probe_raster
from cop.layerkind.surface_tile import probe_surface
from cop.model.ahead import Ahead
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.style import Ramp
from cop.model.uploaded import VALUE
from cop.query.forecast.track import format_window, title_by_effort
from cop.query.service import QueryService

MOST_LAYERS = 8
_LON, _LAT = 180.0, 90.0


def read_place(lon: str, lat: str) -> tuple[float, float]:
    """Read a place in degrees, EPSG:4326; FilterError names the number that is none."""
    return _degrees("lon", lon, _LON), _degrees("lat", lat, _LAT)


def probe_layers(
    service: QueryService, names: Sequence[str], wanted: Filter, *, lon: float, lat: float
) -> list[dict[str, Any]]:
    """Give for each raster layer ``{layer, title, unit, value, state}`` at a place (degrees).

    ``state`` is ``value``, ``nodata`` or ``outside``. A surface is that of the filter; it has
    ``low`` and ``high`` too, the bounds of the 80% interval, and the state ``unobserved``. Raises
    LayerError for what is no raster.
    """
    if not 1 <= len(names) <= MOST_LAYERS:
        raise FilterError(f"{len(names)} layers are named: give layer=ID 1 to {MOST_LAYERS} times")
    found = [service.layer(name) for name in dict.fromkeys(names)]
    other = next((layer for layer in found if layer.tile not in ("rasters", "surface")), None)
    if other is not None:
        raise LayerError(f"layer {other.id} is no raster, so that it has no value at a place")
    return [
        _probe_surface(service, layer, wanted, lon=lon, lat=lat)
        if layer.tile == "surface"
        else {
            "layer": layer.id,
            "title": layer.title,
            "unit": unit_of(layer),
            **asdict(probe_raster(service.warehouse, service.snapshot, layer, lon=lon, lat=lat)),
        }
        for layer in found
    ]


def takes_filter(service: QueryService, names: Sequence[str]) -> bool:
    """Say whether one of the layers has values that a filter changes."""
    return any(service.layer(name).tile == "surface" for name in dict.fromkeys(names))


def _probe_surface(
    service: QueryService, layer: Layer, wanted: Filter, *, lon: float, lat: float
) -> dict[str, Any]:
    resolved = service.snapshot.resolve(wanted)
    surface = service.surface(resolved)
    if surface is None:
        nothing = {"value": None, "low": None, "high": None, "state": "nodata"}
        return {"layer": layer.id, "title": layer.title, "unit": "events", **nothing}
    window = format_window((resolved.ahead or Ahead()).window_from(surface.origin))
    title = title_by_effort(layer, known=surface.with_effort).title
    return {
        "layer": layer.id,
        "title": f"{title}, {window}" if surface.reason is None else title,
        "unit": "events",
        **probe_surface(surface, resolved, lon=lon, lat=lat),
    }


def unit_of(layer: Layer) -> str:
    """Give the unit of a raster's values as its style says it; empty where it says none."""
    fill = layer.style.fill
    return fill.unit if isinstance(fill, Ramp) and fill.unit != VALUE else ""


def _degrees(name: str, text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise FilterError(f"{name}={text[:40]!r}: give degrees from -{most:g} to {most:g}")
    return value
