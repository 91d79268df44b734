"""Tests of the layer registry: every file in layers/ is a layer that can be served."""

from pathlib import Path

import pytest

import layers
from cop.errors import LayerError
from cop.model.marking import MARKINGS
from cop.tiles.registry import find_layer, load_layers

pytestmark = pytest.mark.picture

FILES = sorted(p.stem for p in Path(layers.__path__[0]).glob("[!_]*.py"))


def test_every_file_is_a_layer_and_lower_ones_come_first() -> None:
    assert len(load_layers()) == len(FILES) >= 7
    orders = [layer.order for layer in load_layers().values()]
    assert orders == sorted(orders)


@pytest.mark.parametrize("layer", load_layers().values(), ids=load_layers())
def test_a_layer_says_what_the_reader_needs(layer) -> None:
    assert layer.title
    assert layer.note
    assert layer.marking in MARKINGS
    assert find_layer(layer.id) is layer


def test_unknown_layer_names_the_others() -> None:
    with pytest.raises(LayerError, match=r"there are: .*events"):
        find_layer("../../etc/passwd")
