"""Tests of the type sizes of a wall."""

import math

import pytest

from cop.model.display import ARC_MINUTES, HEADLINE, Display

pytestmark = pytest.mark.table


@pytest.mark.parametrize(("size", "least"), [((1920, 1080), 44), ((3840, 2160), 88)])
def test_the_usual_display_asks_for_44_px_at_1080p(size: tuple[int, int], least: int) -> None:
    assert least <= Display().text_px(*size) < least + 1
    assert HEADLINE == 2


@pytest.mark.parametrize("inches", [24, 55, 98])
@pytest.mark.parametrize("meters", [0.7, 3, 12])
def test_the_size_on_the_glass_is_seen_under_16_arc_minutes(inches: float, meters: float) -> None:
    display = Display(inches=inches, meters=meters)
    seen = 2 * math.atan(display.text_mm / 2 / (meters * 1000))
    assert math.degrees(seen) * 60 == pytest.approx(ARC_MINUTES)
    glass_mm = inches * 25.4 * 9 / math.hypot(16, 9)
    assert display.text_px(1920, 1080) / 1080 == pytest.approx(display.text_mm / glass_mm, rel=1e-6)
