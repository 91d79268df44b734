"""What a layer's tiles depend on: datasets, filter, and the moments a snapshot is read at."""

from dataclasses import replace
from datetime import datetime

from cop.layerkind.feature_tile import RECORDS
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.store.snapshot import Snapshot


def datasets_of(layer: Layer) -> tuple[str, ...]:
    """Give the datasets that a layer's tiles are made from."""
    # Hours on patrol are statistics.
    forecast = ("segments", "events", "sensors", "outages", "statistics")
    return {
        "events": ("events",),
        "segments": (*forecast, "lines"),
        "impacts": forecast,
        "sensors": (layer.dataset, "outages"),
        "features": (layer.dataset, *(["statistics"] if layer.statistics else [])),
        "hotspots": ("events", "segments", "sources"),
        "changes": ("events",),
        "terrain": (layer.dataset,),
        "basemap": (),
        "uploads": (layer.dataset,),
        "rasters": (layer.dataset,),
        "surface": (*forecast, "sectors", "counties"),
    }[layer.tile]


def name_moments(layer: Layer, snapshot: Snapshot, since: datetime | None) -> str:
    """Name what a layer is known at and compared with; the present alone has no name."""
    known = "" if snapshot.known_at is None else f" {snapshot.known_at.isoformat()}"
    compared = layer.tile == "changes" and since is not None
    return known + (f" since {since.isoformat()}" if compared and since else "")


def drawn_as(layer: Layer) -> Layer:
    """Give the layer whose tiles a layer shows: those of segments carry the figures of all."""
    return find_layer("segments") if layer.tile == "segments" else layer


def heeded_filter(layer: Layer, wanted: Filter) -> Filter:
    """Give the part of a filter that changes what a layer shows."""
    window = wanted.window
    if layer.tile not in ("segments", "surface"):
        wanted = replace(wanted, ahead=None)
    if layer.tile == "sensors":
        return Filter(window=TimeWindow(end=window.end), records=wanted.records)
    if layer.tile == "uploads":
        told = window if layer.timed else TimeWindow()
        return Filter(window=told, sectors=wanted.sectors, area=wanted.area)
    if layer.tile not in ("features", "impacts", "terrain", "basemap", "rasters"):
        # Of a forecast it does not matter when the window begins.
        whole = {"changes": TimeWindow(), "surface": TimeWindow(end=window.end)}
        return wanted.within(whole.get(layer.tile, window))
    if layer.statistics:
        return Filter(window=wanted.window, sectors=wanted.sectors, records=wanted.records)
    if layer.dataset in RECORDS or layer.tile == "impacts":
        return Filter(records=wanted.records)
    return Filter()
