"""Tests of the way from a filter to SQL: the right months, every value bound."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.selection import select_events

pytestmark = pytest.mark.picture

MONTHS = ("2025-12", "2026-01", "2026-02", "2026-03")
SNAPSHOT = CatalogueVersion(
    version=1,
    published_at=datetime(2026, 4, 1),
    files={"events": tuple(f"/w/events/month={month}/f.parquet" for month in MONTHS)},
)


def months(start: datetime | None, end: datetime | None) -> list[str]:
    selection = select_events(SNAPSHOT, Filter(window=TimeWindow(start=start, end=end)))
    return [path[-17:-10] for path in selection.values.get("files", [])]


def test_only_months_that_can_hold_events_are_read() -> None:
    assert months(None, None) == list(MONTHS)
    assert months(datetime(2026, 2, 10), None) == ["2026-02", "2026-03"]
    assert months(None, datetime(2026, 1, 1, 1)) == ["2025-12", "2026-01"]
    assert months(datetime(2026, 1, 31, 23), datetime(2026, 2, 1, 1)) == ["2026-01", "2026-02"]
    assert months(datetime(2030, 1, 1), None) == []
    assert months(datetime(999, 1, 1), None) == list(MONTHS)
    assert months(datetime(1, 1, 1), datetime(9999, 12, 31)) == list(MONTHS)


@given(st.datetimes(min_value=datetime(2025, 12, 1), max_value=datetime(2026, 3, 31, 23)))
def test_no_month_is_missed(moment: datetime) -> None:
    held = months(moment, moment.replace(second=59, microsecond=999_999))
    assert moment.strftime("%Y-%m") in held or moment.second == 59


@pytest.mark.parametrize("value", ["x' OR '1'='1", '"; DROP TABLE a; --', "$start", "%"])
def test_values_are_bound_never_written(value: str) -> None:
    wanted = Filter(sectors=(value,), counties=(value,), sources=(value,))
    selection = select_events(SNAPSHOT, wanted)
    assert value not in selection.where
    assert value not in selection.source
    assert selection.values["sector_0"] == value
