"""Symbols fill their cell, stay in it, and differ from each other."""

from itertools import combinations
from typing import get_args

import numpy as np
import pytest
import shapely

from cop.analysis.hotspot import CLASSES as MEANINGS
from cop.analysis.hotspot import NONE
from cop.model.style import Classes, Shape
from cop.model.tile import HALF_WORLD_M
from cop.tiles.symbol import draw_symbols
from layers.hotspot import CLASSES

pytestmark = pytest.mark.sources

BITS = 21
SIDE_M = 2 * HALF_WORLD_M / 2 ** (32 - BITS)
USED = [entry.shape for entry in CLASSES.classes]


def drawn(shape: Shape, x: int = 400, y: int = 830) -> shapely.Polygon:
    (symbol,) = draw_symbols(np.array([[x, y]]), BITS, [shape])
    return shapely.from_wkb(symbol)


@pytest.mark.parametrize("shape", USED)
def test_a_symbol_lies_in_its_cell(shape: Shape) -> None:
    x, y = 400, 830
    west, north = x * SIDE_M - HALF_WORLD_M, HALF_WORLD_M - y * SIDE_M
    cell = shapely.box(west, north - SIDE_M, west + SIDE_M, north)
    symbol = drawn(shape, x, y)
    assert symbol.is_valid
    assert cell.buffer(1).contains(symbol)
    assert symbol.area > 0.2 * cell.area


def test_symbols_differ() -> None:
    assert len(set(USED)) == len(USED)
    assert set(USED) <= set(get_args(Shape))
    for one, other in combinations(USED, 2):
        apart = drawn(one).symmetric_difference(drawn(other)).area
        assert apart > 0.1 * SIDE_M**2, (one, other)


def test_the_classes_of_the_layer_are_those_of_the_analysis() -> None:
    assert isinstance(CLASSES, Classes)
    assert [entry.value for entry in CLASSES.classes] == [*MEANINGS, NONE]
