"""The SQL of a selection, kept as it was last read: no value of a filter stands in it."""

from datetime import datetime

import pytest

from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.planner import Grouping, select_counts
from cop.store.dataset.rollup import Rollup
from cop.store.dataset.selection import select_events
from cop.store.serving.served import ServedFiles
from tests.support.snapshot import check_snapshot

pytestmark = pytest.mark.picture

SNAPSHOT = CatalogueVersion(
    version=1,
    published_at=datetime(2026, 11, 1),
    files={"events": ("/w/events/month=2026-10/a.parquet", "/w/events/month=2026-11/b.parquet")},
)
ROLLUP = Rollup(parts={file: i for i, file in enumerate(SNAPSHOT.files["events"])})
SERVED = ServedFiles(schema="copy", parts={SNAPSHOT.files["events"][1]: 4})
FILTERS = {
    "open": Filter(),
    "cut": Filter(window=TimeWindow(end=datetime(2026, 11, 16))),
    "full": Filter(
        window=TimeWindow(start=datetime(2026, 11, 1), end=datetime(2026, 12, 1)),
        sectors=("TCA", "RGV"),
        counties=("Pima, AZ",),
        kinds=("rescue",),
        sources=("demo'; DROP TABLE events; --",),
        records="synthetic",
    ),
    "area": Filter(area=Area.of([(-111, 31), (-110, 31), (-110, 32)])),
}


@pytest.mark.parametrize("name", FILTERS)
def test_selection_sql(name: str) -> None:
    wanted = FILTERS[name]
    days = Grouping(columns=("day", "sector"), events=10**9)
    cells = Grouping(columns=("mx", "my"), bits=20, events=10**9)
    selections = {
        "events": select_events(SNAPSHOT, wanted),
        "served": select_events(SNAPSHOT, wanted, SERVED),
        "days": select_counts(SNAPSHOT, ROLLUP, wanted, days),
        "cells": select_counts(SNAPSHOT, ROLLUP, wanted, cells, SERVED),
        "box": select_events(SNAPSHOT, wanted).within((0, 0, 9, 9)),
    }
    text = "".join(
        f"{name}: {each.source}\n  where {each.where}\n  binds {sorted(each.values)}\n"
        for name, each in selections.items()
    )
    assert "DROP TABLE" not in text
    assert "TCA" not in text
    check_snapshot(f"selection-{name}.sql.txt", text)


def test_only_the_months_of_the_window_are_read() -> None:
    selection = select_events(SNAPSHOT, FILTERS["full"])
    assert selection.values["files"] == ["/w/events/month=2026-11/b.parquet"]
