"""The SQL of a selection, kept as it was last read: no value of a filter stands in it."""

from datetime import datetime

import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.store.catalogue import Snapshot
from cop.store.selection import select_days, select_events
from tests.support.snapshot import check_snapshot

pytestmark = pytest.mark.picture

SNAPSHOT = Snapshot(
    version=1,
    published_at=datetime(2026, 11, 1),
    files={"events": ("/w/events/month=2026-10/a.parquet", "/w/events/month=2026-11/b.parquet")},
)
FILTERS = {
    "open": Filter(),
    "full": Filter(
        window=TimeWindow(start=datetime(2026, 11, 1), end=datetime(2026, 12, 1)),
        sectors=("TCA", "RGV"),
        counties=("Pima, AZ",),
        kinds=("rescue",),
        sources=("demo'; DROP TABLE events; --",),
        records="synthetic",
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_selection_sql(name: str) -> None:
    wanted = FILTERS[name]
    events, days = select_events(SNAPSHOT, wanted), select_days("rollup", wanted)
    assert days is not None
    lines = [
        f"events: {events.source}\n  where {events.where}\n  binds {sorted(events.values)}",
        f"days: {days.source}\n  where {days.where}\n  binds {sorted(days.values)}",
    ]
    text = "\n".join(lines) + "\n"
    assert "DROP TABLE" not in text
    assert "TCA" not in text
    check_snapshot(f"selection-{name}.sql.txt", text)


def test_only_the_months_of_the_window_are_read() -> None:
    selection = select_events(SNAPSHOT, FILTERS["full"])
    assert selection.values["files"] == ["/w/events/month=2026-11/b.parquet"]
