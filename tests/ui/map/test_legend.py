"""The legend says what the style paints."""

import pytest

from cop.model.style import Classes, Paint, Ramp, Style, StyleClass
from cop.ui.map.legend import build_legend, build_ramp_labels

pytestmark = pytest.mark.picture

RED, GREY = Paint("#ff0000", "#aa0000"), Paint("#888888", "#999999")


def make_ramp(*breaks: float, whole: bool = False) -> Ramp:
    return Ramp(
        property="n",
        breaks=breaks,
        paints=(RED,) * (len(breaks) + 1),
        unit="events",
        unknown=GREY,
        whole=whole,
    )


def test_counts_are_named_by_their_first_and_last_number() -> None:
    labels = build_ramp_labels(make_ramp(1, 2, 5, 1000, whole=True))
    assert labels == ["0", "1", "2\N{EN DASH}4", "5\N{EN DASH}999", "1,000 and more"]


def test_other_numbers_are_named_by_their_edges() -> None:
    labels = build_ramp_labels(make_ramp(-50, 0.5))
    assert labels == ["below \N{MINUS SIGN}50", "\N{MINUS SIGN}50 to 0.5", "0.5 and more"]


def test_a_ramp_has_its_unit_and_an_unknown_entry_of_its_own_colour() -> None:
    (block,) = build_legend(Style(line=make_ramp(10_000)), "light")
    assert block["unit"] == "events"
    assert block["shape"] == "line"
    assert block["breaks"] == ["10k"]
    assert block["unknown"] == {"label": "unknown", "color": "#999999"}
    assert [step["color"] for step in block["steps"]] == ["#aa0000", "#aa0000"]


def test_classes_carry_shape_colour_and_the_edge_of_an_area() -> None:
    up = StyleClass(value="up", label="working", paint=RED, shape="area")
    edge = StyleClass(value="up", label="working", paint=GREY, shape="line")
    style = Style(
        fill=Classes(property="state", classes=(up,)),
        line=Classes(property="state", classes=(edge,)),
    )
    (block,) = build_legend(style, "dark")
    assert block["property"] == "state"
    assert block["entries"] == [
        {"value": "up", "label": "working", "shape": "area", "color": "#ff0000", "edge": "#888888"}
    ]


def test_an_event_layer_shows_its_kinds_and_its_squares() -> None:
    kind = StyleClass(value="rescue", label="Rescue", paint=RED, shape="plus")
    style = Style(fill=Classes(property="kind", classes=(kind,)), cell=make_ramp(10, whole=True))
    assert [block["type"] for block in build_legend(style, "dark")] == ["classes", "ramp"]
