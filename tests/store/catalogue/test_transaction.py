"""Tests of publishing: all at once or not at all, one writer, old versions kept, layout."""

import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue import lake
from cop.store.catalogue import transaction as module
from cop.store.catalogue.lake import attach
from cop.store.catalogue.lock import LOCK_FILE
from cop.store.catalogue.reader import is_published
from cop.store.catalogue.store import open_store
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version_note import VersionExtra
from cop.store.dataset.event_merge import merge_events
from cop.store.engine import Cursor, DatabaseError, fetch, open_engine
from cop.store.warehouse import Warehouse
from tests.support.kind import each_kind
from tests.support.published import published_files, read_published
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events, publish_table, read_newest

pytestmark = pytest.mark.picture


class Abort(Exception):
    """What goes wrong in these tests."""


@each_kind
def test_a_commit_is_a_new_version_seen_by_readers(settings: StoreSettings) -> None:
    assert not is_published(settings)
    first = publish_table(settings, 1)
    assert is_published(settings)
    warehouse = Warehouse(settings)
    assert warehouse.snapshot.version == first
    assert not warehouse.refresh()
    second = publish_table(settings, 2)
    assert second > first
    assert warehouse.refresh()
    assert warehouse.snapshot.version == second
    warehouse.close()


@each_kind
@pytest.mark.parametrize("fault", [Abort, KeyboardInterrupt, OSError])
def test_an_exception_before_commit_leaves_nothing(
    settings: StoreSettings, fault: type[BaseException]
) -> None:
    publish_events(settings, make_frame(3))
    files, version = files_below(settings.data), read_newest(settings).version
    with pytest.raises((fault, StoreError)), open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        merge_events(transaction, "test", [make_frame(40, kind="rescue")])
        raise fault
    assert files_below(settings.data) == files
    snapshot = read_newest(settings)
    assert snapshot.version == version
    assert "thing" not in snapshot.catalogue.files
    assert len(read_published(settings)) == 3


@each_kind
def test_leaving_without_commit_publishes_nothing(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        transaction.discard()
    assert not is_published(settings)
    assert files_below(settings.data) == set()


@each_kind
def test_a_refused_catalogue_takes_everything_back(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_events(settings, make_frame(3))
    files = files_below(settings.data)

    def refuse(*_args: object, **_named: object) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(module, "show_months", refuse)
    with (
        pytest.raises(StoreError, match=r"nothing was published.*disk is full"),
        open_transaction(settings) as transaction,
    ):
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        merge_events(transaction, "test", [make_frame(40, kind="rescue")])
        transaction.commit("never")
    assert files_below(settings.data) == files
    assert "thing" not in read_newest(settings).catalogue.files
    assert len(read_published(settings)) == 3


@each_kind
def test_a_fault_after_the_commit_keeps_the_files(settings: StoreSettings) -> None:
    with pytest.raises(Abort), open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        transaction.commit("done")
        raise Abort
    (path,) = published_files(settings, "thing")
    assert pd.read_parquet(path)["a"].tolist() == [1]


@each_kind
def test_nothing_changed_is_no_new_version(settings: StoreSettings) -> None:
    version = publish_table(settings, 1)
    with open_transaction(settings) as transaction:
        assert transaction.commit("nothing") == version


@each_kind
def test_an_old_version_stays_readable(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2, source_id=["a", "b"]))
    before = read_newest(settings).version
    counts = publish_events(settings, make_frame(2, source_id=["a", "b"], count=[2, 9]))
    assert (counts.accepted, counts.duplicate, counts.superseded) == (0, 1, 1)
    store = open_store(settings)
    engine = open_engine(settings, ("spatial", *store.extensions))
    store.attach(engine)
    sql = "SELECT sum(count)::INTEGER, count(*) FROM lake.events"
    assert fetch(engine, f"{sql} AT (VERSION => {before})") == [(4, 2)]
    assert fetch(engine, sql) == [(11, 2)]
    engine.close()


@each_kind
def test_ducklake_and_the_files_agree(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(50))
    store = open_store(settings)
    engine = open_engine(settings, ("spatial", *store.extensions))
    store.attach(engine)
    rows = fetch(engine, "SELECT month, count(*) FROM lake.events GROUP BY 1 ORDER BY 1")
    events = read_published(settings)
    by_month = events["occurred_at"].dt.strftime("%Y-%m").value_counts().sort_index()
    assert rows == list(by_month.items())
    engine.close()


@pytest.mark.parametrize("name", ["it's", "a b", "w[1]*?", "müll", 'q"q'])
def test_a_warehouse_may_lie_anywhere_and_move(tmp_path: Path, name: str) -> None:
    settings = StoreSettings(data=tmp_path / name)
    publish_events(settings, make_frame(40))
    publish_events(settings, make_frame(40))
    moved = StoreSettings(data=tmp_path / f"{name} moved")
    shutil.move(settings.data, moved.data)
    warehouse = Warehouse(moved)
    assert warehouse.snapshot.sources["test"].n == 40
    warehouse.close()
    counts = publish_events(moved, make_frame(41))
    assert (counts.accepted, counts.duplicate) == (1, 40)
    assert len(read_published(moved.data)) == 41


def test_a_path_that_reads_as_a_partition_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match="reads as a partition"),
        open_transaction(StoreSettings(data=tmp_path / "source=x" / "warehouse")),
    ):
        pass


def test_a_version_of_another_program_is_refused(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    engine = open_engine(settings)
    attach(engine, settings.data, read_only=False)
    (path,) = published_files(settings, "events")
    copy = shutil.copy(path, path.with_name("copy.parquet"))
    engine.execute(
        f"CALL ducklake_add_data_files('lake', 'events', '{copy}', hive_partitioning => true)"
    )
    engine.close()
    with pytest.raises(StoreError, match="does not say which files"):
        Warehouse(settings)


@each_kind
def test_a_second_writer_waits_for_the_first(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    order: list[str] = []
    entered = threading.Event()

    def slow() -> None:
        with open_transaction(settings) as transaction:
            entered.set()
            time.sleep(0.7)
            transaction.replace("thing", pd.DataFrame({"a": [2]}))
            transaction.commit("slow")
            order.append("slow")

    first = threading.Thread(target=slow)
    first.start()
    entered.wait()
    with open_transaction(settings) as transaction:
        order.append("quick")
        seen = transaction.read("thing")["a"].tolist()
    first.join()
    assert order == ["slow", "quick"]
    assert seen == [2]


@each_kind
def test_a_writer_that_waits_too_long_says_so(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    with (
        open_transaction(settings),
        pytest.raises(StoreError, match=r"another process has been publishing for 0.2 s"),
        open_transaction(settings, wait_s=0.2),
    ):
        pass


def test_a_folder_that_is_a_file_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with (
            pytest.raises(StoreError, match="cannot write the warehouse"),
            open_transaction(StoreSettings(data=path)),
        ):
            pass


def test_a_damaged_catalogue_is_a_store_error(settings: StoreSettings) -> None:
    settings.data.mkdir()
    (settings.data / "catalogue.sqlite").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StoreError, match=r"catalogue\.sqlite"), open_transaction(settings):
        pass
    with pytest.raises(StoreError, match=r"catalogue\.sqlite"):
        Warehouse(settings)


@each_kind
def test_what_a_killed_writer_left_goes_with_the_next_publish(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(3))
    before = files_below(settings.data)
    (path, *_) = published_files(settings, "events")
    shutil.copy(path, path.with_name(f".{path.stem[:32]}.part"))
    shutil.copy(path, path.with_name(f"{'0' * 64}.parquet"))
    with open_transaction(settings) as transaction:
        transaction.discard()
    assert files_below(settings.data) == before


@each_kind
def test_a_commit_that_took_place_all_the_same_is_said(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    transact = WriteTransaction._transact

    def fail_late(self: WriteTransaction, *given: Any) -> None:
        transact(self, *given)
        raise DatabaseError("the cable broke")

    monkeypatch.setattr(WriteTransaction, "_transact", fail_late)
    assert publish_table(settings, 1) == 1
    (path,) = published_files(settings, "thing")
    assert pd.read_parquet(path)["a"].tolist() == [1]


def publish_other(settings: StoreSettings, **tables: int) -> None:
    """Publish as another writer does who has the lock now that ours is lost."""
    (settings.data / LOCK_FILE).unlink()
    with open_transaction(settings) as transaction:
        for name, value in tables.items():
            transaction.replace(name, pd.DataFrame({"a": [value]}))
        transaction.commit("other")


def test_a_commit_that_took_place_is_found_behind_another_writers_version(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_table(settings, 0)
    transact, waiting = WriteTransaction._transact_in_turn, ["first"]

    def fail_late(self: WriteTransaction, *given: Any) -> None:
        transact(self, *given)
        if waiting and waiting.pop():
            publish_other(settings, other=5)
            raise DatabaseError("the cable broke")

    monkeypatch.setattr(WriteTransaction, "_transact_in_turn", fail_late)
    assert publish_table(settings, 1) == 2
    warehouse = Warehouse(settings)
    assert warehouse.snapshot.version == 3
    assert not warehouse.snapshot.quarantine
    warehouse.close()
    (path,) = published_files(settings, "thing")
    assert pd.read_parquet(path)["a"].tolist() == [1]


@pytest.mark.parametrize("fault", [DatabaseError, Abort])
def test_without_the_lock_no_file_is_removed_that_another_writer_may_show(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    publish_table(settings, 0)
    transact, waiting = WriteTransaction._transact_in_turn, ["first"]

    def refuse(self: WriteTransaction, *given: Any) -> None:
        if waiting and waiting.pop():
            publish_other(settings, thing=1, other=5)
            raise fault("the cable broke")
        transact(self, *given)

    monkeypatch.setattr(WriteTransaction, "_transact_in_turn", refuse)
    with pytest.raises((StoreError, Abort), match=r"lock was lost.*cop versions|^the cable"):
        publish_table(settings, 1)
    (path,) = published_files(settings, "thing")
    assert pd.read_parquet(path)["a"].tolist() == [1]


@each_kind
def test_a_catalogue_that_is_locked_is_waited_for_before_a_commit_is_judged(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    transact, read, locked = WriteTransaction._transact, lake.read_notes, [True, True]

    def fail_late(self: WriteTransaction, *given: Any) -> None:
        transact(self, *given)
        raise DatabaseError("the cable broke")

    def read_later(cursor: Cursor) -> dict[int, VersionExtra]:
        if locked and locked.pop():
            raise DatabaseError("database is locked")
        return read(cursor)

    monkeypatch.setattr(WriteTransaction, "_transact", fail_late)
    monkeypatch.setattr(lake, "read_notes", read_later)
    assert publish_table(settings, 1) == 1
    assert not locked


def test_a_catalogue_that_cannot_be_read_leaves_the_files(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    transact = WriteTransaction._transact

    def fail_late(self: WriteTransaction, *given: Any) -> None:
        transact(self, *given)
        raise DatabaseError("the cable broke")

    def refuse(_cursor: Cursor) -> None:
        raise DatabaseError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(WriteTransaction, "_transact", fail_late)
        patch.setattr(lake, "read_notes", refuse)
        with pytest.raises(StoreError, match=r"cable broke.*cannot be read.*disk is gone"):
            publish_table(settings, 1)
    (path,) = published_files(settings, "thing")
    assert pd.read_parquet(path)["a"].tolist() == [1]
