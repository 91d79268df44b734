import pytest

from cop.export.paint import fade, pick_paint, pick_radius, pick_symbol_side, pick_width
from cop.model.style import CLEAR, Paint, Sizes, Style
from cop.query.registry import find_layer
from layers.event import KINDS
from layers.segment import EVENTS, UNKNOWN

pytestmark = pytest.mark.table
WHITE = Paint("#ffffff", "#ffffff")


@pytest.mark.parametrize(("n", "step"), [(0, 0), (1, 1), (4, 1), (5, 2), (300, 5), (9_999, 5)])
def test_a_number_takes_the_paint_of_its_class(n: int, step: int) -> None:
    assert pick_paint(EVENTS, {"n": n}) == EVENTS.paints[step]


def test_what_is_unknown_or_of_no_class_has_its_own_paint() -> None:
    assert pick_paint(EVENTS, {}) == UNKNOWN
    assert pick_paint(KINDS, {"kind": "nothing such"}) == KINDS.other
    assert pick_paint(KINDS, {"kind": "rescue"}) == Paint("#1fbf8f", "#009e73")
    assert pick_paint(None, {}) == CLEAR


def test_opacity_is_bent_as_deck_gl_does() -> None:
    assert fade(WHITE, "dark") == (1, 1, 1, 1)
    assert fade(WHITE, "dark", 0.5)[3] == pytest.approx(0.7297, abs=1e-4)
    assert fade(WHITE, "dark", 0)[3] == 0


def test_widths_and_sizes_follow_the_style() -> None:
    background = find_layer("background").style
    assert pick_width(background, {"class": "state"}) == 1.2
    assert pick_width(background, {"class": "nothing such"}) == 0
    segments = find_layer("segments").style
    assert pick_width(segments, {"n": 3}) == 4.5
    assert pick_width(segments, {}) == pytest.approx(1.8)
    sizes = Sizes(property="n", breaks=(10,), radii_px=(4, 8), unit="")
    assert [pick_radius(Style(point_sizes=sizes), {"n": n}) for n in (9, 10)] == [4, 8]
    assert pick_radius(Style(point_sizes=sizes), {}) == 3
    events = find_layer("events").style
    assert [pick_symbol_side(events, {"count": n}) for n in (1, 5, 20, 100)] == [10, 13, 16, 20]
