"""Layers of border segments that carry the figures of the filter."""

from collections.abc import Hashable
from typing import Final

from cop.layerkind.base.dash import dash_sql, dash_values
from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.note import EffortUnknownNote, ForecastWindowNote, TrackNote
from cop.layerkind.base.row import Rows, render_rows, simplified
from cop.layerkind.base.source import OK, UNKNOWN, Judged, sources_of, status_of_events
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import MAX_ZOOM, Layer
from cop.model.legend import Block
from cop.model.style import Theme
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.figure import FIGURES, SegmentFigures, read_figures
from cop.query.forecast.risk import history_window
from cop.query.registry import find_layer
from cop.query.reporting import OUT_OF_SCOPE, is_stale
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.engine import quote
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

FORECAST_DATASETS: Final = (
    "segments", "events", "sensors", "outages", "statistics", "sources",
)  # fmt: skip
"""The datasets of a forecast; hours on patrol are statistics."""
RISK: Final = "risk"
"""The layer that shows the forecast of the figures."""
_SEGMENT_COLUMNS = ("segment_id", "sector", "county", "kind", "km_from", "km_to", "length_km")


class SegmentKind(LayerKind):
    """Border segments; all layers of them share the tiles of one, with the figures of all."""

    name = "segments"
    has_items = True
    follows_time = True
    key_reads = True
    drawing = KindDrawing(id_property="segment_id", round_caps=True)

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the datasets that the figures are built from."""
        return (*FORECAST_DATASETS, "lines")

    def drawn_as(self, layer: Layer) -> Layer:
        """Return the one layer whose tiles carry the figures of all."""
        return find_layer("segments")

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return the whole filter."""
        return resolved

    def caveat_windows(self, view: View) -> set[TimeWindow]:
        """Return the window, the one before, and that of the forecast's history."""
        return windows_with_history(view)

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select the segments with their figures."""
        figures = read_figures(service, view)
        if figures is None:
            return None
        return _select(service.warehouse, view.snapshot, layer, zoom, figures)

    def key_parts(self, service: QueryService, view: View) -> tuple[Hashable, ...]:
        """Return whether the records are stale: from such ones there is no change."""
        return (is_stale(service, view),)

    def build_legend(self, layer: Layer, theme: Theme) -> list[Block]:
        """Return the legend with what lies outside the filter, which is drawn in dashes."""
        blocks = super().build_legend(layer, theme)
        ramps = [block for block in blocks if block["type"] == "ramp"]
        return blocks + [_outside_block(ramp["unknown"]["color"]) for ramp in ramps[:1]]

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of the segments that touch a tile; an unknown figure is left out."""
        rows = self.select_rows(service, view, layer, tile.z)
        return b"" if rows is None else render_rows(service.warehouse, layer, tile, rows)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return how new the events are, and of the forecast how it did."""
        figures = read_figures(service, view)
        more: list[str] = []
        if figures is not None and figures.has_barriers:
            more += sources_of(view.snapshot, "lines")
        if figures is not None and layer.id == RISK:
            more += figures.risk.effort_sources
        return status_of_events(service, view, layer, _judge(view, layer, figures), more=more)


KIND = SegmentKind()


def _outside_block(color: str) -> Block:
    entry = {
        "value": OUT_OF_SCOPE,
        "label": "outside the filter (dashed)",
        "shape": "line",
        "color": color,
        "edge": None,
    }
    return {"type": "classes", "property": "state", "entries": [entry]}


def windows_with_history(view: View) -> set[TimeWindow]:
    """Return a view's window, the one before, and that of a forecast's history."""
    window, previous = view.filter.window, view.filter.window.previous()
    found = {window, history_window(view.snapshot, view.filter)}
    return found if previous is None else found | {previous}


def _judge(view: View, layer: Layer, figures: SegmentFigures | None) -> Judged:
    if figures is None:
        return UNKNOWN
    if layer.id != RISK:
        return OK
    track = TrackNote(figures=figures)
    if figures.risk.reason is not None:
        return "unknown", (track,)
    effort = () if figures.risk.with_effort else (EffortUnknownNote(),)
    past = figures.is_past(view.snapshot.now)
    return "ok", (ForecastWindowNote(window=figures.risk_window, past=past), *effort, track)


def _select(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, zoom: int, figures: SegmentFigures
) -> Rows:
    """Select the segments with their figures, those outside the filter in dashes."""
    columns = ", ".join(f"s.{quote(name)}" for name in _SEGMENT_COLUMNS)
    unpacked = ", ".join(
        f"CASE WHEN isnan(f.{quote(name)}) THEN NULL ELSE round(f.{quote(name)}, 3) END "
        f"AS {quote(name)}"
        for name in FIGURES
        if name in figures.table
    )
    # The exact shapes of a table are whole.
    dashed = zoom < MAX_ZOOM
    shape = dash_sql("f.state = $outside") if dashed else "s.mercator"
    select = (
        f"SELECT {shape} AS mercator, {columns}, f.state, {unpacked} "
        f"FROM {simplified(warehouse, snapshot, layer, zoom)} s JOIN figures f USING (segment_id)"
    )
    bound = {"outside": OUT_OF_SCOPE, **dash_values(zoom)} if dashed else {}
    return Rows(select=select, values=bound, tables={"figures": figures.columns})
