"""Layers of events: points, or square cells where a tile holds too many; both conserve n."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cop.layerkind.base.kind import LayerKind, LayerStatus, SquareTip
from cop.layerkind.base.row import CRS, no_rows
from cop.layerkind.base.source import OK, UNKNOWN, status_of_events
from cop.model.drawing import KindDrawing
from cop.model.event import COMPOSITION
from cop.model.layer import Layer
from cop.model.tile import EXTENT, SCALE, FloatArray, Tile
from cop.query.figure import read_figures
from cop.query.item.table import ID, SHAPE, ItemTable, read_kinds
from cop.query.service import QueryService
from cop.query.summary import read_summary
from cop.query.table import read_event_table
from cop.query.view import View
from cop.store.dataset.planner import Grouping
from cop.store.engine import quote_text
from cop.store.warehouse import Warehouse

MOST_POINTS = 2_000
CELLS_PER_SIDE_BITS = 6
_CELL_COLUMNS = ("mx", "my", "kind", "unit")
_POINT_COLUMNS = (
    "1 AS n, 0 AS cell, count, CASE WHEN unit = 'people' THEN count ELSE 0 END AS people, "
    "kind, event_id, source, sector, segment_id, confidence, marking, "
    "strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') AS occurred_at, time_precision, "
    "synthetic::INTEGER AS synthetic"
)
_ITEM_COLUMNS = ", ".join(
    (
        *("kind", "count", "unit", "occurred_at", "time_precision", "reported_at", "ingested_at"),
        *("lon", "lat", "uncertainty_m", "sector", "county", "segment_id", "source", "detection"),
        *("confidence", "synthetic", *COMPOSITION),
    )
)


class EventKind(LayerKind):
    """The events that pass the filter, narrowed further by ``where`` on ``kind``."""

    name = "events"
    has_items = True
    drawing = KindDrawing(points="drawn", id_property="event_id", crowded=True)
    square = SquareTip(marked_by="cell", n="n", noun="events", summed=True)
    has_event_details = True
    follows_time = True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the events."""
        return ("events",)

    def select_items(self, service: QueryService, view: View, layer: Layer) -> ItemTable | None:
        """Select the events, each with the marking of its record, else of its source."""
        narrowed = narrow(layer, view)
        return None if narrowed is None else _select_items(service, narrowed)

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of points or cells."""
        return render_event_tile(service.warehouse, view, layer, tile)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return how new the newest of the events is."""
        missing = read_figures(service, view) is None
        return status_of_events(service, view, layer, UNKNOWN if missing else OK)

    def count_features(self, service: QueryService, view: View, layer: Layer) -> int | None:
        """Return how many events the layer shows."""
        narrowed = narrow(layer, view)
        return 0 if narrowed is None else read_summary(service, narrowed, "kind").total or 0

    def read_features(
        self, service: QueryService, view: View, layer: Layer, *, zoom: int, most: int
    ) -> gpd.GeoDataFrame:
        """Return up to ``most`` events, the newest first, as points."""
        narrowed = narrow(layer, view)
        if narrowed is None:
            return no_rows()
        table = read_event_table(service, narrowed, None, most=most)
        points = gpd.points_from_xy(table["lon"], table["lat"])
        return gpd.GeoDataFrame(table, geometry=points, crs=CRS)

    def read_cells(
        self, service: QueryService, view: View, layer: Layer, *, bits: int
    ) -> gpd.GeoDataFrame:
        """Return the events as square cells: n, people, and the most frequent kind."""
        narrowed = narrow(layer, view)
        return no_rows() if narrowed is None else _read_cells(service.warehouse, narrowed, bits)


KIND = EventKind()


def render_event_tile(warehouse: Warehouse, view: View, layer: Layer, tile: Tile) -> bytes:
    """Return the MVT of the events in a tile; no buffer, so an event lies in one tile per zoom.

    The rollup guesses how many there are, so that most tiles read their events once.
    """
    narrowed = narrow(layer, view)
    if narrowed is None:
        return b""
    guess = warehouse.estimate(view.snapshot, narrowed.filter, tile.integer_bounds())
    if not guess:
        return b""
    request = (warehouse, narrowed, layer, tile, guess)
    likely, other = (_cells, _points) if guess > MOST_POINTS else (_points, _cells)
    mvt, n = likely(*request)
    if (guess > MOST_POINTS) != (n > MOST_POINTS):
        mvt, n = other(*request)
    return mvt if n else b""


def _select_items(service: QueryService, view: View) -> ItemTable:
    found = service.warehouse.events(view.snapshot, view.filter)
    sources = view.snapshot.sources
    values = {
        **found.values,
        "item_sources": list(sources),
        "item_markings": [state.source.marking for state in sources.values()],
    }
    select = (
        f"SELECT event_id AS {ID}, ST_Point(lon, lat) AS {SHAPE}, {_ITEM_COLUMNS}, "
        "coalesce(nullif(marking, ''), list_extract($item_markings::VARCHAR[], "
        "list_position($item_sources::VARCHAR[], source))) AS marking "
        f"FROM {found.source} WHERE {found.where}"
    )
    kinds = read_kinds(service.warehouse, select, values)
    return ItemTable(select=select, kinds=kinds, values=values, moment="occurred_at")


def narrow(layer: Layer, view: View) -> View | None:
    """Apply the kinds a layer is limited to; None where the filter leaves none of them."""
    allowed, requested = dict(layer.where).get("kind"), view.filter.kinds
    if allowed is None:
        return view
    kinds = tuple(kind for kind in allowed if not requested or kind in requested)
    return view.narrowed(replace(view.filter, kinds=kinds)) if kinds else None


def _points(
    warehouse: Warehouse, view: View, layer: Layer, tile: Tile, _guess: float
) -> tuple[bytes, int]:
    """Encode points and count them, up to one more than may be shown; equal events, equal bytes."""
    inside = warehouse.events(view.snapshot, view.filter).within(tile.integer_bounds())
    ((mvt, n),) = warehouse.query(
        f"SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom'), count(*) "
        "FROM (SELECT ST_Point(floor((mx - $x_low) * $unit), floor((my - $y_low) * $unit)) "
        f"AS geom, {_POINT_COLUMNS} FROM {inside.source} WHERE {inside.where} "
        f"ORDER BY event_id LIMIT {MOST_POINTS + 1}) AS feature",
        inside.values | {"unit": EXTENT / (1 << tile.shift)},
    )
    return bytes(mvt or b""), n


def _cells(
    warehouse: Warehouse, view: View, layer: Layer, tile: Tile, guess: float
) -> tuple[bytes, int]:
    """Encode square cells and count their events; the most frequent kind names a cell."""
    bits = max(0, tile.shift - CELLS_PER_SIDE_BITS)
    side = EXTENT >> CELLS_PER_SIDE_BITS
    grouping = Grouping(columns=_CELL_COLUMNS, bits=bits, events=guess)
    counts = warehouse.counts(view.snapshot, view.filter, grouping)
    inside = counts.within(tile.integer_bounds())
    ((mvt, n),) = warehouse.query(
        f"""
        SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom'), sum(n)::BIGINT FROM (
            SELECT ST_MakeEnvelope(cx * {side}, cy * {side},
                    (cx + 1) * {side}, (cy + 1) * {side}) AS geom,
                sum(n)::BIGINT AS n, coalesce(sum(people), 0)::BIGINT AS people, 1 AS cell,
                arg_max(kind, struct_pack(n := n, kind := kind)) AS kind
            FROM (
                SELECT (mx - $x_low) >> {bits} AS cx, (my - $y_low) >> {bits} AS cy, kind,
                    sum(n)::BIGINT AS n, sum(count) FILTER (unit = 'people') AS people
                FROM {inside.source} WHERE {inside.where} GROUP BY ALL
            ) GROUP BY cx, cy ORDER BY cx, cy
        ) AS feature
        """,
        inside.values,
    )
    return bytes(mvt or b""), n or 0


def _read_cells(warehouse: Warehouse, view: View, bits: int) -> gpd.GeoDataFrame:
    grouping = Grouping(columns=_CELL_COLUMNS, bits=bits)
    cells = warehouse.counts(view.snapshot, view.filter, grouping)
    table = warehouse.frame(
        f"""
        SELECT cx, cy, sum(n)::BIGINT AS n, coalesce(sum(people), 0)::BIGINT AS people,
            arg_max(kind, struct_pack(n := n, kind := kind)) AS kind
        FROM (
            SELECT mx >> {bits:d} AS cx, my >> {bits:d} AS cy, kind, sum(n) AS n,
                sum(count) FILTER (unit = 'people') AS people
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


def _longitude(mx: pd.Series) -> FloatArray:
    return np.asarray(mx / SCALE * 360 - 180)


def _latitude(my: pd.Series) -> FloatArray:
    return np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * np.asarray(my) / SCALE))))
