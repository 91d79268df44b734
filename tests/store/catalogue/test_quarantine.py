"""Tests of the quarantine dataset: written whole, released when rows are back."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.catalogue.quarantine import (
    quarantined_datasets,
    read_quarantine,
    release_restored,
    write_quarantine,
)
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version_note import Quarantined
from cop.store.dataset.schema import QUARANTINE
from cop.store.dataset.source import register_source
from tests.support.store import make_source

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("lent")]


FOUND = datetime(2026, 11, 25, 12)


def row_of(dataset: str, **changes: object) -> Quarantined:
    usual = {"dataset": dataset, "sha256": "0" * 64, "found_at": FOUND, "n_missing": 3}
    return Quarantined.model_validate(usual | changes)


def stored(transaction: WriteTransaction) -> tuple[Quarantined, ...]:
    path = transaction.intact(QUARANTINE)
    return read_quarantine(transaction.cursor, [path] if path else [])


def test_what_is_written_is_read_in_order(settings: StoreSettings) -> None:
    rows = [
        row_of("thing"),
        row_of("events", part="2026-02", n=5, n_part=9, substitute_version=2, sources=("a", "b")),
        row_of("events", part="2026-01", first_id="x", last_id="y"),
    ]
    with open_transaction(settings) as transaction:
        assert stored(transaction) == ()
        write_quarantine(transaction, rows)
        assert stored(transaction) == (rows[2], rows[1], rows[0])
        assert quarantined_datasets(transaction) == {"thing", "events"}
        write_quarantine(transaction, [])
        assert not transaction.has(QUARANTINE)
        assert quarantined_datasets(transaction) == set()


def test_a_table_that_is_as_long_again_is_released(settings: StoreSettings) -> None:
    row = row_of("thing", n_part=3)
    with open_transaction(settings) as transaction:
        write_quarantine(transaction, [row])
        assert release_restored(transaction) == (row,), "nothing was written"
        transaction.replace("thing", pd.DataFrame({"a": [1, 2]}))
        assert release_restored(transaction) == (row,), "one row is missing"
        transaction.replace("thing", pd.DataFrame({"a": [1, 2, 3]}))
        assert release_restored(transaction) == ()
        assert not transaction.has(QUARANTINE)


def test_a_source_that_is_loaded_whole_again_is_no_longer_named(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        write_quarantine(transaction, [row_of("thing", n_part=9, sources=("a", "b"))])
        transaction.renewed.add("a")
        assert release_restored(transaction) == (row_of("thing", sources=("b",)),)
        transaction.renewed.add("b")
        assert release_restored(transaction) == ()


def test_a_source_must_be_loaded_after_the_damage_was_found(settings: StoreSettings) -> None:
    row = row_of("thing", sources=("test",), n_part=1)
    with open_transaction(settings) as transaction:
        write_quarantine(transaction, [row])
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        assert release_restored(transaction) == (row,)
        register_source(transaction, make_source(), loaded_at=FOUND - timedelta(days=1))
        assert release_restored(transaction) == (row,)
        register_source(transaction, make_source(), loaded_at=utc_now())
        assert release_restored(transaction) == ()


def test_the_outermost_rows_must_be_back(settings: StoreSettings) -> None:
    row = row_of("sensors", n_part=1, first_id="r1", last_id="r2")
    with open_transaction(settings) as transaction:
        write_quarantine(transaction, [row])
        transaction.replace("sensors", pd.DataFrame({"record_id": ["r1", "r9"]}))
        assert release_restored(transaction) == (row,)
        transaction.replace("sensors", pd.DataFrame({"record_id": ["r1", "r2"]}))
        assert release_restored(transaction) == ()
