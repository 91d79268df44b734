"""Tests of the layer of impact levels: of now, of every source, whatever the window."""

from datetime import datetime

import pytest

from cop.layerkind.impacts import KIND, describe_levels
from cop.layerkind.service.shape import read_features
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.impact import name_impacts, read_impacts
from cop.query.registry import find_layer
from cop.query.service import QueryService

pytestmark = pytest.mark.house

LAYER = find_layer("impact")


@pytest.mark.usefixtures("standing")
def test_only_records_and_places_matter(service: QueryService) -> None:
    window = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1))
    view = service.view(Filter(window=window, sectors=("TCA",), records="synthetic"))
    assert KIND.relevant_filter(LAYER, view.filter) == Filter(records="synthetic", sectors=("TCA",))
    assert KIND.key_parts(service, view) == (name_impacts(service, view),)
    assert window in KIND.caveat_windows(view)


@pytest.mark.usefixtures("standing")
def test_every_segment_is_a_shape_with_its_level(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    impacts = read_impacts(service, view)
    assert impacts is not None
    shapes = read_features(service, view, LAYER, zoom=16, most=100_000)
    assert shapes["level"].value_counts().to_dict() == impacts.counts
    assert describe_levels(impacts).endswith("agreed or changed by people; the rest are proposals")
