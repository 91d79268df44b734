"""Tests of taking back what a load did to a source."""

from datetime import datetime

import pandas as pd
import pytest

from cop.errors import VersionError
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version_note import LoadNote
from cop.store.dataset.event_merge import merge_events
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import STATISTICS
from cop.store.dataset.source import register_source, stored_sources
from cop.store.dataset.undo_load import (
    count_source,
    find_last_load,
    read_before,
    recall_declaration,
    recall_events,
    recall_records,
)
from cop.store.engine import fetch
from tests.support.month import KEY
from tests.support.record import make_frame
from tests.support.store import make_source

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("lent")]


FIRST, SECOND = datetime(2026, 11, 1), datetime(2026, 11, 2)


def load(settings: StoreSettings, source: str, loaded_at: datetime, *frames: pd.DataFrame) -> int:
    with open_transaction(settings) as transaction:
        counts = merge_events(transaction, source, [f.assign(source=source) for f in frames])
        register_source(transaction, make_source(source), loaded_at=loaded_at)
        note = LoadNote(
            source=source, profile="p", file="f.csv", kind="events", rejected=0,
            accepted=counts.accepted, duplicate=counts.duplicate, superseded=counts.superseded,
        )  # fmt: skip
        return transaction.commit("load", load=note)


def counts_of(transaction: WriteTransaction) -> dict[str, int]:
    rows = fetch(
        transaction.cursor,
        "SELECT source_id, count FROM read_parquet($files)",
        {"files": transaction.event_files()},
    )
    return dict(rows)


def test_events_are_those_of_the_version_before(settings: StoreSettings) -> None:
    load(settings, "ours", FIRST, make_frame(2, source_id=["a", "b"]))
    load(settings, "theirs", FIRST, make_frame(1, source_id=["x"]))
    later = make_frame(2, source_id=["a", "c"], count=9, occurred_at=datetime(2026, 4, 1))
    version = load(settings, "ours", SECOND, later)
    load(settings, "theirs", SECOND, make_frame(1, source_id=["y"]))
    with open_transaction(settings) as transaction:
        assert find_last_load(transaction, "ours").version == version
        before = read_before(transaction, version)
        recall_events(transaction, "ours", before)
        assert counts_of(transaction) == {"a": 2, "b": 2, "x": 2, "y": 2}
        assert "2026-04" not in transaction.months
        assert count_source(transaction, "events", "ours") == 2
        recall_declaration(transaction, "ours", before)
        assert stored_sources(transaction)["ours"][1] == FIRST


def test_a_source_that_was_not_there_is_gone(settings: StoreSettings) -> None:
    load(settings, "theirs", FIRST, make_frame(1, source_id=["x"]))
    version = load(settings, "ours", SECOND, make_frame(1, source_id=["a"]))
    with open_transaction(settings) as transaction:
        before = read_before(transaction, version)
        recall_events(transaction, "ours", before)
        recall_declaration(transaction, "ours", before)
        assert counts_of(transaction) == {"x": 2}
        assert set(stored_sources(transaction)) == {"theirs"}
        assert count_source(transaction, "events", "ours") == 0


def test_the_first_version_has_an_empty_one_before(settings: StoreSettings) -> None:
    version = load(settings, "ours", FIRST, make_frame(1))
    with open_transaction(settings) as transaction:
        before = read_before(transaction, version)
        assert before.files == {}
        recall_events(transaction, "ours", before)
        assert transaction.event_files() == []


def test_records_are_those_of_the_version_before(settings: StoreSettings) -> None:
    rows = pd.DataFrame(
        {"measure": "encounters", "place_kind": "sector", "place": ["TCA", "RGV"],
         "period_start": pd.Timestamp("2026-01-01").as_unit("us"), "period": "month",
         "dimensions": None, "unit": "people", "value": [1.0, 2.0]}
    )  # fmt: skip
    source = make_source("ours").model_copy(update={"kind": "statistics"})
    for value in (rows, rows.assign(value=[5.0, 6.0])):
        with open_transaction(settings) as transaction:
            merge_records(transaction, STATISTICS, source, value, key=KEY)
            register_source(transaction, source)
            version = transaction.commit("figures")
    with open_transaction(settings) as transaction:
        assert transaction.read(STATISTICS)["value"].sum() == 11.0
        recall_records(transaction, STATISTICS, "ours", read_before(transaction, version))
        assert sorted(transaction.read(STATISTICS)["value"]) == [1.0, 2.0]
        assert count_source(transaction, "statistics", "ours") == 2
        recall_records(transaction, "lines", "ours", read_before(transaction, version))
        assert not transaction.has("lines")


def test_a_load_that_is_not_stored_is_named(settings: StoreSettings) -> None:
    load(settings, "ours", FIRST, make_frame(1))
    with open_transaction(settings) as transaction:
        with pytest.raises(VersionError, match="source 'other': no load of it is stored"):
            find_last_load(transaction, "other")
        with pytest.raises(VersionError, match="version 8, the one before version 9"):
            read_before(transaction, 9)
