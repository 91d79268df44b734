"""Tests of a warehouse that answers from its serving copy: nothing is different but the time."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from cop.errors import StoreError
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.settings import StoreSettings
from cop.store.backup.compaction import compact
from cop.store.dataset.planner import Grouping
from cop.store.dataset.selection import Selection
from cop.store.engine import Cursor
from cop.store.serving import copy
from cop.store.serving.copy import FOLDER, ServingCopy
from cop.store.serving.served import COLUMNS_SQL
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse
from tests.support.choice import random_filters
from tests.support.damage import flip_bit
from tests.support.published import read_published
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.scale

ALL = Filter(records="real")


def rows(warehouse: Warehouse, selection: Selection) -> list[tuple[Any, ...]]:
    return warehouse.query(
        f"SELECT {COLUMNS_SQL} FROM {selection.source} WHERE {selection.where} ORDER BY event_id",
        selection.values,
    )


def cells(warehouse: Warehouse, snapshot: Snapshot, wanted: Filter) -> list[tuple[Any, ...]]:
    wanted_cells = Grouping(columns=("mx", "my", "kind", "unit"), bits=20, events=10**9)
    found = warehouse.counts(snapshot, wanted, wanted_cells)
    return warehouse.query(
        "SELECT mx >> 20, my >> 20, kind, unit, sum(n), sum(count) "
        f"FROM {found.source} WHERE {found.where} GROUP BY ALL ORDER BY ALL",
        found.values,
    )


def batch_of(n: int, name: str) -> pd.DataFrame:
    """Records of one month, whose ids name the batch."""
    return make_frame(n, source_id=[f"{name} {i}" for i in range(n)]).assign(
        occurred_at=pd.Timestamp("2026-02-01") + pd.to_timedelta(range(n), unit="min")
    )


def is_served(warehouse: Warehouse, wanted: Filter = ALL) -> bool:
    return "files" not in warehouse.events(warehouse.snapshot, wanted).values


@pytest.fixture(scope="module")
def pair(own_copy: Path) -> Iterator[tuple[Warehouse, Warehouse]]:
    """The same warehouse twice: from its copy, and from Parquet."""
    with contextlib.ExitStack() as opened:
        served, plain = (
            opened.enter_context(
                contextlib.closing(Warehouse(StoreSettings(data=own_copy, free_mb=0)))
            )
            for _ in range(2)
        )
        assert served.serve() == len(served.snapshot.catalogue.event_files)
        yield served, plain


@pytest.fixture(scope="module")
def own_copy(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serving") / "warehouse"
    copy_warehouse(warehouse_dir, folder)
    return folder


def test_random_filters_find_the_same_records(
    pair: tuple[Warehouse, Warehouse], own_copy: Path
) -> None:
    served, plain = pair
    events = read_published(own_copy)
    found = 0
    for wanted, _ in random_filters(events, 150, seed=19):
        resolved = served.snapshot.resolve(wanted)
        assert is_served(served, resolved)
        one, other = (rows(each, each.events(each.snapshot, resolved)) for each in (served, plain))
        assert one == other, resolved
        found += len(one)
        assert cells(served, served.snapshot, resolved) == cells(plain, plain.snapshot, resolved), (
            resolved
        )
    assert found > len(events)


def test_a_box_finds_the_same_records(pair: tuple[Warehouse, Warehouse], own_copy: Path) -> None:
    events: gpd.GeoDataFrame = read_published(own_copy)
    wanted = Filter(records="synthetic")
    for _, event in events[events["synthetic"]].sample(20, random_state=3).iterrows():
        tile = Tile(9, int(event["mx"]) >> 23, int(event["my"]) >> 23)
        one, other = (
            rows(each, each.events(each.snapshot, wanted).within(tile.integer_bounds()))
            for each in pair
        )
        assert one == other
        assert event["event_id"] in {row[0] for row in one}


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    settings = StoreSettings(data=tmp_path / "w", free_mb=0)
    publish_events(settings, make_frame(50))
    return settings


@pytest.fixture
def warehouse(settings: StoreSettings) -> Iterator[Warehouse]:
    warehouse = Warehouse(settings)
    yield warehouse
    warehouse.close()


def count(warehouse: Warehouse, snapshot: Snapshot | None = None) -> int:
    selection = warehouse.events(snapshot or warehouse.snapshot, ALL)
    ((n,),) = warehouse.query(
        f"SELECT count(*) FROM {selection.source} WHERE {selection.where}", selection.values
    )
    return int(n)


def test_what_is_not_copied_yet_is_read_beside_the_copy(
    settings: StoreSettings, warehouse: Warehouse
) -> None:
    warehouse.serve()
    publish_events(settings, batch_of(20, "later"))
    assert warehouse.refresh()
    assert not is_served(warehouse)
    assert count(warehouse) == 70
    assert warehouse.serve() == 1
    assert is_served(warehouse)
    assert count(warehouse) == 70


def test_an_earlier_version_is_read_as_it_was(
    settings: StoreSettings, warehouse: Warehouse
) -> None:
    warehouse.serve()
    earlier = warehouse.snapshot
    publish_events(settings, batch_of(20, "later"))
    warehouse.refresh()
    warehouse.serve()
    assert compact(settings).version is not None
    warehouse.refresh()
    warehouse.serve()
    assert (count(warehouse), count(warehouse, earlier)) == (70, 50)


@pytest.mark.usefixtures("forgetful")
def test_what_a_query_was_made_of_stays_until_it_was_asked(
    settings: StoreSettings, warehouse: Warehouse
) -> None:
    publish_events(settings, batch_of(20, "later"))
    warehouse.refresh()
    warehouse.serve()
    waiting = warehouse.events(warehouse.snapshot, ALL)
    compact(settings)
    publish_events(settings, batch_of(30, "after that"))
    warehouse.refresh()
    warehouse.serve()
    assert len(rows(warehouse, waiting)) == 70
    assert count(warehouse) == 100
    source = replace(waiting, reader=None)
    del waiting
    warehouse.serve()
    assert len(rows(warehouse, source)) < 70


def test_queries_go_on_while_versions_come_and_go(
    settings: StoreSettings, warehouse: Warehouse
) -> None:
    found: list[int] = []
    faults: list[BaseException] = []
    is_over = threading.Event()

    def read() -> None:
        try:
            while not is_over.is_set():
                found.append(count(warehouse))
        except BaseException as fault:  # noqa: BLE001 told to the test
            faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for batch in range(6):
        publish_events(settings, batch_of(10, f"batch {batch}"))
        warehouse.refresh()
        warehouse.serve()
        if batch % 2:
            compact(settings)
            warehouse.refresh()
            warehouse.serve()
    is_over.set()
    for reader in readers:
        reader.join()
    assert not faults
    assert {*found} <= {50, 60, 70, 80, 90, 100, 110}
    assert count(warehouse) == 110


@pytest.fixture
def copied(settings: StoreSettings, warehouse: Warehouse) -> Path:
    """A copy of 30,050 events that nobody has open."""
    publish_events(settings, batch_of(30_000, "many"))
    warehouse.refresh()
    warehouse.serve()
    warehouse.close()
    (path,) = (settings.data / FOLDER).glob("*.duckdb")
    return path


def flip_bits(path: Path) -> None:
    """Damage a copy in many places."""
    size = path.stat().st_size
    for bit in range(size // 4, size * 7, size // 4):
        flip_bit(path, bit)


def test_a_copy_that_is_found_damaged_as_it_is_read_ahead_costs_no_answer(
    settings: StoreSettings, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = Warehouse(settings)
    with monkeypatch.context() as patch:
        patch.setattr(copy, "_AHEAD_SHARE", -1)
        damaged.serve()
    flip_bits(copied)
    with pytest.raises(StoreError, match=r"duckdb: cannot be read: "):
        damaged.serve()
    assert not is_served(damaged)
    assert len(rows(damaged, damaged.events(damaged.snapshot, ALL))) == 30_050
    damaged.serve()
    assert is_served(damaged)
    assert len(rows(damaged, damaged.events(damaged.snapshot, ALL))) == 30_050
    damaged.close()


def test_a_bit_that_flips_in_the_copy_costs_one_answer(
    settings: StoreSettings, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is in memory already would be read from there.
    monkeypatch.setattr(copy, "_AHEAD_SHARE", -1)
    damaged = Warehouse(settings)
    damaged.serve()
    flip_bits(copied)
    with contextlib.suppress(StoreError):
        rows(damaged, damaged.events(damaged.snapshot, ALL))
    assert not is_served(damaged)
    # Nothing is wrong with the files themselves.
    assert not damaged._doubted.is_set()
    assert len(rows(damaged, damaged.events(damaged.snapshot, ALL))) == 30_050
    damaged.serve()
    assert is_served(damaged)
    assert len(rows(damaged, damaged.events(damaged.snapshot, ALL))) == 30_050
    damaged.close()


def test_a_damaged_file_is_not_copied_and_a_restored_one_is(
    settings: StoreSettings, warehouse: Warehouse
) -> None:
    publish_events(settings, batch_of(20, "later"))
    warehouse.refresh()
    file = Path(warehouse.snapshot.catalogue.event_files[0])
    whole = file.read_bytes()
    n = count(warehouse)
    flip_bit(file)
    assert warehouse.serve() == len(warehouse.snapshot.catalogue.event_files) >= 1
    assert str(file) not in warehouse.snapshot.catalogue.event_files
    assert count(warehouse) < n
    file.write_bytes(whole)
    warehouse.verify()
    assert count(warehouse) == n
    assert warehouse.serve() == 1
    assert is_served(warehouse)
    assert count(warehouse) == n


def test_one_file_that_cannot_be_copied_keeps_no_other_from_it(
    settings: StoreSettings, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = warehouse.snapshot.catalogue.event_files
    assert len(files) > 1
    real = ServingCopy.extend

    def extend(self: ServingCopy, cursor: Cursor, file: str, stamp: str, **more: Any) -> bool:
        if file == max(files):
            raise StoreError("no room for it")
        return real(self, cursor, file, stamp, **more)

    monkeypatch.setattr(ServingCopy, "extend", extend)
    with pytest.raises(StoreError, match="no room for it"):
        warehouse.serve()
    assert {*warehouse._copy.served.parts} == {*files} - {max(files)}
    assert count(warehouse) == 50
