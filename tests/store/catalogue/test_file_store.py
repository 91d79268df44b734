"""Tests of the catalogue in an SQLite file."""

from pathlib import Path

import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.file_store import FileCatalogue
from cop.store.catalogue.recovery import clean_up
from cop.store.catalogue.version import MARK_FILE
from cop.store.warehouse import Warehouse
from tests.store.catalogue.test_recovery import leave_remains
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events, publish_table

pytestmark = pytest.mark.store


def test_a_hot_journal_is_rolled_back_unless_a_writer_is_at_work(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    leave_remains(settings.data)
    journal = settings.data / "catalogue.sqlite-journal"
    store = FileCatalogue(settings.data)
    assert journal.is_file()
    with store.writer_lock(timeout_s=0):
        assert not store.roll_back()
    assert journal.is_file()
    assert store.may_pass(StoreError("the catalogue failed"))
    assert not journal.exists()


def test_a_fault_is_worth_another_try_where_a_writer_was_in_the_way(tmp_path: Path) -> None:
    store = FileCatalogue(tmp_path)
    assert store.may_pass(StoreError("database is locked"))
    assert not store.may_pass(StoreError("the disk is gone"))


def test_a_stamp_is_believed_when_it_is_old(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    store = FileCatalogue(settings.data)
    inode, changed_ns, size = store.stamp()
    assert inode == (settings.data / "catalogue.sqlite").stat().st_ino
    assert size > 0
    assert store.is_settled((inode, changed_ns - 10**10, size))
    assert not store.is_settled((inode, changed_ns + 10**12, size))


def test_a_folder_whose_catalogue_is_in_a_database_is_refused(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    files = files_below(settings.data)
    (settings.data / MARK_FILE).write_text("some id")
    with pytest.raises(StoreError, match=r"is in a PostgreSQL database: set COP_DATABASE"):
        publish_table(settings, 2)
    assert clean_up(settings) == []
    (settings.data / "catalogue.sqlite").unlink()
    with pytest.raises(StoreError, match=r"is in a PostgreSQL database: set COP_DATABASE"):
        Warehouse(settings)
    assert files_below(settings.data) == files
