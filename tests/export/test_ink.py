"""Tests of the marks of a map without deck.gl."""

import pytest

from cop.export.ink import Inks
from cop.model.drawing import KindDrawing, resolve_style
from cop.model.style import Classes, Paint, Ramp, Style, StyleClass
from cop.model.symbol import Symbol, SymbolPart

pytestmark = pytest.mark.table

STYLE = Style(
    fill=Classes(
        property="kind",
        classes=(
            StyleClass(
                value="a", label="A", paint=Paint("#ff000080", "#00ff0080"), shape="triangle"
            ),
        ),
        other=Paint("#111111", "#222222"),
    ),
    point_radius_px=5,
)
WHITE = Paint("#ffffff", "#ffffff")


def test_an_ink_is_the_style_of_the_theme_faded_as_in_the_browser() -> None:
    inks = Inks(resolve_style(STYLE, "light"), cells=False)
    assert inks.number({"kind": "a"}, "Point") == 0
    assert inks.number({"kind": "z"}, "Point") == 1
    assert inks.number({"kind": "a"}, "Point") == 0
    first, other = inks.found
    assert (first["fillColor"], first["fillOpacity"]) == ("#00ff00", 0.502)
    assert (first["shape"], first["radius"]) == ("triangle", 5)
    assert (other["fillColor"], other["shape"]) == ("#222222", "circle")
    half = Inks(resolve_style(STYLE, "dark", opacity=0.5), cells=False)
    half.number({"kind": "a"}, "Point")
    assert half.found[0]["fillOpacity"] < first["fillOpacity"]


def test_a_line_is_stroked_and_not_filled() -> None:
    style = Style(line=Paint("#123456", "#123456"), line_width_px=3)
    inks = Inks(resolve_style(style, "dark"), cells=False)
    assert inks.number({}, "MultiLineString") == 0
    assert inks.found == [
        {"fill": False, "stroke": True, "color": "#123456", "opacity": 1.0, "weight": 3}
    ]


def test_a_point_of_one_color_is_a_circle_of_its_radius() -> None:
    inks = Inks(resolve_style(Style(fill=WHITE, point_radius_px=7), "dark"), cells=False)
    inks.number({}, "MultiPoint")
    assert inks.found[0]["radius"] == 7
    assert "shape" not in inks.found[0]


def test_areas_of_cells_are_colored_by_what_they_count() -> None:
    cell = Ramp(
        property="n",
        breaks=(10,),
        paints=(Paint("#00ff00", "#00ff00"), Paint("#ff0000", "#ff0000")),
        unit="events",
        unknown=WHITE,
    )
    style = resolve_style(
        Style(fill=WHITE, cell=cell), "dark", kind=KindDrawing(square_property="square")
    )
    properties = {"n": 12}
    squares, areas = Inks(style, cells=True), Inks(style, cells=False)
    squares.number(properties, "Polygon")
    areas.number(properties, "Polygon")
    assert squares.found[0]["fillColor"] == "#ff0000"
    assert areas.found[0]["fillColor"] == "#ffffff"


def test_a_standard_symbol_is_its_areas_within_its_reach() -> None:
    part = SymbolPart(fill="#00ff00", path="M-40,-32L40,-32L40,32Z")
    symbol = Symbol(code="x", box=(-40, -32, 40, 32), parts=(part,))
    inks = Inks(
        resolve_style(Style(fill=WHITE, point=symbol, point_radius_px=16), "dark"), cells=False
    )
    inks.number({}, "Point")
    (ink,) = inks.found
    assert ink["unit"] == 0.5
    assert ink["radius"] == 20.0
    assert ink["shape"] == {"parts": [{"fill": "#00ff00", "path": part.path}]}
