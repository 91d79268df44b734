"""The peer polars: a lazy scan of the event files, pruned by month as ours is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow.parquet as pq

from cop.bench.case import CELL_BITS, TOP_SEGMENTS, Case
from cop.bench.rival import READ_COLUMNS, TILE_COLUMNS, Rival
from cop.layerkind.events import CELLS_PER_SIDE_BITS, MOST_POINTS
from cop.model.event import OUTSIDE
from cop.model.tile import EXTENT
from cop.model.window import TimeWindow
from cop.store.catalogue.writer import ROW_GROUP_ROWS
from cop.store.dataset.schema import MONTH

_SUMS = (pl.len().alias("n"), pl.col("count").sum())
_TIME = pl.col("occurred_at")


class ScanPeer(Rival):
    """A lazy frame over hive partitions; tiles are selected and binned, not encoded.

    polars 2.1 refuses a file with Parquet's own GEOMETRY type ("LogicalType union has no variant
    set"), so it scans copies without that column: same rows, order, months and row groups.
    """

    name = "polars"

    def __init__(self, files: Sequence[str], scratch: Path) -> None:
        """Copy the files without geometry and open the scan."""
        copies = [_copy(Path(file), scratch) for file in files]
        self._events = pl.scan_parquet(
            copies, hive_partitioning=True, hive_schema={MONTH: pl.String}
        )

    def points(self, case: Case) -> pl.DataFrame:
        """Collect the columns of the events that pass."""
        return self._select(case).select("lon", "lat", "occurred_at", "kind", "count").collect()

    def cells(self, case: Case) -> pl.DataFrame:
        """Divide and group."""
        side = 1 << CELL_BITS
        keys = ((pl.col("mx") // side).alias("cx"), (pl.col("my") // side).alias("cy"))
        return self._select(case).group_by(*keys).agg(*_SUMS).collect()

    def days(self, case: Case) -> pl.DataFrame:
        """Group by the truncated time and the sector."""
        day = _TIME.dt.truncate("1d").alias("day")
        return self._select(case).group_by(day, "sector").agg(*_SUMS).collect()

    def change(self, case: Case) -> pl.DataFrame:
        """Count both periods in one scan and rank."""
        window, before = case.filter.window, case.filter.window.previous()
        if window.start is None or before is None:
            return pl.DataFrame()
        both = self._within(TimeWindow(start=before.start, end=window.end))
        n, previous = pl.col("n"), pl.col("previous_n")
        counted = (
            both.filter(pl.col("segment_id") != OUTSIDE)
            .group_by("segment_id")
            .agg(
                (window.start <= _TIME).sum().alias("n"),
                (window.start > _TIME).sum().alias("previous_n"),
            )
        )
        change = (n.cast(pl.Int64) - previous) / previous
        return (
            counted.filter((n > 0) & (previous > 0))
            .with_columns(change.alias("change"))
            .sort("change", "n", "segment_id", descending=[True, True, False])
            .head(TOP_SEGMENTS)
            .collect()
        )

    def tile(self, case: Case) -> pl.DataFrame:
        """Select, then take points with their properties or bin."""
        if case.tile is None:
            return pl.DataFrame()
        x_low, y_low, _, _ = case.tile.integer_bounds()
        rows = self._select(case).select("mx", "my", *TILE_COLUMNS).collect()
        dx, dy = pl.col("mx") - x_low, pl.col("my") - y_low
        if len(rows) <= MOST_POINTS:
            unit = EXTENT / (1 << case.tile.shift)
            return rows.with_columns(
                (dx * unit).floor().alias("x"),
                (dy * unit).floor().alias("y"),
                pl.lit(1).alias("n"),
                pl.lit(0).alias("cell"),
            )
        side = 1 << max(0, case.tile.shift - CELLS_PER_SIDE_BITS)
        keys = ((dx // side).alias("x"), (dy // side).alias("y"))
        kinds = rows.group_by(*keys, "kind").agg(*_SUMS).sort("n", "kind")
        return kinds.group_by("x", "y", maintain_order=True).agg(
            pl.col("n").sum(), pl.col("count").sum(), pl.col("kind").last(), pl.lit(1).alias("cell")
        )

    def table(self, case: Case, answer: pl.DataFrame) -> pd.DataFrame:
        """Name the columns as the question does."""
        if case.question == "change":
            answer = answer.with_row_index("rank")
        return answer.to_pandas()

    def _within(self, window: TimeWindow) -> pl.LazyFrame:
        if window.start is None or window.end is None:
            return self._events
        month = pl.col(MONTH)
        return self._events.filter(
            (month >= f"{window.start:%Y-%m}") & (month <= f"{window.end:%Y-%m}"),
            (window.start <= _TIME) & (window.end > _TIME),
        )

    def _select(self, case: Case) -> pl.LazyFrame:
        events = self._within(case.filter.window)
        if case.filter.sectors:
            events = events.filter(pl.col("sector").is_in(case.filter.sectors))
        if case.filter.kinds:
            events = events.filter(pl.col("kind").is_in(case.filter.kinds))
        if case.bounds is not None:
            x_low, y_low, x_high, y_high = case.bounds
            events = events.filter(
                pl.col("mx").is_between(x_low, x_high) & pl.col("my").is_between(y_low, y_high)
            )
        return events


def _copy(file: Path, scratch: Path) -> Path:
    folder = scratch / file.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    # partitioning=None: the month stays in the folder's name alone.
    table: Any = pq.read_table(file, columns=list(READ_COLUMNS), partitioning=None)
    pq.write_table(table, folder / file.name, compression="zstd", row_group_size=ROW_GROUP_ROWS)
    return folder / file.name
