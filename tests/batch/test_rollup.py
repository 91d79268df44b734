"""Tests of rollups through Ibis: they are those of the store, row by row."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cop.batch.local import DuckEngine
from cop.batch.rollup import COLUMNS, build_rollup, build_rollups
from cop.settings import StoreSettings
from cop.store.catalogue.grain import CELLS, IN_COPY, IN_MEMORY, Grain
from cop.store.warehouse import Warehouse
from tests.support.batch import (
    is_sorted,
    publish_drawn,
    read_events,
    rows_of,
    store_rollup,
    write_table,
)

pytestmark = pytest.mark.scale
GRAINS = (*IN_MEMORY, *IN_COPY)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    return publish_drawn(tmp_path_factory.mktemp("batch") / "warehouse")


@pytest.fixture(scope="module")
def warehouse(settings: StoreSettings) -> Iterator[Warehouse]:
    with closing(Warehouse(settings)) as opened:
        yield opened


@pytest.mark.parametrize("grain", GRAINS, ids=[grain.table for grain in GRAINS])
def test_a_rollup_is_that_of_the_store(
    settings: StoreSettings, warehouse: Warehouse, tmp_path: Path, grain: Grain
) -> None:
    with closing(DuckEngine(settings)) as engine:
        table = build_rollup(read_events(engine, settings, COLUMNS), grain)
        written = write_table(engine, table, tmp_path)
    assert Counter(rows_of(written)) == Counter(store_rollup(warehouse, grain))
    assert written.column_names == [*grain.columns]
    assert is_sorted(written, table.order)


def test_every_rollup_of_the_store_is_built(settings: StoreSettings) -> None:
    with closing(DuckEngine(settings)) as engine:
        events = read_events(engine, settings, COLUMNS)
        assert [one.name for one in build_rollups({"events": events})] == [
            grain.table for grain in GRAINS
        ]


def test_marking_and_source_stay_apart_in_every_rollup(settings: StoreSettings) -> None:
    with closing(DuckEngine(settings)) as engine:
        events = read_events(engine, settings, COLUMNS)
        for table in build_rollups({"events": events}):
            assert {"marking", "source"} <= {*table.columns}


def test_a_rollup_of_places_lies_by_place(settings: StoreSettings) -> None:
    with closing(DuckEngine(settings)) as engine:
        table = build_rollup(read_events(engine, settings, COLUMNS), CELLS)
    assert table.order[:2] == ("mx", "my")
