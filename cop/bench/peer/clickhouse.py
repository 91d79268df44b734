"""The peer chdb: ClickHouse in this process, over a MergeTree table that it lays out itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from chdb.session import Session

from cop.bench.case import CELL_BITS, TOP_SEGMENTS, Case
from cop.bench.rival import READ_COLUMNS, TILE_COLUMNS, Rival
from cop.layerkind.events import CELLS_PER_SIDE_BITS, MOST_POINTS
from cop.model.event import OUTSIDE
from cop.model.tile import EXTENT, Tile

_TABLE = """
CREATE TABLE events (
    lon Float64, lat Float64, mx UInt32, my UInt32, count Int32, kind LowCardinality(String),
    event_id String, source LowCardinality(String), sector LowCardinality(String),
    segment_id LowCardinality(String), confidence LowCardinality(String),
    marking LowCardinality(String), occurred_at DateTime64(6), synthetic Bool,
    PROJECTION by_sector (
        SELECT lon, lat, occurred_at, kind, count, sector ORDER BY sector, occurred_at
    )
) ENGINE = MergeTree PARTITION BY toYYYYMM(occurred_at) ORDER BY mortonEncode(mx, my)
"""
"""Each month by place, and beside it by sector and time; both keys narrow what is read."""


class ClickHousePeer(Rival):
    """SQL over one table, answers as Arrow columns; tiles are selected and binned, not encoded."""

    name = "chdb"

    def __init__(self, files: Sequence[str], scratch: Path) -> None:
        """Load the files into a table below ``scratch``, merged as far as it goes."""
        scratch.mkdir(parents=True, exist_ok=True)
        self._session = Session(str(scratch / "clickhouse"))
        self._session.query(_TABLE)
        columns = ", ".join(READ_COLUMNS)
        for file in files:
            self._session.query(
                f"INSERT INTO events ({columns}) SELECT {columns} "
                "FROM file({file:String}, Parquet)",
                params={"file": file},
            )
        self._session.query("OPTIMIZE TABLE events FINAL")

    def points(self, case: Case) -> Any:
        """Select the columns of the events that pass."""
        return self._select("lon, lat, occurred_at, kind, count", case)

    def cells(self, case: Case) -> Any:
        """Shift and group."""
        return self._select(
            f"bitShiftRight(mx, {CELL_BITS}) AS cx, bitShiftRight(my, {CELL_BITS}) AS cy, "
            "count() AS n, sum(events.count) AS count",
            case,
            "GROUP BY cx, cy",
        )

    def days(self, case: Case) -> Any:
        """Group by the day and the sector."""
        return self._select(
            "toDate(occurred_at) AS day, sector, count() AS n, sum(events.count) AS count",
            case,
            "GROUP BY day, sector",
        )

    def change(self, case: Case) -> Any:
        """Count both periods in one scan and rank."""
        before = case.filter.window.previous()
        if before is None:
            return None
        values = {
            "before": _text(before.start),
            "start": _text(case.filter.window.start),
            "end": _text(case.filter.window.end),
            "outside": OUTSIDE,
        }
        return self._fetch(
            f"""
            SELECT segment_id, countIf(occurred_at >= {{start:DateTime64(6)}}) AS n,
                countIf(occurred_at < {{start:DateTime64(6)}}) AS previous_n
            FROM events
            WHERE occurred_at >= {{before:DateTime64(6)}} AND occurred_at < {{end:DateTime64(6)}}
                AND segment_id <> {{outside:String}}
            GROUP BY segment_id HAVING n > 0 AND previous_n > 0
            ORDER BY (toInt64(n) - previous_n) / previous_n DESC, n DESC, segment_id
            LIMIT {TOP_SEGMENTS}
            """,
            values,
        )

    def tile(self, case: Case) -> Any:
        """Take up to one more than may be shown as points; where there are more, bin them all."""
        if case.tile is None:
            return None
        points = self._select(_points(case.tile), case, f"LIMIT {MOST_POINTS + 1}")
        if len(points) <= MOST_POINTS:
            return points
        where, values = _where(case)
        return self._fetch(_cells(case.tile, where), values)

    def table(self, case: Case, answer: Any) -> pd.DataFrame:
        """Name the columns as the question does."""
        table = pd.DataFrame(answer.to_pandas())
        for column in table.select_dtypes("datetimetz"):
            table[column] = table[column].dt.tz_localize(None)  # written as naive, read as UTC
        if case.question == "days":
            table["day"] = pd.to_datetime(table["day"])
        return table.assign(rank=range(len(table))) if case.question == "change" else table

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _select(self, columns: str, case: Case, rest: str = "") -> Any:
        where, values = _where(case)
        return self._fetch(f"SELECT {columns} FROM events WHERE {where} {rest}", values)

    def _fetch(self, sql: str, values: dict[str, Any]) -> Any:
        return self._session.query(sql, "ArrowTable", params=values)


def _where(case: Case) -> tuple[str, dict[str, Any]]:
    """Return the condition and the values that it binds."""
    conditions, values = ["true"], dict[str, Any]()

    def bind(kind: str, value: Any) -> str:
        name = f"value_{len(values)}"
        values[name] = value
        return f"{{{name}:{kind}}}"

    window = case.filter.window
    if window.start is not None:
        conditions.append(f"occurred_at >= {bind('DateTime64(6)', _text(window.start))}")
    if window.end is not None:
        conditions.append(f"occurred_at < {bind('DateTime64(6)', _text(window.end))}")
    for column, allowed in (("sector", case.filter.sectors), ("kind", case.filter.kinds)):
        if allowed:
            conditions.append(
                f"{column} IN ({', '.join(bind('String', value) for value in allowed)})"
            )
    if case.bounds is not None:
        x_low, y_low, x_high, y_high = (bind("UInt32", edge) for edge in case.bounds)
        conditions += [f"mx BETWEEN {x_low} AND {x_high}", f"my BETWEEN {y_low} AND {y_high}"]
    return " AND ".join(conditions), values


def _text(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def _points(tile: Tile) -> str:
    x_low, y_low, _, _ = tile.integer_bounds()
    unit = EXTENT / (1 << tile.shift)
    return (
        f"floor((mx - {x_low}) * {unit!r}) AS x, floor((my - {y_low}) * {unit!r}) AS y, "
        f"1 AS n, 0 AS cell, {', '.join(TILE_COLUMNS)}"
    )


def _cells(tile: Tile, where: str) -> str:
    """Group by square cells; the most frequent kind names the cell."""
    x_low, y_low, _, _ = tile.integer_bounds()
    bits = max(0, tile.shift - CELLS_PER_SIDE_BITS)
    return f"""
        SELECT x, y, 1 AS cell, sum(counted.n) AS n, sum(counted.count) AS count,
            argMax(kind, (counted.n, kind)) AS kind
        FROM (
            SELECT bitShiftRight(mx - {x_low}, {bits}) AS x,
                bitShiftRight(my - {y_low}, {bits}) AS y, kind, count() AS n,
                sum(events.count) AS count
            FROM events WHERE {where} GROUP BY x, y, kind
        ) AS counted GROUP BY x, y
    """
