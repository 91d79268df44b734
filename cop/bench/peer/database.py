"""The peer PostGIS: a table of a PostgreSQL database, with the usual indexes of such a table."""

import math
from collections.abc import Sequence
from typing import Any, Self

import adbc_driver_postgresql.dbapi as postgresql
import pandas as pd
import pyarrow.parquet as pq

from cop.bench.case import CELL_BITS, TOP_SEGMENTS, Box, Case
from cop.bench.mvt import decode_tile
from cop.bench.rival import READ_COLUMNS, TILE_COLUMNS, Rival
from cop.errors import SettingsError
from cop.layerkind.events import CELLS_PER_SIDE_BITS, MOST_POINTS
from cop.model.event import OUTSIDE
from cop.model.tile import EXTENT, SCALE, Tile

_PREPARE = (
    "CREATE EXTENSION IF NOT EXISTS postgis",
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "DROP SCHEMA IF EXISTS cop_bench CASCADE",
    "CREATE SCHEMA cop_bench",
)
_BUILD = (
    "CREATE TABLE cop_bench.events AS SELECT row_number() OVER (ORDER BY occurred_at) AS id, *, "
    "ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geometry(Point, 4326) AS geom "
    "FROM cop_bench.loaded ORDER BY occurred_at",
    "DROP TABLE cop_bench.loaded",
    "ALTER TABLE cop_bench.events ADD PRIMARY KEY (id)",
    "CREATE INDEX ON cop_bench.events (occurred_at)",
    "CREATE INDEX ON cop_bench.events (sector, occurred_at)",
    "CREATE INDEX ON cop_bench.events USING gist (geom)",
    "CREATE INDEX ON cop_bench.events USING gist (geom, occurred_at)",
    "VACUUM ANALYZE cop_bench.events",
)
"""Rows lie in the order of time: windows are the first thing that every question narrows.

The key and the type of the place are what tipg looks for.
"""
_EDGE_DEG = 1e-6
"""The box of the index is wider than that of mx and my by this, which decide."""


class DatabasePeer(Rival):
    """SQL over one table, answers as Arrow columns; tiles are encoded by ST_AsMVT as ours are."""

    name = "postgis"

    def __init__(self, connection: Any, files: Sequence[str]) -> None:
        """Load the files into a schema of its own, which ``close`` drops."""
        self._connection = connection
        self._run(*_PREPARE)
        with connection.cursor() as cursor:
            for file in files:
                table: Any = pq.read_table(file, columns=list(READ_COLUMNS), partitioning=None)
                cursor.adbc_ingest("loaded", table, "create_append", db_schema_name="cop_bench")
        self._run(*_BUILD)

    @classmethod
    def connect(cls, dsn: str, files: Sequence[str]) -> Self:
        """Load the files into the database at ``dsn``."""
        try:
            return cls(postgresql.connect(dsn, autocommit=True), files)
        except postgresql.Error as fault:
            raise SettingsError(f"COP_BENCH_PG: the database failed: {fault}") from fault

    def points(self, case: Case) -> Any:
        """Select the columns of the events that pass."""
        return self._columns("lon, lat, occurred_at, kind, count", case)

    def cells(self, case: Case) -> Any:
        """Shift and group."""
        return self._columns(
            f"mx >> {CELL_BITS} AS cx, my >> {CELL_BITS} AS cy, count(*) AS n, "
            "sum(count)::bigint AS count",
            case,
            "GROUP BY 1, 2",
        )

    def days(self, case: Case) -> Any:
        """Group by the truncated time and the sector."""
        return self._columns(
            "date_trunc('day', occurred_at) AS day, sector, count(*) AS n, "
            "sum(count)::bigint AS count",
            case,
            "GROUP BY 1, 2",
        )

    def change(self, case: Case) -> Any:
        """Count both periods in one scan and rank."""
        before = case.filter.window.previous()
        if before is None:
            return None
        return self._fetch(
            f"""
            SELECT * FROM (
                SELECT segment_id, count(*) FILTER (WHERE occurred_at >= $2) AS n,
                    count(*) FILTER (WHERE occurred_at < $2) AS previous_n
                FROM cop_bench.events
                WHERE occurred_at >= $1 AND occurred_at < $3 AND segment_id <> $4
                GROUP BY segment_id
            ) AS counted WHERE n > 0 AND previous_n > 0
            ORDER BY (n - previous_n)::float / previous_n DESC, n DESC, segment_id COLLATE "C"
            LIMIT {TOP_SEGMENTS}
            """,
            [before.start, case.filter.window.start, case.filter.window.end, OUTSIDE],
        )

    def tile(self, case: Case) -> bytes:
        """Count up to one more than may be shown as points, then encode points or cells."""
        if case.tile is None:
            return b""
        where, values = _where(case)
        inside = f"FROM cop_bench.events WHERE {where}"
        few = f"SELECT count(*) FROM (SELECT 1 {inside} LIMIT {MOST_POINTS + 1}) AS few"
        ((n,),) = self._fetch(few, values).to_pandas().to_numpy()
        features = (_points if n <= MOST_POINTS else _cells)(case.tile, inside)
        encode = (
            f"SELECT ST_AsMVT(feature, 'events', {EXTENT}, 'geom') FROM ({features}) AS feature"
        )
        ((mvt,),) = self._fetch(encode, values).to_pandas().to_numpy()
        return bytes(mvt) if n else b""

    def table(self, case: Case, answer: Any) -> pd.DataFrame:
        """Decode the tile, rank the segments, or take the columns as they are."""
        if case.question == "tile":
            return decode_tile(answer, "events")
        table = pd.DataFrame(answer.to_pandas())
        return table.assign(rank=range(len(table))) if case.question == "change" else table

    def close(self) -> None:
        """Drop what was loaded."""
        self._run("DROP SCHEMA cop_bench CASCADE")
        self._connection.close()

    def _columns(self, columns: str, case: Case, group: str = "") -> Any:
        where, values = _where(case)
        return self._fetch(f"SELECT {columns} FROM cop_bench.events WHERE {where} {group}", values)

    def _fetch(self, sql: str, values: Sequence[Any]) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, tuple(values))
            return cursor.fetch_arrow_table()

    def _run(self, *statements: str) -> None:
        with self._connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _where(case: Case) -> tuple[str, list[Any]]:
    """Return the condition and the values that it binds, $1 the first."""
    conditions, values = ["true"], list[Any]()

    def bind(value: Any) -> str:
        values.append(value)
        return f"${len(values)}"

    if case.filter.window.start is not None:
        conditions.append(f"occurred_at >= {bind(case.filter.window.start)}")
    if case.filter.window.end is not None:
        conditions.append(f"occurred_at < {bind(case.filter.window.end)}")
    for column, allowed in (("sector", case.filter.sectors), ("kind", case.filter.kinds)):
        if allowed:
            conditions.append(f"{column} IN ({', '.join(bind(value) for value in allowed)})")
    if case.bounds is not None:
        x_low, y_low, x_high, y_high = case.bounds
        west, south, east, north = (bind(edge) for edge in _degrees(case.bounds))
        conditions += [
            f"geom && ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326)",
            f"mx BETWEEN {bind(x_low)} AND {bind(x_high)}",
            f"my BETWEEN {bind(y_low)} AND {bind(y_high)}",
        ]
    return " AND ".join(conditions), values


def _degrees(box: Box) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) a little around a box of Web Mercator integers."""
    x_low, y_low, x_high, y_high = box
    south, north = (
        math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / SCALE))))
        for y in (y_high + 1, y_low)
    )
    west, east = (360 * x / SCALE - 180 for x in (x_low, x_high + 1))
    return west - _EDGE_DEG, south - _EDGE_DEG, east + _EDGE_DEG, north + _EDGE_DEG


def _points(tile: Tile, inside: str) -> str:
    x_low, y_low, _, _ = tile.integer_bounds()
    unit = EXTENT / (1 << tile.shift)
    return (
        f"SELECT ST_MakePoint(floor((mx - {x_low}) * {unit!r}), floor((my - {y_low}) * {unit!r})) "
        f"AS geom, 1 AS n, 0 AS cell, {', '.join(TILE_COLUMNS)} {inside}"
    )


def _cells(tile: Tile, inside: str) -> str:
    """Group by square cells; the most frequent kind names the cell."""
    x_low, y_low, _, _ = tile.integer_bounds()
    bits = max(0, tile.shift - CELLS_PER_SIDE_BITS)
    side = EXTENT >> CELLS_PER_SIDE_BITS
    return f"""
        SELECT ST_MakeEnvelope(cx * {side}, cy * {side}, (cx + 1) * {side}, (cy + 1) * {side})
                AS geom, 1 AS cell, sum(n)::bigint AS n, sum(count)::bigint AS count,
            (array_agg(kind ORDER BY n DESC, kind COLLATE "C" DESC))[1] AS kind
        FROM (
            SELECT (mx - {x_low}) >> {bits} AS cx, (my - {y_low}) >> {bits} AS cy, kind,
                count(*) AS n, sum(count) AS count
            {inside} GROUP BY 1, 2, 3
        ) AS counted GROUP BY cx, cy
    """
