"""Rows with shapes: a query that tiles, tables and files read what a layer shows from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa

from cop.model.layer import Layer
from cop.model.tile import EXTENT, HALF_WORLD_M, Tile
from cop.store.engine import quote_text
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

BUFFER = 64
CRS = "EPSG:4326"
_PIXELS = 512
_NEAR_ZOOM = 9


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A SELECT with a ``mercator`` column (EPSG:3857), what it binds, and tables it reads."""

    select: str
    values: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


def simplified(warehouse: Warehouse, snapshot: Snapshot, layer: Layer, zoom: int) -> str:
    """Return the table of a layer's rows in EPSG:3857, simplified to half a pixel at a far zoom.

    At a near one a tile has few rows: ``render_rows`` simplifies those that it draws.
    """
    coarse = zoom < _NEAR_ZOOM and not layer.at_point
    tolerance = _half_pixel_m(zoom) if coarse else 0.0
    return warehouse.projected(snapshot, layer.dataset, tolerance_m=tolerance)


def render_rows(warehouse: Warehouse, layer: Layer, tile: Tile, rows: Rows) -> bytes:
    """Encode rows as MVT, simplified to half a pixel."""
    west, south, east, north = tile.mercator_bounds()
    size = east - west
    margin = size * BUFFER / EXTENT
    # Materialized: otherwise the shape is computed twice, for its filter and for the tile.
    sql = f"""
        WITH drawn AS MATERIALIZED (
            SELECT * EXCLUDE (mercator), ST_AsMVTGeom(
                {shape_at(tile.z)},
                ST_Extent(ST_MakeEnvelope($west, $south, $east, $north)),
                {EXTENT}, {BUFFER}, true) AS geom
            FROM ({rows.select})
            WHERE ST_Intersects_Extent(mercator, ST_MakeEnvelope(
                $west - $margin, $south - $margin, $east + $margin, $north + $margin))
        )
        SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom'), count(*)
        FROM (FROM drawn WHERE geom IS NOT NULL) AS feature
    """
    bounds = {"west": west, "south": south, "east": east, "north": north, "margin": margin}
    mvt, n = warehouse.query(sql, {**bounds, **rows.values}, rows.tables)[0]
    return bytes(mvt) if n else b""


def shape_at(zoom: int) -> str:
    """Return the SQL of a row's shape, simplified to half a pixel of a zoom."""
    if zoom < _NEAR_ZOOM:
        return "mercator"
    return (
        "CASE WHEN ST_Dimension(mercator) = 0 THEN mercator "
        f"ELSE ST_SimplifyPreserveTopology(mercator, {_half_pixel_m(zoom)!r}) END"
    )


def _half_pixel_m(zoom: int) -> float:
    return HALF_WORLD_M / (1 << zoom) / _PIXELS


def read_rows(warehouse: Warehouse, rows: Rows | None, zoom: int) -> gpd.GeoDataFrame:
    """Return rows as shapes in EPSG:4326, as exact as a zoom shows them; none for None."""
    if rows is None:
        return no_rows()
    table = warehouse.frame(
        "SELECT * EXCLUDE (mercator), ST_AsWKB(ST_Transform(ST_SetCRS("
        f"{shape_at(zoom)}, ''), 'EPSG:3857', 'EPSG:4326', true)) AS geometry "
        f"FROM ({rows.select})",
        rows.values,
        rows.tables,
    )
    shapes = gpd.GeoSeries.from_wkb(table["geometry"].map(bytes), crs=CRS)
    return gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=shapes)


def no_rows() -> gpd.GeoDataFrame:
    """Return a table of shapes without any."""
    return gpd.GeoDataFrame(pd.DataFrame({"geometry": []}), geometry="geometry", crs=CRS)
