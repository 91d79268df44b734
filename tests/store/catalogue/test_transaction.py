"""Tests of publishing: all at once or not at all, one writer, old versions kept, layout."""

import shutil
import threading
import time
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cop.errors import DatasetMissingError, StoreError
from cop.settings import StoreSettings
from cop.store.catalogue import transaction as module
from cop.store.catalogue.lake import attach
from cop.store.catalogue.reader import is_published
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.writer import file_sha256
from cop.store.dataset.event_merge import MOST_FILES, merge_events
from cop.store.engine import DatabaseError, fetch, open_engine
from cop.store.warehouse import Warehouse
from tests.support.published import published_files, read_published
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events, publish_table

pytestmark = pytest.mark.picture


class Abort(Exception):
    """What goes wrong in these tests."""


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


@pytest.mark.parametrize("fault", [Abort, KeyboardInterrupt, OSError])
def test_an_exception_before_commit_leaves_nothing(
    settings: StoreSettings, fault: type[BaseException]
) -> None:
    publish_events(settings, make_frame(3))
    files, version = files_below(settings.data), Warehouse(settings).snapshot.version
    with pytest.raises((fault, StoreError)), open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        merge_events(transaction, "test", [make_frame(40, kind="rescue")])
        raise fault
    assert files_below(settings.data) == files
    snapshot = Warehouse(settings).snapshot
    assert snapshot.version == version
    assert "thing" not in snapshot.catalogue.files
    assert len(read_published(settings.data)) == 3


def test_leaving_without_commit_publishes_nothing(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        transaction.discard()
    assert not is_published(settings)
    assert files_below(settings.data) == set()


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
    assert "thing" not in Warehouse(settings).snapshot.catalogue.files
    assert len(read_published(settings.data)) == 3


def test_a_fault_after_the_commit_keeps_the_files(settings: StoreSettings) -> None:
    with pytest.raises(Abort), open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        transaction.commit("done")
        raise Abort
    (path,) = published_files(settings.data, "thing")
    assert pd.read_parquet(path)["a"].tolist() == [1]


def test_nothing_changed_is_no_new_version(settings: StoreSettings) -> None:
    version = publish_table(settings, 1)
    with open_transaction(settings) as transaction:
        assert transaction.commit("nothing") == version


def test_an_old_version_stays_readable(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2, source_id=["a", "b"]))
    before = Warehouse(settings).snapshot.version
    counts = publish_events(settings, make_frame(2, source_id=["a", "b"], count=[2, 9]))
    assert (counts.accepted, counts.duplicate, counts.superseded) == (0, 1, 1)
    engine = open_engine(settings)
    attach(engine, settings.data, read_only=True)
    sql = "SELECT sum(count)::INTEGER, count(*) FROM lake.events"
    assert fetch(engine, f"{sql} AT (VERSION => {before})") == [(4, 2)]
    assert fetch(engine, sql) == [(11, 2)]
    engine.close()


def test_ducklake_and_the_files_agree(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(50))
    engine = open_engine(settings)
    attach(engine, settings.data, read_only=True)
    rows = fetch(engine, "SELECT month, count(*) FROM lake.events GROUP BY 1 ORDER BY 1")
    events = read_published(settings.data)
    by_month = events["occurred_at"].dt.strftime("%Y-%m").value_counts().sort_index()
    assert rows == list(by_month.items())
    engine.close()


def test_each_month_is_one_file_in_hilbert_order(settings: StoreSettings) -> None:
    rng = np.random.default_rng(1)
    n = 4_000
    frame = make_frame(n, lon=rng.uniform(-118, -96, n), lat=rng.uniform(25, 33, n)).assign(
        occurred_at=pd.date_range("2026-01-01", periods=n, freq="20min").astype("datetime64[us]")
    )
    publish_events(settings, frame)
    files = published_files(settings.data, "events")
    assert [p.parent.name for p in files] == ["month=2026-01", "month=2026-02"]
    for path in files:
        events = gpd.read_parquet(path)
        assert events.crs.to_epsg() == 4326
        assert (events["occurred_at"].dt.strftime("%Y-%m") == path.parent.name[6:]).all()
        assert (events.geometry.x == events["lon"]).all()
        assert (events.geometry.y == events["lat"]).all()
        steps = np.hypot(events["lon"].diff(), events["lat"].diff())
        shuffled = events.sample(frac=1, random_state=1)
        far = np.hypot(shuffled["lon"].diff(), shuffled["lat"].diff())
        assert steps.mean() < far.mean() / 10


def test_only_the_months_it_touches_are_rewritten(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(60))
    before = {p.parent.name: p for p in published_files(settings.data, "events")}
    publish_events(settings, make_frame(1, kind="rescue"))
    after = {p.parent.name: p for p in published_files(settings.data, "events")}
    assert [m for m in before if before[m] != after[m]] == ["month=2026-01"]
    assert len(read_published(settings.data)) == 61


def test_tables_with_geometry_read_back(settings: StoreSettings) -> None:
    line = shapely.LineString([(-110, 31), (-109, 32)])
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[line], crs="EPSG:4326").to_crs(3857)
    with open_transaction(settings) as transaction:
        transaction.replace("thing", frame)
        transaction.commit("line")
    read = read_published(settings.data, "thing")
    assert read.crs.to_epsg() == 4326
    assert read.geometry.iloc[0].equals_exact(line, 1e-9)
    with open_transaction(settings) as transaction:
        assert isinstance(transaction.read("thing"), gpd.GeoDataFrame)
        with pytest.raises(DatasetMissingError, match="no dataset 'other'"):
            transaction.read("other")


def test_an_empty_table_is_no_dataset(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    empty = pd.DataFrame({"a": pd.Series([], dtype="int64"), "at": pd.Series([], dtype="str")})
    with open_transaction(settings) as transaction:
        transaction.replace("thing", empty)
        transaction.commit("empty")
    assert "thing" not in Warehouse(settings).snapshot.catalogue.files
    with open_transaction(settings) as transaction:
        assert not transaction.has("thing")
    publish_table(settings, 2)
    assert "thing" in Warehouse(settings).snapshot.catalogue.files


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
    (path,) = published_files(settings.data, "events")
    copy = shutil.copy(path, path.with_name("copy.parquet"))
    engine.execute(
        f"CALL ducklake_add_data_files('lake', 'events', '{copy}', hive_partitioning => true)"
    )
    engine.close()
    with pytest.raises(StoreError, match="does not say which files"):
        Warehouse(settings)


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


def test_event_times_before_the_epoch_have_their_month(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1).assign(occurred_at=datetime(1901, 2, 3)))
    assert [p.parent.name for p in published_files(settings.data, "events")] == ["month=1901-02"]


def test_a_kept_file_goes_with_what_it_belongs_to(settings: StoreSettings) -> None:
    def write(path: Path) -> None:
        path.write_text("content")

    with open_transaction(settings) as transaction:
        kept = transaction.store_file("rejects/a", ".csv", write)
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        transaction.commit("thing")
    assert kept.read_text() == "content"
    with pytest.raises(Abort), open_transaction(settings) as transaction:
        assert transaction.store_file("rejects/a", ".csv", write) == kept
        other = transaction.store_file("rejects/b", ".csv", write)
        assert other.is_file()
        raise Abort
    assert kept.is_file()
    assert not other.exists()
    with open_transaction(settings) as transaction:
        transaction.store_file("rejects/b", ".csv", write)
        assert transaction.commit("nothing changed") == 1
    assert other.is_file()


def test_a_small_part_is_added_beside_and_a_correction_writes_its_file_anew(
    settings: StoreSettings,
) -> None:
    def in_february() -> list[Path]:
        files = published_files(settings.data, "events")
        return [path for path in files if path.parent.name == "month=2026-02"]

    def one(**values: object) -> pd.DataFrame:
        return make_frame(1, **values).assign(occurred_at=datetime(2026, 2, 3))

    publish_events(settings, make_frame(20))
    (first,) = in_february()
    publish_events(settings, one(source_id="more"))
    (second,) = set(in_february()) - {first}
    publish_events(settings, one(source_id="more", count=7))
    assert first in in_february()
    assert second not in in_february()
    assert len(in_february()) == 2
    events = read_published(settings.data)
    assert events.loc[events["source_id"] == "more", "count"].tolist() == [7]
    assert len(events) == 21


@pytest.mark.full
def test_many_small_parts_are_one_file_again(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(20))
    for i in range(MOST_FILES + 2):
        publish_events(settings, make_frame(1, source_id=f"id{i}"))
        months = [p.parent for p in published_files(settings.data, "events")]
        assert max(map(months.count, months)) <= MOST_FILES
    assert len(read_published(settings.data)) == 20 + MOST_FILES + 2


def test_what_a_killed_writer_left_goes_with_the_next_publish(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(3))
    before = files_below(settings.data)
    (path, *_) = published_files(settings.data, "events")
    shutil.copy(path, path.with_name(f".{path.stem[:32]}.part"))
    shutil.copy(path, path.with_name(f"{'0' * 64}.parquet"))
    with open_transaction(settings) as transaction:
        transaction.discard()
    assert files_below(settings.data) == before


def test_a_file_is_named_by_its_content(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(3))
    for path in files_below(settings.data):
        assert path.stem == file_sha256(path)


def test_a_commit_that_took_place_all_the_same_is_said(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    transact = WriteTransaction._transact

    def fail_late(self: WriteTransaction, *given: object) -> None:
        transact(self, *given)  # type: ignore[arg-type]
        raise DatabaseError("the cable broke")

    monkeypatch.setattr(WriteTransaction, "_transact", fail_late)
    assert publish_table(settings, 1) == 1
    (path,) = published_files(settings.data, "thing")
    assert pd.read_parquet(path)["a"].tolist() == [1]
