"""Tests of the layer of sensors: what of a filter matters, whose sensors they are."""

from datetime import datetime

import pytest

from cop.layerkind.sensors import KIND
from cop.layerkind.service.shape import read_features
from cop.layerkind.service.status import read_status
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.service import QueryService

pytestmark = pytest.mark.house

LAYER = find_layer("sensors")


def test_the_windows_end_and_the_records_matter(service: QueryService) -> None:
    window = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1))
    view = service.view(Filter(window=window, sectors=("TCA",), kinds=("rescue",)))
    assert KIND.relevant_filter(LAYER, view.filter) == Filter(
        window=TimeWindow(end=window.end), records="real"
    )


def test_real_records_have_no_synthetic_sensors(service: QueryService) -> None:
    real, made = (service.view(Filter(records=sort)) for sort in ("real", "synthetic"))
    status = read_status(service, real, LAYER)
    assert status.status_note == "unknown: no sensors are loaded for these records"
    assert read_features(service, real, LAYER, zoom=8, most=100_000).empty
    assert read_status(service, made, LAYER).status == "ok"
    assert set(read_features(service, made, LAYER, zoom=8, most=100_000)["state"]) <= {"up", "down"}
