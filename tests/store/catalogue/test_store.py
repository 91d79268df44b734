"""Tests of where a catalogue is: the two kinds answer alike."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.database_store import DatabaseCatalogue
from cop.store.catalogue.file_store import FileCatalogue
from cop.store.catalogue.lake import current_version
from cop.store.catalogue.store import has_catalogue, open_store
from cop.store.engine import DatabaseError, open_engine
from tests.support.command import CHECKOUT
from tests.support.kind import each_kind
from tests.support.store import publish_table

pytestmark = pytest.mark.store


def test_the_setting_says_which_it_is(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    assert isinstance(open_store(settings), FileCatalogue)
    other = settings.model_copy(update={"database": "host=db dbname=cop"})
    assert isinstance(open_store(other), DatabaseCatalogue)
    assert open_store(other).name == "the catalogue in the database host=db dbname=cop"


@each_kind
def test_a_catalogue_is_there_from_the_first_publish_on(settings: StoreSettings) -> None:
    store = open_store(settings)
    assert not has_catalogue(settings)
    assert not store.has_remains()
    assert "no catalogue" in store.describe_missing()
    assert store.stamp()[0] == -1
    publish_table(settings, 1)
    assert has_catalogue(settings)
    assert store.has_remains()
    store.close()


@each_kind
def test_a_stamp_changes_with_each_publish_alone(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    store = open_store(settings)
    first = store.stamp()
    assert store.stamp() == first
    publish_table(settings, 2)
    second = store.stamp()
    assert second != first
    assert second[0] == first[0]
    store.close()


@each_kind
def test_what_is_attached_to_be_read_cannot_be_written(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    store = open_store(settings)
    with closing(open_engine(settings, store.extensions)) as cursor:
        store.attach(cursor)
        assert current_version(cursor) == 1
        with pytest.raises(DatabaseError, match=r"read-only"):
            cursor.execute("CREATE TABLE lake.other (a INTEGER)")


@each_kind
def test_the_locks_of_a_warehouse_are_three(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    store = open_store(settings)
    with (
        store.retention_lock(timeout_s=0, busy="a backup has been running") as first,
        store.compaction_lock(timeout_s=0) as second,
        store.writer_lock(timeout_s=0) as third,
    ):
        assert store.settle()
        store.preserve()
        for lock in (first, second, third):
            assert lock.is_ours()
            assert lock.fence()
        with (
            pytest.raises(StoreError, match=r"a backup has been running for 0 s; try again"),
            store.retention_lock(timeout_s=0, busy="a backup has been running"),
        ):
            pass


def test_who_has_files_imports_nothing_of_postgresql() -> None:
    code = (
        "import sys, cop.app, cop.store.backup.backup, cop.store.backup.restore; "
        "import cop.store.integrity.doctor; print({'psycopg'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
