"""The legend says what the style paints."""

from dataclasses import replace

import pytest

from cop.model.legend import build_legend, build_ramp_labels, build_size_labels
from cop.model.style import Classes, Paint, Ramp, Sizes, Style, StyleClass

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


def test_circles_have_true_radii_labels_and_unit() -> None:
    sizes = Sizes(property="n", breaks=(500, 20_000, 3e6), radii_px=(4, 6, 9, 14), unit="people")
    at_least = "\N{GREATER-THAN OR EQUAL TO}"
    labels = ["<500", f"{at_least}500", f"{at_least}20k", f"{at_least}3M"]
    assert build_size_labels(sizes) == labels
    ramp, block = build_legend(Style(fill=make_ramp(1), point_sizes=sizes), "dark")
    assert (ramp["type"], ramp["shape"]) == ("ramp", "circle")
    assert (block["type"], block["unit"]) == ("sizes", "people")
    assert [(e["radius"], e["label"]) for e in block["entries"]] == list(
        zip((4, 6, 9, 14), labels, strict=True)
    )
    assert {entry["fill"] for entry in block["entries"]} == {None}


def test_where_size_and_colour_say_the_same_one_row_of_circles_says_it() -> None:
    sizes = Sizes(property="n", breaks=(1, 5), radii_px=(4, 6, 9), unit="events")
    ramp = replace(make_ramp(1, 5), paints=(RED, GREY, RED))
    (block,) = build_legend(Style(fill=ramp, point_sizes=sizes), "light")
    assert [entry["fill"] for entry in block["entries"]] == ["#aa0000", "#999999", "#aa0000"]
    assert block["unknown"] == {"radius": 3.0, "fill": "#999999"}
