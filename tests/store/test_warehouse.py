"""Tests of the reader's side: snapshots, and which records a filter counts."""

import threading
from datetime import datetime

import pytest

from cop.errors import FilterError, StoreError
from cop.model.filter import Filter
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.picture


@pytest.fixture
def mixed(settings: StoreSettings) -> Warehouse:
    publish_events(
        settings, make_frame(5, source="made", synthetic=True), source="made", synthetic=True
    )
    publish_events(settings, make_frame(3, source="real"), source="real")
    return Warehouse(settings)


def test_what_was_loaded_first_is_shown_unless_a_filter_names_other_records(
    mixed: Warehouse,
) -> None:
    snapshot = mixed.snapshot
    assert snapshot.resolve(Filter()).records == "synthetic"
    assert snapshot.resolve(Filter(records="real")).records == "real"
    assert snapshot.resolve(Filter(sources=("real",))).records == "real"
    assert snapshot.resolve(Filter(sources=("made",))).records == "synthetic"
    assert snapshot.resolve(Filter(records="synthetic")).records == "synthetic"
    assert snapshot.newest("real") == datetime(2026, 2, 1)
    assert snapshot.newest("synthetic") == datetime(2026, 2, 3)
    assert snapshot.oldest("synthetic") == datetime(2026, 1, 30)


def test_both_sorts_are_never_added(mixed: Warehouse) -> None:
    with pytest.raises(FilterError, match="never added"):
        mixed.snapshot.resolve(Filter(sources=("made", "real")))
    one = mixed.snapshot.resolve(Filter(sources=("made", "real"), records="synthetic"))
    selection = mixed.events(mixed.snapshot, one)
    sql = f"SELECT count(*) FROM {selection.source} WHERE {selection.where}"
    assert mixed.query(sql, selection.values) == [(5,)]


def test_synthetic_records_count_where_there_are_no_real_ones(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2, synthetic=True), synthetic=True)
    assert Warehouse(settings).snapshot.resolve(Filter()).records == "synthetic"


@pytest.mark.parametrize(
    "filter",
    [
        Filter(sectors=("XXX",)),
        Filter(counties=("Pima",)),
        Filter(sources=("nobody",)),
        Filter(sources=("REAL",)),
    ],
)
def test_unknown_names_are_refused_not_empty(mixed: Warehouse, filter: Filter) -> None:
    with pytest.raises(FilterError, match="is unknown: use"):
        mixed.snapshot.resolve(filter)


def test_outside_every_sector_can_be_asked_for(mixed: Warehouse) -> None:
    assert mixed.snapshot.resolve(Filter(sectors=("NONE",), counties=("NONE",)))


def test_a_reader_keeps_its_edition_while_newer_ones_come(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    warehouse = Warehouse(settings)
    old = warehouse.snapshot
    for n in (5, 10, 15, 20):
        publish_events(settings, make_frame(n))
        assert warehouse.refresh()
    selection = warehouse.events(old, Filter())
    assert warehouse.query(f"SELECT count(*) FROM {selection.source}", selection.values) == [(1,)]
    read = {*old.rollup.parts, *warehouse.snapshot.rollup.parts}
    ((kept,),) = warehouse.query("SELECT count(DISTINCT part) FROM counts.rollup_days")
    assert len(read) <= kept <= 2 * len(read)


def test_a_missing_file_is_a_store_error(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    warehouse = Warehouse(settings)
    published_files(settings.data, "events")[0].unlink()
    selection = warehouse.events(warehouse.snapshot, Filter())
    with pytest.raises(StoreError, match="could not answer"):
        warehouse.query(f"SELECT * FROM {selection.source}", selection.values)
    opened = Warehouse(settings)
    assert [row.fault for row in opened.snapshot.quarantine] == ["is missing"]
    opened.close()


def test_many_threads_read_at_once(mixed: Warehouse) -> None:
    real = mixed.snapshot.resolve(Filter(records="real"))
    selection = mixed.events(mixed.snapshot, real)
    sql = f"SELECT count(*) FROM {selection.source} WHERE {selection.where}"
    found: list[int] = []

    def ask() -> None:
        found.extend(mixed.query(sql, selection.values)[0][0] for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3] * 80
