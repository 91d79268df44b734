"""Tests that a warehouse of an earlier build is refused in words, whoever opens it."""

import pandas as pd
import pytest

from cop.errors import StoreError
from cop.model.source import SOURCE_KINDS
from cop.settings import StoreSettings
from cop.store.catalogue.lake import attach
from cop.store.catalogue.layout import LAYOUT
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.schema import SOURCE_COLUMNS
from cop.store.dataset.source import Source, source_frame
from cop.store.engine import open_engine
from cop.store.warehouse import Warehouse
from tests.support.store import make_source

pytestmark = pytest.mark.sources

SAID = r"written by an earlier build: its dataset 'sources' has no cadence_days, kind\. Choose"


@pytest.fixture
def older(settings: StoreSettings) -> StoreSettings:
    """A warehouse whose sources lack what they say today."""
    source = make_source()
    now = pd.Timestamp("2026-01-01").to_pydatetime()
    frame = source_frame({source.id: (source, now)}).drop(columns=["kind", "cadence_days"])
    with open_transaction(settings) as transaction:
        transaction.replace("sources", frame)
        transaction.commit("sources of old")
    return settings


def test_readers_and_writers_are_told(older: StoreSettings) -> None:
    with pytest.raises(StoreError, match=SAID):
        Warehouse(older)
    with pytest.raises(StoreError, match=SAID), open_transaction(older):
        pass
    cursor = open_engine(older)
    attach(cursor, older.data, read_only=True)
    cursor.close()


def test_a_running_reader_is_told(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        transaction.commit("thing")
    warehouse = Warehouse(settings)
    with open_transaction(settings) as transaction:
        transaction.replace("events", pd.DataFrame({"a": [1]}))
        transaction.commit("events of another program")
    with pytest.raises(StoreError, match="earlier build: its dataset 'events'"):
        warehouse.refresh()
    warehouse.close()


def test_the_declared_columns_are_those_of_the_model() -> None:
    assert list(SOURCE_COLUMNS) == [*Source.model_fields, "loaded_at"]
    assert {"events", "sources", "sensors", "outages", "viewsheds", "statistics"} <= set(LAYOUT)
    assert len(SOURCE_KINDS) == 7
