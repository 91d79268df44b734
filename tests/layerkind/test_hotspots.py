"""Tests of the layer of hot spots: all time behind its caveats, a reason where there is none."""

from datetime import datetime

import pytest

from cop.layerkind.hotspots import KIND
from cop.layerkind.service.shape import read_features
from cop.layerkind.service.status import read_status
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.hotspot import read_hotspots
from cop.query.registry import find_layer
from cop.query.service import QueryService

pytestmark = pytest.mark.house

LAYER = find_layer("hotspots")


def test_every_cell_is_a_shape(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    shapes = read_features(service, view, LAYER, zoom=8, most=100_000)
    assert len(shapes) == len(read_hotspots(service, view).table) > 0
    assert KIND.caveat_windows(view) == {TimeWindow()}


def test_a_window_without_records_says_why_there_are_no_trends(service: QueryService) -> None:
    window = TimeWindow(start=datetime(1990, 1, 1), end=datetime(1990, 6, 1))
    view = service.view(Filter(window=window))
    status = read_status(service, view, LAYER)
    assert (status.status, status.status_note) == (
        "unknown",
        "unknown: no records in this window",
    )
    assert read_features(service, view, LAYER, zoom=8, most=100_000).empty
