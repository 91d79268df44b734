"""Tests of the table of events in view."""

import geopandas as gpd
import pytest

from cop.model.filter import Filter
from cop.query.service import QueryService
from cop.query.table import count_events, read_event_table

pytestmark = pytest.mark.picture


def test_the_table_is_what_lies_in_view(service: QueryService, events: gpd.GeoDataFrame) -> None:
    west, south, east, north = -112.0, 31.0, -110.0, 32.5
    own = events[events["synthetic"]]
    inside = own[own["lon"].between(west, east) & own["lat"].between(south, north)]
    wanted = Filter(records="synthetic")
    bounds = (west, south, east, north)
    table = read_event_table(service, service.view(wanted), bounds, most=50)
    total = count_events(service, service.view(wanted), bounds)
    assert total == len(inside)
    assert len(table) == 50
    assert table["occurred_at"].is_monotonic_decreasing
    assert table["occurred_at"].iloc[0] == inside["occurred_at"].max()
    everything = read_event_table(service, service.view(wanted), None, most=10)
    total = count_events(service, service.view(wanted), None)
    assert (len(everything), total) == (10, len(own))
