"""Our side of the bench: the store and the tiles as the server calls them, without its caches."""

from typing import Any

import pandas as pd

from cop.bench.case import CELL_BITS, TOP_SEGMENTS, Case
from cop.bench.mvt import decode_tile
from cop.bench.rival import Rival
from cop.layerkind.events import render_event_tile
from cop.model.event import OUTSIDE
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.view import View
from cop.store.dataset.planner import Grouping
from cop.store.dataset.selection import Selection
from cop.store.warehouse import Warehouse


class Ours(Rival):
    """DuckDB over the serving copy; many events are counted from rollups, as the planner chooses.

    Points, cells and days come as Arrow columns: nothing of the server hands them out as rows.
    """

    name = "ours"

    def __init__(self, warehouse: Warehouse) -> None:
        """Answer from the warehouse's snapshot of now."""
        self._warehouse = warehouse
        self._snapshot = warehouse.snapshot
        self._layer = find_layer("events")

    def points(self, case: Case) -> Any:
        """Select the events of the window in the box."""
        return self._columns("lon, lat, occurred_at, kind, count", self._events(case))

    def cells(self, case: Case) -> Any:
        """Shift the Web Mercator integers and group."""
        grouping = Grouping(columns=("mx", "my"), bits=CELL_BITS)
        return self._columns(
            f"mx >> {CELL_BITS} AS cx, my >> {CELL_BITS} AS cy, sum(n)::BIGINT AS n, "
            "sum(count)::BIGINT AS count",
            self._warehouse.counts(self._snapshot, case.filter, grouping),
            "GROUP BY 1, 2",
        )

    def days(self, case: Case) -> Any:
        """Sum by day and sector."""
        grouping = Grouping(columns=("day", "sector"))
        return self._columns(
            "day, sector, sum(n)::BIGINT AS n, sum(count)::BIGINT AS count",
            self._warehouse.counts(self._snapshot, case.filter, grouping),
            "GROUP BY 1, 2",
        )

    def change(self, case: Case) -> Any:
        """Count both periods by segment at once and rank."""
        window, before = case.filter.window, case.filter.window.previous()
        if before is None:
            return []
        both = case.filter.within(TimeWindow(start=before.start, end=window.end))
        grouping = Grouping(columns=("segment_id",), since=window.start)
        counts = self._warehouse.counts(self._snapshot, both, grouping)
        rows = self._warehouse.query(
            "SELECT segment_id, coalesce(sum(n) FILTER (since), 0)::BIGINT, sum(n)::BIGINT "  # noqa: S608 our own fragments, values are bound
            f"FROM {counts.source} WHERE {counts.where} GROUP BY 1",
            counts.values,
        )
        counted = [(segment, n, both_n - n) for segment, n, both_n in rows if segment != OUTSIDE]
        changed = [row for row in counted if row[1] and row[2]]
        changed.sort(key=lambda row: (-(row[1] - row[2]) / row[2], -row[1], row[0]))
        return changed[:TOP_SEGMENTS]

    def tile(self, case: Case) -> bytes:
        """Render the MVT as the route does."""
        if case.tile is None:
            return b""
        view = View(snapshot=self._snapshot, filter=case.filter)
        return render_event_tile(self._warehouse, view, self._layer, case.tile)

    def table(self, case: Case, answer: Any) -> pd.DataFrame:
        """Decode the tile, rank the segments, or take the columns as they are."""
        if case.question == "tile":
            return decode_tile(answer, self._layer.id)
        if case.question == "change":
            table = pd.DataFrame(answer, columns=["segment_id", "n", "previous_n"])
            return table.assign(rank=range(len(table)))
        return pd.DataFrame(answer.to_pandas())

    def _events(self, case: Case) -> Selection:
        selection = self._warehouse.events(self._snapshot, case.filter)
        return selection if case.bounds is None else selection.within(case.bounds)

    def _columns(self, columns: str, selection: Selection, group: str = "") -> Any:
        sql = f"SELECT {columns} FROM {selection.source} WHERE {selection.where} {group}"  # noqa: S608 our own fragments, values are bound
        with self._warehouse.cursor() as cursor:
            return cursor.execute(sql, selection.values).to_arrow_table()
