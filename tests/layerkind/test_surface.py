"""Tests of the layer of the risk surface: built when it is shown, painted by theme."""

from datetime import datetime

import pytest

from cop.layerkind.surface import KIND
from cop.model.ahead import Ahead
from cop.model.filter import Filter
from cop.model.style import Ramp
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.service import QueryService

pytestmark = pytest.mark.house

LAYER = find_layer("risk_surface")


def test_when_the_window_begins_does_not_matter(service: QueryService) -> None:
    end, ahead = datetime(2026, 2, 1), Ahead(period="day", number=2)
    requested = Filter(window=TimeWindow(start=datetime(2026, 1, 1), end=end), ahead=ahead)
    relevant = KIND.relevant_filter(LAYER, service.view(requested).filter)
    assert relevant == Filter(window=TimeWindow(end=end), ahead=ahead, records="real")


def test_a_theme_paints_it_and_the_dark_one_is_as_declared() -> None:
    declared, light = LAYER.style.fill, KIND.in_theme(LAYER, "light").style.fill
    assert KIND.in_theme(LAYER, "dark") is LAYER
    assert isinstance(declared, Ramp)
    assert isinstance(light, Ramp)
    assert [paint.dark for paint in light.paints] == [paint.light for paint in declared.paints]
    assert light.unknown.dark == declared.unknown.light
