"""Tests of the history: each version with its note, and notes of strangers ignored."""

import pandas as pd
import pytest

from cop.errors import DatasetMissingError
from cop.settings import StoreSettings
from cop.store.catalogue.history import list_versions, read_history
from cop.store.catalogue.lake import attach
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.transaction import open_transaction
from cop.store.catalogue.version_note import LoadNote
from cop.store.engine import open_engine
from cop.store.warehouse import Warehouse
from tests.support.kind import each_kind

pytestmark = pytest.mark.sources

NOTE = LoadNote(
    source="one", profile="p", file="a 'b'.csv", kind="events", accepted=1, rejected=2,
    duplicate=3, superseded=4, rejects_file="rejects/one/x.csv",
)  # fmt: skip


def publish(settings: StoreSettings, value: int, load: LoadNote | None = None) -> int:
    with open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [value]}))
        return transaction.commit(f"thing {value}", load=load)


@each_kind
def test_versions_are_read_back_newest_first(settings: StoreSettings) -> None:
    first, second = publish(settings, 1), publish(settings, 2, NOTE)
    warehouse = Warehouse(settings)
    newest, oldest = warehouse.history()
    assert (newest.version, newest.message, newest.load) == (second, "thing 2", NOTE)
    assert (oldest.version, oldest.message, oldest.load) == (first, "thing 1", None)
    assert newest.published_at >= oldest.published_at
    warehouse.close()


def test_notes_of_others_are_none(settings: StoreSettings) -> None:
    publish(settings, 1)
    cursor = open_engine(settings)
    attach(cursor, settings.data, read_only=False)
    for extra in ("no json", '{"source": 1}', "[]"):
        cursor.execute("BEGIN")
        cursor.execute("CREATE OR REPLACE TABLE lake.other (a INTEGER)")
        cursor.execute(
            "CALL lake.set_commit_message('x', 'other', extra_info => $extra)", {"extra": extra}
        )
        cursor.execute("COMMIT")
    notes = read_history(cursor)
    assert [note.load for note in notes] == [None] * 4
    cursor.close()


def test_a_version_says_which_datasets_it_changed(settings: StoreSettings) -> None:
    publish(settings, 1)
    with open_transaction(settings) as transaction:
        transaction.replace("other", pd.DataFrame({"a": [1]}))
        transaction.commit("other")
    publish(settings, 2)
    reader = CatalogueReader(settings)
    notes, entries = reader.history(), reader.files()
    reader.close()
    states = list_versions(notes, entries)
    assert [(s.version, s.datasets, s.files_added) for s in states] == [
        (3, ("thing",), 1), (2, ("other",), 1), (1, ("thing",), 1),
    ]  # fmt: skip
    assert [s.version for s in list_versions(notes, entries, dataset="thing")] == [3, 1]
    assert all(s.bytes_added > 0 for s in states)
    with pytest.raises(DatasetMissingError, match="'none'; there are: other, thing"):
        list_versions(notes, entries, dataset="none")
