"""Tests of the sheet of still maps, pixel by pixel."""

import pytest
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from PIL import Image

from cop.model.symbol import Symbol, SymbolPart
from tests.support.still import BLACK, RED, make_canvas, read_pixels

pytestmark = pytest.mark.table

SQUARE = Path.unit_rectangle()


def test_a_scale_gives_a_finer_sheet() -> None:
    canvas = make_canvas(20, scale=1.5)
    canvas.draw(SQUARE, Affine2D().scale(10), fill=RED)
    pixels = read_pixels(canvas)
    assert pixels.shape == (30, 30, 3)
    assert pixels[7, 7].tolist() == [255, 0, 0]
    assert pixels[22, 7].tolist() == [0, 0, 0]


def test_y_is_down_from_the_top() -> None:
    canvas = make_canvas()
    canvas.draw(SQUARE, Affine2D().scale(4).translate(2, 1), fill=RED)
    red = read_pixels(canvas)[..., 0] > 127
    assert (red.sum(), red[1:5, 2:6].sum()) == (16, 16)


def test_drawing_ends_at_the_clip_until_it_is_removed() -> None:
    canvas = make_canvas()
    canvas.clip(0, 0, 10, 20)
    canvas.draw(SQUARE, Affine2D().scale(20), fill=RED)
    assert (read_pixels(canvas)[..., 0] > 127).sum() == 200
    canvas.unclip()
    canvas.draw(SQUARE, Affine2D().scale(20), fill=RED)
    assert (read_pixels(canvas)[..., 0] > 127).all()


def test_what_has_no_color_or_width_is_not_drawn() -> None:
    canvas = make_canvas()
    canvas.draw(SQUARE, Affine2D().scale(20), fill=(1.0, 0.0, 0.0, 0.0), stroke=RED, width_px=0)
    assert not read_pixels(canvas).any()


def test_a_symbol_fills_its_middle_and_a_ring_leaves_it() -> None:
    filled, hollow = make_canvas(40), make_canvas(40)
    filled.draw_symbol("square", (20, 20), 32, color=RED, halo=BLACK)
    hollow.draw_symbol("ring", (20, 20), 32, color=RED, halo=BLACK)
    assert read_pixels(filled)[20, 20].tolist() == [255, 0, 0]
    assert read_pixels(hollow)[20, 20].tolist() == [0, 0, 0]
    assert (read_pixels(hollow)[..., 0] > 127).any()


def test_a_standard_symbol_has_its_own_colors_as_opaque_as_the_halo() -> None:
    part = SymbolPart(fill="#00ff00", path="M-32,-32L32,-32L32,32L-32,32Z")
    symbol = Symbol(code="x", box=(-32, -32, 32, 32), parts=(part,))
    for alpha, green in ((1.0, 255), (0.5, 128)):
        canvas = make_canvas()
        canvas.draw_symbol(symbol, (10, 10), 8, color=RED, halo=(0.0, 0.0, 0.0, alpha))
        red, shade, blue = read_pixels(canvas)[10, 10].tolist()
        assert (red, blue) == (0, 0)
        assert shade == pytest.approx(green, abs=1)


def test_an_image_is_laid_on_its_square_and_cut_at_the_edge() -> None:
    image = Image.new("RGBA", (2, 2), (255, 0, 0, 255))
    canvas = make_canvas()
    canvas.draw_image(image, (10.0, -5.0, 20.0))
    red = read_pixels(canvas)[..., 0] > 127
    assert red[:15, 10:].all()
    assert red.sum() == 150


def test_an_image_beside_the_sheet_is_left_out() -> None:
    canvas = make_canvas()
    canvas.draw_image(Image.new("RGBA", (2, 2), (255, 0, 0, 255)), (20.0, 0.0, 20.0))
    assert not read_pixels(canvas).any()
