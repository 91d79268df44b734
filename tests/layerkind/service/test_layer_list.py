"""Tests of the layers of a server: those that are declared and those that a Picture shows."""

import pytest

from cop.errors import LayerError
from cop.layerkind.service.layer_list import list_visible, read_layer, read_layers
from cop.model.picture import Picture, ShownLayer
from cop.query.registry import load_layers
from cop.query.service import QueryService

pytestmark = pytest.mark.house


def test_declared_layers_are_listed_bottom_first(service: QueryService) -> None:
    layers = read_layers(service, service.view())
    assert list(layers) == [name for name in load_layers() if name != "basemap"]
    assert read_layer(service, service.view(), "events") is layers["events"]
    with pytest.raises(LayerError, match=r"layer 'no' does not exist; there are: .*events"):
        read_layer(service, service.view(), "no")


def test_a_picture_shows_what_it_names_or_what_is_on(service: QueryService) -> None:
    view = service.view()
    on = [layer.id for layer in list_visible(service, view, Picture())]
    assert on == [layer.id for layer in read_layers(service, view).values() if layer.visible]
    named = Picture(shown=(ShownLayer(id="events"), ShownLayer(id="background")))
    assert [layer.id for layer in list_visible(service, view, named)] == ["background", "events"]
