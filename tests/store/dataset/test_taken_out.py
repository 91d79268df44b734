"""What was taken out of a dataset, and how it was marked then."""

from datetime import datetime
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.history import RESTORED, UNDONE
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import withdraw_source as withdraw_events
from cop.store.dataset.schema import EVENTS, SOURCES
from cop.store.dataset.source import register_source, stored_sources, withdraw_source
from cop.store.dataset.taken_out import list_taken_out, marking_taken_out
from tests.support.record import make_frame
from tests.support.store import make_source, publish_events

pytestmark = pytest.mark.access


def publish(settings: StoreSettings, marking: str) -> None:
    frame = make_frame(2, source_id=["a", "b"], occurred_at=datetime(2026, 1, 30))
    publish_events(settings, frame.assign(marking=marking))
    with open_transaction(settings) as transaction:
        source = make_source().model_copy(update={"marking": marking})
        register_source(transaction, source, may_lower=True)
        transaction.commit("marked")


def take_out(settings: StoreSettings, message: str) -> None:
    with open_transaction(settings) as transaction:
        withdraw_events(transaction, "test")
        withdraw_source(transaction, "test")
        transaction.commit(message)


@pytest.mark.parametrize("message", [f"{UNDONE} 3", f"{RESTORED} a.tar"])
def test_what_was_taken_out_is_in_the_files_until_then(
    settings: StoreSettings, message: str
) -> None:
    publish(settings, "TLP:GREEN")
    publish(settings, "TLP:RED")
    with open_transaction(settings) as transaction:
        (events,) = transaction.event_files()
        assert list_taken_out(transaction, EVENTS) == []
        assert marking_taken_out(transaction, "test") is None
    take_out(settings, message)
    with open_transaction(settings) as transaction:
        assert list_taken_out(transaction, EVENTS) == [events]
        assert len(list_taken_out(transaction, SOURCES)) == 1
        assert marking_taken_out(transaction, "test") == "TLP:RED", "as it was last, not before"
        assert marking_taken_out(transaction, "other") is None
        register_source(transaction, make_source())
        assert stored_sources(transaction)["test"][0].marking == "TLP:RED"


def test_what_a_program_replaces_is_not_taken_out(settings: StoreSettings) -> None:
    publish(settings, "TLP:RED")
    take_out(settings, "SYNTHETIC demo of 3 events")
    with open_transaction(settings) as transaction:
        assert list_taken_out(transaction, EVENTS) == []


def test_of_a_damaged_file_nothing_is_known(settings: StoreSettings) -> None:
    publish(settings, "TLP:RED")
    with open_transaction(settings) as transaction:
        (events,) = transaction.event_files()
    take_out(settings, f"{UNDONE} 2")
    Path(events).write_bytes(b"damaged")
    with open_transaction(settings) as transaction:
        assert list_taken_out(transaction, EVENTS) == []
