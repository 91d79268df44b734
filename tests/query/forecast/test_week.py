"""Tests of next week by segment: the risk of the map as a table and a course of weeks."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cop.model.ahead import Ahead
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.figure import read_figures
from cop.query.forecast.week import WeekOutlook, build_week_outlook
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.page.forecast.week import (
    build_segment_table,
    build_week_fan,
    describe_weeks,
    judge_weeks,
)
from tests.support.published import read_published

pytestmark = pytest.mark.forecast

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


def outlook(service: QueryService, **parts: object) -> WeekOutlook:
    wanted = Filter(records="synthetic", ahead=Ahead(), **parts)  # type: ignore[arg-type]
    figures = read_figures(service, service.view(wanted))
    assert figures is not None
    return build_week_outlook(figures, service.warehouse.snapshot)


def test_the_weeks_of_the_record_are_counted_as_pandas_counts_them(
    service: QueryService, warehouse_dir: Path
) -> None:
    held = outlook(service)
    assert held.reason is None
    assert len(held.records) == 12
    events = read_published(warehouse_dir)
    own = events[events["synthetic"] & (events["segment_id"] != "NONE")]
    own = own[own["time_precision"].isin(("second", "minute", "hour", "day", "week"))]
    for record in held.records[-3:]:
        start = held.week_of(record.period)
        inside = own["occurred_at"].between(start, start + WEEK, inclusive="left")
        assert record.counted == inside.sum()
    table = build_segment_table(held)
    assert table["Expected"].is_monotonic_decreasing
    assert held.total == held.border
    assert held.is_whole
    expected, usual = describe_weeks(held, "")
    assert f"<b>Expected: {held.border[0]:,.0f} events on the whole border</b>" in expected
    assert f"<b>Usual: {held.usual:,.0f} per week</b>" in usual
    assert held.usual == sum(record.counted for record in held.records[-4:]) / 4
    verdict = judge_weeks(held)
    assert "80% intervals correct for" in verdict.words
    assert "of weekly totals" in verdict.words
    assert (verdict.state == "good") == (held.track.last_gain.low > 0.0)  # type: ignore[union-attr, operator]
    assert build_week_fan(held, "dark").to_dict()["datasets"]


def test_a_sector_narrows_the_table_and_a_short_history_is_no_forecast(
    service: QueryService,
) -> None:
    assert set(build_segment_table(outlook(service, sectors=("TCA",)))["Sector"]) == {"TCA"}
    oldest = service.warehouse.snapshot.oldest("synthetic")
    assert oldest is not None
    short = outlook(service, window=TimeWindow(start=oldest, end=oldest + timedelta(days=40)))
    verdict = judge_weeks(short)
    assert verdict.state == "missing"
    assert verdict.words.endswith("complete weeks of history, 12 are needed.")
