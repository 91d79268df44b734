"""Event tiles: points, or square cells where a tile holds too many; both conserve n and count."""

from dataclasses import replace

from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.tile import EXTENT, Tile
from cop.store.dataset.rollup import CELL_BITS
from cop.store.engine import quote_text
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

MOST_POINTS = 2_000
CELLS_PER_SIDE_BITS = 6
_POINT_COLUMNS = (
    "1 AS n, 0 AS cell, count, kind, event_id, source, sector, segment_id, confidence, marking, "
    "strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') AS occurred_at, time_precision, "
    "synthetic::INTEGER AS synthetic"
)


def render_event_tile(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, tile: Tile, wanted: Filter
) -> bytes:
    """Give the MVT of the events in a tile; no buffer, so an event lies in one tile per zoom.

    The rollup guesses how many there are, so that most tiles read their events once.
    """
    narrowed = narrow(layer, wanted)
    if narrowed is None:
        return b""
    asked = (warehouse, snapshot, layer, tile, narrowed)
    guess = warehouse.estimate(snapshot, narrowed, tile.integer_bounds())
    if not guess:
        return b""
    likely, other = (_cells, _points) if guess > MOST_POINTS else (_points, _cells)
    mvt, held = likely(*asked)
    if (guess > MOST_POINTS) != (held > MOST_POINTS):
        mvt, held = other(*asked)
    return mvt if held else b""


def narrow(layer: Layer, wanted: Filter) -> Filter | None:
    """Apply the kinds a layer is limited to; None where the filter leaves none of them."""
    allowed = dict(layer.where).get("kind")
    if allowed is None:
        return wanted
    kinds = tuple(k for k in allowed if not wanted.kinds or k in wanted.kinds)
    return replace(wanted, kinds=kinds) if kinds else None


def _points(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, tile: Tile, wanted: Filter
) -> tuple[bytes, int]:
    """Encode points and count them, up to one more than may be shown."""
    inside = warehouse.events(snapshot, wanted).within(tile.integer_bounds())
    ((mvt, held),) = warehouse.query(
        f"SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom'), count(*) "
        "FROM (SELECT ST_Point(floor((mx - $x_low) * $unit), floor((my - $y_low) * $unit)) "
        f"AS geom, {_POINT_COLUMNS} FROM {inside.source} WHERE {inside.where} "
        f"LIMIT {MOST_POINTS + 1}) AS feature",
        inside.values | {"unit": EXTENT / (1 << tile.shift)},
    )
    return bytes(mvt or b""), held


def _cells(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, tile: Tile, wanted: Filter
) -> tuple[bytes, int]:
    """Encode square cells and count their events; the most frequent kind names a cell."""
    bits = max(0, tile.shift - CELLS_PER_SIDE_BITS)
    side = EXTENT >> CELLS_PER_SIDE_BITS
    if bits >= CELL_BITS:
        n, selection = "sum(n)::BIGINT", warehouse.cells(snapshot, wanted)
    else:
        n, selection = "count(*)", warehouse.events(snapshot, wanted)
    inside = selection.within(tile.integer_bounds())
    ((mvt, held),) = warehouse.query(
        f"""
        SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom'), sum(n)::BIGINT FROM (
            SELECT ST_MakeEnvelope(cx * {side}, cy * {side},
                    (cx + 1) * {side}, (cy + 1) * {side}) AS geom,
                sum(n)::BIGINT AS n, sum(count)::BIGINT AS count, 1 AS cell,
                arg_max(kind, struct_pack(n := n, kind := kind)) AS kind
            FROM (
                SELECT (mx - $x_low) >> {bits} AS cx, (my - $y_low) >> {bits} AS cy, kind,
                    {n} AS n, sum(count) AS count
                FROM {inside.source} WHERE {inside.where} GROUP BY ALL
            ) GROUP BY cx, cy
        ) AS feature
        """,
        inside.values,
    )
    return bytes(mvt or b""), held or 0
