"""Tests of what is done about the remains of a killed writer."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.catalogue.file_store import FileCatalogue
from cop.store.catalogue.lock import writer_lock
from cop.store.catalogue.recovery import clean_up
from cop.store.dataset.event_merge import SPILL_FOLDER
from cop.store.room.damage import DAMAGE_FILE
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events

pytestmark = pytest.mark.store


def leave_remains(data: Path) -> set[Path]:
    """A draft, a file that no version shows, and a catalogue transaction that was cut off."""
    path = sorted(files_below(data))[0]
    remains = {path.with_name(f".{path.stem[:32]}.part"), path.with_name(f"{'0' * 64}.parquet")}
    for remain in remains:
        shutil.copy(path, remain)
    catalogue, aside = data / "catalogue.sqlite", data / "aside.sqlite"
    with closing(sqlite3.connect(catalogue, isolation_level=None)) as opened:
        opened.execute("PRAGMA cache_size = 1")
        opened.execute("BEGIN IMMEDIATE")
        opened.execute("UPDATE ducklake_data_file SET path = upper(path)")
        opened.execute("UPDATE ducklake_file_column_stats SET max_value = '9'")
        shutil.copy(catalogue, aside)
        shutil.copy(f"{catalogue}-journal", f"{aside}-journal")
    shutil.move(aside, catalogue)
    shutil.move(f"{aside}-journal", f"{catalogue}-journal")
    return remains


@pytest.fixture
def killed(settings: StoreSettings) -> tuple[StoreSettings, set[Path]]:
    publish_events(settings, make_frame(40))
    return settings, leave_remains(settings.data)


def test_a_reader_rolls_back_what_a_killed_writer_left(
    killed: tuple[StoreSettings, set[Path]],
) -> None:
    settings, _ = killed
    journal = settings.data / "catalogue.sqlite-journal"
    assert journal.is_file()
    warehouse = Warehouse(settings)
    assert warehouse.snapshot.sources["test"].n == 40
    assert not journal.exists()
    warehouse.close()


def test_what_is_left_over_is_removed_at_the_next_start(
    killed: tuple[StoreSettings, set[Path]],
) -> None:
    settings, remains = killed
    assert set(clean_up(settings)) == remains
    assert clean_up(settings) == []
    assert not any(path.exists() for path in remains)
    assert Warehouse(settings).snapshot.sources["test"].n == 40


def test_a_writer_at_work_is_left_alone(killed: tuple[StoreSettings, set[Path]]) -> None:
    settings, remains = killed
    with writer_lock(settings.data, timeout_s=0):
        assert not FileCatalogue(settings.data).roll_back()
        assert clean_up(settings) == []
    assert all(path.exists() for path in remains)


def test_a_folder_that_is_no_warehouse_is_not_made_one(tmp_path: Path) -> None:
    assert not FileCatalogue(tmp_path).roll_back()
    assert clean_up(StoreSettings(data=tmp_path / "none")) == []
    assert list(tmp_path.iterdir()) == []


def test_drafts_that_others_write_meanwhile_are_left_alone(settings: StoreSettings) -> None:
    """The audit record and what the room lost are written under locks of their own."""
    publish_events(settings, make_frame(4))
    drafts = [settings.data / f".{name}.part" for name in (HEAD_FILE, DAMAGE_FILE)]
    for draft in drafts:
        draft.write_text("half")
    assert clean_up(settings) == []
    publish_events(settings, make_frame(8))
    assert all(draft.read_text() == "half" for draft in drafts)


def test_drafts_of_the_catalogue_are_removed(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(4))
    drafts = {
        settings.data / ".catalogue.sqlite.part",
        settings.data / "copies" / f".catalogue-7-{'0' * 64}.sqlite.part",
    }
    for draft in drafts:
        draft.write_text("half")
    assert {*clean_up(settings)} == drafts


def test_what_a_killed_merge_spilled_is_removed(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(4))
    spilled = settings.data / SPILL_FOLDER
    spilled.mkdir()
    (spilled / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"rows")
    assert clean_up(settings) == [spilled]
    assert not spilled.exists()
