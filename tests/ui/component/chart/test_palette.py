"""Colors of charts in both themes."""

import pytest

from cop.model.style import Paint, read_rgba
from cop.ui.component.chart.palette import DIVERGING, css, css_ramp, ink

pytestmark = pytest.mark.sources


def luminance(color: str) -> float:
    channels = [value / 255 for value in read_rgba(color)[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in channels]
    return sum(weight * v for weight, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_a_paint_is_the_one_of_its_theme() -> None:
    paint = Paint("#111111", "#eeeeee")
    assert (css(paint, "dark"), css(paint, "light")) == ("#111111", "#eeeeee")
    assert css_ramp((paint, paint), "light") == ["#eeeeee", "#eeeeee"]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_words_can_be_read_on_the_ground(theme: str) -> None:
    colors = ink(theme)  # type: ignore[arg-type]
    assert contrast(colors.text, colors.ground) >= 7
    assert contrast(colors.muted, colors.ground) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_middle_of_the_diverging_ramp_is_closest_to_the_ground(theme: str) -> None:
    ground = ink(theme).ground  # type: ignore[arg-type]
    contrasts = [contrast(color, ground) for color in css_ramp(DIVERGING, theme)]  # type: ignore[arg-type]
    assert min(contrasts) == contrasts[2]
