"""Tests of point symbols as outlines."""

from typing import get_args

import numpy as np
import pytest

from cop.export.glyph import CELL, area, outline
from cop.model.style import Shape
from cop.model.symbol import SymbolPart

pytestmark = pytest.mark.table


@pytest.mark.parametrize("shape", [s for s in get_args(Shape) if s not in ("line", "area")])
def test_each_shape_is_centered_within_its_square(shape: Shape) -> None:
    (ring,) = outline(shape).to_polygons()
    assert np.abs(ring).max() < CELL / 2
    assert outline(shape).contains_point((0, 0))
    assert ring[0].tolist() == pytest.approx(ring[-1].tolist())


def test_shapes_are_told_apart_by_their_outline() -> None:
    shapes = [s for s in get_args(Shape) if s not in ("line", "area")]
    assert len({outline(s).vertices.round(3).tobytes() for s in shapes}) == len(shapes)


def test_a_cross_is_a_plus_turned_by_45_degrees() -> None:
    assert outline("plus").contains_point((0, 18))
    assert not outline("plus").contains_point((13, 13))
    assert outline("cross").contains_point((13, 13))
    assert not outline("cross").contains_point((0, 18))


def test_a_triangle_points_up_and_a_wedge_down() -> None:
    assert outline("triangle").get_extents().y0 == outline("wedge").vertices[:, 1].min() - 5
    assert outline("triangle").contains_point((0, -18))
    assert outline("wedge").contains_point((0, 18))


def test_a_hole_of_a_standard_symbol_stays_open() -> None:
    shell, hole = "M-32,-32L32,-32L32,32L-32,32Z", "M-8,-8L-8,8L8,8L8,-8Z"
    path = area(SymbolPart(fill="#000000", path=shell + hole))
    outer, inner = path.to_polygons()
    assert (np.abs(outer).max(), np.abs(inner).max()) == (32.0, 8.0)
