"""Events that batches are tried on, what they write, and a table of the store to compare with."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cop.batch.engine import BatchEngine, Types
from cop.batch.table import BatchTable
from cop.settings import StoreSettings
from cop.store.catalogue.grain import IN_MEMORY, Grain
from cop.store.warehouse import Warehouse
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import publish_events

MARKINGS = ["TLP:CLEAR", "TLP:AMBER//REL TO DPS", "TLP:RED"]
FIRST = datetime(2025, 11, 20)


def draw_events(n: int, seed: int) -> pd.DataFrame:
    """Events of twelve weeks, some before 1970, with gaps in every column that may have them."""
    rng = np.random.default_rng(seed)
    moments = pd.to_datetime(FIRST) + pd.to_timedelta(
        rng.integers(84 * 86_400_000_000, size=n), unit="us"
    )
    late = pd.to_timedelta(rng.choice([0, 1, 9, 30], n), unit="D")
    old = rng.random(n) < 0.01
    frame = make_frame(
        n,
        lon=rng.uniform(-180, 180, n),
        lat=rng.uniform(-89, 89, n),
        count=rng.choice([None, 0, 1, 7, 2**31 - 1], n),
        kind=rng.choice(["crossing", "rescue", "Überfall"], n),
        unit=rng.choice(["people", "kg"], n),
        segment_id=rng.choice([None, "TCA-0001", "TCA-0002", "YUM-0001"], n),
        sector=rng.choice([None, "TCA", "YUM"], n),
        county=rng.choice([None, "Pima, AZ"], n),
        marking=rng.choice(MARKINGS, n),
    )
    return frame.assign(
        source_id=[f"{seed}-{number}" for number in range(n)],
        occurred_at=moments.where(~old, pd.Timestamp("1969-12-31 23:59:59.999999")),
        reported_at=(moments + late).where(rng.random(n) < 0.8),
    )


def publish_drawn(folder: Path, *, n: int = 2_000) -> StoreSettings:
    """Publish real and synthetic events of two sources."""
    settings = StoreSettings(data=folder)
    publish_events(settings, draw_events(n, 1), source="test")
    made = draw_events(n, 2).assign(source="made", synthetic=True)
    publish_events(settings, made, source="made", synthetic=True)
    return settings


def read_events(engine: BatchEngine, settings: StoreSettings, columns: Types) -> Any:
    """The events of the newest version, as a batch reads them."""
    return engine.read("events", [str(p) for p in published_files(settings, "events")], columns)


def write_table(engine: BatchEngine, table: BatchTable, folder: Path) -> pa.Table:
    """What an engine writes of a table of a batch."""
    engine.write(table.ordered, table.columns, folder / table.name)
    return read_written(folder, table.name)


def read_written(folder: Path, name: str) -> pa.Table:
    """The rows of a table in the order of its files."""
    parts = [pq.read_table(path) for path in sorted((folder / name).iterdir())]
    return pa.concat_tables(parts).combine_chunks()


def describe(table: pa.Table) -> dict[str, str]:
    """The columns of a table with their types."""
    return {column.name: str(column.type) for column in table.schema}


def rows_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """The rows of a table."""
    return [*zip(*(column.to_pylist() for column in table.columns), strict=True)]


def is_sorted(table: pa.Table, order: tuple[str, ...]) -> bool:
    """Whether no two rows are alike in the columns of an order, and each is after the others."""
    keys = [
        tuple((value is not None, value) for value in row) for row in rows_of(table.select(order))
    ]
    return all(one < other for one, other in pairwise(keys))


def store_rollup(warehouse: Warehouse, grain: Grain) -> list[tuple[Any, ...]]:
    """The rollup of the store of a whole version: what each of its files has, added."""
    if grain in IN_MEMORY:
        counted = warehouse.snapshot.rollup.select(grain)
    else:
        files = ", ".join(f"'{path}'" for path in warehouse.snapshot.catalogue.event_files)
        counted = f"({grain.count_sql(f'read_parquet([{files}], hive_partitioning => false)')})"
    figures = {
        "n": "sum(n)::BIGINT",
        "count": "sum(count)::BIGINT",
        "oldest": "min(oldest)",
        "newest": "max(newest)",
    }
    columns = ", ".join(f"{figures.get(name, name)} AS {name}" for name in grain.columns)
    return [*warehouse.query(f"SELECT {columns} FROM {counted} GROUP BY ALL")]
