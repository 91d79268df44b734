"""Tests of tiles that are images on a still map."""

import io

import pytest
from PIL import Image

from cop.export.raster import RasterLayer, draw_raster
from cop.model.drawing import SHADE, KindDrawing, ResolvedStyle, resolve_style
from cop.model.style import Style
from tests.support.still import make_canvas, make_png, read_pixels

pytestmark = pytest.mark.table

PLACE = (0.0, 0.0, 20.0)
FLAT = 181


def style_of(*, opacity: float = 1.0, relief: bool = False) -> ResolvedStyle:
    return resolve_style(Style(), "dark", kind=KindDrawing(relief=relief), opacity=opacity)


def draw(png: bytes, style: ResolvedStyle) -> list[int]:
    canvas = make_canvas()
    draw_raster(canvas, RasterLayer(style=style, tiles=[(PLACE, png)]))
    middle: list[int] = read_pixels(canvas)[10, 10].tolist()
    return middle


def test_an_image_is_drawn_as_it_is_and_faded_as_the_layer() -> None:
    assert draw(make_png((200, 100, 0)), style_of()) == [200, 100, 0]
    style = style_of(opacity=0.5)
    assert draw(make_png((200, 100, 0)), style)[0] == pytest.approx(200 * style.share, abs=2)


def test_flat_ground_is_neither_dark_nor_light() -> None:
    assert draw(make_png((FLAT,) * 3), style_of(relief=True)) == [0, 0, 0]


def test_a_slope_in_light_is_at_most_as_light_as_the_shade_says() -> None:
    strength, most = SHADE["dark"][1]
    light = draw(make_png((255, 255, 255)), style_of(relief=True))
    assert light[0] == light[1] == light[2]
    assert 0 < light[0] <= 255 * most
    assert strength > 0


def test_a_transparent_pixel_of_relief_stays_so() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 255, 255, 0)).save(file, "PNG")
    assert draw(file.getvalue(), style_of(relief=True)) == [0, 0, 0]


def test_without_tiles_nothing_is_drawn() -> None:
    canvas = make_canvas()
    draw_raster(canvas, RasterLayer(style=style_of(), tiles=[]))
    assert not read_pixels(canvas).any()
