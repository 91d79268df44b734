"""Records that are brought back are marked at least as now."""

from datetime import datetime

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.raised_marking import RaisedMarkings
from cop.store.dataset.schema import EVENTS
from cop.store.engine import fetch
from tests.support.record import make_frame
from tests.support.store import mark_all, publish_events

pytestmark = pytest.mark.access

ROWS = "SELECT * FROM read_parquet($then)"


def publish(settings: StoreSettings, *markings: str, ids: str = "abc") -> list[str]:
    """Publish events of one month, each with a marking, and give the files."""
    listed = list(ids)[: len(markings)]
    frame = make_frame(len(markings), source_id=listed, marking=markings)
    publish_events(settings, frame.assign(occurred_at=datetime(2026, 1, 30)))
    with open_transaction(settings) as transaction:
        return transaction.event_files()


def read(transaction: WriteTransaction, raised: RaisedMarkings, then: list[str]) -> dict[str, str]:
    sql = f"SELECT source_id, marking FROM ({raised.select(ROWS)})"
    return dict(fetch(transaction.cursor, sql, {"then": then}))


def test_a_record_is_marked_at_least_as_its_source_and_as_it_is_now(
    settings: StoreSettings,
) -> None:
    then = publish(settings, "TLP:GREEN", "TLP:RED", "TLP:GREEN")
    now = publish(settings, "TLP:GREEN//REL TO DPS", "TLP:GREEN", "TLP:GREEN")
    with open_transaction(settings) as transaction:
        raised = RaisedMarkings(
            transaction.cursor, EVENTS, then, {"test": "TLP:AMBER//REL TO DPS, JTF"}, now=now
        )
        assert read(transaction, raised, then) == {
            "a": "TLP:AMBER//REL TO DPS",
            "b": "TLP:RED//REL TO DPS, JTF",
            "c": "TLP:AMBER//REL TO DPS, JTF",
        }
        assert raised.has_any(then)
        columns = "event_id, content_hash, marking, count"
        (stored,), (again,) = (
            fetch(
                transaction.cursor,
                f"SELECT {columns} FROM ({rows}) WHERE source_id = 'a'",
                {"then": files},
            )
            for rows, files in ((ROWS, then), (raised.select(ROWS), then))
        )
        assert stored[0] == again[0], "it is the same record"
        assert stored[1] != again[1], "whose content has changed"


def test_what_is_no_longer_there_carries_what_it_carried_last(settings: StoreSettings) -> None:
    then = publish(settings, "TLP:GREEN", "TLP:GREEN")
    gone = publish(settings, "TLP:RED", "TLP:RED")
    mark_all(settings, "TLP:GREEN")
    with open_transaction(settings) as transaction:
        floors, now = {"test": "TLP:CLEAR"}, transaction.event_files()
        one = RaisedMarkings(transaction.cursor, EVENTS, then, floors, now=now, gone=gone)
        assert read(transaction, one, then) == {"a": "TLP:GREEN", "b": "TLP:GREEN"}
        other = RaisedMarkings(transaction.cursor, EVENTS, then, floors, now=[], gone=gone)
        assert read(transaction, other, then) == {"a": "TLP:RED", "b": "TLP:RED"}


def test_where_nothing_is_raised_rows_are_read_as_they_are(settings: StoreSettings) -> None:
    then = publish(settings, "TLP:GREEN")
    with open_transaction(settings) as transaction:
        for floors in ({"test": "TLP:CLEAR"}, {"other": "TLP:RED"}, {}):
            raised = RaisedMarkings(transaction.cursor, EVENTS, then, floors, now=then)
            assert raised.select(ROWS) == ROWS
            assert not raised.has_any(then)
