"""Tests of the style of an uploaded layer: what is refused, and the style that is made of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from cop.errors import LayerError
from cop.model.palette import RAMP
from cop.model.style import Classes, Paint, Ramp, Sizes, Style
from cop.model.styling import (
    CELLS,
    MOST_CLASSES,
    MOST_IN_TILE,
    StyleWords,
    class_paints,
    paint_of,
    ramp_paints,
)
from cop.model.symbol import Symbol

pytestmark = pytest.mark.house

CODE = "10031000002002000000"
RED = "#ff0000"
KINDS = {"kind": "VARCHAR", "n": "BIGINT", "depth": "DOUBLE", "open": "BOOLEAN"}


def words(**said: Any) -> StyleWords:
    return StyleWords.model_validate(said)


def build(said: StyleWords, points: int = 0, lines: int = 0, areas: int = 0) -> Style:
    drawn = {CODE: Symbol.model_construct(code=CODE)}
    return said.build(points=points, lines=lines, areas=areas, symbols=drawn)


def by_classes(*values: object, **more: Any) -> dict[str, Any]:
    entries = [{"value": value, "paint": RED} for value in values]
    return {"property": "kind", "classes": entries, **more}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"fill": "red"}, "fill"),
        ({"fill": {"property": "n"}}, "either classes or breaks"),
        ({"fill": by_classes("a", breaks=[1])}, "either classes or breaks"),
        ({"fill": by_classes("a", "a")}, "a value has two classes"),
        ({"fill": by_classes("true", True)}, "a value has two classes"),
        ({"fill": by_classes(*range(MOST_CLASSES + 1))}, "classes"),
        ({"fill": {"property": "n", "breaks": [2, 1]}}, "must ascend"),
        ({"fill": {"property": "n", "breaks": [1], "paints": [RED]}}, "1 breaks need 2 paints"),
        ({"fill": {"property": "kind", "classes": [{"value": "a"}]}}, "choose a paint or a symbol"),
        ({"point_sizes": {"property": "n", "breaks": [1], "radii_px": [3]}}, "need 2 radii"),
        ({"shape": "star", "symbol": CODE}, "either a shape or a symbol"),
        ({"symbol": CODE, "fill": {"property": "n", "breaks": [1]}}, "Remove one of them"),
        ({"symbol": "10"}, "symbol"),
        ({"tooltip": ["n", "n"]}, "listed twice"),
        ({"opacity": float("nan")}, "opacity"),
        ({"glow": 1}, "glow"),
    ],
)
def test_what_cannot_be_drawn_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        words(**said)


def test_columns_and_codes_are_named_once_in_order() -> None:
    fill = {"property": "kind", "classes": [{"value": "a", "symbol": CODE}]}
    sizes = {"property": "n", "breaks": [1], "radii_px": [3, 9]}
    said = words(fill=fill, symbol=CODE, point_sizes=sizes, label={"property": "kind"})
    assert said.columns == ("kind", "n")
    assert said.codes == (CODE,)
    assert said.class_column == "kind"
    assert (words().columns, words().codes, words().class_column) == ((), (), None)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"label": {"property": "name"}}, "no column 'name'; it has: kind, n"),
        ({"tooltip": ["name"]}, "no column 'name'"),
        ({"fill": {"property": "kind", "breaks": [1]}}, "'kind' has no numbers"),
        (
            {"point_sizes": {"property": "open", "breaks": [1], "radii_px": [3, 9]}},
            "'open' has no numbers",
        ),
    ],
)
def test_its_columns_are_there_and_numbers_where_needed(said: dict[str, Any], why: str) -> None:
    words(fill={"property": "depth", "breaks": [1]}, tooltip=["kind"]).check_columns(KINDS)
    with pytest.raises(LayerError, match=why):
        words(**said).check_columns(KINDS)


def test_one_color_is_for_both_themes_or_one_for_each() -> None:
    assert paint_of(RED) == Paint(RED, RED)
    assert paint_of((RED, "#0000ff")) == Paint(RED, "#0000ff")


@pytest.mark.parametrize("n", range(1, 8))
def test_paints_of_a_ramp_differ(n: int) -> None:
    assert len(set(ramp_paints(n))) == n


@pytest.mark.parametrize(
    ("n", "places"),
    [(1, [1]), (2, [1, 6]), (3, [1, 4, 6]), (5, [1, 2, 4, 5, 6]), (6, [1, 2, 3, 4, 5, 6])],
)
def test_paints_of_a_stored_ramp_stay_the_same(n: int, places: list[int]) -> None:
    assert ramp_paints(n) == tuple(RAMP[place] for place in places)


def test_paints_of_classes_repeat_after_the_palette() -> None:
    paints = class_paints(9)
    assert len(set(paints[:8])) == 8
    assert paints[8] == paints[0]


def test_areas_let_what_lies_below_show_through_where_no_alpha_was_said() -> None:
    assert build(words(fill=RED), areas=1).fill == Paint(f"{RED}66", f"{RED}66")
    assert build(words(fill=f"{RED}ff"), areas=1).fill == Paint(f"{RED}ff", f"{RED}ff")
    assert build(words(fill=RED), areas=1, points=1).fill == Paint(RED, RED)
    ramp = build(words(fill={"property": "n", "breaks": [1]}), areas=1).fill
    assert isinstance(ramp, Ramp)
    assert all(paint.dark.endswith("66") for paint in (*ramp.paints, ramp.unknown))
    classes = build(words(fill=by_classes("a")), areas=1).fill
    assert isinstance(classes, Classes)
    assert classes.classes[0].paint == Paint(f"{RED}66", f"{RED}66")


def test_a_line_has_the_color_of_the_layer_unless_said() -> None:
    assert build(words(fill=RED), lines=1).line == Paint(RED, RED)
    assert build(words(fill=RED, line="#00ff00"), lines=1).line == Paint("#00ff00", "#00ff00")
    assert build(words(fill=RED), areas=1).line != Paint(RED, RED)


@pytest.mark.parametrize(
    ("shapes", "usual"),
    [({"points": 1, "lines": 1}, "circle"), ({"lines": 1}, "line"), ({"areas": 1}, "area")],
)
def test_a_class_is_drawn_as_the_layers_shapes_are(shapes: dict[str, int], usual: str) -> None:
    fill = build(words(fill=by_classes("a")), **shapes).fill
    assert isinstance(fill, Classes)
    assert fill.classes[0].shape == usual


def test_points_are_symbols_and_lines_need_none() -> None:
    assert build(words(symbol=CODE), points=1).point == Symbol.model_construct(code=CODE)
    assert build(words(symbol=CODE), lines=1).point is None
    with pytest.raises(LayerError, match=f"symbol {CODE} is not drawn yet"):
        words(symbol=CODE).build(points=1, lines=0, areas=0)


def test_a_ramp_is_called_by_its_column_and_painted_from_the_palette() -> None:
    fill = build(words(fill={"property": "n", "breaks": [1, 2]}), points=1).fill
    assert isinstance(fill, Ramp)
    assert (fill.unit, fill.paints) == ("n", ramp_paints(3))


def test_many_features_lie_in_squares_and_none_grows_by_a_column_named_count() -> None:
    assert build(words(), points=MOST_IN_TILE).cell is None
    assert build(words(), points=MOST_IN_TILE, areas=1).cell == CELLS
    assert not build(words(), points=1).grows_by_count


def test_sizes_are_as_said() -> None:
    sizes = {"property": "n", "breaks": (1,), "radii_px": (3, 9), "unit": "people"}
    assert build(words(point_sizes=sizes), points=1).point_sizes == Sizes(**sizes)
