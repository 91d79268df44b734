"""Tests of vector tiles on a still map: what lies over what, and where it ends."""

import numpy as np
import pytest
from matplotlib.path import Path
from numpy.typing import NDArray

from cop.export.camera import Place
from cop.export.feature import Feature
from cop.export.label import place_labels
from cop.export.vector import VectorLayer, draw_labels, draw_vector
from cop.model.drawing import resolve_style
from cop.model.style import Label, Paint, Style
from cop.query.registry import find_layer
from tests.support.still import make_canvas, read_pixels

pytestmark = pytest.mark.table

RED, GREEN, BLUE = (Paint(color, color) for color in ("#ff0000", "#00ff00", "#0000ff"))
WHOLE: Place = (0.0, 0.0, 20.0)
SQUARE = Path([(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75), (0.25, 0.25)], closed=True)
LINE = Path([(0.0, 0.5), (2.0, 0.5)])


def layer_of(style: Style, *features: Feature, place: Place = WHOLE) -> VectorLayer:
    resolved = resolve_style(style, "dark")
    return VectorLayer(layer=find_layer("events"), style=resolved, tiles=[(place, features)])


def draw(style: Style, *features: Feature, place: Place = WHOLE) -> NDArray[np.uint8]:
    canvas = make_canvas()
    draw_vector(canvas, layer_of(style, *features, place=place))
    return read_pixels(canvas)


def test_lines_lie_over_areas_and_points_over_both() -> None:
    style = Style(fill=RED, line=GREEN, line_width_px=2, point_radius_px=3)
    point = Feature("point", {}, Path([(0.5, 0.5)]))
    pixels = draw(style, point, Feature("line", {}, LINE), Feature("area", {}, SQUARE))
    assert pixels[13, 13].tolist() == [255, 0, 0]
    assert pixels[9, 2].tolist() == [0, 255, 0]
    assert pixels[10, 10].tolist() == [255, 0, 0], "the point"
    assert pixels[1, 1].tolist() == [0, 0, 0]


def test_a_line_ends_where_its_tile_does_and_a_point_is_whole() -> None:
    style = Style(fill=RED, line=GREEN, line_width_px=2, point_radius_px=4)
    tile = (0.0, 0.0, 10.0)
    point = Feature("point", {}, Path([(1.0, 1.0)]))
    pixels = draw(style, Feature("line", {}, LINE), point, place=tile)
    assert pixels[4, 8].tolist() == [0, 255, 0]
    assert not pixels[4, 12].any()
    assert pixels[11, 11, 0] == 255


def test_an_area_without_fill_has_its_outline_alone() -> None:
    pixels = draw(Style(line=BLUE, line_width_px=2), Feature("area", {}, SQUARE))
    assert pixels[5, 10, 2] > 100
    assert not pixels[10, 10].any()


def test_labels_are_drawn_with_their_dot_where_the_style_has_text() -> None:
    style = Style(label=Label(property="name", dot=RED, paint=GREEN))
    town = Feature("point", {"name": "Nogales"}, Path([(0.5, 0.5)]))
    part = layer_of(style, town, place=(0.0, 0.0, 100.0))
    assert part.style.text is not None
    placed = place_labels(part.tiles, part.style.text.label, [])
    canvas = make_canvas(100)
    draw_labels(canvas, part, placed)
    pixels = read_pixels(canvas)
    assert pixels[50, 50, 0] > 200
    assert (pixels[..., 1] > 200).sum() > 20
    bare = make_canvas(100)
    draw_labels(bare, layer_of(Style(fill=RED), town), placed)
    assert not read_pixels(bare).any()
