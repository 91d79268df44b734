"""Tests of the caveats that figures carry while rows are missing."""

from datetime import datetime

import pytest

from cop.model.window import TimeWindow
from cop.store.catalogue.version_note import Quarantined
from cop.store.integrity.quarantine import build_caveat, month_window

pytestmark = pytest.mark.store


FOUND = datetime(2026, 11, 25)


def row_of(**changes: object) -> Quarantined:
    usual = {"dataset": "events", "sha256": "0" * 64, "found_at": FOUND, "n_missing": 0}
    return Quarantined.model_validate(usual | changes)


def test_rows_that_nothing_stands_in_for_are_unknown() -> None:
    caveat = build_caveat(row_of(part="2026-11", n=1200, n_missing=1200, sources=("a", "b")))
    assert caveat.text == (
        "events of 2026-11: a file of 1,200 records is damaged; it has no substitute, so what "
        "depends on it is unknown until a and b is loaded again"
    )
    assert caveat.missing
    assert caveat.window == TimeWindow(start=datetime(2026, 11, 1), end=datetime(2026, 12, 1))


def test_an_earlier_version_stands_in_with_fewer_rows_or_without_corrections() -> None:
    fewer = build_caveat(row_of(substitute_version=4, n_missing=12))
    assert "shown as of version 4 without 12 records" in fewer.text
    assert fewer.text.startswith("events: a file is damaged")
    assert fewer.text.endswith("until it is loaded again")
    whole = build_caveat(row_of(substitute_version=4))
    assert "without later corrections" in whole.text
    assert not whole.missing


@pytest.mark.parametrize(
    ("month", "start", "end"),
    [
        ("2026-01", datetime(2026, 1, 1), datetime(2026, 2, 1)),
        ("2026-12", datetime(2026, 12, 1), datetime(2027, 1, 1)),
        ("999-12", datetime(999, 12, 1), datetime(1000, 1, 1)),
        (None, None, None),
    ],
)
def test_a_month_is_its_window(
    month: str | None, start: datetime | None, end: datetime | None
) -> None:
    assert month_window(month) == TimeWindow(start=start, end=end)
