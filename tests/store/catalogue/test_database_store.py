"""Tests of the catalogue in PostgreSQL: its lock, a lost connection, and which folder is its."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest

from cop.errors import StoreError
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup.compaction import compact
from cop.store.backup.retention import retain
from cop.store.catalogue import transaction as module
from cop.store.catalogue.commit import show_table
from cop.store.catalogue.lake import LAKE, current_version
from cop.store.catalogue.reader import CatalogueReader, is_published
from cop.store.catalogue.recovery import clean_up
from cop.store.catalogue.store import has_catalogue, open_store
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version import MARK_FILE
from cop.store.engine import Cursor, DatabaseError, open_engine
from cop.store.integrity.doctor import examine
from cop.store.integrity.repair import repair
from cop.store.warehouse import Warehouse
from tests.support.postgres import PostgresCluster
from tests.support.published import published_files, read_published
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events, publish_table, read_newest

pytestmark = [pytest.mark.scale, pytest.mark.full]


@pytest.fixture
def settings(tmp_path: Path, database: str) -> StoreSettings:
    return StoreSettings(data=tmp_path / "warehouse", database=database)


def publish_other(settings: StoreSettings, **tables: int) -> None:
    """Publish as another process does."""
    with open_transaction(settings) as transaction:
        for name, value in tables.items():
            transaction.replace(name, pd.DataFrame({"a": [value]}))
        transaction.commit("other")


def thing_of(settings: StoreSettings) -> list[int]:
    (path,) = published_files(settings, "thing")
    values: list[int] = pd.read_parquet(path)["a"].tolist()
    return values


def test_nothing_is_there_before_the_first_publish(settings: StoreSettings) -> None:
    assert not has_catalogue(settings)
    assert not is_published(settings)
    assert clean_up(settings) == []
    with pytest.raises(StoreError, match=r"is not a warehouse \(no catalogue in the database"):
        Warehouse(settings)
    assert publish_table(settings, 1) == 1
    assert has_catalogue(settings)
    assert is_published(settings)
    assert not (settings.data / "catalogue.sqlite").exists()


def test_a_writer_without_the_newest_token_is_refused(
    settings: StoreSettings, postgres: PostgresCluster
) -> None:
    publish_table(settings, 0)
    with (
        pytest.raises(StoreError, match=r"lock was lost.*cop versions"),
        open_transaction(settings) as transaction,
    ):
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        assert postgres.end_connections("cop lock") == 1
        publish_other(settings, other=5)
        transaction.commit("late")
    assert read_newest(settings).version == 2
    assert thing_of(settings) == [0]


def test_a_lock_that_is_taken_over_in_the_middle_of_a_commit_is_noticed(
    settings: StoreSettings, postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_table(settings, 0)
    waiting = ["first"]

    def take_over(cursor: Cursor, dataset: str, path: Path | None) -> None:
        show_table(cursor, dataset, path)
        if waiting and waiting.pop():
            postgres.end_connections("cop lock")
            with open_store(settings).writer_lock(timeout_s=60):
                pass

    monkeypatch.setattr(module, "show_table", take_over)
    with pytest.raises(StoreError, match=r"Failed to commit.*concurrent update.*lock was lost"):
        publish_table(settings, 1)
    assert thing_of(settings) == [0]
    assert publish_table(settings, 2) == 2


def test_a_commit_that_took_place_is_found_behind_another_writers_version(
    settings: StoreSettings, postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_table(settings, 0)
    transact, waiting = WriteTransaction._transact_in_turn, ["first"]

    def fail_late(self: WriteTransaction, *given: Any) -> None:
        transact(self, *given)
        if waiting and waiting.pop():
            postgres.end_connections("cop lock")
            publish_other(settings, other=5)
            raise DatabaseError("the cable broke")

    monkeypatch.setattr(WriteTransaction, "_transact_in_turn", fail_late)
    assert publish_table(settings, 1) == 2
    snapshot = read_newest(settings)
    assert (snapshot.version, snapshot.quarantine) == (3, ())
    assert thing_of(settings) == [1]


@pytest.mark.parametrize("way", ["restart", "kill"])
def test_postgresql_that_ends_before_the_commit_takes_everything_back(
    settings: StoreSettings, postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    publish_table(settings, 0)
    files, waiting = files_below(settings.data), ["first"]

    def end(cursor: Cursor, dataset: str, path: Path | None) -> None:
        show_table(cursor, dataset, path)
        if waiting and waiting.pop():
            end_and_start(postgres, way)

    monkeypatch.setattr(module, "show_table", end)
    with pytest.raises(StoreError, match=r"nothing was published, the catalogue refused"):
        publish_table(settings, 1)
    assert files_below(settings.data) == files
    assert publish_table(settings, 2) == 2


@pytest.mark.parametrize("way", ["restart", "kill"])
def test_postgresql_that_ends_after_the_commit_has_it(
    settings: StoreSettings, postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    publish_table(settings, 0)
    transact = WriteTransaction._transact_in_turn

    def fail_late(self: WriteTransaction, *given: Any) -> None:
        transact(self, *given)
        end_and_start(postgres, way)
        raise DatabaseError("the cable broke")

    with monkeypatch.context() as patch:
        patch.setattr(WriteTransaction, "_transact_in_turn", fail_late)
        assert publish_table(settings, 1) == 2
    assert thing_of(settings) == [1]
    assert publish_table(settings, 2) == 3


def end_and_start(postgres: PostgresCluster, way: str) -> None:
    if way == "kill":
        postgres.kill()
        postgres.start()
    else:
        postgres.restart()


def test_of_two_commits_at_once_the_second_is_refused(settings: StoreSettings) -> None:
    publish_table(settings, 0)
    store = open_store(settings)
    with store.writer_lock(timeout_s=60) as lock:
        first, second = (open_engine(settings, store.extensions) for _ in range(2))
        with closing(first), closing(second):
            for cursor, table in ((first, "one"), (second, "two")):
                store.attach_writer(cursor, lock)
                cursor.execute("BEGIN TRANSACTION")
                cursor.execute(f"CREATE TABLE {LAKE}.{table} (a INTEGER)")
            first.execute("COMMIT")
            with pytest.raises(DatabaseError, match=r"(?i)maximum retry count of 0"):
                second.execute("COMMIT")
            assert current_version(second) == 2


def test_the_guard_of_a_restored_database_is_made_again(settings: StoreSettings) -> None:
    publish_table(settings, 0)
    assert settings.database is not None
    with psycopg.connect(settings.database) as opened:
        opened.execute("DROP FUNCTION cop.only_writer CASCADE")
    publish_table(settings, 1)
    with (
        psycopg.connect(settings.database) as opened,
        pytest.raises(psycopg.errors.RaiseException, match="another writer"),
    ):
        opened.execute("DELETE FROM main.ducklake_snapshot")


@pytest.fixture
def reader(settings: StoreSettings) -> Iterator[CatalogueReader]:
    publish_table(settings, 0)
    with closing(CatalogueReader(settings)) as opened:
        yield opened


def test_a_reader_sees_each_publish_and_asks_no_more_than_it_must(
    settings: StoreSettings, reader: CatalogueReader
) -> None:
    assert [*reader.versions()] == [1]
    assert not reader.has_changed()
    publish_table(settings, 1)
    assert reader.has_changed()
    assert [*reader.versions()] == [1, 2]
    assert not reader.has_changed()
    assert reader.stamp() == (0, 2, 3)


def test_many_threads_ask_over_one_connection_that_broke(
    settings: StoreSettings, reader: CatalogueReader, postgres: PostgresCluster
) -> None:
    assert reader.stamp() == (0, 1, 2)
    assert postgres.end_connections("cop reader") >= 1
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: reader.stamp(), range(32))) == {(0, 1, 2)}
    reader.check_there()
    assert settings.database is not None
    with psycopg.connect(settings.database) as opened:
        opened.execute("DROP SCHEMA main CASCADE")
    with pytest.raises(StoreError, match=r"is gone, or has no catalogue in the database"):
        reader.check_there()


def test_a_server_goes_on_while_postgresql_is_away_and_comes_back_by_itself(
    settings: StoreSettings, postgres: PostgresCluster
) -> None:
    publish_events(settings, make_frame(3))
    with closing(Warehouse(settings)) as warehouse:
        snapshot = warehouse.snapshot
        postgres.stop()
        try:
            for _ in range(2):
                with pytest.raises(StoreError, match=r"the database host=127\.0\.0\.1.*refused"):
                    warehouse.refresh()
            assert warehouse.snapshot is snapshot
            files = list(snapshot.catalogue.event_files)
            sql = "SELECT count(*) FROM read_parquet($files)"
            assert warehouse.query(sql, {"files": files}) == [(3,)]
            warehouse.check_there()
            assert warehouse.catalogue_stamp() is None
            assert not warehouse.verify(afresh=True)
            with pytest.raises(StoreError, match=r"refused"):
                warehouse.history()
            with pytest.raises(StoreError, match=r"refused"):
                publish_table(settings, 1)
            assert clean_up(settings) == []
            (finding,) = examine(settings).findings
            assert finding.check == "catalogue"
            assert "cannot be asked" in finding.fault
        finally:
            postgres.start()
        publish_events(settings, make_frame(1, kind="rescue"))
        assert warehouse.refresh()
        assert warehouse.snapshot.version == 2
        assert len(warehouse.history()) == 2


def test_a_killed_writers_files_are_swept_and_its_lock_is_free(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(3))
    (path, *_) = published_files(settings, "events")
    left = [path.with_name(f".{path.stem[:32]}.part"), path.with_name(f"{'0' * 64}.parquet")]
    for one in left:
        one.write_bytes(path.read_bytes())
    assert {*clean_up(settings)} == {*left}
    with open_store(settings).writer_lock(timeout_s=0):
        left[0].touch()
        assert clean_up(settings) == []


def test_a_folder_of_another_warehouse_is_refused_and_nothing_is_swept(
    settings: StoreSettings, postgres: PostgresCluster, tmp_path: Path
) -> None:
    publish_table(settings, 1)
    files = files_below(settings.data)
    with postgres.database() as empty:
        other = StoreSettings(data=settings.data, database=empty)
        with pytest.raises(StoreError, match=rf"its {MARK_FILE} is of another"):
            publish_table(other, 2)
    moved = StoreSettings(data=tmp_path / "not mounted", database=settings.database)
    for use in (publish_other, Warehouse, CatalogueReader.catalogue):
        with pytest.raises(StoreError, match=rf"{MARK_FILE} is missing.*mount the shared folder"):
            _use(use, moved)
    assert files_below(settings.data) == files
    assert read_newest(settings).version == 1


def _use(use: Any, settings: StoreSettings) -> None:
    if use is CatalogueReader.catalogue:
        with closing(CatalogueReader(settings)) as reader:
            reader.catalogue()
    else:
        use(settings)


def test_a_warehouse_of_files_alone_is_not_taken_over(tmp_path: Path, database: str) -> None:
    alone = StoreSettings(data=tmp_path / "warehouse")
    publish_table(alone, 1)
    files = files_below(alone.data)
    settings = alone.model_copy(update={"database": database})
    with pytest.raises(StoreError, match=r"has a warehouse already.*without COP_DATABASE"):
        publish_table(settings, 2)
    assert files_below(alone.data) == files
    assert read_newest(alone).version == 1


def test_without_the_setting_the_folder_is_refused(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    files = files_below(settings.data)
    alone = settings.model_copy(update={"database": None})
    for use in (publish_other, Warehouse):
        with pytest.raises(StoreError, match=r"catalogue is in a PostgreSQL.*set COP_DATABASE"):
            use(alone)
    assert files_below(settings.data) == files


def test_what_works_on_versions_works_on_those_of_a_database(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(20))
    for i in range(2):
        frame = make_frame(1, source_id=f"id{i}").assign(occurred_at=datetime(2026, 2, 3))
        publish_events(settings, frame)
    done = compact(settings)
    assert done.version == 4
    report = retain(settings, RetentionSettings(keep_versions=1), dry_run=True)
    assert report.kept == (1, 2, 3, 4), "a server may be answering from the others"
    assert repair(settings).version is None
    found = examine(settings)
    assert {finding.check for finding in found.findings} <= {"room", "audit"}
    assert found.version == 4
    assert len(read_published(settings)) == 22
