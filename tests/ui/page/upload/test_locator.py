"""The map of a file's readings: each in its place, with its letter, over the border."""

import re
from xml.etree import ElementTree as Tree

import numpy as np
import pytest

from cop.model.upload import Reading
from cop.ui.page.upload.locator import HEIGHT_PX, WIDTH_PX, build_locator, hue
from cop.ui.page.upload.readings import describe_reading

pytestmark = pytest.mark.layers

BORDER = [np.array([[-117.1, 32.5], [-111.0, 31.3], [-97.1, 25.9]])]
EVIL = "<script>alert(1)</script>"
FAR = Reading(crs="EPSG:3857", bounds=(4.4, 29.7, 4.6, 29.8), numbers=(5e5, 3.4e6, 5.1e5, 3.5e6))
HERE = Reading(crs="EPSG:32612", bounds=(-111.2, 31.3, -110.4, 31.9))
NOWHERE = Reading(crs="EPSG:4326", bounds=None, numbers=(-12301803.5, 3694834.2, -1.2e7, 3.7e6))


def circles(drawn: str, color: str) -> list[tuple[float, float]]:
    found = Tree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}circle")  # noqa: S314 ours
    return [
        (float(one.get("cx", "")), float(one.get("cy", "")))
        for one in found
        if one.get("stroke") == color
    ]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_reading_on_the_earth_is_marked_where_it_lies(theme: str) -> None:
    drawn = build_locator([NOWHERE, FAR, HERE], theme, border=BORDER, title=EVIL)  # type: ignore[arg-type]
    ((far_x, far_y),) = circles(drawn, hue(1, theme))  # type: ignore[arg-type]
    ((here_x, here_y),) = circles(drawn, hue(2, theme))  # type: ignore[arg-type]
    assert 0 < here_x < far_x < WIDTH_PX, "west is left"
    assert 0 < far_y < HEIGHT_PX
    assert abs(here_y - far_y) < 20, "both near 30 degrees north"
    assert circles(drawn, hue(0, theme)) == []  # type: ignore[arg-type]
    assert re.findall(r">([A-C])</text>", drawn) == ["B", "C"]
    assert "EPSG:32612" in drawn
    assert "<script>" not in drawn


def test_one_reading_alone_is_seen_close_with_the_border_it_lies_on() -> None:
    drawn = build_locator([HERE], "dark", border=BORDER, title="The border")
    assert "110\N{DEGREE SIGN}W" in drawn
    assert "0\N{DEGREE SIGN}E" not in drawn
    assert drawn.count("<svg") == 1


def test_a_reading_beyond_the_earth_says_its_numbers() -> None:
    assert describe_reading(NOWHERE).startswith("EPSG:4326: not on the earth (x -12301804 to")
    assert describe_reading(HERE) == "EPSG:32612: 31.3000, -111.2000 to 31.9000, -110.4000"
