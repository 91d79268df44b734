"""The catalogue's copy proves its bytes, and takes its place where they are damaged."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cop.errors import StoreError
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup.retention import retain
from cop.store.catalogue.copy import (
    FOLDER,
    CatalogueDamage,
    find_catalogue_damage,
    keep_copy,
    list_copies,
    settle_catalogue,
)
from cop.store.catalogue.recovery import clean_up
from cop.store.catalogue.transaction import open_transaction
from cop.store.catalogue.version import CATALOGUE_FILE, QUARANTINE_FOLDER
from cop.store.catalogue.writer import file_sha256
from cop.store.warehouse import Warehouse
from tests.support.damage import flip_random_bit
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = [pytest.mark.trust, pytest.mark.store]


@pytest.fixture
def folder(settings: StoreSettings) -> Path:
    publish_events(settings, make_frame(20))
    return settings.data


def fault_of(damage: CatalogueDamage | None) -> str:
    assert damage is not None
    return damage.fault


def run_sql(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / CATALOGUE_FILE)) as opened, opened:
        opened.execute(sql)


def test_every_publish_leaves_a_copy_and_only_the_newest_stays(
    settings: StoreSettings, folder: Path
) -> None:
    for n in (20, 30):
        publish_events(settings, make_frame(n))
        (copy,) = list_copies(folder)
        assert copy.is_whole
        assert copy.sha256 == file_sha256(folder / CATALOGUE_FILE)
        assert find_catalogue_damage(folder) is None


def test_retention_leaves_a_copy_too(settings: StoreSettings, folder: Path) -> None:
    publish_events(settings, make_frame(30))
    retain(settings, RetentionSettings(keep_versions=1, keep_days=None))
    assert find_catalogue_damage(folder) is None


def test_any_flipped_bit_is_noticed_and_the_copy_takes_its_place(
    settings: StoreSettings, folder: Path
) -> None:
    whole = (folder / CATALOGUE_FILE).read_bytes()
    for seed in range(20):
        flip_random_bit(folder / CATALOGUE_FILE, seed=seed)
        assert find_catalogue_damage(folder) is not None
        clean_up(settings)
        assert (folder / CATALOGUE_FILE).read_bytes() == whole
    assert len(list((folder / QUARANTINE_FOLDER).glob("catalogue-*.sqlite"))) == 20


def test_a_missing_catalogue_is_replaced(settings: StoreSettings, folder: Path) -> None:
    (folder / CATALOGUE_FILE).unlink()
    assert fault_of(find_catalogue_damage(folder)) == "is missing"
    clean_up(settings)
    warehouse = Warehouse(settings)
    warehouse.close()
    assert warehouse.snapshot.version == 1


def test_a_publish_begins_with_the_copy_where_the_catalogue_is_damaged(
    settings: StoreSettings, folder: Path
) -> None:
    run_sql(folder, "UPDATE ducklake_file_column_stats SET max_value = '9' WHERE column_id = 1")
    publish_events(settings, make_frame(30))
    assert list((folder / QUARANTINE_FOLDER).glob("catalogue-*.sqlite"))
    assert find_catalogue_damage(folder) is None


def test_a_version_that_a_killed_writer_left_without_a_copy_is_kept(
    settings: StoreSettings, folder: Path
) -> None:
    (before,) = list_copies(folder)
    kept = before.path.read_bytes()
    publish_events(settings, make_frame(30))
    shutil.rmtree(folder / FOLDER)
    before.path.parent.mkdir()
    before.path.write_bytes(kept)
    assert find_catalogue_damage(folder) is None
    clean_up(settings)
    (after,) = list_copies(folder)
    assert (before.version, after.version) == (1, 2)


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        (
            "UPDATE ducklake_snapshot SET snapshot_id = 17 WHERE snapshot_id = 1",
            "ducklake_snapshot",
        ),
        ("UPDATE ducklake_snapshot SET snapshot_time = ''", "has changed since version 1"),
        ("DELETE FROM ducklake_snapshot", "has changed since version 1"),
        ("DROP TABLE ducklake_snapshot", "cannot be compared"),
    ],
)
def test_what_only_looks_like_a_later_version_is_none(folder: Path, sql: str, fault: str) -> None:
    run_sql(folder, sql)
    assert fault in fault_of(find_catalogue_damage(folder))


def test_a_damaged_copy_proves_nothing_and_is_written_anew(
    settings: StoreSettings, folder: Path
) -> None:
    (copy,) = list_copies(folder)
    flip_random_bit(copy.path, seed=1)
    assert not copy.is_whole
    assert find_catalogue_damage(folder) is None
    clean_up(settings)
    (copy,) = list_copies(folder)
    assert copy.is_whole


def test_a_damaged_catalogue_without_a_copy_is_told_and_stays(folder: Path) -> None:
    shutil.rmtree(folder / FOLDER)
    (folder / CATALOGUE_FILE).write_bytes(b"not SQLite at all")
    damage = settle_catalogue(folder)
    assert "file is not a database" in fault_of(damage)
    assert damage is not None and damage.copy is None
    assert (folder / CATALOGUE_FILE).read_bytes() == b"not SQLite at all"


def test_a_copy_that_cannot_be_written_stops_no_publish(
    settings: StoreSettings, folder: Path
) -> None:
    shutil.rmtree(folder / FOLDER)
    (folder / FOLDER).write_text("a file in the way")
    publish_events(settings, make_frame(30))
    with pytest.raises((StoreError, OSError)):
        keep_copy(folder)
    with open_transaction(settings) as transaction:
        assert transaction.published.version == 2
