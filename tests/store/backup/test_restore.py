"""Tests of restoring: the state of the backup or the one before, and nothing of either lost."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from cop.access.audit.log import AuditLog
from cop.errors import InputFileError, StoreError
from cop.model.audit import Actor
from cop.settings import StoreSettings
from cop.store.backup import restore as module
from cop.store.backup.audit_file import RESTORED
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from cop.store.backup.room_merge import list_kept
from cop.store.catalogue.copy import FOLDER as COPIES
from cop.store.catalogue.copy import keep_copy
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version import CATALOGUE_FILE
from cop.store.catalogue.writer import DRAFT_SUFFIX
from cop.store.database import connect
from cop.store.room.loss import PASSING
from cop.store.room.relational import ROOM_FILE
from cop.store.warehouse import Warehouse
from tests.support.filled import dump_room, fill_room
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events, publish_table, shown_files

pytestmark = pytest.mark.store

IDS = ["a", "b", "c"]


@pytest.fixture
def backed_up(settings: StoreSettings, tmp_path: Path) -> Path:
    """A backup of a warehouse of three versions, the third of which counts 13."""
    publish_table(settings, 1)
    publish_events(settings, make_frame(3, source_id=IDS))
    publish_events(settings, make_frame(3, source_id=IDS, count=[2, 2, 9]))
    with open_transaction(settings) as transaction:
        transaction.store_file(
            "rejects/test", ".csv", lambda draft: draft.write_bytes(b"row\n") > 0
        )
        transaction.commit("nothing else")
    back_up(settings, tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


def count(settings: StoreSettings, *, version: int | None = None) -> int:
    warehouse = Warehouse(settings)
    try:
        return warehouse.snapshot_at(version=version).sources["test"].count
    finally:
        warehouse.close()


def test_an_empty_folder_becomes_the_warehouse_with_its_versions(
    settings: StoreSettings, backed_up: Path, tmp_path: Path
) -> None:
    new = StoreSettings(data=tmp_path / "new" / "warehouse")
    report = restore(new, backed_up)
    assert (report.restored, report.version) == (3, 3)
    assert shown_files(new.data) == shown_files(settings.data)
    assert files_below(new.data) == {
        new.data / p.relative_to(settings.data) for p in files_below(settings.data)
    }
    assert list((new.data / "rejects").rglob("*.csv"))
    assert [count(new, version=v) for v in (2, 3)] == [6, 13]
    publish_events(new, make_frame(3, source_id=IDS, count=5))
    assert [count(new, version=v) for v in (2, 3, 4)] == [6, 13, 15]


def test_a_warehouse_that_is_there_keeps_its_versions(
    settings: StoreSettings, backed_up: Path
) -> None:
    publish_events(settings, make_frame(4, source_id=[*IDS, "d"], count=7))
    publish_table(settings, 2)
    with open_transaction(settings) as transaction:
        transaction.replace("other", pd.DataFrame({"a": [1]}))
        transaction.commit("other")
    warehouse, shown = Warehouse(settings), shown_files(settings.data)
    report = restore(settings, backed_up)
    assert (report.restored, report.version) == (3, 7)
    assert warehouse.refresh()
    assert warehouse.snapshot.version == 7
    assert warehouse.snapshot.sources["test"].count == 13
    assert "version 3 of " in warehouse.history()[0].message
    warehouse.close()
    after = shown_files(settings.data)
    assert after.pop(7) == shown[3]
    assert after == shown
    assert [count(settings, version=v) for v in (3, 4, 7)] == [13, 28, 13]


def test_restoring_the_newest_state_changes_nothing(
    settings: StoreSettings, backed_up: Path
) -> None:
    before = files_below(settings.data)
    report = restore(settings, backed_up)
    assert (report.restored, report.version, report.files) == (3, 3, 0)
    assert files_below(settings.data) == before


def test_lost_and_damaged_files_are_written_again(settings: StoreSettings, backed_up: Path) -> None:
    files = sorted(files_below(settings.data))
    for path in files[1::2]:
        path.write_bytes(b"damaged")
    for path in files[::2]:
        path.unlink()
    (rejects,) = (settings.data / "rejects").rglob("*.csv")
    rejects.unlink()
    report = restore(settings, backed_up)
    assert (report.version, report.files) == (3, len(files) + 1)
    assert rejects.is_file()
    assert sorted(shown_files(settings.data)) == [1, 2, 3]


def test_an_unreadable_catalogue_gives_way_and_nothing_is_thrown_away(
    settings: StoreSettings, backed_up: Path
) -> None:
    warehouse = Warehouse(settings)
    publish_events(settings, make_frame(4, source_id=[*IDS, "d"], count=7))
    later = set(published_files(settings.data, "events"))
    assert warehouse.refresh()
    shutil.rmtree(settings.data / COPIES)
    catalogue = settings.data / CATALOGUE_FILE
    content = bytearray(catalogue.read_bytes())
    content[:200] = bytes(200)
    catalogue.write_bytes(content)
    Path(f"{catalogue}-journal").write_bytes(b"of another catalogue")
    report = restore(settings, backed_up)
    assert (report.restored, report.version) == (3, 3)
    assert not Path(f"{catalogue}-journal").exists()
    (aside,) = (settings.data / "quarantine").iterdir()
    assert (aside / CATALOGUE_FILE).read_bytes() == content
    kept = {p.name for p in aside.rglob("*.parquet")}
    assert kept >= {p.name for p in later}
    assert warehouse.refresh()
    assert warehouse.snapshot.sources["test"].count == 13
    warehouse.close()
    publish_table(settings, 9)
    assert sorted(shown_files(settings.data)) == [1, 2, 3, 4]
    assert {p.name for p in aside.rglob("*.parquet")} == kept


def test_a_catalogue_that_is_unreadable_is_replaced_by_its_copy_first(
    settings: StoreSettings, backed_up: Path
) -> None:
    publish_events(settings, make_frame(4, source_id=[*IDS, "d"], count=7))
    (settings.data / CATALOGUE_FILE).write_bytes(b"damaged")
    report = restore(settings, backed_up)
    assert (report.restored, report.version) == (3, 5)
    assert sorted(shown_files(settings.data)) == [1, 2, 3, 4, 5]


def test_a_catalogue_that_lists_other_files_gives_way(
    settings: StoreSettings, backed_up: Path
) -> None:
    with closing(sqlite3.connect(settings.data / CATALOGUE_FILE)) as opened, opened:
        opened.execute("DELETE FROM ducklake_data_file WHERE end_snapshot IS NULL")
    keep_copy(settings.data)
    assert restore(settings, backed_up).version == 3
    assert count(settings) == 13


def test_a_damaged_backup_touches_nothing(
    settings: StoreSettings, backed_up: Path, tmp_path: Path
) -> None:
    content = backed_up.read_bytes()
    backed_up.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputFileError, match="not a whole backup"):
        restore(StoreSettings(data=tmp_path / "new"), backed_up)
    assert not (tmp_path / "new").exists()
    before = files_below(settings.data)
    with pytest.raises(InputFileError, match="not a whole backup"):
        restore(settings, backed_up)
    assert files_below(settings.data) == before


def test_another_region_is_refused(settings: StoreSettings, tmp_path: Path) -> None:
    other = StoreSettings(data=tmp_path / "other")
    for store, name in ((settings, "here"), (other, "there")):
        with open_transaction(store) as transaction:
            transaction.replace("region", pd.DataFrame({"name": [name], "declared": ["{}"]}))
            transaction.commit("region")
    back_up(other, tmp_path / "backup.tar")
    before = files_below(settings.data)
    with pytest.raises(StoreError, match="region 'here', not of 'there'"):
        restore(settings, tmp_path / "backup.tar")
    assert files_below(settings.data) == before


@pytest.mark.parametrize("step", ["_found", "place_file", "_set_aside"])
def test_a_fault_in_an_empty_folder_leaves_no_warehouse(
    backed_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    new = StoreSettings(data=tmp_path / "new")

    def fail(*_given: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, step, fail)
        with pytest.raises(StoreError, match="cannot be restored: no space left"):
            restore(new, backed_up)
    assert not (new.data / CATALOGUE_FILE).exists()
    draft = new.data / "datasets" / f".{'0' * 32}{DRAFT_SUFFIX}"
    draft.parent.mkdir(exist_ok=True)
    draft.write_bytes(b"half")
    assert restore(new, backed_up).version == 3
    assert not draft.exists()
    assert sorted(shown_files(new.data)) == [1, 2, 3]
    assert not (new.data / "quarantine").exists()


def test_a_fault_in_a_warehouse_leaves_it_as_it_was(
    settings: StoreSettings, backed_up: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_events(settings, make_frame(4, source_id=[*IDS, "d"], count=7))
    before = shown_files(settings.data)

    def fail(*_given: object, **_named: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(WriteTransaction, "commit", fail)
        with pytest.raises(StoreError, match="no space left"):
            restore(settings, backed_up)
    assert shown_files(settings.data) == before
    assert restore(settings, backed_up).version == 5


def test_a_backup_with_lost_files_is_restored_without_them(
    settings: StoreSettings, tmp_path: Path
) -> None:
    publish_table(settings, 1)
    (path,) = published_files(settings.data, "thing")
    publish_table(settings, 2)
    path.unlink()
    back_up(settings, tmp_path / "backup.tar")
    new = StoreSettings(data=tmp_path / "new")
    restore(new, tmp_path / "backup.tar")
    assert read_published_value(new.data) == 2


def read_published_value(folder: Path) -> int:
    (path,) = published_files(folder, "thing")
    return int(pd.read_parquet(path)["a"].iloc[0])


def test_a_catalogue_that_shows_more_than_the_backup_holds_is_refused(
    backed_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = module.read_archive(backed_up)
    members = tuple(m for m in archive.manifest.members if "/events/" not in m.name)
    manifest = archive.manifest.model_copy(update={"members": members})
    lacking = module.BackupArchive(file=backed_up, manifest=manifest, offsets=archive.offsets)
    monkeypatch.setattr(module, "read_archive", lambda _file: lacking)
    with pytest.raises(InputFileError, match=r"events/.* which it does not have"):
        restore(StoreSettings(data=tmp_path / "new"), backed_up)
    assert not (tmp_path / "new").exists()


@pytest.mark.scale
def test_a_warehouse_moves_to_a_database_and_back(
    settings: StoreSettings, backed_up: Path, database: str, tmp_path: Path
) -> None:
    fill_room(settings)
    first, second = tmp_path / "first.tar", tmp_path / "second.tar"
    with closing(AuditLog(settings)) as log:
        log.append(Actor(), "take", "board")
    before = back_up(settings, first)
    moved = StoreSettings(data=tmp_path / "moved", database=database)
    report = restore(moved, first)
    assert (report.restored, report.version, report.audit) == (before.version,) * 2 + (RESTORED,)
    assert report.left_out == {}
    assert not {"catalogue.sqlite", "room.sqlite", "audit.sqlite"} & {*files_below(moved.data)}
    assert count(moved) == count(settings)
    publish_events(moved, make_frame(1, source_id=["later"]))
    with closing(AuditLog(moved)) as log:
        log.append(Actor(), "leave", "board")
        assert log.verify().is_whole
    assert back_up(moved, second).version == before.version + 1
    back = StoreSettings(data=tmp_path / "back")
    assert restore(back, second).version == before.version + 1
    assert count(back) == count(moved)
    assert count(back, version=2) == count(settings, version=2)
    kept = {name for name in list_kept() if name not in PASSING}
    rooms = [dump_room(one.data / ROOM_FILE) for one in (settings, back)]
    assert all(rooms[0][name] for name in kept)
    for name in kept - {"exchange_state"}:
        assert rooms[0][name] == rooms[1][name], name
    with closing(AuditLog(back)) as log:
        assert log.verify().n == 2


@pytest.mark.scale
def test_a_restore_over_a_database_publishes_a_further_version(
    backed_up: Path, database: str, tmp_path: Path
) -> None:
    moved = StoreSettings(data=tmp_path / "moved", database=database)
    first = restore(moved, backed_up)
    publish_events(moved, make_frame(1, source_id=["later"]))
    again = restore(moved, backed_up)
    assert (again.restored, again.version) == (first.restored, first.version + 2)
    assert count(moved) == count(moved, version=first.version)


@pytest.mark.scale
def test_a_database_whose_catalogue_cannot_be_read_is_left_as_it_is(
    backed_up: Path, database: str, tmp_path: Path
) -> None:
    moved = StoreSettings(data=tmp_path / "moved", database=database)
    restore(moved, backed_up)
    with closing(connect(database)) as connection:
        connection.execute("ALTER TABLE main.ducklake_table RENAME TO other")
        with pytest.raises(StoreError, match="nothing restored"):
            restore(moved, backed_up)
        connection.execute("ALTER TABLE main.other RENAME TO ducklake_table")
    assert count(moved) == 13
