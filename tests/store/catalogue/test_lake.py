"""Tests of the catalogue: snapshots are whole, and what is missing or damaged is named."""

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from cop.errors import DatasetMissingError, FilterError, StoreError, VersionError
from cop.settings import StoreSettings
from cop.store.catalogue.lake import attach, read_catalogue
from cop.store.engine import open_engine
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events, publish_table

pytestmark = pytest.mark.picture


def test_no_warehouse_says_what_to_do(settings: StoreSettings) -> None:
    with pytest.raises(StoreError, match=r"is not a warehouse.*cop demo"):
        Warehouse(settings)


def test_missing_dataset_names_what_there_is(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    catalogue = Warehouse(settings).snapshot.catalogue
    with pytest.raises(DatasetMissingError, match="it has: events, sources"):
        catalogue.files_of("segments")


def test_digest_names_the_content_not_the_version(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    first = Warehouse(settings).snapshot.catalogue
    publish_table(settings, 1)
    second = Warehouse(settings).snapshot.catalogue
    assert second.version > first.version
    assert second.digest("events") == first.digest("events")
    assert second.digest("events", "thing") != first.digest("events", "thing")
    publish_events(settings, make_frame(2))
    assert Warehouse(settings).snapshot.catalogue.digest("events") != first.digest("events")


def test_row_deletes_are_refused(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2))
    engine = open_engine(settings)
    attach(engine, settings.data, read_only=False)
    engine.execute("DELETE FROM lake.events WHERE occurred_at < '2026-01-31'")
    with pytest.raises(StoreError, match="row deletes"):
        read_catalogue(engine, settings.data)
    engine.close()


def test_a_reader_cannot_write(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2))
    warehouse = Warehouse(settings)
    with pytest.raises(StoreError, match="does not exist"):
        warehouse.query("DELETE FROM lake.events")
    address = f"ducklake:sqlite:{settings.data / 'catalogue.sqlite'}"
    with pytest.raises(StoreError, match="could not answer"):
        warehouse.query(f"ATTACH '{address}' AS lake")
    warehouse.close()


def test_an_older_version_is_read_by_number_and_by_moment(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2))
    warehouse = Warehouse(settings)
    first = warehouse.snapshot.catalogue
    publish_events(settings, make_frame(5))
    assert warehouse.refresh()
    assert warehouse.snapshot_at(version=first.version).catalogue == first
    assert warehouse.snapshot_at(known_at=first.published_at).catalogue == first
    assert (
        warehouse.snapshot_at(known_at=datetime(2999, 1, 1)).catalogue
        == warehouse.snapshot.catalogue
    )
    assert warehouse.snapshot_at(version=first.version).sources["test"].n == 2
    with pytest.raises(VersionError, match="known_at=2020-01-01T00:00:00Z: no version"):
        warehouse.snapshot_at(known_at=datetime(2020, 1, 1))
    with pytest.raises(VersionError, match="version=99 is not stored"):
        warehouse.snapshot_at(version=99)
    with pytest.raises(FilterError, match="not both"):
        warehouse.snapshot_at(version=1, known_at=datetime(2999, 1, 1))
    warehouse.close()


def test_a_catalogue_that_was_changed_is_refused(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    publish_events(settings, make_frame(5))
    with closing(sqlite3.connect(settings.data / "catalogue.sqlite")) as opened, opened:
        opened.execute("DELETE FROM ducklake_data_file WHERE end_snapshot IS NULL")
    with pytest.raises(StoreError, match="lists other files than it was published with"):
        Warehouse(settings)
