"""Tests of the rollups: they count what the files hold, once, and forget what nobody reads."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.settings import StoreSettings
from cop.store.backup.compaction import compact
from cop.store.dataset.rollup import CELL_BITS, CELLS, DAYS
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


@given(
    moments=st.lists(st.none() | MOMENTS, min_size=2, max_size=2, unique=True),
    kinds=st.sampled_from([(), ("rescue",)]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_cells_hold_the_events_of_any_window(
    warehouse: Warehouse, moments: list[datetime | None], kinds: tuple[str, ...]
) -> None:
    start, end = moments
    if start is not None and end is not None and start > end:
        start, end = end, start
    wanted = Filter(window=TimeWindow(start=start, end=end), kinds=kinds)
    cells = warehouse.cells(warehouse.snapshot, wanted)
    events = warehouse.events(warehouse.snapshot, wanted)
    figures = f"SELECT mx >> {CELL_BITS} AS cx, my >> {CELL_BITS} AS cy, "
    counted = warehouse.query(
        f"{figures} sum(n), sum(count) FROM {cells.source} WHERE {cells.where} GROUP BY 1, 2 "
        "ORDER BY 1, 2",
        cells.values,
    )
    assert counted == warehouse.query(
        f"{figures} count(*), sum(count) FROM {events.source} WHERE {events.where} "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        events.values,
    )


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
            ((kept,),) = warehouse.query(f"SELECT count(DISTINCT part) FROM {grain.table}")
            assert kept <= 2 * len(rollup.parts) + 8
    assert len(seen) > 4 * len(rollup.parts)
    warehouse.close()
