"""Tests of a catalogue that goes from a database to a file and back: every version is the same."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.lake import attach
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.metadata import find_false_listings, list_files
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.store import open_store
from cop.store.catalogue.transfer import fill_catalogue, write_catalogue_file
from cop.store.catalogue.version import CATALOGUE_FILE
from cop.store.engine import CATALOGUE_EXTENSIONS, fetch, open_engine
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = [pytest.mark.scale, pytest.mark.full]


def describe(settings: StoreSettings) -> Any:
    with closing(CatalogueReader(settings)) as reader:
        catalogue = reader.catalogue()
        names = {n: [Path(f).name for f in files] for n, files in catalogue.files.items()}
        return catalogue.version, catalogue.published_at, names, reader.versions(), reader.history()


def test_every_version_goes_to_a_file_and_back(
    database: str, postgres: Any, tmp_path: Path
) -> None:
    settings = StoreSettings(data=tmp_path / "warehouse", database=database)
    for n in (3, 5, 7):
        publish_events(settings, make_frame(n, source_id=[f"e{i}" for i in range(n)]))
    before = describe(settings)
    copy = tmp_path / "copy" / CATALOGUE_FILE
    copy.parent.mkdir()
    write_catalogue_file(settings, copy)
    with closing(open_engine(settings, CATALOGUE_EXTENSIONS)) as cursor:
        attach(cursor, copy.parent, read_only=True)
        found = read_catalogue(cursor, copy.parent)
        assert (found.version, found.published_at) == before[:2]
        assert [*find_false_listings(cursor)] == []
        entries = list_files(cursor)
        times = fetch(cursor, "SELECT * EXCLUDE (changes) FROM ducklake_snapshots('lake')")
    with postgres.database() as address:
        other = StoreSettings(data=tmp_path / "other", database=address)
        other.data.mkdir()
        store = open_store(other)
        with store.writer_lock(timeout_s=60) as lock:
            store.settle()
            fill_catalogue(other, lock, copy)
        assert describe(other) == before
        with closing(open_engine(other, store.extensions)) as cursor:
            store.attach(cursor)
            assert list_files(cursor) == entries
            assert (
                fetch(cursor, "SELECT * EXCLUDE (changes) FROM ducklake_snapshots('lake')") == times
            )
        store.close()
