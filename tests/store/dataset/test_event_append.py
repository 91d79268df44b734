"""Tests of adding events that are new by construction: as if they had been merged."""

import pandas as pd
import pyarrow as pa
import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_append import append_month, month_of_batch
from cop.store.dataset.event_merge import withdraw_source
from cop.store.dataset.schema import EVENT_COLUMNS, PLACED_COLUMNS, RAW_COLUMNS
from cop.store.dataset.source import register_source
from tests.support.published import published_files, read_published
from tests.support.record import make_frame
from tests.support.store import make_source, publish_events

pytestmark = pytest.mark.picture

MONTH = "2026-05"


def frame_of(n: int = 40) -> pd.DataFrame:
    frame = make_frame(n, source_id=[f"id{i}" for i in range(n)])
    missing = {*RAW_COLUMNS, *PLACED_COLUMNS} - set(frame.columns)
    times = pd.date_range("2026-05-01", "2026-05-31", n).as_unit("us")
    return frame.assign(occurred_at=times, **dict.fromkeys(missing))


def batches_of(frame: pd.DataFrame) -> list[pa.RecordBatch]:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return table.to_batches(max_chunksize=15)


def append(settings: StoreSettings, frame: pd.DataFrame, source: str = "test") -> None:
    with open_transaction(settings) as transaction:
        withdraw_source(transaction, source)
        append_month(transaction, source, MONTH, batches_of(frame))
        register_source(transaction, make_source(source))
        transaction.commit("test")


def told(settings: StoreSettings) -> pd.DataFrame:
    events = pd.DataFrame(read_published(settings.data).to_wkb()).drop(columns="ingested_at")
    return events.sort_values("event_id", ignore_index=True)


def test_what_is_appended_is_as_what_is_merged(
    settings: StoreSettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    merged = StoreSettings(data=tmp_path_factory.mktemp("merged") / "warehouse")
    publish_events(merged, frame_of())
    append(settings, frame_of())
    pd.testing.assert_frame_equal(told(settings), told(merged))
    assert [c for c in read_published(settings.data) if c != "month"] == list(EVENT_COLUMNS)
    assert publish_events(settings, frame_of()).duplicate == 40


def test_events_of_others_stay(settings: StoreSettings) -> None:
    publish_events(settings, frame_of(5).assign(source="other"), source="other")
    before = published_files(settings.data, "events")
    for n in (40, 20, 30):
        append(settings, frame_of(n))
        events = read_published(settings.data)
        assert events["source"].value_counts().to_dict() == {"test": n, "other": 5}
    assert len(published_files(settings.data, "events")) == 2
    assert set(before) < set(published_files(settings.data, "events"))


def test_a_month_of_many_files_is_written_as_one(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.store.dataset.event_append.MOST_FILES", 1)
    publish_events(settings, frame_of(5).assign(source="other"), source="other")
    append(settings, frame_of(40))
    assert len(published_files(settings.data, "events")) == 1
    assert len(read_published(settings.data)) == 45


def test_no_batch_is_no_file(settings: StoreSettings) -> None:
    append(settings, frame_of(40))
    with open_transaction(settings) as transaction:
        withdraw_source(transaction, "test")
        append_month(transaction, "test", MONTH, [])
        assert transaction.months == {}


def test_what_is_not_new_by_construction_is_refused(settings: StoreSettings) -> None:
    (batch, *_) = batches_of(frame_of())
    assert month_of_batch(batch) == MONTH
    with open_transaction(settings) as transaction:
        with pytest.raises(StoreError, match="withdraw its events"):
            append_month(transaction, "test", MONTH, [batch])
        withdraw_source(transaction, "test")
        with pytest.raises(StoreError, match="month 2026-06: events of 2026-05-01"):
            append_month(transaction, "test", "2026-06", [batch])
