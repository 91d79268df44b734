"""Styles: words that are read, words that are refused, and what is made of the data."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from cop.errors import LayerError
from cop.ingest.layer.style import build_style, read_style
from cop.model.legend import build_legend
from cop.model.palette import OKABE_ITO
from cop.model.style import Classes, Ramp
from cop.model.styling import FillWords, StyleWords
from cop.store.dataset.feature_column import ColumnFacts

pytestmark = pytest.mark.layers

KINDS = ColumnFacts(
    name="kind", kind="VARCHAR", distinct=3, frequent=(("a", 9), ("b", 2), ("ñ", 1))
)
HEIGHT = ColumnFacts(name="h", kind="DOUBLE", distinct=900, quantiles=(1.23456, 2, 3.7, 90.1))
NAMES = ColumnFacts(name="name", kind="VARCHAR", distinct=900, frequent=(("x", 1), ("y", 1)))


def test_few_values_become_classes_in_colours_and_shapes_apart() -> None:
    style = build_style([NAMES, HEIGHT, KINDS], points=True)
    built = style.build(points=9, lines=0, areas=0).fill
    assert isinstance(built, Classes)
    assert [c.value for c in built.classes] == ["a", "b", "ñ"]
    assert [c.paint for c in built.classes] == list(OKABE_ITO.values())[:3]
    assert len({c.shape for c in built.classes}) == 3


def test_numbers_become_a_ramp_by_quantiles() -> None:
    style = build_style([NAMES, HEIGHT], points=True)
    built = style.build(points=9, lines=0, areas=0).fill
    assert isinstance(built, Ramp)
    assert built.breaks == (1.23, 2.0, 3.7, 90.1)
    assert len(set(built.paints)) == 5
    assert build_style([KINDS, HEIGHT], points=False, by="h").fill == style.fill
    assert build_style([NAMES], points=True) == StyleWords()
    with pytest.raises(LayerError, match="no column 'x'; it has: kind"):
        build_style([KINDS], points=True, by="x")
    with pytest.raises(LayerError, match="neither few values nor numbers"):
        build_style([NAMES], points=True, by="name")


def test_types_of_cursor_on_target_have_the_symbols_of_the_standard() -> None:
    kinds = ("a-f-G-U-C", "a-h-G-E-V-C", "a-f-G-Z-Z-Z", "b-m-p-s-p-i")
    types = ColumnFacts(
        name="type", kind="VARCHAR", distinct=4, frequent=tuple((kind, 1) for kind in kinds)
    )
    one = ColumnFacts(name="type", kind="VARCHAR", distinct=1, frequent=((kinds[0], 9),))
    style = build_style([KINDS, types], points=True)
    assert isinstance(style.fill, FillWords)
    assert style.fill.property == "type"
    said = {entry.value: (entry.symbol, entry.shape) for entry in style.fill.classes}
    assert said == {
        "a-f-G-U-C": ("SFGPUC---------", None),
        "a-h-G-E-V-C": ("SHGPEVC--------", None),
        "a-f-G-Z-Z-Z": (None, "circle"),
        "b-m-p-s-p-i": (None, "circle"),
    }
    assert build_style([KINDS, one], points=True).codes == ("SFGPUC---------",)
    other = replace(types, name="kind_of")
    assert build_style([other], points=True).codes == ()
    assert build_style([KINDS, types], points=False).class_column == "kind"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"symbol": "1234"}, "symbol '1234' is not a symbol identification code: use 20 digits"),
        ({"symbol": 1234}, "symbol '1234' is not a symbol identification code"),
        ({"symbol": "SFGPUCI", "shape": "star"}, "use either a shape or a symbol"),
        (
            {"symbol": "SFGPUCI", "fill": {"property": "h", "breaks": [1]}},
            "so the ramp by 'h' has no effect",
        ),
        (
            {"fill": {"property": "k", "classes": [{"value": "a", "symbol": "SFGPUCI-!"}]}},
            "symbol 'SFGPUCI-!' is not a symbol identification code",
        ),
        ({"fill": {"property": "k", "classes": [{"value": "a"}]}}, "choose a paint or a symbol"),
    ],
)
def test_a_symbol_that_cannot_be_is_refused_by_name(said: dict[str, Any], told: str) -> None:
    with pytest.raises(LayerError) as refused:
        read_style(yaml.safe_dump(said), name="post.yaml")
    assert str(refused.value).startswith("post.yaml: ")
    assert told in str(refused.value)


def test_areas_let_the_ground_show_through_and_one_legend_speaks_for_fill_and_line() -> None:
    style = build_style([HEIGHT], points=False)
    areas = style.build(points=0, lines=0, areas=3)
    assert isinstance(areas.fill, Ramp)
    assert {paint.dark[-2:] for paint in areas.fill.paints} == {"66"}
    lines = style.build(points=0, lines=3, areas=0)
    assert lines.line == lines.fill
    assert [block["type"] for block in build_legend(lines, "dark")] == ["ramp"]
    many = style.build(points=5_000, lines=0, areas=0)
    assert [block["unit"] for block in build_legend(many, "dark")] == ["h", "features per square"]


def test_yaml_and_json_are_read_in_the_words_of_layers() -> None:
    text = """
    fill:
      property: kind
      classes:
        - {value: tower, label: Tower, paint: ["#56b4e9", "#0072b2"], shape: triangle}
        - {value: 3, paint: "#ff0000"}
        - {value: true, paint: "#00ff00"}
      other_label: Other
    label: {property: name, size_px: 14}
    point_radius_px: 7
    tooltip: [name, kind]
    opacity: 0.8
    """
    style = read_style(text, name="s")
    fill = style.fill
    assert isinstance(fill, FillWords)
    built = style.build(points=1, lines=0, areas=0)
    assert isinstance(built.fill, Classes)
    assert [(c.value, c.label, c.shape) for c in built.fill.classes] == [
        ("tower", "Tower", "triangle"),
        ("3", "3", "circle"),
        ("true", "true", "circle"),
    ]
    assert built.label is not None
    assert (built.label.size_px, style.columns) == (14, ("kind", "name"))
    assert read_style(style.model_dump_json(exclude_none=True), name="s") == style
    # A boolean, a whole number and a text are three values of one text.
    assert read_style('{"fill": "#112233"}', name="s").fill == "#112233"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fill: red", "fill='red': String should match pattern"),
        ("fill: {property: h, breaks: [2, 1]}", "must ascend"),
        ("fill: {property: h, breaks: [1], paints: ['#000000']}", "1 breaks need 2 paints, not 1"),
        ("fill: {property: h}", "use either classes or breaks"),
        (
            "fill: {property: h, classes: [{value: 1, paint: '#000000'}, {value: '1', "
            "paint: '#000000'}]}",
            "a value has two classes",
        ),
        ("line_width_px: .inf", "line_width_px='inf'"),
        ("script: x", "script='x': Extra inputs"),
        ("tooltip: [a, a]", "listed twice"),
        ("[" * 5_000, "s: "),
        ("!!python/object/apply:os.system ['true']", "s: could not determine a constructor"),
        ("x" * 300_000, "too many for a style"),
        ("a: &a [x, x]\ntooltip: [*a, *a]", "s: aliases are not supported"),
        ("point_sizes: {property: n, breaks: [1], radii_px: [1]}", "need 2 radii, not 1"),
    ],
)
def test_what_cannot_be_a_style_is_refused_with_the_word(text: str, said: str) -> None:
    with pytest.raises(LayerError) as refusal:
        read_style(text, name="s")
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)
