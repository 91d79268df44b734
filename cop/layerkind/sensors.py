"""Layers of the ground that sensors reach, with the sensors' state, up or down."""

from datetime import datetime
from typing import Any

from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.note import UnknownNote
from cop.layerkind.base.row import Rows, render_rows, simplified
from cop.layerkind.base.source import OK, UNKNOWN, Judged, own_sources, sources_of, status_of_events
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.figure import read_figures
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import OUTAGE_COLUMNS
from cop.store.engine import quote
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse


class SensorKind(LayerKind):
    """Footprints of sensors with their state at the end of the window."""

    name = "sensors"
    follows_time = True
    drawing = KindDrawing(id_property="sensor_id")

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the footprints and the outages."""
        return (layer.dataset, "outages")

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return the window's end and the records."""
        return Filter(window=TimeWindow(end=resolved.window.end), records=resolved.records)

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select the footprints with their state; None where none are loaded."""
        return _select(service.warehouse, view.snapshot, layer, zoom, view.filter)

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of the footprints that touch a tile."""
        rows = self.select_rows(service, view, layer, tile.z)
        return b"" if rows is None else render_rows(service.warehouse, layer, tile, rows)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return whose sensors they are; unknown where there are none for these records."""
        kind = "sensors" if sources_of(view.snapshot, "sensors") else "events"
        judged, names = _judge(service, view), own_sources(view, kind)
        return status_of_events(service, view, layer, judged, names=names)


KIND = SensorKind()


def _judge(service: QueryService, view: View) -> Judged:
    figures = read_figures(service, view)
    if figures is None:
        return UNKNOWN
    if figures.table["coverage"].isna().all():
        return "unknown", (UnknownNote(reason="no sensors are loaded for these records"),)
    return OK


def _select(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, zoom: int, resolved: Filter
) -> Rows | None:
    """Select sensor footprints with their state at the window's end; None where none are loaded."""
    if layer.dataset not in snapshot.catalogue.files:
        return None
    table = simplified(warehouse, snapshot, layer, zoom)
    moment: datetime = min(resolved.window.end or snapshot.now, snapshot.now)
    columns = ", ".join(f"c.{quote(n)}" for n in layer.columns if n != "state")
    outages = (
        "read_parquet($outage_files)"
        if "outages" in snapshot.catalogue.files
        else f"(SELECT {', '.join(f'NULL AS {n}' for n in OUTAGE_COLUMNS)} WHERE false)"
    )
    select = f"""
        SELECT c.mercator, {columns}, CASE WHEN EXISTS (
            SELECT 1 FROM {outages} o WHERE o.sensor_id = c.sensor_id AND o.down_at <= $moment
            AND (o.up_at IS NULL OR o.up_at > $moment)) THEN 'down' ELSE 'up' END AS state
        FROM {table} c
        WHERE c.synthetic = $synthetic
            AND (c.installed_at IS NULL OR c.installed_at <= $moment)
            AND (c.removed_at IS NULL OR c.removed_at > $moment)
    """
    values: dict[str, Any] = {"moment": moment, "synthetic": resolved.records == "synthetic"}
    if "outages" in snapshot.catalogue.files:
        values["outage_files"] = list(snapshot.catalogue.files_of("outages"))
    return Rows(select=select, values=values)
