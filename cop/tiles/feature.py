"""Feature tiles: rows of a dataset as they are, clipped to the tile."""

from typing import Any

from cop.model.layer import Layer
from cop.model.tile import EXTENT, HALF_WORLD_M, Tile
from cop.store.engine import quote, quote_text
from cop.store.warehouse import Edition, Warehouse

BUFFER = 64
_PIXELS = 512


def render_feature_tile(warehouse: Warehouse, edition: Edition, layer: Layer, tile: Tile) -> bytes:
    """Give the MVT of the rows of the layer's dataset that touch a tile."""
    if layer.dataset not in edition.snapshot.files:
        return b""
    table = warehouse.projected(edition, layer.dataset)
    columns = ", ".join(map(quote, layer.columns))
    conditions, values = _conditions(layer, tile)
    select = f"SELECT mercator, {columns} FROM {table} WHERE {conditions}"
    return render_rows(warehouse, layer, tile, select, values)


def render_rows(
    warehouse: Warehouse, layer: Layer, tile: Tile, select: str, values: dict[str, Any]
) -> bytes:
    """Encode rows with a ``mercator`` column (EPSG:3857) as MVT, simplified to half a pixel."""
    west, south, east, north = tile.mercator_bounds()
    size = east - west
    margin = size * BUFFER / EXTENT
    sql = f"""
        SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom'), count(*) FROM (
            SELECT * EXCLUDE (mercator), ST_AsMVTGeom(
                {_simplified(tile)},
                ST_Extent(ST_MakeEnvelope($west, $south, $east, $north)),
                {EXTENT}, {BUFFER}, true) AS geom
            FROM ({select})
            WHERE ST_Intersects_Extent(mercator, ST_MakeEnvelope(
                $west - $margin, $south - $margin, $east + $margin, $north + $margin))
        ) AS feature WHERE geom IS NOT NULL
    """
    bounds = {"west": west, "south": south, "east": east, "north": north, "margin": margin}
    mvt, held = warehouse.query(sql, bounds | values)[0]
    return bytes(mvt) if held else b""


def _simplified(tile: Tile) -> str:
    tolerance = 2 * HALF_WORLD_M / 2**tile.z / _PIXELS / 2
    return (
        "CASE WHEN ST_Dimension(mercator) = 0 THEN mercator "
        f"ELSE ST_SimplifyPreserveTopology(mercator, {tolerance!r}) END"
    )


def _conditions(layer: Layer, tile: Tile) -> tuple[str, dict[str, Any]]:
    conditions: list[str] = ["true"]
    values: dict[str, Any] = {}
    for i, (column, allowed) in enumerate(layer.where):
        conditions.append(f"{quote(column)} IN (SELECT unnest($allowed{i}::VARCHAR[]))")
        values[f"allowed{i}"] = list(allowed)
    if "min_zoom" in layer.columns:
        conditions.append("min_zoom <= $zoom")
        values["zoom"] = tile.z
    return " AND ".join(conditions), values
