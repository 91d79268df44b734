"""A style is resolved once: colors, widths and sizes of a feature in a theme."""

import pytest

from cop.model.drawing import CELL_EDGE, Circles, Glyphs, KindDrawing, resolve_color, resolve_style
from cop.model.scale import Constant
from cop.model.style import CLEAR, Classes, Label, Paint, Ramp, Sizes, Style, StyleClass
from cop.query.registry import find_layer
from layers.event import CELLS, KINDS
from layers.segment import EVENTS, UNKNOWN

pytestmark = pytest.mark.table
RED, BLUE = Paint("#ff0000", "#aa0000"), Paint("#0000ff", "#0000aa")
PLACES = Label(property="name", size_px=10, sizes=((100, 12),))


@pytest.mark.parametrize(("n", "step"), [(0, 0), (1, 1), (4, 1), (5, 2), (300, 5), (9_999, 5)])
def test_a_number_takes_the_paint_of_its_class(n: int, step: int) -> None:
    assert resolve_color(EVENTS, "dark").of({"n": n}) == EVENTS.paints[step].dark


def test_what_is_unknown_or_of_no_class_has_its_own_paint() -> None:
    assert resolve_color(EVENTS, "light").of({}) == UNKNOWN.light
    kinds = resolve_color(KINDS, "light")
    assert kinds.of({"kind": "nothing such"}) == kinds.of({"kind": None}) == KINDS.other.light
    assert kinds.of({"kind": "rescue"}) == "#009e73"
    assert resolve_color(None, "dark") == Constant(CLEAR.dark)


def test_values_are_compared_as_the_tiles_carry_them() -> None:
    entries = tuple(StyleClass(value=v, label=v, paint=RED) for v in ("true", "3"))
    colors = resolve_color(Classes(property="x", classes=entries, other=BLUE), "dark")
    assert [colors.of({"x": x}) for x in (True, 3, "3", False, "None", None)] == [
        *[RED.dark] * 3,
        *[BLUE.dark] * 3,
    ]


def test_opacity_is_bent_as_deck_gl_does() -> None:
    shares = [resolve_style(Style(), "dark", opacity=opacity).share for opacity in (1, 0.5, 0)]
    assert shares == pytest.approx([1, 0.7297, 0], abs=1e-4)


def test_widths_and_sizes_follow_the_style() -> None:
    background = resolve_style(find_layer("background").style, "dark").width_px
    assert background.of({"class": "state"}) == 1.2
    assert background.of({"class": "nothing such"}) == 0
    segments = resolve_style(find_layer("segments").style, "dark", scale=2).width_px
    assert segments.of({"n": 3}) == 9
    assert segments.of({}) == pytest.approx(3.6)
    sizes = Sizes(property="n", breaks=(10,), radii_px=(4, 8), unit="")
    circles = resolve_style(Style(fill=RED, point_sizes=sizes), "dark").points
    assert isinstance(circles, Circles)
    assert [circles.radius_px.of({"n": n}) for n in (9, 10, None)] == [4, 8, 3]
    events = resolve_style(find_layer("events").style, "dark").points
    assert isinstance(events, Glyphs)
    assert [events.side_px.of({"count": n}) for n in (None, 1, 5, 20, 100)] == [10, 10, 13, 16, 20]


def test_squares_stand_where_the_kind_says_so() -> None:
    style = Style(fill=RED, line=BLUE, line_width_px=2, cell=CELLS)
    always = resolve_style(style, "dark", kind=KindDrawing(points="drawn"))
    marked = resolve_style(style, "dark", kind=KindDrawing(square_property="many"))
    square = marked.mark({"many": 1, "n": 1}, "area")
    assert square == always.mark({"n": 1}, "area") == marked.mark_square({"n": 1})
    assert (square.edge, square.width_px) == (CELL_EDGE.dark, 2)
    plain = marked.mark({"n": 1}, "area")
    assert (plain.fill, plain.edge) == (RED.dark, BLUE.dark)


def test_areas_have_no_outline_where_only_classes_of_lines_have_a_width() -> None:
    line = Classes(
        property="class", classes=(StyleClass(value="a", label="A", paint=RED, shape="line"),)
    )
    style = Style(fill=RED, line=line, line_width_px=0, line_widths_px=(("a", 3),))
    drawn = resolve_style(style, "dark")
    assert not drawn.outlined
    assert drawn.mark({"class": "a"}, "area").width_px == 0
    assert drawn.mark({"class": "a"}, "line").width_px == 3


def test_a_label_takes_the_place_of_points_but_where_the_kind_has_both() -> None:
    style = Style(fill=RED, label=PLACES)
    assert resolve_style(style, "dark", kind=KindDrawing(points="drawn")).points is None
    both = resolve_style(style, "dark", kind=KindDrawing(points="drawn", labels_shapes=True))
    assert both.points == Circles(Constant(4))
    assert resolve_style(style, "dark", kind=KindDrawing()).points is None
    text = resolve_style(style, "light", scale=1.5).text
    assert text is not None
    assert [text.label.size_of(rank) for rank in (99, 100)] == [15, 18]
    assert text.color == PLACES.paint.light


def test_numbers_are_found_wherever_they_color_or_size() -> None:
    ramp = Ramp(property="x", breaks=(1,), paints=(RED, BLUE), unit="", unknown=RED)
    sizes = Sizes(property="n", breaks=(10,), radii_px=(4, 8), unit="")
    for style in (Style(fill=ramp), Style(line=ramp), Style(cell=ramp), Style(point_sizes=sizes)):
        filled = style if style.point_sizes is None else Style(fill=RED, point_sizes=sizes)
        assert resolve_style(filled, "dark").has_numbers
    assert not resolve_style(Style(fill=RED, line=KINDS), "dark").has_numbers
