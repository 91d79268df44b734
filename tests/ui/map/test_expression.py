"""Expressions over a feature's properties: constants stay constants, unknown comes first."""

import pytest

from cop.model.scale import ByClass, ByStep, Constant
from cop.ui.map.expression import write_colors, write_numbers, write_property, write_text

pytestmark = pytest.mark.picture


def test_names_and_texts_are_quoted() -> None:
    assert write_property('a"b') == 'properties["a\\"b"]'
    assert write_text("Año") == '"Año"'


def test_a_constant_is_no_expression() -> None:
    assert write_colors(Constant("#0a1017")) == [10, 16, 23, 255]
    assert write_numbers(Constant(2.0), 3) == 6.0


def test_classes_end_in_the_other_one() -> None:
    scale = ByClass(property="kind", values={"rescue": "#00ff00"}, other="#ff0000")
    assert write_colors(scale) == ('properties["kind"]=="rescue"?[0,255,0,255]:[255,0,0,255]')


def test_steps_put_unknown_before_the_numbers() -> None:
    scale = ByStep(property="n", breaks=(5, 20), values=(1.0, 2.0, 3.0), unknown=0.5)
    assert write_numbers(scale, 2) == (
        'properties["n"]==null?1:properties["n"]<5?2:properties["n"]<20?4:6'
    )
