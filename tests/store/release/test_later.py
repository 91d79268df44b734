"""What the versions between an earlier one and the newest had."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import withdraw_source as withdraw_events
from cop.store.dataset.source import register_source, withdraw_source
from cop.store.release.later import LaterVersions, read_later
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.released import release_to
from tests.support.store import make_source, publish_events

pytestmark = pytest.mark.access


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    """A warehouse whose source was there, then RED, and is gone in the newest version."""
    settings = StoreSettings(data=tmp_path / "warehouse")
    publish_events(settings, make_frame(2, source_id=["a", "b"]))
    publish_events(settings, make_frame(2, source_id=["a", "b"], marking="TLP:RED"))
    with open_transaction(settings) as transaction:
        register_source(transaction, make_source().model_copy(update={"marking": "TLP:RED"}))
        transaction.commit("marked")
    publish_events(settings, make_frame(1, source="other"), source="other")
    with open_transaction(settings) as transaction:
        withdraw_events(transaction, "test")
        withdraw_source(transaction, "test")
        transaction.commit("gone")
    return settings


def later(warehouse: Warehouse, version: int, lost: str = "") -> LaterVersions:
    then, newest = warehouse.snapshot_at(version=version), warehouse.snapshot
    with closing(CatalogueReader(warehouse.settings)) as reader:
        entries = reader.files()
    with warehouse.cursor() as cursor:
        return read_later(
            cursor, warehouse.folder, entries, then, newest, is_lost=lambda path: path == lost
        )


def test_it_has_the_files_and_markings_of_the_versions_between(settings: StoreSettings) -> None:
    with closing(Warehouse(settings)) as warehouse:
        found = later(warehouse, 1)
        assert found.is_whole
        assert "TLP:RED" in found.sources["test"]
        shown = {*warehouse.snapshot.catalogue.event_files}
        assert found.files["events"]
        assert shown.isdisjoint(found.files["events"])
        assert later(warehouse, warehouse.snapshot.version).files == {}
        (lost, *_) = found.files["events"]
        less = later(warehouse, 1, lost)
        assert (less.is_whole, lost in less.files.get("events", ())) == (False, False)


def test_what_can_no_longer_be_read_withholds_what_is_no_more(settings: StoreSettings) -> None:
    clear = release_to("DPS", "TLP:RED")
    with closing(Warehouse(settings)) as warehouse:
        then = warehouse.snapshot_at(version=1)
        assert warehouse.admit(then, clear).sources["test"].n == 2
        for file in later(warehouse, 1).files["events"]:
            Path(file).unlink()
    with closing(Warehouse(settings)) as warehouse:
        own = warehouse.admit(warehouse.snapshot_at(version=1), clear)
        assert "test" not in own.sources
        assert own.catalogue.event_files == ()
