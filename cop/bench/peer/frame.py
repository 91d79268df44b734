"""The peer geopandas: every event in memory, asked with boolean masks and groupby."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cop.bench.case import CELL_BITS, TOP_SEGMENTS, Case
from cop.bench.rival import READ_COLUMNS, TILE_COLUMNS, Rival
from cop.layerkind.events import CELLS_PER_SIDE_BITS, MOST_POINTS
from cop.model.event import OUTSIDE
from cop.model.tile import EXTENT

_POINT_COLUMNS = ["occurred_at", "kind", "count", "geometry"]


class FramePeer(Rival):
    """One GeoDataFrame as read, without an index; tiles are selected and binned, not encoded.

    The box compares the columns mx and my, which is many times faster than ``cx`` on geometries.
    """

    name = "geopandas"

    def __init__(self, files: Sequence[str], _scratch: Path) -> None:
        """Read the files into memory."""
        columns = [*READ_COLUMNS, "geometry"]
        frames = [gpd.read_parquet(file, columns=columns) for file in files]
        self._events = pd.concat(frames, ignore_index=True)

    def points(self, case: Case) -> Any:
        """Take the points that pass."""
        return self._events.loc[self._mask(case), _POINT_COLUMNS]

    def cells(self, case: Case) -> Any:
        """Divide and group."""
        events = self._events.loc[self._mask(case), ["mx", "my", "count"]]
        side = 1 << CELL_BITS
        keys = [(events["mx"] // side).rename("cx"), (events["my"] // side).rename("cy")]
        return events.groupby(keys)["count"].agg(n="size", count="sum").reset_index()

    def days(self, case: Case) -> Any:
        """Group by the floor of the time and the sector."""
        events = self._events.loc[self._mask(case), ["occurred_at", "sector", "count"]]
        keys = [events["occurred_at"].dt.floor("D").rename("day"), "sector"]
        return events.groupby(keys)["count"].agg(n="size", count="sum").reset_index()

    def change(self, case: Case) -> Any:
        """Count both periods by segment and rank."""
        window, before = case.filter.window, case.filter.window.previous()
        n, previous = (
            self._events.loc[self._within(period), "segment_id"].value_counts()
            for period in (window, before)
        )
        table = pd.DataFrame({"n": n, "previous_n": previous}).dropna().astype(int)
        table = table.drop(OUTSIDE, errors="ignore").rename_axis("segment_id").reset_index()
        table["change"] = (table["n"] - table["previous_n"]) / table["previous_n"]
        ranked = table.sort_values(["change", "n", "segment_id"], ascending=[False, False, True])
        return ranked.head(TOP_SEGMENTS)

    def tile(self, case: Case) -> Any:
        """Select, then take points with their properties or bin."""
        if case.tile is None:
            return None
        x_low, y_low, _, _ = case.tile.integer_bounds()
        events = self._events.loc[self._mask(case), ["mx", "my", *TILE_COLUMNS]]
        dx, dy = events["mx"] - x_low, events["my"] - y_low
        if len(events) <= MOST_POINTS:
            unit = EXTENT / (1 << case.tile.shift)
            x, y = np.floor(dx * unit), np.floor(dy * unit)
            return events.assign(x=x, y=y, n=1, cell=0)
        side = 1 << max(0, case.tile.shift - CELLS_PER_SIDE_BITS)
        keys = [(dx // side).rename("x"), (dy // side).rename("y"), "kind"]
        kinds = events.groupby(keys)["count"].agg(n="size", count="sum").reset_index()
        cells = kinds.sort_values(["n", "kind"]).groupby(["x", "y"])
        return cells.agg(
            n=("n", "sum"), count=("count", "sum"), kind=("kind", "last")
        ).reset_index()

    def table(self, case: Case, answer: Any) -> pd.DataFrame:
        """Name the columns as the question does."""
        if case.question == "points":
            return pd.DataFrame(answer).assign(lon=answer.geometry.x, lat=answer.geometry.y)
        if case.question == "change":
            return pd.DataFrame(answer.assign(rank=range(len(answer))))
        if case.question == "tile" and "cell" not in answer:
            return pd.DataFrame(answer.assign(cell=1))
        return pd.DataFrame(answer)

    def _within(self, window: Any) -> Any:
        times = self._events["occurred_at"]
        return (times >= window.start) & (times < window.end)

    def _mask(self, case: Case) -> Any:
        filter, events = case.filter, self._events
        mask: Any = np.ones(len(events), dtype=bool)
        if filter.window.start is not None:
            mask = self._within(filter.window)
        if filter.sectors:
            mask &= events["sector"].isin(filter.sectors)
        if filter.kinds:
            mask &= events["kind"].isin(filter.kinds)
        if case.bounds is not None:
            x_low, y_low, x_high, y_high = case.bounds
            mask &= events["mx"].between(x_low, x_high) & events["my"].between(y_low, y_high)
        return mask
