"""Tests of the default records of a version: carried by every publish, read by each reader."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st

from cop.model.filter import Filter, Records
from cop.settings import StoreSettings
from cop.store.backup.backup import back_up
from cop.store.backup.compaction import compact
from cop.store.backup.restore import restore
from cop.store.catalogue.default import read_loaded
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.event_merge import withdraw_source
from cop.store.engine import open_engine
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events, publish_table

pytestmark = pytest.mark.glance


def load(settings: StoreSettings, records: Records, n: int = 2) -> None:
    synthetic = records == "synthetic"
    frame = make_frame(n, source=records, source_id=[f"{records}{i}" for i in range(n)])
    publish_events(settings, frame.assign(synthetic=synthetic), source=records, synthetic=synthetic)


def withdraw(settings: StoreSettings, records: Records) -> None:
    with open_transaction(settings) as transaction:
        withdraw_source(transaction, records)
        transaction.commit("gone")


@contextmanager
def opened(settings: StoreSettings) -> Iterator[Warehouse]:
    with closing(Warehouse(settings)) as warehouse:
        yield warehouse


def shown(settings: StoreSettings) -> Records:
    with opened(settings) as warehouse:
        return warehouse.snapshot.resolve(Filter()).records or "real"


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=tmp_path / "warehouse")


def test_a_load_of_the_second_sort_switches_nothing_in_either_order(tmp_path: Path) -> None:
    orders: tuple[tuple[Records, Records], ...] = (("synthetic", "real"), ("real", "synthetic"))
    for first, second in orders:
        settings = StoreSettings(data=tmp_path / first)
        load(settings, first)
        load(settings, second)
        assert shown(settings) == first
        publish_table(settings, 1)
        compact(settings, least_files=1, most_months=9)
        load(settings, second, n=4)
        assert shown(settings) == first
        withdraw(settings, first)
        assert shown(settings) == second
        load(settings, first)
        assert shown(settings) == second


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(("real", "synthetic"))), max_size=6))
@drawn(max_examples=5)
def test_what_is_shown_is_loaded_and_changes_only_when_it_is_gone(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, Records]]
) -> None:
    settings = StoreSettings(data=tmp_path_factory.mktemp("steps") / "warehouse")
    load(settings, "synthetic")
    loaded: set[Records] = {"synthetic"}
    before: Records = "synthetic"
    for arrives, records in steps:
        (load if arrives else withdraw)(settings, records)
        loaded = loaded | {records} if arrives else loaded - {records}
        if loaded:
            now = shown(settings)
            assert now in loaded
            assert now == before or before not in loaded
            before = now


def test_a_warehouse_of_an_earlier_program_goes_on_showing_what_it_showed(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(WriteTransaction, "_default", lambda _self: None)
        load(settings, "synthetic")
        alone = StoreSettings(data=settings.data.with_name("alone"))
        load(alone, "synthetic")
        load(settings, "real")
    assert shown(settings) == "real"
    load(settings, "synthetic", n=5)
    assert shown(settings) == "real"
    load(alone, "real")
    assert shown(alone) == "synthetic"


def test_an_earlier_moment_has_its_own_default(settings: StoreSettings) -> None:
    load(settings, "synthetic")
    load(settings, "real")
    withdraw(settings, "synthetic")
    with opened(settings) as warehouse:
        for version, records in ((1, "synthetic"), (2, "synthetic"), (3, "real")):
            snapshot = warehouse.snapshot_at(version=version)
            assert snapshot.default_records == records
        moment = warehouse.versions[2] + timedelta(microseconds=1)
        assert warehouse.snapshot_at(known_at=moment).default_records == "synthetic"


def test_a_restore_brings_the_default_of_the_backup_or_leaves_the_own(
    settings: StoreSettings, tmp_path: Path
) -> None:
    load(settings, "synthetic")
    load(settings, "real")
    back_up(settings, tmp_path / "b.tar")
    other, own = (StoreSettings(data=tmp_path / name) for name in ("other", "own"))
    restore(other, tmp_path / "b.tar")
    assert shown(other) == "synthetic"
    load(own, "real")
    restore(own, tmp_path / "b.tar")
    assert shown(own) == "real"


def test_a_damaged_file_of_another_month_keeps_no_load_from_being_published(
    settings: StoreSettings,
) -> None:
    load(settings, "synthetic")
    with closing(CatalogueReader(settings)) as reader:
        files = [Path(file) for file in reader.catalogue().event_files]
    whole = files[0].read_bytes()
    files[0].write_bytes(b"no parquet" * 99)
    with open_transaction(settings) as transaction:
        transaction.months["2020-01"] = (files[-1],)
        default = transaction._default()
    files[0].write_bytes(whole)
    assert default is not None
    assert default.records == "synthetic"


def test_what_is_in_files_is_read_from_them(settings: StoreSettings) -> None:
    load(settings, "synthetic")
    load(settings, "real")
    with closing(CatalogueReader(settings)) as reader, closing(open_engine(settings)) as cursor:
        assert read_loaded(cursor, reader.catalogue().event_files) == {"real", "synthetic"}
        first = reader.catalogue(version=1).event_files
        assert read_loaded(cursor, first) == {"synthetic"}
        assert read_loaded(cursor, ()) == frozenset()
