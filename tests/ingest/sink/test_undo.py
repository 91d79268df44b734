"""Taking back a load: the source has what it had before, other sources lose nothing."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cop.errors import VersionError
from cop.ingest.sink.undo import undo_load
from cop.model.moment import utc_now
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup.retention import retain
from cop.store.catalogue.transaction import open_transaction
from cop.store.catalogue.version_note import LoadNote
from cop.store.dataset.event_merge import merge_events
from cop.store.dataset.source import register_source
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import date_versions, make_source, publish_events

pytestmark = pytest.mark.layers


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=tmp_path / "warehouse")


def load(settings: StoreSettings, frame: pd.DataFrame, source: str) -> int:
    """Load events as `cop ingest` does, with a note of it."""
    with open_transaction(settings) as transaction:
        counts = merge_events(transaction, source, [frame.assign(source=source)])
        register_source(transaction, make_source(source))
        note = LoadNote(
            source=source, profile="p", file="f.csv", kind="events", rejected=0,
            accepted=counts.accepted, duplicate=counts.duplicate, superseded=counts.superseded,
        )  # fmt: skip
        return transaction.commit("load", load=note)


def held(settings: StoreSettings) -> dict[str, tuple[int, int]]:
    """Records and their count by source."""
    warehouse = Warehouse(settings)
    try:
        states = warehouse.snapshot.sources
        return {name: (state.n, state.count) for name, state in states.items()}
    finally:
        warehouse.close()


def test_only_what_the_load_did_is_taken_back(settings: StoreSettings) -> None:
    ids = ["1", "2", "3", "4"]
    load(settings, make_frame(4, source_id=ids), "ours")
    publish_events(settings, make_frame(2, source="theirs"), source="theirs")
    later = make_frame(4, source_id=["1", "2", "5", "6"], count=9)
    moved = later.assign(occurred_at=datetime(2026, 4, 1))
    second = load(settings, moved, "ours")
    publish_events(settings, make_frame(3, source="late"), source="late")
    assert held(settings)["ours"] == (6, 2 * 2 + 4 * 9)
    done = undo_load(settings, "ours", by="Ana", version=second)
    assert (done.undone, done.file, done.records) == (second, "f.csv", 4)
    assert held(settings) == {"ours": (4, 8), "theirs": (2, 4), "late": (3, 6)}
    assert undo_load(settings, "ours", by="Ana").records == 6
    assert held(settings)["ours"] == (6, 40)


def test_a_source_that_was_new_is_gone_and_a_version_let_go_is_said(
    settings: StoreSettings,
) -> None:
    version = load(settings, make_frame(2), "ours")
    undo_load(settings, "ours", by="Ana", version=version)
    assert "ours" not in held(settings)
    load(settings, make_frame(2), "ours")
    now = utc_now()
    date_versions(settings.data, {n: now - timedelta(days=10 - n) for n in (1, 2, 3)})
    retain(settings, RetentionSettings(keep_versions=1))
    with pytest.raises(VersionError, match="no longer stored"):
        undo_load(settings, "ours", by="Ana")
    assert held(settings)["ours"] == (2, 4)
