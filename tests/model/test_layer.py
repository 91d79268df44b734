"""Tests of the declaration of a layer: what is refused, and what it is colored by."""

from dataclasses import replace

import pytest

from cop.errors import LayerError
from cop.model.layer import MAX_ZOOM, Layer, Measure
from cop.model.style import Paint, Ramp, Sizes, Style

pytestmark = pytest.mark.house

GREY, RED, BLUE = (Paint(color, color) for color in ("#888888", "#ff0000", "#0000ff"))
LAYER = Layer(
    id="towers",
    title="Towers",
    note="Towers",
    dataset="towers",
    tile="features",
    style=Style(fill=GREY),
    order=40,
)


def ramp(name: str) -> Ramp:
    return Ramp(property=name, breaks=(1,), paints=(BLUE, RED), unit=name, unknown=GREY)


SIZES = Sizes(property="n", breaks=(5,), radii_px=(3, 9), unit="n")
MEASURED = replace(
    LAYER,
    measures=(
        Measure(key="n", title="Number", color=ramp("n"), sizes=SIZES),
        Measure(key="age", title="Age", color=ramp("age")),
    ),
)


@pytest.mark.parametrize("layer_id", ["", "Towers", "1st", "a b", "a-b", "é", "a" * 42])
def test_an_id_that_is_no_address_is_refused(layer_id: str) -> None:
    with pytest.raises(LayerError, match="layer id"):
        replace(LAYER, id=layer_id)


@pytest.mark.parametrize(("low", "high"), [(-1, 4), (5, 4), (0, MAX_ZOOM + 1)])
def test_zooms_that_make_no_range_are_refused(low: int, high: int) -> None:
    with pytest.raises(LayerError, match=f"layer towers: .*{low}-{high}"):
        replace(LAYER, min_zoom=low, max_zoom=high)


@pytest.mark.parametrize("opacity", [-0.1, 1.1, float("nan")])
def test_an_opacity_that_is_no_share_is_refused(opacity: float) -> None:
    with pytest.raises(LayerError, match="layer towers: opacity"):
        replace(LAYER, opacity=opacity)


def test_the_first_measure_is_the_usual_one() -> None:
    assert MEASURED.measured_by(None) == MEASURED.measured_by("n")
    assert MEASURED.measured_by("n").style == Style(fill=ramp("n"), point_sizes=SIZES)
    assert MEASURED.measured_by("age").style == Style(fill=ramp("age"))


def test_a_measure_colors_the_line_where_there_is_no_fill() -> None:
    lines = replace(MEASURED, style=Style(line=GREY, line_width_px=3))
    assert lines.measured_by("age").style == Style(line=ramp("age"), line_width_px=3)


def test_without_measures_a_layer_stays_as_it_is() -> None:
    assert LAYER.measured_by("anything") is LAYER


def test_an_unknown_measure_names_the_others() -> None:
    with pytest.raises(LayerError, match=r"'size'.*n, age"):
        MEASURED.measured_by("size")
