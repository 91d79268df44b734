"""Tests that DuckLake's own tables are as this version of it has them: they are no interface.

A failure here after a new DuckLake means that `cop/store/catalogue/metadata.py` must be looked at.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.lake import LAKE, read_versions
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.metadata import (
    COLUMNS,
    FORMAT,
    SCHEMA,
    expire,
    find_false_listings,
    list_files,
    read_bounds,
)
from cop.store.catalogue.store import open_store
from cop.store.catalogue.version import DATASET_FOLDER
from cop.store.engine import Cursor, fetch, open_engine
from tests.support.kind import each_kind
from tests.support.record import make_frame
from tests.support.store import publish_events, publish_table

pytestmark = pytest.mark.store


@pytest.fixture
def cursor(settings: StoreSettings) -> Iterator[Cursor]:
    publish_events(settings, make_frame(2))
    publish_table(settings, 1)
    publish_table(settings, 2)
    publish_events(settings, make_frame(40))
    publish_table(settings, 1)
    store = open_store(settings)
    with store.writer_lock(timeout_s=0) as lock:
        opened = open_engine(settings, store.extensions)
        store.attach_writer(opened, lock)
        yield opened
        opened.close()


def test_the_format_is_the_one_whose_tables_are_read(cursor: Cursor) -> None:
    options = dict(fetch(cursor, f"SELECT option_name, value FROM ducklake_options('{LAKE}')"))
    assert options["version"] == FORMAT


@each_kind
@pytest.mark.usefixtures("settings")
def test_the_tables_have_the_columns_that_are_read(cursor: Cursor) -> None:
    for table, columns in COLUMNS.items():
        rows = fetch(cursor, f"DESCRIBE {SCHEMA}.{table}")
        assert {name for name, *_ in rows} >= columns, table


@each_kind
def test_each_version_shows_the_files_that_ducklake_says(
    cursor: Cursor, settings: StoreSettings
) -> None:
    entries = list_files(cursor)
    root = settings.data / DATASET_FOLDER
    versions = read_versions(cursor)
    assert len(versions) == 5
    for version in versions:
        catalogue = read_catalogue(cursor, settings.data, version=version)
        shown = [path for paths in catalogue.files.values() for path in paths]
        ours = [str(root / entry.path) for entry in entries if entry.is_shown_at(version)]
        assert sorted(shown) == sorted(ours)
    newest = read_catalogue(cursor, settings.data)
    assert newest == catalogue
    assert find_false_listings(cursor) == []


def test_size_rows_and_bounds_are_those_of_the_files(
    cursor: Cursor, settings: StoreSettings
) -> None:
    for entry in list_files(cursor):
        path: Path = settings.data / DATASET_FOLDER / entry.path
        assert entry.size_bytes == path.stat().st_size
        assert entry.n == pq.read_metadata(path).num_rows
        if entry.dataset == "events":
            ids = [row.as_py() for row in pq.read_table(path)["event_id"]]
            bounds = read_bounds(cursor, entry.path)
            assert bounds["event_id"] == (min(ids), max(ids))
            assert bounds["source"] == ("test", "test")


@each_kind
def test_no_cleanup_of_ducklake_removes_a_file_that_is_shown_again(
    cursor: Cursor, settings: StoreSettings
) -> None:
    newest = read_catalogue(cursor, settings.data)
    expire(cursor, [version for version in read_versions(cursor) if version < newest.version])
    fetch(cursor, f"CALL ducklake_cleanup_old_files('{LAKE}', cleanup_all => true)")
    assert all(Path(path).is_file() for paths in newest.files.values() for path in paths)
