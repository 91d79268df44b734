"""Tests of counts by segment over two periods, against pandas."""

from datetime import timedelta

import geopandas as gpd
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.segment_count import NO_EVENTS, count_by_segment
from cop.query.service import QueryService
from tests.support.published import passing, people_of

pytestmark = pytest.mark.scale


@pytest.mark.parametrize("with_previous", [True, False])
def test_both_periods_are_counted_as_pandas_counts_them(
    service: QueryService, events: gpd.GeoDataFrame, *, with_previous: bool
) -> None:
    newest = events.loc[events["synthetic"], "occurred_at"].max().to_pydatetime()
    window = TimeWindow(start=newest - timedelta(days=17, hours=5), end=newest - timedelta(days=3))
    previous = window.previous()
    assert previous is not None
    resolved = Filter(records="synthetic", window=window)
    found = count_by_segment(
        service.warehouse, service.snapshot, resolved, previous if with_previous else None
    )
    now = passing(events, resolved, synthetic=True)
    before = passing(events, resolved.within(previous), synthetic=True)
    n, previous_n = (own["segment_id"].value_counts() for own in (now, before))
    assert len(now) > 100
    assert {segment: count.n for segment, count in found.items() if count.n} == n.to_dict()
    expected = previous_n.to_dict() if with_previous else {}
    assert {s: count.previous_n for s, count in found.items() if count.previous_n} == expected
    people = {segment: people_of(own) for segment, own in now.groupby("segment_id")}
    assert {segment: found[segment].people for segment in people} == people


def test_an_open_window_has_no_period_before(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    found = count_by_segment(service.warehouse, service.snapshot, Filter(records="synthetic"), None)
    own: pd.DataFrame = events[events["synthetic"]]
    counts = own["segment_id"].value_counts().to_dict()
    assert {segment: count.n for segment, count in found.items()} == counts
    assert not any(count.previous_n for count in found.values())
    assert found.get("no such segment", NO_EVENTS).n == 0
