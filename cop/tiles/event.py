"""Event tiles: points, or square cells where a tile holds too many; both conserve n and count."""

from dataclasses import replace

from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.tile import EXTENT, Tile
from cop.store.engine import quote_text
from cop.store.selection import Selection
from cop.store.warehouse import Edition, Warehouse

MOST_POINTS = 2_000
CELLS_PER_SIDE_BITS = 6
_POINT_COLUMNS = (
    "1 AS n, 0 AS cell, count, kind, event_id, source, sector, segment_id, confidence, marking, "
    "strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') AS occurred_at, time_precision, "
    "synthetic::INTEGER AS synthetic"
)


def render_event_tile(
    warehouse: Warehouse, edition: Edition, layer: Layer, tile: Tile, wanted: Filter
) -> bytes:
    """Give the MVT of the events in a tile; no buffer, so an event lies in one tile per zoom."""
    narrowed = narrow(layer, wanted)
    if narrowed is None:
        return b""
    selection = warehouse.events(edition, narrowed)
    inside, values = _inside(selection, tile)
    values |= _tile_values(tile)
    mvt, held = warehouse.query(_points_sql(layer, inside), values)[0]
    if held > MOST_POINTS:
        ((mvt,),) = warehouse.query(_cells_sql(layer, tile, inside), values)
    return bytes(mvt) if held else b""


def narrow(layer: Layer, wanted: Filter) -> Filter | None:
    """Apply the kinds a layer is limited to; None where the filter leaves none of them."""
    allowed = dict(layer.where).get("kind")
    if allowed is None:
        return wanted
    kinds = tuple(k for k in allowed if not wanted.kinds or k in wanted.kinds)
    return replace(wanted, kinds=kinds) if kinds else None


def _inside(selection: Selection, tile: Tile) -> tuple[str, dict[str, object]]:
    x_low, y_low, x_high, y_high = tile.integer_bounds()
    sql = (
        f"FROM {selection.source} WHERE {selection.where} "
        "AND mx BETWEEN $x_low::UINTEGER AND $x_high::UINTEGER "
        "AND my BETWEEN $y_low::UINTEGER AND $y_high::UINTEGER"
    )
    bounds = {"x_low": x_low, "y_low": y_low, "x_high": x_high, "y_high": y_high}
    return sql, {**selection.values, **bounds}


def _tile_values(tile: Tile) -> dict[str, object]:
    return {"unit": EXTENT / (1 << tile.shift)}


def _points_sql(layer: Layer, inside: str) -> str:
    """Encode points and count them, up to one more than may be shown: opening files costs most."""
    return (
        f"SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom'), count(*) "
        "FROM (SELECT ST_Point(floor((mx - $x_low) * $unit), floor((my - $y_low) * $unit)) "
        f"AS geom, {_POINT_COLUMNS} {inside} LIMIT {MOST_POINTS + 1}) AS feature"
    )


def _cells_sql(layer: Layer, tile: Tile, inside: str) -> str:
    """Group by square cells; the most frequent kind names the cell."""
    bits = max(0, tile.shift - CELLS_PER_SIDE_BITS)
    side = EXTENT >> CELLS_PER_SIDE_BITS
    return f"""
        SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom') FROM (
            SELECT ST_MakeEnvelope(cx * {side}, cy * {side},
                    (cx + 1) * {side}, (cy + 1) * {side}) AS geom,
                sum(n)::BIGINT AS n, sum(count)::BIGINT AS count, 1 AS cell,
                arg_max(kind, struct_pack(n := n, kind := kind)) AS kind
            FROM (
                SELECT (mx - $x_low) >> {bits} AS cx, (my - $y_low) >> {bits} AS cy, kind,
                    count(*) AS n, sum(count) AS count, $unit AS unit
                {inside} GROUP BY ALL
            ) GROUP BY cx, cy
        ) AS feature
    """
