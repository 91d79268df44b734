"""The catalogue: what is missing is named, and a reader writes nothing."""

import pytest

from cop.errors import DatasetMissingError, StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.lake import attach
from cop.store.engine import CATALOGUE_EXTENSIONS, fetch, open_engine
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.picture


def test_no_warehouse_says_what_to_do(settings: StoreSettings) -> None:
    with pytest.raises(StoreError, match=r"is not a warehouse.*cop demo"):
        Warehouse(settings)


def test_missing_dataset_names_what_there_is(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    catalogue = Warehouse(settings).snapshot.catalogue
    with pytest.raises(DatasetMissingError, match="it has: events, sources"):
        catalogue.files_of("segments")


def test_a_reader_cannot_write(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2))
    warehouse = Warehouse(settings)
    with pytest.raises(StoreError, match="does not exist"):
        warehouse.query("DELETE FROM lake.events")
    address = f"ducklake:sqlite:{settings.data / 'catalogue.sqlite'}"
    with pytest.raises(StoreError, match="could not answer"):
        warehouse.query(f"ATTACH '{address}' AS lake")
    warehouse.close()


def test_a_commit_after_anothers_is_never_tried_again(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    cursor = open_engine(settings, CATALOGUE_EXTENSIONS)
    attach(cursor, settings.data, read_only=False)
    assert fetch(cursor, "SELECT current_setting('ducklake_max_retry_count')") == [(0,)]
    cursor.close()
