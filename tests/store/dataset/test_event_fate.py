"""What becomes of an event that is loaded again: its marking is raised, and never lowered."""

from datetime import datetime

import pandas as pd
import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_identity import event_hash_sql
from cop.store.dataset.event_merge import MergeCounts
from cop.store.engine import fetch
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.access


def test_a_correction_within_one_publish_lowers_no_marking(settings: StoreSettings) -> None:
    red, green = (
        make_frame(2, source_id=["a", "b"], count=n, marking=[marking, "TLP:GREEN"])
        for n, marking in ((1, "TLP:RED"), (2, "TLP:GREEN"))
    )
    assert publish_events(settings, red, green) == MergeCounts(accepted=2, superseded=2)
    with open_transaction(settings) as transaction:
        sql = "SELECT source_id, count, marking FROM read_parquet($files) ORDER BY 1"
        rows = fetch(transaction.cursor, sql, {"files": transaction.event_files()})
    assert rows == [("a", 2, "TLP:RED"), ("b", 2, "TLP:GREEN")]
    assert publish_events(settings, green) == MergeCounts(duplicate=2)


def test_rows_without_ids_raise_the_marking_of_their_records_and_lower_none(
    settings: StoreSettings,
) -> None:
    same = {"occurred_at": datetime(2026, 1, 30), "lon": -110.9, "source_id": None}
    green, red = (make_frame(1, marking=one, **same) for one in ("TLP:GREEN", "TLP:RED"))

    def publish(*frames: pd.DataFrame) -> tuple[int, int, int]:
        counts = publish_events(settings, pd.concat(frames))
        return counts.accepted, counts.duplicate, counts.superseded

    assert publish(green, green) == (2, 0, 0)
    assert publish(green, red) == (0, 1, 1), "two records, one of them marked higher"
    assert publish(green, red) == (0, 2, 0)
    assert publish(green) == (0, 1, 0)
    with open_transaction(settings) as transaction:
        (path,) = transaction.event_files()
        sql = f"SELECT marking, content_hash = {event_hash_sql()}, count(*) OVER () "
        rows = fetch(transaction.cursor, f"{sql} FROM read_parquet($path)", {"path": path})
    assert sorted(rows) == [("TLP:GREEN", True, 2), ("TLP:RED", True, 2)]
    assert publish(red, red, red) == (1, 1, 1)
