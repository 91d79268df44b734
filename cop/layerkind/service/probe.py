"""What the rasters on a map have under one place, each with its unit."""

import math
from collections.abc import Sequence
from typing import Any

from cop.errors import FilterError, LayerError
from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import read_layer
from cop.query.service import QueryService
from cop.query.view import View

MOST_LAYERS = 8
_LON, _LAT = 180.0, 90.0


def read_place(lon: str, lat: str) -> tuple[float, float]:
    """Read a place in degrees, EPSG:4326; FilterError names the number that is none."""
    return _degrees("lon", lon, _LON), _degrees("lat", lat, _LAT)


def probe_layers(
    service: QueryService, view: View, names: Sequence[str], *, lon: float, lat: float
) -> list[dict[str, Any]]:
    """Return for each raster layer ``{layer, title, unit, value, state}`` at a place (degrees).

    ``state`` is ``value``, ``nodata`` or ``outside``. A surface is that of the view; it has
    ``low`` and ``high`` too, the bounds of the 80% interval, and the state ``unobserved``. Raises
    LayerError for what is no raster.
    """
    if not 1 <= len(names) <= MOST_LAYERS:
        raise FilterError(f"{len(names)} layers are named: use layer=ID 1 to {MOST_LAYERS} times")
    found = [read_layer(service, view, name) for name in dict.fromkeys(names)]
    other = next((layer for layer in found if not kind_of(layer).has_values), None)
    if other is not None:
        raise LayerError(f"layer {other.id} is not a raster: it has no value at a place")
    return [kind_of(la).probe(service, view, la, lon=lon, lat=lat) for la in found]


def takes_filter(service: QueryService, view: View, names: Sequence[str]) -> bool:
    """Return whether one of the layers has values that a filter changes."""
    found = [read_layer(service, view, name) for name in dict.fromkeys(names)]
    return any(kind_of(layer).probe_takes_filter for layer in found)


def _degrees(name: str, text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise FilterError(f"{name}={text[:40]!r}: use degrees from -{most:g} to {most:g}")
    return value
