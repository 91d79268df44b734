"""Tests of the catalogue: snapshots are whole, and what is missing or damaged is named."""

import pytest

from cop.errors import DatasetMissingError, StoreError
from cop.settings import StoreSettings
from cop.store.catalogue import attach, read_snapshot
from cop.store.engine import open_engine
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.picture


def test_no_warehouse_says_what_to_do(settings: StoreSettings) -> None:
    with pytest.raises(StoreError, match=r"is no warehouse.*cop demo"):
        Warehouse(settings)


def test_missing_dataset_names_what_there_is(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    snapshot = Warehouse(settings).edition.snapshot
    with pytest.raises(DatasetMissingError, match="holds: events, sources"):
        snapshot.files_of("segments")


def test_digest_names_the_content_not_the_version(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    first = Warehouse(settings).edition.snapshot
    publish_events(settings, make_frame(1))
    second = Warehouse(settings).edition.snapshot
    assert second.version > first.version
    assert second.digest("events") == first.digest("events")
    assert second.digest("events", "sources") != first.digest("events", "sources")
    publish_events(settings, make_frame(2))
    assert Warehouse(settings).edition.snapshot.digest("events") != first.digest("events")


def test_row_deletes_are_refused(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2))
    engine = open_engine(settings)
    attach(engine, settings.data, read_only=False)
    engine.execute("DELETE FROM lake.events WHERE occurred_at < '2026-01-31'")
    with pytest.raises(StoreError, match="row deletes"):
        read_snapshot(engine)
    engine.close()


def test_a_reader_cannot_write(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2))
    warehouse = Warehouse(settings)
    with pytest.raises(StoreError, match="read-only"):
        warehouse.query("DELETE FROM lake.events")
    warehouse.close()
