"""Tests of legends as rows, and of symbols as polygons."""

from typing import get_args

import pytest

from cop.export.legend import SAMPLE_LINE, build_rows, fit_symbol, symbol_polygon
from cop.model.style import Classes, Shape
from cop.model.symbol import Symbol, SymbolPart
from cop.query.registry import find_layer

pytestmark = pytest.mark.table


def test_classes_are_rows_in_their_order() -> None:
    layer = find_layer("events")
    fill = layer.style.fill
    assert isinstance(fill, Classes)
    block = build_rows(layer, "light")[0]
    assert block.unit == ""
    assert [row.label for row in block.rows][: len(fill.classes)] == [c.label for c in fill.classes]
    assert block.rows[0].fill == fill.classes[0].paint.css("light")
    assert block.rows[0].shape == fill.classes[0].shape


def test_a_ramp_ends_with_what_was_not_observed() -> None:
    blocks = build_rows(find_layer("risk"), "dark")
    assert blocks[0].unit != ""
    assert blocks[0].rows[-1].label == "unobserved"


def test_circles_are_sized_against_the_largest() -> None:
    sizes = [block for block in build_rows(find_layer("ports"), "dark") if block.rows[-1].size == 1]
    shares = [row.size for row in sizes[-1].rows]
    assert shares == sorted(shares)
    assert 0.0 < shares[0] <= 1.0


def test_relief_has_no_rows() -> None:
    assert build_rows(find_layer("hillshade"), "dark") == ()


@pytest.mark.parametrize("shape", get_args(Shape))
def test_each_symbol_fills_the_unit_square_but_for_its_tips(shape: Shape) -> None:
    polygon = symbol_polygon(shape)
    assert len(polygon) >= 4
    assert all(-0.05 <= value <= 1.05 for corner in polygon for value in corner)


def test_a_line_is_a_stripe() -> None:
    assert symbol_polygon("line") == SAMPLE_LINE
    assert symbol_polygon("area") != SAMPLE_LINE


def test_a_standard_symbol_is_scaled_to_its_longer_side() -> None:
    part = SymbolPart(fill="#00ff00", path="M-40,0L40,0L40,20Z")
    ((fill, (ring,)),) = fit_symbol(Symbol(code="x", box=(-40, 0, 40, 20), parts=(part,)))
    assert fill == "#00ff00"
    assert ring == ((0.0, 0.375), (1.0, 0.375), (1.0, 0.625))
