"""Periods of coverage: whole hours, days and weeks, cut to the window."""

from datetime import datetime, timedelta

import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.coverage.timeline import PERIODS, _edges, read_timeline
from cop.query.service import QueryService

pytestmark = pytest.mark.coverage

HOUR = timedelta(hours=1)


def test_edges_are_whole_periods_within_the_window() -> None:
    start, end = datetime(2026, 3, 4, 5, 30), datetime(2026, 3, 6, 2, 0)
    days = _edges(start, end, PERIODS["day"])
    assert days == [start, datetime(2026, 3, 5), datetime(2026, 3, 6), end]
    hours = _edges(start, start + 2 * HOUR, PERIODS["hour"])
    assert hours == [
        start,
        datetime(2026, 3, 4, 6),
        datetime(2026, 3, 4, 7),
        start + 2 * HOUR,
    ]
    weeks = _edges(start, datetime(2026, 3, 16, 12), PERIODS["week"])
    assert weeks == [start, datetime(2026, 3, 9), datetime(2026, 3, 16), datetime(2026, 3, 16, 12)]


def test_a_window_that_ends_at_an_edge_has_no_empty_period() -> None:
    edges = _edges(datetime(2026, 3, 2), datetime(2026, 3, 4), PERIODS["day"])
    assert edges == [datetime(2026, 3, 2), datetime(2026, 3, 3), datetime(2026, 3, 4)]


def test_only_sectors_of_the_filter_are_drawn(service: QueryService) -> None:
    end = service.warehouse.snapshot.now
    window = TimeWindow(start=end - timedelta(days=3), end=end)
    found = read_timeline(
        service, service.view(Filter(records="synthetic", window=window, sectors=("TCA", "YUM")))
    )
    assert found is not None
    assert set(found.table["sector"]) == {"TCA", "YUM"}
    assert (found.table["seen_km_hours"] <= found.table["total_km_hours"] + 1e-9).all()
    assert read_timeline(service, service.view(Filter(records="real", window=window))) is None
