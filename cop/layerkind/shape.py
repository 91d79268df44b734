"""What a layer shows as features: the rows of its tiles, whole instead of cut into tiles."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cop.errors import LayerError
from cop.layerkind.event_tile import narrow
from cop.layerkind.feature_tile import Rows, select_features, shape_at
from cop.layerkind.impact_tile import select_impacts
from cop.layerkind.segment_tile import select_segments, select_sensors
from cop.model.filter import Filter
from cop.model.layer import MAX_ZOOM, Layer
from cop.model.tile import SCALE, FloatArray
from cop.query.change import select_changes
from cop.query.hotspot import select_hotspots
from cop.query.service import QueryService
from cop.query.table import build_event_table
from cop.query.uploaded import read_upload_cells, select_uploads

CRS = "EPSG:4326"


def count_shown(service: QueryService, layer: Layer, wanted: Filter) -> int:
    """Give how many events or features a layer of events, or an uploaded one, shows."""
    if layer.tile == "uploads":
        counted = service.counted(layer, wanted)
        return 0 if counted is None else counted.n
    narrowed = narrow(layer, wanted)
    return 0 if narrowed is None else service.summary("kind", narrowed).total or 0


def read_events(
    service: QueryService, layer: Layer, wanted: Filter, *, most: int
) -> gpd.GeoDataFrame:
    """Give up to ``most`` events that a layer shows, the newest first, as points in EPSG:4326."""
    narrowed = narrow(layer, wanted)
    if narrowed is None:
        return _nothing()
    table = build_event_table(service, narrowed, None, most=most)
    points = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table, geometry=points, crs=CRS)


def read_cells(
    service: QueryService, layer: Layer, wanted: Filter, *, bits: int
) -> gpd.GeoDataFrame:
    """Give the events that a layer shows as square cells of 2**bits Web Mercator integers a side.

    ``n`` and ``count`` add up to those of the events; the most frequent ``kind`` names a cell.
    Of an uploaded layer ``cop_n`` adds up to its features.
    """
    if layer.tile == "uploads":
        snapshot = service.snapshot
        resolved = snapshot.resolve(wanted)
        return read_upload_cells(service.warehouse, snapshot, layer, resolved, bits=bits)
    narrowed = narrow(layer, wanted)
    if narrowed is None:
        return _nothing()
    snapshot = service.snapshot
    cells = service.warehouse.cells(snapshot, snapshot.resolve(narrowed))
    table = service.warehouse.frame(
        f"""
        SELECT cx, cy, sum(n)::BIGINT AS n, sum(count)::BIGINT AS count,
            arg_max(kind, struct_pack(n := n, kind := kind)) AS kind
        FROM (
            SELECT mx >> {bits:d} AS cx, my >> {bits:d} AS cy, kind, sum(n) AS n,
                sum(count) AS count
            FROM {cells.source} WHERE {cells.where} GROUP BY ALL
        ) GROUP BY cx, cy ORDER BY cx, cy
        """,
        cells.values,
    )
    side = 2.0**bits
    west, east = (_longitude((table["cx"] + step) * side) for step in (0, 1))
    north, south = (_latitude((table["cy"] + step) * side) for step in (0, 1))
    squares = shapely.box(west, south, east, north)
    return gpd.GeoDataFrame(table.drop(columns=["cx", "cy"]), geometry=squares, crs=CRS)


def read_shapes(
    service: QueryService, layer: Layer, wanted: Filter, *, zoom: int
) -> gpd.GeoDataFrame:
    """Give what a layer of shapes shows, in EPSG:4326, as exact as its tiles at a zoom.

    LayerError for a layer of images or events.
    """
    rows = _select(service, layer, wanted, zoom)
    if rows is None:
        return _nothing()
    table = service.warehouse.frame(
        "SELECT * EXCLUDE (mercator), ST_AsWKB(ST_Transform(ST_SetCRS("
        f"{shape_at(zoom)}, ''), 'EPSG:3857', 'EPSG:4326', true)) AS geometry "
        f"FROM ({rows.select})",
        rows.values,
        rows.tables,
    )
    shapes = gpd.GeoSeries.from_wkb(table["geometry"].map(bytes), crs=CRS)
    return gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=shapes)


def _select(service: QueryService, layer: Layer, wanted: Filter, zoom: int) -> Rows | None:
    snapshot, warehouse = service.snapshot, service.warehouse
    resolved = snapshot.resolve(wanted)
    if layer.tile in ("segments", "impacts"):
        return _select_segments(service, layer, resolved, zoom)
    if layer.tile == "sensors":
        return select_sensors(warehouse, snapshot, layer, zoom, resolved)
    if layer.tile == "hotspots":
        hotspots = service.hotspots(resolved)
        return select_hotspots(layer, hotspots, hotspots.table)
    if layer.tile == "changes":
        return select_changes(service.changes(resolved)) if service.since is not None else None
    if layer.tile == "uploads":
        return select_uploads(snapshot, layer, resolved)
    if layer.tile == "features":
        joined = [(s, service.statistic(s, resolved)) for s in layer.statistics]
        return select_features(warehouse, snapshot, layer, zoom, resolved, figures=joined)
    raise LayerError(f"layer {layer.id}: its {layer.tile} are no shapes; use its tiles")


def _select_segments(
    service: QueryService, layer: Layer, resolved: Filter, zoom: int
) -> Rows | None:
    drawn = (service.warehouse, service.snapshot, layer, zoom)
    if layer.tile == "impacts":
        impacts = service.impacts(resolved)
        dashed = zoom < MAX_ZOOM  # the exact shapes of a table are whole
        return None if impacts is None else select_impacts(*drawn, impacts, dashed=dashed)
    figures = service.figures(resolved)
    return None if figures is None else select_segments(*drawn, figures)


def _longitude(mx: pd.Series) -> FloatArray:
    return np.asarray(mx / SCALE * 360 - 180)


def _latitude(my: pd.Series) -> FloatArray:
    return np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * np.asarray(my) / SCALE))))


def _nothing() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame({"geometry": []}), geometry="geometry", crs=CRS)
