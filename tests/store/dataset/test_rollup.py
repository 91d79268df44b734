"""Tests of the rollups: they count what the files hold, once, and forget what nobody reads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.settings import StoreSettings
from cop.store.backup.compaction import compact
from cop.store.catalogue.grain import CELLS, DAYS, TOTALS
from cop.store.dataset.rollup import Rollups
from cop.store.engine import DatabaseError
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.store

N = 3_000
FIRST = datetime(2025, 11, 20)
DAYS_HELD = 100
MOMENTS = st.datetimes(FIRST - timedelta(days=40), FIRST + timedelta(days=DAYS_HELD + 40))


def make_spread(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    seconds = rng.integers(DAYS_HELD * 86_400, size=n)
    return make_frame(
        n,
        lon=rng.uniform(-112, -108, n),
        lat=rng.uniform(30, 32, n),
        count=rng.integers(0, 9, n),
        kind=rng.choice(["crossing", "rescue"], n),
    ).assign(occurred_at=pd.to_datetime(FIRST) + pd.to_timedelta(seconds, unit="s"))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = StoreSettings(data=tmp_path_factory.mktemp("rollup") / "warehouse")
    publish_events(folder, make_spread(N, 1))
    warehouse = Warehouse(folder)
    yield warehouse
    warehouse.close()


@pytest.mark.parametrize(
    ("window", "whole"),
    [
        (TimeWindow(), True),
        (TimeWindow(start=datetime(2025, 12, 1), end=datetime(2026, 2, 1)), True),
        (TimeWindow(start=datetime(2025, 12, 10), end=datetime(2026, 1, 20)), False),
        (TimeWindow(start=datetime(2026, 6, 1)), True),
    ],
)
@pytest.mark.parametrize("z", [0, 6, 9, 12, 14])
def test_the_guess_is_exact_for_whole_months_and_cells(
    warehouse: Warehouse, window: TimeWindow, whole: bool, z: int
) -> None:
    """Where a window or tile cuts them, it is near; where there can be no event, it is 0."""
    wanted = Filter(window=window)
    tile = Tile(z, *(int(part * 2**z) for part in (0.1958, 0.4077)))
    inside = warehouse.events(warehouse.snapshot, wanted).within(tile.integer_bounds())
    ((n,),) = warehouse.query(
        f"SELECT count(*) FROM {inside.source} WHERE {inside.where}", inside.values
    )
    guess = warehouse.estimate(warehouse.snapshot, wanted, tile.integer_bounds())
    assert abs(guess - n) <= (0 if whole and z <= 12 else 60)
    assert n == 0 or guess > 0


@pytest.mark.usefixtures("forgetful")
def test_a_file_is_counted_once_and_forgotten_with_its_last_reader(
    settings: StoreSettings,
) -> None:
    publish_events(settings, make_spread(50, 2))
    warehouse = Warehouse(settings)
    seen: set[int] = set()
    for i in range(8):
        publish_events(settings, make_spread(50, 10 + i))
        compact(settings)
        assert warehouse.refresh()
        rollup = warehouse.snapshot.rollup
        seen |= set(rollup.parts.values())
        for grain in (DAYS, CELLS):
            ((n,),) = warehouse.query(f"SELECT sum(n) FROM {rollup.select(grain)}")
            assert n == 50 * (i + 2)
            ((kept,),) = warehouse.query(f"SELECT count(DISTINCT part) FROM counts.{grain.table}")
            assert kept <= 2 * len(rollup.parts) + 8
    assert len(seen) > 4 * len(rollup.parts)
    warehouse.close()


def test_a_file_without_events_is_counted_as_none(settings: StoreSettings) -> None:
    publish_events(settings, make_spread(50, 2))
    warehouse = Warehouse(settings)
    catalogue = warehouse.snapshot.catalogue
    file = catalogue.event_files[0]
    empty = str(Path(file).with_name("empty.parquet"))
    with warehouse.cursor() as cursor:
        cursor.execute(f"COPY (FROM '{file}' WHERE false) TO '{empty}' (FORMAT parquet)")
        rollup = Rollups().build(cursor, replace(catalogue, files={"events": (file, empty)}))
    (n,) = warehouse.query("SELECT count(*) FROM read_parquet($file)", {"file": file})[0]
    assert rollup.events == {file: n, empty: 0}
    warehouse.close()


def test_counts_are_there_where_another_transaction_keeps_them_from_being_compressed(
    settings: StoreSettings,
) -> None:
    publish_events(settings, make_spread(50, 2))
    warehouse = Warehouse(settings)
    check = "CHECKPOINT counts"
    with warehouse.cursor() as cursor, warehouse.cursor() as other:
        other.execute("BEGIN")
        other.execute("CREATE TABLE counts.busy (i INTEGER)")
        with pytest.raises(DatabaseError, match="write transactions"):
            cursor.execute(check)
        rollup = Rollups().build(cursor, warehouse.snapshot.catalogue)
        (found,) = cursor.execute(f"SELECT sum(n) FROM {rollup.select(TOTALS)}").fetchall()
        other.execute("ROLLBACK")
        cursor.execute(check)
    assert found == (sum(rollup.events.values()),)
    assert found[0] > 0
    warehouse.close()
