"""Layers of emerging hot spots: cells of the filter's events by the class of their trend."""

from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.note import UnknownNote
from cop.layerkind.base.row import Rows, render_rows
from cop.layerkind.base.source import OK, Judged, status_of_events
from cop.model.layer import Layer
from cop.model.style import Classes
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.hotspot import HotspotFigures, plan_hotspots, read_hotspots
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.engine import quote
from cop.tiles.symbol import draw_symbols

_COLUMNS = ("class", "n", "z", "hot", "trend", "trend_p", "segment_id", "sector")


class HotspotKind(LayerKind):
    """Cells of the events that pass the filter, each drawn as the symbol of its class."""

    name = "hotspots"
    has_items = True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the events, the line beside which they lie, and how far sources reach."""
        return ("events", "segments", "sources")

    def caveat_windows(self, view: View) -> set[TimeWindow]:
        """Return all time: the study area is where anything ever was."""
        return {TimeWindow()}

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select all cells as their symbols."""
        figures = read_hotspots(service, view)
        return _select(layer, figures, figures.table)

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of the cells that touch a tile."""
        figures = read_hotspots(service, view)
        rows = _select(layer, figures, _within(figures, tile))
        return b"" if rows is None else render_rows(service.warehouse, layer, tile, rows)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return how new the events are, or why there can be no trends."""
        reason = plan_hotspots(view.snapshot, view.filter)[1]
        judged: Judged = OK if reason is None else ("unknown", (UnknownNote(reason=reason),))
        return status_of_events(service, view, layer, judged)


KIND = HotspotKind()


def _select(layer: Layer, figures: HotspotFigures, own: pd.DataFrame) -> Rows | None:
    """Select cells of the figures' table as their symbols; None where there are none."""
    if own.empty or not isinstance(layer.style.fill, Classes):
        return None
    shapes = {entry.value: entry.shape for entry in layer.style.fill.classes}
    drawn = [shapes[name] for name in own["class"]]
    symbols = draw_symbols(own[["cx", "cy"]].to_numpy(np.int64), figures.bits, drawn)
    values: dict[str, Any] = {"shape": symbols}
    unpacked = ["unnest($shape::BLOB[]) AS shape"]
    for name in _COLUMNS:
        column = own[name]
        kind = "DOUBLE" if is_numeric_dtype(column) else "VARCHAR"
        values[f"own_{name}"] = column.round(3).tolist() if kind == "DOUBLE" else column.tolist()
        unpacked.append(f"unnest($own_{name}::{kind}[]) AS {quote(name)}")
    select = (
        "SELECT ST_GeomFromWKB(shape) AS mercator, * EXCLUDE (shape) "
        f"FROM (SELECT {', '.join(unpacked)})"
    )
    return Rows(select=select, values=values)


def _within(figures: HotspotFigures, tile: Tile) -> pd.DataFrame:
    """Return the cells that touch a tile or its seam."""
    west, north, east, south = (edge >> figures.bits for edge in tile.integer_bounds())
    cx, cy = figures.table["cx"], figures.table["cy"]
    touching = (cx >= west - 1) & (cx <= east + 1) & (cy >= north - 1) & (cy <= south + 1)
    return figures.table[touching]
