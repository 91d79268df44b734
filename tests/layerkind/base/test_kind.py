"""Tests of what every kind answers unless it says otherwise."""

import pytest

from cop.errors import FilterError, LayerError
from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.model.ahead import Ahead
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.tile import Tile
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.query.view import View

pytestmark = pytest.mark.house

EVENTS = find_layer("events")


class Plain(LayerKind):
    name = "plain"

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        return (layer.dataset,)

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        return b""

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        return LayerStatus()


def test_the_whole_filter_matters_but_the_period_of_forecasts(service: QueryService) -> None:
    requested = Filter(sectors=("TCA",), ahead=Ahead(period="day", number=2))
    view = service.view(requested)
    assert Plain().relevant_filter(EVENTS, view.filter).to_pairs() == [
        ("sector", "TCA"),
        ("records", "real"),
    ]
    assert Plain().caveat_windows(view) == {view.filter.window}
    assert (Plain().key_parts(service, view), Plain().address_pairs(view)) == ((), [])


def test_it_is_placed_and_described_as_declared(service: QueryService) -> None:
    assert Plain().place(service, EVENTS) is EVENTS
    assert Plain().drawn_as(EVENTS) is EVENTS
    assert Plain().is_loaded(service.view().snapshot, EVENTS)
    (described,) = Plain().describe_tiles(service, EVENTS)["vector_layers"]
    assert described["id"] == "events"
    assert set(described["fields"]) == {field.property for field in EVENTS.fields}
    assert Plain().build_legend(find_layer("background"), "dark") == []
    assert Plain().build_legend(EVENTS, "dark")


def test_what_it_has_not_is_refused(service: QueryService) -> None:
    view = service.view()
    with pytest.raises(LayerError, match="its plain are no shapes"):
        Plain().read_features(service, view, EVENTS, zoom=5, most=1)
    with pytest.raises(LayerError, match="not summed up by cells"):
        Plain().read_cells(service, view, EVENTS, bits=20)
    with pytest.raises(LayerError, match="not a raster"):
        Plain().probe(service, view, EVENTS, lon=0.0, lat=0.0)
    with pytest.raises(FilterError, match="accepts one only if it is a raster"):
        Plain().restyled(view, EVENTS, "{}")
    assert Plain().count_features(service, view, EVENTS) is None
