"""Tests of guesses from counted cells: read once for a month and a filter, near what there is."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.settings import StoreSettings
from cop.store.catalogue.grain import CELL_BITS
from cop.store.dataset.density import Densities
from cop.store.dataset.selection import Box
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.scale

N = 600
EVERYWHERE: Box = (0, 0, 2**32 - 1, 2**32 - 1)
JANUARY = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1))
HALF = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 1, 16, 12))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    settings = StoreSettings(data=tmp_path_factory.mktemp("density") / "w")
    rng = np.random.default_rng(4)
    moments = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(59 * 86_400, size=N), "s")
    frame = make_frame(
        N,
        source_id=[str(i) for i in range(N)],
        lon=rng.uniform(-112, -111, N),
        kind=rng.choice(["crossing", "rescue"], N),
    ).assign(occurred_at=moments)
    publish_events(settings, frame)
    warehouse = Warehouse(settings)
    yield warehouse
    warehouse.close()


class Reads:
    """Counts the queries of a warehouse."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.asked: list[str] = []
        self._warehouse = warehouse

    def __call__(self, sql: str, values: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
        self.asked.append(sql)
        return self._warehouse.columns(sql, values)


def count(warehouse: Warehouse, wanted: Filter, box: Box) -> int:
    inside = warehouse.events(warehouse.snapshot, wanted).within(box)
    sql = f"SELECT count(*) FROM {inside.source} WHERE {inside.where}"
    return int(warehouse.query(sql, inside.values)[0][0])


def test_whole_months_and_cells_are_exact_and_parts_of_them_near(warehouse: Warehouse) -> None:
    densities, snapshot = Densities(warehouse.columns), warehouse.snapshot
    find = f"SELECT mx >> {CELL_BITS}, my >> {CELL_BITS} FROM counts.rollup_cells"
    place = warehouse.query(find)[0]
    cell: Box = (
        place[0] << CELL_BITS,
        place[1] << CELL_BITS,
        ((place[0] + 1) << CELL_BITS) - 1,
        ((place[1] + 1) << CELL_BITS) - 1,
    )
    for wanted in (Filter(), Filter(window=JANUARY), Filter(window=JANUARY, kinds=("rescue",))):
        for box in (EVERYWHERE, cell):
            guess = densities.guess(snapshot.catalogue, snapshot.rollup, wanted, box)
            assert guess == count(warehouse, wanted, box) > 0
    half = densities.guess(snapshot.catalogue, snapshot.rollup, Filter(window=HALF), EVERYWHERE)
    assert half == pytest.approx(count(warehouse, Filter(window=HALF), EVERYWHERE), rel=0.3)
    west_half: Box = (cell[0], cell[1], cell[0] + (1 << (CELL_BITS - 1)) - 1, cell[3])
    part = densities.guess(snapshot.catalogue, snapshot.rollup, Filter(), west_half)
    assert part == count(warehouse, Filter(), cell) / 2


def test_a_month_is_read_once_for_each_filter_but_its_window(warehouse: Warehouse) -> None:
    reads = Reads(warehouse)
    densities, snapshot = Densities(reads), warehouse.snapshot

    def guess(**wanted: Any) -> float:
        requested = Filter(kinds=("rescue",), **wanted)
        return densities.guess(snapshot.catalogue, snapshot.rollup, requested, EVERYWHERE)

    guess(window=JANUARY)
    guess(window=HALF)
    assert len(reads.asked) == 1
    guess()
    assert len(reads.asked) == 2
    everything = densities.guess(snapshot.catalogue, snapshot.rollup, Filter(), EVERYWHERE)
    assert guess() < everything
    assert len(reads.asked) == 3
    assert guess(window=TimeWindow(start=datetime(2027, 1, 1))) == 0
    assert len(reads.asked) == 3


@pytest.mark.parametrize(("most", "reads_twice"), [(2, False), (1, True)])
def test_for_all_kinds_every_month_is_read_with_the_first_unless_there_are_many(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, *, most: int, reads_twice: bool
) -> None:
    monkeypatch.setattr("cop.store.dataset.density._READ_AT_ONCE", most)
    reads = Reads(warehouse)
    densities, snapshot = Densities(reads), warehouse.snapshot
    assert len(snapshot.rollup.parts) == 2
    january = Filter(window=JANUARY)
    found = densities.guess(snapshot.catalogue, snapshot.rollup, january, EVERYWHERE)
    assert found == count(warehouse, january, EVERYWHERE)
    assert len(reads.asked) == 1
    found = densities.guess(snapshot.catalogue, snapshot.rollup, Filter(), EVERYWHERE)
    assert found == N
    assert len(reads.asked) == 1 + reads_twice
