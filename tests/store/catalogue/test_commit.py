"""Tests of a commit: files are shown, none is copied."""

from pathlib import Path

import pandas as pd
import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.commit import show_months, show_table
from cop.store.catalogue.lake import LAKE, table_names
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.event_merge import merge_events
from cop.store.engine import Cursor, fetch
from tests.support.record import make_frame

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("lent")]


def events_of(cursor: Cursor) -> dict[str, int]:
    rows = fetch(cursor, f"SELECT month, count(*) FROM {LAKE}.events GROUP BY 1")
    return dict(rows)


def write_thing(transaction: WriteTransaction, value: int) -> Path:
    transaction.replace("thing", pd.DataFrame({"a": [value]}))
    path = transaction.path_of("thing")
    assert path is not None
    return path


def test_a_file_is_the_whole_of_a_table_until_it_is_dropped(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        cursor = transaction.cursor
        paths = [write_thing(transaction, value) for value in (1, 2)]
        cursor.execute("BEGIN TRANSACTION")
        for value, path in zip((1, 2), paths, strict=True):
            show_table(cursor, "thing", path)
            assert fetch(cursor, f"SELECT a FROM {LAKE}.thing") == [(value,)]
        show_table(cursor, "thing", None)
        show_table(cursor, "other", None)
        assert table_names(cursor) == []
        cursor.execute("ROLLBACK")


def test_months_are_added_extended_replaced_and_removed(settings: StoreSettings) -> None:
    moments = pd.to_datetime(["2026-01-05", "2026-01-06", "2026-02-07"])
    with open_transaction(settings) as transaction:
        cursor = transaction.cursor
        merge_events(transaction, "test", [make_frame(3, occurred_at=moments)])
        first = dict(transaction.months)
        select = "SELECT * REPLACE (count + 1 AS count) FROM read_parquet($files)"
        transaction.rewrite_files(
            "2026-01", (), select, {"files": transaction.files_of_month("2026-01")}
        )
        longer = dict(transaction.months)
        cursor.execute("BEGIN TRANSACTION")
        show_months(cursor, {}, first, afresh=False)
        assert events_of(cursor) == {"2026-01": 2, "2026-02": 1}
        show_months(cursor, first, longer, afresh=False)
        assert events_of(cursor) == {"2026-01": 4, "2026-02": 1}, "files add up"
        cursor.execute("COMMIT")
        cursor.execute("BEGIN TRANSACTION")
        show_months(cursor, longer, {"2026-01": longer["2026-01"][-1:]}, afresh=False)
        assert events_of(cursor) == {"2026-01": 2}
        cursor.execute("ROLLBACK")


def test_a_table_begun_afresh_reads_nothing_of_what_was_shown(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        cursor = transaction.cursor
        merge_events(transaction, "test", [make_frame(2)])
        months = dict(transaction.months)
        cursor.execute("BEGIN TRANSACTION")
        show_months(cursor, {}, months, afresh=False)
        cursor.execute("COMMIT")
        (gone,) = months["2026-01"]
        gone.write_bytes(b"damaged")
        cursor.execute("BEGIN TRANSACTION")
        show_months(cursor, months, {}, afresh=True)
        assert events_of(cursor) == {}
        cursor.execute("ROLLBACK")
