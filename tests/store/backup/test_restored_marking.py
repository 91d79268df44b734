"""A restored state is marked at least as it is here."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.ingest.layer.lifecycle import mark_layer
from cop.settings import StoreSettings
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import withdraw_source as withdraw_events
from cop.store.dataset.source import register_source, withdraw_source
from cop.store.warehouse import Warehouse
from tests.support.layer import make_features, publish_features
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import make_source, mark_all, publish_events, shown_files
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access


def publish(settings: StoreSettings, marking: str, *, source: str = "TLP:CLEAR") -> None:
    """Publish two events of one marking, their source marked too."""
    publish_events(settings, make_frame(2, source_id=["a", "b"], marking=marking))
    with open_transaction(settings) as transaction:
        declared = make_source().model_copy(update={"marking": source})
        register_source(transaction, declared, may_lower=True)
        transaction.commit("marked")


def markings(settings: StoreSettings) -> tuple[str, tuple[str, ...]]:
    """The marking of the source, and those of its events."""
    with closing(Warehouse(settings)) as warehouse:
        state = warehouse.snapshot.sources["test"]
        return state.source.marking, state.markings


def test_what_is_marked_higher_here_stays_so_and_nothing_else_changes(
    settings: StoreSettings, tmp_path: Path
) -> None:
    publish(settings, "TLP:GREEN", source="TLP:GREEN")
    back_up(settings, tmp_path / "backup.tar")
    then = shown_files(settings.data)[2]
    publish(settings, "TLP:AMBER//REL TO DPS", source="TLP:AMBER")
    report = restore(settings, tmp_path / "backup.tar")
    assert report.raised == {"test": "TLP:AMBER"}
    assert markings(settings) == ("TLP:AMBER", ("TLP:AMBER//REL TO DPS",))
    mark_all(settings, "TLP:CLEAR")
    publish(settings, "TLP:CLEAR")
    report = restore(settings, tmp_path / "backup.tar")
    assert report.raised == {}
    assert shown_files(settings.data)[report.version] == then, "it was higher, and was lowered"


def test_what_was_raised_and_taken_out_comes_back_as_it_was_raised(
    settings: StoreSettings, tmp_path: Path
) -> None:
    publish(settings, "TLP:GREEN")
    back_up(settings, tmp_path / "backup.tar")
    publish(settings, "TLP:RED", source="TLP:RED")
    with open_transaction(settings) as transaction:
        withdraw_events(transaction, "test")
        withdraw_source(transaction, "test")
        transaction.commit("gone")
    assert restore(settings, tmp_path / "backup.tar").raised == {"test": "TLP:RED"}
    assert markings(settings) == ("TLP:RED", ("TLP:RED",))


def test_a_damaged_file_here_does_not_stop_it(settings: StoreSettings, tmp_path: Path) -> None:
    publish(settings, "TLP:GREEN")
    back_up(settings, tmp_path / "backup.tar")
    publish(settings, "TLP:RED")
    (stored,) = published_files(settings.data, "events")
    Path(stored).write_bytes(b"damaged")
    restore(settings, tmp_path / "backup.tar")
    assert markings(settings) == ("TLP:CLEAR", ("TLP:GREEN",))


def test_an_uploaded_layer_stays_as_it_is_marked(bare_warehouse: Path, tmp_path: Path) -> None:
    settings = StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "warehouse"))
    step = publish_features(settings.data, make_features())
    back_up(settings, tmp_path / "backup.tar")
    mark_layer(settings, step.layer.id, "TLP:RED", by="op", reason="")
    restore(settings, tmp_path / "backup.tar")
    with closing(Warehouse(settings)) as warehouse:
        snapshot = warehouse.snapshot
        assert snapshot.uploaded[step.layer.name].declared.marking == "TLP:RED"
        assert snapshot.sources[step.layer.name].source.marking == "TLP:RED"
