"""What is read for a tile, a question and a summary at each number of events, by the planner."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from statistics import median
from typing import Any, Final

from cop.bench.case import Case, draw_cases
from cop.bench.ours import Ours
from cop.bench.rival import TILE_COLUMNS
from cop.bench.sample import Sample, open_sample
from cop.bench.scale.count_row import CountRows
from cop.bench.scale.event_order import EventOrder
from cop.bench.scale.row_group import RowGroupIndex, build_row_groups
from cop.bench.scale.scaled_warehouse import PlannedRead, ScaledWarehouse
from cop.model.window import TimeWindow
from cop.query.summary import build_summary
from cop.query.view import View
from cop.store.catalogue.grain import IN_COPY, IN_MEMORY, TOTALS
from cop.store.catalogue.writer import ROW_GROUP_ROWS
from cop.store.dataset.schema import EVENTS
from cop.store.dataset.selection import share_month
from cop.store.serving.copy import ROW_GROUP_ROWS as COPY_ROW_GROUP_ROWS
from cop.store.serving.copy import SUFFIX, TIMED_EVENTS, find_folder
from cop.store.serving.served import BY_TIME, TIMED_COLUMNS
from cop.store.serving.volume import VOLUME_EVENTS

QUESTIONS: Final = ("z6", "z9", "z12", "Q1", "Q2")
SUMMARY, CUT_TILE, CUT_SUMMARY = "summary", "cut z6", "cut summary"
_COLUMNS: Final = {
    "points": {"lon", "lat", "occurred_at", "kind", "count"},
    "tile": {"mx", "my", "unit", "time_precision", *TILE_COLUMNS},
}
"""What is read of events that become points, beside what the filter names."""
_SAME: Final = {"day": "occurred_at", "month": "occurred_at", "n": "count"}
"""Which column of an event is about as wide as one of counts."""
_MEGABYTE: Final = 1_000_000
_GIGABYTE: Final = 1_000_000_000
_SIZES: Final = (
    "SELECT path_in_schema, sum(total_compressed_size)::DOUBLE FROM parquet_metadata($files) "
    "GROUP BY 1"
)


@dataclass(frozen=True, kw_only=True)
class ScaleModel:
    """What a sample says of any number of events: their places, bytes and groups of counts."""

    order: EventOrder
    counts: Mapping[str, CountRows]
    column_bytes: Mapping[str, float]
    file_bytes: float
    copy_bytes: float

    def width(self, columns: Iterable[str]) -> float:
        """Return the bytes of Parquet of some columns of an event; n counts as ``count`` does."""
        named = {_SAME.get(column, column) for column in columns}
        return sum(size for name, size in self.column_bytes.items() if name in named)


def run_scale(sample: Sample, sizes: Sequence[int], *, repetitions: int) -> dict[str, Any]:
    """Return {sample, sizes: [{events, files, row_groups, gb, counts, questions}, ...]}.

    Files and rows are what the program's planner chooses of a synthetic catalogue: that of a real
    sample with counts many times as large, and the row groups that so many events would have.
    """
    with open_sample(sample) as settings:
        warehouse = ScaledWarehouse(settings)
        try:
            model = read_model(warehouse)
            asked = list_cases(warehouse, seed=sample.seed, repetitions=repetitions)
            return {
                "sample": {
                    "events": len(model.order.mx),
                    "bytes_per_event": round(model.file_bytes, 1),
                    "copy_bytes_per_event": round(model.copy_bytes, 1),
                    "questions": compare_scans(warehouse, model, asked),
                },
                "sizes": [describe_size(warehouse, model, asked, events) for events in sizes],
            }
        finally:
            warehouse.close()


def read_model(warehouse: ScaledWarehouse) -> ScaleModel:
    """Read what a sample says of any number of events."""
    order = EventOrder.read(warehouse)
    rollup, copy = warehouse.sample.rollup, warehouse.sample_copy
    n, files = len(order.mx), list(order.files)
    tables = [
        *((grain, rollup.select(grain)) for grain in IN_MEMORY if grain is not TOTALS),
        *((grain, f"({copy.counted(grain, files)})") for grain in IN_COPY),
    ]
    copied = [path.stat().st_size for path in find_folder(warehouse.settings).glob(f"*{SUFFIX}*")]
    return ScaleModel(
        order=order,
        counts={g.table: CountRows.read(warehouse, g, sql) for g, sql in tables},
        column_bytes={name: size / n for name, size in warehouse.query(_SIZES, {"files": files})},
        file_bytes=sum(Path(file).stat().st_size for file in files) / n,
        copy_bytes=sum(copied) / n,
    )


def list_cases(
    warehouse: ScaledWarehouse, *, seed: int, repetitions: int
) -> list[tuple[str, Case]]:
    """Return the questions, each with its parameters as often as there are repetitions.

    Their windows are of whole days, except those of the ``cut`` ones. Tiles in
    which the sample has no event are left out: with more events they would not be empty.
    """
    snapshot = warehouse.sample
    return [
        (name, case)
        for name, case in _list_cases(draw_cases(warehouse, seed=seed, repetitions=repetitions))
        if case.tile is None
        or warehouse.estimate(snapshot, case.filter, case.tile.integer_bounds()) > 0
    ]


def _list_cases(rounds: Sequence[Sequence[Case]]) -> Iterator[tuple[str, Case]]:
    for case in (case for cases in rounds for case in cases if case.query in QUESTIONS):
        window = case.filter.window
        days = TimeWindow(start=_midnight(window.start), end=_midnight(window.end))
        whole = replace(case, filter=case.filter.within(days))
        yield case.query, whole
        if case.query == "z6":
            yield SUMMARY, replace(whole, query="Q4", tile=None)
            yield CUT_TILE, case
            yield CUT_SUMMARY, replace(case, query="Q4", tile=None)


def _midnight(moment: datetime | None) -> datetime | None:
    return None if moment is None else datetime.combine(moment, time())


def plan(warehouse: ScaledWarehouse, name: str, case: Case) -> PlannedRead:
    """Ask a question as a server does and return what is read for it."""
    with warehouse.planning() as read:
        if name in (SUMMARY, CUT_SUMMARY):
            build_summary(
                warehouse, View(snapshot=warehouse.snapshot, filter=case.filter), "sector"
            )
        else:
            Ours(warehouse).answer(case)
    if not read.is_counted:
        read.columns |= _COLUMNS[case.question]
    return read


def describe_size(
    warehouse: ScaledWarehouse,
    model: ScaleModel,
    asked: Sequence[tuple[str, Case]],
    events: int,
) -> dict[str, Any]:
    """Return what a warehouse of so many events has, and what each question reads of it."""
    files = build_row_groups(model.order, events, group_rows=ROW_GROUP_ROWS)
    copy = build_row_groups(model.order, events, group_rows=COPY_ROW_GROUP_ROWS, across_files=True)
    found: dict[str, list[dict[str, float]]] = {}
    for name, case in asked:
        warehouse.imitate(events, served=False)
        read = plan(warehouse, name, case)
        warehouse.imitate(events, served=True)
        served = plan(warehouse, name, case)
        found.setdefault(name, []).append(
            {
                **_describe_files(model, files, read, case),
                **_describe_copy(model, copy, served, case, events),
                "planning_ms": 1000 * served.seconds,
            }
        )
    return {
        "events": events,
        "files": len(model.order.files),
        "row_groups": len(files.rows),
        "gb": round(events * model.file_bytes / _GIGABYTE, 2),
        "copy_row_groups": len(copy.rows),
        "copy_gb": round(_weigh_copy(model, events) / _GIGABYTE, 2),
        "counts": {table: _sum_counts(model, table, events) for table in model.counts},
        "questions": {name: _take_medians(ones) for name, ones in found.items()},
    }


def _describe_files(
    model: ScaleModel, index: RowGroupIndex, read: PlannedRead, case: Case
) -> dict[str, float]:
    mask = index.find(read.event_files, case.filter, case.bounds)
    rows = int(index.rows[mask].sum())
    return {
        "files": len(read.event_files),
        "row_groups": int(mask.sum()),
        "rows": rows,
        "mb": rows * model.width(read.columns) / _MEGABYTE,
        "bounds": index.among(read.event_files),
    }


def _describe_copy(
    model: ScaleModel, index: RowGroupIndex, read: PlannedRead, case: Case, events: int
) -> dict[str, float]:
    mask = index.find(read.event_files, case.filter, case.bounds)
    sizes = dict(zip(model.order.files, model.order.scale(events), strict=True))
    rows = int(index.rows[mask].sum())
    months = {file: str(of) for file, of in zip(model.order.files, model.order.months, strict=True)}
    timed = [file for file in read.tables.get(BY_TIME, ()) if sizes[file]]
    timed_rows = sum(
        _count_timed(int(sizes[file]), share_month(months[file], window))
        for file in timed
        for window in read.windows
    )
    counted = {
        table: sum(model.counts[table].expect(int(sizes[file]), case.bounds) for file in files)
        for table, files in read.tables.items()
        if table not in (EVENTS, BY_TIME)
    }
    size = (rows + timed_rows) * model.width(read.columns) + sum(
        n * model.width(model.counts[table].columns) for table, n in counted.items()
    )
    return {
        "copy_row_groups": int(mask.sum()),
        "copy_rows": rows + timed_rows,
        "count_rows": sum(counted.values()),
        "copy_mb": size * model.copy_bytes / model.file_bytes / _MEGABYTE,
        "copy_bounds": sum(
            _count_bounds(sizes, read.tables.get(table, set())) for table in (EVENTS, BY_TIME)
        ),
    }


def _weigh_copy(model: ScaleModel, events: int) -> float:
    """Return the bytes of a copy, which has large files a second time, by time."""
    timed = sum(int(n) for n in model.order.scale(events) if n >= TIMED_EVENTS)
    again = model.width(TIMED_COLUMNS) * model.copy_bytes / model.file_bytes
    return events * model.copy_bytes + timed * again


def _count_bounds(sizes: Mapping[str, int], files: Collection[str]) -> int:
    """Return how many row groups the volumes have that files are in, as a copy fills them."""
    bounds, rows, is_read = 0, 0, False
    for file, n in sizes.items():
        if rows >= VOLUME_EVENTS:
            bounds += is_read * -(-rows // COPY_ROW_GROUP_ROWS)
            rows, is_read = 0, False
        rows += int(n)
        is_read |= file in files
    return bounds + is_read * -(-rows // COPY_ROW_GROUP_ROWS)


def _count_timed(events: int, share: float) -> int:
    """Return how many rows of a file that is sorted by time are read for a share of its month."""
    return min(events, round(share * events) + COPY_ROW_GROUP_ROWS) if share > 0 else 0


def _sum_counts(model: ScaleModel, table: str, events: int) -> int:
    counts = model.counts[table]
    return sum(counts.expect(int(n)) for n in model.order.scale(events))


def _take_medians(ones: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(median(one[name] for one in ones), 3) for name in ones[0]}


def compare_scans(
    warehouse: ScaledWarehouse, model: ScaleModel, asked: Sequence[tuple[str, Case]]
) -> dict[str, dict[str, float]]:
    """Return for each question the rows of events that DuckDB scans of the copy, and the index.

    Both over the sample as it is: what the index says is checked by what is read.
    """
    events = len(model.order.mx)
    index = build_row_groups(model.order, events, group_rows=COPY_ROW_GROUP_ROWS, across_files=True)
    warehouse.imitate(events, served=True)
    found: dict[str, list[dict[str, float]]] = {}
    for name, case in asked:
        read = plan(warehouse, name, case)
        scanned = count_scanned(warehouse, read, case)
        mask = index.find(read.event_files, case.filter, case.bounds)
        found.setdefault(name, []).append(
            {"scanned_rows": scanned, "index_rows": int(index.rows[mask].sum())}
        )
    return {name: _take_medians(ones) for name, ones in found.items()}


def count_scanned(warehouse: ScaledWarehouse, read: PlannedRead, case: Case) -> int:
    """Return how many rows of events DuckDB scans of the serving copy for a question."""
    selection = read.selection
    if selection is None:
        return 0
    if case.bounds is not None:
        selection = selection.within(case.bounds)
    asked = f"SELECT max(count) FROM {selection.source} WHERE {selection.where}"  # noqa: S608 our own fragments, values are bound
    ((_, explained),) = warehouse.query(f"EXPLAIN (ANALYZE, FORMAT json) {asked}", selection.values)
    return sum(_list_scans(json.loads(explained)))


def _list_scans(node: Mapping[str, Any]) -> Iterator[int]:
    table = str(node.get("extra_info", {}).get("Table", "")).rsplit(".")[-1]
    if table.startswith((f"{EVENTS}_", f"{BY_TIME}_")):
        yield int(node["operator_rows_scanned"])
    for child in node.get("children", ()):
        yield from _list_scans(child)
