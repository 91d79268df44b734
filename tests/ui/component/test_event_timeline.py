"""The timeline of the Picture: its bins add up, stay readable, and reach around the window."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.ui.component.event_timeline import build_timeline
from cop.ui.timeline import TimelineSpec

pytestmark = pytest.mark.picture

DAY = timedelta(days=1)


@pytest.mark.parametrize("days", [1, 7, 30, 200])
def test_the_timeline_adds_up(service: QueryService, events: pd.DataFrame, days: int) -> None:
    end = utc_now().replace(hour=0, minute=0, second=0)
    window = TimeWindow(start=end - timedelta(days=days), end=end)
    wanted = Filter(records="synthetic", window=window)
    spec = build_timeline(service, service.view(wanted), "dark")
    assert spec is not None
    first, last = spec.extent
    held = (events["occurred_at"] >= first) & (events["occurred_at"] < last)
    assert sum(bar.n or 0 for bar in spec.bars) == (held & events["synthetic"]).sum()
    assert first <= end - timedelta(days=days)
    assert last >= end
    assert len(spec.bars) <= 260


def describe(few: QueryService, start: datetime, end: datetime, **more: object) -> TimelineSpec:
    wanted = replace(Filter(records="real", window=TimeWindow(start=start, end=end)), **more)  # type: ignore[arg-type]
    spec = build_timeline(few, few.view(wanted), "light", wall=True)
    assert spec is not None
    return spec


def test_days_are_bars_of_their_own_up_to_the_ends_of_the_window(few: QueryService) -> None:
    spec = describe(few, datetime(2026, 1, 31), datetime(2026, 2, 1, 12))
    counted = {bar.start: (bar.n, bar.counts) for bar in spec.bars if bar.n}
    assert counted == {datetime(2026, 1, 30) + i * DAY: (1, {"people": 2}) for i in range(3)}
    assert spec.units == ("people",)
    assert spec.extent[0] == datetime(2026, 1, 30), "nothing is older"
    assert {bar.end - bar.start for bar in spec.bars} == {DAY}
    assert (spec.theme, spec.wall, spec.synthetic) == ("light", True, False)
    assert spec.newest == datetime(2026, 2, 1)


def test_the_filter_counts_in_the_bars(few: QueryService) -> None:
    spec = describe(few, datetime(2026, 1, 30), datetime(2026, 2, 2), sectors=("RGV",))
    assert {bar.n for bar in spec.bars} == {0}


@pytest.mark.parametrize(("years", "days"), [(2, {7}), (12, {28, 29, 30, 31})])
def test_long_windows_have_weeks_and_longer_ones_months(
    few: QueryService, years: int, days: set[int]
) -> None:
    spec = describe(few, datetime(2026 - years, 3, 1), datetime(2026, 3, 1))
    *whole, last = spec.bars
    assert {(bar.end - bar.start).days for bar in whole} == days
    assert (last.end - last.start).days <= max(days)
    assert all(one.end == other.start for one, other in pairwise(spec.bars))
    assert sum(bar.n or 0 for bar in spec.bars) == 3


def test_an_open_window_has_no_timeline(few: QueryService) -> None:
    assert build_timeline(few, few.view(Filter(records="real")), "dark") is None
    window = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1))
    unheld = Filter(records="synthetic", window=window)
    assert build_timeline(few, few.view(unheld), "dark") is None
