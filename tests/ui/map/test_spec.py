"""What the browser reports of the map: read, bounded, and applied to the layers."""

from typing import Any

import pytest

from cop.query.registry import load_layers
from cop.ui.map.spec import LayerChange, LayerView, MapCamera, MapState, read_state

pytestmark = pytest.mark.picture

LAYERS = list(load_layers().values())


def view(place: int, **more: Any) -> LayerView:
    return LayerView(layer=LAYERS[place], tile_url="", **more)


def test_nothing_reported_is_nothing_done() -> None:
    assert read_state({}) == MapState()
    assert MapState().apply([view(0), view(1)]) == [view(0), view(1)]


def test_a_report_is_read_with_its_numbers_bounded() -> None:
    state = read_state(
        {
            "camera": {"lon": "-110", "lat": 31, "zoom": 7, "bounds": [-111, 30, -109, 32]},
            "layers": {"order": ["b"], "changes": {"b": {"visible": 1, "opacity": 7}}},
            "click": {"layer": "b", "properties": {"n": 1}, "lon": 1, "lat": "2"},
            "follow": {"wanted": [["sector", "TCA"]]},
            "units": {"on": 1, "marking": "TLP:RED"},
        }
    )
    assert state.camera == MapCamera(lon=-110, lat=31, zoom=7, bounds=(-111, 30, -109, 32))
    assert state.changes == {"b": LayerChange(visible=True, opacity=1.0)}
    assert state.click is not None
    assert (state.click.layer, state.click.lat) == ("b", 2.0)
    assert state.followed == (("sector", "TCA"),)
    assert state.has_units
    assert not read_state({"units": {"on": False}}).has_units


def test_switches_opacity_and_order_are_applied() -> None:
    first, second = LAYERS[0].id, LAYERS[1].id
    changes = {first: LayerChange(visible=False, opacity=0.4)}
    state = MapState(order=(second, first), changes=changes)
    drawn = state.apply([view(0), view(1)])
    assert [one.layer.id for one in drawn] == [second, first]
    assert (drawn[1].visible, drawn[1].opacity) == (False, 0.4)


def test_a_measure_that_the_layer_lacks_is_ignored() -> None:
    place = next(i for i, layer in enumerate(LAYERS) if layer.measures)
    known = LAYERS[place].measures[-1].key
    for chosen, shown in ((known, known), ("no such", None)):
        change = LayerChange(visible=True, opacity=1, measure=chosen)
        (drawn,) = MapState(changes={LAYERS[place].id: change}).apply([view(place)])
        assert drawn.measure == shown
