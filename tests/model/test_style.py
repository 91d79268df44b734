"""Tests of paints, ramps, sizes and labels: what is refused, and what a theme or number gives."""

import pytest

from cop.errors import LayerError
from cop.model.style import Label, Paint, Ramp, Sizes, StyleClass, read_rgba
from cop.model.symbol import Symbol

pytestmark = pytest.mark.house

GREY = Paint("#888888", "#777777")


@pytest.mark.parametrize(
    ("color", "channels"),
    [
        ("#102030", (16, 32, 48, 255)),
        ("#10203040", (16, 32, 48, 64)),
        ("#FFffFF00", (255,) * 3 + (0,)),
    ],
)
def test_channels_of_a_color(color: str, channels: tuple[int, ...]) -> None:
    assert read_rgba(color) == channels


@pytest.mark.parametrize("color", ["red", "888888", "#888", "#8888888", "#888888888", ""])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_is_no_hexadecimal_color_is_refused(color: str, theme: str) -> None:
    both = {"dark": "#888888", "light": "#888888", theme: color}
    with pytest.raises(LayerError, match="#rrggbb"):
        Paint(**both)


def test_a_paint_has_a_color_in_each_theme() -> None:
    assert (GREY.css("dark"), GREY.css("light")) == ("#888888", "#777777")
    assert GREY.rgba("light") == (0x77, 0x77, 0x77, 255)


@pytest.mark.parametrize(
    ("breaks", "n"), [((1, 2), 2), ((1, 2), 4), ((), 0), ((2, 1), 3), ((1, 1), 3)]
)
def test_breaks_ascend_and_fit_their_paints_and_radii(breaks: tuple[float, ...], n: int) -> None:
    with pytest.raises(LayerError, match=r"'depth'.*breaks"):
        Ramp(property="depth", breaks=breaks, paints=(GREY,) * n, unit="m", unknown=GREY)
    with pytest.raises(LayerError, match=r"'depth'.*breaks"):
        Sizes(property="depth", breaks=breaks, radii_px=(3.0,) * n, unit="m")


@pytest.mark.parametrize(("rank", "size"), [(0, 12), (3, 14), (4, 14), (9, 18), (99, 18)])
def test_a_label_grows_with_its_rank(rank: float, size: float) -> None:
    label = Label(property="name", size_px=12, rank="rank", sizes=((3, 14), (9, 18)))
    assert label.size_of(rank) == size


def test_a_symbol_goes_before_the_shape_of_a_class() -> None:
    plain = StyleClass(value="a", label="A", paint=GREY, shape="star")
    assert plain.glyph == "star"
    symbol = Symbol.model_construct(code="10031000001211000000")
    assert StyleClass(value="a", label="A", paint=GREY, symbol=symbol).glyph is symbol
