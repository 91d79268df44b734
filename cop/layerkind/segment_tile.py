"""Segment tiles: border segments carrying the filter's figures; and sensors with their state."""

from datetime import datetime
from typing import Any

from cop.layerkind.feature_tile import Rows, render_rows, simplified
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.tile import Tile
from cop.query.figure import FIGURES, SegmentFigures
from cop.store.dataset.schema import OUTAGE_COLUMNS
from cop.store.engine import quote
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

_SEGMENT_COLUMNS = ("segment_id", "sector", "county", "kind", "km_from", "km_to", "length_km")


def render_segment_tile(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, tile: Tile, figures: SegmentFigures
) -> bytes:
    """Give the MVT of the segments that touch a tile; an unknown figure is left out."""
    rows = select_segments(warehouse, snapshot, layer, tile.z, figures)
    return render_rows(warehouse, layer, tile, rows)


def select_segments(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, zoom: int, figures: SegmentFigures
) -> Rows:
    """Select the segments with their figures, as exact as a zoom shows them."""
    columns = ", ".join(f"s.{quote(name)}" for name in _SEGMENT_COLUMNS)
    unpacked = ", ".join(
        f"CASE WHEN isnan(f.{quote(name)}) THEN NULL ELSE round(f.{quote(name)}, 3) END "
        f"AS {quote(name)}"
        for name in FIGURES
        if name in figures.table
    )
    select = (
        f"SELECT s.mercator, {columns}, {unpacked} "
        f"FROM {simplified(warehouse, snapshot, layer, zoom)} s JOIN figures f USING (segment_id)"
    )
    return Rows(select=select, tables={"figures": figures.columns})


def render_sensor_tile(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, tile: Tile, wanted: Filter
) -> bytes:
    """Give the MVT of sensor footprints with their state, up or down, at the window's end."""
    rows = select_sensors(warehouse, snapshot, layer, tile.z, wanted)
    return b"" if rows is None else render_rows(warehouse, layer, tile, rows)


def select_sensors(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, zoom: int, wanted: Filter
) -> Rows | None:
    """Select sensor footprints with their state at the window's end; None where none are loaded."""
    if layer.dataset not in snapshot.catalogue.files:
        return None
    table = simplified(warehouse, snapshot, layer, zoom)
    moment: datetime = min(wanted.window.end or snapshot.now, snapshot.now)
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
    values: dict[str, Any] = {"moment": moment, "synthetic": wanted.records == "synthetic"}
    if "outages" in snapshot.catalogue.files:
        values["outage_files"] = list(snapshot.catalogue.files_of("outages"))
    return Rows(select=select, values=values)
